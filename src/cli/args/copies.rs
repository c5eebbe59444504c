//! What `backup` and `restore` take.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// The file; it must not exist yet
    pub file: PathBuf,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// What `backup` has made
    pub file: PathBuf,
    /// Replace the store that is there
    #[arg(long)]
    pub force: bool,
}
