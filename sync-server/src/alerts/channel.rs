//! A channel: to whom alerts go, about what and when.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone as _, Timelike as _};
use chrono_tz::Tz;
use ledger_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::condition::{Condition, Fact, Kind};
use crate::lang::{Lang, Words};

const HOUR_MILLIS: u64 = 60 * 60_000;
/// Longer than any clock is ever set forward by.
const GAP_MAX: TimeDelta = TimeDelta::hours(25);

/// A time of the day, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(crate) struct DayTime(u16);

/// A text that is no time of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is no time of the day, such as 07:00")]
pub(crate) struct NoDayTime;

impl FromStr for DayTime {
    type Err = NoDayTime;

    fn from_str(text: &str) -> Result<Self, NoDayTime> {
        let (hour, minute) = text.split_once(':').ok_or(NoDayTime)?;
        let is_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        let part = |part: &str, end: u16| {
            let number = part.parse::<u16>().ok().filter(|number| *number < end);
            number.filter(|_| is_digits(part)).ok_or(NoDayTime)
        };
        Ok(Self(part(hour, 24)? * 60 + part(minute, 60)?))
    }
}

impl TryFrom<String> for DayTime {
    type Error = NoDayTime;

    fn try_from(text: String) -> Result<Self, NoDayTime> {
        text.parse()
    }
}

impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl From<DayTime> for String {
    fn from(time: DayTime) -> Self {
        time.to_string()
    }
}

/// The moment at which is looked, with the time zone of the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Now {
    pub(super) at: Timestamp,
    pub(super) zone: Tz,
}

impl Now {
    fn local(self) -> Option<DateTime<Tz>> {
        let millis = i64::try_from(self.at.millis()).ok()?;
        self.zone.timestamp_millis_opt(millis).single()
    }

    fn day_time(self) -> DayTime {
        let minutes = self
            .local()
            .map_or(0, |local| local.num_seconds_from_midnight() / 60);
        DayTime(u16::try_from(minutes).unwrap_or_default())
    }

    /// When it is this time of the day, two days before until two days after: a zone may
    /// have left out a day.
    fn moments(self, time: DayTime) -> impl DoubleEndedIterator<Item = Timestamp> {
        let today = self.local().map(|local| local.date_naive());
        let first = today.and_then(|today| today.checked_sub_days(Days::new(2)));
        let days = (0..5).filter_map(move |day| first?.checked_add_days(Days::new(day)));
        days.filter_map(move |day| moment(day, time, self.zone))
    }

    /// When this time of the day comes next.
    pub(super) fn next(self, time: DayTime) -> Timestamp {
        let mut moments = self.moments(time);
        let next = moments.find(|moment| *moment > self.at);
        next.unwrap_or(self.at)
    }

    /// When this time of the day was last.
    pub(super) fn last(self, time: DayTime) -> Timestamp {
        let mut moments = self.moments(time);
        let last = moments.rfind(|moment| *moment <= self.at);
        last.unwrap_or(self.at)
    }
}

/// When it is this time on this day: the first time where clocks are set back over it, and as long
/// after the leap where they are set forward over it.
fn moment(day: NaiveDate, time: DayTime, zone: Tz) -> Option<Timestamp> {
    let seconds = u32::from(time.0) * 60;
    let local = day.and_time(NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)?);
    let found = zone.from_local_datetime(&local).earliest().or_else(|| {
        let before = zone.from_local_datetime(&(local - GAP_MAX)).latest()?;
        Some(before + GAP_MAX)
    });
    let millis = u64::try_from(found?.timestamp_millis()).ok()?;
    Some(Timestamp::from_millis(millis))
}

/// From when to when of each day nothing is sent; also over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Quiet {
    pub(crate) from: DayTime,
    pub(crate) to: DayTime,
}

impl Quiet {
    pub(super) fn holds(self, now: Now) -> bool {
        let time = now.day_time();
        if self.from <= self.to {
            self.from <= time && time < self.to
        } else {
            self.from <= time || time < self.to
        }
    }
}

/// How an e-mail server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum MailTls {
    /// TLS from the first byte, mostly on port 465.
    Tls,
    /// Plain at first, then TLS; mostly on port 587. Without TLS nothing is sent.
    StartTls,
    /// Never encrypted, for a server in the house.
    None,
}

impl MailTls {
    pub(crate) const ALL: [Self; 3] = [Self::StartTls, Self::Tls, Self::None];

    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Tls => "tls",
            Self::StartTls => "starttls",
            Self::None => "none",
        }
    }

    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

/// An e-mail server, and who gets mail by it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mail {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) tls: MailTls,
    /// Empty where the server asks for nobody.
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
}

/// How a message goes out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Way {
    /// As Standard Webhooks has it; the secret is `whsec_` and base64.
    Webhook {
        url: String,
        secret: String,
    },
    Email(Mail),
}

// Secrets are in no log.
impl fmt::Debug for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Way {
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Webhook { .. } => "webhook",
            Self::Email(_) => "email",
        }
    }

    /// Where it goes, without secrets: for a webhook the server alone, since its path may be one.
    pub(crate) fn place(&self) -> String {
        match self {
            Self::Webhook { url, .. } => {
                let url = reqwest::Url::parse(url).ok();
                let host = url.as_ref().and_then(reqwest::Url::host_str);
                host.unwrap_or_default().to_owned()
            }
            Self::Email(mail) => mail.to.join(", "),
        }
    }
}

/// A channel as an administrator set it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Channel {
    pub(crate) name: String,
    pub(crate) on: bool,
    pub(crate) kinds: BTreeSet<Kind>,
    /// For how many hours a device must have been silent.
    pub(crate) behind_hours: u32,
    /// Whether it says when something is over.
    pub(crate) tells_end: bool,
    /// The time of the daily digest; none where alerts go at once.
    pub(crate) daily: Option<DayTime>,
    pub(crate) quiet: Option<Quiet>,
    /// The tag of the language of its texts.
    pub(crate) language: String,
    /// The address at which people reach the pages.
    pub(crate) link: String,
    pub(crate) way: Way,
}

impl Channel {
    /// The words of its texts.
    pub(super) fn words(&self, now: Now) -> Words {
        Words::new(Lang::of_tag(&self.language).unwrap_or(Lang::En), now.zone)
    }

    /// Whether a condition that holds is one for this channel.
    pub(super) fn takes(&self, condition: &Condition, fact: &Fact, now: Now) -> bool {
        let silent = now.at.millis().saturating_sub(fact.since_moment().millis());
        let is_long = || silent >= u64::from(self.behind_hours).saturating_mul(HOUR_MILLIS);
        self.kinds.contains(&condition.kind) && (condition.kind != Kind::Behind || is_long())
    }

    pub(super) fn is_quiet(&self, now: Now) -> bool {
        self.quiet.is_some_and(|quiet| quiet.holds(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DayTime {
        text.parse().unwrap()
    }

    /// 2026-11-23 21:30:30 in Berlin.
    fn evening() -> Now {
        Now {
            at: Timestamp::from_millis(1_795_465_830_000),
            zone: Tz::Europe__Berlin,
        }
    }

    #[test]
    fn times_of_the_day_are_read_and_printed() {
        assert_eq!(time("07:05").to_string(), "07:05");
        for odd in ["", "7:05", "24:00", "12:60", "+1:00", "1200", "12:000"] {
            assert_eq!(odd.parse::<DayTime>(), Err(NoDayTime), "{odd}");
        }
    }

    #[test]
    fn the_next_and_the_last_time_are_of_the_house() {
        let now = evening();
        let minutes = |from: Timestamp, to: Timestamp| (to.millis() - from.millis()) / 1_000;
        assert_eq!(minutes(now.at, now.next(time("21:31"))), 30);
        assert_eq!(
            minutes(now.at, now.next(time("07:00"))),
            9 * 3600 + 29 * 60 + 30
        );
        assert_eq!(minutes(now.last(time("21:30")), now.at), 30);
        assert_eq!(minutes(now.last(time("22:30")), now.at), 23 * 3600 + 30);
    }

    /// In Berlin clocks go from 3 back to 2 on 2026-10-25, and from 2 to 3 on 2027-03-28.
    #[test]
    fn each_day_has_each_time_once_when_clocks_are_set() {
        let at = |utc: &str| Now {
            at: Timestamp::from_millis(
                u64::try_from(
                    utc.parse::<DateTime<chrono::Utc>>()
                        .unwrap()
                        .timestamp_millis(),
                )
                .unwrap(),
            ),
            zone: Tz::Europe__Berlin,
        };
        let half_past_two = time("02:30");
        let first = at("2026-10-25T00:30:00Z").at;
        for now in [
            "2026-10-25T00:30:00Z",
            "2026-10-25T01:30:00Z",
            "2026-10-25T12:00:00Z",
        ] {
            assert_eq!(at(now).last(half_past_two), first, "{now}");
            let next = at("2026-10-26T01:30:00Z").at;
            assert_eq!(at(now).next(half_past_two), next, "{now}");
        }
        let leapt = at("2027-03-28T01:30:00Z").at;
        assert_eq!(at("2027-03-28T00:59:00Z").next(half_past_two), leapt);
        assert_eq!(at("2027-03-28T02:00:00Z").last(half_past_two), leapt);
        let seven = at("2027-03-28T05:00:00Z").at;
        assert_eq!(at("2027-03-27T20:00:00Z").next(time("07:00")), seven);
    }

    #[test]
    fn quiet_hours_go_over_midnight() {
        let quiet = |from: &str, to: &str| Quiet {
            from: time(from),
            to: time(to),
        };
        let now = evening();
        assert!(quiet("21:00", "07:00").holds(now));
        assert!(quiet("21:30", "21:31").holds(now));
        assert!(!quiet("22:00", "07:00").holds(now));
        assert!(!quiet("07:00", "21:30").holds(now));
        assert!(!quiet("21:30", "21:30").holds(now), "none at all");
    }
}
