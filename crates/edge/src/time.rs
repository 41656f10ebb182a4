//! Times as people write and read them.
//!
//! A time with an offset means what it says. One without is of a zone: the device's own for what is
//! typed, UTC or the zone that was named for what is imported.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use ledger_core::Timestamp;
use ledger_core::at_entry::Refusal;
use ledger_node::times::in_zone;
pub(crate) use ledger_node::times::{parse, parse_day};

/// The zone of a name such as `Europe/Berlin`.
pub(crate) fn zone_named(name: &str) -> Result<Tz, Refusal> {
    name.trim().parse().map_err(|_error| {
        Refusal::new("bad-zone", format!("{name:?} is not a time zone"))
            .hint("write its name, such as Europe/Berlin or UTC")
    })
}

/// The device's own zone, UTC where it has none that we know.
pub(crate) fn local_zone() -> Tz {
    let of_environment = std::env::var("TZ").ok();
    let of_system = || {
        let link = std::fs::read_link("/etc/localtime").ok()?;
        let path = link.to_str()?;
        path.split_once("zoneinfo/")
            .map(|(_, name)| name.to_owned())
    };
    let name = of_environment.or_else(of_system).unwrap_or_default();
    name.trim_start_matches(':').parse().unwrap_or(Tz::UTC)
}

/// Reads a time as [`parse`] does, or `09:12` of the day that `now` is in.
pub(crate) fn parse_at(text: &str, zone: Tz, now: Timestamp) -> Result<Timestamp, Refusal> {
    let clock = ["%H:%M:%S", "%H:%M"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(text.trim(), form).ok());
    match (clock, moment(now)) {
        (Some(clock), Some(now)) => {
            let today = now.with_timezone(&zone).date_naive();
            in_zone(text, today.and_time(clock), zone)
        }
        _ => parse(text, zone),
    }
}

/// The year that a moment is in, by which two-digit years get their century.
pub(crate) fn year_of(time: Timestamp) -> u16 {
    let year = moment(time).map_or(1970, |moment| moment.year());
    u16::try_from(year).unwrap_or(u16::MAX)
}

/// A day as it is written, from the days since 1970-01-01.
pub(crate) fn written_day(days: u32) -> Option<String> {
    let day = NaiveDate::from_num_days_from_ce_opt(719_163)? + chrono::Days::new(u64::from(days));
    Some(day.to_string())
}

fn moment(time: Timestamp) -> Option<DateTime<chrono::Utc>> {
    DateTime::from_timestamp_millis(i64::try_from(time.millis()).ok()?)
}

/// An RFC 3339 time as people read it, in the zone; any other text as it is.
pub(crate) fn shown(text: &str, zone: Tz) -> String {
    DateTime::parse_from_rfc3339(text).map_or_else(
        |_| text.to_owned(),
        |time| {
            time.with_timezone(&zone)
                .format("%Y-%m-%d %H:%M")
                .to_string()
        },
    )
}

/// An RFC 3339 time within a sentence: the time of day, and the day unless it is that of `now`.
pub(crate) fn short(text: &str, now: Timestamp, zone: Tz) -> String {
    let Ok(time) = DateTime::parse_from_rfc3339(text) else {
        return text.to_owned();
    };
    let time = time.with_timezone(&zone);
    let today = moment(now).map(|now| now.with_timezone(&zone).date_naive());
    let form = if today == Some(time.date_naive()) {
        "%H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    time.format(form).to_string()
}

/// A moment as [`short`] shows it.
pub(crate) fn short_moment(time: Timestamp, now: Timestamp, zone: Tz) -> String {
    short(&ledger_node::time_text(time), now, zone)
}

/// A moment at the head of a line: `2026-11-22 12:04:10`, in the zone.
pub(crate) fn stamp(time: Timestamp, zone: Tz) -> String {
    let shown = moment(time).map(|time| time.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S"));
    shown.map_or_else(String::new, |shown| shown.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(text: &str, zone: &str) -> u64 {
        parse(text, zone_named(zone).unwrap()).unwrap().millis()
    }

    #[test]
    fn times_are_read_in_their_zone() {
        let ten = 1_719_828_000_000; // 2024-07-01T10:00:00Z
        for (text, zone) in [
            ("2024-07-01T10:00:00Z", "Europe/Berlin"),
            ("2024-07-01T12:00:00+02:00", "UTC"),
            ("2024-07-01T12:00:00", "Europe/Berlin"),
            ("2024-07-01 12:00:00.000", "Europe/Berlin"),
            (" 2024-07-01 12:00 ", "Europe/Berlin"),
            ("2024-07-01T10:00", "UTC"),
        ] {
            assert_eq!(millis(text, zone), ten, "{text} {zone}");
        }
        assert_eq!(millis("2024-07-01", "UTC"), ten - 10 * 3_600_000);
        let now = Timestamp::from_millis(ten);
        assert_eq!(
            parse_at("12:00", zone_named("Europe/Berlin").unwrap(), now).unwrap(),
            now
        );
    }

    #[test]
    fn what_is_no_time_is_refused() {
        let berlin = zone_named("Europe/Berlin").unwrap();
        // Among them an hour that summer time skips, and a time before 1970.
        for text in [
            "yesterday",
            "",
            "2024-13-01",
            "2024-03-31T02:30:00",
            "1969-12-31T23:59:59Z",
        ] {
            assert_eq!(parse(text, berlin).unwrap_err().code, "bad-time", "{text}");
        }
        assert!(zone_named("Berlin").is_err());
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(parse_day("1970-01-02").unwrap(), 1);
        assert_eq!(parse_day("2024-07-01").unwrap(), 19_905);
        assert!(parse_day("1969-12-31").is_err() && parse_day("soon").is_err());
    }

    #[test]
    fn within_a_sentence_the_day_is_said_when_it_is_another() {
        let berlin = zone_named("Europe/Berlin").unwrap();
        let now = Timestamp::from_millis(1_719_828_000_000); // 2024-07-01T10:00:00Z
        for (text, expected) in [
            ("2024-07-01T07:12:59.999Z", "09:12"),
            ("2024-06-30T22:00:00.000Z", "00:00"),
            ("2024-06-30T21:59:00.000Z", "2024-06-30 23:59"),
            ("soon", "soon"),
        ] {
            assert_eq!(short(text, now, berlin), expected, "{text}");
        }
        assert_eq!(short_moment(now, now, berlin), "12:00");
        assert_eq!(stamp(now, berlin), "2024-07-01 12:00:00");
    }

    #[test]
    fn times_are_shown_in_the_devices_zone() {
        let berlin = zone_named("Europe/Berlin").unwrap();
        assert_eq!(
            shown("2024-07-01T10:00:00.000Z", berlin),
            "2024-07-01 12:00"
        );
        assert_eq!(shown("", berlin), "");
    }
}
