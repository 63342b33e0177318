//! State transitions and postings as a table for a data lake: Apache Parquet, a row each.
//! What its columns mean stands in `docs/reports.md`.

use std::sync::Arc;

use model::{Amount, TransferKind};
use parquet::data_type::{
    ByteArray, ByteArrayType, DataType, FixedLenByteArray, FixedLenByteArrayType, Int32Type,
    Int64Type,
};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;

use crate::recording::{Recording, Row, RowKind};

/// The columns, in the language of Parquet's own schemas.
pub const SCHEMA: &str = "
message pennywise {
  required int64 at_nanos (integer(64, false));
  required int64 event (integer(64, false));
  required binary what (string);
  required int64 instrument (integer(64, false));
  optional int64 payment (integer(64, false));
  optional binary workflow (string);
  optional binary status (string);
  optional int32 version (integer(32, false));
  optional int64 transfer (integer(64, false));
  optional int64 operation (integer(64, false));
  optional binary kind (string);
  optional binary tenant (string);
  optional binary currency (string);
  optional binary debit (string);
  optional binary credit (string);
  optional fixed_len_byte_array(16) amount_minor (decimal(38, 0));
}";

/// The bytes of the file.
///
/// # Errors
/// If what a recording tells does not fit the format, which it does.
pub fn render(recording: &Recording) -> Result<Vec<u8>, ParquetError> {
    let about = [
        ("scenario", recording.scenario.clone()),
        ("seed", recording.seed.clone()),
        ("planted", recording.planted.join(" ")),
        ("digest", recording.digest.clone()),
    ];
    let about = about.map(|(name, value)| KeyValue::new(name.to_owned(), value));
    let properties = WriterProperties::builder()
        .set_created_by("pennywise".to_owned())
        .set_key_value_metadata(Some(about.to_vec()))
        .set_dictionary_enabled(false)
        .build();
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    fill(&mut group, &recording.rows)?;
    group.close()?;
    file.into_inner()
}

/// Writes every column, in the order of the schema.
fn fill(group: &mut Group<'_>, rows: &[Row]) -> Result<(), ParquetError> {
    every::<Int64Type>(group, rows, |row| row.at.cast_signed())?;
    every::<Int64Type>(group, rows, |row| row.event.cast_signed())?;
    every::<ByteArrayType>(group, rows, |row| match row.what {
        RowKind::Transition(_) => "transition".into(),
        RowKind::Posting(_) => "posting".into(),
    })?;
    every::<Int64Type>(group, rows, |row| row.token.cast_signed())?;
    some::<Int64Type>(group, rows, |row| Some(row.transition()?.payment.0.cast_signed()))?;
    some::<ByteArrayType>(group, rows, |row| Some(row.transition()?.workflow.into()))?;
    some::<ByteArrayType>(group, rows, |row| Some(row.transition()?.status.name().into()))?;
    some::<Int32Type>(group, rows, |row| Some(row.transition()?.version.cast_signed()))?;
    some::<Int64Type>(group, rows, |row| Some(row.posting()?.transfer.0.cast_signed()))?;
    some::<Int64Type>(group, rows, |row| Some(row.posting()?.operation.0.cast_signed()))?;
    some::<ByteArrayType>(group, rows, |row| Some(kind(row.posting()?.kind).into()))?;
    some::<ByteArrayType>(group, rows, |row| Some(text(row.posting()?.tenant)))?;
    some::<ByteArrayType>(group, rows, |row| Some(row.posting()?.currency.code().into()))?;
    some::<ByteArrayType>(group, rows, |row| Some(text(row.posting()?.debit)))?;
    some::<ByteArrayType>(group, rows, |row| Some(text(row.posting()?.credit)))?;
    some::<FixedLenByteArrayType>(group, rows, |row| Some(decimal(row.posting()?.amount)))
}

const fn kind(kind: TransferKind) -> &'static str {
    match kind {
        TransferKind::Posted => "posted",
        TransferKind::Pending | TransferKind::PendingFor(_) => "pending",
        TransferKind::PostPending(_) => "post-pending",
        TransferKind::VoidPending(_) => "void-pending",
    }
}

fn text(what: impl ToString) -> ByteArray {
    what.to_string().into_bytes().into()
}

fn decimal(amount: Amount) -> FixedLenByteArray {
    i128::from(amount).to_be_bytes().to_vec().into()
}

/// Writes the next column, which has a value in each row.
fn every<T: DataType>(
    group: &mut Group<'_>,
    rows: &[Row],
    value: impl Fn(&Row) -> T::T,
) -> Result<(), ParquetError> {
    let values: Vec<_> = rows.iter().map(value).collect();
    write::<T>(group, &values, None)
}

/// Writes the next column, which has a value in some rows.
fn some<T: DataType>(
    group: &mut Group<'_>,
    rows: &[Row],
    value: impl Fn(&Row) -> Option<T::T>,
) -> Result<(), ParquetError> {
    let values: Vec<_> = rows.iter().map(value).collect();
    let levels: Vec<_> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<_> = values.into_iter().flatten().collect();
    write::<T>(group, &values, Some(&levels))
}

fn write<T: DataType>(
    group: &mut Group<'_>,
    values: &[T::T],
    levels: Option<&[i16]>,
) -> Result<(), ParquetError> {
    let few = || ParquetError::General("the schema has too few columns".to_owned());
    let mut column = group.next_column()?.ok_or_else(few)?;
    column.typed::<T>().write_batch(values, levels, None)?;
    column.close()
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;
