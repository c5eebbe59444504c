//! Nianlun (年轮): the record of how enterprises grow.

pub mod cli;
pub mod config;
pub mod export;
pub mod generate;
mod hex;
pub mod http;
pub mod identity;
pub mod import;
pub mod intake;
pub mod lang;
pub mod projector;
pub mod query;
pub mod record;
pub mod service;
pub mod store;
pub mod telemetry;
