//! Which labels are wanted: all of a kind, or those that somebody names.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use codes::own::OwnError;
use labels::{Calibration, Label};
use ledger_core::at_entry::Refusal;
use ledger_core::fold::Fold;

use crate::card::card;
use crate::kind::Kind;
use crate::things::{self, LeftOut};

/// The most labels of one document: enough for a large store, and drawn within seconds.
pub const LABELS_MAX: usize = 5_000;
/// How many names that are not there are told at once.
const TOLD_MAX: usize = 5;
/// A longer pattern is like no name.
const PATTERN_CHARS_MAX: usize = 200;

/// Which labels somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What they are for.
    pub kind: Kind,
    /// Names, several in one text with commas between, and patterns: `*` is any text, `?` any
    /// character. All that is in use when it is empty.
    pub select: Vec<String>,
    /// Whether items that have a barcode for one piece bear that, and not our own code.
    pub barcodes: bool,
}

/// The labels that somebody wants, ready to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub(crate) kind: Kind,
    pub(crate) content: Content,
    /// What people should know: what has no label, and why.
    pub left_out: Vec<LeftOut>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Labels(Vec<Label>),
    Card(Calibration),
}

/// Looks up the labels that somebody wants: by name in the order in which they are named, otherwise
/// sorted. Each thing once; by pattern, or when nothing is named, only what is in use.
///
/// # Errors
/// A name is not there (`unknown-…`, with the nearest names) or is that of several things, there is
/// nothing to print, or there are more than [`LABELS_MAX`].
pub fn wanted(fold: &Fold, choice: &Choice) -> Result<Wanted, Refusal> {
    let kind = choice.kind;
    if kind == Kind::Calibration {
        return calibration(choice);
    }
    if choice.barcodes && kind != Kind::Items {
        let text = format!(
            "only items have barcodes of their own, {} do not",
            kind.word()
        );
        return Err(Refusal::new("bad-label", text).hint("leave out the barcodes"));
    }
    let (names, left_out) = names(fold, choice)?;
    if names.is_empty() {
        return Err(none_in_use(fold, kind));
    }
    if names.len() > LABELS_MAX {
        let text = format!(
            "these are {} labels, and one document holds {LABELS_MAX}",
            names.len()
        );
        let hint = "select fewer by a pattern, such as A-*";
        return Err(Refusal::new("too-many-labels", text).hint(hint));
    }
    let labels = names
        .iter()
        .map(|name| things::label(fold, kind, name, choice.barcodes));
    let labels: Result<Vec<Label>, Refusal> = labels.collect();
    Ok(Wanted {
        kind,
        content: Content::Labels(labels?),
        left_out,
    })
}

fn calibration(choice: &Choice) -> Result<Wanted, Refusal> {
    if !choice.select.is_empty() || choice.barcodes {
        let text = "there is one calibration card only: there is nothing to select of it";
        return Err(Refusal::new("bad-label", text));
    }
    Ok(Wanted {
        kind: choice.kind,
        content: Content::Card(card()),
        left_out: Vec::new(),
    })
}

/// Why nothing that is in use has a label: there is nothing, or what there is can have none.
fn none_in_use(fold: &Fold, kind: Kind) -> Refusal {
    let left_out = things::left_out(fold, kind);
    if left_out.is_empty() {
        return nothing(kind);
    }
    let told: Vec<String> = left_out.iter().map(ToString::to_string).collect();
    Refusal::new("nothing-to-print", told.join("; "))
}

/// Why there is no label at all.
pub(crate) fn nothing(kind: Kind) -> Refusal {
    let (text, hint) = match kind {
        Kind::Locations => (
            "there are no locations",
            "make one with: stock location add NUMBER --name NAME",
        ),
        Kind::Items => (
            "there are no items",
            "make one with: stock item add SKU --name NAME",
        ),
        Kind::Users => (
            "this device knows of no users",
            "sync first; users are made at the server",
        ),
        Kind::Orders => (
            "there are no open orders",
            "name one that has ended to print its label all the same",
        ),
        Kind::Customers => (
            "there are no customers",
            "make one with: stock customer add CODE --name NAME",
        ),
        Kind::Reasons => (
            "no reasons are listed",
            "list some with: stock setting set reasons",
        ),
        Kind::Lots => (
            "there are no open production lots",
            "name one that has ended to print its label all the same",
        ),
        Kind::Pos => (
            "there are no open purchase orders",
            "name one that has ended to print its label all the same",
        ),
        Kind::Stocktakes => (
            "there are no open stocktakes",
            "name one that has ended to print its label all the same",
        ),
        Kind::Commands | Kind::Calibration => ("there is nothing", "say what to print"),
    };
    Refusal::new("nothing-to-print", format!("{text} to print labels for")).hint(hint)
}

/// A name that no code can carry.
pub(crate) fn no_code(name: &str, error: &OwnError) -> Refusal {
    Refusal::new("bad-label", format!("{name:?} cannot be printed: {error}"))
}

/// The names that are wanted, and what is left out.
fn names(fold: &Fold, choice: &Choice) -> Result<(Vec<String>, Vec<LeftOut>), Refusal> {
    let kind = choice.kind;
    if choice.select.is_empty() {
        let in_use = things::in_use(fold, kind);
        return Ok((in_use, things::left_out(fold, kind)));
    }
    // Most ask for one thing by its name, and there may be a hundred thousand.
    let in_use = OnceCell::new();
    let mut found: Vec<String> = Vec::new();
    let mut wrong: Vec<Refusal> = Vec::new();
    for text in &choice.select {
        match said(fold, kind, &in_use, text) {
            Ok(names) => found.extend(names),
            Err(refusals) => wrong.extend(refusals),
        }
    }
    if let Some(refusal) = together(wrong) {
        return Err(refusal);
    }
    let mut seen = BTreeSet::new();
    found.retain(|name| seen.insert(name.clone()));
    Ok((found, Vec::new()))
}

/// The names that one text says: itself, or several with commas between. What is in use is looked up
/// for the first pattern.
fn said(
    fold: &Fold,
    kind: Kind,
    in_use: &OnceCell<Vec<String>>,
    text: &str,
) -> Result<Vec<String>, Vec<Refusal>> {
    let whole = one(fold, kind, in_use, text);
    let parts: Vec<&str> = text.split(',').filter(|it| !it.trim().is_empty()).collect();
    // A name may have a comma in it, so the whole text comes first.
    if whole.is_ok() || parts.len() < 2 {
        return whole.map_err(|refusal| vec![refusal]);
    }
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for part in parts {
        match one(fold, kind, in_use, part) {
            Ok(names) => found.extend(names),
            Err(refusal) => wrong.push(refusal),
        }
    }
    if wrong.is_empty() {
        Ok(found)
    } else {
        Err(wrong)
    }
}

/// What a name or a pattern says.
fn one(
    fold: &Fold,
    kind: Kind,
    in_use: &OnceCell<Vec<String>>,
    text: &str,
) -> Result<Vec<String>, Refusal> {
    let known = things::find(fold, kind, text);
    if known.is_ok() || !text.contains(['*', '?']) {
        return known.map(|name| vec![name]);
    }
    let in_use = in_use.get_or_init(|| things::in_use(fold, kind));
    if in_use.is_empty() {
        return Err(none_in_use(fold, kind));
    }
    let names = in_use.iter().filter(|name| is_like(text, name));
    let names: Vec<String> = names.cloned().collect();
    if names.is_empty() {
        let text = format!("none of the {} is like {text:?}", kind.word());
        return Err(Refusal::new("nothing-to-print", text).hint("* is any text, ? any character"));
    }
    Ok(names)
}

/// Several refusals as one that tells all of them.
fn together(mut wrong: Vec<Refusal>) -> Option<Refusal> {
    if wrong.len() < 2 {
        return wrong.pop();
    }
    let code = wrong.first()?.code;
    // What to make or to ask is another for each; the nearest names are worth telling.
    let told = wrong.iter().take(TOLD_MAX).map(|refusal| {
        let near = refusal.hint.as_deref();
        let near = near.filter(|hint| hint.starts_with("did you mean"));
        near.map_or_else(
            || refusal.text.clone(),
            |near| format!("{} ({near})", refusal.text),
        )
    });
    let mut told = told.collect::<Vec<_>>().join("; ");
    if let more @ 1.. = wrong.len().saturating_sub(TOLD_MAX) {
        told = format!("{told}; and {more} more");
    }
    Some(Refusal::new(code, told).hint("nothing was printed: correct the names, or leave them out"))
}

/// Whether a name is like a pattern: `*` is any text, `?` any character, case does not matter.
fn is_like(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.trim().to_uppercase().chars().collect();
    let name: Vec<char> = name.to_uppercase().chars().collect();
    if pattern.len() > PATTERN_CHARS_MAX {
        return false;
    }
    // Behind how many characters of the name the pattern so far may end.
    let mut ends = vec![false; name.len().saturating_add(1)];
    if let Some(first) = ends.first_mut() {
        *first = true;
    }
    for wanted in pattern {
        let mut any = false;
        ends = if wanted == '*' {
            let from_here_on = |end: &bool| {
                any |= *end;
                any
            };
            ends.iter().map(from_here_on).collect()
        } else {
            let next = ends.iter().zip(&name);
            let next = next.map(|(end, found)| *end && (wanted == '?' || wanted == *found));
            std::iter::once(false).chain(next).collect()
        };
    }
    ends.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_like_what_it_leaves_open() {
        for (pattern, name) in [
            ("A-*", "A-01"),
            ("a-0?", "A-01"),
            ("*", ""),
            ("*", "ANY"),
            ("*-03-*", "A-03-02-B"),
            ("A-01", "A-01"),
            (" A-* ", "A-"),
            ("*ß", "MASS"),
            ("A*A*A*B", "AAAAAAAAAAB"),
        ] {
            assert!(is_like(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [
            ("A-*", "B-01"),
            ("A-?", "A-01"),
            ("?", ""),
            ("*-03-*", "A-03"),
            ("A*A*A*B", "AAAAAAAAAA"),
            ("", "A"),
        ] {
            assert!(!is_like(pattern, name), "{pattern} {name}");
        }
        let long = "*A".repeat(PATTERN_CHARS_MAX);
        assert!(!is_like(&long, &"A".repeat(1000)));
    }
}
