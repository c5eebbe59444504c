//! Rows and files that cannot be used: what is told, and what goes in all the same.

use jiff::tz::TimeZone;
use nianlun::import::Appending;
use nianlun::projector::{Folds, catch_up};
use nianlun_aggregates::Identifier;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{
    HEADER, MAPPING, OTHER_USCI, USCI, company, imported, imported_by, issues, mapping, said,
    try_import,
};
use crate::contract;
use crate::support::database::Harness;

contract!(
    identifiers_of_different_companies_are_an_error_that_names_both,
    a_malformed_identifier_gives_way_to_the_next,
    a_code_that_another_company_has_is_an_error_of_its_row_alone,
    rows_that_cannot_be_used_are_told_and_the_others_go_in,
    a_file_that_cannot_be_used_is_refused_whole,
    whatever_the_cells_hold_an_import_ends_and_folds,
);

async fn identifiers_of_different_companies_are_an_error_that_names_both(harness: &Harness) {
    let store = harness.open().await;
    imported(
        &store,
        &[",1,甲,T空间,2016,,", &format!("{USCI},,乙,T空间,2016,,")],
    )
    .await;
    let both = format!("{USCI},1,甲,天安,2017,,");
    let report = imported(&store, &[&both, ",1,甲,天安,2018,,"]).await;
    let usci: Identifier = Identifier::Usci(USCI.parse().expect("a code"));
    let expected = format!(
        "2 error =: its identifiers belong to different companies: usci:{USCI} is {}, park:1 is {}; mend the row or the record, or answer with --resolve",
        usci.company_id(),
        company("1").id
    );
    assert_eq!(issues(&report), [expected]);
    assert_eq!(report.events, 1, "the other row goes in");
}

async fn a_malformed_identifier_gives_way_to_the_next(harness: &Harness) {
    let store = harness.open().await;
    let malformed = "91350100M000100Y4Z,1,甲,T空间,2016,,";
    let nobody = "91350100M000100Y4Z,,乙,T空间,2016,,";
    let lower = format!("{},2,丙,T空间,2016,,", OTHER_USCI.to_lowercase());
    let report = imported(&store, &[malformed, nobody, &lower]).await;
    let said_issues = issues(&report);
    assert_eq!(said_issues.len(), 4, "{said_issues:?}");
    assert!(
        said_issues[0].starts_with("2 notice usci=91350100M000100Y4Z: not used as an identifier: "),
        "{said_issues:?}"
    );
    assert_eq!(
        said_issues[1],
        "3 error =: none of the identifiers that the mapping names can be used; the row says nothing of anybody"
    );
    assert!(
        said_issues[2].starts_with("3 notice usci=91350100M000100Y4Z"),
        "{said_issues:?}"
    );
    assert_eq!(
        said_issues[3],
        format!(
            "4 notice usci={}: read as {OTHER_USCI}",
            OTHER_USCI.to_lowercase()
        )
    );
    assert_eq!(
        said(&store, company("1")).await,
        ["Registered unknown", "OccupancyStarted 2016"]
    );
    assert_eq!(report.new_subjects, 4, "two of them carriers");
}

async fn a_code_that_another_company_has_is_an_error_of_its_row_alone(harness: &Harness) {
    let store = harness.open().await;
    imported(&store, &[",1,甲,,2020-01-01,,688287"]).await;
    let rows = [
        ",2,乙,T空间,2016,,",
        ",2,乙,,2020-01-01,,688287",
        ",2,乙,天安,2018,,",
        ",3,丙,,2020-01-01,,688001",
        ",4,丁,,2020-01-01,,688001",
        ",4,丁,天安,2018,,",
    ];
    for appending in [Appending::Bulk, Appending::OneByOne] {
        let report = imported_by(&store, appending, MAPPING, &rows).await;
        let expected = [(3, "688287", "1"), (6, "688001", "3")].map(|(row, code, holder)| {
            format!(
                "{row} error =: identifier code:STAR/{code} already belongs to company {}",
                company(holder).id
            )
        });
        assert_eq!(issues(&report), expected);
    }
    assert_eq!(
        said(&store, company("2")).await,
        [
            "Registered unknown",
            "OccupancyStarted 2016",
            "OccupancyStarted 2018"
        ]
    );
    assert_eq!(
        said(&store, company("3")).await,
        ["Registered unknown", "Listed 2020-01-01"]
    );
    assert_eq!(
        said(&store, company("4")).await,
        ["Registered unknown", "OccupancyStarted 2018"]
    );
}

async fn rows_that_cannot_be_used_are_told_and_the_others_go_in(harness: &Harness) {
    let store = harness.open().await;
    let report = imported(
        &store,
        &[
            ",1,甲,T空间,2016-02-30,,",
            ",2,乙,火星,2016,,",
            ",3,丙,T空间,2016",
            ",4,,T空间,2016,,",
            ",5,戊,,2016,,68828",
            ",6,己,T空间,2201-01-01,,",
            ",7,庚,T空间,2016,,",
        ],
    )
    .await;
    let told = issues(&report);
    assert_eq!(told.len(), 6, "{told:#?}");
    for (line, beginning) in told.iter().zip([
        "2 error 入驻=2016-02-30: \"2016-02-30\" ",
        "3 error 载体=火星: not in table carriers of the mapping; add it there",
        "4 error =: the row has 5 cells, the header has 7; check for a missing or unquoted delimiter",
        "5 error name=: missing; every row names its company",
        "6 error =: 68828 is no code of STAR: six digits, 68…",
        "7 error 入驻=2201-01-01: 2201-01-01 lies outside 1800-01-01 to 2200-12-31; check the year",
    ]) {
        assert!(line.starts_with(beginning), "{line}\n{beginning}");
    }
    assert_eq!(
        said(&store, company("7")).await,
        ["Registered unknown", "OccupancyStarted 2016"]
    );
    assert_eq!(report.rows, 6, "those that have all cells");
}

async fn a_file_that_cannot_be_used_is_refused_whole(harness: &Harness) {
    let store = harness.open().await;
    let refused = async |bytes: &[u8], says: &str| {
        let report = try_import(&store, Appending::Bulk, &mapping(MAPPING), bytes).await;
        let told = report.expect_err("refused").to_string();
        assert!(told.contains(says), "{told}\n{says}");
    };
    let row = ",1,甲,T空间,2016,,\n";
    let renamed = format!("代码,编号,企业,载体,入驻日期,迁出,证券\n{row}");
    refused(
        renamed.as_bytes(),
        "rows.csv: no row has all columns that the mapping names; row 1 comes closest and lacks 入驻",
    )
    .await;
    let cut = [HEADER.as_bytes(), b"\n,1,\xbc\xd7\xff,T,2016,,\n"].concat();
    refused(
        &cut,
        "rows.csv: mixed encodings: line 1 is UTF-8, line 2 is not",
    )
    .await;
    refused(b"", "rows.csv: ").await;
    let events = harness.number("SELECT count(*) FROM events").await;
    assert_eq!(events, 0);
}

async fn whatever_the_cells_hold_an_import_ends_and_folds(harness: &Harness) {
    let store = harness.open().await;
    let cell = prop_oneof![
        4 => prop::sample::select(vec![
            "", "1", "2", USCI, OTHER_USCI, "甲", "T空间", "天安", "2016-03-01", "2016", "2016-Q2", "2016.3", "unknown",
            "by 2017-02-28", "by 2200-12-31", "1800-01-01", "2200-12-31", "about ..1800-01-01", "about 2200-12-31..",
            "between 1800-01-01..2200-12-31", "season 2016-01-01..2016-01-01", "688287", "688001", "9999-12-31", "0000",
        ])
        .prop_map(str::to_owned),
        1 => "\\PC{0,8}".prop_map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))),
    ];
    let rows = prop::collection::vec(prop::collection::vec(cell, 7), 1..60);
    let mut runner = TestRunner::default();
    let mut events = 0;
    for _ in 0..12 {
        let rows = rows.new_tree(&mut runner).expect("rows").current();
        let mut rows: Vec<_> = rows.iter().map(|cells| cells.join(",")).collect();
        rows.push(",1,甲,T空间,1800-01-01,2200-12-31,".to_owned());
        println!("{rows:#?}");
        let rows: Vec<_> = rows.iter().map(String::as_str).collect();
        let report = imported(&store, &rows).await;
        events += report.events;
        let folds = Folds::shipped(TimeZone::UTC).expect("what ships can be read");
        catch_up(&store, &folds, |_, _| ()).await.expect("folded");
    }
    assert!(events > 20, "{events}");
    let stored = harness.number("SELECT count(*) FROM events").await;
    assert_eq!(
        stored,
        i64::try_from(events).expect("small"),
        "what is reported is what is recorded"
    );
}
