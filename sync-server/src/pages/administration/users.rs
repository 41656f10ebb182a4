//! Users: who there is, with which role, and the links with which they choose passwords.

use askama::Template;
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::response::Response;
use ledger_core::UserName;
use ledger_core::at_entry::users::{self, UserChange};
use ledger_core::at_entry::{Plan, Refusal};
use ledger_core::catalogue::Role;
use ledger_core::fold::{Fold, UserInfo};
use ledger_node::{Node, View};

use crate::admin::users::invitation;
use crate::api::{Named, PathOf};
use crate::headers::is_tls;
use crate::pages::edit::{EditField, Edits};
use crate::pages::form::{Fields, Form, problem};
use crate::pages::frame::Frame;
use crate::pages::visit::{Done, Visit};
use crate::problem::Problem;

const ADD: &str = "add";
const EDIT: &str = "edit";
const FIELDS: [&str; 4] = ["name", "role", "badge", "disabled"];

/// A link that was just made; it is shown this once.
#[derive(Debug, Clone)]
struct Link {
    user: String,
    url: String,
    expires: String,
}

#[derive(Template)]
#[template(path = "administration/users.html")]
struct UsersPage {
    frame: Frame,
    form: Form,
    users: Vec<UserInfo>,
    roles: [&'static str; 4],
    link: Option<Link>,
}

#[derive(Template)]
#[template(path = "administration/user.html")]
struct UserPage {
    frame: Frame,
    form: Form,
    user: UserInfo,
    roles: [&'static str; 4],
    name: EditField,
    role: EditField,
    badge: EditField,
    disabled: EditField,
}

fn users_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    link: Option<Link>,
) -> Result<UsersPage, Problem> {
    Ok(UsersPage {
        frame,
        form,
        users: view.fold().users(),
        roles: Role::ALL.map(Role::word),
        link,
    })
}

/// A user's fields as the form has them.
fn current(user: &UserInfo, field: &str) -> String {
    match field {
        "name" => user.name.clone(),
        "role" => user.role.word().to_owned(),
        "badge" => user
            .badge
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        _ => if user.disabled { "yes" } else { "" }.to_owned(),
    }
}

fn user_page(view: &View<'_>, frame: Frame, form: Form, name: &str) -> Result<UserPage, Problem> {
    let user = users::find(view.fold(), name)?;
    let field = |field: &str| EditField::of(&form, EDIT, field, &current(&user, field));
    Ok(UserPage {
        name: field("name"),
        role: field("role"),
        badge: field("badge"),
        disabled: field("disabled"),
        roles: Role::ALL.map(Role::word),
        frame,
        form,
        user,
    })
}

pub(super) async fn list(visit: Visit) -> Result<Response, Problem> {
    visit
        .page(|view, frame| users_page(view, frame, Form::default(), None))
        .await
}

pub(super) async fn show(visit: Visit, PathOf(name): PathOf<String>) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| user_page(view, frame, Form::default(), &name))
        .await
}

fn role_of(word: &str) -> Result<Role, Problem> {
    Role::from_word(word).ok_or_else(|| problem("unknown-role"))
}

/// Adds a user and shows the link, which stands in no address, no log and no session.
pub(super) async fn add(
    visit: Visit,
    headers: HeaderMap,
    fields: Fields,
) -> Result<Response, Problem> {
    let build = |view: &View<'_>, frame, form| users_page(view, frame, form, None);
    let change = role_of(fields.raw("role")).map(|role| UserChange {
        name: fields.text("name"),
        role: Some(role),
        badge: fields.text("badge").map(Some),
        archived: None,
    });
    let user = fields.needed("user");
    let (change, user) = match (change, user) {
        (Ok(change), Ok(user)) => (change, user),
        (Err(problem), _) | (_, Err(problem)) => {
            return visit.again(ADD, fields, problem, build).await;
        }
    };
    let name = user.clone();
    let plan = move |fold: &Fold, _| users::add(fold, &name, &change);
    match visit.carry_out(&fields, Named::Nothing, plan).await {
        Ok(_) => show_link(visit, &headers, user).await,
        Err(problem) => visit.again(ADD, fields, problem, build).await,
    }
}

/// Makes a new link, for a forgotten password.
pub(super) async fn link(
    visit: Visit,
    headers: HeaderMap,
    PathOf(name): PathOf<String>,
) -> Result<Response, Problem> {
    show_link(visit, &headers, name).await
}

async fn show_link(visit: Visit, headers: &HeaderMap, user: String) -> Result<Response, Problem> {
    let url = own_url(headers);
    let made = visit.app.work(move |node: &Node| {
        let known = node.read(|fold| users::find(fold, &user))?;
        let (url, expires) = invitation(node, &known.user, &url)?;
        Ok::<_, Problem>(Link {
            user: known.name,
            url,
            expires,
        })
    });
    let link = made.await??;
    visit
        .on_page("/users")
        .page(move |view, frame| users_page(view, frame, Form::default(), Some(link)))
        .await
}

/// The address by which the browser reached this server.
pub(super) fn own_url(headers: &HeaderMap) -> String {
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let scheme = if is_tls(headers) { "https" } else { "http" };
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

pub(super) async fn save(
    visit: Visit,
    PathOf(name): PathOf<String>,
    fields: Fields,
) -> Result<Response, Problem> {
    let edits = Edits::of(&fields, &FIELDS);
    let done = Done::new("/users", "done-user").value("user", name.clone());
    let user = name.clone();
    let plan = move |fold: &Fold, _| change_plan(fold, &user, &edits);
    let build = move |view: &View<'_>, frame, form| user_page(view, frame, form, &name);
    visit
        .write((EDIT, fields), Named::Nothing, Ok((plan, done)), build)
        .await
}

fn change_plan(fold: &Fold, name: &str, edits: &Edits) -> Result<Plan, Refusal> {
    let user = users::find(fold, name)?;
    let changed = |field: &str| edits.change(field, &current(&user, field));
    let role = match changed("role")? {
        Some(word) => {
            let role = Role::from_word(&word);
            Some(role.ok_or_else(|| Refusal::new("unknown-role", ""))?)
        }
        None => None,
    };
    let disabled = changed("disabled")?.map(|text| !text.is_empty());
    let badge = changed("badge")?;
    let change = UserChange {
        name: changed("name")?,
        role,
        badge: badge.map(|badge| (!badge.is_empty()).then_some(badge)),
        archived: disabled,
    };
    let goes = disabled == Some(true) || role.is_some_and(|role| role < Role::Administrator);
    if goes && is_last_administrator(fold, &user.user) {
        return Err(Refusal::new("last-administrator", ""));
    }
    users::set(fold, name, &change)
}

/// Whether nobody else could let this user in again.
fn is_last_administrator(fold: &Fold, user: &UserName) -> bool {
    let users = fold.users();
    let is_in_charge = |known: &&UserInfo| known.role == Role::Administrator && !known.disabled;
    let mut in_charge = users.iter().filter(is_in_charge);
    in_charge.all(|known| known.user == *user)
}
