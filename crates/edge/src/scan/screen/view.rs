//! What the screen shows, as a value: all of it worked out before anything is drawn.

use scanning::Sign;

/// How a scan was answered; the words are those of `scan --stdin`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// The same code once more within the blink of an eye: not counted.
    Duplicate,
    /// Done, and on the disk.
    Ok,
    /// Done, and the person should look; or not done before they answer.
    Warn,
    /// Not done.
    Error,
}

impl Tone {
    pub(super) const fn of(sign: Sign) -> Self {
        match sign {
            Sign::Ok => Self::Ok,
            Sign::Warning => Self::Warn,
            Sign::Error => Self::Error,
        }
    }

    /// The word that people and sound programs get.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// How much there was and is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) before: String,
    pub(super) after: String,
}

/// The item that a scan was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) code: String,
    pub(super) name: String,
    /// Our own stock of it everywhere, where that changed.
    pub(super) on_hand: Option<Change>,
    /// What lies at the location, where that changed.
    pub(super) here: Option<Change>,
}

/// A scan with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answered {
    /// The time of day.
    pub(super) at: String,
    pub(super) tone: Tone,
    /// The code as it came.
    pub(super) scan: String,
    pub(super) says: String,
    /// Whose name stands at it.
    pub(super) user: String,
    pub(super) item: Option<Item>,
}

/// How it stands with the server, in the one word that is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// The device belongs to no server.
    Alone,
    /// It is being asked.
    Asking,
    /// In step, or on the way there.
    Online,
    /// It does not answer; this passes.
    Offline,
    /// Switched off by hand.
    Off,
    /// Somebody has to do something about it.
    Refused,
}

impl Link {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Alone => "no server",
            Self::Asking => "asking",
            Self::Online => "online",
            Self::Offline => "offline",
            Self::Off => "switched off",
            Self::Refused => "refused",
        }
    }
}

/// How it stands with scanners that are read by us or by a bridge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scanner {
    /// Nothing was heard yet.
    Asking,
    /// The last that was heard is good.
    There,
    /// Something has to be done before it scans.
    Missing,
}

impl Scanner {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Asking => "scanner?",
            Self::There => "scanner",
            Self::Missing => "no scanner",
        }
    }
}

/// The state of the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Status {
    /// How many entries are not sent.
    pub(super) pending: u64,
    /// How old the oldest of them is.
    pub(super) oldest: Option<String>,
    pub(super) link: Link,
    /// Why there is no connection, and when it is tried again; short.
    pub(super) why: Option<String>,
    /// The same in all its words.
    pub(super) why_whole: Option<String>,
    /// How long ago the last sync was.
    pub(super) synced: Option<String>,
    /// How long ago the last scan was.
    pub(super) scanned: Option<String>,
    /// How it stands with scanners besides the keyboard, where there shall be some.
    pub(super) scanner: Option<Scanner>,
}

/// The whole screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) mode: Option<&'static str>,
    pub(super) location: Option<String>,
    /// What the location is called.
    pub(super) location_name: String,
    /// What is worked off, such as `order S-1`.
    pub(super) document: Option<String>,
    /// Whose stock it is about, when it is not ours.
    pub(super) owner: Option<String>,
    /// The reason that holds.
    pub(super) reason: Option<String>,
    /// What to scan next.
    pub(super) prompt: String,
    /// What is typed and not yet ended.
    pub(super) typed: String,
    /// What is said quietly.
    pub(super) notice: Option<String>,
    /// The newest first.
    pub(super) answered: Vec<Answered>,
    /// What there is to do for it, the next first.
    pub(super) tasks: Vec<String>,
    pub(super) user: Option<String>,
    pub(super) device: String,
    pub(super) status: Status,
    /// Whether the keys are shown instead of the answers.
    pub(super) is_help: bool,
}
