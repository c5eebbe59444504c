//! The service: commands, reads and the feed, over HTTP, of the program as a process of its own.

mod client;
mod commands;
pub mod feed;
mod latency;
mod reads;
mod server;
mod story;

pub use commands::measure as commands;
pub use reads::measure as reads;
