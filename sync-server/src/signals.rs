//! When to stop: SIGTERM or Ctrl-C. When to look at files again: SIGHUP.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Waits for the wish to stop.
pub(crate) struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

/// Waits for the wish that files be read again.
pub(crate) struct Hangup(Signal);

impl Hangup {
    /// Takes the signal over.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self(signal(SignalKind::hangup())?))
    }

    /// Returns when it has come.
    pub(crate) async fn heard(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

impl Stop {
    /// Takes the signals over; from now on they no longer end the program.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Returns when either has come.
    pub(crate) async fn wished(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
