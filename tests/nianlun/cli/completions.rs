//! `nianlun completions`, `--help`, `--version`, and an output that nobody reads on.

use std::process::{Command, Stdio};

use super::{aligned, run_in, says};

/// Every command, with the words that lead to it.
const COMMANDS: &[&[&str]] = &[
    &[],
    &["demo"],
    &["import"],
    &["record"],
    &["company"],
    &["company", "list"],
    &["company", "show"],
    &["company", "history"],
    &["pipeline"],
    &["cluster"],
    &["cluster", "list"],
    &["cluster", "history"],
    &["cluster", "members"],
    &["cluster", "series"],
    &["carrier"],
    &["carrier", "list"],
    &["carrier", "history"],
    &["carrier", "members"],
    &["carrier", "stays"],
    &["carrier", "series"],
    &["events"],
    &["findings"],
    &["serve"],
    &["token"],
    &["token", "create"],
    &["token", "list"],
    &["token", "revoke"],
    &["rebuild"],
    &["doctor"],
    &["generate"],
    &["completions"],
];

#[test]
fn completions_know_every_command() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    for shell in ["bash", "zsh", "fish"] {
        let ran = run_in(folder.path(), &["completions", shell]);
        assert_eq!(ran.code, Some(0), "{shell}");
        for command in COMMANDS.iter().filter_map(|words| words.last()) {
            assert!(ran.out.contains(command), "{shell}: {command}");
        }
    }
    assert_eq!(
        run_in(folder.path(), &["completions", "abacus"]).code,
        Some(2)
    );
}

#[test]
fn every_command_explains_itself_and_touches_nothing() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    for words in COMMANDS {
        let ran = run_in(folder.path(), &[words, &["--help"][..]].concat());
        assert_eq!(ran.code, Some(0), "{words:?}");
        says(&ran.out, &["Usage: nianlun", "--store", "--lang"]);
    }
    let ran = run_in(folder.path(), &["--version"]);
    assert_eq!(
        ran.out.trim(),
        format!("nianlun {}", env!("CARGO_PKG_VERSION"))
    );
    assert_eq!(run_in(folder.path(), &[]).code, Some(2));
    assert_eq!(run_in(folder.path(), &["promote"]).code, Some(2));
    let left = std::fs::read_dir(folder.path()).expect("read").count();
    assert_eq!(left, 0, "no store was made");
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let commands: [&[&str]; 4] = [
        &["completions", "zsh"],
        &["generate", "park"],
        &["record", "cluster", "optics", "declared", "name=光电"],
        &["pipeline"],
    ];
    for words in commands {
        let mut child = Command::new(env!("CARGO_BIN_EXE_nianlun"))
            .current_dir(folder.path())
            .env_remove("NIANLUN_STORE")
            .args(words)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ended");
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            (output.status.code(), err.as_str()),
            (Some(0), ""),
            "{words:?}"
        );
    }
}

#[test]
fn the_events_are_listed_with_their_fields() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let listed = |args: &[&str]| run_in(folder.path(), &[&["events"], args].concat());
    let cases: [(&[&str], &[&str]); 3] = [
        (&[], &["listed", "board", "code"]),
        (&["carrier"], &["level-granted", "level", "basis"]),
        (&["cluster"], &["tier-declared", "tier", "name"]),
    ];
    for (args, parts) in cases {
        let ran = listed(args);
        assert_eq!(ran.code, Some(0), "{args:?}: {}", ran.err);
        aligned(&ran.out);
        says(&ran.out, parts);
    }
    says(&listed(&["--lang", "zh"]).out, &["毕业", "入驻"]);
}
