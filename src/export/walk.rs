//! Walking all subjects by pages of ids, so that no export holds more than a page.

use nianlun_aggregates::Day;
use nianlun_projections::{FOREVER, Fact, Subject, kind};
use uuid::Uuid;

use super::cell::Cell;
use super::column::{Column, column};
use crate::query::Point;
use crate::store::{FactQuery, Store, StoreError, StreamId, Valid};

/// How many subjects are read at once.
const PAGE: u32 = 200;

/// Subjects of one kind whose ids lie from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) subject: Subject,
    pub(super) first: Uuid,
    pub(super) last: Uuid,
}

impl Page {
    pub(super) const fn of(stream: StreamId) -> Self {
        Self {
            subject: stream.subject,
            first: stream.id,
            last: stream.id,
        }
    }

    /// The first page.
    pub(super) async fn first(store: &dyn Store) -> Result<Option<Self>, StoreError> {
        Self::after(store, None).await
    }

    /// The first page of companies: the log keeps them after carriers and clusters.
    pub(super) async fn first_of_companies(store: &dyn Store) -> Result<Option<Self>, StoreError> {
        let clusters = StreamId {
            subject: Subject::Cluster,
            id: Uuid::max(),
        };
        Self::after(store, Some(clusters)).await
    }

    /// The next page.
    pub(super) async fn next(self, store: &dyn Store) -> Result<Option<Self>, StoreError> {
        let last = StreamId {
            subject: self.subject,
            id: self.last,
        };
        Self::after(store, Some(last)).await
    }

    async fn after(store: &dyn Store, after: Option<StreamId>) -> Result<Option<Self>, StoreError> {
        let streams = store.stream_ids(after, PAGE).await?;
        let Some(first) = streams.first() else {
            return Ok(None);
        };
        let same = streams
            .iter()
            .take_while(|stream| stream.subject == first.subject);
        Ok(same.last().map(|last| Self {
            last: last.id,
            ..Self::of(*first)
        }))
    }
}

/// The column that says which companies a generator made; it is there only if it says so of any.
pub(super) const SYNTHETIC: Column = column("synthetic", "生成器合成", "made by a generator");

/// What it says of a company.
pub(super) fn made_up(synthetic: bool) -> Cell {
    Cell::text(if synthetic { "yes" } else { "" })
}

/// Whether a generator made any company that is known of.
pub(super) async fn any_made_up(store: &dyn Store, point: Point) -> Result<bool, StoreError> {
    let query = FactQuery {
        keys: vec![SYNTHETIC.name.into_owned()],
        values: vec!["yes".to_owned()],
        ..point.asking(Subject::Company, &[kind::ATTRIBUTE], Valid::Any)
    };
    let counted = store.tally(&query, &[]).await?;
    Ok(counted.first().is_some_and(|row| row.subjects > 0))
}

/// Whether a fact says that a generator made its company.
pub(super) fn says_made_up(fact: &Fact) -> bool {
    fact.kind == kind::ATTRIBUTE && fact.key == SYNTHETIC.name && fact.value == "yes"
}

/// A day; nothing for one that never comes.
pub(super) fn day(number: i32) -> Cell {
    if number == FOREVER {
        return Cell::Nothing;
    }
    Day::from_number(number).map_or(Cell::Nothing, |day| Cell::date(day.to_string()))
}
