//! Days and times as labels write them: without a time zone, and often without a century.

use std::fmt;

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day, where it exists.
    #[must_use]
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        let exists = (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
        exists.then_some(Self { year, month, day })
    }

    /// The last day of a month.
    #[must_use]
    pub fn end_of_month(year: u16, month: u8) -> Option<Self> {
        Self::new(year, month, days_of(year, month))
    }

    /// The year, with its century.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, from 1.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from 1.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Reads `YYMMDD`; the day 00 is the month's last where that is allowed.
    ///
    /// `year_now` decides the century; see [`full_year`].
    pub(crate) fn short(text: &str, year_now: u16, may_be_month: bool) -> Option<Self> {
        let [year, month, day] = pairs(text)?;
        let year = full_year(year, year_now);
        if day == 0 && may_be_month {
            return Self::end_of_month(year, month);
        }
        Self::new(year, month, day)
    }

    /// Reads `YYYYMMDD`.
    pub(crate) fn long(text: &str) -> Option<Self> {
        let [century, year, month, day] = pairs(text)?;
        Self::new(u16::from(century) * 100 + u16::from(year), month, day)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// The year that two digits mean in a given year.
///
/// The window of the GS1 General Specifications, section 7.12: from 49 years ago to 50 years
/// ahead.
#[must_use]
pub fn full_year(two_digits: u8, year_now: u16) -> u16 {
    let base = year_now.saturating_sub(49);
    let in_century = base - base % 100 + u16::from(two_digits % 100);
    if in_century < base {
        in_century + 100
    } else {
        in_century
    }
}

const fn days_of(year: u16, month: u8) -> u8 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The numbers that pairs of digits make; none when the text is anything else.
pub(crate) fn pairs<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut found = [0; N];
    for (number, place) in found.iter_mut().zip((0..).step_by(2)) {
        *number = text.get(place..place + 2)?.parse().ok()?;
    }
    Some(found)
}

/// A day, and how late on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The day.
    pub date: Date,
    /// The hour, 0 to 23, where one was written.
    pub hour: Option<u8>,
    /// The minute, where one was written.
    pub minute: Option<u8>,
    /// The second, where one was written.
    pub second: Option<u8>,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.date)?;
        if let Some(hour) = self.hour {
            write!(f, " {hour:02}:{:02}", self.minute.unwrap_or(0))?;
        }
        if let Some(second) = self.second {
            write!(f, ":{second:02}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_century_follows_the_year_in_which_a_label_is_read() {
        for (two_digits, year_now, expected) in [
            (25, 2026, 2025),
            (76, 2026, 2076),
            (77, 2026, 1977),
            (0, 2026, 2000),
            (49, 2000, 2049),
            (50, 2000, 2050),
            (51, 2000, 1951),
            (99, 2000, 1999),
            (0, 1999, 2000),
            (49, 1999, 2049),
            (50, 1999, 1950),
        ] {
            assert_eq!(
                full_year(two_digits, year_now),
                expected,
                "{two_digits} in {year_now}"
            );
        }
    }

    #[test]
    fn days_that_do_not_exist_are_none() {
        for (text, expected) in [
            ("240229", Some("2024-02-29")),
            ("230229", None),
            ("250231", None),
            ("251301", None),
            ("250001", None),
            ("250431", None),
            ("2504", None),
            ("25043x", None),
            ("250400", Some("2025-04-30")),
            ("240200", Some("2024-02-29")),
        ] {
            let date = Date::short(text, 2026, true).map(|date| date.to_string());
            assert_eq!(date.as_deref(), expected, "{text}");
        }
        assert_eq!(Date::short("250400", 2026, false), None);
        assert_eq!(Date::long("19000228").map(Date::year), Some(1900));
        assert_eq!(Date::long("19000229"), None);
    }
}
