//! The write model of Nianlun (年轮): values, commands, events, decisions.
//!
//! Everything here is pure. A decision looks at what a stream says so far and at a command, and answers with events or
//! with a reason why not; days, times and ids come in with the command.

pub mod board;
pub mod carrier;
pub mod cluster;
pub mod code;
pub mod company;
pub mod day;
pub mod decode;
pub mod history;
pub mod identifier;
pub mod quantity;
pub mod span;
pub mod text;
pub mod window;
pub mod wording;

pub use board::{Board, BoardKind};
pub use carrier::Carrier;
pub use cluster::Cluster;
pub use code::Code;
pub use company::Company;
pub use day::Day;
pub use identifier::Identifier;
pub use quantity::{Comparator, Quantity, Unit};
pub use span::Span;
pub use text::Text;
pub use wording::{Language, Wording};
