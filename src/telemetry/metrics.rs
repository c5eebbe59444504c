//! The figures, as Prometheus reads them. No label takes values that a caller can make up.

use std::sync::OnceLock;
use std::time::Duration;

use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::store::Pool;

const REQUESTS: &str = "nianlun_http_requests_total";
const RUNNING: &str = "nianlun_http_requests_running";
const DURATION: &str = "nianlun_http_request_duration_seconds";
const COMMANDS: &str = "nianlun_commands_total";
const IMPORT_ROWS: &str = "nianlun_import_rows_total";
const IMPORT_EVENTS: &str = "nianlun_import_events_total";
const STORE_UP: &str = "nianlun_store_up";
const POOL_LIMIT: &str = "nianlun_pool_connections_limit";
const POOL_SIZE: &str = "nianlun_pool_connections";
const POOL_IDLE: &str = "nianlun_pool_connections_idle";
const POOL_USED: &str = "nianlun_pool_connections_used";
const LOG: &str = "nianlun_log_position";
const PROJECTOR_POSITION: &str = "nianlun_projector_position";
const PROJECTOR_LAG: &str = "nianlun_projector_lag_positions";
const PROJECTOR_LAG_SECONDS: &str = "nianlun_projector_lag_seconds";
const PROJECTOR_FAILING: &str = "nianlun_projector_failing";
const SEQUENCER_FAILING: &str = "nianlun_sequencer_failing";
const SEQUENCER_LAG: &str = "nianlun_sequencer_lag_positions";
const SEQUENCER_LAG_SECONDS: &str = "nianlun_sequencer_lag_seconds";

/// From a read of one record to the longest request that is allowed.
const SECONDS: [f64; 13] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];

static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();

/// Begins to keep them; a process does so once.
///
/// # Errors
/// If something else in the process keeps figures.
pub fn install() -> Result<(), BuildError> {
    // Of two that come at once one would be told that there is a recorder already.
    static TURN: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    if HANDLE.get().is_some() {
        return Ok(());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), &SECONDS)?
        .install_recorder()?;
    describe();
    HANDLE.get_or_init(|| handle);
    Ok(())
}

fn describe() {
    describe_counter!(REQUESTS, "Requests answered");
    describe_gauge!(RUNNING, "Requests that run");
    describe_histogram!(DURATION, "How long requests took, in seconds");
    describe_counter!(
        COMMANDS,
        "Commands by how they ended: accepted, or the problem"
    );
    describe_counter!(IMPORT_ROWS, "Rows that imports have read");
    describe_counter!(IMPORT_EVENTS, "Events that imports have recorded");
    describe_gauge!(STORE_UP, "Whether the database answers");
    describe_gauge!(POOL_LIMIT, "Connections to the database at most");
    describe_gauge!(POOL_SIZE, "Connections to the database");
    describe_gauge!(POOL_IDLE, "Connections that nobody uses");
    describe_gauge!(POOL_USED, "Connections in use");
    describe_gauge!(LOG, "Last position of the log");
    describe_gauge!(PROJECTOR_POSITION, "Last position in the facts");
    describe_gauge!(PROJECTOR_LAG, "Positions of the log not in the facts");
    describe_gauge!(
        PROJECTOR_LAG_SECONDS,
        "Seconds since all positions were last seen in the facts"
    );
    describe_gauge!(PROJECTOR_FAILING, "Whether the projector does not go on");
    describe_gauge!(SEQUENCER_FAILING, "Whether the sequencer does not go on");
    describe_gauge!(SEQUENCER_LAG, "Committed events not in the log");
    describe_gauge!(
        SEQUENCER_LAG_SECONDS,
        "Seconds that committed events may have waited for the log"
    );
}

/// Puts together what was measured since the last time.
pub fn upkeep() {
    if let Some(handle) = HANDLE.get() {
        handle.run_upkeep();
    }
}

/// All figures, in the text format of Prometheus.
#[must_use]
pub fn render() -> String {
    HANDLE
        .get()
        .map_or_else(String::new, PrometheusHandle::render)
}

/// A request that runs, until this is dropped.
#[must_use]
pub struct Request(());

/// A request begins.
pub fn running() -> Request {
    gauge!(RUNNING).increment(1.0);
    Request(())
}

impl Drop for Request {
    fn drop(&mut self) {
        gauge!(RUNNING).decrement(1.0);
    }
}

/// A request was answered.
pub fn answered(route: &str, method: &'static str, status: u16, took: Duration) {
    let labels = [
        ("route", route.to_owned()),
        ("method", method.to_owned()),
        ("status", status.to_string()),
    ];
    counter!(REQUESTS, &labels).increment(1);
    histogram!(DURATION, &labels).record(took);
}

/// A command ended so: `accepted`, or with a problem of this kind.
pub fn command(outcome: &'static str) {
    counter!(COMMANDS, "outcome" => outcome).increment(1);
}

/// An import has read so many rows and recorded so many events.
pub fn imported(rows: u64, events: u64) {
    counter!(IMPORT_ROWS).increment(rows);
    counter!(IMPORT_EVENTS).increment(events);
}

/// The connections.
pub fn pool(pool: Pool) {
    gauge!(POOL_LIMIT).set(pool.limit);
    gauge!(POOL_SIZE).set(pool.size);
    gauge!(POOL_IDLE).set(pool.idle);
    gauge!(POOL_USED).set(pool.size.saturating_sub(pool.idle));
}

/// How far the log and the facts are.
#[derive(Clone, Copy, Debug)]
pub struct Positions {
    /// The last position of the log.
    pub log: u64,
    /// The last position in the facts.
    pub facts: u64,
    /// How many committed events are not in the log.
    pub waiting: u64,
}

/// Which of them does not go on.
pub fn failing(sequencer: bool, projector: bool) {
    gauge!(SEQUENCER_FAILING).set(u8::from(sequencer));
    gauge!(PROJECTOR_FAILING).set(u8::from(projector));
}

/// What the database said of the log and the facts; nothing if it does not answer.
pub fn store(positions: Option<Positions>, lag: Duration) {
    gauge!(STORE_UP).set(u8::from(positions.is_some()));
    gauge!(PROJECTOR_LAG_SECONDS).set(lag.as_secs_f64());
    let Some(Positions {
        log,
        facts,
        waiting,
    }) = positions
    else {
        return;
    };
    gauge!(LOG).set(number(log));
    gauge!(PROJECTOR_POSITION).set(number(facts));
    gauge!(PROJECTOR_LAG).set(number(log.saturating_sub(facts)));
    gauge!(SEQUENCER_LAG).set(number(waiting));
    let waited = if waiting == 0 { Duration::ZERO } else { lag };
    gauge!(SEQUENCER_LAG_SECONDS).set(waited.as_secs_f64());
}

#[expect(
    clippy::cast_precision_loss,
    reason = "positions stay far below 2^53, up to where they are exact"
)]
const fn number(count: u64) -> f64 {
    count as f64
}
