//! The mapping's JSON Schema, for editors and other programs.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{Schema, SchemaGenerator};
use serde_json::Value;

use super::Mapping;

/// The JSON Schema (draft 2020-12) of a mapping, as kept in docs/mapping.schema.json. What it cannot say, [`Mapping::read`]
/// checks: that the parts fit together and that what is named is there.
#[must_use]
pub fn mapping_schema() -> String {
    let mut settings = SchemaSettings::draft2020_12();
    settings = settings.with_transform(RecursiveTransform(without_null));
    let schema = SchemaGenerator::from(settings).into_root_schema_for::<Mapping>();
    format!("{:#}\n", schema.as_value())
}

/// TOML has no null: what may be left out is left out.
fn without_null(schema: &mut Schema) {
    let is_null = |value: &Value| value == "null" || value["type"] == "null";
    if schema.get("default").is_some_and(Value::is_null) {
        schema.remove("default");
    }
    for key in ["type", "anyOf"] {
        let Some(Value::Array(choices)) = schema.get_mut(key) else {
            continue;
        };
        choices.retain(|choice| !is_null(choice));
        if choices.len() > 1 {
            continue;
        }
        let Some(choice) = choices.pop() else {
            continue;
        };
        schema.remove(key);
        match choice {
            Value::Object(choice) => choice.into_iter().for_each(|(key, value)| {
                schema.insert(key, value);
            }),
            choice => {
                schema.insert(key.to_owned(), choice);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use jsonschema::Validator;

    use super::*;

    const KEPT: &str = include_str!("../../../docs/mapping.schema.json");
    const MANUAL: &str = include_str!("../../../docs/mapping.md");

    fn validator() -> Validator {
        jsonschema::validator_for(&serde_json::from_str(KEPT).unwrap()).unwrap()
    }

    fn mappings(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap();
        let entries = entries.map(|entry| entry.unwrap().path());
        let found = entries.flat_map(|path| {
            if path.is_dir() {
                mappings(&path)
            } else if path
                .extension()
                .is_some_and(|extension| extension == "toml")
            {
                vec![path]
            } else {
                vec![]
            }
        });
        found.collect()
    }

    #[test]
    fn the_schema_in_the_manual_is_the_one_that_the_program_prints() {
        assert!(
            KEPT == mapping_schema(),
            "write it anew: nianlun import --mapping-schema > docs/mapping.schema.json"
        );
    }

    #[test]
    fn every_example_is_valid_and_can_be_read() {
        let validator = validator();
        let examples = mappings(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"));
        assert!(examples.len() >= 13, "{examples:?}");
        for path in examples {
            let text = std::fs::read_to_string(&path).unwrap();
            let value: Value = toml::from_str(&text).unwrap();
            let errors: Vec<_> = validator
                .iter_errors(&value)
                .map(|error| error.to_string())
                .collect();
            assert_eq!(errors, Vec::<String>::new(), "{}", path.display());
            assert!(Mapping::read(&text).is_ok(), "{}", path.display());
        }
    }

    const SOUND: &str = r#"
name = "x"
title = "X"
shape = "spells"
[subject]
[[subject.identify]]
usci = { column = "code" }
[subject.register]
name = { column = "name" }
[[output]]
opens = "occupancy-started"
from = { column = "from", formats = ["%d.%m.%Y"] }
carrier = "park"
"#;

    #[test]
    fn a_broken_mapping_is_neither_valid_nor_read() {
        let validator = validator();
        let is_valid = |text: &str| validator.is_valid(&toml::from_str::<Value>(text).unwrap());
        assert!(is_valid(SOUND) && Mapping::read(SOUND).is_ok());
        for (sound, broken) in [
            ("name = \"x\"", "name = \"X Y\""),
            ("title = \"X\"", ""),
            ("shape = \"spells\"", "shape = \"heap\""),
            ("[subject]", "colour = \"red\"\n[subject]"),
            ("[subject]", "[file]\nencoding = \"ebcdic\"\n[subject]"),
            ("[subject]", "[file]\nheader = \"third\"\n[subject]"),
            ("[subject]", "[subject]\nkind = \"person\""),
            (
                "usci = { column = \"code\" }",
                "usci = { colum = \"code\" }",
            ),
            (
                "usci = { column = \"code\" }",
                "code = { column = \"code\" }",
            ),
            ("carrier = \"park\"", "carrier = 7"),
            ("formats = [\"%d.%m.%Y\"]", "formats = \"%d.%m.%Y\""),
            ("formats = [\"%d.%m.%Y\"]", "as = \"around\""),
            ("[[output]]", "[[output]]\nwhen = { x = 1 }"),
        ] {
            assert!(SOUND.contains(sound));
            let text = SOUND.replacen(sound, broken, 1);
            assert!(!is_valid(&text), "{broken}");
            assert!(Mapping::read(&text).is_err(), "{broken}");
        }
    }

    /// Every property, wherever it stands.
    fn properties(schema: &Value, found: &mut BTreeSet<String>) {
        match schema {
            Value::Object(map) => {
                for (key, value) in map {
                    if let ("properties", Value::Object(properties)) = (key.as_str(), value) {
                        found.extend(properties.keys().cloned());
                    }
                    properties(value, found);
                }
            }
            Value::Array(values) => values.iter().for_each(|value| properties(value, found)),
            _ => {}
        }
    }

    #[test]
    fn the_manual_speaks_of_every_key() {
        let mut keys = BTreeSet::new();
        properties(&serde_json::from_str(KEPT).unwrap(), &mut keys);
        assert!(keys.len() > 50, "{keys:?}");
        let words: BTreeSet<_> = MANUAL
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .collect();
        let missing: Vec<_> = keys
            .iter()
            .filter(|key| !words.contains(key.as_str()))
            .collect();
        assert_eq!(missing, Vec::<&String>::new());
    }
}
