//! Logging in and out.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use askama::Template;
use axum::extract::{ConnectInfo, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use ledger_core::UserName;
use serde::Deserialize;

use crate::api::QueryOf;
use crate::app::App;
use crate::login;
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::visit::{Visit, own_path, referer_path, see_other};
use crate::problem::Problem;

/// Where a visitor comes from who tries a password or a code.
pub(super) struct Peer(IpAddr);

impl FromRequestParts<App> for Peer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |ConnectInfo(peer)| peer.ip());
        let forwarded = forwarded_for(&parts.headers).filter(|_| peer.to_canonical().is_loopback());
        Ok(Self(forwarded.unwrap_or(peer)))
    }
}

/// For whom a proxy on this machine asks: the last address, which is the one it saw itself.
fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let said = headers.get_all("x-forwarded-for").iter().next_back()?;
    said.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

impl Peer {
    /// Counts a try at somebody's name; a page with 429 when there were too many.
    pub(super) fn try_once(&self, app: &App, user: &str) -> Result<(), Problem> {
        let tried = app.limits().try_once(self.0, user);
        tried.or(Err(Problem {
            status: StatusCode::TOO_MANY_REQUESTS,
            ..problem("too-many-tries")
        }))
    }
}

/// Where to go after logging in.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct LoginQuery {
    #[serde(default)]
    next: String,
}

#[derive(Template)]
#[template(path = "people/login.html")]
struct LoginPage {
    frame: Frame,
    form: Form,
    next: String,
    /// Nobody was set up yet.
    is_new: bool,
}

fn login_page(
    view: &ledger_node::View<'_>,
    frame: Frame,
    form: Form,
    next: String,
) -> Result<LoginPage, Problem> {
    Ok(LoginPage {
        frame,
        form,
        next,
        is_new: view.fold().users().is_empty(),
    })
}

pub(super) async fn show(
    visit: Visit,
    QueryOf(query): QueryOf<LoginQuery>,
) -> Result<Response, Problem> {
    let next = own_path(&query.next).to_owned();
    if visit.caller.is_some() {
        return Ok(see_other(&next));
    }
    visit
        .page(move |view, frame| login_page(view, frame, Form::default(), next))
        .await
}

pub(super) async fn enter(visit: Visit, peer: Peer, fields: Fields) -> Result<Response, Problem> {
    let next = own_path(fields.raw("next")).to_owned();
    match check(&visit, &peer, &fields).await {
        Ok(user) => {
            login::begin(&visit.app, &visit.session, &user).await?;
            Ok(see_other(&next))
        }
        Err(problem) => {
            let mut kept = fields;
            kept.forget("password");
            let address = next.clone();
            let shown = move |view: &ledger_node::View<'_>, frame, form| {
                login_page(view, frame, form, next)
            };
            visit
                .on_page(log_in_for(&address))
                .again("login", kept, problem, shown)
                .await
        }
    }
}

/// The user whose name and password were given. Whether the name or the password is wrong is not
/// told.
async fn check(visit: &Visit, peer: &Peer, fields: &Fields) -> Result<UserName, Problem> {
    peer.try_once(&visit.app, fields.raw("user"))?;
    let wrong = || Problem {
        status: StatusCode::UNAUTHORIZED,
        ..problem("wrong-password")
    };
    let name = UserName::new(&fields.needed("user")?).or(Err(wrong()))?;
    let password = fields.raw("password").to_owned();
    if !visit.app.is_password(name.clone(), password).await? {
        return Err(wrong());
    }
    let known = name.clone();
    let known = visit
        .app
        .work(move |node| node.read(|fold| fold.user(&known)));
    let known = known.await?.ok_or_else(wrong)?;
    if known.disabled {
        return Err(wrong());
    }
    Ok(known.user)
}

pub(super) async fn leave(visit: Visit) -> Result<Response, Problem> {
    login::end(&visit.session).await?;
    let mut response = see_other("/login");
    // The browser forgets the pages it kept too, but not its storage: scans wait there until they
    // are answered, also those of somebody else.
    response
        .headers_mut()
        .insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    Ok(response.into_response())
}

/// The log-in page that leads back to what was asked for.
pub(in crate::pages) fn login_address(request: &Request) -> String {
    let is_page = *request.method() == Method::GET && !is_part(request);
    let asked = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let asked = if is_page {
        asked
    } else {
        // What a form or a script asked for is no page; the one they stand on is where to go on.
        referer_path(request.headers())
    };
    log_in_for(asked)
}

/// The log-in page that leads on to an address.
fn log_in_for(next: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/login?next={next}")
}

/// Whether a script asks for a part of a page.
pub(in crate::pages) fn is_part(request: &Request) -> bool {
    request.headers().contains_key("hx-request")
}
