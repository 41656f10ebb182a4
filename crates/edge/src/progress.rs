//! A bar on a terminal for what takes long; nothing anywhere else.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use ledger_node::Progress;

/// Shorter work than this shows no bar.
const SHOWN_FROM: u64 = 10_000;

/// A bar that appears when there is much to do.
#[derive(Debug)]
pub(crate) struct Bar(ProgressBar);

impl Bar {
    /// A bar that is not seen yet; never seen when `quiet` or without a terminal.
    pub(crate) fn new(quiet: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if !quiet && std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{msg} [{bar:30}] {percent}% {eta}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(5));
        }
        Self(bar)
    }

    /// Shows how far something is.
    pub(crate) fn at(&self, what: &'static str, done: u64, total: u64) {
        if total < SHOWN_FROM {
            return;
        }
        if self.0.length() != Some(total) || self.0.message() != what {
            self.0.set_message(what);
            self.0.set_length(total);
        }
        self.0.set_position(done);
    }

    /// Shows how far something is whose end nobody knows.
    pub(crate) fn count(&self, what: &'static str, done: u64) {
        if done < SHOWN_FROM {
            return;
        }
        self.0.set_message(format!("{what}: {done}"));
        self.0.tick();
    }

    /// Shows what a node says of its progress.
    pub(crate) fn show(&self, progress: &Progress) {
        self.at(progress.what, progress.done, progress.total);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
