//! What ends a process that runs on.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

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

/// SIGHUP, by which a process is asked to read again what it can. From now on it does not kill it.
pub fn hangup() -> io::Result<Signal> {
    signal(SignalKind::hangup())
}
