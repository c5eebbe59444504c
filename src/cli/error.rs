//! How a command can fail, and with which exit code.

use std::net::SocketAddr;
use std::process::ExitCode;

use crate::config::ConfigError;
use crate::export::ExportError;
use crate::identity::RepairRefusal;
use crate::identity::file::FileError;
use crate::import::{ImportError, MappingError, SuggestError};
use crate::intake::FieldError;
use crate::projector::{FoldsError, ProjectorError};
use crate::query::PointError;
use crate::service::CommandError;
use crate::store::{BackupError, StoreError};
use crate::telemetry::TelemetryError;

/// A command that failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// What was asked cannot be understood, or there is no such thing.
    #[error("{0}")]
    Usage(String),
    /// A file cannot be read or written.
    #[error("{path}: {reason}")]
    File {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// A field of an event.
    #[error(transparent)]
    Field(#[from] FieldError),
    /// A time of knowledge.
    #[error(transparent)]
    Point(#[from] PointError),
    /// A command was refused; the text lists the collisions.
    #[error("{0}")]
    Refused(String),
    /// A command failed.
    #[error(transparent)]
    Command(CommandError),
    /// A repair of identities failed.
    #[error(transparent)]
    Repair(#[from] RepairRefusal),
    /// A file of resolutions.
    #[error(transparent)]
    Resolutions(#[from] FileError),
    /// A mapping.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// An import.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// No mapping can be suggested.
    #[error(transparent)]
    Suggest(#[from] SuggestError),
    /// The projector.
    #[error(transparent)]
    Projector(#[from] ProjectorError),
    /// The folds.
    #[error(transparent)]
    Folds(#[from] FoldsError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An export.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A copy of the store.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Log or traces cannot begin.
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
    /// Nothing can listen there.
    #[error(
        "cannot listen on {address}: {reason}; listen elsewhere with --listen ADDRESS:PORT, or end what listens there"
    )]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        reason: std::io::Error,
    },
    /// Output cannot be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] std::io::Error),
}

/// Some rows of an import could not be used; the others are recorded.
pub const SOME_ROWS: u8 = 3;
const FAILED: u8 = 1;
const USAGE: u8 = 2;
const REFUSED: u8 = 4;

impl CliError {
    /// Whether whoever reads the output has gone, as `head` does; that is no failure.
    #[must_use]
    pub fn reader_gone(&self) -> bool {
        matches!(
            self,
            Self::Output(error) | Self::Export(ExportError::Output(error))
                if error.kind() == std::io::ErrorKind::BrokenPipe
        )
    }

    /// The exit code: 1 failed, 2 not understood, 4 refused.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Usage(_)
            | Self::Field(_)
            | Self::Point(_)
            | Self::Mapping(_)
            | Self::Import(ImportError::Mapping(_))
            | Self::Export(ExportError::Exists { .. } | ExportError::NotAFile { .. })
            | Self::Resolutions(_)
            | Self::Config(_)
            | Self::Telemetry(_)
            | Self::Backup(BackupError::Exists(_) | BackupError::Missing(_))
            | Self::Repair(RepairRefusal::NoSuchRepair { .. })
            | Self::Store(StoreError::Address { .. }) => USAGE,
            Self::Repair(RepairRefusal::Store(error))
                if !matches!(error, StoreError::IdentifierTaken { .. }) =>
            {
                FAILED
            }
            Self::Refused(_)
            | Self::Repair(_)
            | Self::Command(
                CommandError::Refused(_)
                | CommandError::Moved { .. }
                | CommandError::NoSuchPlace { .. }
                | CommandError::Half { .. }
                | CommandError::Store(StoreError::IdentifierTaken { .. }),
            ) => REFUSED,
            _ => FAILED,
        })
    }
}

impl From<CommandError> for CliError {
    fn from(error: CommandError) -> Self {
        Self::Command(error)
    }
}
