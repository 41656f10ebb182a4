//! One person's desk: where the session stands, what it answered, and what it wrote.

use std::collections::VecDeque;

use chrono::{DateTime, Datelike as _};
use codes::reading::Setting;
use ledger_core::at_entry::{self, About, Plan, Refusal};
use ledger_core::catalogue::Class;
use ledger_core::entry::{IdempotencyKey, Particulars};
use ledger_core::fold::Fold;
use ledger_core::{EntryId, Timestamp, UserName};
use ledger_node::{Actor, Node, Written, request_key};
use scanning::{Action, Heard, Here, Input, Session, Sign, Step, Writing, after};
use serde::{Deserialize, Serialize};

use crate::api::{Named, carry_out};
use crate::problem::Problem;

/// Answers that are kept for scans that are sent again: more than a page sends before it hears.
const ANSWERS_MAX: usize = 256;
/// Transactions that UNDO can take back, one after the other.
const WROTE_MAX: usize = 100;
/// A page brings scans of this age at most; what is older counts as made then.
const AGE_MILLIS_MAX: u64 = 24 * 60 * 60 * 1000;

/// One scan as a page sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Raw {
    /// What tells it from every other scan of this person.
    pub(crate) id: String,
    /// As it was scanned or typed.
    pub(crate) text: String,
    /// How long it had waited when it was sent, in milliseconds.
    pub(crate) age_millis: u64,
}

/// Who works at a desk.
#[derive(Debug, Clone)]
pub(crate) struct Worker {
    /// The user.
    pub(crate) user: UserName,
    /// What keeps the keys of this person's writes apart from those of others.
    pub(crate) key_space: String,
}

/// What was said to one scan.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The scan's.
    pub(crate) id: String,
    /// The code as it came.
    pub(crate) code: String,
    /// How it is meant.
    pub(crate) sign: Sign,
    /// What was done or why not, and what the person should look at: the session's sentences.
    pub(crate) lines: Vec<String>,
    /// Why it could not be written.
    pub(crate) refused: Option<Problem>,
    /// The name of the item that it was about.
    pub(crate) name: Option<String>,
}

/// A desk as its page keeps it, for a server that forgot it.
#[derive(Debug, Serialize, Deserialize)]
struct Saved {
    session: String,
    wrote: Vec<String>,
}

/// A person's scan session with what belongs to it.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    session: Session,
    /// What was written here, the oldest first.
    wrote: VecDeque<EntryId>,
    /// The oldest first.
    answers: VecDeque<Answer>,
}

impl Desk {
    /// Where the session stands.
    pub(crate) const fn session(&self) -> &Session {
        &self.session
    }

    /// The last answers, the newest first.
    pub(crate) fn last(&self, count: usize) -> Vec<Answer> {
        self.answers.iter().rev().take(count).cloned().collect()
    }

    /// Whether nothing was scanned here yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.answers.is_empty() && self.session == Session::default()
    }

    /// As text, for [`Self::resume`].
    pub(crate) fn saved(&self) -> String {
        let saved = Saved {
            session: self.session.saved(),
            wrote: self.wrote.iter().map(EntryId::to_string).collect(),
        };
        serde_json::to_string(&saved).unwrap_or_default()
    }

    /// Goes on where the page says that it stood, on a desk where nothing was scanned yet: the
    /// server has started anew meanwhile. A person can bring nothing that they could not scan, and
    /// UNDO takes back only what is theirs.
    pub(crate) fn resume(&mut self, node: &Node, worker: &Worker, saved: &str) {
        if !self.is_fresh() {
            return;
        }
        let Ok(saved) = serde_json::from_str::<Saved>(saved) else {
            return;
        };
        self.session = Session::of_saved(&saved.session).unwrap_or_default();
        let is_theirs = |id: &EntryId| {
            let entry = node.entry(*id).ok().flatten();
            entry.is_some_and(|entry| entry.user.as_ref() == Some(&worker.user))
        };
        let newest = saved.wrote.iter().rev().take(WROTE_MAX).rev();
        let newest = newest.filter_map(|id| id.parse().ok());
        self.wrote = newest.filter(is_theirs).collect();
    }

    /// Takes one scan: the session moves on only when what it wrote is durable. A scan that was
    /// answered before is answered in the same way, and nothing is done.
    ///
    /// # Errors
    ///
    /// When the server itself fails. The scan was not taken, and may be sent again.
    pub(crate) fn take(
        &mut self,
        node: &Node,
        worker: &Worker,
        raw: &Raw,
    ) -> Result<Answer, Problem> {
        if let Some(known) = self.answers.iter().find(|answer| answer.id == raw.id) {
            return Ok(known.clone());
        }
        let answer = self.answer(node, worker, raw)?;
        self.answers.push_back(answer.clone());
        if self.answers.len() > ANSWERS_MAX {
            self.answers.pop_front();
        }
        Ok(answer)
    }

    fn answer(&mut self, node: &Node, worker: &Worker, raw: &Raw) -> Result<Answer, Problem> {
        let age = raw.age_millis.min(AGE_MILLIS_MAX);
        let at = Timestamp::from_millis(node.now().millis().saturating_sub(age));
        let here = Here {
            device: node.device(),
            now: at,
        };
        let once = raw.once(worker);
        let judged = node.read(|fold| {
            let judged = self.step(fold, &raw.text, here);
            self.session.unless_written(fold, &once, judged)
        });
        let step = match judged {
            Ok(step) => step,
            Err(text) => return Ok(raw.answered(Sign::Error, vec![text])),
        };
        let mut done = Done::saying(step.says, step.warns);
        if let Some(action) = &step.action {
            match self.write(node, worker, (once, at), action) {
                Ok(written) => self
                    .wrote
                    .extend(done.add(node, &self.session, action, written)),
                Err(problem) if problem.status.is_server_error() => return Err(problem),
                Err(problem) => {
                    return Ok(Answer {
                        refused: Some(problem),
                        ..raw.answered(Sign::Error, Vec::new())
                    });
                }
            }
        }
        let surplus = self.wrote.len().saturating_sub(WROTE_MAX);
        self.wrote.drain(..surplus);
        self.session = step.next;
        let sign = step.tone.sign(!done.warnings.is_empty());
        let lines = [vec![done.says], done.warnings].concat();
        Ok(Answer {
            name: done.name,
            ..raw.answered(sign, lines)
        })
    }

    /// What a text leads to where the session stands.
    fn step(&self, fold: &Fold, text: &str, here: Here) -> Result<Step, String> {
        let setting = Setting::of_year(year_of(here.now));
        let Heard { input, warnings } = scanning::hear(fold, &self.session, text, &setting)?;
        if let Input::Badge(user) = &input {
            return Err(format!(
                "a badge logs nobody in here: log in with the password of {user}"
            ));
        }
        let mut step = self.session.step(fold, input, here)?;
        step.warns.splice(0..0, warnings);
        Ok(step)
    }

    /// Does what a step asks for, once for each scan.
    fn write(
        &self,
        node: &Node,
        worker: &Worker,
        (once, at): (IdempotencyKey, Timestamp),
        action: &Action,
    ) -> Result<Written, Problem> {
        let actor = Actor {
            user: Some(worker.user.clone()),
        };
        let writing = Writing {
            origin: node.origin(),
            reason: self.session.reason(),
            now: at,
        };
        let plan = |fold: &Fold, _now| {
            if *action == Action::Undo {
                return undo(fold, &self.wrote);
            }
            writing.plan(fold, action)
        };
        carry_out(node, &actor, Some(once), &Named::Nothing, plan)
    }
}

impl Raw {
    /// The key that what comes of it is written with, once.
    fn once(&self, worker: &Worker) -> IdempotencyKey {
        IdempotencyKey {
            key: request_key(&worker.key_space, &format!("scan {}", self.id)),
            row: 0,
        }
    }

    fn answered(&self, sign: Sign, lines: Vec<String>) -> Answer {
        Answer {
            id: self.id.clone(),
            code: self.text.clone(),
            sign,
            lines,
            refused: None,
            name: None,
        }
    }
}

/// Takes back the newest of these that is not undone yet. Everybody writes under the server's one
/// origin, so that its newest may be somebody else's.
fn undo(fold: &Fold, wrote: &VecDeque<EntryId>) -> Result<Plan, Refusal> {
    let is_open = |id: &&EntryId| fold.is_transaction(**id) && !fold.is_void(**id);
    let Some(last) = wrote.iter().rev().find(is_open) else {
        let text = "nothing that was scanned here is left to undo";
        return Err(Refusal::new("nothing-to-undo", text));
    };
    at_entry::undo_with_build(fold, *last, Particulars::default())
}

/// What is said of a step.
struct Done {
    says: String,
    warnings: Vec<String>,
    name: Option<String>,
}

impl Done {
    const fn saying(says: String, warnings: Vec<String>) -> Self {
        Self {
            says,
            warnings,
            name: None,
        }
    }

    /// Adds what came of writing; gives the transactions, which can be undone.
    fn add(
        &mut self,
        node: &Node,
        session: &Session,
        action: &Action,
        written: Written,
    ) -> Vec<EntryId> {
        let about = written.about.as_ref();
        let (transactions, after, name) = node.read(|fold| {
            let name = match about {
                Some(About::Thing(thing)) => Some(fold.name_of(Class::Item, &thing.code)),
                Some(_) | None => None,
            };
            let ids = written.entries.iter().copied();
            let transactions: Vec<EntryId> = ids.filter(|id| fold.is_transaction(*id)).collect();
            (transactions, after(fold, session, action, about), name)
        });
        self.says.push_str(&after);
        self.warnings.extend(written.warnings);
        self.name = name;
        transactions
    }
}

/// The year that a moment is in, by which two-digit years get their century.
fn year_of(time: Timestamp) -> u16 {
    let millis = i64::try_from(time.millis()).ok();
    let moment = millis.and_then(DateTime::from_timestamp_millis);
    let year = moment.map_or(1970, |moment| moment.year());
    u16::try_from(year).unwrap_or(u16::MAX)
}
