//! The terminal: taken over and given back, its keys read, its picture drawn. Keys and picture have
//! threads of their own, so that neither a slow terminal nor a slow disk holds up a key.

use std::io::{self, IsTerminal as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledger_node::{SystemClock, WallClock as _};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste, Event, poll, read};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};

use super::Happened;
use super::draw::render;
use super::view::View;
use super::wedge::{Stroke, Wedge};
use crate::report::Failure;
use crate::scan::scanned::Scanned;

/// How often the thread of the keys looks whether it is to end.
const KEYS_TICK: Duration = Duration::from_millis(100);

/// Whether there is a person before a terminal that a screen can be drawn on.
pub(super) fn is_there() -> bool {
    let is_dumb = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    io::stdin().is_terminal() && io::stdout().is_terminal() && !is_dumb
}

/// The terminal while it is ours; dropping it gives it back as it was.
#[derive(Debug)]
pub(super) struct Taken;

impl Taken {
    /// Takes the terminal over.
    pub(super) fn over() -> Result<Self, Failure> {
        let taken = Self;
        let entered = enable_raw_mode()
            .and_then(|()| execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste));
        entered.map_err(|error| Failure::io("the terminal", &error))?;
        Ok(taken)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        // A terminal that is gone needs nothing back.
        drop(execute!(
            io::stdout(),
            DisableBracketedPaste,
            LeaveAlternateScreen
        ));
        drop(disable_raw_mode());
    }
}

/// The newest view, for whoever draws; what is not drawn in time is never drawn.
#[derive(Debug, Default)]
pub(super) struct Newest {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    view: Option<View>,
    is_over: bool,
}

impl Newest {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows this from now on.
    pub(super) fn show(&self, view: View) {
        self.lock().view = Some(view);
        self.changed.notify_one();
    }

    /// Nothing more is shown.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.changed.notify_one();
    }

    /// Waits for a view; none at the end.
    fn next(&self) -> Option<View> {
        let mut state = self.lock();
        loop {
            if state.is_over {
                return None;
            }
            if let Some(view) = state.view.take() {
                return Some(view);
            }
            let woken = self.changed.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Gathers what is drawn and writes it at once, so that no sound falls into the middle of it.
struct Gathered(Vec<u8>);

impl io::Write for Gathered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let written = out.write_all(&self.0).and_then(|()| out.flush());
        self.0.clear();
        written
    }
}

/// Draws the newest view until there are no more.
pub(super) fn draw(newest: &Newest, happened: &Sender<Happened>) {
    let drawn =
        Terminal::new(CrosstermBackend::new(Gathered(Vec::new()))).and_then(|mut terminal| {
            while let Some(view) = newest.next() {
                terminal.draw(|frame| render(frame, &view))?;
            }
            Ok(())
        });
    if drawn.is_err() {
        // Whoever would hear of it may be gone as well.
        drop(happened.send(Happened::TerminalGone));
    }
}

/// Reads keys until it is to end.
pub(super) fn read_keys(is_over: &AtomicBool, happened: &Sender<Happened>) {
    let mut wedge = Wedge::default();
    while !is_over.load(Ordering::Relaxed) {
        let event = match poll(KEYS_TICK) {
            Ok(false) => continue,
            Ok(true) => read(),
            Err(error) => Err(error),
        };
        let strokes = match event {
            Ok(Event::Key(key)) => wedge.on(&key),
            Ok(Event::Paste(text)) => wedge.on_paste(&text),
            Ok(Event::Resize(..)) => {
                drop(happened.send(Happened::Resized));
                continue;
            }
            Ok(Event::FocusGained | Event::FocusLost | Event::Mouse(_)) => continue,
            Err(_) => {
                drop(happened.send(Happened::TerminalGone));
                return;
            }
        };
        let now = SystemClock.now();
        for stroke in strokes {
            let happens = match stroke {
                Stroke::Typed(text) => Happened::Typed(text),
                Stroke::Line(text) => Happened::Scan(Scanned::typed(now, text)),
                Stroke::Deed(deed) => Happened::Deed(deed),
            };
            if happened.send(happens).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::screen::draw::sample;

    #[test]
    fn only_the_newest_is_drawn() {
        let newest = Newest::default();
        for typed in ["4", "40", "400"] {
            newest.show(View {
                typed: typed.to_owned(),
                ..sample()
            });
        }
        assert_eq!(newest.next().map(|view| view.typed), Some("400".to_owned()));
        newest.show(sample());
        newest.end();
        assert_eq!(newest.next(), None);
    }
}
