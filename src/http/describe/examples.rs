//! Examples, of the bundled data that `nianlun demo` loads: on a service over them they can be sent as they are.

use serde_json::{Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};

/// What stands in a path.
fn in_path(id: &str, name: &str) -> Option<Value> {
    Some(match name {
        "company" => json!("synthetic-park:PARK-0001"),
        "carrier" => json!("synthetic-park"),
        "cluster" => json!("tianan-energy"),
        "code" => json!("not-found"),
        // What is registered stands under everything else, so that it is not taken back alone.
        "sequence" if id.starts_with("retract") => json!(2),
        "sequence" => json!(1),
        "run" | "job" | "token" | "correlation" => json!("01a20b67-5555-7185-895f-d7a01367df51"),
        _ => return None,
    })
}

/// A file.
const ROWS: &str = "id,name\n1,合成示例科技有限公司\n";

/// Its mapping.
const MAPPING: &str = r#"name = "example"
title = "示例名单"
shape = "spells"

[subject]
kind = "company"

[[subject.identify]]
scheme = "example"
id = { column = "id" }

[subject.register]
name = { column = "name" }
"#;

/// What a body says.
fn in_body(id: &str) -> Option<Value> {
    Some(match id {
        "registerCompany" => json!({
            "event": "registered", "fields": {"name": "合成新生科技有限公司"}, "on": "2026-06-01"
        }),
        "recordCompanyEvent" => json!({
            "event": "figure-reported", "fields": {"metric": "营业收入", "quantity": "51200000 CNY", "period": "2025"}, "on": "2026-04-30"
        }),
        "recordCarrierEvent" => json!({
            "event": "figure-reported", "fields": {"metric": "企业", "quantity": "325 companies"}, "on": "by 2017-02-28"
        }),
        "recordClusterEvent" => json!({
            "event": "alias-added", "fields": {"alias": "绿色环保"}, "on": "2020"
        }),
        "correctCompanyEvent" => json!({
            "event": "registered", "fields": {"name": "合成远源生物科技有限公司"}, "on": "2010-08", "because": "按营业执照更正日期"
        }),
        "correctCarrierEvent" => json!({
            "event": "registered", "fields": {"name": "合成园区", "types": "park", "jurisdiction": "合成区"}, "on": "2011-03-02", "because": "按批文更正日期"
        }),
        "correctClusterEvent" => json!({
            "event": "declared", "fields": {"name": "节能环保"}, "on": "2017-02", "because": "按报道更正日期"
        }),
        "retractCompanyEvent" | "retractCarrierEvent" | "retractClusterEvent" => json!({
            "because": "重复登记"
        }),
        "mergeRecords" => json!({
            "loser": "synthetic-park:PARK-0003", "into": "synthetic-park:PARK-0002", "because": "同一企业"
        }),
        "distinguishRecords" => json!({
            "a": "synthetic-park:PARK-0001", "b": "synthetic-park:PARK-0004", "because": "两家企业"
        }),
        "splitRecord" => json!({
            "company": "synthetic-park:PARK-0005", "events": [5], "name": "合成分立科技有限公司", "because": "另一家企业的入驻"
        }),
        "moveEvent" => json!({
            "company": "synthetic-park:PARK-0006", "event": 5, "to": "synthetic-park:PARK-0004", "because": "记错了企业"
        }),
        "undoRepair" | "undoImport" => json!({"because": "弄错了"}),
        "importFiles" => json!({"file": [ROWS], "mapping": MAPPING}),
        "suggestMapping" => json!({"file": ROWS}),
        "createToken" => json!({"actor": "li.lei", "roles": ["analyst"], "days": 90}),
        _ => return None,
    })
}

/// Gives an operation its examples.
pub fn give(operation: &mut Operation, id: &str) {
    for parameter in operation.parameters.iter_mut().flatten() {
        let RefOr::T(parameter) = parameter else {
            continue;
        };
        if parameter.parameter_in == ParameterIn::Path {
            let example = in_path(id, &parameter.name);
            let builder = ParameterBuilder::from(parameter.clone());
            *parameter = builder.example(example).build();
        }
    }
    if let Some(RefOr::T(body)) = &mut operation.request_body {
        for content in body.content.values_mut() {
            if let RefOr::T(content) = content {
                content.example = in_body(id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_path_and_every_body_has_an_example() {
        let document = serde_json::to_value(crate::http::document()).expect("JSON");
        let paths = document["paths"].as_object().expect("paths");
        for (path, item) in paths {
            for operation in item.as_object().expect("operations").values() {
                let parameters = operation["parameters"].as_array();
                let within = parameters
                    .into_iter()
                    .flatten()
                    .filter(|one| one["in"] == "path");
                for parameter in within {
                    assert!(!parameter["example"].is_null(), "{path}: {parameter}");
                }
                let bodies = operation["requestBody"]["content"].as_object();
                for body in bodies.into_iter().flat_map(|all| all.values()) {
                    assert!(!body["example"].is_null(), "{path}");
                }
            }
        }
    }
}
