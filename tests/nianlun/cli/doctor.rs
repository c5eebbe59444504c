//! `nianlun doctor`, and stores that cannot be used.

use super::town::town;
use super::{aligned, fails, run_in, says};
use crate::contract;
use crate::support::database::{Dialect, Harness};
use crate::support::program::Program;

contract!(
    the_doctor_says_what_is_there,
    a_database_of_a_newer_program_is_refused,
);

async fn the_doctor_says_what_is_there(harness: &Harness) {
    let program = town(harness);
    let out = program.done(&["doctor"]);
    let events = harness
        .number("SELECT count(*) FROM events")
        .await
        .to_string();
    let lines: Vec<(&str, &str)> = aligned(&out)[2..]
        .iter()
        .map(|line| {
            let (what, value) = line.trim_matches('|').split_once('|').expect("two cells");
            (what.trim(), value.trim())
        })
        .collect();
    let value = |what: &str| {
        let found = lines.iter().find(|(name, _)| *name == what);
        found.unwrap_or_else(|| panic!("{what} is not in\n{out}")).1
    };
    assert_eq!(value("program"), env!("CARGO_PKG_VERSION"));
    assert_eq!(value("schema"), "9");
    assert_eq!(value("zone"), "Asia/Shanghai");
    for what in ["events", "log", "log position", "facts up to position"] {
        assert_eq!(value(what), events, "{what}");
    }
    let server = match harness.dialect {
        Dialect::Postgres => "PostgreSQL",
        Dialect::Sqlite => "SQLite",
    };
    says(value("server"), &[server]);
    aligned(&program.done(&["--lang", "zh", "doctor"]));

    harness
        .execute("UPDATE checkpoints SET version = 'of another program'")
        .await;
    says(&program.done(&["doctor"]), &["nianlun rebuild"]);
}

async fn a_database_of_a_newer_program_is_refused(harness: &Harness) {
    let program = Program::over(harness);
    program.done(&["record", "cluster", "first", "declared", "name=甲"]);
    harness
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES (9999, 'of the future', true, '', 0)",
        )
        .await;
    let commands: [&[&str]; 3] = [
        &["doctor"],
        &["pipeline"],
        &["record", "cluster", "x", "declared", "name=x"],
    ];
    for command in commands {
        let refused = fails(&program, 1, command);
        says(&refused, &["migration 9999", "use a newer nianlun"]);
    }
}

#[test]
fn a_store_that_cannot_be_used_is_named_without_its_password() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let cases = [
        (
            1,
            "postgres://u:secret@127.0.0.1:1/db",
            "postgres://u:***@127.0.0.1:1/db: ",
        ),
        (2, "sqlite:missing/a.db", "no store missing/a.db"),
        (2, "mysql://u:secret@host/db", "mysql://u:***@host/db"),
        (2, "nianlun.db", "sqlite:FILE"),
        (2, "sqlite:", "names no file"),
    ];
    for (code, store, part) in cases {
        let ran = run_in(folder.path(), &["--store", store, "doctor"]);
        assert_eq!(
            (ran.code, ran.out.as_str()),
            (Some(code), ""),
            "{store}: {}",
            ran.err
        );
        says(&ran.err, &["error: ", part]);
        assert!(!ran.err.contains("secret"), "{}", ran.err);
    }
}

#[test]
fn a_store_keeps_the_zone_that_it_was_made_in() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let declare = ["record", "cluster", "med", "declared", "name=甲"];
    let refused = run_in(
        folder.path(),
        &[&["--zone", "Mars/Olympus"], &declare[..]].concat(),
    );
    assert_eq!(refused.code, Some(2), "{}", refused.out);
    says(&refused.err, &["Mars/Olympus", "Asia/Shanghai"]);
    let made = run_in(
        folder.path(),
        &[&["--zone", "Europe/Berlin"], &declare[..]].concat(),
    );
    assert_eq!(made.code, Some(0), "{}", made.err);
    says(&run_in(folder.path(), &["doctor"]).out, &["Europe/Berlin"]);
    let other = run_in(folder.path(), &["--zone", "Asia/Shanghai", "doctor"]);
    assert_eq!(other.code, Some(2));
    says(&other.err, &["Europe/Berlin", "leave --zone out"]);
}
