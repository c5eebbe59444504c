//! What is recorded already, and what a later version of a file adds.

use std::sync::Arc;

use cqrs_es::persist::SerializedEvent;
use nianlun::import::Appending;
use nianlun::service::{Commands, Metadata};
use nianlun::store::Store;
use nianlun_aggregates::Text;
use nianlun_aggregates::company::Change;
use nianlun_aggregates::history::{Action, Command, Manner};

use super::{MAPPING, company, imported, imported_by, issues, mapping, said, try_import};
use crate::contract;
use crate::support::database::Harness;
use crate::support::events::sequenced;
use crate::support::program::project;

contract!(
    one_at_a_time_and_in_bulk_leave_identical_events,
    the_same_file_again_adds_nothing,
    a_spell_that_has_closed_since_adds_only_its_end,
    an_end_before_its_start_is_refused_also_where_the_start_stands,
    a_retracted_event_can_be_imported_again,
    touching_periods_are_two_unless_they_are_joined,
);

/// Every event but the run that wrote it.
async fn events(store: &Arc<dyn Store>) -> Vec<String> {
    sequenced(&**store).await;
    let streams = store.stream_ids(None, 10_000).await.expect("streams");
    let stored = store.streams(&streams).await.expect("read");
    let without_run = |event: &SerializedEvent| {
        let mut metadata = event.metadata.clone();
        let run = metadata
            .as_object_mut()
            .and_then(|metadata| metadata.remove("run"));
        assert!(run.is_some(), "every event remembers its run");
        let (kind, id) = (&event.aggregate_type, &event.aggregate_id);
        let (sequence, name, version) = (event.sequence, &event.event_type, &event.event_version);
        format!(
            "{kind}/{id}/{sequence} {name} {version} {} {metadata}",
            event.payload
        )
    };
    stored.values().flatten().map(without_run).collect()
}

const ROWS: &[&str] = &[
    "91330103MA2J0XYC21,1,甲,T空间,2016-03-01,2018-05,",
    "91330103MA2J0XYC21,1,甲公司,天安,2018,,688287",
    "91330103MA2J0XYC22,2,乙,T空间,2016年初,,",
    ",3,丙,T空间,2016/3/1,2017.4,",
    ",3,丙,T空间,2016-06-01,,",
    ",4,丁,,2020-01-01,,688287",
    ",4,丁,天安,2020-01-01,2019-01-01,",
    ",5,戊,天安,,by 2017-02-28,",
    "91130102MA08L76U1Y,1,己,天安,2016,,",
    ",1,甲,天安,2018,,688287",
    ",6,庚,火星,2016,,",
    ",7,辛,T空间,between 2016-01-31..2016-02-29,unknown,",
];

async fn one_at_a_time_and_in_bulk_leave_identical_events(harness: &Harness) {
    let (other, store) = (Harness::new(harness.dialect).await, harness.open().await);
    let other_store = other.open().await;
    let mut reports = vec![];
    for (store, appending) in [
        (&store, Appending::Bulk),
        (&other_store, Appending::OneByOne),
    ] {
        let mut report = imported_by(store, appending, MAPPING, ROWS).await;
        for name in ["carriers", "clusters", "companies"] {
            let read = |kind: &str| {
                std::fs::read(project(&format!("examples/seeds/{name}.{kind}"))).expect("a file")
            };
            let text = String::from_utf8(read("toml")).expect("UTF-8");
            let seeds = try_import(store, appending, &mapping(&text), &read("csv"))
                .await
                .expect("an import");
            assert!(seeds.events > 0, "{name}");
        }
        report.run.clear();
        for question in &mut report.questions {
            question.run.clear();
        }
        reports.push(report);
    }
    let (bulk, one_by_one) = (events(&store).await, events(&other_store).await);
    assert!(bulk.len() > 100, "{}", bulk.len());
    assert_eq!(bulk, one_by_one);
    assert_eq!(reports[0], reports[1]);
    // 2 carriers; 7 registrations, 1 alias, 3 whole occupancies, 3 open ones, 1 end alone, 1 listing. Row 10 gives a company
    // another USCI than it has: that is nobody's row until a person says whose.
    assert_eq!(
        (reports[0].rows, reports[0].new_subjects, reports[0].events),
        (12, 9, 21)
    );
    let found: Vec<_> = reports[0].contradictions.keys().collect();
    assert_eq!(found, ["end-without-start", "start-while-open"]);
    other_store.close().await;
}

async fn the_same_file_again_adds_nothing(harness: &Harness) {
    let store = harness.open().await;
    let first = imported(&store, ROWS).await;
    let before = events(&store).await;
    for appending in [Appending::Bulk, Appending::OneByOne] {
        let again = imported_by(&store, appending, MAPPING, ROWS).await;
        assert_eq!((again.events, again.new_subjects), (0, 0));
        assert_eq!(again.files, first.files);
        assert_eq!(again.contradictions.len(), 0);
        assert_eq!(events(&store).await, before);
    }
}

async fn a_spell_that_has_closed_since_adds_only_its_end(harness: &Harness) {
    let store = harness.open().await;
    imported(&store, &[",1,甲,T空间,2016-03-01,,"]).await;
    let later = imported(&store, &[",1,甲,T空间,2016-03-01,2018-05-01,"]).await;
    assert_eq!((later.events, later.already), (1, 1));
    assert_eq!(
        said(&store, company("1")).await,
        [
            "Registered unknown",
            "OccupancyStarted 2016-03-01",
            "OccupancyEnded 2018-05-01"
        ]
    );
    // A cell that is empty again says nothing, and ends nothing.
    let silent = imported(&store, &[",1,甲,T空间,2016-03-01,,"]).await;
    assert_eq!(silent.events, 0);
}

async fn an_end_before_its_start_is_refused_also_where_the_start_stands(harness: &Harness) {
    let store = harness.open().await;
    let impossible = ",1,甲,T空间,2016-03-01,2015-03-01,";
    let expected =
        ["2 error =: the end (2015-03-01) lies before the start (2016-03-01); check both dates"];
    assert_eq!(issues(&imported(&store, &[impossible]).await), expected);
    assert_eq!(said(&store, company("1")).await, ["Registered unknown"]);
    imported(&store, &[",1,甲,T空间,2016-03-01,,"]).await;
    assert_eq!(issues(&imported(&store, &[impossible]).await), expected);
    assert_eq!(
        said(&store, company("1")).await,
        ["Registered unknown", "OccupancyStarted 2016-03-01"]
    );
}

async fn a_retracted_event_can_be_imported_again(harness: &Harness) {
    let store = harness.open().await;
    let rows = [",1,甲,T空间,2016-03-01,,"];
    imported(&store, &rows).await;
    let reason = Text::new("记错").expect("a text");
    let action = Action::<Change>::Retract {
        target: 2,
        reason,
        with_dependents: false,
    };
    let command = Command {
        action,
        manner: Manner::Live,
    };
    let commands = Commands::new(Arc::clone(&store));
    let retracted = commands
        .execute(company("1").id, &command, None, &Metadata::by("tester"))
        .await;
    assert_eq!(retracted.expect("retracted").events.len(), 1);
    assert_eq!(imported(&store, &rows).await.events, 1);
    assert_eq!(
        said(&store, company("1")).await,
        [
            "Registered unknown",
            "OccupancyStarted 2016-03-01",
            "EventRetracted ",
            "OccupancyStarted 2016-03-01"
        ]
    );
    assert_eq!(imported(&store, &rows).await.events, 0);
}

async fn touching_periods_are_two_unless_they_are_joined(harness: &Harness) {
    let store = harness.open().await;
    let rows = |park: &str| {
        [
            format!(",{park},甲,T空间,2018-03-01,,"),
            format!(",{park},甲,T空间,2016-03-01,2017-03-01,"),
            format!(",{park},甲,天安,2017-03-01,2018-03-01,"),
            format!(",{park},甲,T空间,2017-03-01,2018-03-01,"),
        ]
    };
    let [first, second] = [rows("1"), rows("2")];
    imported(&store, &first.each_ref().map(String::as_str)).await;
    assert_eq!(said(&store, company("1")).await.len(), 8);
    let joining = format!("touching = \"join\"\n{MAPPING}");
    let rows = second.each_ref().map(String::as_str);
    let report = imported_by(&store, Appending::Bulk, &joining, &rows).await;
    assert_eq!(report.contradictions.len(), 0);
    assert_eq!(
        said(&store, company("2")).await,
        [
            "Registered unknown",
            "OccupancyStarted 2016-03-01",
            "OccupancyStarted 2017-03-01",
            "OccupancyEnded 2018-03-01"
        ]
    );
    let joined = &store.stream(company("2")).await.expect("read")[1];
    assert_eq!(joined.metadata["row"], "2+3+5", "the rows of all three");
}
