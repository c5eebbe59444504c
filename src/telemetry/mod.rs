//! What the program tells of its running: the log and the figures (docs/running.md).

pub mod logs;
pub mod metrics;
