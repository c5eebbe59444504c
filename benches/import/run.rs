//! The import that is measured.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use nianlun::import::{Appending, Importer, Mapping, Options, Progress, Report};
use nianlun::store::Store;

use super::rows::MAPPING;

/// How long an import took, and what it did.
pub struct Took {
    pub all: Duration,
    pub report: Report,
}

/// Imports a ledger, row by row checked and, when this returns, durable.
pub async fn import(store: &Arc<dyn Store>, file: &Path) -> Took {
    let importer = Importer {
        store: Arc::clone(store),
        appending: Appending::Bulk,
        actor: "bench".to_owned(),
        token: None,
        zone: TimeZone::get("Asia/Shanghai").expect("a zone"),
    };
    let mapping = Mapping::read(MAPPING).expect("a mapping");
    let start = Instant::now();
    let mut reading = Duration::ZERO;
    let tell = |at| {
        if matches!(at, Progress::Reading(_)) {
            reading = start.elapsed();
        }
    };
    let report = importer
        .import(&[file.to_owned()], &mapping, &Options::default(), tell)
        .await
        .expect("an import");
    let all = start.elapsed();
    assert_eq!(
        (report.error_count, report.notice_count),
        (0, 0),
        "every row is used: {:?}",
        report.issues.first()
    );
    eprintln!(
        "  {}: {} events, {:.2} s to read, {:.2} s to record",
        file.display(),
        report.events,
        reading.as_secs_f64(),
        all.saturating_sub(reading).as_secs_f64()
    );
    Took { all, report }
}
