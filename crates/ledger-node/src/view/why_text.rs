//! Why a total is what it is, in words that a storekeeper can check with a pencil.
//!
//! Every sentence ends in the total that it explains, and every number in it is one that somebody
//! counted or moved.

use ledger_core::fold::Why;
use ledger_core::{Code, Quantity, Total};

use super::WhyLineView;
use super::spoken_time;

/// How many movements are named one by one; more are added up.
const NAMED_MAX: usize = 8;
/// How many stock lines are told one by one.
const LINES_MAX: usize = 30;

/// A whole item: one sentence for each stock line, with the sum before them when they are several.
pub(super) fn of_item(
    sku: &Code,
    location: Option<&Code>,
    whys: &[Why],
    lines: &[WhyLineView],
) -> String {
    let place = location.map_or_else(String::new, |location| format!(" at {location}"));
    match lines {
        [] => format!("There was never any stock of {sku}{place}: 0."),
        [line] => line.text.clone(),
        several => {
            let mut told = vec![in_all(&place, whys)];
            // What is there comes first; lines that are empty today are told as far as they fit.
            let (there, empty): (Vec<_>, Vec<_>) = whys
                .iter()
                .zip(several)
                .partition(|(why, _)| !why.on_hand.is_zero());
            let all = there.iter().chain(&empty);
            told.extend(all.take(LINES_MAX).map(|(_, line)| line.text.clone()));
            let left = several.len().saturating_sub(LINES_MAX);
            if left > 0 {
                told.push(format!("And {left} more."));
            }
            told.join("\n")
        }
    }
}

/// What several stock lines come to: our own, and customers' where they have any here.
fn in_all(place: &str, whys: &[Why]) -> String {
    let sum = |customers: bool| {
        let lines = whys
            .iter()
            .filter(|why| why.line.owner.is_some() == customers);
        lines.fold(Total::ZERO, |sum, why| sum.plus(why.on_hand))
    };
    let lines = whys.len();
    if whys.iter().all(|why| why.line.owner.is_none()) {
        return format!("{} in all{place}, from {lines} stock lines:", sum(false));
    }
    format!(
        "{} of our own and {} of customers{place}, from {lines} stock lines:",
        sum(false),
        sum(true)
    )
}

/// One stock line.
pub(super) fn of_line(why: &Why, counted_on: Option<&str>) -> String {
    let mut sentence = subject(why);
    match (&why.count, counted_on) {
        (Some(count), device) => {
            let by = device.map_or_else(String::new, |device| format!(" by {device}"));
            let at = spoken_time(count.at);
            sentence.push_str(&format!("{} counted on {at}{by}", count.quantity));
            match why.movements.as_slice() {
                [] => sentence.push_str(", nothing since"),
                _ => sentence.push_str(&format!(", then {}", added_up(why))),
            }
        }
        (None, _) if why.movements.is_empty() => sentence.push_str("nothing"),
        (None, _) => sentence.push_str(&format!("never counted; {}", added_up(why))),
    }
    sentence.push_str(&format!(": {}.", why.on_hand));
    sentence.push_str(&left_out(why));
    sentence
}

/// Which line it is: `A-01, owned by ACME, batch LOT-7: `.
fn subject(why: &Why) -> String {
    let mut subject = why.line.location.to_string();
    if let Some(owner) = &why.line.owner {
        subject.push_str(&format!(", owned by {owner}"));
    }
    if let Some(batch) = &why.line.batch {
        subject.push_str(&format!(", batch {batch}"));
    }
    subject.push_str(": ");
    subject
}

/// The movements, signed: the first ones one by one, of very many the sum.
fn added_up(why: &Why) -> String {
    let amounts: Vec<Quantity> = why.movements.iter().map(|row| row.amount).collect();
    if amounts.len() <= NAMED_MAX {
        let signed: Vec<String> = amounts.iter().copied().map(signed).collect();
        return signed.join(", ");
    }
    let start = why
        .count
        .map(|count| count.quantity.total())
        .unwrap_or_default();
    let sum = why.on_hand.minus(start);
    let sign = if sum.is_negative() { "" } else { "+" };
    format!("{} movements, together {sign}{sum}", amounts.len()).replace('-', "\u{2212}")
}

fn signed(amount: Quantity) -> String {
    let text = amount.to_string();
    match text.strip_prefix('-') {
        Some(size) => format!("\u{2212}{size}"),
        None => format!("+{text}"),
    }
}

/// What is left out and why, a sentence for each reason.
fn left_out(why: &Why) -> String {
    let with = |reason: &str, counts: bool| {
        let rows = why.ignored.iter();
        rows.filter(|(row, why)| *why == reason && row.is_count == counts)
            .count()
    };
    let mut told = String::new();
    let movements = with("before the last count", false);
    if movements > 0 {
        let (what, verb) = plural(movements, "earlier movement", "is", "are");
        told.push_str(&format!(
            " {what} {verb} left out: whoever counted had already seen what {} did.",
            if movements == 1 { "it" } else { "they" }
        ));
    }
    let counts = with("before the last count", true);
    if counts > 0 {
        let (what, verb) = plural(
            counts,
            "earlier count",
            "no longer matters",
            "no longer matter",
        );
        told.push_str(&format!(" {what} {verb}."));
    }
    for (reason, says) in [
        ("voided by a reversal", "undone"),
        ("the same write again", "written twice and taken once"),
        (
            "of a revoked device, waiting",
            "written by a device that was revoked, and not counted until admitted",
        ),
        (
            "of a revoked device, refused",
            "written by a device that was revoked, and refused",
        ),
    ] {
        let entries = with(reason, false).saturating_add(with(reason, true));
        if entries > 0 {
            let (what, verb) = plural(entries, "entry", "was", "were");
            told.push_str(&format!(" {what} {verb} {says}."));
        }
    }
    told
}

fn plural(
    count: usize,
    noun: &str,
    one: &'static str,
    many: &'static str,
) -> (String, &'static str) {
    if count == 1 {
        return (format!("1 {noun}"), one);
    }
    let nouns = match noun.strip_suffix('y') {
        Some(stem) => format!("{stem}ies"),
        None => format!("{noun}s"),
    };
    (format!("{count} {nouns}"), many)
}

#[cfg(test)]
mod tests {
    use ledger_core::fold::{LastCount, LineKey, WhyRow};
    use ledger_core::{EntryId, Origin, Timestamp};

    use super::*;

    const AT: u64 = 1_709_546_400_000;

    fn row(amount: &str, is_count: bool) -> WhyRow {
        let id = EntryId {
            origin: Origin::from_bytes([7; 16]),
            seq: 3,
        };
        let amount = amount.parse().unwrap();
        WhyRow {
            id,
            at: Timestamp::from_millis(AT),
            amount,
            is_count,
        }
    }

    fn why(
        counted: Option<&str>,
        movements: &[&str],
        ignored: &[(&str, bool, &'static str)],
    ) -> Why {
        let code = |text: &str| Code::new(text).unwrap();
        let line = LineKey {
            item: code("R-100"),
            location: code("A-01"),
            owner: None,
            batch: None,
        };
        let count = counted.map(|quantity| {
            let seen = row(quantity, true);
            LastCount {
                id: seen.id,
                at: seen.at,
                quantity: seen.amount,
            }
        });
        let movements: Vec<WhyRow> = movements.iter().map(|amount| row(amount, false)).collect();
        let start = count.map_or(Total::ZERO, |count| count.quantity.total());
        let on_hand = movements
            .iter()
            .fold(start, |sum, row| sum.plus(row.amount.total()));
        let ignored = ignored
            .iter()
            .map(|(amount, count, why)| (row(amount, *count), *why));
        Why {
            line,
            on_hand,
            count,
            movements,
            ignored: ignored.collect(),
            earlier: (0, Total::ZERO),
            ignored_before: 0,
        }
    }

    fn check(why: &Why, text: &str) {
        assert_eq!(of_line(why, Some("B")), text);
    }

    #[test]
    fn a_count_and_what_came_after_it() {
        check(
            &why(Some("12"), &["3", "-1"], &[]),
            "A-01: 12 counted on 2024-03-04 10:00 UTC by B, then +3, \u{2212}1: 14.",
        );
        check(
            &why(Some("12"), &[], &[("-5", false, "before the last count")]),
            "A-01: 12 counted on 2024-03-04 10:00 UTC by B, nothing since: 12. 1 earlier movement \
             is left out: whoever counted had already seen what it did.",
        );
    }

    #[test]
    fn what_was_never_counted_and_what_was_undone() {
        check(
            &why(None, &["15", "-0.25"], &[]),
            "A-01: never counted; +15, \u{2212}0.25: 14.75.",
        );
        check(
            &why(
                None,
                &["15"],
                &[
                    ("2", false, "voided by a reversal"),
                    ("3", true, "voided by a reversal"),
                ],
            ),
            "A-01: never counted; +15: 15. 2 entries were undone.",
        );
    }

    #[test]
    fn very_many_movements_are_added_up() {
        check(
            &why(Some("20"), &["-1"; 9], &[]),
            "A-01: 20 counted on 2024-03-04 10:00 UTC by B, then 9 movements, together \u{2212}9: 11.",
        );
    }

    #[test]
    fn several_lines_begin_with_what_they_come_to() {
        let mut theirs = why(None, &["10"], &[]);
        let ours = why(Some("12"), &["-2"], &[]);
        assert_eq!(
            in_all("", &[ours.clone(), ours.clone()]),
            "20 in all, from 2 stock lines:"
        );
        theirs.line.owner = Some(Code::new("ACME").unwrap());
        let text = in_all(" at A-01", &[ours, theirs]);
        assert_eq!(
            text,
            "10 of our own and 10 of customers at A-01, from 2 stock lines:"
        );
    }

    #[test]
    fn an_item_without_stock_says_so() {
        let sku = Code::new("R-100").unwrap();
        assert_eq!(
            of_item(&sku, None, &[], &[]),
            "There was never any stock of R-100: 0."
        );
        let place = Code::new("A-01").unwrap();
        let text = of_item(&sku, Some(&place), &[], &[]);
        assert_eq!(text, "There was never any stock of R-100 at A-01: 0.");
    }
}
