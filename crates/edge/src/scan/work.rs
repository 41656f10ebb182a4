//! One scan after the other on a node: looked up, taken by the session, written, and answered.

use codes::reading::Setting;
use ledger_core::at_entry::{self, About, MoveOwner, Plan, Refusal, StockRequest};
use ledger_core::catalogue::{Class, Subject};
use ledger_core::entry::{Body, Details, Particulars, Tallied};
use ledger_core::fold::Fold;
use ledger_core::{Code, Origin, Quantity, Timestamp, Total, UserName};
use ledger_node::{Actor, Node, NodeError};
use scanning::{Action, Heard, Piece, Session, refusal_text};
use serde_json::json;

use super::card::of_card;
use crate::report::Failure;
use crate::time;

/// A scan as it came, and when.
#[derive(Debug, Clone)]
pub(crate) struct Raw {
    pub(crate) at: Timestamp,
    pub(crate) text: String,
}

/// What is said to one scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// `ok`, `warn` or `error`.
    pub(crate) word: &'static str,
    pub(crate) text: String,
}

impl Reply {
    fn error(text: impl Into<String>) -> Self {
        Self {
            word: "error",
            text: text.into(),
        }
    }

    /// As one line, in JSON or for people.
    pub(crate) fn told(&self, json: bool) -> String {
        let Self { word, text } = self;
        // One line a code, whatever a name may contain.
        let text = text.replace(['\n', '\r'], " ");
        if json {
            return json!({ "result": word, "text": text }).to_string();
        }
        format!("{word} {text}")
    }
}

/// Who works at what on a node.
#[derive(Debug)]
pub(crate) struct Work<'a> {
    pub(crate) node: &'a Node,
    pub(crate) actor: Actor,
    pub(crate) session: Session,
}

impl Work<'_> {
    /// Takes one scan: the session moves on only when what it wrote is durable.
    pub(crate) fn take(&mut self, raw: &Raw) -> Result<Reply, Failure> {
        let (node, session) = (self.node, &self.session);
        let setting = Setting::of_year(time::year_of(node.now()));
        let taken: Result<_, String> = node.read(|fold| {
            let Heard { input, warnings } = scanning::hear(fold, session, &raw.text, &setting)?;
            let mut step = session.step(fold, input, raw.at)?;
            step.warns.splice(0..0, warnings);
            Ok(step)
        });
        let step = match taken {
            Ok(step) => step,
            Err(text) => return Ok(of_card(&raw.text).unwrap_or_else(|| Reply::error(text))),
        };
        let mut done = Done {
            warnings: step.warns,
            after: String::new(),
        };
        if let Some(action) = &step.action {
            match self.execute(action, raw) {
                Ok(written) => done = done.with(written),
                Err(NodeError::Refused(refusal)) => {
                    return Ok(Reply::error(refusal_text(&refusal)));
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.session = step.next;
        if self.session.mode() == Some("ORDER") {
            let guide = node.read(|fold| self.session.prompt(fold));
            done.after = format!("{}; {guide}", done.after);
        }
        Ok(done.reply(&step.says, step.is_question))
    }

    /// Does what a step asks for; returns when it is durable.
    fn execute(&mut self, action: &Action, raw: &Raw) -> Result<Done, NodeError> {
        if let Action::Badge(user) = action {
            return self.badge(user);
        }
        let job = Job {
            origin: self.node.origin(),
            reason: self.session.reason(),
            now: raw.at,
        };
        let plan = |fold: &Fold| job.plan(fold, action);
        let written = self.node.write(&self.actor, plan)?;
        let after = self.node.read(|fold| after(fold, action, &written.about));
        Ok(Done {
            warnings: written.warnings,
            after,
        })
    }

    /// Somebody's badge: they work here now, or no longer.
    fn badge(&mut self, user: &UserName) -> Result<Done, NodeError> {
        if self.actor.user.as_ref() == Some(user) {
            self.node.log_out()?;
            self.actor.user = None;
            return Ok(Done::saying(format!("{user} is logged out")));
        }
        let (user, warning) = self.node.log_in(user.as_str())?;
        let mut done = Done::saying(format!("{user} works here now"));
        done.warnings.extend(warning);
        self.actor.user = Some(user);
        Ok(done)
    }
}

/// What was written, and what stands there now.
#[derive(Debug, Default)]
struct Done {
    warnings: Vec<String>,
    after: String,
}

impl Done {
    const fn saying(after: String) -> Self {
        Self {
            warnings: Vec::new(),
            after,
        }
    }

    /// The same with what came of writing.
    fn with(mut self, written: Self) -> Self {
        self.warnings.extend(written.warnings);
        self.after = written.after;
        self
    }

    fn reply(self, says: &str, is_question: bool) -> Reply {
        let text = format!("{says}{}", self.after);
        let text = text.trim_start_matches("; ").to_owned();
        let word = if is_question { "warn" } else { "ok" };
        if self.warnings.is_empty() {
            return Reply { word, text };
        }
        Reply {
            word: "warn",
            text: format!("{text}; {}", self.warnings.join("; ")),
        }
    }
}

/// What holds for everything that one scan writes.
struct Job<'a> {
    origin: Origin,
    reason: Option<&'a str>,
    now: Timestamp,
}

impl Job<'_> {
    fn plan(&self, fold: &Fold, action: &Action) -> Result<Plan, Refusal> {
        match action {
            Action::Add { piece, location } => {
                at_entry::add(fold, location.as_str(), &self.request(piece))
            }
            Action::Remove { piece, location } => {
                at_entry::remove(fold, location.as_str(), &self.request(piece))
            }
            Action::Pick {
                order,
                piece,
                location,
            } => {
                let (order, location) = (order.as_str(), location.as_str());
                at_entry::order_pick(fold, order, location, &self.request(piece))
            }
            Action::Move { pieces, from, to } => merged(pieces.iter().map(|piece| {
                let (from, to, same) = (from.as_str(), to.as_str(), MoveOwner::Same);
                at_entry::movement(fold, from, to, &same, &self.request(piece))
            })),
            Action::Tally { piece, location } => {
                at_entry::tally(fold, location.as_str(), &self.request(piece))
            }
            Action::TallyBack { piece, location } => self.tally_back(fold, piece, location),
            Action::Count { counts, location } => merged(counts.iter().map(|count| {
                let span = Some((count.started, self.now.max(count.started)));
                let request = StockRequest {
                    span,
                    ..self.request(&count.piece)
                };
                at_entry::count(fold, location.as_str(), &request)
            })),
            Action::Undo => at_entry::undo(fold, self.origin, None, Particulars::default()),
            Action::Badge(_) => Err(nothing()),
        }
    }

    fn request(&self, piece: &Piece) -> StockRequest {
        let details = Details {
            serial: piece.serial.clone(),
            reason: self.reason.map(str::to_owned),
            ..Details::default()
        };
        StockRequest {
            item: piece.item.to_string(),
            quantity: piece.quantity,
            owner: piece.owner.as_ref().map(ToString::to_string),
            batch: piece.batch.clone(),
            particulars: Particulars {
                details,
                expiry: piece.expiry,
                ..Particulars::default()
            },
            ..StockRequest::default()
        }
    }

    /// A tally that takes an earlier one back: the same with the other sign.
    fn tally_back(&self, fold: &Fold, piece: &Piece, location: &Code) -> Result<Plan, Refusal> {
        let request = self.request(piece);
        let place = at_entry::find_place(fold, &piece.item, location.as_str(), &request)?;
        let quantity = piece.quantity.checked_neg().unwrap_or(Quantity::ZERO);
        let tallied = Tallied {
            item: piece.item.clone(),
            quantity,
            place,
        };
        let about = Subject::new(Class::Item, piece.item.clone());
        Ok(Plan {
            bodies: vec![Body::Tallied(tallied)],
            warnings: Vec::new(),
            about: about.into(),
        })
    }
}

fn nothing() -> Refusal {
    Refusal::new("nothing-to-write", "there is nothing to write")
}

/// Several plans as one.
fn merged(plans: impl Iterator<Item = Result<Plan, Refusal>>) -> Result<Plan, Refusal> {
    let mut all: Option<Plan> = None;
    for plan in plans {
        let plan = plan?;
        match &mut all {
            None => all = Some(plan),
            Some(all) => {
                all.bodies.extend(plan.bodies);
                all.warnings.extend(plan.warnings);
            }
        }
    }
    all.ok_or_else(nothing)
}

/// How much of the item there is now, where it changed.
fn after(fold: &Fold, action: &Action, about: &Option<About>) -> String {
    let Some(About::Thing(subject)) = about else {
        return String::new();
    };
    let on_hand = || {
        let lines = fold.lines(&subject.code);
        let own = lines.iter().filter(|line| line.key.owner.is_none());
        own.fold(Total::ZERO, |sum, line| sum.plus(line.on_hand))
    };
    match action {
        Action::Add { .. } | Action::Remove { .. } => format!(", on hand {}", on_hand()),
        Action::Undo => format!(" {}, on hand {}", subject.code, on_hand()),
        Action::Move { .. }
        | Action::Pick { .. }
        | Action::Tally { .. }
        | Action::TallyBack { .. }
        | Action::Count { .. }
        | Action::Badge(_) => String::new(),
    }
}
