//! Imports: how fast they are, and how much memory they take.

pub mod memory;
mod postgres;
mod rows;
mod run;
mod sqlite;
mod xlsx;

use std::path::Path;
use std::sync::Arc;

use nianlun::store::Store;

pub use postgres::measure as postgres;
pub use sqlite::measure as sqlite;
pub use xlsx::measure as xlsx;

/// Fills a store with so many events.
pub async fn filled(store: &Arc<dyn Store>, events: u64, folder: &Path) {
    let file = rows::Ledger::of_events(events).csv(folder);
    run::import(store, &file).await;
}
