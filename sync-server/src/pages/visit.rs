//! One visit of a page: who comes, and the two things a page does, to show and to write.

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE, REFERER};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use chrono_tz::Tz;
use ledger_core::Timestamp;
use ledger_core::at_entry::{Plan, Refusal};
use ledger_core::catalogue::Role;
use ledger_core::entry::IdempotencyKey;
use ledger_core::fold::Fold;
use ledger_node::{Actor, View, Written, request_key};
use tower_sessions::Session;
use tower_sessions::cookie::Cookie;

use super::form::{Fields, Form, Said};
use super::frame::{Frame, Visitor};
use super::table::{NoPage, page_above};
use crate::api::{Named, carry_out};
use crate::app::App;
use crate::auth::Caller;
use crate::lang::{Lang, Words};
use crate::login::{Flash, flash, take_flash};
use crate::problem::Problem;
use crate::warning::told;

/// The cookie with the language that a visitor chose.
pub(super) const LANGUAGE_COOKIE: &str = "stock_language";

/// A visit.
pub(crate) struct Visit {
    pub(super) app: App,
    pub(super) session: Session,
    pub(super) caller: Option<Caller>,
    pub(super) words: Words,
    /// The path with its query.
    pub(super) address: String,
    /// The page before the visitor: the address itself, or the page whose form was sent to it. It
    /// can be asked for, so links, parts that are fetched anew and the way back lead to it.
    page: String,
    /// Asked for by a script that shows a part of it.
    pub(super) is_part: bool,
}

impl FromRequestParts<App> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let session = parts.extensions.get::<Session>().cloned();
        let address = parts.uri.path_and_query();
        let address = address.map_or_else(|| "/".to_owned(), ToString::to_string);
        let page = match parts.extensions.get::<NoPage>() {
            Some(NoPage) => page_above(parts.uri.path()).to_owned(),
            None => address.clone(),
        };
        Ok(Self {
            app: app.clone(),
            session: session.ok_or_else(Problem::internal)?,
            caller: parts.extensions.get::<Caller>().cloned(),
            words: Words::new(language(&parts.headers), Tz::UTC),
            address,
            page,
            is_part: parts.headers.contains_key("hx-request"),
        })
    }
}

/// The path of the page whose link or form led here.
pub(super) fn referer_path(headers: &HeaderMap) -> &str {
    let referer = headers.get(REFERER).and_then(|value| value.to_str().ok());
    let referer = referer.unwrap_or("/");
    let behind = referer.split_once("://").map_or(referer, |(_, rest)| rest);
    let path = behind.find('/').and_then(|at| behind.get(at..));
    path.unwrap_or("/")
}

/// The language that was chosen, else the browser's, else English.
pub(super) fn language(headers: &HeaderMap) -> Lang {
    let cookies = headers.get_all(COOKIE).iter();
    let cookies = cookies.filter_map(|value| value.to_str().ok());
    let mut cookies = cookies.flat_map(Cookie::split_parse).flatten();
    let chosen = cookies.find(|cookie| cookie.name() == LANGUAGE_COOKIE);
    let chosen = chosen.and_then(|cookie| Lang::of_tag(cookie.value()));
    let wished = headers.get(ACCEPT_LANGUAGE);
    let wished = wished.and_then(|value| value.to_str().ok());
    chosen
        .or_else(|| wished.and_then(Lang::of_header))
        .unwrap_or(Lang::En)
}

/// What a form asks for, ready to be written.
pub(super) type SomePlan = Box<dyn FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal> + Send>;

/// What the next page says when something was done.
#[derive(Debug, Clone, Default)]
pub(crate) struct Done {
    /// Where to go.
    pub(super) to: String,
    /// The message's id.
    pub(super) message: &'static str,
    /// Values in it.
    pub(super) values: Vec<(&'static str, String)>,
    /// The message's id when it was done with a warning, which it says in the visitor's language.
    pub(super) warned: Option<&'static str>,
    /// Whether it can be undone, where it is one transaction.
    pub(super) undo: bool,
}

impl Done {
    pub(super) fn new(to: impl Into<String>, message: &'static str) -> Self {
        Self {
            to: to.into(),
            message,
            ..Self::default()
        }
    }

    pub(super) fn value(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.values.push((name, value.into()));
        self
    }

    pub(super) const fn warned(mut self, message: &'static str) -> Self {
        self.warned = Some(message);
        self
    }

    pub(super) const fn undoable(mut self) -> Self {
        self.undo = true;
        self
    }
}

impl Visit {
    /// The visitor's words with the time zone of the house, for times that were typed.
    pub(super) async fn words_here(&self) -> Result<Words, Problem> {
        let words = self.words;
        self.app
            .look(move |view| Ok(words.at(view.time_zone().as_deref())))
            .await
    }

    /// The same visit, where the form stands on another page than its address says.
    pub(super) fn on_page(self, page: impl Into<String>) -> Self {
        let page = page.into();
        Self { page, ..self }
    }

    /// Whether a manager visits, or somebody above.
    pub(super) fn is_manager(&self) -> bool {
        let caller = self.caller.as_ref();
        caller.is_some_and(|caller| caller.role >= Role::Manager)
    }

    /// Shows a page: looks at the ledger and renders, away from the threads of the network.
    pub(super) async fn page<T, F>(self, build: F) -> Result<Response, Problem>
    where
        T: Template,
        F: FnOnce(&View<'_>, Frame) -> Result<T, Problem> + Send + 'static,
    {
        let flash = if self.is_part {
            None
        } else {
            take_flash(&self.session).await?
        };
        let html = self.render(flash, build).await?;
        Ok(Html(html).into_response())
    }

    async fn render<T, F>(&self, flash: Option<Flash>, build: F) -> Result<String, Problem>
    where
        T: Template,
        F: FnOnce(&View<'_>, Frame) -> Result<T, Problem> + Send + 'static,
    {
        let (words, address) = (self.words, self.page.clone());
        let person = self.caller.as_ref().map(|caller| Visitor {
            name: caller.name.clone(),
            role: caller.role,
        });
        let once = random_key()?;
        let rendered = self.app.look(move |view| {
            let frame = Frame {
                person,
                flash,
                ..Frame::new(view, words, address, once)
            };
            let page = build(view, frame)?;
            page.render().map_err(|error| {
                tracing::error!(%error, "a page could not be rendered");
                Problem::internal()
            })
        });
        rendered.await
    }

    /// Shows a page again with a form that could not be done, as it was filled in.
    pub(super) async fn again<T, F>(
        self,
        which: &'static str,
        fields: Fields,
        problem: Problem,
        build: F,
    ) -> Result<Response, Problem>
    where
        T: Template,
        F: FnOnce(&View<'_>, Frame, Form) -> Result<T, Problem> + Send + 'static,
    {
        if problem.status.is_server_error() {
            return Err(problem);
        }
        let said = Said::of(&problem, self.words);
        let form = Form::failed(which, fields, said).because(problem.code.clone());
        let html = self
            .render(None, move |view, frame| build(view, frame, form))
            .await?;
        Ok((problem.status, Html(html)).into_response())
    }

    /// Writes what a form asks for. When it is done the visitor goes on and is told; when it
    /// cannot be done the page is shown again with the form as it was.
    pub(super) async fn write<T, P, F>(
        self,
        (which, fields): (&'static str, Fields),
        named: Named,
        plan: Result<(P, Done), Problem>,
        build: F,
    ) -> Result<Response, Problem>
    where
        T: Template,
        P: FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal> + Send + 'static,
        F: FnOnce(&View<'_>, Frame, Form) -> Result<T, Problem> + Send + 'static,
    {
        let written = match plan {
            Ok((plan, done)) => self
                .carry_out(&fields, named, plan)
                .await
                .map(|w| (w, done)),
            Err(problem) => Err(problem),
        };
        match written {
            Ok((written, done)) => self.go_on(&written, done).await,
            Err(problem) => self.again(which, fields, problem, build).await,
        }
    }

    /// Writes, once for each sending of the form.
    pub(super) async fn carry_out<P>(
        &self,
        fields: &Fields,
        named: Named,
        plan: P,
    ) -> Result<Written, Problem>
    where
        P: FnOnce(&Fold, Timestamp) -> Result<Plan, Refusal> + Send + 'static,
    {
        let caller = self.caller.as_ref().ok_or_else(Problem::internal)?;
        let actor = Actor {
            user: Some(caller.user()?),
        };
        let once = fields.once(&self.address).map(|named| IdempotencyKey {
            key: request_key(&caller.key_space(), &named),
            row: 0,
        });
        self.app
            .work(move |node| carry_out(node, &actor, once, &named, plan))
            .await?
    }

    /// Goes on to the next page, which says this. For what is no write to the ledger.
    pub(super) async fn say(&self, done: Done) -> Result<Response, Problem> {
        self.say_with(done, None, Vec::new()).await
    }

    async fn say_with(
        &self,
        done: Done,
        undo: Option<String>,
        warnings: Vec<String>,
    ) -> Result<Response, Problem> {
        let values = done.values.into_iter();
        let said = Flash {
            message: done.message.to_owned(),
            values: values
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
            undo,
            warnings,
        };
        flash(&self.session, said).await?;
        Ok(see_other(&done.to))
    }

    /// Goes on after a write, with what the next page says about it.
    pub(super) async fn go_on(&self, written: &Written, done: Done) -> Result<Response, Problem> {
        if written.repeated {
            // The form came a second time, by the Back button for one: undoing it now would take
            // back what was done the first time.
            return self.say(Done::new(done.to, "done-repeated")).await;
        }
        // Undoing one of several movements would leave the others.
        let undo = match written.entries.as_slice() {
            [entry] if done.undo => Some(entry.to_string()),
            _ => None,
        };
        let warned = done.warned.filter(|_| !written.warnings.is_empty());
        let warnings = match warned {
            Some(_) => Vec::new(),
            None => {
                let warnings = written.warnings.iter();
                warnings.map(|said| told(said, self.words)).collect()
            }
        };
        let message = warned.unwrap_or(done.message);
        self.say_with(Done { message, ..done }, undo, warnings)
            .await
    }
}

/// After a form: the browser asks for the next page by GET.
pub(super) fn see_other(to: &str) -> Response {
    Redirect::to(to).into_response()
}

/// A text as one part of a path.
pub(super) fn in_path(text: &str) -> String {
    askama::filters::urlencode_strict(text).map_or_else(|_| String::new(), |text| text.to_string())
}

/// A path of this server that a form or a query names; anything else leads to the beginning.
pub(super) fn own_path(path: &str) -> &str {
    // Browsers leave tabs and the like out of an address, so that `/<tab>/host` is another server.
    let is_own = path.starts_with('/')
        && !path.starts_with("//")
        && !path.contains(|sign: char| sign == '\\' || sign.is_control());
    if is_own { path } else { "/" }
}

/// A text that nobody guesses.
pub(super) fn random_key() -> Result<String, Problem> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "no random bytes");
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            error.to_string(),
        )
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_to_another_server() {
        for path in [
            "//evil.example",
            "/\t/evil.example",
            "https://evil.example",
            "/\\evil.example",
            "",
            "items",
        ] {
            assert_eq!(own_path(path), "/", "{path}");
        }
        assert_eq!(own_path("/items?search=a"), "/items?search=a");
    }

    #[test]
    fn the_language_is_the_chosen_one_before_the_browser_s() {
        let mut headers = HeaderMap::new();
        assert_eq!(language(&headers), Lang::En);
        headers.insert(ACCEPT_LANGUAGE, "de-AT, en;q=0.5".parse().unwrap());
        assert_eq!(language(&headers), Lang::De);
        headers.insert(COOKIE, "a=b; stock_language=en".parse().unwrap());
        assert_eq!(language(&headers), Lang::En);
    }
}
