//! Sessions in memory: who logged in with which browser. They end with the program.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use ledger_core::UserName;
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::SameSite;
use tower_sessions::cookie::time::{Duration, OffsetDateTime};
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result as StoreResult};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

use crate::app::App;
use crate::auth::Caller;
use crate::problem::Problem;

/// The session's cookie.
pub(crate) const COOKIE: &str = "stock_session";
/// A session nobody uses ends after this.
const IDLE: Duration = Duration::hours(8);
/// Every session ends after this.
const LONGEST_MILLIS: u64 = 7 * 24 * 60 * 60 * 1000;
/// A used session is renewed when it was not for so long.
const RENEW_MILLIS: u64 = 10 * 60 * 1000;
/// Above so many sessions the one that ends first makes room.
const SESSIONS_MAX: usize = 10_000;

const PERSON: &str = "person";
const FLASH: &str = "flash";

/// Who logged in, and when.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Person {
    user: String,
    since: u64,
    seen: u64,
    /// What the password was proved against: another password ends the session.
    proof: u64,
}

/// Tells a verifier from the one that takes its place.
fn proof_of(verifier: Option<&str>) -> u64 {
    let mut hasher = DefaultHasher::new();
    verifier.hash(&mut hasher);
    hasher.finish()
}

/// What the page after a write says: done, and what can be undone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Flash {
    /// The message's id.
    pub(crate) message: String,
    /// Values in it.
    pub(crate) values: Vec<(String, String)>,
    /// A transaction that can be undone.
    pub(crate) undo: Option<String>,
    /// What the writer should know besides.
    pub(crate) warnings: Vec<String>,
}

/// The layer that reads and sets the cookie.
pub(crate) fn layer() -> SessionManagerLayer<Sessions> {
    SessionManagerLayer::new(Sessions::default())
        .with_name(COOKIE)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        // Plain HTTP serves this machine and trusted networks; where the browser speaks TLS
        // `headers::secure_cookies` adds the mark.
        .with_secure(false)
        .with_expiry(Expiry::OnInactivity(IDLE))
}

/// Puts the person who logged in into the request, with today's role.
pub(crate) async fn person(
    State(app): State<App>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    match caller(&app, &session).await {
        Ok(Some(caller)) => {
            request.extensions_mut().insert(caller);
        }
        Ok(None) => {}
        Err(problem) => return problem.into_response(),
    }
    next.run(request).await
}

async fn caller(app: &App, session: &Session) -> Result<Option<Caller>, Problem> {
    let Some(person) = session.get::<Person>(PERSON).await.map_err(broken)? else {
        return Ok(None);
    };
    let Ok(user) = UserName::new(&person.user) else {
        return Ok(None);
    };
    let (now, known, verifier) = app
        .work({
            let user = user.clone();
            move |node| {
                let known = node.read(|fold| fold.user(&user));
                (node.now().millis(), known, node.password_of(&user))
            }
        })
        .await?;
    let is_over = now.saturating_sub(person.since) > LONGEST_MILLIS
        || proof_of(verifier.as_deref()) != person.proof;
    let Some(known) = known.filter(|known| !known.disabled && !is_over) else {
        session.flush().await.map_err(broken)?;
        return Ok(None);
    };
    if now.saturating_sub(person.seen) > RENEW_MILLIS {
        let seen = Person {
            seen: now,
            ..person
        };
        session.insert(PERSON, seen).await.map_err(broken)?;
    }
    Ok(Some(Caller::person(&user, known.role)))
}

/// Whether the person who logged in is still there: another request may have ended the session.
pub(crate) async fn goes_on(app: &App, session: &Session) -> bool {
    let loaded = session.load().await;
    loaded.is_ok() && matches!(caller(app, session).await, Ok(Some(_)))
}

/// Begins the session of a person who proved who it is, under a new id.
pub(crate) async fn begin(app: &App, session: &Session, user: &UserName) -> Result<(), Problem> {
    let name = user.clone();
    let looked = app.work(move |node| (node.now().millis(), node.password_of(&name)));
    let (now, verifier) = looked.await?;
    session.cycle_id().await.map_err(broken)?;
    let person = Person {
        user: user.as_str().to_owned(),
        since: now,
        seen: now,
        proof: proof_of(verifier.as_deref()),
    };
    session.insert(PERSON, person).await.map_err(broken)
}

/// Ends a session.
pub(crate) async fn end(session: &Session) -> Result<(), Problem> {
    session.flush().await.map_err(broken)
}

/// Keeps what the next page says.
pub(crate) async fn flash(session: &Session, flash: Flash) -> Result<(), Problem> {
    session.insert(FLASH, flash).await.map_err(broken)
}

/// What this page should say about the write before it.
pub(crate) async fn take_flash(session: &Session) -> Result<Option<Flash>, Problem> {
    // Taking away what is not there would save the session anew with each page.
    if session.get_value(FLASH).await.map_err(broken)?.is_none() {
        return Ok(None);
    }
    session.remove(FLASH).await.map_err(broken)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "map_err gives errors by value"
)]
fn broken(error: tower_sessions::session::Error) -> Problem {
    tracing::error!(%error, "a session could not be used");
    Problem::internal()
}

/// The sessions of a running server, in memory and not without bound.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sessions {
    kept: std::sync::Arc<Mutex<BTreeMap<i128, Record>>>,
}

impl Sessions {
    fn with<T>(&self, change: impl FnOnce(&mut BTreeMap<i128, Record>) -> T) -> T {
        change(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn keep(&self, record: &Record) {
        self.with(|kept| {
            if kept.len() >= SESSIONS_MAX && !kept.contains_key(&record.id.0) {
                let now = OffsetDateTime::now_utc();
                kept.retain(|_, known| known.expiry_date > now);
                let first = kept.values().min_by_key(|known| known.expiry_date);
                if let Some(id) = first.map(|known| known.id.0)
                    && kept.len() >= SESSIONS_MAX
                {
                    kept.remove(&id);
                }
            }
            kept.insert(record.id.0, record.clone());
        });
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> StoreResult<()> {
        // 128 random bits; a second of the same would be a broken generator.
        if self.with(|kept| kept.contains_key(&record.id.0)) {
            return Err(Error::Backend("the session's id is taken".to_owned()));
        }
        self.keep(record);
        Ok(())
    }

    async fn save(&self, record: &Record) -> StoreResult<()> {
        // A page that was on its way while somebody logged out must not bring the session back.
        if self.with(|kept| kept.contains_key(&record.id.0)) {
            self.keep(record);
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> StoreResult<Option<Record>> {
        let now = OffsetDateTime::now_utc();
        Ok(self.with(|kept| {
            kept.get(&id.0)
                .filter(|known| known.expiry_date > now)
                .cloned()
        }))
    }

    async fn delete(&self, id: &Id) -> StoreResult<()> {
        self.with(|kept| kept.remove(&id.0));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: i128, minutes: i64) -> Record {
        Record {
            id: Id(id),
            data: serde_json::Map::default().into_iter().collect(),
            expiry_date: OffsetDateTime::now_utc() + Duration::minutes(minutes),
        }
    }

    #[tokio::test]
    async fn a_session_that_ended_is_not_given_out() {
        let sessions = Sessions::default();
        sessions.create(&mut record(1, -1)).await.unwrap();
        sessions.create(&mut record(2, 1)).await.unwrap();
        assert!(sessions.load(&Id(1)).await.unwrap().is_none());
        assert!(sessions.load(&Id(2)).await.unwrap().is_some());
        sessions.delete(&Id(2)).await.unwrap();
        assert!(sessions.load(&Id(2)).await.unwrap().is_none());
        sessions.save(&record(2, 1)).await.unwrap();
        assert!(sessions.load(&Id(2)).await.unwrap().is_none(), "it ended");
    }

    #[tokio::test]
    async fn sessions_are_bounded_and_the_oldest_makes_room() {
        let sessions = Sessions::default();
        for id in 0..=SESSIONS_MAX {
            let id = i128::try_from(id).unwrap();
            let minutes = if id == 7 { 1 } else { 60 };
            sessions.create(&mut record(id, minutes)).await.unwrap();
        }
        assert_eq!(sessions.with(|kept| kept.len()), SESSIONS_MAX);
        assert!(sessions.load(&Id(7)).await.unwrap().is_none());
    }
}
