//! The file of alerts: version 1, JSON, beside the store. It holds secrets, so only its owner
//! reads it, and no backup has it.

use std::error::Error;
use std::fs;
use std::io;
use std::path::Path;

use axum::http::StatusCode;
use serde::Deserialize;

use super::book::{Book, VERSION};
use crate::fault::with_causes;
use crate::problem::Problem;

/// The file's name in the data directory.
pub(super) const NAME: &str = "alerts.json";

/// What a file of any version says.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unread {
    #[error("alerts.json cannot be read: {0}")]
    File(#[from] io::Error),
    #[error("alerts.json is damaged: {0}")]
    Json(#[from] serde_json::Error),
    #[error("alerts.json is of a newer version of the program")]
    Newer,
}

/// What is kept, and the file's text; the beginning where there is no file.
pub(super) fn read(path: &Path) -> Result<(Book, String), Unread> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Ok((Book::default(), String::new()));
        }
        Err(error) => return Err(error.into()),
    };
    let book = of_text(&text)?;
    Ok((book, text))
}

fn of_text(text: &str) -> Result<Book, Unread> {
    let Versioned { version } = serde_json::from_str(text)?;
    if version > VERSION {
        return Err(Unread::Newer);
    }
    Ok(serde_json::from_str(text)?)
}

/// What is kept, as the file has it.
pub(super) fn text(book: &Book) -> serde_json::Result<String> {
    serde_json::to_string_pretty(book)
}

/// Moves a file away that cannot be used, so that nothing is written over it.
pub(super) fn set_aside(path: &Path) {
    let aside = path.with_extension("json.damaged");
    match fs::rename(path, &aside) {
        Ok(()) => tracing::warn!(file = %aside.display(), "the damaged file is set aside"),
        Err(error) => tracing::error!(%error, "the damaged file stays where it is"),
    }
}

/// A problem with the disk, as a page tells it.
pub(super) fn not_saved(error: &dyn Error) -> Problem {
    let error = with_causes(error);
    tracing::error!(error, "alerts cannot be saved");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-saved", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of version 1, which stays readable.
    const FIRST: &str = include_str!("golden/alerts-1.json");

    #[test]
    fn the_file_of_version_1_stays_readable_and_is_written_alike() {
        let book = of_text(FIRST).unwrap();
        assert_eq!(text(&book).unwrap(), FIRST.trim_end());
        assert_eq!(book.channel_count(), 2);
        assert_eq!(book.deliveries().count(), 2);
    }

    #[test]
    fn what_cannot_be_used_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(NAME);
        assert!(read(&path).unwrap().0.states().is_empty());
        for (text, is_newer) in [("{\"version\": 2}", true), ("{", false)] {
            fs::write(&path, text).unwrap();
            let error = read(&path).unwrap_err();
            assert_eq!(matches!(error, Unread::Newer), is_newer, "{error}");
        }
        set_aside(&path);
        assert!(!path.exists() && dir.path().join("alerts.json.damaged").exists());
    }
}
