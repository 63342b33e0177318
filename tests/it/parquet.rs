//! The table of transitions and postings, as a reader that shares nothing with what wrote
//! it reads it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use model::Defects;
use parquet2::encoding::hybrid_rle::HybridRleDecoder;
use parquet2::metadata::{ColumnChunkMetaData, FileMetaData};
use parquet2::page::{Page, split_buffer};
use parquet2::read::{decompress, get_page_iterator, read_metadata};
use parquet2::schema::types::PhysicalType;
use reports::export::parquet;
use reports::recording::Recording;
use scenarios::{Plan, catalog, trial};
use sim::Seed;

use crate::command::pennywise;

/// What stands in a cell; `None` where nothing does.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cell {
    Number(i128),
    Text(String),
}

type Row = BTreeMap<String, Option<Cell>>;

#[test]
fn every_posting_of_the_table_balances_and_every_payment_comes_to_its_end() {
    let scenario = catalog::named("stormy-network").unwrap();
    let plan = Plan::draw(scenario, Seed(3));
    let (trial, trace) = trial::replay_plan(plan, Defects::NONE);
    let recording = Recording::of(&trial, &trace, Defects::NONE, None, "pennywise run");
    let bytes = parquet::render(&recording).unwrap();
    let (metadata, rows) = read(&bytes);
    assert_eq!(metadata.num_rows, rows.len());
    assert_eq!(rows.len(), recording.rows.len());
    let about = metadata.key_value_metadata.clone().unwrap();
    let told = about.iter().find(|it| it.key == "digest").and_then(|it| it.value.clone());
    assert_eq!(told, Some(recording.digest.clone()));

    let (mut ends, mut sums) = (BTreeMap::new(), BTreeMap::<_, i128>::new());
    for row in &rows {
        match text(row, "what") {
            "transition" => {
                assert!(row["debit"].is_none() && row["amount_minor"].is_none(), "{row:?}");
                ends.insert(number(row, "payment"), text(row, "status").to_owned());
            }
            "posting" => {
                assert!(row["payment"].is_none() && row["status"].is_none(), "{row:?}");
                if ["posted", "post-pending"].contains(&text(row, "kind")) {
                    let of = |side| (text(row, "tenant"), text(row, "currency"), text(row, side));
                    *sums.entry(of("debit")).or_default() += number(row, "amount_minor");
                    *sums.entry(of("credit")).or_default() -= number(row, "amount_minor");
                }
            }
            other => panic!("{other}"),
        }
    }
    assert!(ends.len() >= trial.plan.operations.len() / 2, "{ends:?}");
    assert!(ends.values().all(|status| ["succeeded", "failed", "canceled"].contains(&&**status)));
    for (account, balance) in trial.accounts.iter() {
        let (tenant, name) = (account.tenant.to_string(), account.name.to_string());
        let told = sums.get(&(&*tenant, account.currency.code(), &*name)).copied().unwrap_or(0);
        let kept = balance.debits_posted - balance.credits_posted;
        assert_eq!(told, i128::from(kept), "{tenant} {name}");
    }
}

#[test]
fn the_command_writes_the_table_and_the_docs_explain_each_column() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("table.parquet");
    let _ = fs::remove_file(&path);
    let output = path.to_str().unwrap();
    let ran = pennywise(&[
        "export",
        "calm-day",
        "--seed",
        "1",
        "--payment",
        "1",
        "--format",
        "parquet",
        "-o",
        output,
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (metadata, rows) = read(&fs::read(&path).unwrap());
    assert!(!rows.is_empty() && rows.iter().all(|row| number(row, "instrument") == 1));
    let docs = fs::read_to_string(crate::tidy::root().join("docs/reports.md")).unwrap();
    for column in metadata.schema().columns() {
        let name = &column.path_in_schema[0];
        assert!(docs.contains(&format!("| `{name}` |")), "{name}");
    }
}

fn text<'r>(row: &'r Row, column: &str) -> &'r str {
    match &row[column] {
        Some(Cell::Text(text)) => text,
        other => panic!("{column} is {other:?}"),
    }
}

fn number(row: &Row, column: &str) -> i128 {
    match row[column] {
        Some(Cell::Number(number)) => number,
        ref other => panic!("{column} is {other:?}"),
    }
}

fn read(bytes: &[u8]) -> (FileMetaData, Vec<Row>) {
    let metadata = read_metadata(&mut Cursor::new(bytes)).unwrap();
    let mut rows = vec![Row::new(); metadata.num_rows];
    let groups = metadata.row_groups.iter();
    for column in groups.flat_map(|group| group.columns()) {
        let name = column.descriptor().path_in_schema[0].clone();
        for (row, cell) in rows.iter_mut().zip(cells(column, bytes)) {
            row.insert(name.clone(), cell);
        }
    }
    (metadata, rows)
}

fn cells(column: &ColumnChunkMetaData, bytes: &[u8]) -> Vec<Option<Cell>> {
    let pages = get_page_iterator(column, Cursor::new(bytes), None, Vec::new(), bytes.len());
    let is_optional = column.descriptor().descriptor.max_def_level > 0;
    let mut cells = Vec::new();
    for page in pages.unwrap() {
        let Page::Data(page) = decompress(page.unwrap(), &mut Vec::new()).unwrap() else {
            panic!("no column has a dictionary")
        };
        let (_, levels, mut values) = split_buffer(&page).unwrap();
        let count = page.num_values();
        let there: Vec<_> = match is_optional {
            true => {
                HybridRleDecoder::try_new(levels, 1, count).unwrap().map(Result::unwrap).collect()
            }
            false => vec![1; count],
        };
        for level in there {
            cells.push((level > 0).then(|| take(column.physical_type(), &mut values)));
        }
    }
    cells
}

/// The next value of a page.
fn take(kind: PhysicalType, values: &mut &[u8]) -> Cell {
    let mut next = |length: usize| {
        let (taken, rest) = values.split_at(length);
        *values = rest;
        taken
    };
    match kind {
        PhysicalType::Int32 => Cell::Number(i32::from_le_bytes(next(4).try_into().unwrap()).into()),
        PhysicalType::Int64 => Cell::Number(i64::from_le_bytes(next(8).try_into().unwrap()).into()),
        PhysicalType::FixedLenByteArray(16) => {
            Cell::Number(i128::from_be_bytes(next(16).try_into().unwrap()))
        }
        PhysicalType::ByteArray => {
            let length = u32::from_le_bytes(next(4).try_into().unwrap());
            Cell::Text(String::from_utf8(next(length as usize).to_vec()).unwrap())
        }
        other => panic!("no column is {other:?}"),
    }
}
