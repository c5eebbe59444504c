//! The commands of the README work as they stand there.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::on_fresh_database;
use crate::support::database::{Dialect, Harness};
use crate::support::program::project;

#[test]
fn the_tour_of_the_readme_works_from_top_to_bottom() {
    on_fresh_database!(Dialect::Postgres, the_tour_works);
}

/// Blocks of a language, in order.
fn blocks<'a>(text: &'a str, languages: &[&str]) -> Vec<&'a str> {
    let opens = |info: &str| languages.contains(&info.trim());
    let mut blocks = vec![];
    let mut rest = text;
    while let Some((_, fenced)) = rest.split_once("\n```") {
        let (info, body) = fenced.split_once('\n').expect("a block has lines");
        let (block, after) = body.split_once("\n```").expect("a block ends");
        if opens(info) {
            blocks.push(block);
        }
        rest = after;
    }
    blocks
}

async fn the_tour_works(harness: &Harness) {
    let readme = fs::read_to_string(project("README.md")).expect("README.md");
    let make = |line: &&str| line.trim_start_matches("$ ").starts_with("make ");
    let commands: Vec<_> = blocks(&readme, &["sh", "console"])
        .into_iter()
        .flat_map(str::lines)
        .filter(make)
        .collect();
    assert_eq!(commands.len(), 2, "two commands do: {commands:?}");

    let folder = tempfile::tempdir().expect("a temporary directory");
    let place = |path: &str| folder.path().join(path);
    fs::create_dir_all(place("target/debug")).expect("made");
    symlink(env!("CARGO_BIN_EXE_nianlun"), place("target/debug/nianlun")).expect("linked");
    for name in ["examples", "tests", "docs", "Makefile"] {
        symlink(project(name), place(name)).expect("linked");
    }
    // What `make demo` does after building.
    let mut script = vec!["./target/debug/nianlun --quiet demo --force"];
    let tour = blocks(&readme, &["sh"])
        .into_iter()
        .filter(|block| !block.contains("make ") && !block.contains("git clone"));
    script.extend(tour);
    assert!(script.len() > 1, "the README has blocks of commands");

    // A service that it starts ends with it, also where it fails.
    script.insert(0, "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT");
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script.join("\n")])
        .current_dir(folder.path())
        .env("DATABASE_URL", &harness.url)
        .env("USER", "tester")
        .env_remove("NIANLUN_STORE")
        .env_remove("NIANLUN_LANG")
        .output()
        .expect("bash starts");
    assert!(
        output.status.success(),
        "{}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
