//! Import: the same decisions as commands, and rows that cannot be used are told by row and column.

mod archive;
mod keys;
mod killed;
mod preview;
mod rosters;
mod rows;
mod same;
mod suggest;
mod undone;
mod values;
mod who;

use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::Aggregate;
use cqrs_es::persist::SerializedEvent;
use jiff::tz::TimeZone;
use nianlun::import::{
    Appending, ImportError, Importer, Issue, Mapping, Options, Report, Severity,
};
use nianlun::projector::{Folds, catch_up};
use nianlun::store::{Store, StreamId};
use nianlun_aggregates::Identifier;
use nianlun_aggregates::company::Change;
use nianlun_aggregates::decode::decode;
use nianlun_aggregates::history::History;
use nianlun_aggregates::identifier::ExternalId;
use nianlun_projections::Subject;

use crate::support::database::{Dialect, Harness};

const MAPPING: &str = r#"
name = "register"
title = "入驻名册"
shape = "spells"

[[subject.identify]]
usci = { column = "代码" }
[[subject.identify]]
scheme = "park"
id = { column = "编号" }

[subject.register]
name = { column = "企业" }

[[carrier]]
code = "t-space"
name = "T+SPACE"
[[carrier]]
code = "tianan"
name = "天安"

[tables.carriers]
"T空间" = "t-space"
"天安" = "tianan"

[[output]]
when = { "载体" = "*" }
opens = "occupancy-started"
from = { column = "入驻" }
ends = "occupancy-ended"
to = { column = "迁出" }
carrier = { column = "载体", table = "carriers" }

[[output]]
when = { "证券" = "*" }
event = "listed"
on = { column = "入驻" }
board = "STAR"
code = { column = "证券" }
"#;

const HEADER: &str = "代码,编号,企业,载体,入驻,迁出,证券";
const USCI: &str = "91330103MA2J0XYC21";
const OTHER_USCI: &str = "91130102MA08L76U1Y";

fn mapping(text: &str) -> Mapping {
    Mapping::read(text).expect("a mapping")
}

async fn try_import(
    store: &Arc<dyn Store>,
    appending: Appending,
    mapping: &Mapping,
    bytes: &[u8],
) -> Result<Report, ImportError> {
    let importer = Importer {
        store: Arc::clone(store),
        appending,
        actor: "tester".to_owned(),
        token: None,
        zone: TimeZone::get("Asia/Shanghai").expect("a zone"),
    };
    importer
        .import_bytes("rows.csv", bytes, mapping, &Options::default(), |_| ())
        .await
}

/// Imports files, by name and text, as asked.
async fn import_as(
    store: &Arc<dyn Store>,
    text: &str,
    files: &[(&str, String)],
    options: &Options,
) -> Report {
    let importer = Importer {
        store: Arc::clone(store),
        appending: Appending::Bulk,
        actor: "tester".to_owned(),
        token: None,
        zone: TimeZone::get("Asia/Shanghai").expect("a zone"),
    };
    let folder = tempfile::tempdir().expect("a temporary directory");
    let write = |(name, text): &(&str, String)| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path
    };
    let files: Vec<_> = files.iter().map(write).collect();
    let mapping = mapping(text);
    let report = importer.import(&files, &mapping, options, |_| ());
    report.await.expect("an import")
}

/// The facts as they are now; in the zone that the importer counts in.
async fn caught_up(store: &Arc<dyn Store>) {
    let zone = TimeZone::get("Asia/Shanghai").expect("a zone");
    let folds = Folds::shipped(zone).expect("what ships can be read");
    catch_up(store, &folds, |_, _| ()).await.expect("folded");
}

/// What is in force of a stream: type, date and fields, without who said it.
async fn in_force(store: &Arc<dyn Store>, stream: StreamId) -> Vec<String> {
    let mut history = History::<Change>::default();
    for event in store.stream(stream).await.expect("read") {
        history.apply(decode(&event).expect("an event"));
    }
    let said = history.timeline().in_force();
    let mut said: Vec<_> = said
        .iter()
        .map(|said| {
            let change = serde_json::to_value(&said.assertion.change).expect("JSON");
            format!("{} {change}", said.assertion.on)
        })
        .collect();
    said.sort();
    said
}

/// The rows of every table, but for those that tell when something was asked.
async fn counts(harness: &Harness) -> BTreeMap<String, i64> {
    let sql = match harness.dialect {
        Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table'",
        Dialect::Postgres => {
            "SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'"
        }
    };
    let mut counts = BTreeMap::new();
    for table in harness.texts(sql).await {
        let sql = format!("SELECT count(*) FROM {table}");
        counts.insert(table, harness.number(&sql).await);
    }
    assert!(
        counts.contains_key("events") && counts.len() > 5,
        "{counts:?}"
    );
    counts
}

/// Imports rows below the header.
async fn imported(store: &Arc<dyn Store>, rows: &[&str]) -> Report {
    imported_by(store, Appending::Bulk, MAPPING, rows).await
}

async fn imported_by(
    store: &Arc<dyn Store>,
    appending: Appending,
    text: &str,
    rows: &[&str],
) -> Report {
    let file = [&[HEADER], rows].concat().join("\n");
    let report = try_import(store, appending, &mapping(text), file.as_bytes()).await;
    report.expect("an import")
}

/// The company of an id of the park's.
fn company(park: &str) -> StreamId {
    let scheme = "park".parse().expect("a scheme");
    let id = ExternalId::new(scheme, park).expect("an id");
    StreamId {
        subject: Subject::Company,
        id: Identifier::External(id).company_id(),
    }
}

/// A company's events: type, and date of what it says.
async fn said(store: &Arc<dyn Store>, stream: StreamId) -> Vec<String> {
    let events = store.stream(stream).await.expect("read");
    let line = |event: &SerializedEvent| {
        let on = event.payload["entry"]["asserted"]["on"]
            .as_str()
            .unwrap_or_default();
        format!("{} {on}", event.event_type)
    };
    events.iter().map(line).collect()
}

fn issues(report: &Report) -> Vec<String> {
    let line = |issue: &Issue| {
        let severity = match issue.severity {
            Severity::Error => "error",
            Severity::Notice => "notice",
        };
        format!(
            "{} {severity} {}={}: {}",
            issue.row, issue.column, issue.value, issue.reason
        )
    };
    report.issues.iter().map(line).collect()
}
