//! `stock scan`: the scan session on a node.
//!
//! [`scanning`] decides what a code means where the session stands and what is to be written; here
//! codes are looked up, entries are written, and each line gets its answer. `ok` is said only when
//! what the line wrote is on the disk.

use std::io::BufRead as _;

use codes::calibration::{self, Advice};
use codes::reading::Setting;
use ledger_core::at_entry::{self, About, MoveOwner, Plan, Refusal, StockRequest};
use ledger_core::catalogue::{Class, Subject};
use ledger_core::entry::{Body, Details, Particulars, Tallied};
use ledger_core::fold::Fold;
use ledger_core::{Code, Quantity, Timestamp, Total};
use ledger_node::{Actor, Node, NodeError};
use scanning::{Action, Input, Meant, Piece, Session, Thing, Wanted};
use serde_json::json;

use crate::cli::ScanArgs;
use crate::commands::close;
use crate::context::Context;
use crate::report::{self, Answer, Failure};
use crate::time;

/// What is said to one line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reply {
    word: &'static str,
    text: String,
}

impl Reply {
    fn error(text: impl Into<String>) -> Self {
        Self {
            word: "error",
            text: text.into(),
        }
    }

    fn refused(refusal: &Refusal) -> Self {
        match &refusal.hint {
            Some(hint) => Self::error(format!("{refusal}; {hint}")),
            None => Self::error(refusal.to_string()),
        }
    }

    fn told(&self, json: bool) -> String {
        let Self { word, text } = self;
        // One line a code, whatever a name may contain.
        let text = text.replace(['\n', '\r'], " ");
        if json {
            return json!({ "result": word, "text": text }).to_string();
        }
        format!("{word} {text}")
    }
}

/// Runs the command: one code a line in, one line out, until the input ends.
pub(crate) fn run(context: &Context, _args: &ScanArgs) -> Result<Answer, Failure> {
    let actor = context.actor()?;
    let node = context.open()?;
    let mut session = Session::default();
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line.map_err(|error| Failure::io("standard input", &error))?;
        let code = String::from_utf8_lossy(&line);
        let code = code.trim();
        if code.is_empty() {
            continue;
        }
        let reply = take(&node, &actor, &mut session, code)?;
        report::line(&reply.told(context.json()))?;
    }
    let mut answer = Answer::new("");
    answer.warnings.extend(session.left_open());
    close(node, &mut answer);
    Ok(answer)
}

/// Takes one code: the session moves on only when what it wrote is durable.
fn take(node: &Node, actor: &Actor, session: &mut Session, code: &str) -> Result<Reply, Failure> {
    let now = node.now();
    let setting = Setting::of_year(time::year_of(now));
    let Heard { input, warnings } =
        match node.read(|fold| look_up(fold, session.wants(), code, &setting)) {
            Ok(heard) => heard,
            Err(text) => return Ok(of_card(code).unwrap_or_else(|| Reply::error(text))),
        };
    let step = match session.step(input, now) {
        Ok(step) => step,
        Err(text) => return Ok(Reply::error(text)),
    };
    let done = Done {
        warnings,
        ..Done::default()
    };
    let reply = match step.action {
        None => done.reply(&step.says),
        Some(action) => match execute(node, actor, &action, now) {
            Ok(written) => done.with(written).reply(&step.says),
            Err(NodeError::Refused(refusal)) => return Ok(Reply::refused(&refusal)),
            Err(error) => return Err(error.into()),
        },
    };
    *session = step.next;
    Ok(reply)
}

/// What a step of the calibration card shows of the scanner; none when a code is no step.
fn of_card(code: &str) -> Option<Reply> {
    let learned = calibration::learn(&[code]);
    let step = match (&learned.keys, &learned.gs) {
        (Some(_), _) => "keys and capitals",
        (None, Some(_)) => "separators",
        (None, None) => return None,
    };
    let advice: Vec<Advice> = learned.advice();
    // That a scanner does not name the kind of code is common, and no fault.
    let is_good = advice.iter().all(|advice| *advice == Advice::Aim);
    let advice: Vec<String> = advice.iter().map(Advice::to_string).collect();
    let (word, state) = if is_good {
        ("ok", "come as they should")
    } else {
        ("warn", "do not come as they should")
    };
    let text = [format!("calibration card: {step} {state}")];
    let text = text.into_iter().chain(advice).collect::<Vec<_>>();
    Some(Reply {
        word,
        text: text.join("; "),
    })
}

/// What a session is told of a code.
struct Heard {
    input: Input,
    /// What people should know of it.
    warnings: Vec<String>,
}

/// What a code is for a session.
fn look_up(fold: &Fold, wanted: Wanted, code: &str, setting: &Setting) -> Result<Heard, String> {
    let Meant {
        thing,
        content,
        reading,
        warnings,
        also: _,
    } = scanning::meant(fold, wanted, code, setting);
    let input = match thing {
        Thing::Command(word, _) => Input::Word(word),
        Thing::Location(location) => Input::Location(location),
        Thing::Item(item) => Input::Item(Piece {
            item,
            quantity: content.quantity.unwrap_or(Quantity::ONE),
            batch: content.batch,
            serial: content.serial,
            expiry: content.expiry,
        }),
        Thing::Misread => {
            return Err(format!(
                "{code}: its check digit is wrong, so it was misread or is no barcode; scan it \
                 again"
            ));
        }
        // A command that makes no sense.
        Thing::Unknown if reading.is_none() && !warnings.is_empty() => {
            return Err(format!("{code}: {}", warnings.join("; ")));
        }
        Thing::Unknown | Thing::Several(_) => {
            let said = [vec![unknown(fold, wanted, code)], warnings].concat();
            return Err(said.join("; "));
        }
        Thing::Order(_)
        | Thing::Customer(_)
        | Thing::User(_)
        | Thing::Batch(_)
        | Thing::Reason(_) => {
            let expected = match wanted {
                Wanted::Mode => "a mode",
                Wanted::Location => "a location",
                Wanted::Item => "an item",
            };
            return Err(format!("{code} is a code of another kind: scan {expected}"));
        }
    };
    Ok(Heard { input, warnings })
}

fn unknown(fold: &Fold, wanted: Wanted, code: &str) -> String {
    let refused = match wanted {
        Wanted::Location => at_entry::find_thing(fold, Class::Location, code).map(|_| ()),
        Wanted::Mode | Wanted::Item => at_entry::find_item(fold, code).map(|_| ()),
    };
    match refused {
        Err(refusal) => Reply::refused(&refusal).text,
        Ok(()) => format!("{code} is not known"),
    }
}

/// What was written, and what stands there now.
#[derive(Debug, Default)]
struct Done {
    warnings: Vec<String>,
    after: String,
}

impl Done {
    /// The same with what came of writing.
    fn with(mut self, written: Self) -> Self {
        self.warnings.extend(written.warnings);
        self.after = written.after;
        self
    }

    fn reply(self, says: &str) -> Reply {
        let text = format!("{says}{}", self.after);
        if self.warnings.is_empty() {
            return Reply { word: "ok", text };
        }
        Reply {
            word: "warn",
            text: format!("{text}; {}", self.warnings.join("; ")),
        }
    }
}

/// Writes what a step asks for; returns when it is durable.
fn execute(node: &Node, actor: &Actor, action: &Action, now: Timestamp) -> Result<Done, NodeError> {
    let origin = node.origin();
    let written = node.write(actor, |fold| match action {
        Action::Add { piece, location } => at_entry::add(fold, location.as_str(), &request(piece)),
        Action::Remove { piece, location } => {
            at_entry::remove(fold, location.as_str(), &request(piece))
        }
        Action::Move { pieces, from, to } => merged(pieces.iter().map(|piece| {
            let same = MoveOwner::Same;
            at_entry::movement(fold, from.as_str(), to.as_str(), &same, &request(piece))
        })),
        Action::Tally { piece, location } => {
            at_entry::tally(fold, location.as_str(), &request(piece))
        }
        Action::TallyBack { piece, location } => tally_back(fold, piece, location),
        Action::Count { counts, location } => merged(counts.iter().map(|count| {
            let span = Some((count.started, now.max(count.started)));
            let request = StockRequest {
                span,
                ..request(&count.piece)
            };
            at_entry::count(fold, location.as_str(), &request)
        })),
        Action::Undo => at_entry::undo(fold, origin, None, Particulars::default()),
    })?;
    let after = node.read(|fold| after(fold, action, &written.about));
    Ok(Done {
        warnings: written.warnings,
        after,
    })
}

fn request(piece: &Piece) -> StockRequest {
    let details = Details {
        serial: piece.serial.clone(),
        ..Details::default()
    };
    StockRequest {
        item: piece.item.to_string(),
        quantity: piece.quantity,
        batch: piece.batch.clone(),
        particulars: Particulars {
            details,
            expiry: piece.expiry,
            ..Particulars::default()
        },
        ..StockRequest::default()
    }
}

/// Several plans as one.
fn merged(plans: impl Iterator<Item = Result<Plan, Refusal>>) -> Result<Plan, Refusal> {
    let nothing = || Refusal::new("nothing-to-write", "there is nothing to write");
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

/// A tally that takes an earlier one back: the same with the other sign.
fn tally_back(fold: &Fold, piece: &Piece, location: &Code) -> Result<Plan, Refusal> {
    let place = at_entry::find_place(fold, &piece.item, location.as_str(), &request(piece))?;
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
        | Action::Tally { .. }
        | Action::TallyBack { .. }
        | Action::Count { .. } => String::new(),
    }
}
