//! Code 128: which of the sets A, B and C carry a text in the fewest symbols, and its bars.
//!
//! Set A has capitals and control characters, B has capitals and small letters, C has two digits in
//! one symbol. The choice is made here, not by a printer, so that a label has the same bars, and the
//! same width, in every format.

use barcoders::sym::code128::Code128;

/// A character set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Set {
    A,
    B,
    C,
}

/// Characters that are carried by one set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) set: Set,
    pub(crate) bytes: Vec<u8>,
}

/// For the rest of a text: how many symbols it takes when a set is in force.
#[derive(Debug, Clone, Copy, Default)]
struct Costs {
    a: u32,
    b: u32,
    c: u32,
}

/// More than any text takes.
const NEVER: u32 = u32::MAX / 2;
/// In the order in which they are preferred when two are as short.
const SETS: [Set; 3] = [Set::B, Set::C, Set::A];

impl Costs {
    const fn of(self, set: Set) -> u32 {
        match set {
            Set::A => self.a,
            Set::B => self.b,
            Set::C => self.c,
        }
    }

    /// The cheapest set to be in.
    fn best(self) -> Set {
        SETS.into_iter()
            .min_by_key(|set| self.of(*set))
            .unwrap_or(Set::B)
    }
}

/// FNC1 among the bytes of a text, where ASCII has nothing.
const FNC1: u8 = 0x80;

/// GS1 element strings as the bytes that are encoded: FNC1 in front, and for each GS.
pub(crate) fn gs1(code: &str) -> Vec<u8> {
    let signs = code.bytes().map(|byte| match byte {
        0x1D => FNC1,
        byte => byte,
    });
    [FNC1].into_iter().chain(signs).collect()
}

/// How many bytes of a text one symbol of a set takes; none when it cannot.
fn step(set: Set, rest: &[u8]) -> Option<usize> {
    let first = *rest.first()?;
    if first == FNC1 {
        return Some(1);
    }
    match set {
        Set::A => (first < 96).then_some(1),
        Set::B => (32..128).contains(&first).then_some(1),
        Set::C => {
            let second = *rest.get(1)?;
            (first.is_ascii_digit() && second.is_ascii_digit()).then_some(2)
        }
    }
}

/// For each place of a text: the costs of going on in a set, when it is not changed there.
fn stay(text: &[u8]) -> Vec<Costs> {
    let mut table = vec![Costs::default(); text.len().saturating_add(1)];
    for place in (0..text.len()).rev() {
        let rest = text.get(place..).unwrap_or_default();
        let after = |set| {
            let taken = step(set, rest)?;
            let costs = *table.get(place.saturating_add(taken))?;
            // Going on in this set, or changing once and going on in the cheapest.
            let best = costs.of(set).min(costs.of(costs.best()).saturating_add(1));
            Some(best.saturating_add(1))
        };
        let costs = Costs {
            a: after(Set::A).unwrap_or(NEVER),
            b: after(Set::B).unwrap_or(NEVER),
            c: after(Set::C).unwrap_or(NEVER),
        };
        if let Some(cell) = table.get_mut(place) {
            *cell = costs;
        }
    }
    table
}

/// A text of ASCII and FNC1 in runs of sets, as few symbols as possible.
pub(crate) fn runs(text: &[u8]) -> Vec<Run> {
    let table = stay(text);
    let mut runs: Vec<Run> = Vec::new();
    let mut place = 0;
    while let (Some(rest), Some(costs)) = (text.get(place..), table.get(place)) {
        let best = costs.best();
        let set = match runs.last() {
            Some(run) if costs.of(run.set) <= costs.of(best).saturating_add(1) => run.set,
            Some(_) | None => best,
        };
        let Some(taken) = step(set, rest) else {
            break;
        };
        let bytes = rest.get(..taken).unwrap_or_default();
        match runs.last_mut() {
            Some(run) if run.set == set => run.bytes.extend(bytes),
            Some(_) | None => runs.push(Run {
                set,
                bytes: bytes.to_vec(),
            }),
        }
        place = place.saturating_add(taken);
    }
    runs
}

/// The modules of these runs, with check symbol and stop: true is dark.
///
/// None when there is nothing to encode.
pub(crate) fn modules(runs: &[Run]) -> Option<Vec<bool>> {
    let mut text = String::new();
    for run in runs {
        text.push(match run.set {
            Set::A => '\u{C0}',
            Set::B => '\u{181}',
            Set::C => '\u{106}',
        });
        // The encoder has signs of its own for the character DEL and for FNC1.
        text.extend(run.bytes.iter().map(|byte| match byte {
            0x7F => '\u{F7}',
            &FNC1 => '\u{179}',
            byte => char::from(*byte),
        }));
    }
    let bars = Code128::new(text).ok()?;
    Some(
        bars.encode()
            .into_iter()
            .map(|module| module == 1)
            .collect(),
    )
}

/// The field data of these runs for a printer's own Code 128 without any choice of its own.
///
/// Sets A and C are given as pairs of digits, and what a printer would take for a command in set B by
/// its escapes.
pub(crate) fn zpl(runs: &[Run]) -> String {
    let mut text = String::new();
    for (place, run) in runs.iter().enumerate() {
        text.push_str(match (run.set, place) {
            (Set::A, 0) => ">9",
            (Set::B, 0) => ">:",
            (Set::C, 0) => ">;",
            (Set::A, _) => ">7",
            (Set::B, _) => ">6",
            (Set::C, _) => ">5",
        });
        for byte in &run.bytes {
            match (run.set, *byte) {
                (_, FNC1) => text.push_str(">8"),
                (Set::A, byte @ 0..32) => text.push_str(&format!("{:02}", byte.saturating_add(64))),
                (Set::A, byte) => text.push_str(&format!("{:02}", byte.saturating_sub(32))),
                (Set::B, b'>') => text.push_str(">0"),
                (Set::B, b'^') => text.push_str("><"),
                (Set::B, b'~') => text.push_str(">="),
                (Set::B, 0x7F) => text.push_str(">1"),
                (Set::B | Set::C, byte) => text.push(char::from(byte)),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sets of a text, and how many symbols it takes with start, check and stop.
    fn check(text: &str, sets: &str, symbols: usize) {
        let runs = runs(text.as_bytes());
        let letters: String = runs
            .iter()
            .map(|run| match run.set {
                Set::A => 'A',
                Set::B => 'B',
                Set::C => 'C',
            })
            .collect();
        assert_eq!(letters, sets, "{text:?}");
        // 11 modules for each, and two more at the stop.
        assert_eq!(modules(&runs).unwrap().len(), symbols * 11 + 2, "{text:?}");
    }

    #[test]
    fn the_sets_are_chosen_for_the_fewest_symbols() {
        check("A-01", "B", 7);
        // Two digits at the end: a change would cost what it saves.
        check("XJLX0X601L", "B", 13);
        check("12345678", "C", 7);
        check("1234567", "BC", 8);
        check("PO123456", "BC", 9);
        check("AB1234CD", "B", 11);
        check("AB123456CD", "BCB", 12);
        check("\x1D0110\x1D", "A", 9);
        check("a\x1Db", "BAB", 8);
        check("7", "B", 4);
    }

    #[test]
    fn a_printer_gets_the_same_runs_and_no_commands() {
        assert_eq!(zpl(&runs(&gs1("10AB\x1D2112"))), ">:>810AB>8>52112");
        assert_eq!(zpl(&runs(b"PO123456")), ">:PO>5123456");
        assert_eq!(zpl(&runs(b"x>^~y")), ">:x>0><>=y");
        assert_eq!(zpl(&runs(b"A\x1D")), ">93393");
        assert_eq!(zpl(&runs(b"ab\x1D1234")), ">:ab>793>51234");
    }
}
