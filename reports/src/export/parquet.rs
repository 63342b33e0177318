//! State transitions and postings as a table for a data lake: Apache Parquet, a row each.
//! What its columns mean stands in `docs/reports.md`.

use std::sync::Arc;

use model::{AccountName, Amount, Currency, Tenant};
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
    numbers(group, rows.iter().map(|row| row.at))?;
    numbers(group, rows.iter().map(|row| row.event))?;
    let what = |row: &Row| match row.what {
        RowKind::Transition { .. } => "transition",
        RowKind::Posting { .. } => "posting",
    };
    every::<ByteArrayType>(group, rows.iter().map(|row| ByteArray::from(what(row))))?;
    numbers(group, rows.iter().map(|row| row.token))?;
    some::<Int64Type>(
        group,
        rows.iter().map(|row| match row.what {
            RowKind::Transition { payment, .. } => Some(payment.cast_signed()),
            RowKind::Posting { .. } => None,
        }),
    )?;
    texts(group, rows, |row| match row.what {
        RowKind::Transition { workflow, .. } => Some(workflow.to_owned()),
        RowKind::Posting { .. } => None,
    })?;
    texts(group, rows, |row| match row.what {
        RowKind::Transition { status, .. } => Some(status.to_owned()),
        RowKind::Posting { .. } => None,
    })?;
    some::<Int32Type>(
        group,
        rows.iter().map(|row| match row.what {
            RowKind::Transition { version, .. } => Some(version.cast_signed()),
            RowKind::Posting { .. } => None,
        }),
    )?;
    posted(group, rows)
}

/// The columns that only postings have.
fn posted(group: &mut Group<'_>, rows: &[Row]) -> Result<(), ParquetError> {
    some::<Int64Type>(
        group,
        rows.iter().map(|row| match row.what {
            RowKind::Posting { transfer, .. } => Some(transfer.cast_signed()),
            RowKind::Transition { .. } => None,
        }),
    )?;
    some::<Int64Type>(
        group,
        rows.iter().map(|row| match row.what {
            RowKind::Posting { operation, .. } => Some(operation.cast_signed()),
            RowKind::Transition { .. } => None,
        }),
    )?;
    let columns: [fn(&Row) -> Option<String>; 5] = [
        |row| posting(row).map(|(kind, ..)| kind.to_owned()),
        |row| posting(row).map(|(_, tenant, ..)| tenant.to_string()),
        |row| posting(row).map(|(_, _, currency, _)| currency.code().to_owned()),
        |row| posting(row).map(|(.., [debit, _])| debit.to_string()),
        |row| posting(row).map(|(.., [_, credit])| credit.to_string()),
    ];
    for column in columns {
        texts(group, rows, column)?;
    }
    some::<FixedLenByteArrayType>(
        group,
        rows.iter().map(|row| match row.what {
            RowKind::Posting { amount, .. } => Some(decimal(amount)),
            RowKind::Transition { .. } => None,
        }),
    )
}

/// What a posting tells in words: its kind, tenant, currency, and both accounts.
fn posting(row: &Row) -> Option<(&'static str, Tenant, Currency, [AccountName; 2])> {
    match row.what {
        RowKind::Posting { kind, tenant, currency, debit, credit, .. } => {
            Some((kind, tenant, currency, [debit, credit]))
        }
        RowKind::Transition { .. } => None,
    }
}

fn decimal(amount: Amount) -> FixedLenByteArray {
    i128::from(amount).to_be_bytes().to_vec().into()
}

fn numbers(group: &mut Group<'_>, numbers: impl Iterator<Item = u64>) -> Result<(), ParquetError> {
    every::<Int64Type>(group, numbers.map(u64::cast_signed))
}

fn texts(
    group: &mut Group<'_>,
    rows: &[Row],
    of: impl Fn(&Row) -> Option<String>,
) -> Result<(), ParquetError> {
    some::<ByteArrayType>(
        group,
        rows.iter().map(|row| of(row).map(|text| text.into_bytes().into())),
    )
}

/// Writes the next column, which has a value in each row.
fn every<T: DataType>(
    group: &mut Group<'_>,
    values: impl Iterator<Item = T::T>,
) -> Result<(), ParquetError> {
    let values: Vec<_> = values.collect();
    let mut column = group.next_column()?.ok_or_else(too_few)?;
    column.typed::<T>().write_batch(&values, None, None)?;
    column.close()
}

/// Writes the next column, which has a value in some rows.
fn some<T: DataType>(
    group: &mut Group<'_>,
    values: impl Iterator<Item = Option<T::T>>,
) -> Result<(), ParquetError> {
    let values: Vec<_> = values.collect();
    let levels: Vec<_> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<_> = values.into_iter().flatten().collect();
    let mut column = group.next_column()?.ok_or_else(too_few)?;
    column.typed::<T>().write_batch(&values, Some(&levels), None)?;
    column.close()
}

fn too_few() -> ParquetError {
    ParquetError::General("the schema has fewer columns than are written".to_owned())
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;
