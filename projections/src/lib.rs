//! The read model of Nianlun: pure folds from a history to facts on two time axes.

pub mod fact;

pub use fact::{DayNumber, FOREVER, Fact, Known, Subject};
