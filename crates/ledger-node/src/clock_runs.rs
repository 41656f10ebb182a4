//! Runs of a device's clock: marks where one ends, and what the central server finds out about
//! wrong ones (F1).
//!
//! A wall clock is set by people, by networks and by flat batteries. Between two such moments it
//! runs evenly, so one comparison with the server's clock tells how wrong all entries of a run
//! are. A device marks in its log where a run begins: when its wall clock stepped against the
//! clock that counts since the machine started, and when the machine was started. The server
//! compares at each contact, and writes a fix for the runs whose entries arrive, as far back as
//! steps tell how they hang together.

use ledger_core::entry::{Body, ClockMark, Content, TimeFix};
use ledger_core::{EntryId, Origin, Timestamp};
use ledger_format::entry_bytes;
use ledger_store::{Group, Note, Record};

use crate::clock::Uptime;
use crate::error::NodeError;
use crate::node::{Actor, Node};

/// Note under which is kept what both clocks showed when the present run began.
const NOTE: &str = "clock-run";
/// How far a wall clock may move against the other one before that is a step.
const STEP_MILLIS: u64 = 2_000;
/// How far a clock may be off before its entries' times are put right.
const OFF_MILLIS: u64 = 5_000;
/// By how much a comparison may be wrong: the message takes its time.
const UNCERTAINTY_MILLIS: u64 = 2_000;

/// What both clocks showed at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Begun {
    wall: Timestamp,
    up: Uptime,
}

impl Begun {
    fn text(self) -> String {
        let Uptime { boot, millis } = self.up;
        format!("{boot:x} {millis} {}", self.wall.millis())
    }

    fn of_text(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let boot = u64::from_str_radix(words.next()?, 16).ok()?;
        let millis = words.next()?.parse().ok()?;
        let wall = Timestamp::from_millis(words.next()?.parse().ok()?);
        Some(Self {
            wall,
            up: Uptime { boot, millis },
        })
    }

    /// The step of the wall clock since then; 0 when the machine was started since, none when it
    /// ran evenly.
    fn step_to(self, now: Self) -> Option<i64> {
        if self.up.boot != now.up.boot {
            return Some(0);
        }
        let signed = |millis: u64| i64::try_from(millis).unwrap_or(i64::MAX);
        let by_wall = signed(now.wall.millis()).saturating_sub(signed(self.wall.millis()));
        let by_up = signed(now.up.millis).saturating_sub(signed(self.up.millis));
        let step = by_wall.saturating_sub(by_up);
        (step.unsigned_abs() > STEP_MILLIS).then_some(step)
    }
}

/// Entries of a chain that arrived from a device whose clock was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrived {
    pub(crate) chain: Origin,
    /// The first that is new here.
    pub(crate) first_seq: u64,
    /// The last that was written when the clock was compared.
    pub(crate) last_seq: u64,
    /// By how many milliseconds it was ahead of ours.
    pub(crate) ahead: i64,
}

impl Node {
    /// Marks in the own log that another run of the clock begins, when one does. The central
    /// server's clock is the one that others are compared with.
    pub(crate) fn mark_clock(&self) -> Result<(), NodeError> {
        let clock = &self.shared.clock;
        let Some(up) = clock.uptime() else {
            return Ok(());
        };
        let now = Begun {
            wall: clock.now(),
            up,
        };
        let mut inner = self.lock();
        if inner.central.is_some() {
            return Ok(());
        }
        inner.check_usable()?;
        let begun = match inner.clock_run {
            Some(begun) => Some(begun),
            None => {
                let note = self.store().note(NOTE)?;
                note.and_then(|text| Begun::of_text(&text))
            }
        };
        inner.clock_run = begun;
        let step = begun.map(|begun| begun.step_to(now));
        if step == Some(None) {
            return Ok(());
        }
        let mut group = Group::new();
        if let Some(Some(step_millis)) = step
            && inner.seq > 0
        {
            let mut writing = inner.begin(now.wall);
            let mark = Body::ClockMark(ClockMark { step_millis });
            inner.add(&mut writing, &Actor::default(), vec![mark])?;
            group = inner.group_of_own(writing);
        }
        group.push(Record::Note(Note {
            key: NOTE.to_owned(),
            value: now.text(),
        }));
        inner.clock_run = Some(now);
        let pending = self.store().append(group);
        drop(inner);
        let marked = self.wait(pending);
        if marked.is_err() {
            self.lock().clock_run = begun;
        }
        marked
    }

    /// On the central server: puts right the times of what just arrived and was written by a clock
    /// that is known to be off.
    pub(crate) fn fix_clocks(&self, arrived: &[Arrived]) -> Result<(), NodeError> {
        for arrived in arrived {
            let fixes = self.fixes(arrived)?;
            if !fixes.is_empty() {
                self.write_bodies(&Actor::default(), fixes)?;
            }
        }
        Ok(())
    }

    /// The fixes of the run in which a chain's last entries were written, and of those before it as
    /// far as they arrived and steps tell.
    fn fixes(&self, arrived: &Arrived) -> Result<Vec<Body>, NodeError> {
        let Arrived {
            chain,
            first_seq,
            last_seq,
            mut ahead,
        } = *arrived;
        let mut fixes = Vec::new();
        let mut runs = self.read(|fold| fold.clock_runs(chain));
        runs.retain(|run| run.first_seq <= last_seq);
        for run in runs.into_iter().rev() {
            let known = run.ahead_millis.unwrap_or(0);
            if known.abs_diff(ahead) > OFF_MILLIS {
                fixes.push(Body::TimeFixed(TimeFix {
                    run: run.begins,
                    ahead_millis: ahead,
                    uncertainty_millis: UNCERTAINTY_MILLIS,
                }));
            }
            // What lies before this run arrived earlier.
            if run.first_seq <= first_seq {
                break;
            }
            let mark = EntryId {
                origin: chain,
                seq: run.first_seq,
            };
            // After a start nobody knows how the clock stood before.
            let step = self.step_at(mark)?.filter(|step| *step != 0);
            let Some(step) = step else { break };
            ahead = ahead.saturating_sub(step);
        }
        Ok(fixes)
    }

    /// Whether the last own entry is a mark.
    pub(crate) fn ends_with_mark(&self) -> Result<bool, NodeError> {
        let (origin, seq) = {
            let inner = self.lock();
            (inner.keys.origin(), inner.seq)
        };
        Ok(self.step_at(EntryId { origin, seq })?.is_some())
    }

    fn step_at(&self, mark: EntryId) -> Result<Option<i64>, NodeError> {
        let bytes = self.store().entry(mark)?;
        let content = bytes.map(|bytes| entry_bytes::decode(&bytes));
        if let Some(Content::Known(entry)) = content
            && let Body::ClockMark(mark) = entry.body
        {
            return Ok(Some(mark.step_millis));
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]

    use super::*;

    fn at(boot: u64, up: u64, wall: u64) -> Begun {
        Begun {
            wall: Timestamp::from_millis(wall),
            up: Uptime { boot, millis: up },
        }
    }

    #[test]
    fn a_step_is_told_from_time_that_passes() {
        let begun = at(1, 10_000, 1_000_000);
        assert_eq!(begun.step_to(at(1, 70_000, 1_060_000)), None);
        assert_eq!(begun.step_to(at(1, 70_000, 1_061_999)), None);
        assert_eq!(begun.step_to(at(1, 70_000, 1_063_000)), Some(3_000));
        assert_eq!(begun.step_to(at(1, 70_000, 60_000)), Some(-1_000_000));
        assert_eq!(begun.step_to(at(2, 5, 1_060_000)), Some(0), "a start");
    }

    #[test]
    fn what_is_kept_is_read_back() {
        let begun = at(u64::MAX, 12_345, 1_790_000_000_000);
        assert_eq!(Begun::of_text(&begun.text()), Some(begun));
        for bad in ["", "1 2", "x 1 2", "1 y 2", "1 2 z"] {
            assert_eq!(Begun::of_text(bad), None, "{bad:?}");
        }
    }
}
