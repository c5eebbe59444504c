//! Import: files become events, by a mapping, through the same decisions as commands.

mod batch;
mod cells;
mod coded;
mod companies;
mod dates;
mod declare;
mod draft;
mod grouped;
mod mapping;
mod read;
mod report;
mod resolve;
mod run;
mod suggest;

pub use dates::{DateError, check_formats, date_with};
pub use mapping::{Mapping, MappingError};
pub use report::{Issue, Report, Severity};
pub use run::{Appending, ImportError, Importer};
