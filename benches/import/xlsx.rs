//! Workbooks: against calamine merely reading the cells.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::{Duration, Instant};

use calamine::{Reader, Xlsx, open_workbook};
use nianlun::import::Mapping;
use nianlun::import::source::{self, Item};
use nianlun::store::open;

use super::rows::{Ledger, MAPPING};
use super::run::import;
use crate::Plan;
use crate::table::{Measured, Table, Wanted, rate};

const ROWS: u64 = 200_000;

pub async fn measure(plan: &Plan, table: &mut Table) {
    let ledger = Ledger::of_rows(plan.scaled(ROWS));
    let file = ledger.xlsx(plan.folder.path());
    let rows = ledger.len();
    let (mut reading, mut whole) = (vec![], vec![]);
    for _ in 0..plan.repeat {
        let reference = rate(rows, cells(&file));
        reading.push((rate(rows, read(&file, rows)), reference));
        let folder = tempfile::tempdir_in(plan.folder.path()).expect("a folder");
        let path = folder.path().join("imported.db");
        let store = open(&format!("sqlite:{}", path.display())).await;
        let store = store.expect("the store opens");
        whole.push((rate(rows, import(&store, &file).await.all), reference));
        store.close().await;
    }
    let reference = "calamine reading the cells".to_owned();
    table.add(Measured {
        what: format!("XLSX, {rows} rows read"),
        reference: reference.clone(),
        unit: "rows/s",
        pairs: reading,
        wanted: Wanted::AtLeast(0.7),
    });
    table.add(Measured {
        what: format!("XLSX, {rows} rows imported (SQLite)"),
        reference,
        unit: "rows/s",
        pairs: whole,
        wanted: Wanted::Nothing,
    });
}

/// Opens the workbook and takes every cell of its sheet.
fn cells(file: &Path) -> Duration {
    let start = Instant::now();
    let mut workbook: Xlsx<_> = open_workbook(file).expect("a workbook");
    let sheet = workbook.sheet_names().into_iter().next().expect("a sheet");
    let mut reader = workbook
        .worksheet_cells_reader(&sheet)
        .expect("a sheet's cells");
    let mut cells = 0_u64;
    while let Some(cell) = reader.next_cell().expect("a cell") {
        std::hint::black_box(&cell);
        cells += 1;
    }
    assert!(cells > 0, "cells were read");
    start.elapsed()
}

/// Reads it as the importer does, to rows below a header.
fn read(file: &Path, expected: u64) -> Duration {
    let mapping = Mapping::read(MAPPING).expect("a mapping");
    let named = mapping.columns();
    let mut rows = 0;
    let start = Instant::now();
    let mut count = |item| {
        rows += u64::from(matches!(item, Item::Row(_)));
        std::hint::black_box(item);
        ControlFlow::Continue(())
    };
    source::read(file, &mapping.file, &named, &mut count).expect("a workbook");
    let took = start.elapsed();
    assert_eq!(rows, expected, "every row was read");
    took
}
