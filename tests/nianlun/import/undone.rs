//! Taking a run back: all of it or nothing, and as if it had never been.

use std::collections::BTreeMap;
use std::sync::Arc;

use nianlun::import::books::{self, Run, RunKind};
use nianlun::import::{Options, Report, UndoError, Undone, undo};
use nianlun::service::{Commands, Metadata};
use nianlun::store::{Store, StreamId};
use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{Action, Assertion, Command, Manner};
use nianlun_aggregates::{Text, carrier};
use nianlun_projections::Subject;

use super::{HEADER, MAPPING, USCI, caught_up, company, import_as, imported_by, in_force, issues};
use crate::contract;
use crate::support::database::Harness;

contract!(
    a_run_is_kept_with_its_files_mapping_and_counts,
    what_is_taken_back_is_gone_and_can_be_imported_again,
    taking_back_what_took_a_run_back_restores_it,
    a_correction_by_hand_stands_on_the_run,
    a_later_run_on_a_company_that_it_registered_stands_on_it,
    an_event_or_a_carrier_that_names_a_carrier_of_the_run_stands_on_it,
    an_edit_is_taken_back_before_what_it_edits,
    two_thousand_companies_are_taken_back_at_once,
);

const ROWS: &[&str] = &[
    "91330103MA2J0XYC21,1,甲,T空间,2016-03-01,2018-05,",
    ",2,乙,天安,2016-03-01,,688287",
];

async fn runs(store: &Arc<dyn Store>) -> Vec<Run> {
    books::runs(store.as_ref()).await.expect("read")
}

async fn take_back(store: &Arc<dyn Store>, run: &str) -> Result<Undone, UndoError> {
    caught_up(store).await;
    let because = Text::new("传错文件").expect("a text");
    undo(store, run, "tester", None, &because).await
}

async fn import(store: &Arc<dyn Store>, rows: &[&str]) -> Report {
    let files = [("名册.csv", [&[HEADER], rows].concat().join("\n"))];
    import_as(store, MAPPING, &files, &Options::default()).await
}

/// What is in force of every stream that says anything.
async fn everything(store: &Arc<dyn Store>) -> BTreeMap<StreamId, Vec<String>> {
    caught_up(store).await;
    let streams = store.stream_ids(None, 10_000).await.expect("streams");
    let mut all = BTreeMap::new();
    for stream in streams {
        if stream.subject == Subject::Company {
            let said = in_force(store, stream).await;
            if !said.is_empty() {
                all.insert(stream, said);
            }
        }
    }
    all
}

/// Who stands in the way, as the refusal tells it.
async fn stood_on(store: &Arc<dyn Store>, run: &str) -> String {
    let before = everything(store).await;
    let kept = runs(store).await;
    let refused = take_back(store, run).await.expect_err("refused");
    assert!(matches!(refused, UndoError::StoodOn { .. }), "{refused}");
    assert_eq!(everything(store).await, before, "nothing was taken back");
    assert_eq!(runs(store).await, kept);
    refused.to_string()
}

async fn a_run_is_kept_with_its_files_mapping_and_counts(harness: &Harness) {
    let store = harness.open().await;
    let report = import(&store, ROWS).await;
    let [run] = &runs(&store).await[..] else {
        panic!("one run")
    };
    assert_eq!(
        (run.kind, run.run.as_str()),
        (RunKind::Import, report.run.as_str())
    );
    assert_eq!(
        (run.source.as_str(), run.document.as_str()),
        ("register", "名册.csv")
    );
    assert_eq!(run.files, report.files);
    assert_eq!(
        (run.files[0].0.as_str(), run.files[0].1.len()),
        ("名册.csv", 64)
    );
    assert_eq!(run.mapping, MAPPING);
    assert_eq!(run.actor, "tester");
    assert!(run.ended.as_ref().is_some_and(|ended| *ended >= run.began));
    let count = |name: &str| run.counts[name];
    assert_eq!(
        (
            count("rows"),
            count("events"),
            count("errors"),
            count("new")
        ),
        (2, report.events, 0, 4)
    );
}

async fn what_is_taken_back_is_gone_and_can_be_imported_again(harness: &Harness) {
    let store = harness.open().await;
    let first = import(&store, ROWS).await;
    let before = everything(&store).await;
    assert_eq!(before.len(), 2);
    let undone = take_back(&store, &first.run).await.expect("taken back");
    assert_eq!((undone.events, undone.streams), (first.events, 4));
    assert_eq!(everything(&store).await, BTreeMap::new());
    let kept = runs(&store).await;
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[0].undone_by.as_ref(), Some(&undone.run));
    assert_eq!(
        (kept[1].kind, kept[1].document.as_str()),
        (RunKind::Undo, first.run.as_str())
    );
    let twice = take_back(&store, &first.run).await.expect_err("refused");
    assert!(matches!(twice, UndoError::Undone { .. }), "{twice}");
    let none = take_back(&store, "nothing").await.expect_err("refused");
    assert!(matches!(none, UndoError::NoSuchRun { .. }), "{none}");

    let again = import(&store, ROWS).await;
    assert_eq!(
        (again.events, again.error_count),
        (first.events, 0),
        "{:?}",
        issues(&again)
    );
    assert_eq!(everything(&store).await, before);
    assert_eq!(import(&store, ROWS).await.events, 0);
}

async fn taking_back_what_took_a_run_back_restores_it(harness: &Harness) {
    let store = harness.open().await;
    let first = import(&store, ROWS).await;
    let before = everything(&store).await;
    let undone = take_back(&store, &first.run).await.expect("taken back");
    let restored = take_back(&store, &undone.run).await.expect("restored");
    assert_eq!(restored.events, first.events);
    assert_eq!(everything(&store).await, before);
    assert_eq!(runs(&store).await[0].undone_by, None, "it stands again");
    assert_eq!(import(&store, ROWS).await.events, 0);
    // And once more.
    let again = take_back(&store, &first.run)
        .await
        .expect("taken back again");
    assert_eq!(again.events, first.events);
    assert_eq!(everything(&store).await, BTreeMap::new());
}

async fn command(store: &Arc<dyn Store>, stream: StreamId, action: Action<Change>) {
    let command = Command {
        action,
        manner: Manner::Live,
    };
    let commands = Commands::new(Arc::clone(store));
    let done = commands
        .execute(stream.id, &command, None, &Metadata::by("tester"))
        .await;
    done.expect("recorded");
}

fn change(text: &str) -> Change {
    serde_json::from_str(text).expect("a change")
}

async fn a_correction_by_hand_stands_on_the_run(harness: &Harness) {
    let store = harness.open().await;
    let first = import(&store, ROWS).await;
    let id = carrier::carrier_id(&"t-space".parse().expect("a code"));
    let started = format!(r#"{{"occupancy_started":{{"carrier":"{id}"}}}}"#);
    let replacement = Assertion {
        on: "2016-04-01".parse().expect("a date"),
        change: change(&started),
    };
    let reason = Text::new("合同日期").expect("a text");
    let correct = Action::Correct {
        target: 2,
        replacement,
        reason: reason.clone(),
    };
    command(&store, company_of_usci(), correct).await;
    let told = stood_on(&store, &first.run).await;
    assert!(told.contains("take that back first"), "{told}");
    assert!(
        told.contains(&company_of_usci().id.to_string()) && told.contains("#4"),
        "{told}"
    );
    let retract = Action::Retract {
        target: 4,
        reason,
        with_dependents: false,
    };
    command(&store, company_of_usci(), retract).await;
    take_back(&store, &first.run).await.expect("taken back now");
    assert_eq!(everything(&store).await, BTreeMap::new());
}

/// The company of the first row.
fn company_of_usci() -> StreamId {
    let usci: nianlun_aggregates::Identifier =
        nianlun_aggregates::Identifier::Usci(USCI.parse().expect("a code"));
    StreamId {
        subject: Subject::Company,
        id: usci.company_id(),
    }
}

async fn a_later_run_on_a_company_that_it_registered_stands_on_it(harness: &Harness) {
    let store = harness.open().await;
    let first = import(&store, ROWS).await;
    let later = MAPPING.replace("name = \"register\"", "name = \"later\"");
    let rows = [",2,乙,天安,2019-03-01,,"];
    let second = imported_by(&store, nianlun::import::Appending::Bulk, &later, &rows).await;
    assert_eq!(second.events, 1);
    let told = stood_on(&store, &first.run).await;
    assert!(told.contains(&company("2").id.to_string()), "{told}");
    take_back(&store, &second.run)
        .await
        .expect("the later first");
    take_back(&store, &first.run)
        .await
        .expect("then the earlier");
    assert_eq!(everything(&store).await, BTreeMap::new());
}

async fn an_event_or_a_carrier_that_names_a_carrier_of_the_run_stands_on_it(harness: &Harness) {
    let store = harness.open().await;
    let carriers = r#"
        name = "carriers"
        title = "载体"
        shape = "events"
        [subject]
        kind = "carrier"
        code = { column = "代码" }
        [[output]]
        event = "registered"
        name = { column = "名称" }
        parent = { column = "上级" }
    "#;
    let import_carriers = async |file, rows: &str| {
        let files = [(file, format!("代码,名称,上级\n{rows}"))];
        import_as(&store, carriers, &files, &Options::default()).await
    };
    let first = import_carriers("a.csv", "hub,枢纽,\nannex,二期,hub\n").await;
    assert_eq!(
        (first.events, first.error_count),
        (2, 0),
        "{:?}",
        issues(&first)
    );
    let second = import_carriers("b.csv", "wing,侧楼,hub\n").await;
    assert_eq!(second.events, 1, "{:?}", issues(&second));
    let told = stood_on(&store, &first.run).await;
    assert!(
        told.contains("names a carrier or cluster that the run registered"),
        "{told}"
    );
    take_back(&store, &second.run)
        .await
        .expect("the wing first");

    let rooms = r#"
        name = "rooms"
        title = "房间"
        shape = "events"
        [[subject.identify]]
        scheme = "park"
        id = { column = "编号" }
        [subject.register]
        name = { column = "企业" }
        [[output]]
        event = "occupancy-started"
        on = "2016"
        carrier = "annex"
    "#;
    let files = [("c.csv", "编号,企业\n1,甲\n".to_owned())];
    let third = import_as(&store, rooms, &files, &Options::default()).await;
    assert_eq!(third.events, 2, "{:?}", issues(&third));
    let told = stood_on(&store, &first.run).await;
    assert!(
        told.contains(&format!("company {} #2", company("1").id)),
        "{told}"
    );
    take_back(&store, &third.run).await.expect("the room first");
    take_back(&store, &first.run).await.expect("then the house");
    let again = import_carriers("a.csv", "hub,枢纽,\nannex,二期,hub\n").await;
    assert_eq!(
        (again.events, again.error_count),
        (2, 0),
        "{:?}",
        issues(&again)
    );
}

async fn an_edit_is_taken_back_before_what_it_edits(harness: &Harness) {
    let store = harness.open().await;
    let keyed = MAPPING.replace(
        "shape = \"spells\"",
        "shape = \"spells\"\nrow_key = { column = \"编号\" }",
    );
    let version = async |row: &str| {
        let files = [("名册.csv", [HEADER, row].join("\n"))];
        import_as(&store, &keyed, &files, &Options::default()).await
    };
    let first = version(",1,甲,T空间,2016-03-01,,").await;
    let before = everything(&store).await;
    let second = version(",1,甲,T空间,2016-04-01,2017-04-01,").await;
    assert_eq!((second.events, second.corrected), (2, 1));
    let edited = everything(&store).await;
    stood_on(&store, &first.run).await;
    take_back(&store, &second.run)
        .await
        .expect("the edit first");
    assert_eq!(
        everything(&store).await,
        before,
        "as the first version said"
    );
    let again = version(",1,甲,T空间,2016-04-01,2017-04-01,").await;
    assert_eq!(again.events, 2, "{:?}", issues(&again));
    assert_eq!(everything(&store).await, edited);
    take_back(&store, &again.run).await.expect("the edit");
    take_back(&store, &first.run)
        .await
        .expect("then what it edits");
    assert_eq!(everything(&store).await, BTreeMap::new());
}

async fn two_thousand_companies_are_taken_back_at_once(harness: &Harness) {
    let store = harness.open().await;
    let rows: Vec<String> = (1..=2_000)
        .map(|number| format!(",{number},企业{number},T空间,2016-03-01,,"))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let first = import(&store, &rows).await;
    assert_eq!(first.events, 4_002);
    let undone = take_back(&store, &first.run).await.expect("taken back");
    assert_eq!((undone.events, undone.streams), (4_002, 2_002));
    let restored = take_back(&store, &undone.run).await.expect("restored");
    assert_eq!(restored.events, 4_002);
    assert_eq!(import(&store, &rows).await.events, 0);
}
