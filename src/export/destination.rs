//! Where an export goes: standard output, or a file that is there whole or not at all.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::error::ExportError;

/// Where an export goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Standard output.
    Stdout,
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
        /// Whether it may be written over.
        force: bool,
    },
}

/// An open target.
pub(super) enum Destination {
    Stdout,
    File {
        path: PathBuf,
        force: bool,
        /// Beside the target, so that it is renamed and not copied; removed unless it is.
        temporary: NamedTempFile,
    },
}

impl Destination {
    /// Opens a target; one that must not be written is refused before any work is done.
    pub(super) fn open(target: Target) -> Result<Self, ExportError> {
        let Target::File { path, force } = target else {
            return Ok(Self::Stdout);
        };
        let shown = || path.display().to_string();
        if let Ok(there) = std::fs::metadata(&path) {
            if !there.is_file() {
                return Err(ExportError::NotAFile { path: shown() });
            }
            if !force {
                return Err(ExportError::Exists { path: shown() });
            }
        }
        let mut builder = Builder::new();
        builder.prefix(".export-").suffix(".part");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // As any new file: what the umask leaves. A temporary file is for its owner alone otherwise.
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        let temporary = builder
            .tempfile_in(folder(&path))
            .map_err(|error| unwritable(&path, &error))?;
        Ok(Self::File {
            path,
            force,
            temporary,
        })
    }

    /// The folder of the file, for what else must be kept on disk until it is whole.
    pub(super) fn folder(&self) -> PathBuf {
        match self {
            Self::Stdout => std::env::temp_dir(),
            Self::File { path, .. } => folder(path).to_path_buf(),
        }
    }

    /// Something to write to; not buffered.
    pub(super) fn writer(&self) -> Result<Box<dyn Write + Send>, ExportError> {
        match self {
            Self::Stdout => Ok(Box::new(std::io::stdout())),
            Self::File { .. } => Ok(Box::new(self.file()?)),
        }
    }

    /// A file to write to: the one that becomes the target, or a nameless one for standard output.
    pub(super) fn file(&self) -> Result<File, ExportError> {
        match self {
            Self::Stdout => tempfile::tempfile(),
            Self::File { temporary, .. } => temporary.as_file().try_clone(),
        }
        .map_err(|error| self.failed(error))
    }

    /// What a failure to write means here.
    pub(super) fn failed(&self, error: std::io::Error) -> ExportError {
        match self {
            Self::Stdout => ExportError::Output(error),
            Self::File { path, .. } => unwritable(path, &error),
        }
    }

    /// Makes the file be there, whole and on disk.
    pub(super) fn commit(self) -> Result<(), ExportError> {
        let Self::File {
            path,
            force,
            temporary,
        } = self
        else {
            return std::io::stdout().flush().map_err(ExportError::Output);
        };
        temporary
            .as_file()
            .sync_all()
            .map_err(|error| unwritable(&path, &error))?;
        let renamed = if force {
            temporary.persist(&path)
        } else {
            temporary.persist_noclobber(&path)
        };
        match renamed {
            Ok(_) => Ok(()),
            Err(failed) if failed.error.kind() == ErrorKind::AlreadyExists => {
                Err(ExportError::Exists {
                    path: path.display().to_string(),
                })
            }
            Err(failed) => Err(unwritable(&path, &failed.error)),
        }
    }
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> ExportError {
    ExportError::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    }
}
