//! Who a row is about: by name, by security code, and by a person's answer. Never a guess.

use std::fs;
use std::sync::Arc;

use nianlun::import::{Options, Report, books};
use nianlun::store::{Store, StreamId};
use nianlun_aggregates::Identifier;
use nianlun_aggregates::identifier::ExternalId;
use nianlun_projections::Subject;

use super::{caught_up, company, import_as, imported, issues, said};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::Program;

contract!(
    a_name_that_one_company_has_is_that_company,
    a_name_that_nobody_has_is_a_new_company_of_the_source,
    a_name_that_several_have_is_a_question_and_nothing_is_recorded,
    a_security_code_finds_its_company_and_makes_none,
    an_answer_is_remembered_from_run_to_run,
    a_company_of_its_own_can_be_the_answer,
    an_answer_in_a_preview_is_used_and_not_kept,
);

const BY_NAME: &str = r#"
name = "visits"
title = "走访"
shape = "events"

[[subject.identify]]
name = { column = "企业" }

[subject.register]
name = { column = "企业" }

[[output]]
event = "attribute-stated"
on = { column = "日期" }
scheme = "visit"
value = { column = "内容" }
"#;

async fn visits(store: &Arc<dyn Store>, rows: &[&str]) -> Report {
    caught_up(store).await;
    let files = [("走访.csv", [&["企业,日期,内容"], rows].concat().join("\n"))];
    import_as(store, BY_NAME, &files, &Options::default()).await
}

fn of_source(source: &str, name: &str) -> StreamId {
    let scheme = source.parse().expect("a scheme");
    let id = ExternalId::new(scheme, name).expect("an id");
    StreamId {
        subject: Subject::Company,
        id: Identifier::External(id).company_id(),
    }
}

async fn a_name_that_one_company_has_is_that_company(harness: &Harness) {
    let store = harness.open().await;
    imported(
        &store,
        &[
            ",1,甲科技（重庆）有限公司,T空间,2016,,",
            ",1,甲光学有限公司,T空间,2016,,",
        ],
    )
    .await;
    // The name in half-width brackets, and its other name.
    let report = visits(
        &store,
        &[
            "甲科技(重庆)有限公司,2020-01-01,初访",
            "甲光学有限公司,2020-02-01,复访",
        ],
    )
    .await;
    assert_eq!(
        (report.events, report.new_subjects),
        (2, 0),
        "{:?}",
        issues(&report)
    );
    assert_eq!(
        said(&store, company("1")).await[3..],
        ["AttributeStated 2020-01-01", "AttributeStated 2020-02-01"]
    );
}

async fn a_name_that_nobody_has_is_a_new_company_of_the_source(harness: &Harness) {
    let store = harness.open().await;
    let rows = [
        "乙科技有限公司,2020-01-01,初访",
        "乙科技有限公司,2020-02-01,复访",
    ];
    let report = visits(&store, &rows).await;
    assert_eq!(
        (report.events, report.new_subjects),
        (3, 1),
        "{:?}",
        issues(&report)
    );
    let stream = of_source("visits", "乙科技有限公司");
    assert_eq!(said(&store, stream).await.len(), 3);
    let again = visits(&store, &rows).await;
    assert_eq!((again.events, again.new_subjects), (0, 0));
}

/// Two companies of one name.
async fn namesakes(store: &Arc<dyn Store>) {
    imported(
        store,
        &[
            ",1,丙贸易有限公司,T空间,2016,,",
            ",2,丙贸易有限公司,天安,2017,,",
        ],
    )
    .await;
}

const VISIT: &str = "丙贸易有限公司,2020-01-01,初访";

async fn a_name_that_several_have_is_a_question_and_nothing_is_recorded(harness: &Harness) {
    let store = harness.open().await;
    namesakes(&store).await;
    let report = visits(&store, &[VISIT]).await;
    assert_eq!((report.events, report.error_count), (0, 1));
    let told = issues(&report).concat();
    assert!(
        told.starts_with("2 error =: several companies have this name: "),
        "{told}"
    );
    assert!(
        told.ends_with("mend the row or the record, or answer with --resolve"),
        "{told}"
    );
    let [question] = &books::questions(store.as_ref(), Some("visits"))
        .await
        .expect("read")[..]
    else {
        panic!("one question")
    };
    let mut candidates: Vec<_> = question.candidates.iter().map(|one| one.company).collect();
    candidates.sort();
    let mut both = [company("1").id, company("2").id];
    both.sort();
    assert_eq!(candidates, both);
    assert_eq!(question.says["name"], "丙贸易有限公司");
    assert_eq!(question.place, ("走访.csv".to_owned(), String::new(), 2));
}

async fn a_security_code_finds_its_company_and_makes_none(harness: &Harness) {
    let store = harness.open().await;
    imported(&store, &[",1,甲,,2020-01-01,,688287"]).await;
    let mapping = BY_NAME.replace(
        "[[subject.identify]]\nname = { column = \"企业\" }",
        "[[subject.identify]]\nboard = \"STAR\"\ncode = { column = \"代码\" }",
    );
    let files = [(
        "公告.csv",
        "企业,代码,日期,内容\n甲,688287,2021-01-01,年报\n谁,688001,2021-01-01,年报\n坏,68828,2021-01-01,年报\n".to_owned(),
    )];
    let report = import_as(&store, &mapping, &files, &Options::default()).await;
    assert_eq!(
        (report.events, report.new_subjects),
        (1, 0),
        "{:?}",
        issues(&report)
    );
    assert_eq!(
        said(&store, company("1")).await[2..],
        ["AttributeStated 2021-01-01"]
    );
    let told = issues(&report);
    assert_eq!(told.len(), 2, "{told:#?}");
    for (line, row) in told.iter().zip([3, 4]) {
        let expected = format!(
            "{row} error =: nobody is known by this code, and a code makes no company; give an identifier, or answer with --resolve"
        );
        assert_eq!(*line, expected);
    }
}

/// The visits as files, for the real binary.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().expect("a temporary directory"));
        fs::write(files.path("m.toml"), BY_NAME).expect("written");
        fs::write(files.path("走访.csv"), format!("企业,日期,内容\n{VISIT}\n")).expect("written");
        files
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn answer(&self, company: &str) -> String {
        let path = self.path("answers.toml");
        let text = format!(
            "[[answer]]\nsource = \"visits\"\nsays = {{ name = \"丙贸易有限公司\" }}\ncompany = \"{company}\"\nbecause = \"打电话问过\"\n"
        );
        fs::write(&path, text).expect("written");
        path
    }

    fn import(&self, program: &Program, more: &[&str]) -> crate::support::program::Ran {
        let (file, mapping) = (self.path("走访.csv"), self.path("m.toml"));
        program.run(&[&["import", &file, "--mapping", &mapping], more].concat())
    }
}

async fn an_answer_is_remembered_from_run_to_run(harness: &Harness) {
    let store = harness.open().await;
    namesakes(&store).await;
    let (program, files) = (Program::over(harness), Files::new());
    let asked = files.import(&program, &[]);
    assert_eq!(asked.code, Some(3), "{}{}", asked.out, asked.err);
    let questions = program.rows(&["import", "questions"]);
    assert_eq!(questions.len(), 1, "{questions:?}");

    let nobody = files.import(&program, &["--resolve", &files.answer("park:9")]);
    assert_eq!(nobody.code, Some(2), "{}", nobody.err);
    let answered = files.import(&program, &["--resolve", &files.answer("park:2")]);
    assert_eq!(answered.code, Some(0), "{}{}", answered.out, answered.err);
    assert_eq!(said(&store, company("2")).await.len(), 3);
    assert_eq!(said(&store, company("1")).await.len(), 2);
    assert_eq!(program.rows(&["import", "questions"]).len(), 0);

    let again = files.import(&program, &[]);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    fs::write(
        files.path("走访.csv"),
        "企业,日期,内容\n丙贸易有限公司,2021-01-01,复访\n",
    )
    .expect("written");
    let next = files.import(&program, &[]);
    assert_eq!(next.code, Some(0), "{}{}", next.out, next.err);
    assert_eq!(said(&store, company("2")).await.len(), 4);
    let [answer] = &books::answers(store.as_ref(), "visits")
        .await
        .expect("read")[..]
    else {
        panic!("one answer")
    };
    assert_eq!(
        (answer.company, answer.actor.as_str()),
        (Some(company("2").id), "tester")
    );
    assert_eq!(answer.because, "打电话问过");
}

async fn a_company_of_its_own_can_be_the_answer(harness: &Harness) {
    let store = harness.open().await;
    namesakes(&store).await;
    let (program, files) = (Program::over(harness), Files::new());
    let answered = files.import(&program, &["--resolve", &files.answer("new")]);
    assert_eq!(answered.code, Some(0), "{}{}", answered.out, answered.err);
    let third = of_source("visits", "丙贸易有限公司");
    assert_eq!(said(&store, third).await.len(), 2);
    let again = files.import(&program, &[]);
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    assert_eq!(said(&store, third).await.len(), 2);
}

async fn an_answer_in_a_preview_is_used_and_not_kept(harness: &Harness) {
    let store = harness.open().await;
    namesakes(&store).await;
    let (program, files) = (Program::over(harness), Files::new());
    let preview = files.import(
        &program,
        &["--dry-run", "--resolve", &files.answer("park:2")],
    );
    assert_eq!(preview.code, Some(0), "{}{}", preview.out, preview.err);
    let kept = books::answers(store.as_ref(), "visits")
        .await
        .expect("read");
    assert_eq!(kept, []);
    assert_eq!(files.import(&program, &[]).code, Some(3));
}
