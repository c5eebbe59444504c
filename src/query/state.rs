//! What is true of a company, carrier or cluster on a day.

use nianlun_projections::{FOREVER, Fact, kind};
use uuid::Uuid;

use super::point::Point;
use crate::store::{FactQuery, Store, StoreError, StreamId, Valid};

/// A company, carrier or cluster on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Its id.
    pub id: Uuid,
    /// Its facts that hold on the day, with what stands on no day.
    pub facts: Vec<Fact>,
}

/// Kinds whose value says how they ended.
const ENDING: [&str; 3] = [kind::PROGRAMME, kind::APPLICATION, kind::SECURITY];

/// Kinds that happen on a day and hold on none.
const MOMENTS: [&str; 3] = [kind::FUNDING, kind::FIGURE, kind::MENTION];

/// A subject on a day, with the figures and funding reported until then; `None` if nothing is known of it.
///
/// # Errors
/// Those of the store.
pub async fn state(
    store: &dyn Store,
    stream: StreamId,
    point: Point,
) -> Result<Option<State>, StoreError> {
    let of = |valid| FactQuery {
        id: Some(stream.id),
        ..point.asking(stream.subject, &[], valid)
    };
    let day = point.day.number();
    let mut facts = store.facts(&of(Valid::On(day))).await?;
    for fact in &mut facts {
        // How a spell will end is not yet so on a day on which it runs.
        if ENDING.contains(&fact.kind.as_str()) && fact.valid_to != FOREVER {
            fact.value.clear();
        }
    }
    let so_far = Valid::BeganIn(i32::MIN, day.saturating_add(1));
    let moments = FactQuery {
        kinds: MOMENTS.map(str::to_owned).to_vec(),
        ..of(so_far)
    };
    facts.extend(store.facts(&moments).await?);
    facts.extend(store.facts(&of(Valid::Unplaced)).await?);
    if facts.is_empty() && store.facts(&of(Valid::Any)).await?.is_empty() {
        return Ok(None);
    }
    Ok(Some(State {
        id: stream.id,
        facts,
    }))
}
