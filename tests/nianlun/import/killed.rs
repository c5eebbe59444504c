//! An import that is killed and started again ends as if it had never been killed.
//!
//! The real binary is killed with SIGKILL at 30 moments on each store, which chance picks from a fixed seed, several times on the
//! way of each import. At each of these moments every company is there whole or not at all; in the end all events are those of an unbroken import, in id,
//! sequence, type, version, payload and metadata but the run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::contract;
use crate::support::database::{Dialect, Harness};
use crate::support::program::{Program, text};

contract!(
    spells_killed_on_the_way,
    a_roster_killed_on_the_way,
    an_edited_file_killed_on_the_way,
);

/// Numbers that look random, the same each time.
struct Chance(u64);

impl Chance {
    /// Below one.
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let high = u32::try_from(self.0 >> 32).expect("the upper half");
        f64::from(high) / f64::from(u32::MAX)
    }
}

const HEAD: &str = r#"
[[subject.identify]]
scheme = "park"
id = { column = "编号" }

[subject.register]
name = { column = "企业" }

[[carrier]]
code = "t-space"
name = "T+SPACE"
"#;

const SPELLS: &str = r#"
[[output]]
opens = "occupancy-started"
from = { column = "入驻" }
ends = "occupancy-ended"
to = { column = "迁出" }
carrier = "t-space"

[[output]]
event = "attribute-stated"
on = { column = "入驻" }
scheme = "industry"
value = { column = "行业" }
"#;

/// Files to import one after the other; the last one is killed.
struct Work {
    folder: TempDir,
    files: Vec<String>,
}

impl Work {
    fn new(mapping: &str, files: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        fs::write(folder.path().join("m.toml"), mapping).expect("written");
        let mut paths = vec![];
        for (place, (name, content)) in files.iter().enumerate() {
            // Versions of a file have one name.
            let folder = folder.path().join(place.to_string());
            fs::create_dir(&folder).expect("made");
            let path = folder.join(name);
            fs::write(&path, content).expect("written");
            paths.push(path.display().to_string());
        }
        Self {
            folder,
            files: paths,
        }
    }

    fn arguments<'a>(file: &'a str, mapping: &'a str) -> Vec<&'a str> {
        vec!["import", file, "--mapping", mapping, "--retract-missing"]
    }

    fn mapping(&self) -> String {
        self.folder.path().join("m.toml").display().to_string()
    }

    fn last(&self) -> &str {
        self.files.last().expect("a file")
    }

    /// Imports the files before the last.
    fn begin(&self, program: &Program) {
        for file in &self.files[..self.files.len() - 1] {
            program.done(&Self::arguments(file, &self.mapping()));
        }
    }

    fn finish(&self, program: &Program) {
        program.done(&Self::arguments(self.last(), &self.mapping()));
    }

    /// Starts the last import and kills it at a moment; whether it was still running.
    async fn killed(&self, harness: &Harness, program: &Program, at: Moment) -> bool {
        let mapping = self.mapping();
        let mut command = program.command(&Self::arguments(self.last(), &mapping));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let recorded = "SELECT count(*) FROM events";
        let before = harness.number(recorded).await;
        let mut child = command.spawn().expect("the program starts");
        let mut running = || child.try_wait().expect("asked").is_none();
        match at {
            Moment::After(time) => tokio::time::sleep(time).await,
            Moment::Recording(time) => {
                while running() && harness.number(recorded).await == before {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                tokio::time::sleep(time).await;
            }
        }
        let running = running();
        child.kill().expect("killed");
        child.wait().expect("ended");
        running
    }
}

/// When an import is killed.
enum Moment {
    /// So long after its start.
    After(Duration),
    /// So long after it has recorded something.
    Recording(Duration),
}

/// All events by stream, as stored, but for the run.
async fn stored(harness: &Harness) -> BTreeMap<String, Vec<String>> {
    let whole = match harness.dialect {
        Dialect::Sqlite => "json_array(payload, metadata)",
        Dialect::Postgres => "jsonb_build_array(payload, metadata)",
    };
    let sql = format!(
        "SELECT aggregate_type || '/' || aggregate_id || ' ' || CAST(sequence AS TEXT) || ' ' || event_type || ' ' || event_version || ' ' || \
         CAST({whole} AS TEXT) FROM events ORDER BY aggregate_type, aggregate_id, sequence"
    );
    let mut streams: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in harness.texts(&sql).await {
        let begin = row.find('[').expect("an array");
        let (head, body) = row.split_at(begin);
        let mut body: Vec<Value> = serde_json::from_str(body).expect("JSON");
        for value in &mut body {
            if let Value::String(text) = value {
                *value = serde_json::from_str(text).expect("JSON");
            }
        }
        let run = body[1]
            .as_object_mut()
            .and_then(|metadata| metadata.remove("run"));
        assert!(run.is_some(), "every event remembers its run");
        let stream = head.split(' ').next().expect("a stream").to_owned();
        let event = format!("{head}{}{}", body[0], body[1]);
        streams.entry(stream).or_default().push(event);
    }
    streams
}

/// Kills the last import of some work five times on each of so many databases: twice somewhere in its first part, and three times
/// while it records.
async fn killing(harness: &Harness, work: &Work, seed: u64, databases: usize) {
    harness.open().await.close().await;
    let program = Program::over(harness);
    work.begin(&program);
    let before = stored(harness).await;
    let clock = Instant::now();
    work.finish(&program);
    let whole = clock.elapsed();
    let unbroken = stored(harness).await;
    assert_ne!(before, unbroken);

    let mut chance = Chance(seed);
    let mut halfway = 0;
    let mut running = 0;
    for _ in 0..databases {
        let other = Harness::new(harness.dialect).await;
        other.open().await.close().await;
        let program = Program::over(&other);
        work.begin(&program);
        let mut broken = false;
        for turn in 0..5 {
            let moment = match turn % 2 {
                1 => Moment::After(whole.mul_f64(chance.next() / 2.0)),
                _ => Moment::Recording(Duration::from_millis(40).mul_f64(chance.next())),
            };
            running += usize::from(work.killed(&other, &program, moment).await);
            other.settled().await;
            let now = stored(&other).await;
            for (stream, events) in &now {
                let whole = [before.get(stream), unbroken.get(stream)];
                assert!(
                    whole.contains(&Some(events)),
                    "half of {stream}: {events:#?}"
                );
            }
            if now != before && now != unbroken {
                halfway += 1;
                broken = true;
            }
        }
        work.finish(&program);
        let ended = stored(&other).await;
        assert!(
            ended == unbroken,
            "{} and {} streams",
            ended.len(),
            unbroken.len()
        );
        let runs = program.rows(&["import", "list"]);
        let states: Vec<_> = runs.iter().map(|run| text(run, "state")).collect();
        assert_eq!(states.last(), Some(&"done"), "{runs:?}");
        assert!(
            states
                .iter()
                .all(|state| ["done", "broken off"].contains(state)),
            "{runs:?}"
        );
        assert_eq!(broken, broken && states.contains(&"broken off"), "{runs:?}");
    }
    println!("{whole:?} unbroken; {running} killed on the way, {halfway} of them half recorded");
    assert!(running > databases, "some were still running: {running}");
    assert!(halfway > 0, "some were half recorded");
}

fn companies(count: usize, row: impl Fn(usize) -> String) -> String {
    let mut rows = "编号,企业,入驻,迁出,行业\n".to_owned();
    for number in 0..count {
        writeln!(rows, "{}", row(number)).expect("a text");
    }
    rows
}

/// More than are decided at once.
const ROWS: usize = 1_600;

async fn spells_killed_on_the_way(harness: &Harness) {
    let mapping =
        format!("name = \"spells\"\ntitle = \"名册\"\nshape = \"spells\"\n{HEAD}{SPELLS}");
    let rows = companies(ROWS, |number| {
        format!(
            "{},企业{number},2016-03-01,2018-05-01,光学{}",
            number % 3_000,
            number % 7
        )
    });
    let work = Work::new(&mapping, &[("名册.csv", rows)]);
    killing(harness, &work, 2016, 4).await;
}

async fn a_roster_killed_on_the_way(harness: &Harness) {
    let mapping = format!(
        "name = \"list\"\ntitle = \"名单\"\nshape = \"roster\"\n[roster]\nobserved_on = {{ of = \"file\", within = true }}\n{HEAD}\
         [[output]]\nopens = \"occupancy-started\"\nends = \"occupancy-ended\"\ncarrier = \"t-space\"\n\
         [[output]]\nevent = \"attribute-stated\"\nscheme = \"industry\"\nvalue = {{ column = \"行业\" }}\n"
    );
    let first = companies(1_200, |number| format!("{number},企业{number},,,光学"));
    let second = companies(1_200, |number| {
        format!("{},企业{},,,激光", number + 100, number + 100)
    });
    let files = [
        ("名单2016-03-31.csv", first),
        ("名单2016-04-30.csv", second),
    ];
    killing(harness, &Work::new(&mapping, &files), 2017, 1).await;
}

async fn an_edited_file_killed_on_the_way(harness: &Harness) {
    let mapping = format!(
        "name = \"ledger\"\ntitle = \"台账\"\nshape = \"spells\"\nrow_key = {{ column = \"编号\" }}\n{HEAD}{SPELLS}"
    );
    let first = companies(1_200, |number| {
        format!("{number},企业{number},2016-03-01,2018-05-01,光学")
    });
    // Half of the rows say something else, and some are gone.
    let second = companies(1_150, |number| {
        format!(
            "{number},企业{number},2016-0{}-01,2018-05-01,激光",
            3 + number % 2
        )
    });
    let files = [("台账.csv", first), ("台账.csv", second)];
    killing(harness, &Work::new(&mapping, &files), 2018, 1).await;
}
