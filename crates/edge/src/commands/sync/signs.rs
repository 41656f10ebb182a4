//! By what a watch notices, with the store closed, that somebody wrote or that the network is
//! another one: the times and lengths of files, and what Linux says of its routes.
//!
//! A sign says that something happened, never what; a false one costs a sync that has nothing to
//! do.

use std::fs::{self, Metadata};
use std::path::Path;
use std::time::SystemTime;

use ledger_node::Node;

/// Where Linux tells routes and addresses. Where there are no such files, only the server's silence
/// tells that the network has gone.
const NETWORK: [&str; 2] = ["/proc/net/route", "/proc/net/if_inet6"];

/// When a file was changed, and how long it is.
type Sign = (String, Option<SystemTime>, u64);

/// What the store's journal and keys look like from outside.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Signs {
    journal: Vec<Sign>,
    keys: Option<Sign>,
}

fn sign(name: String, file: &Metadata) -> Sign {
    (name, file.modified().ok(), file.len())
}

fn signs_in(dir: &Path) -> Vec<Sign> {
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut signs: Vec<Sign> = files
        .filter_map(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            Some(sign(name, &file.metadata().ok()?))
        })
        .collect();
    signs.sort();
    signs
}

impl Signs {
    /// Of a node's directory, as they are now.
    pub(super) fn of(store: &Path) -> Self {
        let keys = fs::metadata(Node::keys_file(store)).ok();
        Self {
            journal: signs_in(&Node::journal_dir(store)),
            keys: keys.map(|keys| sign(String::new(), &keys)),
        }
    }

    /// Whether somebody wrote since.
    pub(super) fn wrote(&self, now: &Self) -> bool {
        self.journal != now.journal
    }

    /// Whether the keys were changed since.
    pub(super) fn keys_changed(&self, now: &Self) -> bool {
        self.keys != now.keys
    }
}

/// What the system says of its networks; equal while they are.
pub(super) fn network() -> String {
    let said = NETWORK
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok());
    said.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_file_a_new_one_and_other_keys_are_signs() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Node::journal_dir(dir.path());
        fs::create_dir_all(&journal).unwrap();
        let bare = Signs::of(dir.path());
        assert_eq!(bare, Signs::of(dir.path()));
        fs::write(journal.join("1.seg"), "a").unwrap();
        let one = Signs::of(dir.path());
        assert!(bare.wrote(&one) && !bare.keys_changed(&one));
        fs::write(journal.join("1.seg"), "ab").unwrap();
        assert!(one.wrote(&Signs::of(dir.path())));
        let before = Signs::of(dir.path());
        fs::write(Node::keys_file(dir.path()), "{}").unwrap();
        let after = Signs::of(dir.path());
        assert!(before.keys_changed(&after) && !before.wrote(&after));
    }
}
