//! `nianlun generate`

use super::args::{GenerateArgs, Generated};
use super::error::CliError;
use super::sheet::say;
use crate::generate::park;

pub fn run(args: &GenerateArgs) -> Result<(), CliError> {
    let files = match args.what {
        Generated::Park => park(args.seed),
    };
    for (name, text) in files {
        let path = args.out.join(name);
        std::fs::write(&path, text).map_err(|error| CliError::File {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
        say(path.display())?;
    }
    Ok(())
}
