//! Who may see and do what on the pages: the role that each route needs stands where the route is
//! made, and a route cannot be made without saying so.

use axum::extract::Request;
use axum::handler::Handler;
use axum::http::{HeaderName, Method, StatusCode, Uri};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use axum::{Extension, Router};
use ledger_core::catalogue::Role;

use super::error;
use super::people::login::{is_part, login_address};
use crate::app::App;
use crate::auth::Caller;

/// Who may come here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// Whoever reaches the server: logging in, and what holds a code of its own.
    Nobody,
    /// A person with this role or one above it.
    Role(Role),
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PageRule {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) need: Need,
}

/// The routes of the pages with their rules.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    routes: Vec<(&'static str, MethodRouter<App>)>,
    rules: Vec<PageRule>,
}

/// Marks what is sent to an address that is no page: its form stands on the page above.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoPage;

/// The page above an address that is none.
pub(super) fn page_above(path: &str) -> &str {
    let above = path.rsplit_once('/').map(|(above, _)| above);
    above.filter(|above| !above.is_empty()).unwrap_or("/")
}

/// A form that could not be done leaves its own address in the browser, which reloads it, keeps it
/// and says that one comes from there.
async fn to_page_above(uri: Uri) -> Redirect {
    Redirect::to(page_above(uri.path()))
}

impl Pages {
    /// A page for everybody who logged in.
    pub(super) fn page<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.page_for(Role::Viewer, path, handler)
    }

    /// A page for those with a role.
    pub(super) fn page_for<H, T>(self, role: Role, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::GET, path, Need::Role(role), handler)
    }

    /// A form's target for those with a role.
    pub(super) fn form<H, T>(self, role: Role, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::POST, path, Need::Role(role), handler)
    }

    /// A page that needs no login.
    pub(super) fn open_page<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::GET, path, Need::Nobody, handler)
    }

    /// A form's target that needs no login.
    pub(super) fn open_form<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        self.add(Method::POST, path, Need::Nobody, handler)
    }

    fn add<H, T>(mut self, method: Method, path: &'static str, need: Need, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: 'static,
    {
        let route = if method == Method::POST {
            post(handler)
        } else {
            get(handler)
        };
        let route = match need {
            Need::Nobody => route,
            Need::Role(role) => route.route_layer(middleware::from_fn(move |request, next| {
                admit(role, request, next)
            })),
        };
        self.routes.push((path, route));
        self.rules.push(PageRule { method, path, need });
        self
    }

    /// The routes for the server.
    pub(super) fn router(self) -> Router<App> {
        let Self { routes, rules } = self;
        let is_page = |path: &str| {
            let mut pages = rules.iter().filter(|rule| rule.method == Method::GET);
            pages.any(|page| page.path == path)
        };
        let routes = routes.into_iter().map(|(path, route)| {
            if is_page(path) {
                return (path, route);
            }
            (
                path,
                route.route_layer(Extension(NoPage)).get(to_page_above),
            )
        });
        routes.fold(Router::new(), |router, (path, route)| {
            router.route(path, route)
        })
    }

    /// The table, for the tests that walk it.
    #[cfg(test)]
    pub(crate) fn rules(&self) -> &[PageRule] {
        &self.rules
    }
}

async fn admit(role: Role, request: Request, next: Next) -> Response {
    let Some(caller) = request.extensions().get::<Caller>() else {
        let login = login_address(&request);
        if is_part(&request) {
            // A script that followed a redirect would put the log-in page into the place of a part.
            let to = [(HeaderName::from_static("hx-redirect"), login)];
            return (StatusCode::UNAUTHORIZED, to).into_response();
        }
        return Redirect::to(&login).into_response();
    };
    if caller.role >= role {
        return next.run(request).await;
    }
    error::forbidden(role).into_response()
}
