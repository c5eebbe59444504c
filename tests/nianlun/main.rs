//! What the product promises, tried through its stores and through the real binary, on both databases.
//!
//! A case is one `async fn(&Harness)`; `contract!` makes `sqlite::case` and `postgres::case` of it.

mod cli;
mod data;
mod http;
mod identity;
mod import;
mod law;
mod readme;
mod service;
mod store;
mod support;
