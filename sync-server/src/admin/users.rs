//! `user add | list | set | disable`: the people who use the ledger, and the links with which they
//! choose their passwords.

use ledger_core::UserName;
use ledger_core::at_entry::users::{self, UserChange};
use ledger_core::catalogue::Role;
use ledger_node::{Actor, Node, time_text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::act::{Act, role_of};
use super::{ask, text};
use crate::cli::{DataArgs, UserAddArgs, UserNameArgs, UserSetArgs};
use crate::fault::Fault;
use crate::report::Report;

/// How long a link can be used.
pub(crate) const LINK_VALID_MILLIS: u64 = 3 * 24 * 60 * 60 * 1000;

/// What is said about a user.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserSaid {
    role: Option<String>,
    name: Option<String>,
    /// Empty takes it away.
    badge: Option<String>,
    disabled: Option<bool>,
}

impl UserSaid {
    fn change(&self) -> Result<UserChange, Fault> {
        let badge = self.badge.clone();
        Ok(UserChange {
            name: self.name.clone(),
            role: self.role.as_deref().map(role_of).transpose()?,
            badge: badge.map(|code| (!code.trim().is_empty()).then_some(code)),
            archived: self.disabled,
        })
    }
}

/// `user add`.
pub(crate) fn add(arguments: UserAddArgs, report: Report) -> Result<(), Fault> {
    let act = Act::UserAdd {
        user: arguments.name,
        said: UserSaid {
            role: Some(arguments.role.word().to_owned()),
            name: arguments.full_name,
            badge: arguments.badge,
            disabled: None,
        },
        url: arguments.url,
    };
    let added = ask(&arguments.data.data, &act, report)?;
    report.result(&added, told);
    Ok(())
}

/// `user list`.
pub(crate) fn list(arguments: &DataArgs, report: Report) -> Result<(), Fault> {
    let users = ask(&arguments.data, &Act::UserList, report)?;
    report.result(&users, |users| {
        let rows = users.as_array().map(Vec::as_slice).unwrap_or_default();
        if rows.is_empty() {
            return "Nobody is there yet. Add somebody with: stock-server user add NAME --role ROLE"
                .to_owned();
        }
        let line = |row: &Value| {
            let disabled = row.get("disabled") == Some(&Value::Bool(true));
            let state = if disabled { "disabled" } else { "" };
            let (user, name, role) = (text(row, "user"), text(row, "name"), text(row, "role"));
            format!("{user:<20} {role:<14} {name:<24} {state}")
                .trim_end()
                .to_owned()
        };
        rows.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

/// `user set`.
pub(crate) fn set(arguments: UserSetArgs, report: Report) -> Result<(), Fault> {
    let act = Act::UserSet {
        user: arguments.name,
        said: UserSaid {
            role: arguments.role.map(|role| role.word().to_owned()),
            name: arguments.full_name,
            badge: arguments.badge,
            disabled: arguments.enable.then_some(false),
        },
        new_link: arguments.new_link,
        url: arguments.url,
    };
    let changed = ask(&arguments.data.data, &act, report)?;
    report.result(&changed, told);
    Ok(())
}

/// `user disable`.
pub(crate) fn disable(arguments: UserNameArgs, report: Report) -> Result<(), Fault> {
    let act = Act::UserSet {
        user: arguments.name,
        said: UserSaid {
            disabled: Some(true),
            ..UserSaid::default()
        },
        new_link: false,
        url: None,
    };
    let disabled = ask(&arguments.data.data, &act, report)?;
    report.result(&disabled, |row| {
        format!("{} is disabled.", text(row, "user"))
    });
    Ok(())
}

fn told(row: &Value) -> String {
    let mut told = format!("{}: {}", text(row, "user"), text(row, "role"));
    if let Some(url) = row.get("url").and_then(Value::as_str) {
        told.push_str(&format!(
            "\nThey choose a password at: {url}\nThe link works once, until {}.",
            text(row, "expires")
        ));
    }
    told
}

/// A user as the command prints one.
#[derive(Debug, Serialize)]
pub(super) struct UserRow {
    user: String,
    name: String,
    role: &'static str,
    disabled: bool,
    badge: Option<String>,
}

/// All users, by name.
pub(super) fn list_users(node: &Node) -> Vec<UserRow> {
    let users = node.read(ledger_core::fold::Fold::users);
    let row = |known: ledger_core::fold::UserInfo| UserRow {
        user: known.user.to_string(),
        name: known.name,
        role: known.role.word(),
        disabled: known.disabled,
        badge: known.badge.map(|badge| badge.to_string()),
    };
    users.into_iter().map(row).collect()
}

pub(super) fn add_user(
    node: &Node,
    user: &str,
    said: &UserSaid,
    url: &str,
) -> Result<Value, Fault> {
    let change = said.change()?;
    node.write(&Actor::default(), |fold| users::add(fold, user, &change))?;
    shown(node, user, Some(url))
}

pub(super) fn set_user(
    node: &Node,
    user: &str,
    said: &UserSaid,
    link_at: Option<&str>,
) -> Result<Value, Fault> {
    let change = said.change()?;
    let says_nothing = change.name.is_none()
        && change.role.is_none()
        && change.badge.is_none()
        && change.archived.is_none();
    if !says_nothing {
        node.write(&Actor::default(), |fold| users::set(fold, user, &change))?;
    } else if link_at.is_none() {
        return Err(
            Fault::new("nothing-to-change", "nothing is said to be changed")
                .hint("say what: --role, --full-name, --badge, --enable or --new-link"),
        );
    }
    shown(node, user, link_at)
}

/// A user as it is now, with a new link when one is wanted.
fn shown(node: &Node, user: &str, link_at: Option<&str>) -> Result<Value, Fault> {
    let known = node
        .read(|fold| users::find(fold, user))
        .map_err(ledger_node::NodeError::from)?;
    let mut row = json!({
        "user": known.user.as_str(),
        "name": known.name,
        "role": known.role.word(),
        "disabled": known.disabled,
    });
    if let (Some(url), Some(row)) = (link_at, row.as_object_mut()) {
        let link = invitation(node, &known.user, url)?;
        row.insert("url".to_owned(), link.0.into());
        row.insert("expires".to_owned(), link.1.into());
    }
    Ok(row)
}

/// A new one-time link for a user, and until when it works.
pub(crate) fn invitation(
    node: &Node,
    user: &UserName,
    url: &str,
) -> Result<(String, String), ledger_node::NodeError> {
    let made = node.invite(Some(user), LINK_VALID_MILLIS)?;
    let url = url.trim_end_matches('/');
    Ok((
        format!("{url}/invitation/{}", made.code),
        time_text(made.expires),
    ))
}

/// Whether there is an administrator who can log in. From then on nobody sets up by a link.
pub(crate) fn is_run(node: &Node) -> bool {
    let users = node.read(ledger_core::fold::Fold::users);
    users.iter().any(|known| {
        known.role == Role::Administrator
            && !known.disabled
            && node.password_of(&known.user).is_some()
    })
}

/// The one-time link for the first administrator; none once there is one.
pub(crate) fn setup_link(node: &Node, url: &str) -> Result<Option<String>, Fault> {
    if is_run(node) {
        return Ok(None);
    }
    let made = node.invite(None, LINK_VALID_MILLIS)?;
    Ok(Some(format!(
        "{}/setup/{}",
        url.trim_end_matches('/'),
        made.code
    )))
}
