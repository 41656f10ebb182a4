//! Who is logged in on this device: one line in a small synced file beside the keys. It is not in
//! the log, and no other device knows of it; what is written says who wrote it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use ledger_core::UserName;
use ledger_core::at_entry::{Refusal, users};
use ledger_core::fold::{Fold, RESERVED};
use ledger_store::Disk;

use crate::error::NodeError;
use crate::node::Node;

const FILE: &str = "login";

/// Who is logged in on the device with this store; none when it acts by itself.
pub fn logged_in(store: &Path) -> Result<Option<UserName>, NodeError> {
    let path = store.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) if source.kind() != ErrorKind::InvalidData => {
            return Err(NodeError::File { path, source });
        }
        Err(_) => String::new(),
    };
    let name = text.strip_suffix('\n').and_then(UserName::from_normalised);
    name.map(Some).ok_or_else(|| {
        Refusal::new("bad-login", "the note of who is logged in cannot be read")
            .hint("log in again, with: stock login USER; or log out, with: stock logout")
            .into()
    })
}

/// The user of a typed name or a badge's code, and what the person should know. An unknown user is
/// refused where the ledger knows any.
pub fn user_to_log_in(fold: &Fold, text: &str) -> Result<(UserName, Option<String>), Refusal> {
    let known = users::find(fold, text);
    let known = known.or_else(|unknown| fold.user_of_badge(text).ok_or(unknown));
    let unknown = match known {
        Ok(user) if user.disabled => {
            let text = format!("the user {} is disabled", user.user);
            return Err(Refusal::new("user-disabled", text)
                .hint("an administrator can take the user into use again, at the server"));
        }
        Ok(user) => return Ok((user.user, None)),
        Err(unknown) => unknown,
    };
    if !fold.users().is_empty() {
        return Err(unknown);
    }
    let bad =
        |why: String| Refusal::new("bad-user", format!("the user's name is not usable: {why}"));
    let name = UserName::new(text).map_err(|error| bad(error.to_string()))?;
    if name.as_str().contains(RESERVED) {
        return Err(bad(format!("{name} has a {RESERVED:?} in it"))
            .hint("such names stand for tokens and devices"));
    }
    let warning = format!(
        "this ledger knows no users yet, so nobody can say whether {name} is one: the name is \
         written down, and the device's own role decides"
    );
    Ok((name, Some(warning)))
}

impl Node {
    /// Logs a user in on this device, by name or badge; durable on return. Gives the user, and what
    /// the person should know.
    pub fn log_in(&self, text: &str) -> Result<(UserName, Option<String>), NodeError> {
        let (user, warning) = self.read(|fold| user_to_log_in(fold, text))?;
        let line = format!("{user}\n");
        self.change_login(|path| Disk::new().replace(path, line.as_bytes()))?;
        Ok((user, warning))
    }

    /// From now on the device acts by itself.
    pub fn log_out(&self) -> Result<(), NodeError> {
        self.change_login(|path| Disk::new().take_away(path).map(|_was_there| ()))
    }

    fn change_login(
        &self,
        change: impl FnOnce(&Path) -> std::io::Result<()>,
    ) -> Result<(), NodeError> {
        let inner = self.lock();
        let Some(store) = inner.keys.dir() else {
            return Ok(());
        };
        let path = store.join(FILE);
        change(&path).map_err(|source| NodeError::File { path, source })
    }
}
