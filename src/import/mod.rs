//! Import: files become events, by a mapping, through the same decisions as commands.

pub mod books;
mod cells;
mod confirm;
mod dates;
mod declare;
mod draft;
mod gather;
mod identify;
mod introduce;
mod issues;
mod mapping;
mod met;
mod pipeline;
mod plan;
mod record;
mod report;
mod roster;
mod run;
mod said;
mod says;
pub mod source;
mod spool;
mod steps;
mod suggest;
mod undo;
mod write;

pub use issues::{About, IssuesError, write_issues};
pub use mapping::mapping_schema;
pub use mapping::{Mapping, MappingError};
pub use report::{Issue, Preview, Report, Severity};
pub use run::{Appending, ImportError, Importer, Options, Progress};
pub use suggest::{SuggestError, suggest};
pub use undo::{Standing, UndoError, Undone, undo};
