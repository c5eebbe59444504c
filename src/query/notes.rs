//! What a reader must know of figures, in words.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::company::synthetic;
use super::pipeline::Pipeline;
use super::point::Point;
use crate::lang::Lang;
use crate::store::{Store, StoreError};

/// Of companies that a generator made up; none if there are none.
#[must_use]
pub fn made_up(lang: Lang, count: u64) -> Option<String> {
    let what = lang.pick(
        "家为生成器合成，并非真实企业。",
        "of these were made by a generator and are not real.",
    );
    (count > 0).then(|| format!("{count} {what}"))
}

/// That note for these companies.
///
/// # Errors
/// Those of the store.
pub async fn made_up_among(
    store: &dyn Store,
    lang: Lang,
    companies: impl IntoIterator<Item = Uuid>,
    point: Point,
) -> Result<Option<String>, StoreError> {
    let companies: BTreeSet<_> = companies.into_iter().collect();
    let synthetic = synthetic(store, point).await?;
    let count = companies.intersection(&synthetic).count();
    Ok(made_up(lang, count as u64))
}

/// That note for one company.
///
/// # Errors
/// Those of the store.
pub async fn made_up_itself(
    store: &dyn Store,
    lang: Lang,
    id: Uuid,
    point: Point,
) -> Result<Option<String>, StoreError> {
    let note = lang.pick(
        "该企业为生成器合成，并非真实企业。",
        "It was made by a generator and is not real.",
    );
    let is = synthetic(store, point).await?.contains(&id);
    Ok(is.then(|| note.to_owned()))
}

/// How many companies and teams a pipeline has in all.
#[must_use]
pub fn pipeline_totals(lang: Lang, counted: &Pipeline) -> String {
    let companies: u64 = counted.stages.iter().map(|count| count.companies).sum();
    let teams: u64 = counted.stages.iter().map(|count| count.teams).sum();
    format!(
        "{} {companies} · {} {teams}",
        lang.pick("企业合计", "companies"),
        lang.pick("团队合计", "teams")
    )
}

/// What the figures of a pipeline leave out, or should not be taken for.
#[must_use]
pub fn pipeline_notes(lang: Lang, counted: &Pipeline) -> Vec<String> {
    let branches = lang.pick("个分公司不计入。", "branches are not counted.");
    let unplaced = lang.pick(
        "家的日期全部不详，不在任何一天的存量中。",
        "have no known date and stand in the stock of no day.",
    );
    let some = |count: u64, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let notes = [
        made_up(lang, counted.synthetic),
        some(counted.branches, branches),
        some(counted.unplaced, unplaced),
    ];
    notes.into_iter().flatten().collect()
}

/// How many different companies a list of spells is of.
#[must_use]
pub fn companies_in_all(lang: Lang, count: usize) -> String {
    format!("{count} {}", lang.pick("家企业", "companies"))
}

/// How a stage of a ladder is found.
#[must_use]
pub const fn ladders_note(lang: Lang) -> &'static str {
    lang.pick(
        "当日阶段为自上而下第一条成立的规则。",
        "The stage of a day is the first rule that holds.",
    )
}
