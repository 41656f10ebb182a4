//! Users at entry: only the central server writes them, and only from there they count.

use super::{Plan, Refusal, checked_text, did_you_mean, nearest};
use crate::catalogue::{CatalogueWrite, Class, Role, Subject, Value, key};
use crate::code::{Barcode, Code, UserName};
use crate::entry::Body;
use crate::fold::{Fold, RESERVED, UserInfo};

/// What is said about a user; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    /// The name people read.
    pub name: Option<String>,
    /// What the user may do.
    pub role: Option<Role>,
    /// The code on the badge; `Some(None)` takes it away.
    pub badge: Option<Option<String>>,
    /// Whether the user is disabled.
    pub archived: Option<bool>,
}

/// Makes a user. A name that is known is refused. A user without a role may only look.
pub fn add(fold: &Fold, user: &str, change: &UserChange) -> Result<Plan, Refusal> {
    let (name, code) = name_of(user)?;
    if fold.user(&name).is_some() {
        let text = format!("there is already a user {name}");
        return Err(
            Refusal::new("user-exists", text).hint("change the user, or choose another name")
        );
    }
    let shown = change.name.clone().unwrap_or_else(|| user.to_owned());
    let change = UserChange {
        name: Some(shown),
        role: change.role.or(Some(Role::Viewer)),
        ..change.clone()
    };
    plan(fold, &name, code, &change)
}

/// Changes a user.
pub fn set(fold: &Fold, user: &str, change: &UserChange) -> Result<Plan, Refusal> {
    let name = find(fold, user)?.user;
    let (name, code) = name_of(name.as_str())?;
    plan(fold, &name, code, change)
}

/// The user of a name; an unknown one is refused with the nearest names.
pub fn find(fold: &Fold, user: &str) -> Result<UserInfo, Refusal> {
    let known = UserName::new(user).ok();
    let known = known.and_then(|name| fold.user(&name));
    known.ok_or_else(|| unknown(fold, user))
}

pub(super) fn unknown(fold: &Fold, user: &str) -> Refusal {
    let users = fold.users();
    let near = nearest(user, users.iter().map(|known| known.user.as_str()));
    let refusal = Refusal::new("unknown-user", format!("there is no user {user:?}"));
    let hint = "make it at the server with: stock-server user add NAME --role ROLE";
    did_you_mean(refusal, &near, hint.to_owned())
}

fn name_of(text: &str) -> Result<(UserName, Code), Refusal> {
    let bad =
        |why: String| Refusal::new("bad-user", format!("the user's name is not usable: {why}"));
    let name = UserName::new(text).map_err(|error| bad(error.to_string()))?;
    if name.as_str().contains(RESERVED) {
        return Err(bad(format!("{name} has a {RESERVED:?} in it"))
            .hint("such names stand for tokens and devices"));
    }
    let code = Code::new(name.as_str()).map_err(|error| bad(error.to_string()))?;
    Ok((name, code))
}

fn plan(fold: &Fold, name: &UserName, code: Code, change: &UserChange) -> Result<Plan, Refusal> {
    let mut write = CatalogueWrite::new(Class::User, code.clone());
    if let Some(shown) = &change.name {
        write = write.with(key::NAME, Value::text(&checked_text(shown, "name")?));
    }
    if let Some(role) = change.role {
        write = write.with(key::ROLE, Value::Int(role.number()));
    }
    if let Some(archived) = change.archived {
        write = write.with(key::ARCHIVED, Value::Bool(archived));
    }
    if let Some(badge) = &change.badge {
        let badge = badge.as_deref().map(|text| badge_of(fold, name, text));
        let value = badge
            .transpose()?
            .map_or(Value::Nil, |badge| Value::text(badge.as_str()));
        write = write.with(key::BADGE, value);
    }
    if write.fields.is_empty() {
        return Err(Refusal::new(
            "nothing-to-set",
            format!("nothing is said about {name}"),
        ));
    }
    Ok(Plan::new(
        Subject::new(Class::User, code),
        vec![Body::Set(write)],
    ))
}

/// The code of a badge, which no other user may have.
fn badge_of(fold: &Fold, name: &UserName, text: &str) -> Result<Barcode, Refusal> {
    let badge = Barcode::new(text)
        .map_err(|error| Refusal::new("bad-code", format!("the badge is not usable: {error}")))?;
    let other = fold
        .users()
        .into_iter()
        .find(|user| user.user != *name && user.badge.as_ref() == Some(&badge));
    match other {
        None => Ok(badge),
        Some(other) => {
            let text = format!("the badge {badge} is that of {}", other.user);
            Err(Refusal::new("duplicate-badge", text).hint("take it away from that user first"))
        }
    }
}
