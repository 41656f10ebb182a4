//! Days and times as a language writes them, in a time zone.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;

use super::Lang;

const fn day_pattern(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "%Y-%m-%d",
        Lang::De => "%d.%m.%Y",
    }
}

/// What cannot be read is shown as it is.
pub(super) fn moment(lang: Lang, zone: Tz, rfc3339: &str) -> String {
    match DateTime::parse_from_rfc3339(rfc3339) {
        Ok(moment) => {
            let pattern = format!("{} %H:%M", day_pattern(lang));
            moment.with_timezone(&zone).format(&pattern).to_string()
        }
        Err(_) => rfc3339.to_owned(),
    }
}

/// What cannot be read is shown as it is.
pub(super) fn day(lang: Lang, day: &str) -> String {
    match NaiveDate::parse_from_str(day, "%Y-%m-%d") {
        Ok(day) => day.format(day_pattern(lang)).to_string(),
        Err(_) => day.to_owned(),
    }
}

/// What cannot be read is shown as it is.
pub(super) fn month(lang: Lang, month: &str) -> String {
    let pattern = match lang {
        Lang::En => "%Y-%m",
        Lang::De => "%m.%Y",
    };
    match NaiveDate::parse_from_str(&format!("{month}-01"), "%Y-%m-%d") {
        Ok(first) => first.format(pattern).to_string(),
        Err(_) => month.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_of_the_place_and_the_language() {
        let at = "2024-07-04T22:30:07.000Z";
        assert_eq!(moment(Lang::En, Tz::UTC, at), "2024-07-04 22:30");
        assert_eq!(moment(Lang::De, Tz::Europe__Berlin, at), "05.07.2024 00:30");
        assert_eq!(day(Lang::De, "2024-07-04"), "04.07.2024");
        assert_eq!(moment(Lang::De, Tz::UTC, "never"), "never");
        assert_eq!(month(Lang::De, "2024-07"), "07.2024");
        assert_eq!(month(Lang::En, "2024-07"), "2024-07");
    }
}
