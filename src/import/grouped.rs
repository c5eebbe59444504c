//! Rows by the stream that they are about.

use std::collections::BTreeMap;

use nianlun_aggregates::history::Change;

use super::batch::Plan;
use crate::store::StreamId;

/// A plan over many streams.
pub trait Plans<C: Change>: Plan<C> {
    /// The streams in the order of their first row, with how many rows each has.
    fn streams(&self) -> Vec<(StreamId, u64)>;
}

/// Rows by stream; the streams in the order of their first row.
pub struct Grouped<T> {
    order: Vec<StreamId>,
    /// The items of each stream, in their order.
    pub by_stream: BTreeMap<StreamId, Vec<T>>,
}

impl<T> Default for Grouped<T> {
    fn default() -> Self {
        Self {
            order: vec![],
            by_stream: BTreeMap::new(),
        }
    }
}

impl<T> Grouped<T> {
    /// Adds an item to a stream.
    pub fn add(&mut self, stream: StreamId, item: T) {
        let items = self.by_stream.entry(stream).or_default();
        if items.is_empty() {
            self.order.push(stream);
        }
        items.push(item);
    }

    /// The streams in the order of their first item, with how many items each has.
    pub fn order(&self) -> Vec<(StreamId, u64)> {
        self.order
            .iter()
            .map(|stream| {
                (
                    *stream,
                    self.by_stream
                        .get(stream)
                        .map_or(0, |items| items.len() as u64),
                )
            })
            .collect()
    }
}
