//! One scan after the other on a node: looked up, taken by the session, written, and answered.

use std::borrow::Cow;

use codes::reading::Setting;
use ledger_core::UserName;
use ledger_core::fold::Fold;
use ledger_node::{Actor, Node, NodeError};
use scanning::{
    Action, Heard, Here, Session, Sign, Thing, Tone, Wanted, Writing, after, meant, refusal_text,
};
use serde_json::json;

use super::queue::Raw;
use crate::report::Failure;
use crate::time;

/// What is said to one scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) sign: Sign,
    pub(crate) text: String,
}

impl Reply {
    fn error(text: impl Into<String>) -> Self {
        Self {
            sign: Sign::Error,
            text: text.into(),
        }
    }

    /// The same with something that the person should look at.
    pub(crate) fn warned(self, warning: &str) -> Self {
        Self {
            sign: self.sign.max(Sign::Warning),
            text: format!("{}; {warning}", self.text),
        }
    }

    /// As one line, in JSON or for people.
    pub(crate) fn told(&self, json: bool) -> String {
        let Self { sign, text } = self;
        let word = match sign {
            Sign::Ok => "ok",
            Sign::Warning => "warn",
            Sign::Error => "error",
        };
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
    /// Whether a number that is no code is how many of the next item, as a person at a keypad means
    /// it.
    pub(crate) numbers: bool,
}

/// A number of more digits is a code that nobody knows.
const DIGITS_MAX: usize = 4;

fn is_small_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |part: &str| {
        (1..=DIGITS_MAX).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    is_digits(whole) && is_digits(fraction)
}

impl Work<'_> {
    /// What a code stands for where the session is.
    pub(crate) fn thing(&self, text: &str) -> Thing {
        let setting = Setting::of_year(time::year_of(self.node.now()));
        let wanted = self.session.wants();
        self.node
            .read(|fold| meant(fold, wanted, text, &setting).thing)
    }

    /// A number that is no code, where an item is waited for, is how many of the next item: `12` is
    /// taken as `Q12`. What is known to be a scanner's is no person's number.
    fn with_numbers<'t>(&self, raw: &'t Raw) -> Cow<'t, str> {
        let text = &raw.text;
        let number = text.replace(',', ".");
        let may_be = self.numbers && raw.id().is_none() && self.session.wants() == Wanted::Item;
        if may_be && is_small_number(&number) && self.thing(text) == Thing::Unknown {
            return Cow::Owned(format!("Q{number}"));
        }
        Cow::Borrowed(text)
    }

    /// Takes one scan: the session moves on only when what it wrote is durable.
    pub(crate) fn take(&mut self, raw: &Raw) -> Result<Reply, Failure> {
        let (node, session) = (self.node, &self.session);
        let text = self.with_numbers(raw);
        let setting = Setting::of_year(time::year_of(node.now()));
        let here = Here {
            device: node.device(),
            now: raw.at,
        };
        let taken = node.read(|fold| {
            let judged = scanning::hear(fold, session, &text, &setting).and_then(|heard| {
                let Heard { input, warnings } = heard;
                let mut step = session.step(fold, input, here)?;
                step.warns.splice(0..0, warnings);
                Ok(step)
            });
            session.unless_written(fold, &raw.once(), judged)
        });
        let step = match taken {
            Ok(step) => step,
            Err(text) => return Ok(Reply::error(text)),
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
        if let Some(guide) = node.read(|fold| self.session.guide(fold)) {
            done.after = format!("{}; {guide}", done.after);
        }
        Ok(done.reply(&step.says, step.tone))
    }

    /// Does what a step asks for; returns when it is durable.
    fn execute(&mut self, action: &Action, raw: &Raw) -> Result<Done, NodeError> {
        if let Action::Badge(user) = action {
            return self.badge(user);
        }
        let writing = Writing {
            origin: self.node.origin(),
            reason: self.session.reason(),
            now: raw.at,
        };
        let plan = |fold: &Fold| writing.plan(fold, action);
        let written = self.node.write_once(&self.actor, raw.once(), plan)?;
        let about = written.about.as_ref();
        let after = self
            .node
            .read(|fold| after(fold, &self.session, action, about));
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

    fn reply(self, says: &str, tone: Tone) -> Reply {
        let text = format!("{says}{}", self.after);
        let text = text.trim_start_matches("; ").to_owned();
        let sign = tone.sign(!self.warnings.is_empty());
        let text = [vec![text], self.warnings].concat().join("; ");
        Reply { sign, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_numbers_are_quantities() {
        for text in ["1", "12", "9999", "2.5", "0.25"] {
            assert!(is_small_number(text), "{text}");
        }
        for text in [
            "",
            "12345",
            "1.",
            ".5",
            "1.2.3",
            "-1",
            "1e3",
            "12a",
            "4006381333931",
        ] {
            assert!(!is_small_number(text), "{text}");
        }
    }
}
