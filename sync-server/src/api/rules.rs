//! Who may ask what: the role that each route needs stands where the route is made, and so does
//! what the API's description says of it.
//!
//! Routes of the API are made by [`Routes`] alone, and it takes none without a role and a
//! description.

use axum::Router;
use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use ledger_core::catalogue::Role;

use super::describe::{Says, Taken, Takes};
use crate::app::App;
use crate::auth::Caller;
use crate::problem::Problem;

/// What is done at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    /// The method's name.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One row of the table: who may do what where, and how.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) verb: Verb,
    pub(crate) path: &'static str,
    pub(crate) role: Role,
    /// What it says of itself.
    pub(crate) says: Says,
    /// What its handler takes.
    pub(crate) taken: Taken,
}

/// The routes of the API with their rules.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    router: Router<App>,
    rules: Vec<Rule>,
}

impl Routes {
    /// A route that everybody known may read.
    pub(crate) fn get<H, T>(self, path: &'static str, says: Says, handler: H) -> Self
    where
        H: Handler<T, App>,
        T: Takes + 'static,
    {
        self.on((Verb::Get, path, Role::Viewer), says, handler)
    }

    /// A route for callers of this role and those above it.
    pub(crate) fn on<H, T>(
        mut self,
        (verb, path, role): (Verb, &'static str, Role),
        says: Says,
        handler: H,
    ) -> Self
    where
        H: Handler<T, App>,
        T: Takes + 'static,
    {
        let mut taken = Taken::default();
        T::tell(&mut taken);
        let guard = middleware::from_fn(move |request, next| need(role, request, next));
        let guarded = on(verb.filter(), handler).route_layer(guard);
        self.router = self.router.route(path, guarded);
        self.rules.push(Rule {
            verb,
            path,
            role,
            says,
            taken,
        });
        self
    }

    /// The routes for the server.
    pub(crate) fn router(self) -> Router<App> {
        self.router
    }

    /// The table.
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }
}

async fn need(role: Role, request: Request, next: Next) -> Result<Response, Problem> {
    // Without a caller the token was not looked at, so nobody may do anything.
    let caller = request.extensions().get::<Caller>();
    let has = caller.map(|caller| caller.role);
    if has.is_some_and(|has| has >= role) {
        return Ok(next.run(request).await);
    }
    Err(Problem::forbidden(role, has))
}
