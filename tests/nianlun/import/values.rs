//! Dates, areas and amounts as tables write them, through an import.

use super::{Appending, TimeZone, company, issues, mapping};
use crate::contract;
use crate::support::database::Harness;
use nianlun::import::{Importer, MappingError, Options, Report};
use std::sync::Arc;

contract!(
    cells_are_read_as_tables_write_them,
    a_bare_amount_and_a_date_of_two_readings_are_errors_of_their_rows,
    formats_of_a_mapping_decide_how_dates_are_read,
);

const BY_VALUES: &str = r#"
name = "values"
title = "values"
shape = "spells"
[file]
absent = ["/"]
[[subject.identify]]
scheme = "park"
id = { column = "编号" }
[subject.register]
name = { column = "企业" }
[[carrier]]
code = "t-space"
name = "T+SPACE"
[[output]]
opens = "occupancy-started"
from = { column = "入驻" }
ends = "occupancy-ended"
to = { column = "退租" }
carrier = "t-space"
area = { column = "面积（亩）" }
planned_end = { column = "到期" }
[[output]]
when = { "融资/万元" = "*" }
event = "funding-received"
on = { column = "入驻" }
amount = { column = "融资/万元" }
"#;

const HEADER: &str = "编号,企业,入驻,退租,面积（亩）,到期,融资/万元";

async fn imported(
    harness: &Harness,
    text: &str,
    header: &str,
    rows: &[&str],
) -> (Report, Vec<String>) {
    let store = harness.open().await;
    let importer = Importer {
        store: Arc::clone(&store),
        appending: Appending::Bulk,
        actor: "tester".to_owned(),
        token: None,
        zone: TimeZone::get("Asia/Shanghai").expect("a zone"),
    };
    let file = [&[header], rows].concat().join("\n");
    let (mapping, options) = (mapping(text), Options::default());
    let report = importer.import_bytes("rows.csv", file.as_bytes(), &mapping, &options, |_| ());
    let report = report.await.expect("an import");
    let events = store.stream(company("1")).await.expect("read");
    let asserted = events
        .iter()
        .map(|event| event.payload["entry"]["asserted"].to_string());
    (report, asserted.collect())
}

async fn cells_are_read_as_tables_write_them(harness: &Harness) {
    let rows = [
        "1,甲,2016年初,2018年底,约3,２０１９年３月,500",
        "2,乙,42430,至今,300㎡,/,/",
        "3,丙,2016年,,/,—,",
    ];
    let (report, said) = imported(harness, BY_VALUES, HEADER, &rows).await;
    assert_eq!(issues(&report), Vec::<String>::new());
    assert_eq!(said.len(), 4, "{said:?}");
    let opened = &said[1];
    for part in [
        r#""on":"about 2016-01-01..2016-04-30""#,
        r#""area":{"amount":"3","comparator":"~","unit":"mu"}"#,
        r#""planned_end":"2019-03""#,
    ] {
        assert!(opened.contains(part), "{opened}");
    }
    assert!(
        said[2].contains(r#""on":"about 2018-09-01..2018-12-31""#),
        "{said:?}"
    );
    assert!(
        said[3].contains(r#""amount":{"amount":"500","comparator":"=","unit":"wan-CNY"}"#),
        "{said:?}"
    );
}

async fn a_bare_amount_and_a_date_of_two_readings_are_errors_of_their_rows(harness: &Harness) {
    let text = BY_VALUES.replace("融资/万元", "融资额");
    let header = HEADER.replace("融资/万元", "融资额");
    let rows = ["1,甲,2016,,,,500", "2,乙,3/1/2016,,,,", "3,丙,2016,,-3,,"];
    let (report, _) = imported(harness, &text, &header, &rows).await;
    let said = issues(&report);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(
        said[0].starts_with(
            "2 error 融资额=500: \"500\" has no unit, and 元, 千元 and 万元 are never guessed"
        ),
        "{said:?}"
    );
    assert!(
        said[1].starts_with(
            "3 error 入驻=3/1/2016: \"3/1/2016\": day and month can stand in either order"
        ),
        "{said:?}"
    );
    assert!(
        said[2].starts_with("4 error 面积（亩）=-3: \"-3\" is negative"),
        "{said:?}"
    );
}

async fn formats_of_a_mapping_decide_how_dates_are_read(harness: &Harness) {
    let stated = r#"from = { column = "入驻", formats = ["%d.%m.%Y"] }"#;
    let text = BY_VALUES.replacen(r#"from = { column = "入驻" }"#, stated, 1);
    let (report, said) = imported(harness, &text, HEADER, &["1,甲,1.3.2016,,,,"]).await;
    assert_eq!(issues(&report), Vec::<String>::new());
    assert!(said[1].contains(r#""on":"2016-03-01""#), "{said:?}");
}

#[test]
fn a_format_that_reads_no_date_is_an_error_of_the_mapping() {
    let stated = r#"from = { column = "入驻", formats = ["dd.mm.yyyy"] }"#;
    let text = BY_VALUES.replacen(r#"from = { column = "入驻" }"#, stated, 1);
    let error = nianlun::import::Mapping::read(&text).expect_err("no format");
    assert!(
        matches!(&error, MappingError::Misfit { place, reason }
        if place == "[[output]] 1 from" && reason.starts_with("\"dd.mm.yyyy\" is no format of dates")),
        "{error}"
    );
}
