//! Times as programs write them: RFC 3339 moments and days of the calendar.

use std::fmt::Display;

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};
use ledger_core::Timestamp;
use ledger_core::at_entry::Refusal;

const WITH_SECONDS: [&str; 2] = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"];
const WITH_MINUTES: [&str; 2] = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];

/// The refusal of a text that is no time, for this reason.
#[must_use]
pub fn bad_time(text: &str, why: &str) -> Refusal {
    Refusal::new("bad-time", format!("{text:?} is not a time{why}"))
        .hint("write it as 2026-11-21T09:12:00Z or \"2026-11-21 09:12\"")
}

/// Milliseconds since 1970 as a moment; `text` is what was typed.
pub fn timestamp(text: &str, millis: i64) -> Result<Timestamp, Refusal> {
    match u64::try_from(millis) {
        Ok(millis) => Ok(Timestamp::from_millis(millis)),
        Err(_) => Err(bad_time(text, " since 1970")),
    }
}

/// Reads a moment with its offset, as RFC 3339 writes it.
pub fn parse_moment(text: &str) -> Result<Timestamp, Refusal> {
    match DateTime::parse_from_rfc3339(text.trim()) {
        Ok(time) => timestamp(text, time.timestamp_millis()),
        Err(_) => Err(bad_time(text, "")
            .hint("write it with its offset: 2026-11-21T09:12:00Z or 2026-11-21T10:12:00+01:00")),
    }
}

/// Reads a time; without an offset it is of the zone.
pub fn parse(text: &str, zone: impl TimeZone + Display + Copy) -> Result<Timestamp, Refusal> {
    let trimmed = text.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(trimmed) {
        return timestamp(text, time.timestamp_millis());
    }
    let seconds = || WITH_SECONDS.iter().find_map(|form| naive(trimmed, form));
    let minutes = || WITH_MINUTES.iter().find_map(|form| naive(trimmed, form));
    let midnight = || {
        let day = NaiveDate::parse_from_str(trimmed, "%Y-%m-%d").ok()?;
        Some(day.and_time(NaiveTime::MIN))
    };
    let local = seconds()
        .or_else(minutes)
        .or_else(midnight)
        .ok_or_else(|| bad_time(text, ""))?;
    in_zone(text, local, zone)
}

fn naive(text: &str, form: &str) -> Option<NaiveDateTime> {
    NaiveDateTime::parse_from_str(text, form).ok()
}

/// A time of day in a zone; `text` is what was typed.
pub fn in_zone(
    text: &str,
    local: NaiveDateTime,
    zone: impl TimeZone + Display + Copy,
) -> Result<Timestamp, Refusal> {
    match zone.from_local_datetime(&local) {
        // Of an hour that comes twice when summer time ends, the first one is meant.
        LocalResult::Single(time) | LocalResult::Ambiguous(time, _) => {
            timestamp(text, time.timestamp_millis())
        }
        LocalResult::None => Err(bad_time(
            text,
            &format!(": {zone} has no such hour that day"),
        )),
    }
}

/// Reads a day `YYYY-MM-DD` as days since 1970-01-01.
pub fn parse_day(text: &str) -> Result<u32, Refusal> {
    let bad = || {
        Refusal::new("bad-date", format!("{text:?} is not a date since 1970"))
            .hint("write it as 2027-03-31")
    };
    let Ok(day) = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d") else {
        return Err(bad());
    };
    let days = day.signed_duration_since(NaiveDate::default()).num_days();
    u32::try_from(days).or(Err(bad()))
}

/// The warning that a time somebody said has not come yet.
#[must_use]
pub fn in_the_future(said: Option<Timestamp>, now: Timestamp) -> Option<String> {
    said.filter(|said| *said > now)
        .map(|_| "that time is in the future: it counts as now".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_an_offset() {
        let ten = 1_719_828_000_000; // 2024-07-01T10:00:00Z
        for text in ["2024-07-01T10:00:00Z", " 2024-07-01T12:00:00.000+02:00 "] {
            assert_eq!(parse_moment(text).unwrap().millis(), ten, "{text}");
        }
        for text in [
            "2024-07-01T10:00:00",
            "2024-07-01",
            "yesterday",
            "",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(parse_moment(text).unwrap_err().code, "bad-time", "{text}");
        }
    }

    #[test]
    fn only_what_is_to_come_is_in_the_future() {
        let now = Timestamp::from_millis(5);
        let later = Timestamp::from_millis(6);
        assert!(in_the_future(Some(later), now).is_some());
        assert_eq!(in_the_future(Some(now), now), None);
        assert_eq!(in_the_future(None, now), None);
    }
}
