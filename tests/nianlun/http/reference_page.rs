//! The reference page, in a browser that nobody sits at.

use std::collections::BTreeSet;
use std::process::Command;

use nianlun::http::access::AccessSettings;
use reqwest::Method;
use serde_json::Value;

use crate::on_fresh_database;
use crate::support::api::Api;
use crate::support::database::{Dialect, Harness};
use crate::support::tools;

/// What a browser made of a page.
struct Shown {
    /// The page after its scripts have run.
    page: String,
    /// What was said on its console.
    console: Vec<String>,
    /// What the page asked for, and itself.
    asked: BTreeSet<String>,
}

/// Opens an address in Chromium and waits until nothing more is to come.
fn opened(address: &str) -> Shown {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("net.json");
    let output = Command::new(tools::chromium())
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--enable-logging=stderr",
            "--lang=en",
            "--virtual-time-budget=20000",
            "--dump-dom",
        ])
        .arg(format!(
            "--user-data-dir={}",
            folder.path().join("profile").display()
        ))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(address)
        .output()
        .expect("Chromium starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let console = said.lines().filter(|line| line.contains(":CONSOLE"));
    Shown {
        page: String::from_utf8(output.stdout).expect("UTF-8"),
        console: console.map(str::to_owned).collect(),
        asked: asked(&std::fs::read_to_string(log).expect("a log"), address),
    }
}

/// The addresses that a page asked for, by a log of the network. What the browser asks on its own account has no page for its
/// initiator.
fn asked(log: &str, page: &str) -> BTreeSet<String> {
    let log: Value = serde_json::from_str(log).expect("JSON");
    let begun = &log["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"];
    let origin = page.rsplit_once('/').map_or(page, |(origin, _)| origin);
    let events = log["events"].as_array().expect("events");
    let begun = events.iter().filter(|event| event["type"] == *begun);
    let of_the_page = begun.filter_map(|event| {
        let url = event["params"]["url"].as_str()?;
        let by_it = event["params"]["initiator"] == origin || url == page;
        by_it.then(|| url.to_owned())
    });
    of_the_page.collect()
}

#[test]
fn the_reference_shows_all_operations_and_asks_no_other_host() {
    on_fresh_database!(Dialect::Sqlite, shows_all_operations);
}

async fn shows_all_operations(harness: &Harness) {
    // Nobody is let in without a token, and the page shows all the same.
    let api = Api::closed(harness, AccessSettings::default()).await;
    assert_eq!(api.get("/companies").await.problem(), "unauthenticated");
    let base = api.base.clone();
    let address = format!("{base}/docs");
    let shown = tokio::task::spawn_blocking(move || opened(&address));
    let shown = shown.await.expect("shown");
    assert_eq!(shown.console, Vec::<String>::new());
    let files = [
        "/docs",
        "/docs/swagger-ui.css",
        "/docs/reference.css",
        "/docs/swagger-ui-bundle.js",
        "/docs/reference.js",
        "/api/v1/openapi.json",
    ];
    let files = files.map(|file| format!("{base}{file}"));
    assert_eq!(shown.asked, BTreeSet::from(files));
    let document = serde_json::to_value(nianlun::http::document()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let operations = paths
        .values()
        .flat_map(|item| item.as_object().expect("operations"));
    let mut count = 0;
    for (_, operation) in operations {
        let summary = operation["summary"].as_str().expect("a summary");
        assert!(shown.page.contains(summary), "{summary}");
        count += 1;
    }
    assert!(count >= 59, "{count} operations");
    for link in ["/api/v1/openapi.json", "/problems/not-found"] {
        assert!(shown.page.contains(&format!("href=\"{link}\"")), "{link}");
    }
}

#[test]
fn the_page_allows_scripts_and_styles_of_the_service_alone() {
    on_fresh_database!(Dialect::Sqlite, allows_its_own_alone);
}

async fn allows_its_own_alone(harness: &Harness) {
    let api = Api::closed(harness, AccessSettings::default()).await;
    let page = api.send(api.request(Method::GET, "/docs")).await.ok();
    let policy = page.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; script-src 'self';"));
    assert!(!policy.contains("unsafe"), "{policy}");
    assert!(page.text.contains("<html lang=\"zh\">"));
    let english = api.request(Method::GET, "/docs");
    let english = api.send(english.header("accept-language", "en")).await;
    assert!(
        english
            .text
            .contains("<title>Nianlun · API reference</title>")
    );
    for (method, path, problem) in [
        (Method::GET, "/docs/index.html", "not-found"),
        (Method::GET, "/docs/..%2F..%2FCargo.toml", "not-found"),
        (Method::POST, "/docs", "method-not-allowed"),
        (Method::TRACE, "/healthz", "method-not-allowed"),
        (Method::TRACE, "/api/v1/companies", "unauthenticated"),
    ] {
        let answer = api.send(api.request(method, path)).await;
        assert_eq!(answer.problem(), problem, "{path}");
    }
}
