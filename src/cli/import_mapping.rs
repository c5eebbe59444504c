//! `nianlun import --suggest-mapping` and `--mapping-schema`: before anything is imported. No store is opened.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use nianlun_aggregates::Language;

use super::args::{Global, Lang};
use super::error::CliError;
use super::sheet::say;
use crate::import::{mapping_schema, suggest};

/// Prints a mapping for a file, or writes it to one that is not there yet.
pub fn suggestion(global: &Global, file: &Path, out: Option<&Path>) -> Result<(), CliError> {
    let (language, zh) = match global.lang {
        Lang::Zh => (Language::Zh, true),
        Lang::En => (Language::En, false),
    };
    let mapping = suggest(file, language)?;
    let Some(out) = out else {
        return Ok(say(mapping.trim_end())?);
    };
    let path = out.display().to_string();
    let failed = |error: std::io::Error| CliError::File {
        path: path.clone(),
        reason: match error.kind() {
            std::io::ErrorKind::AlreadyExists => {
                "there is a file of this name; give another to --out".to_owned()
            }
            _ => error.to_string(),
        },
    };
    let mut opened = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(out)
        .map_err(failed)?;
    opened.write_all(mapping.as_bytes()).map_err(failed)?;
    say(if zh {
        format!("已写入 {path}；请先通读，再用 --mapping {path} --dry-run 试导入")
    } else {
        format!("Written to {path}; read it through, then try it: --mapping {path} --dry-run")
    })?;
    Ok(())
}

/// Prints the JSON Schema of mappings.
pub fn schema() -> Result<(), CliError> {
    Ok(say(mapping_schema().trim_end())?)
}
