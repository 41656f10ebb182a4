//! Element strings whose separators did not arrive: the one way to put them back, if there is one.
//!
//! A guess is worse than none, since it would give one batch two names. So a way counts only where
//! all of it holds, and only when it is the only one.

use std::collections::BTreeSet;

use super::ai::Ai;
use super::element::{problem, split_after};
use super::{GS, Message, Warning, parse};

/// How many places are tried before the string counts as ambiguous.
const STEPS_MAX: usize = 20_000;

/// AIs that labels in trade often have behind a value of variable length, beside those that check
/// themselves.
const COMMON: [&str; 7] = ["10", "21", "30", "37", "240", "241", "400"];

/// Reads an element string in which `mark` stands for each lost separator: nothing at all, or what
/// the scanner typed instead, such as `29`. None when no separator seems to be lost, or when they
/// could have stood in several places.
///
/// Where `mark` is nothing, values are cut before AIs of predefined length with a check digit or a
/// date, and only where that does not do and a value does not hold as it stands, before any common
/// AI. Where it is something, it may stand before any common AI. The fewest cuts win; where `mark`
/// is something the most, since each mark before an AI is a sign.
#[must_use]
pub fn recovered(text: &str, mark: &str, year_now: u16) -> Option<Message> {
    let text = text.trim_start_matches(GS);
    let strict = mark
        .is_empty()
        .then(|| Search::ways(text, mark, true, year_now));
    let ways = match strict {
        Some(ways) if !ways.is_empty() => ways,
        Some(_) | None => Search::ways(text, mark, false, year_now),
    };
    let cuts = ways.iter().map(|way| way.cut.len());
    let likely = if mark.is_empty() {
        cuts.min()?
    } else {
        cuts.max()?
    };
    let mut best = ways.iter().filter(|way| way.cut.len() == likely);
    let way = best.next()?;
    if best.next().is_some() {
        return None;
    }
    let mut message = parse(&way.text, year_now);
    let cut = way.cut.iter().cloned().map(Warning::SeparatorMissing);
    message.warnings.splice(0..0, cut);
    Some(message)
}

/// One way to put separators back: the text with them, and the AIs behind whose values they were
/// put.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    text: String,
    cut: Vec<String>,
}

impl Way {
    fn with(&self, digits: &str, value: &str, is_cut: bool) -> Self {
        let mut way = self.clone();
        way.text.extend([digits, value]);
        if is_cut {
            way.text.push(GS);
            way.cut.push(digits.to_owned());
        }
        way
    }
}

struct Search<'m> {
    mark: &'m str,
    /// Cuts only before what checks itself.
    is_strict: bool,
    year_now: u16,
    steps: usize,
    found: BTreeSet<Way>,
}

/// An AI, and all that stands behind it, of which the next separator is at `end`.
#[derive(Clone, Copy)]
struct Place<'a> {
    ai: &'static Ai,
    digits: &'a str,
    rest: &'a str,
    end: usize,
}

impl<'a> Place<'a> {
    fn at(text: &'a str) -> Option<Self> {
        let (ai, digits) = Ai::at_start_of(text)?;
        let rest = text.strip_prefix(digits)?;
        let end = rest.find(GS).unwrap_or(rest.len());
        Some(Self {
            ai,
            digits,
            rest,
            end,
        })
    }

    fn field(&self) -> &'a str {
        self.rest.get(..self.end).unwrap_or_default()
    }
}

impl<'m> Search<'m> {
    /// All ways with a cut in them; none where there are too many places to try.
    fn ways(text: &str, mark: &'m str, is_strict: bool, year_now: u16) -> BTreeSet<Way> {
        let mut search = Self {
            mark,
            is_strict,
            year_now,
            steps: 0,
            found: BTreeSet::new(),
        };
        search.go(text, &mut Vec::new(), &Way::default());
        if search.steps > STEPS_MAX {
            return BTreeSet::new();
        }
        search.found
    }

    /// Follows all ways to read a text behind what was read so far.
    fn go<'a>(&mut self, text: &'a str, seen: &mut Vec<&'a str>, way: &Way) {
        self.steps += 1;
        if text.is_empty() {
            if !way.cut.is_empty() && parse(&way.text, self.year_now).warnings.is_empty() {
                self.found.insert(way.clone());
            }
            return;
        }
        let Some(place) = Place::at(text) else {
            return;
        };
        if seen.contains(&place.digits) || self.steps > STEPS_MAX {
            return;
        }
        seen.push(place.digits);
        if place.ai.length_min() == place.ai.length_max() {
            self.take(place, place.ai.length_max(), false, seen, way);
        } else {
            let holds = self.holds(place.ai, place.field());
            if holds {
                self.whole(place, place.field(), seen, way);
            }
            let is_sure = self.is_strict || holds && self.mark.is_empty();
            for length in place.ai.length_min()..=place.ai.length_max() {
                self.take(place, length, is_sure, seen, way);
            }
        }
        seen.pop();
    }

    fn holds(&self, ai: &Ai, value: &str) -> bool {
        problem(ai, value, self.year_now).is_none()
    }

    /// Goes on behind a value that needs no cut.
    fn whole<'a>(&mut self, place: Place<'a>, value: &str, seen: &mut Vec<&'a str>, way: &Way) {
        let rest = place.rest.strip_prefix(value).unwrap_or_default();
        let behind = rest.trim_start_matches(GS);
        let mut way = way.with(place.digits, value, false);
        if behind.len() < rest.len() {
            way.text.push(GS);
        }
        self.go(behind, seen, &way);
    }

    /// Takes a value of so many characters, and goes on behind it: behind a separator that was
    /// lost, unless none was due.
    fn take<'a>(
        &mut self,
        place: Place<'a>,
        length: usize,
        is_sure: bool,
        seen: &mut Vec<&'a str>,
        way: &Way,
    ) {
        let (value, cut) = split_after(place.field(), length);
        if !self.holds(place.ai, value) {
            return;
        }
        if cut.is_empty() || place.ai.is_predefined() {
            if place.ai.length_min() == place.ai.length_max() {
                self.whole(place, value, seen, way);
            }
            return;
        }
        if cut
            .strip_prefix(self.mark)
            .is_some_and(|next| may_follow(next, is_sure))
        {
            let used = place.rest.strip_prefix(value);
            let behind = used
                .and_then(|rest| rest.strip_prefix(self.mark))
                .unwrap_or_default();
            self.go(behind, seen, &way.with(place.digits, value, true));
        }
    }
}

/// Whether a text begins with an AI before which a separator may have been lost.
fn may_follow(text: &str, is_sure: bool) -> bool {
    Ai::at_start_of(text).is_some_and(|(ai, digits)| {
        let checks_itself =
            ai.is_predefined() && ai.parts.iter().any(|part| !part.rules.is_empty());
        checks_itself || !is_sure && COMMON.contains(&digits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, mark: &str) -> Option<String> {
        let message = recovered(text, mark, 2026)?;
        assert_eq!(message.faults, []);
        let elements: Vec<String> = message
            .elements
            .iter()
            .map(|element| format!("{}={}", element.ai, element.value))
            .collect();
        Some(elements.join(" "))
    }

    #[test]
    fn a_single_way_is_taken() {
        for (text, mark, expected) in [
            // A date behind the batch.
            (
                "010400638133393110ABC17271231",
                "",
                Some("01=04006381333931 10=ABC 17=271231"),
            ),
            // A count cannot hold a letter, so the batch begins somewhere in it.
            (
                "0104006381333931305010LOT-7",
                "",
                Some("01=04006381333931 30=50 10=LOT-7"),
            ),
            // Two separators, typed as digits.
            (
                "010400638133393110ABC2921S12917271231",
                "29",
                Some("01=04006381333931 10=ABC 21=S1 17=271231"),
            ),
            (
                "010400638133393110ABC02921S1",
                "029",
                Some("01=04006381333931 10=ABC 21=S1"),
            ),
        ] {
            assert_eq!(read(text, mark).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_ambiguous_or_whole_is_left_alone() {
        for text in [
            // Nothing to cut.
            "010400638133393110ABC",
            "01040063813339311727123110ABC",
            // A serial may well begin in a batch, but nothing says so.
            "010400638133393110ABC21S1",
            // Two places for a date.
            "010400638133393110A1727123115280101",
            // No element string at all.
            "HELLO",
            "",
        ] {
            assert_eq!(read(text, ""), None, "{text}");
        }
    }

    #[test]
    fn a_long_text_of_digits_ends() {
        assert_eq!(
            read(&format!("010400638133393110{}", "10".repeat(500)), ""),
            None
        );
        assert_eq!(read(&"10".repeat(2_000), ""), None);
    }
}
