//! What may happen in a world.

/// What may happen in a world.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How many things people do at most.
    pub acts: u64,
    /// In some worlds they do less, down to a quarter of it.
    pub varied: bool,
    /// At most so many handhelds, at least two.
    pub handhelds: u64,
    /// How many troubles there are at most.
    pub troubles: u64,
    /// Some servers are restored from an older copy of their directory.
    pub restores: bool,
    /// Machines are turned back to an older image of their whole disk, which nothing on the disk can
    /// tell. What a handheld writes then is a branch; what a server numbers then is numbered anew.
    pub turned_back: bool,
    /// So many worlds of a hundred have hubs.
    pub hubs: u64,
    /// In some worlds the administrator gives roles, and revokes devices.
    pub administered: bool,
    /// Devices are copied, restored or speak another version, and requests are too large for some.
    pub copied: bool,
    /// In some worlds people carry files of sync about.
    pub sticks: bool,
    /// People say of some things that they happened earlier.
    pub said: bool,
    /// People plan: bills of materials, lots, purchase orders and stocktakes.
    pub plans: bool,
    /// Whether the story is told.
    pub loud: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            acts: 100,
            varied: true,
            handhelds: 4,
            troubles: 12,
            restores: true,
            turned_back: false,
            hubs: 33,
            administered: true,
            copied: true,
            sticks: true,
            said: true,
            plans: true,
            loud: false,
        }
    }
}

impl Options {
    /// A central server and its handhelds, and nothing that came to the worlds later: what a seed
    /// found there it finds again.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            varied: false,
            hubs: 0,
            administered: false,
            copied: false,
            sticks: false,
            said: false,
            plans: false,
            ..Self::default()
        }
    }

    /// Everything but plans, which came to the worlds later.
    #[must_use]
    pub fn without_plans() -> Self {
        Self {
            plans: false,
            ..Self::default()
        }
    }
}
