//! The tools that try the HTTP API, as `tests/with-api-tools.sh` installs them.

use std::path::PathBuf;

fn named(variable: &str) -> PathBuf {
    let value = std::env::var_os(variable);
    let value = value.unwrap_or_else(|| {
        panic!("{variable} is not set: run the tests with `tests/with-postgres.sh tests/with-api-tools.sh cargo test`")
    });
    value.into()
}

/// A file of theirs; its absence is a failure, never a reason to skip.
pub fn path(file: &str) -> PathBuf {
    named("NIANLUN_API_TOOLS").join(file)
}

/// The browser.
pub fn chromium() -> PathBuf {
    named("NIANLUN_CHROMIUM")
}
