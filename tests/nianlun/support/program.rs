//! The real binary over one database.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::database::Harness;

/// The program, told which store to use.
pub struct Program {
    url: String,
}

/// What a run of the program left.
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A file of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

impl Program {
    pub fn over(harness: &Harness) -> Self {
        Self::at(&harness.url)
    }

    /// Over the store at an address.
    pub fn at(url: &str) -> Self {
        Self {
            url: url.to_owned(),
        }
    }

    /// It, with these arguments, in English unless they say otherwise.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_nianlun"));
        command
            .env("NIANLUN_LANG", "en")
            .env("USER", "tester")
            .env_remove("NIANLUN_STORE")
            .args(["--quiet", "--store", &self.url])
            .args(args);
        command
    }

    /// Runs it.
    pub fn run(&self, args: &[&str]) -> Ran {
        let output = self.command(args).output();
        let Output {
            status,
            stdout,
            stderr,
        } = output.expect("the program starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ran {
            code: status.code(),
            out: text(stdout),
            err: text(stderr),
        }
    }

    /// Runs it; it must succeed.
    pub fn done(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, Some(0), "{args:?}\n{}\n{}", ran.out, ran.err);
        ran.out
    }

    /// Runs a reading command; its rows.
    pub fn rows(&self, args: &[&str]) -> Vec<Value> {
        let out = self.done(&[args, &["--format", "json"]].concat());
        match serde_json::from_str(&out) {
            Ok(Value::Array(rows)) => rows,
            other => panic!("{args:?} gave {other:?}"),
        }
    }

    /// Imports a file by a mapping; all its rows must go in.
    pub fn import(&self, file: &Path, mapping: &str) -> String {
        let mapping = project(mapping);
        let (file, mapping) = (file.display().to_string(), mapping.display().to_string());
        self.done(&["import", &file, "--mapping", &mapping])
    }
}

/// The text of a cell.
pub fn text<'a>(row: &'a Value, name: &str) -> &'a str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The count in a cell.
pub fn count(row: &Value, name: &str) -> u64 {
    row.get(name)
        .and_then(Value::as_u64)
        .unwrap_or_else(|| panic!("{name} is no count in {row}"))
}

/// The sum of a column.
pub fn sum(rows: &[Value], name: &str) -> u64 {
    rows.iter().map(|row| count(row, name)).sum()
}
