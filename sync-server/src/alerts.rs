//! Alerts: whoever wants to know hears by webhook or e-mail of stock that is low or out, of
//! exceptions and of devices that are behind, at once or in a daily digest.
//!
//! What is to be told is worked out by a machine ([`book`], [`story`]) from what the pages show;
//! [`driver`] looks when there is news and sends. All that must be kept, secrets among it, is in
//! one file beside the store and never in the ledger.
//!
//! **Invariant.** A message is in the file before it is sent, and what became of it right after:
//! a server that is killed forgets nothing, and what it sends again has the id of before.

mod book;
mod channel;
mod condition;
mod delivery;
mod driver;
mod email;
mod file;
mod message;
mod story;
mod webhook;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

pub(crate) use self::book::{Book, CHANNELS_MAX, ChannelState};
pub(crate) use self::channel::{Channel, DayTime, Mail, MailTls, Quiet, Way};
pub(crate) use self::condition::Kind;
pub(crate) use self::delivery::Delivery;
pub(crate) use self::driver::{new_id, now_of, run};
pub(crate) use self::email::is_address as is_mail_address;
pub(crate) use self::story::Pace;
pub(crate) use self::webhook::{is_address as is_webhook_address, new_secret};
use crate::problem::Problem;

/// The server's alerts: the one copy of what is kept.
#[derive(Debug, Clone)]
pub(crate) struct Alerts {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// Where it is kept; none in tests.
    path: Option<PathBuf>,
    /// Whether the file could not be read, and was set aside.
    is_damaged: bool,
    book: Mutex<Book>,
    /// What the file says; whoever changes anything holds it.
    written: Mutex<String>,
    /// Tells the driver that somebody changed something.
    changed: Notify,
}

impl Alerts {
    /// Those of a data directory. A file that cannot be read is set aside, since stock is kept
    /// without alerts too; the page says so.
    pub(crate) fn open(dir: &Path) -> Self {
        let path = dir.join(file::NAME);
        match file::read(&path) {
            Ok((book, written)) => Self::new(Some(path), false, book, written),
            Err(error) => {
                tracing::error!(%error, "the alerts cannot be read");
                file::set_aside(&path);
                Self::new(Some(path), true, Book::default(), String::new())
            }
        }
    }

    /// Alerts that end with the program.
    #[cfg(test)]
    pub(crate) fn in_memory() -> Self {
        Self::new(None, false, Book::default(), String::new())
    }

    fn new(path: Option<PathBuf>, is_damaged: bool, book: Book, written: String) -> Self {
        Self {
            shared: Arc::new(Shared {
                path,
                is_damaged,
                book: Mutex::new(book),
                written: Mutex::new(written),
                changed: Notify::new(),
            }),
        }
    }

    pub(crate) fn is_damaged(&self) -> bool {
        self.shared.is_damaged
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        let book = self.shared.book.lock();
        book.unwrap_or_else(PoisonError::into_inner)
    }

    /// What the file has; whoever holds it is the only one who changes the book.
    fn written(&self) -> MutexGuard<'_, String> {
        let written = self.shared.written.lock();
        written.unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at what is kept.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&Book) -> T) -> T {
        look(&self.book())
    }

    /// The names of channels through which nothing gets.
    pub(crate) fn failing(&self) -> Vec<String> {
        let states = self.read(Book::states);
        let failing = states.into_iter().filter(|it| it.failing.is_some());
        failing.map(|it| it.name).collect()
    }

    /// Changes something for a person, and wakes the driver.
    pub(crate) async fn change<T, F>(&self, change: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut Book) -> Result<T, Problem> + Send + 'static,
    {
        let done = self.keep(change).await?;
        self.shared.changed.notify_one();
        Ok(done)
    }

    /// Notes what has happened, which holds also where it cannot be saved: with the next change it
    /// is.
    async fn note(&self, note: impl Fn(&mut Book) + Clone + Send + 'static) {
        let saving = note.clone();
        let saved = self.keep(move |book| {
            saving(book);
            Ok(())
        });
        if saved.await.is_err() {
            let alerts = self.clone();
            // A change that is being saved now began without it, and would be put in its place.
            let noted = tokio::task::spawn_blocking(move || {
                let _written = alerts.written();
                note(&mut alerts.book());
            });
            if let Err(error) = noted.await {
                tracing::error!(%error, "what became of a message is not noted");
            }
        }
        self.shared.changed.notify_one();
    }

    /// Changes what is kept. It holds once it is in the file; otherwise nothing was changed.
    async fn keep<T, F>(&self, change: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&mut Book) -> Result<T, Problem> + Send + 'static,
    {
        let alerts = self.clone();
        let kept = tokio::task::spawn_blocking(move || {
            let mut written = alerts.written();
            let mut book = alerts.book().clone();
            let done = change(&mut book)?;
            let text = file::text(&book).map_err(|error| file::not_saved(&error))?;
            if text != *written {
                if let Some(path) = &alerts.shared.path {
                    crate::secret_file::write(path, &text)
                        .map_err(|error| file::not_saved(&error))?;
                }
                *written = text;
            }
            *alerts.book() = book;
            Ok(done)
        });
        kept.await.map_err(|error| {
            tracing::error!(%error, "alerts were changed half-way");
            Problem::internal()
        })?
    }
}

#[cfg(test)]
mod tests;
