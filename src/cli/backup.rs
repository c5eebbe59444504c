//! `nianlun backup` and `nianlun restore`

use std::path::Path;

use super::args::{Global, Lang, RestoreArgs};
use super::error::CliError;
use crate::store::{Copied, backup, restore};

pub async fn run(global: &Global, file: &Path) -> Result<(), CliError> {
    let copied = backup(store_file(global, "backup")?, file).await?;
    say(global.lang, file, copied);
    Ok(())
}

pub async fn run_restore(global: &Global, args: &RestoreArgs) -> Result<(), CliError> {
    let store = store_file(global, "restore")?;
    let copied = restore(&args.file, store, args.force).await?;
    say(global.lang, store, copied);
    Ok(())
}

fn say(lang: Lang, file: &Path, copied: Copied) {
    let Copied {
        events,
        position,
        schema,
    } = copied;
    let file = file.display();
    let said = match lang {
        Lang::Zh => {
            format!("{file}：{events} 个事件，日志位置 {position}，结构版本 {schema}，已核验")
        }
        Lang::En => {
            format!("{file}: {events} events, log position {position}, schema {schema}, verified")
        }
    };
    println!("{said}");
}

/// The file of the store.
fn store_file<'a>(global: &'a Global, command: &str) -> Result<&'a Path, CliError> {
    let file = global.store.strip_prefix("sqlite:");
    let file = file.map(|file| file.strip_prefix("//").unwrap_or(file));
    file.filter(|file| !file.is_empty()).map(Path::new).ok_or_else(|| {
        CliError::Usage(format!(
            "{command} is for SQLite, --store sqlite:FILE; PostgreSQL has pg_dump and base backups (docs/running.md)"
        ))
    })
}
