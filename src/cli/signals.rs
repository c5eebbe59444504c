//! What ends a process that runs on.

use std::io;

use tokio::signal::unix::{SignalKind, signal};

/// Ends with SIGTERM, or ctrl-c. From now on these do not kill the process.
pub fn stop() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminated = signal(SignalKind::terminate())?;
    let mut interrupted = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}
