//! `stock scan`: the scan session on a node.
//!
//! [`session`] decides what a code means where the session stands and what is to be written; here
//! codes are looked up, entries are written, and each line gets its answer. `ok` is said only when
//! what the line wrote is on the disk.

mod session;

use std::io::BufRead as _;

use ledger_core::at_entry::{self, About, MoveOwner, Plan, Refusal, StockRequest};
use ledger_core::catalogue::{Class, Subject};
use ledger_core::entry::{Body, Particulars, Tallied};
use ledger_core::fold::{Fold, ItemMatch};
use ledger_core::{Code, Quantity, Timestamp, Total};
use ledger_node::{Actor, Node, NodeError};
use serde_json::json;

use self::session::{Action, Input, Piece, Session, Wanted};
use crate::cli::ScanArgs;
use crate::commands::close;
use crate::context::Context;
use crate::report::{self, Answer, Failure};

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
    let input = match node.read(|fold| look_up(fold, session.wants(), code)) {
        Ok(input) => input,
        Err(text) => return Ok(Reply::error(text)),
    };
    let step = match session.step(input, now) {
        Ok(step) => step,
        Err(text) => return Ok(Reply::error(text)),
    };
    let reply = match step.action {
        None => Reply {
            word: "ok",
            text: step.says,
        },
        Some(action) => match execute(node, actor, &action, now) {
            Ok(done) => done.reply(&step.says),
            Err(NodeError::Refused(refusal)) => return Ok(Reply::refused(&refusal)),
            Err(error) => return Err(error.into()),
        },
    };
    *session = step.next;
    Ok(reply)
}

/// What a code is. Where it could be two things, what the session waits for decides.
fn look_up(fold: &Fold, wanted: Wanted, code: &str) -> Result<Input, String> {
    if let Some(command) = codes::command(code) {
        return Ok(match command {
            codes::Command::Mode(mode) => Input::Mode(mode),
            codes::Command::Undo => Input::Undo,
            codes::Command::Done => Input::Done,
            codes::Command::Other(word) => Input::Other(word),
            codes::Command::Times(number) => {
                Input::Times(number.parse().map_err(|error| format!("{code}: {error}"))?)
            }
        });
    }
    let location = Code::new(code)
        .ok()
        .filter(|code| fold.exists(Class::Location, code));
    match (location, fold.find_item(code)) {
        (Some(location), ItemMatch::One(item, pack)) => Ok(match wanted {
            Wanted::Item => Input::Item(item, pack),
            Wanted::Mode | Wanted::Location => Input::Location(location),
        }),
        (Some(location), ItemMatch::None | ItemMatch::Several(_)) => Ok(Input::Location(location)),
        (None, ItemMatch::One(item, pack)) => Ok(Input::Item(item, pack)),
        (None, ItemMatch::None | ItemMatch::Several(_)) => Err(unknown(fold, wanted, code)),
    }
}

fn unknown(fold: &Fold, wanted: Wanted, code: &str) -> String {
    if codes::gtin(code) == Some(codes::Gtin::Wrong) {
        return format!(
            "{code}: its check digit is wrong, so it was misread or is no barcode; scan it again"
        );
    }
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
    let Piece { item, quantity } = piece;
    StockRequest {
        item: item.to_string(),
        quantity: *quantity,
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
