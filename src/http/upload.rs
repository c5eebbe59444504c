//! Uploads: forms with files, which go to the disk as they come and are never held in memory.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File};
use std::io::Write;
use std::path::PathBuf;

use axum::body::Bytes;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::StatusCode;
use tempfile::TempDir;
use tokio::sync::mpsc;

use super::problem::{Kind, Problem};
use super::service::Settings;

/// The part that is a file.
const FILE: &str = "file";

/// Files at once, at most.
const FILES: usize = 100;

/// Bytes of a file's name, at most: some file systems take no more than 255.
const NAME: usize = 200;

/// Pieces of a file that wait to be written.
const AHEAD: usize = 8;

/// A form that came whole. Its files are removed with it.
pub struct Upload {
    folder: TempDir,
    /// The files, each in a folder of its own, under the name that the sender gave it.
    pub files: Vec<PathBuf>,
    texts: BTreeMap<String, String>,
}

impl Upload {
    /// Reads a form with files and these texts.
    ///
    /// # Errors
    /// If it is none, has other parts, or is larger than the settings allow.
    pub async fn read(
        mut request: Request,
        settings: &Settings,
        known: &[&str],
    ) -> Result<Self, Problem> {
        // What is taken is counted here.
        DefaultBodyLimit::disable().apply(&mut request);
        let mut form = Multipart::from_request(request, &()).await.map_err(|_| {
            Problem::new(
                Kind::UnsupportedMediaType,
                "the body must be a form with files",
            )
            .of("content-type", "")
            .mend("send multipart/form-data with its boundary")
        })?;
        let mut upload = Self {
            folder: tempfile::tempdir().map_err(Problem::internal)?,
            files: vec![],
            texts: BTreeMap::new(),
        };
        let mut left = settings.upload;
        while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == FILE {
                upload.save(field, settings, &mut left).await?;
            } else if known.contains(&name.as_str()) {
                let text = text(&name, field, settings).await?;
                if upload.texts.insert(name.clone(), text).is_some() {
                    return Err(malformed(&name, "this part is there twice"));
                }
            } else {
                let detail = format!("this form has no part {name:?}");
                return Err(Problem::new(Kind::UnknownParameter, detail)
                    .of(name, "")
                    .mend(format!("it has: {FILE}, {}", known.join(", "))));
            }
        }
        if upload.files.is_empty() {
            return Err(malformed(FILE, "no file came").mend("send one or more parts `file`"));
        }
        Ok(upload)
    }

    /// A text, if it came.
    pub fn take(&mut self, name: &str) -> Option<String> {
        self.texts.remove(name)
    }

    /// What the sender called the files.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let names = self.files.iter().filter_map(|path| path.file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .collect()
    }

    /// A message without the folder in which the files lie for now.
    #[must_use]
    pub fn reworded(&self, message: &str) -> String {
        let mut message = message.to_owned();
        for (path, name) in self.files.iter().zip(self.names()) {
            message = message.replace(&path.display().to_string(), &name);
        }
        message
    }

    async fn save(
        &mut self,
        mut field: Field<'_>,
        settings: &Settings,
        left: &mut usize,
    ) -> Result<(), Problem> {
        let name = file_name(field.file_name().unwrap_or_default())?;
        if self.files.len() == FILES {
            return Err(Problem::new(
                Kind::PayloadTooLarge,
                format!("a form has at most {FILES} files"),
            )
            .of(FILE, name)
            .mend("send the others after these"));
        }
        // Two files may have one name.
        let folder = self.folder.path().join(self.files.len().to_string());
        let path = folder.join(&name);
        let (to, mut from) = mpsc::channel::<Bytes>(AHEAD);
        let written = path.clone();
        let writing = tokio::task::spawn_blocking(move || {
            DirBuilder::new().create(folder)?;
            let mut file = File::create_new(written)?;
            while let Some(piece) = from.blocking_recv() {
                file.write_all(&piece)?;
            }
            Ok::<_, std::io::Error>(())
        });
        let limit = settings.upload;
        while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
            let rest = left.checked_sub(piece.len());
            *left = rest.ok_or_else(|| {
                let detail = format!("the files of a form have at most {limit} bytes together");
                Problem::new(Kind::PayloadTooLarge, detail)
                    .of(FILE, name.clone())
                    .mend("send fewer files at once, or split the file")
            })?;
            // If nobody writes any longer, how it ended says why.
            if to.send(piece).await.is_err() {
                break;
            }
        }
        drop(to);
        let written = writing.await.map_err(Problem::internal)?;
        written.map_err(Problem::internal)?;
        self.files.push(path);
        Ok(())
    }
}

/// The last part of the name that the sender gave (RFC 7578 §4.2): where it lay on their machine is theirs.
fn file_name(given: &str) -> Result<String, Problem> {
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    let unusable = |detail: &str| Err(malformed(FILE, detail).of(FILE, given));
    match name {
        "" => unusable("a file needs a name"),
        "." | ".." => unusable("this is a folder's name"),
        name if name.chars().any(char::is_control) => {
            unusable("a file's name has no control characters")
        }
        name if name.len() > NAME => {
            unusable(&format!("a file's name has at most {NAME} bytes of UTF-8"))
        }
        name => Ok(name.to_owned()),
    }
}

async fn text(name: &str, mut field: Field<'_>, settings: &Settings) -> Result<String, Problem> {
    let (mut bytes, limit) = (vec![], settings.body);
    while let Some(piece) = field.chunk().await.map_err(|error| broken(&error))? {
        if bytes.len() + piece.len() > limit {
            let detail = format!("this part has at most {limit} bytes");
            return Err(Problem::new(Kind::PayloadTooLarge, detail).of(name, ""));
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| malformed(name, "this part is no UTF-8"))
}

fn malformed(part: &str, detail: &str) -> Problem {
    Problem::new(Kind::MalformedRequest, detail).of(part, "")
}

/// A form that did not come whole. Of one that stopped coming, `limits::bound` says so instead.
fn broken(error: &MultipartError) -> Problem {
    let kind = if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        Kind::PayloadTooLarge
    } else {
        Kind::MalformedRequest
    };
    Problem::new(kind, error.body_text()).mend("send the form again, as multipart/form-data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_file_s_name_only_the_last_part_is_kept() {
        for (given, kept) in [
            ("名单.csv", "名单.csv"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\甲\\名单.xlsx", "名单.xlsx"),
            ("/tmp/a b.csv", "a b.csv"),
            (".hidden.csv", ".hidden.csv"),
        ] {
            assert_eq!(file_name(given).ok().as_deref(), Some(kept), "{given}");
        }
        let long = "x".repeat(201);
        for given in ["", "a/", "..", "a/..", "a\\.", "a\0b", "a\nb", &long] {
            assert!(file_name(given).is_err(), "{given:?}");
        }
    }
}
