//! A file is there whole or not at all.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use super::super::town::town;
use super::super::{fails, says};
use super::{folder, park};
use crate::contract;
use crate::support::database::Harness;
use crate::support::program::Program;

contract!(
    a_file_that_exists_is_only_written_over_by_force,
    what_cannot_be_written_is_told_and_leaves_nothing,
    a_full_disk_is_told_and_leaves_nothing,
    a_reader_that_goes_away_is_no_error,
);

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("the folder");
    let mut names: Vec<_> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .collect();
    names.sort_unstable();
    names
}

async fn a_file_that_exists_is_only_written_over_by_force(harness: &Harness) {
    let program = town(harness);
    let folder = folder();
    for name in ["e.csv", "e.xlsx", "e.jsonl"] {
        let path = folder.path().join(name);
        fs::write(&path, "mine").expect("written");
        let out = path.display().to_string();
        let args = ["export", "events", "--out", &out];
        says(&fails(&program, 2, &args), &[name, "exists", "--force"]);
        assert_eq!(fs::read(&path).expect("read"), b"mine");
        let ran = program.run(&[&args[..], &["--force"]].concat());
        assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""));
        says(&ran.err, &[name, "rows"]);
        assert!(fs::read(&path).expect("read").len() > 1_000);
    }
    assert_eq!(names(folder.path()), ["e.csv", "e.jsonl", "e.xlsx"]);
}

async fn what_cannot_be_written_is_told_and_leaves_nothing(harness: &Harness) {
    let program = town(harness);
    let folder = folder();
    let refused = |code: i32, name: &str, parts: &[&str]| {
        let path = folder.path().join(name).display().to_string();
        let error = fails(&program, code, &["export", "events", "--out", &path]);
        says(&error, &[&[path.as_str()], parts].concat());
    };
    refused(
        1,
        "absent/e.csv",
        &["cannot be written", "nothing was left behind"],
    );
    refused(2, "e.txt", &["its ending says no form", "--format"]);
    refused(2, "e", &["its ending says no form"]);
    fs::create_dir(folder.path().join("d.csv")).expect("a folder");
    refused(2, "d.csv", &["is no file"]);
    assert_eq!(names(folder.path()), ["d.csv"]);

    // An export that fails after it began: a filter is refused only once the store is asked.
    let path = folder.path().join("f.csv").display().to_string();
    let args = ["export", "events", "--carrier", "hup", "--out", &path];
    fails(&program, 2, &args);
    assert_eq!(names(folder.path()), ["d.csv"]);
}

/// A limit on the size of files stands for a full disk: the same error of the system, wherever the test runs.
fn limited(program: &Program, args: &[&str]) -> (Option<i32>, String) {
    let command = program.command(args);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args())
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .env_remove("NIANLUN_STORE");
    let output = limited.output().expect("the program starts");
    let error = String::from_utf8(output.stderr).expect("UTF-8");
    (output.status.code(), error)
}

async fn a_full_disk_is_told_and_leaves_nothing(harness: &Harness) {
    let program = park(harness);
    let folder = folder();
    for name in ["e.csv", "e.xlsx", "e.jsonl"] {
        let path = folder.path().join(name).display().to_string();
        let (code, error) = limited(&program, &["export", "events", "--out", &path]);
        assert_eq!(code, Some(1), "{error}");
        says(&error, &[&path, "cannot be written", "File too large"]);
        assert_eq!(error.lines().count(), 1, "{error}");
        assert!(names(folder.path()).is_empty(), "{name}");
    }
}

async fn a_reader_that_goes_away_is_no_error(harness: &Harness) {
    let program = park(harness);
    for form in ["csv", "jsonl", "xlsx"] {
        let mut child = program
            .command(&["export", "events", "--format", form])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut first = [0; 10];
        let mut out = child.stdout.take().expect("its output");
        out.read_exact(&mut first).expect("ten bytes");
        drop(out);
        let output = child.wait_with_output().expect("it ends");
        let error = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(
            (output.status.code(), error.as_str()),
            (Some(0), ""),
            "{form}"
        );
    }
}
