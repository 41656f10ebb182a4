//! What an administrator can ask of a server, and the doing of it.

use std::path::PathBuf;

use ledger_core::UserName;
use ledger_core::catalogue::Role;
use ledger_node::{EnrolText, NewCode, Node, time_text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::devices;
use super::users::{self, UserSaid};
use crate::fault::Fault;

/// How long a one-time code can be used.
pub(crate) const CODE_VALID_MILLIS: u64 = 24 * 60 * 60 * 1000;

/// One act, as it is sent through the socket.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Act {
    /// Where does it listen?
    Where,
    DeviceCode {
        name: Option<String>,
        role: Option<String>,
        url: Option<String>,
    },
    DeviceList,
    DeviceRevoke {
        name: String,
        last: Option<u64>,
        note: Option<String>,
    },
    DeviceDecide {
        origin: String,
        admits: bool,
        note: Option<String>,
    },
    TokenCreate {
        name: Option<String>,
        role: String,
    },
    UserAdd {
        user: String,
        said: UserSaid,
        url: Option<String>,
    },
    UserList,
    UserSet {
        user: String,
        said: UserSaid,
        new_link: bool,
        url: Option<String>,
    },
    Verify,
    /// Write what is known here into this file; the path is absolute.
    WriteSyncFile {
        file: PathBuf,
    },
    /// Take what is new from this file; the path is absolute.
    ReadSyncFile {
        file: PathBuf,
    },
    /// Write a backup into this file; the path is absolute.
    Backup {
        file: PathBuf,
    },
}

impl Act {
    /// Does it, on a node that is served at this address.
    pub(super) fn run(&self, node: &Node, served_at: &str) -> Result<Value, Fault> {
        match self {
            Self::Where => {
                let pin = node.served_pin().map(|pin| pin.to_string());
                Ok(json!({ "url": served_at, "pin": pin }))
            }
            Self::DeviceCode { name, role, url } => {
                let role = role.as_deref().map(role_of).transpose()?;
                let url = url.as_deref().unwrap_or(served_at);
                device_code(node, name.as_deref(), role, url)
            }
            Self::DeviceList => shape(node.view().devices()),
            Self::DeviceRevoke { name, last, note } => {
                devices::revoke_device(node, name, *last, note.as_deref())
            }
            Self::DeviceDecide {
                origin,
                admits,
                note,
            } => devices::decide_origin(node, origin, *admits, note.as_deref()),
            Self::TokenCreate { name, role } => {
                let role = role_of(role)?;
                let name = match name {
                    Some(name) => name.trim().to_owned(),
                    None => format!("{}-{}", role.word(), suffix()?),
                };
                // What it writes bears its name.
                UserName::new(&format!("token:{name}"))
                    .map_err(|error| Fault::new("bad-token-name", error.to_string()))?;
                let token = node.new_token(&name, role)?;
                Ok(json!({ "token": token, "name": name, "role": role.word() }))
            }
            Self::UserAdd { user, said, url } => {
                users::add_user(node, user, said, url.as_deref().unwrap_or(served_at))
            }
            Self::UserList => shape(users::list_users(node)),
            Self::UserSet {
                user,
                said,
                new_link,
                url,
            } => {
                let url = url.as_deref().unwrap_or(served_at);
                users::set_user(node, user, said, new_link.then_some(url))
            }
            Self::Verify => shape(node.verify(&mut |_| {})?),
            Self::WriteSyncFile { file } => shape(node.write_sync_file(file, &mut |_| {})?),
            Self::ReadSyncFile { file } => shape(node.read_sync_file(file, &mut |_| {})?),
            Self::Backup { file } => shape(node.backup(file, &mut |_| {})?),
        }
    }
}

fn device_code(
    node: &Node,
    name: Option<&str>,
    role: Option<Role>,
    url: &str,
) -> Result<Value, Fault> {
    let made = node.new_enrol_code(name, role, CODE_VALID_MILLIS)?;
    let text = enrol_text(node, url, &made);
    Ok(json!({
        "code": made.code,
        "url": text.url,
        "pin": text.pin.map(|pin| pin.to_string()),
        "qr": text.to_string(),
        "expires": time_text(made.expires),
        "role": made.role.word(),
    }))
}

/// What the QR of a code says: the pin too, where this server speaks TLS itself.
pub(crate) fn enrol_text(node: &Node, url: &str, made: &NewCode) -> EnrolText {
    let url = url.trim_end_matches('/').to_owned();
    let pin = node.served_pin().filter(|_| url.starts_with("https://"));
    EnrolText {
        url,
        pin,
        code: Some(made.code.clone()),
    }
}

pub(super) fn role_of(word: &str) -> Result<Role, Fault> {
    let unknown = || Fault::new("unknown-role", format!("there is no role {word:?}"));
    Role::from_word(word).ok_or_else(unknown)
}

/// Tells tokens apart that nobody named.
fn suffix() -> Result<String, Fault> {
    let mut bytes = [0; 3];
    getrandom::fill(&mut bytes).map_err(|error| Fault::system("making a name", &error))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

pub(super) fn shape(value: impl Serialize) -> Result<Value, Fault> {
    serde_json::to_value(value).map_err(|error| Fault::system("writing JSON", &error))
}
