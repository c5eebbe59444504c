//! What every store promises, tried on both databases.
//!
//! What only one database can be asked stands in `postgres_only.rs` and `sqlite_only.rs`.

mod append;
mod children;
mod durability;
mod facts;
mod identifiers;
mod known;
mod log;
mod postgres_only;
mod projection;
mod schema;
mod sequencer;
mod sqlite_only;
