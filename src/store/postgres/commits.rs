//! Commits of several commands in one transaction: who comes while one is under way goes with the next, so that one wait for
//! the disk serves them all.

use std::sync::Arc;
use std::time::Duration;

use cqrs_es::persist::SerializedEvent;
use sqlx::PgPool;
use tokio::sync::{Mutex, mpsc, oneshot};

use crate::store::StoreError;

/// Transactions at once: while one waits for the disk, the next is filled.
const LANES: usize = 2;

/// The most commands in a transaction.
const MOST: usize = 64;

/// How long a transaction may take. A server whose host is gone may never say so.
const PATIENCE: Duration = Duration::from_secs(20);

/// A statement is a transaction. The order of the rows is the order of the draws.
const INSERT: &str = "
INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)
SELECT aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[]) WITH ORDINALITY
    AS new (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata, place)
ORDER BY place";

/// How it went.
#[derive(Clone, Debug)]
pub enum Went {
    /// They are durable.
    Committed,
    /// They cannot be committed; tried again without others, they are refused for a reason that can be told.
    Refused,
    /// The database went away; whether they were committed is not known.
    Lost(String),
}

/// The events of one command.
struct Waiting {
    events: Vec<SerializedEvent>,
    went: oneshot::Sender<Went>,
}

/// Takes commits.
#[derive(Clone)]
pub struct Commits(mpsc::Sender<Waiting>);

impl Commits {
    /// Over a pool; ends with the last handle.
    pub fn start(pool: &PgPool) -> Self {
        let (take, waiting) = mpsc::channel(LANES * MOST);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..LANES {
            tokio::spawn(lane(pool.clone(), Arc::clone(&waiting)));
        }
        Self(take)
    }

    /// Commits the events of one command: all of them, or none.
    pub async fn commit(&self, events: Vec<SerializedEvent>) -> Went {
        let (went, answer) = oneshot::channel();
        if self.0.send(Waiting { events, went }).await.is_err() {
            return Went::Refused;
        }
        let ended = |_| Went::Lost("the commit was given up".to_owned());
        answer.await.unwrap_or_else(ended)
    }
}

async fn lane(pool: PgPool, waiting: Arc<Mutex<mpsc::Receiver<Waiting>>>) {
    loop {
        let mut commands = Vec::with_capacity(MOST);
        let taken = waiting.lock().await.recv_many(&mut commands, MOST).await;
        if taken == 0 {
            return;
        }
        commit(&pool, commands).await;
    }
}

/// Commits them together. Where that is refused, halves of them: one that cannot be committed leaves the others together.
async fn commit(pool: &PgPool, commands: Vec<Waiting>) {
    let mut groups = vec![commands];
    while let Some(mut commands) = groups.pop() {
        let inserted = tokio::time::timeout(PATIENCE, insert(pool, &commands)).await;
        let went = match inserted {
            Ok(Ok(())) => Went::Committed,
            Ok(Err(StoreError::Unreachable(reason))) => Went::Lost(reason),
            Ok(Err(_)) if commands.len() > 1 => {
                let rest = commands.split_off(commands.len() / 2);
                groups.extend([rest, commands]);
                continue;
            }
            Ok(Err(_)) => Went::Refused,
            Err(_) => Went::Lost(format!("it took more than {PATIENCE:?} to commit")),
        };
        for command in commands {
            // Who has gone away since does not want to know.
            let _ = command.went.send(went.clone());
        }
    }
}

async fn insert(pool: &PgPool, commands: &[Waiting]) -> Result<(), StoreError> {
    fn column<'a, T>(commands: &'a [Waiting], read: impl Fn(&'a SerializedEvent) -> T) -> Vec<T> {
        let events = commands.iter().flat_map(|command| &command.events);
        events.map(read).collect()
    }
    let sequence = |event: &SerializedEvent| i64::try_from(event.sequence).unwrap_or(i64::MAX);
    sqlx::query(INSERT)
        .bind(column(commands, |event| event.aggregate_type.as_str()))
        .bind(column(commands, |event| event.aggregate_id.as_str()))
        .bind(column(commands, sequence))
        .bind(column(commands, |event| event.event_type.as_str()))
        .bind(column(commands, |event| event.event_version.as_str()))
        .bind(column(commands, |event| &event.payload))
        .bind(column(commands, |event| &event.metadata))
        .execute(pool)
        .await?;
    Ok(())
}
