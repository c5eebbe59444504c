//! Export: what is recorded and what is known, as files for spreadsheets and programs.
//!
//! A use case asks the store and hands rows to a [`Writer`], which knows the three forms.

mod cell;
mod column;
mod defuse;
mod destination;
mod error;
mod workbook;
mod writer;

pub use cell::{Cell, SEPARATOR};
pub use column::{Column, Headings, column};
pub use defuse::{defused, restored};
pub use destination::Target;
pub use error::ExportError;
pub use writer::{FileForm, Writer};
