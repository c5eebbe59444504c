//! What the folds promise: given what a record says, as it became known, then these facts at a day and a time of knowledge.

mod boards;
mod carriers;
mod clusters;
mod contradictions;
mod findings;
mod highest;
mod knowing;
mod ladders;
mod law;
mod merges;
mod spells;
mod stages;
mod support;
mod units;
mod values;
