//! The log as people search it: who did what, on which device, and when the server heard of it.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::document::Family;
use ledger_core::entry::{Content, Kind};
use ledger_core::{Code, EntryId, Origin, Timestamp};
use ledger_format::entry_bytes;
use serde::Serialize;
use serde_json::Value;

use super::device::{DeviceNames, writer};
use super::{Deed, View, entry_json, time_text};
use crate::NodeError;
use crate::node::Node;

/// Entries that one search reads before it gives what it found and where it stopped: about a second
/// where each lies in a packed block.
const READ_MAX: usize = 5_000;

/// A group of kinds of entries that a search can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogGroup {
    /// Movements, counts and reversals.
    Stock,
    /// Stocktakes.
    Stocktakes,
    /// Orders.
    Orders,
    /// Bills of materials and production lots.
    Production,
    /// Purchase orders.
    Purchasing,
    /// Items, places, partners, codes and settings.
    Catalogue,
    /// Unknown codes and answers to exceptions.
    Scanning,
    /// Users, devices and what the server decided.
    Authority,
}

impl LogGroup {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Stock,
        Self::Stocktakes,
        Self::Orders,
        Self::Production,
        Self::Purchasing,
        Self::Catalogue,
        Self::Scanning,
        Self::Authority,
    ];

    /// The word of a group.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Stocktakes => "stocktakes",
            Self::Orders => "orders",
            Self::Production => "production",
            Self::Purchasing => "purchasing",
            Self::Catalogue => "catalogue",
            Self::Scanning => "scanning",
            Self::Authority => "authority",
        }
    }

    /// The group of that word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.word() == word)
    }

    /// The group that a kind belongs to; none for what devices say of themselves.
    const fn of(kind: Kind) -> Option<Self> {
        Some(match kind.0 {
            10..=19 => Self::Stock,
            20..=29 => Self::Stocktakes,
            30..=39 => Self::Orders,
            40..=49 => Self::Production,
            50..=59 => Self::Purchasing,
            60..=79 => Self::Catalogue,
            80..=89 => Self::Scanning,
            90..=99 => Self::Authority,
            _ => return None,
        })
    }
}

/// Which entries are shown; everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Names this item, place, person, order or other document, or is this entry.
    pub about: Option<String>,
    /// Every word of it stands in what the writer said.
    pub search: Option<String>,
    /// Who wrote it: a user, or a device.
    pub user: Option<String>,
    /// Of a group of kinds.
    pub group: Option<LogGroup>,
    /// Not written before, by its device's clock.
    pub from: Option<Timestamp>,
    /// Written before, by its device's clock.
    pub until: Option<Timestamp>,
}

/// One entry in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditView {
    /// The entry.
    pub entry: String,
    /// Its central number, once it has one.
    pub number: Option<u64>,
    /// When it was written, by its device's clock.
    pub at: Option<String>,
    /// When the central server numbered it.
    pub reached: Option<String>,
    /// Who: a user's name, or `device:NAME`.
    pub user: String,
    /// On which device.
    pub device: String,
    /// The entry's kind.
    pub kind: String,
    /// What was done, where one line tells it.
    #[serde(skip)]
    pub deed: Option<Deed>,
    /// Everything that its writer said.
    pub said: Value,
}

/// A part of the log, in the order in which it reached the central server, newest first.
#[derive(Debug, Clone, Default)]
pub struct AuditPage {
    /// The entries.
    pub rows: Vec<AuditView>,
    /// The entry behind which the next part begins; none when this is the last.
    pub next: Option<EntryId>,
    /// How many entries were read, where a search ended before its page was full.
    pub searched: Option<usize>,
}

impl AuditFilter {
    fn is_set(&self) -> bool {
        self.about.is_some()
            || self.search.is_some()
            || self.user.is_some()
            || self.group.is_some()
            || self.from.is_some()
            || self.until.is_some()
    }

    fn takes_time(&self, at: Option<Timestamp>) -> bool {
        self.from.is_none_or(|from| at.is_some_and(|at| at >= from))
            && self
                .until
                .is_none_or(|until| at.is_some_and(|at| at < until))
    }

    fn takes_kind(&self, kind: Option<Kind>) -> bool {
        self.group
            .is_none_or(|wanted| kind.and_then(LogGroup::of) == Some(wanted))
    }
}

/// What a search needs besides the entries, looked up once.
struct Search<'a> {
    filter: &'a AuditFilter,
    /// All that the thing is called that entries are to be about.
    names: Option<BTreeSet<String>>,
    devices: BTreeMap<Origin, String>,
}

impl Search<'_> {
    fn takes(&self, id: EntryId, content: &Content) -> bool {
        let kind = match content {
            Content::Known(entry) => Some(entry.body.kind()),
            Content::Newer { kind, .. } => Some(*kind),
            Content::Bad { .. } => None,
        };
        self.filter.takes_kind(kind)
            && self.filter.takes_time(content.time())
            && self.takes_writer(id, content)
            && self.takes_said(id, content)
    }

    fn takes_writer(&self, id: EntryId, content: &Content) -> bool {
        let Some(wanted) = &self.filter.user else {
            return true;
        };
        let user = match content {
            Content::Known(entry) => entry.user.as_ref().map(ToString::to_string),
            Content::Newer { .. } | Content::Bad { .. } => None,
        };
        let device = self.devices.get(&id.origin);
        let is = |name: &String| name.to_lowercase() == wanted.to_lowercase();
        user.as_ref().is_some_and(is) || device.is_some_and(is)
    }

    fn takes_said(&self, id: EntryId, content: &Content) -> bool {
        if self.names.is_none() && self.filter.search.is_none() {
            return true;
        }
        let mut said = Vec::new();
        texts_in(&entry_json(id, content), &mut said);
        let is_named = self
            .names
            .as_ref()
            .is_none_or(|names| said.iter().any(|text| names.contains(text)));
        is_named
            && self.filter.search.as_ref().is_none_or(|search| {
                let mut words = search.split_whitespace().map(str::to_lowercase);
                words.all(|word| said.iter().any(|text| text.contains(&word)))
            })
    }
}

/// All texts that stand in a value, in small letters.
fn texts_in(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.to_lowercase()),
        Value::Array(values) => values.iter().for_each(|value| texts_in(value, texts)),
        Value::Object(object) => object.values().for_each(|value| texts_in(value, texts)),
        Value::Number(number) => texts.push(number.to_string()),
        Value::Null | Value::Bool(_) => {}
    }
}

impl Node {
    /// What a reader makes of an entry, if it is here.
    pub(crate) fn content(&self, id: EntryId) -> Result<Option<Content>, NodeError> {
        let bytes = self.store().entry(id)?;
        Ok(bytes.map(|bytes| entry_bytes::decode(&bytes)))
    }

    /// The newest entries that pass the filter, behind one. The entries are read without the
    /// node's lock, so that a long search holds up nobody.
    pub fn audit(
        &self,
        filter: &AuditFilter,
        behind: Option<EntryId>,
        limit: usize,
    ) -> Result<AuditPage, NodeError> {
        let (ids, search) = {
            let view = self.view();
            let ids: Vec<EntryId> = view
                .newest_first(behind)
                .take(READ_MAX.saturating_add(1))
                .collect();
            (ids, view.audit_search(filter))
        };
        let mut found = Vec::new();
        let mut read = 0_usize;
        for id in ids.iter().take(READ_MAX) {
            if found.len() >= limit {
                break;
            }
            read = read.saturating_add(1);
            if let Some(content) = self.content(*id)?
                && search.takes(*id, &content)
            {
                found.push((*id, content));
            }
        }
        let next = (read < ids.len()).then(|| ids.get(read.checked_sub(1)?).copied());
        let is_short = found.len() < limit && filter.is_set();
        let view = self.view();
        let mut names = DeviceNames::new(view.fold());
        let rows = found.into_iter();
        Ok(AuditPage {
            rows: rows
                .map(|(id, content)| view.audit_row(id, &content, &mut names))
                .collect(),
            next: next.flatten(),
            searched: (is_short && read < ids.len()).then_some(read),
        })
    }
}

impl View<'_> {
    fn audit_search<'a>(&self, filter: &'a AuditFilter) -> Search<'a> {
        let mut names = DeviceNames::new(self.fold());
        let origins = self.all_origins().into_iter();
        Search {
            filter,
            names: filter.about.as_deref().map(|about| self.all_names(about)),
            devices: origins.map(|origin| (origin, names.of(origin))).collect(),
        }
    }

    /// All that a thing may be called in entries: its code, those of items that were merged with
    /// it, and the entries that began documents of this number.
    fn all_names(&self, about: &str) -> BTreeSet<String> {
        let fold = self.fold();
        let mut names = BTreeSet::from([about.trim().to_lowercase()]);
        let Ok(code) = Code::new(about) else {
            return names;
        };
        let item = self.find_item(about).unwrap_or_else(|_| code.clone());
        names.extend(
            fold.aliases(&item)
                .iter()
                .map(|code| code.to_string().to_lowercase()),
        );
        for family in [
            Family::Order,
            Family::Lot,
            Family::Purchase,
            Family::Stocktake,
        ] {
            let begun = fold.documents_numbered(family, &code).into_iter();
            names.extend(begun.map(|id| id.to_string()));
        }
        names
    }

    fn audit_row(&self, id: EntryId, content: &Content, names: &mut DeviceNames<'_>) -> AuditView {
        let device = names.of(id.origin);
        let said = entry_json(id, content);
        let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
        AuditView {
            entry: id.to_string(),
            number: self.fold().central_number(id),
            at: content.time().map(time_text),
            reached: self.fold().numbered_at(id).map(time_text),
            user: writer(text("user").as_deref(), &device),
            device,
            kind: text("kind").unwrap_or_default(),
            deed: match content {
                Content::Known(entry) => self.deed(entry),
                Content::Newer { .. } | Content::Bad { .. } => None,
            },
            said,
        }
    }

    /// The entry with a central number; none when it is not known here.
    pub fn entry_numbered(&self, number: u64) -> Result<Option<EntryId>, NodeError> {
        let runs = self.node().store().runs_from(number, 1)?;
        let run = runs
            .first()
            .filter(|run| (run.first..=run.last()).contains(&number));
        Ok(run.map(|run| EntryId {
            origin: run.origin,
            seq: run
                .first_seq
                .saturating_add(number.saturating_sub(run.first)),
        }))
    }

    /// One entry with everything that its writer said; none when it is not here.
    pub fn audited(&self, id: EntryId) -> Result<Option<AuditView>, NodeError> {
        let content = self.node().content(id)?;
        let mut names = DeviceNames::new(self.fold());
        Ok(content.map(|content| self.audit_row(id, &content, &mut names)))
    }
}
