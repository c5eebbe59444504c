//! `nianlun backup` and `nianlun restore`, while others write.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::StatusCode;
use serde_json::json;
use sqlx::{Connection, Executor};

use super::{fails, says};
use crate::on_fresh_database;
use crate::support::api::Api;
use crate::support::database::{Dialect, Harness, runtime};
use crate::support::program::Program;
use crate::support::served::Served;

/// How many events and log entries a file has.
async fn counts(file: &std::path::Path) -> (i64, i64) {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let mut connection = sqlx::ConnectOptions::connect(&options)
        .await
        .expect("opened");
    let sql = "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM log)";
    let row = connection.fetch_one(sql).await.expect("counted");
    connection.close().await.expect("closed");
    (sqlx::Row::get(&row, 0), sqlx::Row::get(&row, 1))
}

#[test]
fn a_copy_made_while_others_write_is_whole_and_has_all_that_was_acknowledged_before() {
    on_fresh_database!(Dialect::Sqlite, copied_under_load);
}

async fn copied_under_load(harness: &Harness) {
    let served = Served::start(harness, &[], &[]);
    let api = Arc::new(Api::at(&served.base));
    let done = Arc::new(AtomicBool::new(false));
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..3 {
        let (api, done) = (Arc::clone(&api), Arc::clone(&done));
        writers.spawn(async move {
            for number in 0.. {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                let name = format!("{writer}-{number}");
                let body = json!({"event": "registered", "fields": {"name": name}});
                let answer = api.post("/companies", &body).await;
                assert_eq!(answer.status, StatusCode::CREATED);
            }
        });
    }
    let folder = tempfile::tempdir().expect("a temporary directory");
    for number in 0..5 {
        let body = json!({"event": "registered", "fields": {"name": format!("before-{number}")}});
        let id = api.post("/companies", &body).await.ok().json()["id"].clone();
        let id = id.as_str().expect("an id").to_owned();
        let copy = folder.path().join(format!("copy-{number}.db"));
        let program = Program::over(harness);
        let to = copy.display().to_string();
        let said = tokio::task::spawn_blocking(move || program.done(&["backup", &to]));
        let said = said.await.expect("copied");
        let (events, log) = counts(&copy).await;
        says(
            &said,
            &[&format!("{events} events, log position {log}"), "verified"],
        );
        let store = Program::at(&format!("sqlite:{}", copy.display()));
        says(
            &store.done(&["company", "show", &id]),
            &[&format!("before-{number}")],
        );
    }
    done.store(true, Ordering::Relaxed);
    while let Some(writer) = writers.join_next().await {
        writer.expect("a writer");
    }
}

#[test]
fn a_copy_becomes_a_store_again() {
    on_fresh_database!(Dialect::Sqlite, restored);
}

async fn restored(harness: &Harness) {
    let program = Program::over(harness);
    program.done(&["record", "cluster", "first", "declared", "name=甲"]);
    let folder = tempfile::tempdir().expect("a temporary directory");
    let copy = folder.path().join("copy.db").display().to_string();
    says(
        &program.done(&["backup", &copy]),
        &["1 events, log position 1"],
    );
    let again = fails(&program, 2, &["backup", &copy]);
    says(&again, &["is there already"]);

    program.done(&["record", "cluster", "second", "declared", "name=乙"]);
    says(
        &fails(&program, 2, &["restore", &copy]),
        &["is there already"],
    );
    assert_eq!(counts(harness.file()).await.0, 2);

    let served = Served::start(harness, &[], &[]);
    let used = fails(&program, 1, &["restore", "--force", &copy]);
    says(&used, &["open in another process"]);
    served.kill();
    says(&program.done(&["restore", "--force", &copy]), &["1 events"]);
    assert_eq!(counts(harness.file()).await.0, 1);
    program.done(&["record", "cluster", "third", "declared", "name=丙"]);
    program.done(&["doctor"]);
    assert_eq!(counts(harness.file()).await, (2, 2));

    let fresh = folder.path().join("fresh.db");
    let store = Program::at(&format!("sqlite:{}", fresh.display()));
    says(&store.done(&["restore", &copy]), &["1 events"]);
    assert_eq!(counts(&fresh).await, (1, 1));
}

#[test]
fn what_is_no_whole_store_or_of_a_newer_program_is_not_restored() {
    on_fresh_database!(Dialect::Sqlite, refused);
}

async fn refused(harness: &Harness) {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let source = Program::at(&format!("sqlite:{}", path("source.db")));
    source.done(&["record", "cluster", "first", "declared", "name=甲"]);
    source.done(&["backup", &path("copy.db")]);
    let program = Program::over(harness);
    let missing = fails(&program, 2, &["restore", &path("missing.db")]);
    says(&missing, &["no file", "missing.db"]);

    std::fs::write(path("text.db"), "not a store").expect("written");
    says(
        &fails(&program, 1, &["restore", &path("text.db")]),
        &["no whole store"],
    );
    let whole = std::fs::read(path("copy.db")).expect("read");
    std::fs::write(path("half.db"), &whole[..whole.len() / 2]).expect("written");
    fails(&program, 1, &["restore", &path("half.db")]);

    let url = format!("sqlite:{}", path("copy.db"));
    let options: sqlx::sqlite::SqliteConnectOptions = url.parse().expect("an address");
    let mut connection = sqlx::ConnectOptions::connect(&options)
        .await
        .expect("opened");
    let newer =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (9999, 'of the future', true, '', 0)";
    connection.execute(newer).await.expect("changed");
    connection.close().await.expect("closed");
    let newer = fails(&program, 1, &["restore", &path("copy.db")]);
    says(&newer, &["migration 9999", "use a newer nianlun"]);
    assert!(!harness.file().exists(), "nothing was written");
}

#[test]
fn a_store_on_postgresql_is_copied_by_its_own_means() {
    let runtime = runtime();
    let harness = runtime.block_on(Harness::new(Dialect::Postgres));
    let refused = fails(&Program::over(&harness), 2, &["backup", "copy.db"]);
    says(&refused, &["pg_dump"]);
}
