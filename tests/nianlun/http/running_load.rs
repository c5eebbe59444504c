//! A database that goes away under load and comes back: the service says so soon, and goes on by itself.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::json;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Executor, Row};
use tempfile::TempDir;

use crate::support::api::Api;
use crate::support::database::runtime;
use crate::support::served::Served;

/// A PostgreSQL that is there for one test, which stops and starts it.
struct Cluster {
    folder: TempDir,
    port: u16,
}

/// A program of PostgreSQL: in PATH, or where Debian keeps them. It refuses to run as root.
fn postgres(program: &str) -> Command {
    let installed = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let found = installed
        .filter_map(|version| Some(version.ok()?.path().join("bin").join(program)))
        .find(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from(program));
    let root = Command::new("id").arg("-u").output().expect("id").stdout == b"0\n";
    if !root {
        return Command::new(found);
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
        "--",
    ]);
    command.arg(found);
    command
}

impl Cluster {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let cluster = Self { folder, port };
        let open = Command::new("chmod")
            .arg("777")
            .arg(cluster.folder.path())
            .status();
        assert!(open.expect("chmod").success());
        cluster.run(postgres("initdb").args(["-U", "nianlun", "--auth=trust", "--no-sync"]));
        cluster.start();
        cluster
    }

    fn run(&self, command: &mut Command) {
        let done = command
            .current_dir(self.folder.path())
            .env("PGDATA", self.folder.path().join("data"))
            .stdout(std::process::Stdio::null())
            .status();
        assert!(done.expect("it starts").success(), "{command:?}");
    }

    fn start(&self) {
        let options = format!("-c listen_addresses=127.0.0.1 -p {} -k /tmp", self.port);
        self.run(postgres("pg_ctl").args(["start", "-w", "-l", "server.log", "-o", &options]));
    }

    /// As when its machine fails.
    fn stop(&self) {
        self.run(postgres("pg_ctl").args(["stop", "-w", "-m", "immediate"]));
    }

    fn url(&self) -> String {
        format!("postgres://nianlun@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = postgres("pg_ctl");
        stop.args(["stop", "-m", "immediate", "-D"]);
        // It may have been stopped already.
        let _ = stop.arg(self.folder.path().join("data")).output();
    }
}

#[test]
fn a_service_whose_database_goes_away_says_so_soon_and_comes_back_by_itself() {
    let cluster = Cluster::new();
    runtime().block_on(away_and_back(&cluster));
}

async fn away_and_back(cluster: &Cluster) {
    let many = "1000000";
    let environment = [
        ("NIANLUN_TIMEOUTS_STORE", "1s"),
        ("NIANLUN_ACCESS_LIMITS_REQUESTS_PER_SECOND", many),
        ("NIANLUN_ACCESS_LIMITS_BURST", many),
    ];
    let served = Served::over(&cluster.url(), &[], &environment);
    let api = Arc::new(Api::at(&served.base));
    let done = Arc::new(AtomicBool::new(false));
    let mut callers = tokio::task::JoinSet::new();
    for caller in 0..8 {
        callers.spawn(call(caller, Arc::clone(&api), Arc::clone(&done)));
    }
    ready(&api, 200).await;
    cluster.stop();
    let not_ready = ready(&api, 503).await;
    assert!(["store", "projector"].contains(&not_ready.as_str()));
    let started = Instant::now();
    assert_eq!(api.get("/companies").await.problem(), "unavailable");
    assert!(started.elapsed() < Duration::from_secs(5));
    tokio::time::sleep(Duration::from_secs(3)).await;
    cluster.start();
    ready(&api, 200).await;
    let body = json!({"event": "registered", "fields": {"name": "afterwards"}});
    api.post("/companies", &body).await.ok();
    done.store(true, Ordering::Relaxed);
    let (mut acknowledged, mut odd) = (vec!["afterwards".to_owned()], vec![]);
    while let Some(caller) = callers.join_next().await {
        let Called {
            recorded,
            refused,
            longest,
            odd: of_this,
        } = caller.expect("a caller");
        assert!(refused > 0, "each caller was told");
        assert!(longest < Duration::from_secs(8), "{longest:?}");
        acknowledged.extend(recorded);
        odd.extend(of_this);
    }
    let log = served.kill();
    let faults: Vec<_> = log.lines().filter(|line| line.contains("ERROR")).collect();
    assert!(odd.is_empty(), "{odd:?}\n{faults:#?}");
    let options: PgConnectOptions = cluster.url().parse().expect("a URL");
    let mut beside = options.connect().await.expect("connected");
    let names = beside
        .fetch_all("SELECT payload::text FROM events")
        .await
        .expect("events");
    let payloads: Vec<String> = names.iter().map(|row| row.get(0)).collect();
    for name in &acknowledged {
        let name = format!("\"{name}\"");
        let there = payloads.iter().filter(|one| one.contains(&name)).count();
        assert_eq!(there, 1, "{name}");
    }
}

/// What a caller was told.
#[derive(Default)]
struct Called {
    recorded: Vec<String>,
    refused: usize,
    longest: Duration,
    /// Answers that nobody should get.
    odd: Vec<String>,
}

/// Writes, or reads, until all is done.
async fn call(place: usize, api: Arc<Api>, done: Arc<AtomicBool>) -> Called {
    let mut told = Called::default();
    for number in 0.. {
        if done.load(Ordering::Relaxed) {
            break;
        }
        let name = format!("{place}-{number}");
        let body = json!({"event": "registered", "fields": {"name": name}});
        let started = Instant::now();
        let answer = if place.is_multiple_of(2) {
            api.post("/companies", &body).await
        } else {
            api.get("/companies?limit=1").await
        };
        told.longest = told.longest.max(started.elapsed());
        match answer.status.as_u16() {
            201 => told.recorded.push(name),
            200 => {}
            503 if answer.problem() == "unavailable" => {
                assert_eq!(answer.header("retry-after"), "5");
                told.refused += 1;
            }
            _ => told.odd.push(answer.text),
        }
    }
    told
}

/// Waits until the service is ready, or is not; which part is not.
async fn ready(api: &Api, status: u16) -> String {
    for _ in 0..300 {
        let answer = api.send(api.request(Method::GET, "/readyz")).await;
        if answer.status == status {
            return answer.json()["field"].as_str().unwrap_or("").to_owned();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("/readyz never answers {status}");
}
