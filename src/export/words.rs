//! What the words of a filter mean.

use nianlun_aggregates::{Wording, carrier, cluster, company};
use nianlun_projections::kind;

/// The types, as stored, that a word means: a stored type, or an event's code or name, which several subjects may share.
///
/// # Errors
/// With all types there are, if it means none.
pub fn event_types(word: &str) -> Result<Vec<String>, Vec<&'static str>> {
    let known = || {
        [
            company::EVENT_TYPES,
            carrier::EVENT_TYPES,
            cluster::EVENT_TYPES,
        ]
        .concat()
    };
    let mut found: Vec<String> = known()
        .into_iter()
        .filter(|(stored, wording)| *stored == word || wording.is_called(word))
        .map(|(stored, _)| stored.to_owned())
        .collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() {
        let mut stored: Vec<_> = known().into_iter().map(|(stored, _)| stored).collect();
        stored.sort_unstable();
        stored.dedup();
        return Err(stored);
    }
    Ok(found)
}

/// A kind of fact by its code or either name.
///
/// # Errors
/// With all kinds there are, if it means none.
pub fn fact_kind(word: &str) -> Result<String, Vec<String>> {
    let called = |wording: &&Wording| wording.is_called(word);
    let found = kind::WORDINGS.iter().find(called);
    found.map(|wording| wording.code.to_owned()).ok_or_else(|| {
        let codes = kind::WORDINGS.iter();
        codes
            .map(|wording| format!("{} ({})", wording.code, wording.zh))
            .collect()
    })
}
