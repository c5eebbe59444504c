//! Builds sqlx's migrator from the files that are compiled in.

use std::borrow::Cow;

use sqlx::migrate::{Migration, MigrationType, Migrator};

/// One migration: number, name, SQL.
pub(super) type Script = (i64, &'static str, &'static str);

/// Names the files of `migrations/$dialect/`, so that both dialects carry the same numbers and names.
macro_rules! scripts {
    ($dialect:literal) => {
        &[
            (
                1,
                "events",
                include_str!(concat!(
                    "../../../migrations/",
                    $dialect,
                    "/0001_events.sql"
                )),
            ),
            (
                2,
                "log",
                include_str!(concat!("../../../migrations/", $dialect, "/0002_log.sql")),
            ),
            (
                3,
                "facts",
                include_str!(concat!("../../../migrations/", $dialect, "/0003_facts.sql")),
            ),
            (
                4,
                "settings",
                include_str!(concat!(
                    "../../../migrations/",
                    $dialect,
                    "/0004_settings.sql"
                )),
            ),
            (
                5,
                "identity",
                include_str!(concat!(
                    "../../../migrations/",
                    $dialect,
                    "/0005_identity.sql"
                )),
            ),
            (
                6,
                "notes",
                include_str!(concat!("../../../migrations/", $dialect, "/0006_notes.sql")),
            ),
            (
                7,
                "register",
                include_str!(concat!(
                    "../../../migrations/",
                    $dialect,
                    "/0007_register.sql"
                )),
            ),
            (
                8,
                "idempotency",
                include_str!(concat!(
                    "../../../migrations/",
                    $dialect,
                    "/0008_idempotency.sql"
                )),
            ),
            (
                9,
                "tokens",
                include_str!(concat!(
                    "../../../migrations/",
                    $dialect,
                    "/0009_tokens.sql"
                )),
            ),
        ]
    };
}
pub(super) use scripts;

/// The migrator over these scripts. Built by hand, since `sqlx::migrate!` would need sqlx's macros.
pub(super) fn migrator(scripts: &[Script]) -> Migrator {
    let migrations = scripts
        .iter()
        .map(|&(version, name, sql)| {
            Migration::new(
                version,
                Cow::Borrowed(name),
                MigrationType::Simple,
                Cow::Borrowed(sql),
                false,
            )
        })
        .collect();
    Migrator {
        migrations: Cow::Owned(migrations),
        ..Migrator::DEFAULT
    }
}
