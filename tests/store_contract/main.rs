//! What every store promises, tried on both databases.
//!
//! A case is one `async fn(&Harness)`; `contract!` makes `sqlite::case` and `postgres::case` of it. What only one database
//! can be asked stands in `postgres_only.rs` and `sqlite_only.rs`.

#[path = "../support/mod.rs"]
mod support;

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
