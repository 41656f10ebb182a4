//! What a list's filter could not read. The list is shown without that part of the filter, and
//! says so: which field, and what it takes.

use chrono::{Days, NaiveDate, TimeZone as _};
use ledger_core::{Code, Timestamp};

use crate::lang::Words;

/// A text that says something, without blanks around it.
pub(super) fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The fields, each with the ids of its label and of what it takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Unread(Vec<(&'static str, &'static str)>);

impl Unread {
    /// Reads a field. One that is empty filters nothing.
    pub(super) fn read<T>(
        &mut self,
        (label, takes): (&'static str, &'static str),
        text: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let value = read(text);
        if value.is_none() {
            self.0.push((label, takes));
        }
        value
    }

    /// Reads a field for the code of something.
    pub(super) fn code(&mut self, label: &'static str, text: &str) -> Option<Code> {
        self.read((label, "filter-takes-code"), text, |text| {
            Code::new(text).ok()
        })
    }

    /// Reads a field with choices.
    pub(super) fn choice<T>(
        &mut self,
        label: &'static str,
        text: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.read((label, "filter-takes-choice"), text, read)
    }

    /// Reads a field for a day: the moment at which it begins by the visitor's clock, so many days
    /// later.
    pub(super) fn day(
        &mut self,
        label: &'static str,
        text: &str,
        words: Words,
        later: u64,
    ) -> Option<Timestamp> {
        self.read((label, "filter-takes-day"), text, |day| {
            let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
            let day = day.checked_add_days(Days::new(later))?;
            let midnight = day.and_hms_opt(0, 0, 0)?;
            let moment = words.zone.from_local_datetime(&midnight).earliest()?;
            let millis = u64::try_from(moment.timestamp_millis()).ok()?;
            Some(Timestamp::from_millis(millis))
        })
    }

    /// For the template.
    pub(super) fn fields(&self) -> &[(&'static str, &'static str)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::lang::Lang;

    #[test]
    fn a_field_is_read_or_named_and_an_empty_one_is_neither() {
        let mut unread = Unread::default();
        assert_eq!(unread.code("site", " north "), Code::new("NORTH").ok());
        assert_eq!(unread.code("location", "  "), None);
        assert!(unread.fields().is_empty());
        assert_eq!(unread.code("location", &"x".repeat(500)), None);
        let days = unread.read(("days", "filter-takes-days"), "x", |text| {
            text.parse::<u32>().ok()
        });
        assert_eq!(days, None);
        assert_eq!(
            unread.fields(),
            [
                ("location", "filter-takes-code"),
                ("days", "filter-takes-days")
            ]
        );
    }

    #[test]
    fn what_is_no_day_is_told_and_an_empty_field_is_not() {
        let words = Words::new(Lang::En, Tz::UTC);
        let mut unread = Unread::default();
        assert_eq!(unread.day("from-day", " ", words, 0), None);
        assert_eq!(unread.fields(), []);
        let day = unread.day("from-day", "1970-01-02", words, 1);
        assert_eq!(day.map(Timestamp::millis), Some(2 * 86_400_000));
        assert_eq!(unread.day("to-day", "yesterday", words, 0), None);
        assert_eq!(unread.fields(), [("to-day", "filter-takes-day")]);
    }
}
