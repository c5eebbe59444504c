//! Input that cannot be used, through the real binary: its message, its exit code, and nothing lost or half done.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use encoding_rs::GB18030;
use rust_xlsxwriter::Workbook;
use tempfile::TempDir;

use super::says;
use crate::contract;
use crate::support::database::{Dialect, Harness};
use crate::support::program::{Program, Ran};

contract!(
    a_row_that_cannot_be_used_is_told_and_the_others_go_in,
    a_file_that_cannot_be_used_is_refused_and_nothing_is_recorded,
    a_workbook_that_cannot_be_used_is_refused_and_nothing_is_recorded,
    a_database_newer_than_the_program_is_left_alone,
);

/// What has nothing to do with the database is tried on one.
macro_rules! on_sqlite {
    ($($test:ident: $case:ident),+ $(,)?) => {
        $(#[test]
        fn $test() {
            $crate::on_fresh_database!(Dialect::Sqlite, $case);
        })+
    };
}

on_sqlite!(
    a_cell_of_100_megabytes_is_refused: huge_cell,
    a_file_that_is_written_to_meanwhile_is_refused_or_read_whole: growing,
    temporary_files_that_find_no_room_leave_nothing: no_room,
    a_full_disk_leaves_a_database_that_takes_the_import_later: full_disk,
    what_is_no_database_or_cannot_be_one_is_said_and_left_alone: not_a_database,
);

const MAPPING: &str = r#"
name = "register"
title = "名册"
shape = "spells"

[[subject.identify]]
usci = { column = "代码" }
[[subject.identify]]
scheme = "park"
id = { column = "编号" }

[subject.register]
name = { column = "企业" }

[[carrier]]
code = "t-space"
name = "T+SPACE"

[[output]]
opens = "occupancy-started"
from = { column = "入驻" }
ends = "occupancy-ended"
to = { column = "迁出" }
carrier = { column = "载体" }
area = { column = "面积" }
"#;

const HEADER: &str = "代码,编号,企业,载体,入驻,迁出,面积";
const GOOD: &str = ",1,甲,t-space,2016-03-01,,100";

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        let files = Self(tempfile::tempdir().expect("a temporary directory"));
        files.write("m.toml", MAPPING.as_bytes());
        files
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn write(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.path(name);
        fs::write(&path, bytes).expect("written");
        path
    }

    /// Imports bytes as a file of this name.
    fn import(&self, program: &Program, name: &str, bytes: &[u8]) -> Ran {
        let file = self.write(name, bytes);
        program.run(&["import", &file, "--mapping", &self.path("m.toml")])
    }
}

fn csv(rows: &[&str]) -> String {
    [&[HEADER], rows].concat().join("\n")
}

async fn events(harness: &Harness) -> i64 {
    harness.number("SELECT count(*) FROM events").await
}

/// Nothing of it was recorded, and a good file goes in afterwards.
async fn nothing_is_half_done(harness: &Harness, program: &Program, files: &Files) {
    assert_eq!(events(harness).await, 0);
    assert_eq!(program.rows(&["import", "list"]).len(), 0);
    let good = files.import(program, "good.csv", csv(&[GOOD]).as_bytes());
    assert_eq!(good.code, Some(0), "{}{}", good.out, good.err);
    assert_eq!(events(harness).await, 3);
}

async fn a_row_that_cannot_be_used_is_told_and_the_others_go_in(harness: &Harness) {
    let (program, files) = (Program::over(harness), Files::new());
    let rows = csv(&[
        GOOD,
        "91350100M000100Y4Z,2,乙,t-space,2016-03-01,,100",
        "91350100M000100Y4Z,,丙,t-space,2016-03-01,,100",
        ",4,丁,t-space,2016-02-30,,100",
        ",5,戊,mars,2016-03-01,,100",
        ",6,己,t-space,2016-03-01,,-100",
        ",7,庚,t-space,2016-03-01,2015-03-01,100",
        ",8,辛,t-space",
    ]);
    let file = files.write("rows.csv", rows.as_bytes());
    let import = [
        "import",
        &file,
        "--mapping",
        &files.path("m.toml"),
        "--format",
        "json",
    ];
    let ran = program.run(&import);
    assert_eq!(ran.code, Some(3), "{}{}", ran.out, ran.err);
    let told: Vec<serde_json::Value> = serde_json::from_str(&ran.out).expect("JSON");
    let line = |row: &serde_json::Value| {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        format!(
            "{} {} {} {}: {}",
            row["row"],
            text("grade"),
            text("column"),
            text("value"),
            text("reason")
        )
    };
    let told: Vec<_> = told.iter().map(line).collect();
    let expected = [
        "4 error  : none of the identifiers",
        "5 error 入驻 2016-02-30: ",
        "6 error ",
        "7 error 面积 -100: ",
        "8 error  : the end (2015-03-01) lies before the start (2016-03-01)",
        "9 error  : the row has 4 cells, the header has 7",
        "3 notice usci 91350100M000100Y4Z: not used as an identifier",
        "4 notice usci 91350100M000100Y4Z: not used as an identifier",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (line, begins) in told.iter().zip(expected) {
        assert!(line.starts_with(begins), "{line}\n{begins}");
    }
    assert!(told[2].contains("mars"), "{told:#?}");
    // The carrier; two rows that are whole; and whoever could be registered.
    let started = "SELECT count(*) FROM events WHERE event_type = 'OccupancyStarted'";
    assert_eq!(harness.number(started).await, 2);
    // Mended and imported again, the rest goes in and nothing twice.
    let mended = csv(&[GOOD, ",7,庚,t-space,2016-03-01,2017-03-01,100"]);
    let ran = files.import(&program, "rows.csv", mended.as_bytes());
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(harness.number(started).await, 3);
}

async fn a_file_that_cannot_be_used_is_refused_and_nothing_is_recorded(harness: &Harness) {
    let (program, files) = (Program::over(harness), Files::new());
    let good = csv(&[GOOD]);
    let unknown_column = good.replace("入驻", "起租");
    let mut mixed = good.clone().into_bytes();
    mixed.extend(b"\n");
    mixed.extend(
        GB18030
            .encode(",2,乙科技有限公司,t-space,2016-03-01,,100")
            .0
            .iter(),
    );
    let truncated = format!("{good}\n,2,\"乙,t-space,2016");
    let cases: [(&str, &[u8], &str); 5] = [
        (
            "unknown.csv",
            unknown_column.as_bytes(),
            "row 1 comes closest and lacks 入驻; it has: 代码, 编号, 企业, 载体, 起租, 迁出, 面积",
        ),
        (
            "mixed.csv",
            &mixed,
            "mixed encodings: line 1 is UTF-8, line 3 is not",
        ),
        (
            "none.csv",
            "这里什么也没有\n真的\n".as_bytes(),
            "no row has all columns that the mapping names",
        ),
        (
            "truncated.csv",
            truncated.as_bytes(),
            "is cut off: row 3 ends within a quoted cell",
        ),
        ("empty.csv", b"", "empty.csv"),
    ];
    for (name, bytes, reason) in cases {
        let ran = files.import(&program, name, bytes);
        assert_eq!(ran.code, Some(1), "{name}: {}{}", ran.out, ran.err);
        assert_eq!(ran.out, "", "{name}");
        says(&ran.err, &[name, reason]);
    }
    let gone = program.run(&[
        "import",
        &files.path("gone.csv"),
        "--mapping",
        &files.path("m.toml"),
    ]);
    assert_eq!(gone.code, Some(1), "{}", gone.err);
    says(
        &gone.err,
        &[
            "gone.csv",
            "cannot be read",
            "check the path and its permissions",
        ],
    );
    nothing_is_half_done(harness, &program, &files).await;
}

/// A workbook of one sheet.
fn workbook(rows: &[&str]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0..).zip(csv(rows).lines()) {
        for (column, cell) in (0..).zip(line.split(',')) {
            sheet.write(row, column, cell).expect("written");
        }
    }
    book.save_to_buffer().expect("saved")
}

/// A workbook whose sheet is blanks that pack well.
fn bomb() -> Vec<u8> {
    use std::io::Read as _;
    let mut from = zip::ZipArchive::new(std::io::Cursor::new(workbook(&[GOOD]))).expect("a zip");
    let mut to = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    for place in 0..from.len() {
        let mut part = from.by_index(place).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut content = vec![];
        part.read_to_end(&mut content).expect("read");
        if name == "xl/worksheets/sheet1.xml" {
            content = vec![b' '; 65 << 20];
        }
        to.start_file(name, zip::write::SimpleFileOptions::default())
            .expect("begun");
        to.write_all(&content).expect("written");
    }
    to.finish().expect("ended").into_inner()
}

/// What a spreadsheet program writes with a password: a container of another kind.
fn encrypted() -> Vec<u8> {
    let mut container =
        cfb::CompoundFile::create(std::io::Cursor::new(vec![])).expect("a container");
    let mut stream = container
        .create_stream("/EncryptedPackage")
        .expect("a stream");
    stream.write_all(&[7; 5_000]).expect("written");
    drop(stream);
    container.flush().expect("flushed");
    container.into_inner().into_inner()
}

async fn a_workbook_that_cannot_be_used_is_refused_and_nothing_is_recorded(harness: &Harness) {
    let (program, files) = (Program::over(harness), Files::new());
    let good = workbook(&[GOOD]);
    let bomb = bomb();
    assert!(bomb.len() < 1 << 20, "small");
    let cases: [(&str, &[u8], &str); 5] = [
        ("none.xlsx", b"\x01\x00\x02\xff", "is no workbook: "),
        ("bomb.xlsx", &bomb, "would unpack to too much"),
        (
            "locked.xlsx",
            &encrypted(),
            "is encrypted; open it with its password and save it without one",
        ),
        ("half.xlsx", &good[..good.len() / 2], "is cut off"),
        (
            "strange.xlsx",
            &Workbook::new().save_to_buffer().expect("saved"),
            "strange.xlsx",
        ),
    ];
    for (name, bytes, reason) in cases {
        let ran = files.import(&program, name, bytes);
        assert_eq!(ran.code, Some(1), "{name}: {}{}", ran.out, ran.err);
        assert_eq!(ran.out, "", "{name}");
        says(&ran.err, &[name, reason]);
    }
    nothing_is_half_done(harness, &program, &files).await;
    let same = files.import(&program, "good.xlsx", &good);
    assert_eq!(same.code, Some(0), "{}{}", same.out, same.err);
    assert_eq!(
        events(harness).await,
        3,
        "the workbook says the same as the text"
    );
}

async fn huge_cell(harness: &Harness) {
    let (program, files) = (Program::over(harness), Files::new());
    let path = files.write("huge.csv", csv(&[GOOD, ",2,\""]).as_bytes());
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .expect("opened");
    let line = "一行字\n".repeat(100_000);
    for _ in 0..100 {
        file.write_all(line.as_bytes()).expect("written");
    }
    file.write_all(b"\",t-space,2016-03-01,,100\n")
        .expect("written");
    assert!(file.metadata().expect("there").len() > 100_000_000);
    drop(file);
    let ran = program.run(&["import", &path, "--mapping", &files.path("m.toml")]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{}", ran.err);
    says(
        &ran.err,
        &["huge.csv: row 3: ", "holds more than", "quotation mark"],
    );
    nothing_is_half_done(harness, &program, &files).await;
}

async fn growing(harness: &Harness) {
    let (program, files) = (Program::over(harness), Files::new());
    let row = |number: usize| format!(",{number},企业{number},t-space,2016-03-01,,100\n");
    let path = files.write("growing.csv", format!("{HEADER}\n{}", row(1)).as_bytes());
    let mut child = program
        .command(&["import", &path, "--mapping", &files.path("m.toml")])
        .stderr(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut file = fs::OpenOptions::new()
        .append(true)
        .open(&path)
        .expect("opened");
    let mut number = 1;
    // Some rows, and not too many: the last import takes them all.
    while child.try_wait().expect("asked").is_none() && number < 400 {
        number += 1;
        file.write_all(row(number).as_bytes()).expect("written");
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    let output = child.wait_with_output().expect("ended");
    let err = String::from_utf8(output.stderr).expect("UTF-8");
    if output.status.code() == Some(1) {
        says(
            &err,
            &["growing.csv: changed while it was read; import it again when nobody writes to it"],
        );
        assert_eq!(events(harness).await, 0);
    } else {
        // Between two writes it was read from end to end.
        assert_eq!(output.status.code(), Some(0), "{err}");
    }
    let again = program.run(&["import", &path, "--mapping", &files.path("m.toml")]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    let companies = "SELECT count(*) FROM events WHERE event_type = 'OccupancyStarted'";
    assert_eq!(
        harness.number(companies).await,
        i64::try_from(number).expect("small")
    );
}

async fn a_database_newer_than_the_program_is_left_alone(harness: &Harness) {
    let (program, files) = (Program::over(harness), Files::new());
    harness.open().await.close().await;
    let later = match harness.dialect {
        Dialect::Sqlite => {
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 0)"
        }
        Dialect::Postgres => {
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', true, '', 0)"
        }
    };
    harness.execute(later).await;
    let ran = files.import(&program, "rows.csv", csv(&[GOOD]).as_bytes());
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{}", ran.err);
    says(&ran.err, &["migration 9999", "use a newer nianlun"]);
    assert_eq!(events(harness).await, 0);
    harness
        .execute("DELETE FROM _sqlx_migrations WHERE version = 9999")
        .await;
    nothing_is_half_done(harness, &program, &files).await;
}

/// Runs the program where no file may grow beyond so many blocks of 1 KiB.
fn limited(program: &Program, blocks: u32, args: &[&str]) -> Ran {
    let whole = program.command(args);
    let mut command = Command::new("bash");
    command
        .arg("-c")
        .arg(format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\""))
        .arg("bash")
        .arg(whole.get_program())
        .args(whole.get_args());
    for (name, value) in whole.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command.output().expect("the program starts");
    Ran {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

async fn no_room(harness: &Harness) {
    let (program, files) = (Program::over(harness), Files::new());
    harness.open().await.close().await;
    // Enough rows, and long ones, that they are set aside on disk; of one company, so that a part of them is large.
    let long = "很长的一格".repeat(400);
    let mut rows = format!("{HEADER},备注\n");
    for _ in 0..4_000 {
        rows.push_str(GOOD);
        rows.push(',');
        rows.push_str(&long);
        rows.push('\n');
    }
    let file = files.write("rows.csv", rows.as_bytes());
    let import = ["import", &file, "--mapping", &files.path("m.toml")];
    let ran = limited(&program, 8 << 10, &import);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{}", ran.err);
    says(
        &ran.err,
        &[
            "rows cannot be set aside on disk",
            "make room or set TMPDIR to another folder",
        ],
    );
    nothing_is_half_done(harness, &program, &files).await;
    let ran = program.run(&import);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
}

#[test]
fn a_database_that_may_only_be_read_is_said_and_left_alone() {
    crate::on_fresh_database!(Dialect::Postgres, read_only);
}

async fn read_only(harness: &Harness) {
    let (program, files) = (Program::over(harness), Files::new());
    harness.open().await.close().await;
    let good = files.import(&program, "good.csv", csv(&[GOOD]).as_bytes());
    assert_eq!(good.code, Some(0), "{}{}", good.out, good.err);
    harness
        .execute(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$",
        )
        .await;
    let more = csv(&[GOOD, ",2,乙,t-space,2016-03-01,,100"]);
    let ran = files.import(&program, "more.csv", more.as_bytes());
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{}", ran.err);
    says(&ran.err, &["the database failed: ", "read-only"]);
    assert_eq!(events(harness).await, 3);
}

#[test]
fn an_unreachable_database_is_said() {
    let files = Files::new();
    let file = files.write("rows.csv", csv(&[GOOD]).as_bytes());
    let ran = super::run_in(
        files.0.path(),
        &[
            "--store",
            "postgres://nobody@127.0.0.1:9/none",
            "import",
            &file,
            "--mapping",
            &files.path("m.toml"),
        ],
    );
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{}", ran.err);
    says(&ran.err, &["the database cannot be reached"]);
}

async fn full_disk(harness: &Harness) {
    let (program, files) = (Program::over(harness), Files::new());
    harness.open().await.close().await;
    let rows: Vec<String> = (1..=1_500)
        .map(|number| format!(",{number},企业{number},t-space,2016-03-01,,100"))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = files.write("rows.csv", csv(&rows).as_bytes());
    let import = ["import", &file, "--mapping", &files.path("m.toml")];
    let ran = limited(&program, 600, &import);
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{}", ran.err);
    says(&ran.err, &["the database failed: "]);
    assert!(events(harness).await < 3_001, "not all of it found room");
    let ran = program.run(&import);
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    assert_eq!(events(harness).await, 3_001);
}

/// A file that is no database, and a folder that takes no file.
async fn not_a_database(harness: &Harness) {
    let (program, files) = (Program::over(harness), Files::new());
    fs::write(harness.file(), "这不是数据库，只是一段文字。".repeat(100)).expect("written");
    let ran = files.import(&program, "rows.csv", csv(&[GOOD]).as_bytes());
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{}", ran.err);
    says(&ran.err, &["not a database"]);
    let kept = fs::read_to_string(harness.file()).expect("read");
    assert!(kept.starts_with("这不是数据库"), "left as it was");
    let nowhere = Path::new("/proc/nianlun.db").display().to_string();
    let file = files.path("rows.csv");
    let store = format!("sqlite:{nowhere}");
    let ran = super::run_in(
        files.0.path(),
        &[
            "--store",
            &store,
            "import",
            &file,
            "--mapping",
            &files.path("m.toml"),
        ],
    );
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""), "{}", ran.err);
    assert!(!ran.err.is_empty());
}
