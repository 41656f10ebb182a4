//! A form with a file in it.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use axum::http::StatusCode;

use crate::app::App;
use crate::imports::FILE_BYTES_MAX;
use crate::problem::Problem;

/// A browser shows its own error instead of our answer when it cannot send all of a file; of one
/// that is too large so much is taken in and thrown away.
const DRAIN_BYTES_MAX: usize = 256 * 1024 * 1024;

/// What was sent.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    pub(super) kind: String,
    /// The file's name; empty where none was chosen.
    pub(super) name: String,
    pub(super) file: Vec<u8>,
    /// What was pasted.
    pub(super) text: String,
    pub(super) is_too_large: bool,
}

impl FromRequest<App> for Upload {
    type Rejection = Problem;

    async fn from_request(mut request: Request, app: &App) -> Result<Self, Problem> {
        DefaultBodyLimit::max(DRAIN_BYTES_MAX).apply(&mut request);
        let parts = Multipart::from_request(request, app).await;
        let mut parts =
            parts.map_err(|error| Problem::new(error.status(), "bad-form", error.body_text()))?;
        let mut upload = Self::default();
        while let Some(field) = parts.next_field().await.map_err(broken)? {
            upload.take(field).await?;
        }
        Ok(upload)
    }
}

impl Upload {
    async fn take(&mut self, mut field: Field<'_>) -> Result<(), Problem> {
        let name = field.name().unwrap_or_default().to_owned();
        if name == "file" {
            field
                .file_name()
                .unwrap_or_default()
                .clone_into(&mut self.name);
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(broken)? {
            if bytes.len().saturating_add(chunk.len()) > FILE_BYTES_MAX {
                self.is_too_large = true;
            } else {
                bytes.extend_from_slice(&chunk);
            }
        }
        match name.as_str() {
            "file" => self.file = bytes,
            "kind" => self.kind = text(bytes)?,
            "text" => self.text = text(bytes)?,
            _ => {}
        }
        Ok(())
    }
}

fn text(bytes: Vec<u8>) -> Result<String, Problem> {
    String::from_utf8(bytes).or(Err(Problem::new(StatusCode::BAD_REQUEST, "bad-form", "")))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "map_err gives errors by value"
)]
fn broken(error: MultipartError) -> Problem {
    let status = error.status();
    if status == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(status, "file-too-large", "");
    }
    Problem::new(status, "bad-form", error.body_text())
}
