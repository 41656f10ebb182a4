//! What every command starts from: where the store is, who acts, and whether JSON is wanted.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger_core::UserName;
use ledger_node::{
    Actor, BackupReport, Diagnosis, Node, NodeError, NodeKind, Progress, RestoreReport,
    SystemClock, WallClock as _,
};
use serde::Serialize;
use serde_json::Value;

use crate::cli::Global;
use crate::progress::Bar;
use crate::report::{self, Answer, Failure};
use crate::turn;

/// The world of one run.
#[derive(Debug)]
pub(crate) struct Context {
    json: bool,
    store: Option<PathBuf>,
    user: Option<String>,
}

impl Context {
    /// Takes what was typed before or after the command.
    pub(crate) fn new(global: Global) -> Self {
        let Global { json, store, user } = global;
        Self { json, store, user }
    }

    /// Whether JSON is wanted.
    pub(crate) const fn json(&self) -> bool {
        self.json
    }

    /// The store's directory: as typed, of the environment, or in the user's data directory.
    pub(crate) fn store(&self) -> Result<PathBuf, Failure> {
        if let Some(store) = &self.store {
            return Ok(store.clone());
        }
        let folder = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let data = folder("XDG_DATA_HOME").map(PathBuf::from).or_else(|| {
            let home = folder("HOME").or_else(|| folder("USERPROFILE"))?;
            Some(Path::new(&home).join(".local").join("share"))
        });
        data.map(|data| data.join("stockledger").join("store"))
            .ok_or_else(|| {
                Failure::new("no-home", "there is no home directory to keep the store in")
                    .hint("name one with --store DIR")
            })
    }

    /// Makes a new store.
    pub(crate) fn init(&self, name: &str) -> Result<Node, Failure> {
        Ok(Node::init(
            &self.store()?,
            NodeKind::Handheld,
            name,
            Arc::new(SystemClock),
        )?)
    }

    /// Opens the store that is there.
    pub(crate) fn open(&self) -> Result<Node, Failure> {
        self.open_by(|store| {
            let bar = Bar::new(self.json);
            Node::open(
                store,
                NodeKind::Handheld,
                Arc::new(SystemClock),
                move |progress| {
                    bar.show(&progress);
                },
            )
        })
    }

    /// Opens the store that is there, with its index made anew.
    pub(crate) fn rebuild(&self) -> Result<Node, Failure> {
        self.open_by(|store| {
            let bar = Bar::new(self.json);
            Node::rebuild(
                store,
                NodeKind::Handheld,
                Arc::new(SystemClock),
                move |progress| {
                    bar.show(&progress);
                },
            )
        })
    }

    /// Backs up the store that another process has open.
    pub(crate) fn backup_beside(&self, file: &Path) -> Result<BackupReport, Failure> {
        let bar = Bar::new(self.json);
        let (store, now) = (self.store()?, SystemClock.now());
        Ok(Node::backup_beside(&store, file, now, &mut |progress| {
            bar.show(&progress);
        })?)
    }

    /// Makes the store of a backup.
    pub(crate) fn restore(&self, file: &Path) -> Result<RestoreReport, Failure> {
        let bar = Bar::new(self.json);
        let shown = move |progress: Progress| bar.show(&progress);
        let (store, kind) = (self.store()?, NodeKind::Handheld);
        Ok(Node::restore(file, &store, kind, shown)?)
    }

    /// Looks at the store without opening it, and mends it where that is asked for.
    pub(crate) fn doctor(&self, fix: bool) -> Result<Diagnosis, Failure> {
        let store = self.store()?;
        if !Node::exists(&store) {
            return Err(no_store(&store));
        }
        let bar = Bar::new(self.json);
        let now = SystemClock.now();
        let kind = NodeKind::Handheld;
        Ok(Node::doctor(&store, kind, now, fix, &mut |progress| {
            bar.show(&progress);
        })?)
    }

    /// Opens the store, and waits a little for a sync or another command that has it.
    fn open_by(&self, open: impl Fn(&Path) -> Result<Node, NodeError>) -> Result<Node, Failure> {
        let store = self.existing_store()?;
        let waits = || report::notice("a sync has the store: waiting for it to let go", self.json);
        let node = turn::patiently(&store, waits, || open(&store))?;
        self.tell_notices(&node);
        Ok(node)
    }

    /// Opens the store, unless another program has it.
    pub(crate) fn open_if_free(&self, store: &Path) -> Result<Node, NodeError> {
        let clock = Arc::new(SystemClock);
        let node = Node::open(store, NodeKind::Handheld, clock, |_| {})?;
        self.tell_notices(&node);
        Ok(node)
    }

    fn tell_notices(&self, node: &Node) {
        for notice in node.notices() {
            report::notice(&notice, self.json);
        }
    }

    /// The store's directory; refused where there is no store.
    pub(crate) fn existing_store(&self) -> Result<PathBuf, Failure> {
        let store = self.store()?;
        if Node::exists(&store) {
            Ok(store)
        } else {
            Err(no_store(&store))
        }
    }

    /// Who acts: whom the command names, or who is logged in.
    pub(crate) fn actor(&self) -> Result<Actor, Failure> {
        if self.user.is_none() {
            let user = ledger_node::logged_in(&self.store()?)?;
            return Ok(Actor { user });
        }
        let user = self.user.as_deref().map(UserName::new).transpose();
        let user = user.map_err(|error| {
            Failure::new(
                "bad-user",
                format!("the user's name is not usable: {error}"),
            )
        })?;
        Ok(Actor { user })
    }

    /// Answers with a view: as it is in JSON, or as people read it.
    pub(crate) fn answer(
        &self,
        view: &impl Serialize,
        told: impl FnOnce(&Value) -> String,
    ) -> Result<Answer, Failure> {
        let text = if self.json {
            serde_json::to_string(view).map_err(|error| unprintable(&error))?
        } else {
            told(&serde_json::to_value(view).map_err(|error| unprintable(&error))?)
        };
        Ok(Answer::new(text))
    }
}

fn unprintable(error: &serde_json::Error) -> Failure {
    Failure::new("internal", format!("the answer cannot be printed: {error}"))
}

fn no_store(store: &Path) -> Failure {
    Failure::new(
        "no-store",
        format!("there is no store in {}", store.display()),
    )
    .hint("make one with: stock init --name NAME")
}
