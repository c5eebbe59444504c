//! Where events, their log and the facts are kept: one contract, two dialects.
//!
//! `postgres/` and `sqlite/` hold the same file names; what one does, the other does.

mod bulk;
mod clock;
mod difference;
mod error;
mod migrate;
mod open;
mod postgres;
mod repository;
mod rows;
mod select;
mod sqlite;
mod tokens;

use std::collections::BTreeMap;

use async_trait::async_trait;
use cqrs_es::persist::SerializedEvent;
use nianlun_projections::{DayNumber, Fact, Known, Subject};
use serde_json::Value;
use uuid::Uuid;

pub use bulk::{Bulk, NewEvent};
pub use clock::{Clock, system_clock};
pub use error::StoreError;
pub use open::{Options, masked, open, open_with};
pub use postgres::PostgresStore;
pub use repository::{Repository, SqliteRepository};
pub use sqlite::SqliteStore;
pub use sqlite::backup::{BackupError, Copied, backup, restore};
pub use tokens::{Token, TokenHash};

/// A stream: one aggregate's events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// Which aggregate.
    pub subject: Subject,
    /// Its id.
    pub id: Uuid,
}

impl StreamId {
    /// The stream of a stored event; none, if there can be no such stream.
    #[must_use]
    pub fn of(event: &SerializedEvent) -> Option<Self> {
        Some(Self {
            subject: Subject::parse(&event.aggregate_type)?,
            id: Uuid::parse_str(&event.aggregate_id).ok()?,
        })
    }
}

/// An event that the log has admitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdmittedEvent {
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Where and when the log admitted it.
    pub known: Known,
    /// The event as cqrs-es stores it (before upcasting).
    pub event: SerializedEvent,
}

/// What a sequencer round did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// Events admitted by this round.
    pub admitted: u64,
    /// The last position and `admitted_at` of the log after it.
    pub head: Known,
}

/// A point on the known axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownAt {
    /// All that is known now.
    Latest,
    /// As known at a time: microseconds since the epoch, inclusive.
    Time(i64),
    /// As known at a log position, inclusive.
    Position(u64),
}

/// A column of a fact that a tally may group by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactColumn {
    /// `key`
    Key,
    /// `part`
    Part,
    /// `value`
    Value,
}

/// When, on the day axis, a fact must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Valid {
    /// At any day, or never placed: no condition.
    Any,
    /// `valid_from <= day < valid_to`.
    On(DayNumber),
    /// It began in `[from, to)`.
    BeganIn(DayNumber, DayNumber),
    /// It ended in `[from, to)`.
    EndedIn(DayNumber, DayNumber),
    /// Its date is unknown: it stands on no day.
    Unplaced,
}

/// Which facts are asked for. Empty lists and `None` ask for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactQuery {
    /// Of which aggregate.
    pub subject: Subject,
    /// Of which one stream.
    pub id: Option<Uuid>,
    /// Any of these kinds.
    pub kinds: Vec<String>,
    /// Any of these keys.
    pub keys: Vec<String>,
    /// Any of these parts.
    pub parts: Vec<String>,
    /// Any of these values.
    pub values: Vec<String>,
    /// The day axis.
    pub valid: Valid,
    /// The known axis.
    pub known: KnownAt,
    /// The subject must also have, under the same `known`, a fact for each of these: `(kind, key, value)` holding on the
    /// day given (with `Valid::On`) or any day.
    pub having: Vec<Having>,
}

/// A condition on another fact of the same subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Having {
    /// The other fact's kind.
    pub kind: String,
    /// Its key.
    pub key: String,
    /// Its value; any if `None`.
    pub value: Option<String>,
    /// When it must hold.
    pub valid: Valid,
}

/// One line of a tally.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TallyRow {
    /// The values of the columns grouped by, in their order.
    pub group: Vec<String>,
    /// How many different subjects.
    pub subjects: u64,
    /// How many facts.
    pub facts: u64,
}

/// What the projector changes, in one transaction with its checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Projected {
    /// The facts of these streams, complete, as folded now. The store compares them with what it holds and writes the
    /// difference: closes, inserts, and removes what is no longer said.
    pub streams: BTreeMap<StreamId, Vec<Fact>>,
}

/// Everything that Nianlun asks of a database.
///
/// Appending one command's events goes through [`Store::repository`] and cqrs-es; the rest is here.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The cqrs-es repository over the same database.
    fn repository(&self) -> Repository;

    /// Opens a transaction that takes many events: COPY on PostgreSQL, multi-row INSERT on SQLite, where no other writer gets
    /// in meanwhile. The triggers work as for single appends.
    ///
    /// # Errors
    /// Only those of the database.
    async fn bulk(&self) -> Result<Box<dyn Bulk>, StoreError>;

    /// Appends many events in one transaction, a stream's events in their order.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if a sequence is taken, [`StoreError::IdentifierTaken`] with the holder; nothing is
    /// written then.
    async fn append_bulk(&self, events: &[SerializedEvent]) -> Result<(), StoreError> {
        if events.is_empty() {
            return Ok(());
        }
        let events: Vec<_> = events.iter().map(NewEvent::from).collect();
        let mut bulk = self.bulk().await?;
        bulk.append(&events).await?;
        bulk.commit().await
    }

    /// The events of a stream, in order, admitted or not.
    ///
    /// # Errors
    /// Only those of the database.
    async fn stream(&self, stream: StreamId) -> Result<Vec<SerializedEvent>, StoreError>;

    /// The events of several streams, each in order, admitted or not; absent streams are absent.
    ///
    /// # Errors
    /// Only those of the database.
    async fn streams(
        &self,
        streams: &[StreamId],
    ) -> Result<BTreeMap<StreamId, Vec<SerializedEvent>>, StoreError>;

    /// Who holds these identifiers (`scheme:value`, as in an event's `claims`).
    ///
    /// # Errors
    /// Only those of the database.
    async fn holders(
        &self,
        identifiers: &[String],
    ) -> Result<BTreeMap<String, StreamId>, StoreError>;

    /// What companies' records say of other records, event by event as committed, in order: that they are merged, have
    /// taken another in, or are not one with another. Of these companies, or of all.
    ///
    /// # Errors
    /// Only those of the database.
    async fn identity_events(
        &self,
        companies: Option<&[Uuid]>,
    ) -> Result<Vec<SerializedEvent>, StoreError>;

    /// The events of the command that was sent under this key, as committed, in order.
    ///
    /// # Errors
    /// Only those of the database.
    async fn keyed(&self, key: &str) -> Result<Vec<SerializedEvent>, StoreError>;

    /// The admitted events of one repair, or of all, in the order of the log: those with this `correlation` in their
    /// metadata, or with any.
    ///
    /// # Errors
    /// Only those of the database.
    async fn correlated(&self, correlation: Option<&str>)
    -> Result<Vec<AdmittedEvent>, StoreError>;

    /// One round of the sequencer: admits what is committed and not yet in the log.
    ///
    /// # Errors
    /// [`StoreError::Clocks`] if the clocks of database and process differ by more than 60 s. A round that lost against
    /// another sequencer is tried again inside.
    async fn sequence(&self) -> Result<Round, StoreError>;

    /// The log's last position and time; zero while it is empty.
    ///
    /// # Errors
    /// Only those of the database.
    async fn head(&self) -> Result<Known, StoreError>;

    /// Which streams the log mentions after a position: at most `limit` entries, in order.
    ///
    /// # Errors
    /// Only those of the database.
    async fn log_after(
        &self,
        position: u64,
        limit: u32,
    ) -> Result<Vec<(Known, StreamId)>, StoreError>;

    /// The admitted events after one position up to and with another, in the log's order: at most `limit`. How the whole log
    /// is read without holding it.
    ///
    /// # Errors
    /// Only those of the database.
    async fn admitted_after(
        &self,
        position: u64,
        until: u64,
        limit: u32,
    ) -> Result<Vec<AdmittedEvent>, StoreError>;

    /// Whole admitted histories of these streams, by stream and sequence, up to and including `until` (microseconds): a
    /// round is either in it whole or not at all.
    ///
    /// # Errors
    /// Only those of the database.
    async fn histories(
        &self,
        streams: &[StreamId],
        until: i64,
    ) -> Result<Vec<AdmittedEvent>, StoreError>;

    /// How far a projection has read, and the version of the fold that wrote it; `None` before its first write.
    ///
    /// # Errors
    /// Only those of the database.
    async fn checkpoint(&self, projection: &str) -> Result<Option<Checkpoint>, StoreError>;

    /// Writes what the projector folded, and moves its checkpoint, in one transaction. Facts that another projection wrote
    /// are not touched, also those of the same streams.
    ///
    /// # Errors
    /// [`StoreError::CheckpointMoved`] if `from` is no longer the checkpoint: another projector was first, nothing is
    /// written.
    async fn project(
        &self,
        projection: &str,
        from: Option<&Checkpoint>,
        to: &Checkpoint,
        projected: &Projected,
    ) -> Result<(), StoreError>;

    /// Removes all facts and the checkpoint of a projection and writes it anew from `source`, in one transaction: readers
    /// see the old facts until the new are whole. On SQLite nothing else can be written meanwhile, so `source` must only
    /// read.
    ///
    /// # Errors
    /// Those of the database, and what `next` returns.
    async fn rebuild(
        &self,
        projection: &str,
        to: &Checkpoint,
        source: &mut dyn FactSource,
    ) -> Result<(), StoreError>;

    /// All stream ids of the log, ordered by the subject's stored name and id, after `after`, at most `limit`: how a rebuild walks.
    ///
    /// # Errors
    /// Only those of the database.
    async fn stream_ids(
        &self,
        after: Option<StreamId>,
        limit: u32,
    ) -> Result<Vec<StreamId>, StoreError>;

    /// The facts asked for, ordered by subject id, kind, key, part, `valid_from`.
    ///
    /// # Errors
    /// Only those of the database.
    async fn facts(&self, query: &FactQuery) -> Result<Vec<Fact>, StoreError>;

    /// The same of the subjects whose ids lie from `first` to `last`, both included: with [`Store::stream_ids`], how all facts
    /// are read without holding them.
    ///
    /// # Errors
    /// Only those of the database.
    async fn facts_between(
        &self,
        query: &FactQuery,
        first: Uuid,
        last: Uuid,
    ) -> Result<Vec<Fact>, StoreError>;

    /// How many, grouped by columns and ordered by them. Without columns it is one row; with them, a group without facts
    /// has none.
    ///
    /// # Errors
    /// Only those of the database.
    async fn tally(
        &self,
        query: &FactQuery,
        by: &[FactColumn],
    ) -> Result<Vec<TallyRow>, StoreError>;

    /// A mark in the order of writing: every event that is written from now on lies after it.
    ///
    /// # Errors
    /// Only those of the database.
    async fn mark(&self) -> Result<String, StoreError>;

    /// Events written after a mark whose metadata says all of this, ordered by stream and sequence, after `after`, at most
    /// `limit`. Reads the whole table after the mark.
    ///
    /// # Errors
    /// [`StoreError::Inconsistent`] if the mark is none of [`Store::mark`]'s.
    async fn written(
        &self,
        mark: &str,
        saying: &BTreeMap<String, String>,
        after: Option<(StreamId, u64)>,
        limit: u32,
    ) -> Result<Vec<SerializedEvent>, StoreError>;

    /// The notes of an area whose names begin so, by name.
    ///
    /// # Errors
    /// Only those of the database.
    async fn notes(&self, area: &str, prefix: &str) -> Result<Vec<(String, Value)>, StoreError>;

    /// Keeps notes, in one transaction; those that are there are replaced.
    ///
    /// # Errors
    /// Only those of the database.
    async fn keep_notes(&self, area: &str, notes: &[(String, Value)]) -> Result<(), StoreError>;

    /// Removes notes by name.
    ///
    /// # Errors
    /// Only those of the database.
    async fn drop_notes(&self, area: &str, names: &[String]) -> Result<(), StoreError>;

    /// Keeps a new API token under the hash of its secret.
    ///
    /// # Errors
    /// Only those of the database.
    async fn keep_token(&self, token: &Token, hash: &TokenHash) -> Result<(), StoreError>;

    /// All API tokens, also those that no longer count, in the order made.
    ///
    /// # Errors
    /// Only those of the database.
    async fn tokens(&self) -> Result<Vec<Token>, StoreError>;

    /// The API token whose secret has this hash.
    ///
    /// # Errors
    /// Only those of the database.
    async fn token_of(&self, hash: &TokenHash) -> Result<Option<Token>, StoreError>;

    /// Revokes an API token; whether there was one that was not revoked yet.
    ///
    /// # Errors
    /// Only those of the database.
    async fn revoke_token(&self, id: Uuid, at: i64) -> Result<bool, StoreError>;

    /// A setting of the installation (the zone), kept with it.
    ///
    /// # Errors
    /// Only those of the database.
    async fn setting(&self, name: &str) -> Result<Option<String>, StoreError>;

    /// Keeps a setting.
    ///
    /// # Errors
    /// Only those of the database.
    async fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError>;

    /// What `doctor` asks, by name: `server` and `schema` version, `durability`, and how many `events`, `log` entries,
    /// `facts` and `identifiers` there are.
    ///
    /// # Errors
    /// Only those of the database.
    async fn report(&self) -> Result<BTreeMap<String, String>, StoreError>;

    /// How many committed events no round of the sequencer has admitted yet.
    ///
    /// # Errors
    /// Only those of the database.
    async fn unadmitted(&self) -> Result<u64, StoreError>;

    /// How its connections are, now; asks no database.
    fn pool(&self) -> Pool;

    /// Closes all connections.
    async fn close(&self);
}

/// Connections to a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// The most that it opens.
    pub limit: u32,
    /// How many are open.
    pub size: u32,
    /// How many of these nobody uses.
    pub idle: u32,
}

impl Pool {
    /// Of one pool of sqlx.
    fn of<D: sqlx::Database>(pool: &sqlx::Pool<D>) -> Self {
        let size = pool.size();
        Self {
            limit: pool.options().get_max_connections(),
            size,
            // Both are read one after the other, so that idle may come out greater.
            idle: u32::try_from(pool.num_idle()).unwrap_or(size).min(size),
        }
    }
}

/// How far a projection has read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last position that is in the facts.
    pub position: u64,
    /// The version of the fold that wrote them.
    pub version: String,
}

/// Folded facts, batch by batch, for a rebuild.
#[async_trait]
pub trait FactSource: Send {
    /// The next batch; `None` at the end.
    async fn next(&mut self) -> Result<Option<Projected>, StoreError>;
}
