//! Peak memory, of a process that imports one file and ends.

use std::path::Path;
use std::process::Command;

use nianlun::store::open;

use super::rows::Ledger;
use super::run::import;
use crate::Plan;
use crate::database::Postgres;
use crate::table::{Measured, Table, Wanted};

/// The first argument of the process.
pub const CHILD: &str = "peak-of-import";

/// Rows of the small file.
const SMALL: u64 = 50_000;
/// Rows of the large CSV file, before scaling.
const LARGE: u64 = 2_000_000;
/// Rows of the large workbook: what a sheet can hold, below its header.
const LARGE_SHEET: u64 = 1_048_575;

pub async fn measure(plan: &Plan, table: &mut Table) {
    let folder = plan.folder.path();
    let small = Ledger::of_rows(SMALL);
    let large = Ledger::of_rows(plan.scaled(LARGE).max(SMALL));
    let (little, much) = (small.csv(folder), large.csv(folder));
    for dialect in ["PostgreSQL", "SQLite"] {
        let pair = (peak(dialect, &much).await, peak(dialect, &little).await);
        table.add(Measured {
            what: format!("peak memory, CSV of {} rows into {dialect}", large.len()),
            reference: format!("{} rows", small.len()),
            unit: "MiB",
            pairs: vec![pair],
            wanted: Wanted::AtMost(1.5),
        });
    }
    let rows = plan.scaled(LARGE_SHEET).clamp(SMALL, LARGE_SHEET);
    let large = Ledger::of_rows(rows);
    let (little, much) = (small.inline_xlsx(folder), large.inline_xlsx(folder));
    let pair = (peak("SQLite", &much).await, peak("SQLite", &little).await);
    table.add(Measured {
        what: format!(
            "peak memory, XLSX of {} rows without shared strings",
            large.len()
        ),
        reference: format!("{} rows", small.len()),
        unit: "MiB",
        pairs: vec![pair],
        wanted: Wanted::AtMost(1.5),
    });
}

/// Imports a file into a new database in a process of its own.
async fn peak(dialect: &str, file: &Path) -> f64 {
    if dialect == "PostgreSQL" {
        let database = Postgres::new().await;
        let peak = peak_of(&database.url(), file);
        database.remove().await;
        return peak;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("imported.db");
    peak_of(&format!("sqlite:{}", path.display()), file)
}

fn peak_of(url: &str, file: &Path) -> f64 {
    let itself = std::env::current_exe().expect("this program's file");
    let output = Command::new(itself)
        .args([CHILD, url])
        .arg(file)
        .stderr(std::process::Stdio::inherit())
        .output()
        .expect("started");
    assert!(output.status.success(), "an import in its own process");
    let kibibytes = String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse::<f64>();
    kibibytes.expect("a number") / 1_024.0
}

/// Imports, and prints how much memory this process has had at most, in KiB.
pub async fn child(url: &str, file: &Path) {
    let store = open(url).await.expect("the store opens");
    import(&store, file).await;
    store.close().await;
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|line| line.split_whitespace().next());
    println!("{}", peak.expect("VmHWM"));
}
