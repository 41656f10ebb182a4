//! Whether the content of a part is what its AI demands.
//!
//! The characters and the length of the part hold already when these are asked.

use super::ai::Rule;
use crate::check_digit::is_right;
use crate::date::{Date, pairs};

/// Whether a part's content obeys a rule.
///
/// Days are judged in any century here; which one is meant makes a difference for 29 February of
/// 1900 only, and two digits never mean that year.
pub(super) fn holds(rule: Rule, text: &str, year_now: u16) -> bool {
    match rule {
        Rule::CheckDigit => is_right(text),
        Rule::CheckPair => check_pair_holds(text),
        Rule::Date => Date::short(text, year_now, false).is_some(),
        Rule::DateOrMonth => Date::short(text, year_now, true).is_some(),
        Rule::LongDate => Date::long(text).is_some(),
        Rule::HourMinute => pairs(text).is_some_and(|[hour, minute]| hour < 24 && minute < 60),
        Rule::Hour => text <= "23",
        Rule::Minute | Rule::Second => text <= "59",
        Rule::PercentEncoded => percents_are_whole(text),
        Rule::YesNo => matches!(text, "0" | "1"),
        Rule::Hyphen => text == "-",
        Rule::Latitude => text <= "1800000000",
        Rule::Longitude => text <= "3600000000",
        Rule::Zero => text.bytes().all(|byte| byte == b'0'),
        Rule::NonZero => text.bytes().any(|byte| byte != b'0'),
        Rule::Winding => matches!(text, "0" | "1" | "9"),
        Rule::PieceOfTotal => pairs(text).is_some_and(|[piece, total]| piece > 0 && piece <= total),
        Rule::Iban => iban_holds(text),
        Rule::NoLeadingZero => !text.starts_with('0'),
        Rule::HasNonDigit => text.bytes().any(|byte| !byte.is_ascii_digit()),
        Rule::ImporterIndex => text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')),
        Rule::MediaType => pairs(text).is_some_and(|[kind]| matches!(kind, 1..=10 | 80..=99)),
        Rule::Sex => matches!(text, "0" | "1" | "2" | "9"),
        Rule::PositionOfTotal => position_holds(text),
    }
}

/// The words for what a rule expects, in an error.
pub(super) const fn words(rule: Rule) -> &'static str {
    match rule {
        Rule::CheckDigit => "a right check digit (perhaps misread: scan it again)",
        Rule::CheckPair => "a right pair of check characters (perhaps misread: scan it again)",
        Rule::Date => "a day as YYMMDD",
        Rule::DateOrMonth => "a day as YYMMDD, or a month as YYMM00",
        Rule::LongDate => "a day as YYYYMMDD",
        Rule::HourMinute => "a time as HHMM",
        Rule::Hour => "an hour, 00 to 23",
        Rule::Minute => "a minute, 00 to 59",
        Rule::Second => "a second, 00 to 59",
        Rule::PercentEncoded => "two hexadecimal digits after each per cent sign",
        Rule::YesNo => "0 or 1",
        Rule::Hyphen => "a hyphen",
        Rule::Latitude => "a latitude, at most 1800000000",
        Rule::Longitude => "a longitude, at most 3600000000",
        Rule::Zero => "0",
        Rule::NonZero => "anything but zero",
        Rule::Winding => "0, 1 or 9",
        Rule::PieceOfTotal => "a piece and a total, two digits each",
        Rule::Iban => "an IBAN with right check digits",
        Rule::NoLeadingZero => "a number without a leading zero",
        Rule::HasNonDigit => "something besides digits",
        Rule::ImporterIndex => "a letter, a digit, - or _",
        Rule::MediaType => "01 to 10 or 80 to 99",
        Rule::Sex => "0, 1, 2 or 9",
        Rule::PositionOfTotal => "a position and a total, such as 1/3",
    }
}

fn percents_are_whole(text: &str) -> bool {
    let is_hex = |pair: &str| pair.bytes().all(|byte| byte.is_ascii_hexdigit());
    let after = text.split('%').skip(1);
    let mut pairs = after.map(|rest| rest.get(..2));
    pairs.all(|pair| pair.is_some_and(is_hex))
}

fn position_holds(text: &str) -> bool {
    let number = |text: &str| {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
        text.parse::<u64>().ok().filter(|_| plain)
    };
    let numbers = text
        .split_once('/')
        .and_then(|(position, total)| Some((number(position)?, number(total)?)));
    numbers.is_some_and(|(position, total)| position <= total)
}

/// Set 82 in the order of its values.
const SET_82: &str =
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
/// The characters of a check pair in the order of their values.
const SET_32: &str = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// The weights of a check pair from the right: the primes, as many as the longest value needs.
const PRIMES: [usize; 23] = [
    2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83,
];

/// The check pair of a text of set 82 with at most 23 characters.
///
/// GS1 General Specifications, section 7.9.5: the values times the primes from the right, modulo
/// 1021, as two numbers of five bits.
pub(super) fn check_pair(text: &str) -> Option<String> {
    let mut sum: usize = 0;
    let mut weights = PRIMES.iter();
    for c in text.chars().rev() {
        sum += SET_82.find(c)? * weights.next()?;
    }
    let sum = sum % 1021;
    [sum / 32, sum % 32]
        .into_iter()
        .map(|value| SET_32.chars().nth(value))
        .collect()
}

fn check_pair_holds(text: &str) -> bool {
    let split = text
        .len()
        .checked_sub(2)
        .and_then(|at| text.split_at_checked(at));
    split.is_some_and(|(body, pair)| check_pair(body).as_deref() == Some(pair))
}

/// ISO 13616: country and check digits moved to the end, letters as 10 to 35, one modulo 97.
fn iban_holds(text: &str) -> bool {
    let Some((head, body)) = text
        .split_at_checked(4)
        .filter(|(_, body)| !body.is_empty())
    else {
        return false;
    };
    let mut rest: u32 = 0;
    for c in body.chars().chain(head.chars()) {
        let Some(value) = c.to_digit(36).filter(|_| !c.is_ascii_lowercase()) else {
            return false;
        };
        rest = (rest * if value < 10 { 10 } else { 100 } + value) % 97;
    }
    rest == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: Rule, right: &[&str], wrong: &[&str]) {
        for text in right {
            assert!(holds(rule, text, 2026), "{rule:?} {text}");
        }
        for text in wrong {
            assert!(!holds(rule, text, 2026), "{rule:?} {text}");
        }
    }

    #[test]
    fn check_digits_and_pairs() {
        check(
            Rule::CheckDigit,
            &["106141412345678908", "04006381333931", "9521321000018"],
            &["106141412345678909", "04006381333932", ""],
        );
        // The worked example of the specifications, section 7.9.5.
        check(
            Rule::CheckPair,
            &["1987654Ad4X4bL5ttr2310c2K"],
            &[
                "1987654Ad4X4bL5ttr2310cXK",
                "1987654Ad4X4bL5ttr2310c2X",
                "2",
                "",
                "é2",
            ],
        );
        check(
            Rule::Iban,
            &["GB82WEST12345698765432", "DE89370400440532013000"],
            &[
                "GB82WEST12345698765431",
                "DE8",
                "gb82west12345698765432",
                "DE89 3704",
            ],
        );
    }

    #[test]
    fn times_and_places() {
        check(
            Rule::HourMinute,
            &["0000", "2359"],
            &["2400", "2360", "235"],
        );
        check(Rule::Hour, &["00", "23"], &["24", "99"]);
        check(Rule::Minute, &["00", "59"], &["60"]);
        check(
            Rule::Latitude,
            &["0000000000", "1800000000"],
            &["1800000001"],
        );
        check(Rule::Longitude, &["3600000000"], &["3600000001"]);
        check(
            Rule::PieceOfTotal,
            &["0101", "0299", "9999"],
            &["0001", "0201", "0000"],
        );
        check(
            Rule::PositionOfTotal,
            &["1/1", "2/9", "9/10"],
            &[
                "0/1", "1/0", "01/2", "3/2", "1", "/", "1/", "/1", "1//2", "+1/2",
            ],
        );
    }

    #[test]
    fn small_sets() {
        check(
            Rule::PercentEncoded,
            &["", "A", "%20A", "%c3%A4"],
            &["%", "A%2", "%2G", "%%20"],
        );
        check(
            Rule::MediaType,
            &["01", "10", "80", "99"],
            &["00", "11", "79"],
        );
        check(Rule::NoLeadingZero, &["1", "10"], &["0", "01"]);
        check(Rule::HasNonDigit, &["1A"], &["11"]);
        check(Rule::Winding, &["0", "9"], &["2"]);
        check(Rule::Sex, &["0", "1", "2", "9"], &["3"]);
        check(Rule::YesNo, &["0", "1"], &["2"]);
        check(Rule::ImporterIndex, &["-", "_", "z"], &["!", "="]);
    }
}
