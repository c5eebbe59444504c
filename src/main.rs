//! The `nianlun` program.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    nianlun::cli::run().await
}
