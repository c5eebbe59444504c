//! Facts, and questions about them.

use std::collections::BTreeMap;

use nianlun::store::{Checkpoint, FactQuery, KnownAt, Projected, Store, StreamId, Valid};
use nianlun_projections::{Fact, Known, Subject};

/// The projection that the cases write.
pub const PROJECTION: &str = "facts";

/// An instant whose time is a hundred times its position.
pub fn known(position: u64) -> Known {
    Known {
        at: i64::try_from(position).expect("small") * 100,
        position,
    }
}

/// `kind/key/value`, true on the days `[from, to)`, believed since position 1.
pub fn fact(stream: StreamId, kind: &str, key: &str, value: &str, from: i32, to: i32) -> Fact {
    Fact {
        subject: stream.subject,
        id: stream.id,
        kind: kind.to_owned(),
        key: key.to_owned(),
        part: String::new(),
        value: value.to_owned(),
        valid_from: from,
        valid_to: to,
        known_from: known(1),
        known_to: Known::OPEN,
        from_stated: String::new(),
        to_stated: String::new(),
        basis: vec![1],
        elsewhere: vec![],
        flags: Vec::new(),
        detail: BTreeMap::new(),
    }
}

/// All facts of companies, as known now.
pub fn everything() -> FactQuery {
    FactQuery {
        subject: Subject::Company,
        id: None,
        kinds: Vec::new(),
        keys: Vec::new(),
        parts: Vec::new(),
        values: Vec::new(),
        valid: Valid::Any,
        known: KnownAt::Latest,
        having: Vec::new(),
    }
}

pub fn at(position: u64) -> Checkpoint {
    Checkpoint {
        position,
        version: "1".to_owned(),
    }
}

/// What a fold of these streams says: the facts given, and for the other streams named nothing.
pub fn projected(streams: &[StreamId], facts: &[Fact]) -> Projected {
    let mut by_stream: BTreeMap<StreamId, Vec<Fact>> =
        streams.iter().map(|stream| (*stream, Vec::new())).collect();
    for fact in facts {
        let stream = StreamId {
            subject: fact.subject,
            id: fact.id,
        };
        by_stream.entry(stream).or_default().push(fact.clone());
    }
    Projected { streams: by_stream }
}

/// Writes these facts as the first of the projection.
pub async fn given(store: &dyn Store, facts: &[Fact]) {
    store
        .project(PROJECTION, None, &at(1), &projected(&[], facts))
        .await
        .expect("projected");
}

/// The values of the facts that a question finds, in their order.
pub async fn values(store: &dyn Store, query: &FactQuery) -> Vec<String> {
    store
        .facts(query)
        .await
        .expect("facts")
        .into_iter()
        .map(|fact| fact.value)
        .collect()
}
