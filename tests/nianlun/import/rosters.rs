//! Dated lists of who is there: what their comparison says, in whatever order and form they come.

use std::collections::BTreeMap;
use std::sync::Arc;

use cqrs_es::Aggregate;
use nianlun::import::{Appending, ImportError, Report, books};
use nianlun::store::Store;
use nianlun_aggregates::company::Change;
use nianlun_aggregates::decode::decode;
use nianlun_aggregates::history::{Change as _, History};
use rust_xlsxwriter::Workbook;
use serde_json::Value;

use super::{company, issues, mapping, try_import};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, text};

contract!(
    who_is_in_the_first_list_was_there_by_then_and_who_comes_and_goes_does_so_between_lists,
    missing_once_is_one_finding_where_the_mapping_says_so,
    who_stands_elsewhere_in_the_list_has_moved_and_was_not_forgotten,
    in_whatever_files_and_order_lists_come_the_same_is_in_force,
    a_list_that_was_edited_corrects_and_the_same_again_adds_nothing,
    a_list_that_is_half_recorded_blocks_the_next,
    a_source_can_list_who_is_present_and_nothing_else,
    an_archive_is_known_list_by_list,
    the_end_of_a_period_takes_constants_only,
    of_two_rows_that_disagree_in_one_list_the_last_counts_and_that_is_told,
);

/// The lists of five months: day, number, second number, name, tier, trade.
const LISTS: [&[&str]; 5] = [
    &["1,a,甲,A级,软件", "2,b,乙,A级,软件", "3,c,丙,B级,"],
    &["1,a,甲,A级,软件", "2,b,乙,A级,制造", "4,d,丁,B级,软件"],
    &["1,a,甲,A级,软件", "4,d,丁,B级,软件"],
    &["1,a,甲新,一级,软件", "2,b,乙,一级,制造", "4,d,丁,B级,软件"],
    &["11,a,甲新,一级,软件", "2,b,乙,一级,", "4,d,丁,B级,软件"],
];
const DAYS: [&str; 5] = [
    "2016-01-31",
    "2016-02-29",
    "2016-03-31",
    "2016-04-30",
    "2016-05-31",
];
const COLUMNS: &str = "编号,统码,企业,级别,行业";
const BY_COLUMN: &str = r#"{ column = "日期" }"#;

/// A mapping of such lists.
fn lists_by(observed_on: &str, more: &str) -> String {
    format!(
        r#"
name = "list"
title = "会员名单"
shape = "roster"

[roster]
observed_on = {observed_on}
{more}

[[subject.identify]]
scheme = "park"
id = {{ column = "编号" }}
[[subject.identify]]
scheme = "other"
id = {{ column = "统码" }}

[subject.register]
name = {{ column = "企业" }}

[tables.tier]
"A级" = "a"
"一级" = "a"
"B级" = "b"

[[cluster]]
code = "club"
name = "会"
[[cluster.tier]]
code = "a"
name = "A级"
[[cluster.tier]]
code = "b"
name = "B级"

[[output]]
opens = "membership-started"
ends = "membership-ended"
cluster = "club"
tier = {{ column = "级别", table = "tier" }}
capacity = "member"

[[output]]
event = "renamed"
name = {{ column = "企业" }}

[[output]]
event = "attribute-stated"
scheme = "trade"
value = {{ column = "行业" }}
"#
    )
}

/// Some of the lists as one file with a column for the day.
fn dated(lists: &[usize]) -> Vec<u8> {
    let rows = lists.iter().flat_map(|list| {
        let dated = |row: &&str| format!("{},{row}", DAYS[*list]);
        LISTS[*list].iter().map(dated)
    });
    let header = format!("日期,{COLUMNS}");
    let lines: Vec<_> = std::iter::once(header).chain(rows).collect();
    lines.join("\n").into_bytes()
}

/// Imports a file; all its rows must go in.
async fn taken(store: &Arc<dyn Store>, text: &str, bytes: &[u8]) -> Report {
    let report = try_import(store, Appending::Bulk, &mapping(text), bytes).await;
    let report = report.expect("an import");
    assert_eq!(report.error_count, 0, "{:?}", issues(&report));
    report
}

/// What is in force of a company: what and when, sorted.
async fn in_force(store: &Arc<dyn Store>, park: &str) -> Vec<String> {
    let mut history = History::<Change>::default();
    for event in store.stream(company(park)).await.expect("read") {
        history.apply(decode(&event).expect("an event"));
    }
    let line = |change: &Change, on: String| {
        let words = serde_json::to_value(change).expect("JSON");
        let fields = words.as_object().and_then(|tagged| tagged.values().next());
        let fields = fields.and_then(Value::as_object).expect("fields");
        let what = change.event_type();
        let told = [
            "tier",
            "name",
            "alias",
            "value",
            "present",
            "source",
            "identifier",
        ];
        let told = told.iter().filter_map(|field| match fields.get(*field)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        });
        let told: Vec<_> = told.collect();
        format!("{what} {} {on}", told.join(" "))
    };
    let timeline = history.timeline().in_force();
    let said = timeline.iter();
    let mut said: Vec<_> = said
        .map(|said| line(&said.assertion.change, said.assertion.on.to_string()))
        .collect();
    said.sort();
    said
}

/// What is in force of all companies of the lists.
async fn all(store: &Arc<dyn Store>) -> BTreeMap<&'static str, Vec<String>> {
    let mut all = BTreeMap::new();
    for park in ["1", "2", "3", "4", "11"] {
        all.insert(park, in_force(store, park).await);
    }
    all
}

/// Of these, who came and went and was forgotten.
fn comings(said: &[String]) -> Vec<&str> {
    let of = ["Membership", "Presence", "Absence"];
    let said = said.iter().map(String::as_str);
    said.filter(|said| of.iter().any(|what| said.starts_with(what)))
        .collect()
}

async fn who_is_in_the_first_list_was_there_by_then_and_who_comes_and_goes_does_so_between_lists(
    harness: &Harness,
) {
    let store = harness.open().await;
    taken(&store, &lists_by(BY_COLUMN, ""), &dated(&[0, 1, 2, 3, 4])).await;
    let all = all(&store).await;
    assert_eq!(
        comings(&all["3"]),
        [
            "MembershipEnded b between 2016-01-31..2016-02-29",
            "MembershipStarted b by 2016-01-31"
        ]
    );
    assert_eq!(
        comings(&all["4"]),
        ["MembershipStarted b between 2016-01-31..2016-02-29"]
    );
    assert_eq!(
        comings(&all["2"]),
        [
            "MembershipEnded a between 2016-02-29..2016-03-31",
            "MembershipStarted a between 2016-03-31..2016-04-30",
            "MembershipStarted a by 2016-01-31"
        ],
        "missing once is gone and come again"
    );
    // A renamed tier is no exit, nor is a new number of a company that is known by another.
    assert_eq!(comings(&all["1"]), ["MembershipStarted a by 2016-01-31"]);
    assert!(all["11"].is_empty());
    let of = |park: &str, what: &str| -> Vec<String> {
        let said = all[park].iter().filter(|said| said.starts_with(what));
        said.cloned().collect()
    };
    assert_eq!(
        of("1", "Renamed"),
        ["Renamed 甲新 between 2016-03-31..2016-04-30"]
    );
    assert_eq!(
        of("2", "AttributeStated"),
        [
            "AttributeStated 制造 between 2016-01-31..2016-02-29",
            "AttributeStated 软件 by 2016-01-31"
        ],
        "an emptied cell says nothing"
    );
    assert_eq!(of("3", "AttributeStated"), [""; 0]);
    assert_eq!(
        of("4", "AttributeStated"),
        ["AttributeStated 软件 by 2016-02-29"]
    );
}

async fn missing_once_is_one_finding_where_the_mapping_says_so(harness: &Harness) {
    let store = harness.open().await;
    let mapping = lists_by(BY_COLUMN, "missing_once = \"finding\"");
    taken(&store, &mapping, &dated(&[0, 1, 2])).await;
    assert_eq!(
        comings(&in_force(&store, "2").await),
        [
            "MembershipEnded a between 2016-02-29..2016-03-31",
            "MembershipStarted a by 2016-01-31"
        ],
        "nobody knows yet that it will be back"
    );
    taken(&store, &mapping, &dated(&[3, 4])).await;
    assert_eq!(
        comings(&in_force(&store, "2").await),
        [
            "AbsenceNoted list 2016-03-31",
            "MembershipStarted a by 2016-01-31"
        ]
    );
    assert_eq!(
        comings(&in_force(&store, "3").await).len(),
        2,
        "who does not come back is gone"
    );
    store.close().await;
    let program = Program::over(harness);
    program.done(&["rebuild"]);
    let findings = program.rows(&["findings", "--code", "missing-once"]);
    let found: Vec<_> = findings
        .iter()
        .map(|finding| text(finding, "company"))
        .collect();
    assert_eq!(found, ["乙"]);
}

async fn who_stands_elsewhere_in_the_list_has_moved_and_was_not_forgotten(harness: &Harness) {
    let store = harness.open().await;
    let rows = [
        "2016-01-31,1,a,甲,A级,",
        "2016-02-29,1,a,甲,B级,",
        "2016-03-31,1,a,甲,A级,",
    ];
    let mapping = lists_by(BY_COLUMN, "missing_once = \"finding\"");
    let expected = [
        "MembershipEnded a between 2016-01-31..2016-02-29",
        "MembershipEnded b between 2016-02-29..2016-03-31",
        "MembershipStarted a between 2016-02-29..2016-03-31",
        "MembershipStarted a by 2016-01-31",
        "MembershipStarted b between 2016-01-31..2016-02-29",
    ];
    for row in rows {
        taken(
            &store,
            &mapping,
            format!("日期,{COLUMNS}\n{row}").as_bytes(),
        )
        .await;
    }
    assert_eq!(comings(&in_force(&store, "1").await), expected);
    let whole = format!("日期,{COLUMNS}\n{}", rows.join("\n"));
    assert_eq!(taken(&store, &mapping, whole.as_bytes()).await.events, 0);
}

async fn in_whatever_files_and_order_lists_come_the_same_is_in_force(harness: &Harness) {
    for missing_once in ["exit", "finding"] {
        let more = format!("missing_once = \"{missing_once}\"");
        let mut outcomes = vec![];
        for way in 0..5 {
            let fresh = Harness::new(harness.dialect).await;
            let store = fresh.open().await;
            by_way(&store, way, &more).await;
            outcomes.push(all(&store).await);
            store.close().await;
        }
        for (way, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome, &outcomes[0], "way {way}, {missing_once}");
        }
    }
}

/// One file of all lists; a file a month; a list in the middle last; a workbook with a sheet a month, in no order; files
/// whose month stands in their title.
async fn by_way(store: &Arc<dyn Store>, way: usize, more: &str) {
    let by_column = lists_by(BY_COLUMN, more);
    match way {
        0 => drop(taken(store, &by_column, &dated(&[0, 1, 2, 3, 4])).await),
        1 => {
            for list in 0..5 {
                taken(store, &by_column, &dated(&[list])).await;
            }
        }
        2 => {
            for lists in [&[0, 1][..], &[3, 4], &[2]] {
                taken(store, &by_column, &dated(lists)).await;
            }
        }
        3 => {
            let mut book = Workbook::new();
            for list in [2, 0, 1, 3, 4] {
                let sheet = book.add_worksheet();
                sheet
                    .set_name(format!("2016年{}月", list + 1))
                    .expect("a name");
                let rows = std::iter::once(&COLUMNS).chain(LISTS[list]);
                for (number, row) in (0..).zip(rows) {
                    let cells: Vec<_> = row.split(',').collect();
                    sheet.write_row(number, 0, cells).expect("written");
                }
            }
            let by_sheet = lists_by("{ of = \"sheet\", within = true }", more);
            taken(
                store,
                &by_sheet,
                &book.save_to_buffer().expect("a workbook"),
            )
            .await;
        }
        _ => {
            let by_title = lists_by("{ of = \"title\", within = true }", more);
            for (list, rows) in LISTS.iter().enumerate() {
                let title = format!("2016年{}月在册企业名单,,,,", list + 1);
                let file = [&[title.as_str(), COLUMNS], *rows].concat().join("\n");
                taken(store, &by_title, file.as_bytes()).await;
            }
        }
    }
}

async fn a_list_that_was_edited_corrects_and_the_same_again_adds_nothing(harness: &Harness) {
    let store = harness.open().await;
    let mapping = lists_by(BY_COLUMN, "");
    taken(&store, &mapping, &dated(&[0, 1, 2, 3, 4])).await;
    let before = all(&store).await;
    for lists in [&[0, 1, 2, 3, 4][..], &[2], &[4, 0]] {
        assert_eq!(taken(&store, &mapping, &dated(lists)).await.events, 0);
    }
    // Somebody had left out the third company in February, and written the wrong trade of the second.
    let edited = [
        "2016-02-29,1,a,甲,A级,软件",
        "2016-02-29,2,b,乙,A级,金融",
        "2016-02-29,3,c,丙,B级,",
        "2016-02-29,4,d,丁,B级,软件",
    ];
    let edited = format!("日期,{COLUMNS}\n{}", edited.join("\n"));
    let report = taken(&store, &mapping, edited.as_bytes()).await;
    assert!(report.corrected > 0);
    let after = all(&store).await;
    assert_eq!(
        comings(&after["3"]),
        [
            "MembershipEnded b between 2016-02-29..2016-03-31",
            "MembershipStarted b by 2016-01-31"
        ]
    );
    assert!(after["2"].contains(&"AttributeStated 金融 between 2016-01-31..2016-02-29".to_owned()));
    assert_eq!((&after["1"], &after["4"]), (&before["1"], &before["4"]));
    assert_eq!(taken(&store, &mapping, edited.as_bytes()).await.events, 0);
    // And as it was, again.
    taken(&store, &mapping, &dated(&[0, 1, 2, 3, 4])).await;
    assert_eq!(all(&store).await, before);
}

async fn a_list_that_is_half_recorded_blocks_the_next(harness: &Harness) {
    let store = harness.open().await;
    let text = lists_by(BY_COLUMN, "");
    let broken = taken(&store, &text, &dated(&[0, 1])).await.run;
    let mut runs = books::runs(store.as_ref()).await.expect("runs");
    let run = runs
        .iter_mut()
        .find(|run| run.run == broken)
        .expect("the run");
    run.ended = None;
    books::keep_run(store.as_ref(), run).await.expect("kept");

    let next = try_import(&store, Appending::Bulk, &mapping(&text), &dated(&[2])).await;
    match next {
        Err(error @ ImportError::Unfinished { .. }) => assert_eq!(
            error.to_string(),
            format!(
                "import {broken} of rows.csv was broken off, and its lists are half recorded; import rows.csv again first"
            )
        ),
        other => panic!("{other:?}"),
    }
    assert_eq!(taken(&store, &text, &dated(&[0, 1])).await.events, 0);
    assert!(taken(&store, &text, &dated(&[2])).await.events > 0);
}

async fn a_source_can_list_who_is_present_and_nothing_else(harness: &Harness) {
    let store = harness.open().await;
    let text = lists_by(BY_COLUMN, "");
    let outputs = text.find("[[output]]").expect("outputs");
    let text = format!(
        "{}{}",
        &text[..outputs],
        r#"
[[output]]
opens = "presence-observed"
ends = "presence-observed"
source = "club-list"
present = "true"
on_end = { present = "false" }
"#
    );
    for list in 0..5 {
        taken(&store, &text, &dated(&[list])).await;
    }
    assert_eq!(
        comings(&in_force(&store, "2").await),
        [
            "PresenceObserved false club-list between 2016-02-29..2016-03-31",
            "PresenceObserved true club-list between 2016-03-31..2016-04-30",
            "PresenceObserved true club-list by 2016-01-31"
        ]
    );
    assert_eq!(
        comings(&in_force(&store, "1").await),
        ["PresenceObserved true club-list by 2016-01-31"]
    );
}

async fn an_archive_is_known_list_by_list(harness: &Harness) {
    let store = harness.open().await;
    let text = lists_by(BY_COLUMN, "\n[backfill]\nasserted = { column = \"报送\" }");
    // The list of February was sent in April, after that of March.
    let rows = [
        "2016-01-31,2016-01-31,1,a,甲,A级,软件",
        "2016-02-29,2016-04-05,1,a,甲,A级,软件",
        "2016-02-29,2016-04-05,4,d,丁,B级,软件",
        "2016-03-31,2016-03-31,1,a,甲,A级,软件",
        "2016-03-31,2016-03-31,4,d,丁,B级,软件",
    ];
    let file = format!("日期,报送,{COLUMNS}\n{}", rows.join("\n"));
    taken(&store, &text, file.as_bytes()).await;
    assert_eq!(
        comings(&in_force(&store, "4").await),
        ["MembershipStarted b between 2016-01-31..2016-02-29"]
    );
    let events = store.stream(company("4")).await.expect("read");
    let said: Vec<_> = events
        .iter()
        .map(|event| event.payload.to_string())
        .filter(|said| said.contains("between"))
        .map(|said| {
            (
                said.contains("2016-01-31..2016-03-31"),
                said.contains("2016-01-31..2016-02-29"),
            )
        })
        .collect();
    assert_eq!(
        said,
        [(true, false), (false, true)],
        "first as March knew it, then as April did"
    );
    assert_eq!(taken(&store, &text, file.as_bytes()).await.events, 0);
}

async fn the_end_of_a_period_takes_constants_only(_: &Harness) {
    let text = lists_by(BY_COLUMN, "").replace(
        "capacity = \"member\"",
        "capacity = \"member\"\non_end = { tier = { column = \"级别\" } }",
    );
    let error = nianlun::import::Mapping::read(&text)
        .expect_err("a misfit")
        .to_string();
    assert!(error.contains("`on_end` takes constants"), "{error}");
}

async fn of_two_rows_that_disagree_in_one_list_the_last_counts_and_that_is_told(harness: &Harness) {
    let store = harness.open().await;
    let rows = [
        "日期,编号,统码,企业,级别,行业",
        "2016-01-31,1,a,甲,A级,软件",
        "2016-01-31,1,a,甲,A级,制造",
        "2016-01-31,1,a,甲,B级,制造",
    ];
    let report = taken(&store, &lists_by(BY_COLUMN, ""), rows.join("\n").as_bytes()).await;
    let told: Vec<_> = report
        .issues
        .iter()
        .map(|issue| (issue.row, issue.reason.as_str()))
        .collect();
    assert_eq!(
        told,
        [(
            3,
            "row 2 of the same list says otherwise of this company (attribute-stated); the last row counts"
        )],
        "the third row says nothing else than the second, and another tier is another membership"
    );
    let said = in_force(&store, "1").await.join("\n");
    assert!(said.contains("制造") && !said.contains("软件"), "{said}");
}
