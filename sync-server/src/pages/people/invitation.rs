//! Choosing a password with a one-time link: the first administrator, who chooses a name too, and
//! everybody whom an administrator adds.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use ledger_core::UserName;
use ledger_core::at_entry::users;
use ledger_core::catalogue::Role;
use ledger_node::{Actor, Invited, Node, NodeError, View};

use super::login::Peer;
use crate::admin::users::is_run;
use crate::api::PathOf;
use crate::login::{self, PASSWORD_CHARS_MIN};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::visit::{Visit, see_other};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "people/invitation.html")]
struct InvitationPage {
    frame: Frame,
    form: Form,
    /// The user; none for the first administrator.
    user: Option<String>,
    shortest: usize,
}

fn gone() -> Problem {
    Problem {
        status: StatusCode::GONE,
        ..problem("link-used")
    }
}

fn invitation_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    invited: &Invited,
) -> Result<InvitationPage, Problem> {
    let user = match invited {
        Invited::First => None,
        Invited::User(user) => {
            let known = view.fold().user(user).filter(|known| !known.disabled);
            Some(known.ok_or_else(gone)?.name)
        }
    };
    Ok(InvitationPage {
        frame,
        form,
        user,
        shortest: PASSWORD_CHARS_MIN,
    })
}

/// Whom a code invites. The link of the first start is void once somebody is in charge.
fn still_invited(node: &Node, code: &str) -> Option<Invited> {
    let invited = node.invited(code)?;
    (invited != Invited::First || !is_run(node)).then_some(invited)
}

async fn find(visit: &Visit, code: &str) -> Result<Invited, Problem> {
    let code = code.to_owned();
    let invited = visit
        .app
        .work(move |node| still_invited(node, &code))
        .await?;
    invited.ok_or_else(gone)
}

pub(super) async fn show(visit: Visit, PathOf(code): PathOf<String>) -> Result<Response, Problem> {
    let invited = find(&visit, &code).await?;
    visit
        .page(move |view, frame| invitation_page(view, frame, Form::default(), &invited))
        .await
}

pub(super) async fn accept(
    visit: Visit,
    peer: Peer,
    PathOf(code): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    peer.try_once(&visit.app, "")?;
    let invited = find(&visit, &code).await?;
    match enter(&visit, &code, &invited, &fields).await {
        Ok(user) => {
            login::begin(&visit.app, &visit.session, &user).await?;
            Ok(see_other("/"))
        }
        Err(problem) => {
            let mut kept = fields;
            kept.forget("password");
            kept.forget("again");
            let shown =
                move |view: &View<'_>, frame, form| invitation_page(view, frame, form, &invited);
            visit.again("invitation", kept, problem, shown).await
        }
    }
}

/// Keeps the password; the first administrator comes into the ledger with it.
async fn enter(
    visit: &Visit,
    code: &str,
    invited: &Invited,
    fields: &Fields,
) -> Result<UserName, Problem> {
    let password = fields.raw("password").to_owned();
    if password.chars().count() < PASSWORD_CHARS_MIN {
        return Err(problem("short-password"));
    }
    if password != fields.raw("again") {
        return Err(problem("passwords-differ"));
    }
    let (user, is_first) = match invited {
        Invited::User(user) => (user.clone(), false),
        Invited::First => {
            let name = UserName::new(&fields.needed("user")?).or(Err(problem("bad-user-name")))?;
            (name, true)
        }
    };
    let verifier = visit.app.passwords().make(password).await?;
    let (code, name) = (code.to_owned(), user.clone());
    let entered = visit.app.work(move |node| {
        if still_invited(node, &code).is_none() {
            return Ok(false);
        }
        if is_first {
            return set_up(node, &code, &name, verifier);
        }
        node.accept_invitation(&code, &name, verifier)
    });
    if entered.await?? {
        return Ok(user);
    }
    Err(gone())
}

/// Makes the first administrator. The invitation is used up before the user is there, so that of
/// two who open it at once one is too late; what breaks off between leaves a password without a
/// user, and the next start a new link.
fn set_up(node: &Node, code: &str, name: &UserName, verifier: String) -> Result<bool, NodeError> {
    let change = users::UserChange {
        role: Some(Role::Administrator),
        ..users::UserChange::default()
    };
    // A name that is taken is refused before anything is used up.
    node.read(|fold| users::add(fold, name.as_str(), &change))?;
    if !node.accept_invitation(code, name, verifier)? {
        return Ok(false);
    }
    node.write(&Actor::default(), |fold| {
        users::add(fold, name.as_str(), &change)
    })?;
    Ok(true)
}
