//! The read model of Nianlun: pure folds from a history to facts on two time axes.

pub mod bitemporal;
pub mod carrier;
pub mod cluster;
pub mod company;
pub mod fact;
pub mod ladder;
pub mod policy;
mod values;

pub use bitemporal::{Admitted, Believed, bitemporal, known};
pub use fact::{DayNumber, EventOf, FOREVER, Fact, Known, Subject, kind};
pub use ladder::{Ladder, LadderError, Ladders, Stage};
pub use policy::Policy;

/// The version of the folds: facts written by another version are rebuilt. It changes with the code's revision here and with
/// the ladders and limits that ship.
#[must_use]
pub fn fold_version() -> String {
    const REVISION: &str = "4";
    let data: Vec<&str> = ladder::SHIPPED
        .iter()
        .copied()
        .chain([policy::SHIPPED])
        .collect();
    let digest = uuid::Uuid::new_v5(&uuid::Uuid::nil(), data.join("\n").as_bytes());
    format!("{REVISION}-{digest}")
}
