//! The `nianlun` program.

use std::process::ExitCode;

/// An import makes and drops millions of small texts; with the system's allocator that was a third of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    nianlun::cli::run().await
}
