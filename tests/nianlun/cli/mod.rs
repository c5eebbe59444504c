//! The command line, command by command, through the real binary.

mod backup;
mod bundled;
mod carrier;
mod cluster;
mod company;
mod completions;
mod demo;
mod doctor;
mod export;
mod findings;
mod formats;
mod generate;
mod identity;
mod import;
mod import_bad;
mod import_files;
mod import_mapping;
mod pipeline;
mod rebuild;
mod record;
mod record_places;
mod record_refused;
mod settings;
pub mod town;

use std::path::Path;
use std::process::{Command, Output};

use crate::support::program::{Program, Ran};

/// Runs the program in a folder, with the environment of a new user.
fn run_in(folder: &Path, args: &[&str]) -> Ran {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_nianlun"))
        .current_dir(folder)
        .env("NIANLUN_LANG", "en")
        .env_remove("NIANLUN_STORE")
        .arg("--quiet")
        .args(args)
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran {
        code: status.code(),
        out: text(stdout),
        err: text(stderr),
    }
}

/// Runs it; it must end with this code, and say why on standard error alone.
fn fails(program: &Program, code: i32, args: &[&str]) -> String {
    let ran = program.run(args);
    assert_eq!(ran.code, Some(code), "{args:?}\n{}\n{}", ran.out, ran.err);
    assert_eq!(ran.out, "", "{args:?}");
    ran.err
}

/// Asserts that a text holds all of these.
#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
}

/// The columns that a text takes on a terminal: two for what is written in squares.
fn width(text: &str) -> usize {
    let wide = |c: char| {
        matches!(u32::from(c),
            0x1100..=0x115F | 0x2E80..=0x303E | 0x3041..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
            | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6)
    };
    text.chars().map(|c| if wide(c) { 2 } else { 1 }).sum()
}

/// The lines of the tables in an output, which must all be as wide as their table's first.
#[track_caller]
fn aligned(out: &str) -> Vec<&str> {
    let mut expected = None;
    let mut lines = vec![];
    for line in out.lines() {
        if !line.starts_with('|') {
            expected = None;
            continue;
        }
        let expected = *expected.get_or_insert(width(line));
        assert_eq!(width(line), expected, "{line:?} in\n{out}");
        lines.push(line);
    }
    assert!(!lines.is_empty(), "there is no table in\n{out}");
    lines
}
