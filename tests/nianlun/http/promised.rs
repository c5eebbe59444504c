//! What the document promises, tried with requests that Schemathesis makes up from it: no fault, no status, header, content type
//! or body that the document does not name, nothing taken that it excludes, nobody let in without a token.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::contract;
use crate::support::database::Harness;
use crate::support::program::{Program, project, text};
use crate::support::served::Served;
use crate::support::tools;

contract!(made_up_requests_find_every_operation_as_the_document_promises,);

/// Rows of the made-up park: enough for the companies of the examples.
const ROWS: usize = 200;

/// Limits of one caller that never answer for the service.
const UNLIMITED: [(&str, &str); 3] = [
    ("NIANLUN_ACCESS_LIMITS_REQUESTS_PER_SECOND", "1000000"),
    ("NIANLUN_ACCESS_LIMITS_BURST", "1000000"),
    ("NIANLUN_ACCESS_LIMITS_FAILURES_PER_MINUTE", "1000000"),
];

/// The bundled data, and a run beside it that can be taken back: the ids of the runs to keep, and of that one.
fn filled(program: &Program, folder: &Path) -> (Vec<String>, String) {
    for name in ["carriers", "clusters", "companies"] {
        let file = project(&format!("examples/seeds/{name}.csv"));
        program.import(&file, &format!("examples/seeds/{name}.toml"));
    }
    let park = fs::read_to_string(project("examples/synthetic/park.csv")).expect("the park");
    let some: Vec<_> = park.lines().take(ROWS).collect();
    let file = folder.join("park.csv");
    fs::write(&file, some.join("\n")).expect("written");
    program.import(&file, "examples/synthetic/park.toml");
    let mapping = "name = 'spare'\ntitle = 'spare'\nshape = 'spells'\n[subject]\nkind = 'company'\n[[subject.identify]]\nscheme = 'spare'\nid = { column = 'id' }\n[subject.register]\nname = { column = 'name' }\n";
    let (rows, said) = (folder.join("spare.csv"), folder.join("spare.toml"));
    fs::write(&rows, "id,name\n1,备用科技有限公司\n").expect("written");
    fs::write(&said, mapping).expect("written");
    let (rows, said) = (rows.display().to_string(), said.display().to_string());
    program.done(&["import", &rows, "--mapping", &said]);
    let runs = program.rows(&["import", "list"]);
    let of = |source: &str| {
        let runs = runs
            .iter()
            .filter(move |run| (text(run, "source") == "spare") == (source == "spare"));
        runs.map(|run| text(run, "run").to_owned())
            .collect::<Vec<_>>()
    };
    (of("others"), of("spare").remove(0))
}

async fn made_up_requests_find_every_operation_as_the_document_promises(harness: &Harness) {
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program::over(harness);
    let (mut kept, spare) = filled(&program, folder.path());
    let secret = program.done(&["token", "create", "tester", "--role", "admin"]);
    let tokens = program.rows(&["token", "list"]);
    kept.push(text(&tokens[0], "id").to_owned());
    let served = Served::start(harness, &[], &UNLIMITED);
    let told = folder.path().join("told.ndjson");
    let mut tester = Command::new(tools::path("python/bin/schemathesis"));
    tester
        .arg("--config-file")
        .arg(project("tests/api-tools/schemathesis.toml"))
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", served.base))
        .args(["--report", "ndjson", "--report-ndjson-path"])
        .arg(&told)
        .current_dir(folder.path())
        .env("SCHEMATHESIS_HOOKS", project("tests/api-tools/hooks.py"))
        .env("NIANLUN_TOKEN", secret.trim())
        .env("NIANLUN_KEPT", kept.join(","))
        .env("NIANLUN_SPARE", spare);
    let tried = tokio::task::spawn_blocking(move || tester.output()).await;
    let Output { status, stdout, .. } = tried.expect("tried").expect("Schemathesis starts");
    let log = served.kill();
    let said = String::from_utf8_lossy(&stdout);
    assert!(status.success(), "{said}\n{log}");
    let answered = answered(&fs::read_to_string(told).expect("what was tried"));
    let operations = operations();
    let tried: BTreeSet<_> = answered.keys().cloned().collect();
    assert_eq!(tried, operations);
    let done = answered
        .into_iter()
        .filter(|(_, statuses)| statuses.iter().any(|status| (200..300).contains(status)));
    let done: BTreeSet<_> = done.map(|(operation, _)| operation).collect();
    let never: Vec<_> = operations.difference(&done).collect();
    assert_eq!(
        never,
        Vec::<&String>::new(),
        "no request succeeds here\n{said}"
    );
}

/// The operations of the document, as `METHOD PATH`.
fn operations() -> BTreeSet<String> {
    let document = serde_json::to_value(nianlun::http::document()).expect("JSON");
    let paths = document["paths"].as_object().expect("paths");
    let each = paths.iter().flat_map(|(path, item)| {
        let methods = item.as_object().expect("operations").keys();
        methods.map(move |method| format!("{} {path}", method.to_uppercase()))
    });
    each.collect()
}

/// The statuses that each operation answered with to its own method.
fn answered(told: &str) -> BTreeMap<String, BTreeSet<u64>> {
    let mut answered: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for line in told.lines() {
        let line: Value = serde_json::from_str(line).expect("JSON");
        let recorder = &line["ScenarioFinished"]["recorder"];
        let Some(operation) = recorder["label"].as_str() else {
            continue;
        };
        let (method, _) = operation.split_once(' ').expect("a method");
        let statuses = answered.entry(operation.to_owned()).or_default();
        let exchanges = recorder["interactions"].as_object().expect("exchanges");
        for exchange in exchanges
            .values()
            .filter(|one| one["request"]["method"] == method)
        {
            statuses.extend(exchange["response"]["status_code"].as_u64());
        }
    }
    answered
}
