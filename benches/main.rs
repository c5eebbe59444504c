//! How fast imports and the service are, and how much memory they take: ratios against references that are measured in the same
//! run (docs/benchmarks.md).
//!
//! `make bench`, or `make bench ONLY="sqlite xlsx"` for some of it.

mod database;
mod import;
mod service;
mod table;

use std::str::FromStr;

use table::Table;
use tempfile::TempDir;

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How much is measured.
struct Plan {
    /// Where files are made.
    folder: TempDir,
    /// What the numbers of rows are multiplied by.
    scale: f64,
    /// How often each is measured.
    repeat: usize,
}

impl Plan {
    fn read() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
            scale: set("NIANLUN_BENCH_SCALE").unwrap_or(1.0),
            repeat: set("NIANLUN_BENCH_REPEAT").unwrap_or(3).max(1),
        }
    }

    /// So many, scaled.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a number of rows that fits a file"
    )]
    fn scaled(&self, count: u64) -> u64 {
        ((count as f64 * self.scale) as u64).max(1_000)
    }
}

/// What an environment variable says, if it is set.
fn set<T: FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok().filter(|text| !text.is_empty())?;
    let read = text.parse();
    assert!(read.is_ok(), "{name}={text} cannot be read");
    read.ok()
}

/// What can be measured, by the name under which it is asked for.
const MEASUREMENTS: [&str; 7] = [
    "postgres", "sqlite", "xlsx", "memory", "commands", "reads", "feed",
];

fn main() {
    let asked: Vec<_> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    if let [child, url, file] = asked.as_slice()
        && child == import::memory::CHILD
    {
        return runtime.block_on(import::memory::child(url, file.as_ref()));
    }
    if asked == [service::feed::CHILD] {
        return runtime.block_on(service::feed::child());
    }
    let unknown = asked
        .iter()
        .find(|one| !MEASUREMENTS.contains(&one.as_str()));
    if let Some(unknown) = unknown {
        eprintln!("{unknown}: not one of {}", MEASUREMENTS.join(", "));
        std::process::exit(64);
    }
    let plan = Plan::read();
    let mut table = Table::default();
    for name in MEASUREMENTS {
        if asked.is_empty() || asked.iter().any(|one| one == name) {
            runtime.block_on(measure(name, &plan, &mut table));
        }
    }
    println!("{table}");
}

async fn measure(name: &str, plan: &Plan, table: &mut Table) {
    match name {
        "postgres" => import::postgres(plan, table).await,
        "sqlite" => import::sqlite(plan, table).await,
        "xlsx" => import::xlsx(plan, table).await,
        "memory" => import::memory::measure(plan, table).await,
        "commands" => service::commands(plan, table).await,
        "reads" => service::reads(plan, table).await,
        _ => service::feed::measure(plan, table).await,
    }
}
