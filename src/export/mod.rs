//! Export: what is recorded and what is known, as files for spreadsheets and programs.
//!
//! A use case asks the store and hands rows to a [`Writer`], which knows the three forms.

mod cell;
mod column;
mod companies;
mod defuse;
mod destination;
mod error;
mod events;
mod facts;
mod roster;
mod roster_mapping;
mod walk;
mod words;
mod workbook;
mod writer;

pub use cell::{Cell, SEPARATOR};
pub use column::{Column, Headings, column};
pub use companies::{companies, unplaced};
pub use defuse::{defused, restored};
pub use destination::Target;
pub use error::ExportError;
pub use events::{EventsWanted, events};
pub use facts::{FactsWanted, facts};
pub use roster::{Listed, RosterWanted, Rosters, roster};
pub use roster_mapping::roster_mapping;
pub use words::{event_types, fact_kind};
pub use writer::{FileForm, Writer};
