//! `nianlun openapi`

use super::error::CliError;
use super::sheet::say;

pub fn run() -> Result<(), CliError> {
    let document = serde_json::to_string_pretty(&crate::http::document());
    say(document.map_err(std::io::Error::from)?)?;
    Ok(())
}
