//! The kinds of the campaign by name, and how much of each a whole campaign runs.

use super::trial::{Plan, Tally};

/// One kind.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// What `--kind` takes.
    pub name: &'static str,
    /// How many trials a campaign has when none are named.
    pub trials: u64,
    /// What is done to the stores.
    pub about: &'static str,
    /// Runs it.
    pub run: fn(&Plan) -> Tally,
}

/// All kinds, in the order in which a campaign runs them.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "kill",
        trials: 1000,
        about: "SIGKILL at random moments, of handhelds and servers",
        run: super::kill::run,
    },
    Kind {
        name: "pace",
        trials: 20,
        about: "SIGKILL while somebody scans twenty times a second",
        run: super::pace::run,
    },
    Kind {
        name: "rot",
        trials: 1000,
        about: "a flipped bit in any file of a store",
        run: super::rot::run,
    },
    Kind {
        name: "full",
        trials: 200,
        about: "a full disk, and space again",
        run: super::disk_full::run,
    },
    Kind {
        name: "faults",
        trials: 200,
        about: "failing syncs and writes, read-only file systems, missing permission",
        run: super::faults::run,
    },
    Kind {
        name: "power",
        trials: 5000,
        about: "simulated power loss at any moment of what the programs wrote",
        run: super::power::run,
    },
    Kind {
        name: "cut",
        trials: 200,
        about: "real power cuts of an ext4 file system",
        run: super::cut::run,
    },
    Kind {
        name: "copies",
        trials: 100,
        about: "stores that were copied or turned back",
        run: super::copies::run,
    },
    Kind {
        name: "ruin",
        trials: 20,
        about: "index or journal of 100,000 entries deleted, cut, garbage, locked up",
        run: super::ruin::run,
    },
    Kind {
        name: "planted",
        trials: 60,
        about: "programs with a planted bug, which must be noticed",
        run: super::planted::run,
    },
];
