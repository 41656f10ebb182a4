//! Passwords as argon2id verifiers, made and checked on one thread.
//!
//! Each hash takes 19 MiB for some tens of milliseconds. On the runtime's many threads every
//! thread would keep its share; one thread that takes one request after another bounds memory
//! whatever comes, and a short queue bounds the wait.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Argon2, PasswordHash};
use axum::http::StatusCode;
use tokio::sync::oneshot;

use crate::problem::Problem;

/// The shortest password; longer ones need no rules about signs and digits.
pub(crate) const PASSWORD_CHARS_MIN: usize = 10;
/// The longest, so that nobody sends a book.
const PASSWORD_BYTES_MAX: usize = 1024;
/// Who waits at most.
const QUEUE: usize = 32;

enum Job {
    Make {
        password: String,
        answer: oneshot::Sender<Option<String>>,
    },
    Check {
        password: String,
        /// None for a user who has no password: the time it takes must not tell.
        verifier: Option<String>,
        answer: oneshot::Sender<bool>,
    },
}

/// The thread that makes and checks verifiers.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    jobs: SyncSender<Job>,
}

impl Passwords {
    /// Starts the thread; it ends with the last clone.
    pub(crate) fn start() -> Self {
        let (jobs, queue) = sync_channel(QUEUE);
        thread::spawn(move || work(&queue));
        Self { jobs }
    }

    /// A verifier of a new password (PHC string).
    pub(crate) async fn make(&self, password: String) -> Result<String, Problem> {
        if password.len() > PASSWORD_BYTES_MAX {
            let text = format!("a password has at most {PASSWORD_BYTES_MAX} bytes");
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Err(Problem::new(status, "long-password", text));
        }
        let (answer, made) = oneshot::channel();
        self.send(Job::Make { password, answer })?;
        let made = made.await.ok().flatten();
        made.ok_or_else(Problem::internal)
    }

    /// Whether it is the password. Takes as long for a user who has none.
    pub(crate) async fn check(
        &self,
        password: String,
        verifier: Option<String>,
    ) -> Result<bool, Problem> {
        if password.len() > PASSWORD_BYTES_MAX {
            return Ok(false);
        }
        let (answer, checked) = oneshot::channel();
        self.send(Job::Check {
            password,
            verifier,
            answer,
        })?;
        checked.await.map_err(|error| {
            tracing::error!(%error, "the thread for passwords is gone");
            Problem::internal()
        })
    }

    fn send(&self, job: Job) -> Result<(), Problem> {
        self.jobs.try_send(job).map_err(|error| {
            tracing::warn!(%error, "too many passwords to check at once");
            let text = "too many people log in at this moment";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", text).hint("try again soon")
        })
    }
}

fn work(queue: &Receiver<Job>) {
    let argon2 = Argon2::default();
    let nobody = argon2.hash_password(b"nobody has this password");
    let nobody = nobody.ok();
    while let Ok(job) = queue.recv() {
        match job {
            Job::Make { password, answer } => {
                let made = argon2.hash_password(password.as_bytes());
                tell(answer, made.ok().map(|hash| hash.to_string()));
            }
            Job::Check {
                password,
                verifier,
                answer,
            } => {
                let known = verifier.and_then(|text| PasswordHash::new(&text).ok());
                let is_known = known.is_some();
                let holds = known
                    .or_else(|| nobody.clone())
                    .is_some_and(|hash| argon2.verify_password(password.as_bytes(), &hash).is_ok());
                tell(answer, is_known && holds);
            }
        }
    }
}

/// Whoever asked may have gone.
fn tell<T>(answer: oneshot::Sender<T>, value: T) {
    drop(answer.send(value).err());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_verifier_holds_for_its_password_alone() {
        let passwords = Passwords::start();
        let made = passwords.make("correct horse".to_owned()).await.unwrap();
        assert!(made.starts_with("$argon2id$"), "{made}");
        let check = |text: &str, verifier: &Option<String>| {
            passwords.check(text.to_owned(), verifier.clone())
        };
        let known = Some(made);
        assert!(check("correct horse", &known).await.unwrap());
        assert!(!check("correct house", &known).await.unwrap());
        assert!(!check("nobody has this password", &None).await.unwrap());
        assert!(!check("x", &Some("broken".to_owned())).await.unwrap());
    }

    #[tokio::test]
    async fn a_book_is_no_password() {
        let passwords = Passwords::start();
        let longest = "x".repeat(PASSWORD_BYTES_MAX);
        let made = passwords.make(longest.clone()).await.unwrap();
        assert!(passwords.check(longest.clone(), Some(made)).await.unwrap());
        let refused = passwords.make(format!("{longest}x")).await.unwrap_err();
        assert_eq!(refused.code, "long-password");
    }
}
