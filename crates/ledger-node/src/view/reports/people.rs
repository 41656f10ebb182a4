//! Who did how much: transactions by person and device, day by day. A device by itself, where nobody
//! was logged in, stands for itself.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::{Origin, Timestamp, UserName};
use serde::Serialize;

use super::{Counts, Report, ReportTime, Told};
use crate::view::device::{DeviceNames, writer};
use crate::view::{View, time_text};

/// Who did how much in a time.
#[derive(Debug, Clone)]
pub struct PeopleReport {
    /// Each person at each device, those who did most first.
    pub rows: Vec<PersonRow>,
    /// The same day by day, where anything was done.
    pub days: Vec<PersonDay>,
}

/// What somebody did at a device.
#[derive(Debug, Clone, Serialize)]
pub struct PersonRow {
    /// Who: a user's name, or `device:NAME`.
    pub user: String,
    /// On which device.
    pub device: String,
    /// Transactions, each once.
    pub transactions: u64,
    /// By what they did.
    #[serde(flatten)]
    pub counts: Counts,
    /// On how many days.
    pub days: usize,
    /// The last of them.
    pub last: String,
}

/// What somebody did at a device on a day.
#[derive(Debug, Clone, Serialize)]
pub struct PersonDay {
    /// The day, `YYYY-MM-DD`.
    pub day: String,
    /// Who: a user's name, or `device:NAME`.
    pub user: String,
    /// On which device.
    pub device: String,
    /// Transactions, each once.
    pub transactions: u64,
    /// By what they did.
    #[serde(flatten)]
    pub counts: Counts,
}

/// What was done by one writer: by day, and when last.
#[derive(Debug, Clone, Default)]
struct Work {
    days: BTreeMap<usize, Counts>,
    last: Timestamp,
}

/// Adds up who did what.
#[derive(Debug, Clone)]
pub struct People {
    time: ReportTime,
    work: BTreeMap<(Origin, Option<UserName>), Work>,
}

impl People {
    pub(super) const fn new(time: ReportTime) -> Self {
        Self {
            time,
            work: BTreeMap::new(),
        }
    }
}

impl Report for People {
    type Said = PeopleReport;

    fn take(&mut self, told: &Told<'_>) {
        for taken in told.taken(&self.time) {
            let id = taken.transaction.id;
            let writer = (id.origin, told.fold.user_of(id).cloned());
            let work = self.work.entry(writer).or_default();
            work.days.entry(taken.part).or_default().note(taken.kind);
            work.last = work.last.max(taken.transaction.at);
        }
    }

    fn said(self, view: &View<'_>, _: String) -> PeopleReport {
        let mut names = DeviceNames::new(view.fold());
        // A device has several origins when its store was copied or restored.
        let mut people: BTreeMap<(String, String), Work> = BTreeMap::new();
        for ((origin, user), work) in self.work {
            let device = names.of(origin);
            let user = writer(user.as_ref(), &device);
            let person = people.entry((user, device)).or_default();
            person.last = person.last.max(work.last);
            for (part, counts) in work.days {
                let day = person.days.entry(part).or_default();
                *day = day.plus(counts);
            }
        }
        let mut days: BTreeSet<(usize, usize)> = BTreeSet::new();
        let mut rows = Vec::with_capacity(people.len());
        let people: Vec<_> = people.into_iter().collect();
        for (at, ((user, device), work)) in people.iter().enumerate() {
            days.extend(work.days.keys().map(|part| (*part, at)));
            let all = work.days.values().copied();
            let counts = all.fold(Counts::default(), Counts::plus);
            rows.push(PersonRow {
                user: user.clone(),
                device: device.clone(),
                transactions: counts.total(),
                counts,
                days: work.days.len(),
                last: time_text(work.last),
            });
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.transactions));
        let names: Vec<&String> = self.time.names().collect();
        let day = |(part, at): (usize, usize)| {
            let ((user, device), work) = people.get(at)?;
            let counts = *work.days.get(&part)?;
            Some(PersonDay {
                day: (*names.get(part)?).clone(),
                user: user.clone(),
                device: device.clone(),
                transactions: counts.total(),
                counts,
            })
        };
        PeopleReport {
            rows,
            days: days.into_iter().filter_map(day).collect(),
        }
    }
}
