//! `nianlun demo`: the bundled examples, loaded and shown.

use super::args::{DemoArgs, Global};
use super::error::CliError;

pub async fn run(_global: &Global, _args: DemoArgs) -> Result<(), CliError> {
    Ok(())
}
