//! The `OpenAPI` document: as it is committed, and by the rules of a linter.

use std::process::Command;

use serde_json::Value;

use crate::support::program::{Program, project};
use crate::support::tools;

fn committed() -> String {
    std::fs::read_to_string(project("docs/openapi.json")).expect("docs/openapi.json")
}

#[test]
fn the_committed_document_is_that_of_the_service() {
    let served = serde_json::to_string_pretty(&nianlun::http::document()).expect("JSON");
    assert!(
        committed().trim_end() == served,
        "docs/openapi.json is of another state of the service; write it anew with `cargo run -- openapi > docs/openapi.json`"
    );
}

#[test]
fn the_program_prints_the_document_and_opens_no_store() {
    let printed = Program::at("sqlite:/nowhere/at/all.db").done(&["openapi"]);
    assert_eq!(printed, committed());
}

#[test]
fn the_linter_finds_nothing() {
    let output = Command::new(tools::path("node_modules/.bin/redocly"))
        .args(["lint", "--format", "stylish", "--config"])
        .arg(project("tests/api-tools/redocly.yaml"))
        .arg(project("docs/openapi.json"))
        .env("REDOCLY_TELEMETRY", "off")
        .env("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true")
        .output()
        .expect("Redocly starts");
    let said = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&said)
    );
}

#[test]
fn every_list_says_its_columns_and_every_page_what_it_always_has() {
    let document: Value = serde_json::from_str(&committed()).expect("JSON");
    let list = &document["paths"]["/api/v1/companies"]["get"];
    let parameters = list["parameters"].as_array().expect("parameters");
    let named = |name: &str| parameters.iter().find(|one| one["name"] == name);
    let fields = named("fields").expect("fields");
    let columns = fields["schema"]["items"]["enum"]
        .as_array()
        .expect("columns");
    assert_eq!(columns.len(), 7);
    assert_eq!(fields["explode"], false);
    let orders = named("sort").expect("sort")["schema"]["enum"].clone();
    assert_eq!(orders.as_array().map(Vec::len), Some(14));
    let schemas = &document["components"]["schemas"];
    let page = &schemas["Page_CompanyRow"];
    let always: Vec<_> = page["required"].as_array().into_iter().flatten().collect();
    assert_eq!(always, ["data", "total", "as_of", "position"]);
    assert_eq!(
        page["properties"]["data"]["items"]["$ref"],
        "#/components/schemas/CompanyRow"
    );
    assert!(schemas["CompanyRow"]["required"].is_null());
}
