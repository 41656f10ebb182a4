//! What the filter of a report says: which stock, and which time, in days of the house.

use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeZone as _};
use ledger_core::Timestamp;
use ledger_node::View;
use ledger_node::view::{PartnerView, ReportFilter, ReportTime, SiteNameView};
use serde::Deserialize;

use crate::lang::Words;
use crate::pages::export::whole;
use crate::pages::owner::{is_own, whose};
use crate::pages::unread::{Unread, filled};
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// The times that are offered, in days.
const PERIODS: [u64; 3] = [30, 90, 365];
/// The first of them is shown when none is asked for.
const DAYS: u64 = 30;
/// A report has at most so many days.
const DAYS_MAX: u64 = 1_100;

/// What the filter form and the links say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ReportQuery {
    /// The last so many days.
    #[serde(default)]
    days: String,
    #[serde(default)]
    pub(super) from: String,
    #[serde(default)]
    pub(super) to: String,
    #[serde(default)]
    pub(super) search: String,
    #[serde(default)]
    pub(super) site: String,
    /// `-` for our own, a customer, or nothing for all.
    #[serde(default)]
    pub(super) owner: String,
    #[serde(default)]
    unit: String,
}

impl ReportQuery {
    pub(super) fn filter(&self, unread: &mut Unread) -> ReportFilter {
        ReportFilter {
            search: filled(&self.search),
            site: unread.code("site", &self.site),
            whose: whose(unread, &self.owner),
            unit: filled(&self.unit),
        }
    }

    pub(super) fn is_own(&self) -> bool {
        is_own(&self.owner)
    }

    /// The time that is asked for: from a day to a day, or the last so many.
    pub(super) fn period(&self, now: Timestamp, words: Words, unread: &mut Unread) -> Period {
        let takes = |label: &'static str| (label, "filter-takes-day");
        let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
        let days = ("report-time", "report-takes-days");
        let days = unread.read(days, &self.days, |days| {
            let days = days.parse::<u64>().ok()?;
            (1..=DAYS_MAX).contains(&days).then_some(days)
        });
        let from = unread.read(takes("from-day"), &self.from, day);
        let to = unread.read(takes("to-day"), &self.to, day);
        // What has not come yet has no numbers.
        let today = day_of(now, words);
        let last = to.map_or(today, |to| to.min(today));
        let before = |days: u64| {
            let back = Days::new(days.saturating_sub(1));
            last.checked_sub_days(back).unwrap_or(last)
        };
        let wanted = before(days.unwrap_or(DAYS));
        let first = unread.read(("from-day", "report-takes-range"), &self.from, |_| {
            let from = from.unwrap_or(wanted);
            (before(DAYS_MAX)..=last).contains(&from).then_some(from)
        });
        Period {
            first: first.unwrap_or(wanted),
            last,
            words,
        }
    }
}

/// The first and the last day of a report, both in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Period {
    first: NaiveDate,
    last: NaiveDate,
    words: Words,
}

impl Period {
    /// The time day by day.
    pub(super) fn days(&self) -> ReportTime {
        self.parts(|day| Some((day.to_string(), day.succ_opt()?)))
    }

    /// The time month by month; the first may begin and the last may end in its middle.
    pub(super) fn months(&self) -> ReportTime {
        self.parts(|day| {
            let next = match day.month() {
                12 => NaiveDate::from_ymd_opt(day.year().checked_add(1)?, 1, 1),
                month => NaiveDate::from_ymd_opt(day.year(), month.checked_add(1)?, 1),
            };
            Some((day.format("%Y-%m").to_string(), next?))
        })
    }

    /// The time in parts: `part` names the one that begins on a day and says when the next does.
    fn parts(&self, part: impl Fn(NaiveDate) -> Option<(String, NaiveDate)>) -> ReportTime {
        let mut parts = Vec::new();
        let mut day = self.first;
        while day <= self.last
            && let Some((name, next)) = part(day)
        {
            parts.push((name, begin_of(day, self.words)));
            day = next;
        }
        let end = self.last.succ_opt().unwrap_or(self.last);
        ReportTime::new(parts, begin_of(end, self.words))
    }

    /// The time in words.
    pub(super) fn said(&self) -> String {
        let (first, last) = (self.first.to_string(), self.last.to_string());
        let (first, last) = (self.words.day(&first), self.words.day(&last));
        let zone = self.words.zone.name();
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("from", &first), ("to", &last), ("zone", &zone)];
        self.words.with_all("report-period", &values).into_owned()
    }
}

fn day_of(now: Timestamp, words: Words) -> NaiveDate {
    let millis = i64::try_from(now.millis()).unwrap_or_default();
    let now = DateTime::from_timestamp_millis(millis).unwrap_or_default();
    now.with_timezone(&words.zone).date_naive()
}

/// When a day begins at the place: at midnight, or an hour later where the clocks skip it.
fn begin_of(day: NaiveDate, words: Words) -> Timestamp {
    let hours = [0, 1].into_iter();
    let mut begins = hours.filter_map(|hour| {
        let time = NaiveTime::from_hms_opt(hour, 0, 0)?;
        let moment = day.and_time(time);
        words.zone.from_local_datetime(&moment).earliest()
    });
    let begin = begins.next().map(|begin| begin.timestamp_millis());
    let millis = begin.and_then(|millis| u64::try_from(millis).ok());
    Timestamp::from_millis(millis.unwrap_or_default())
}

/// What somebody asks a report for.
pub(super) struct Asked {
    pub(super) filter: ReportFilter,
    pub(super) period: Period,
    pub(super) unread: Unread,
}

impl Asked {
    /// What a page shows: without what cannot be read, which it says.
    pub(super) async fn of_page(visit: &Visit, query: &ReportQuery) -> Result<Self, Problem> {
        let words = visit.words_here().await?;
        let now = visit.app.look(|view| Ok(view.now())).await?;
        let mut unread = Unread::default();
        Ok(Self {
            filter: query.filter(&mut unread),
            period: query.period(now, words, &mut unread),
            unread,
        })
    }

    /// What a file holds: refused when a part of it cannot be read.
    pub(super) async fn of_file(visit: &Visit, query: &ReportQuery) -> Result<Self, Problem> {
        let asked = Self::of_page(visit, query).await?;
        whole(|unread| *unread = asked.unread.clone())?;
        Ok(asked)
    }
}

/// The filter of a report as its form has it.
pub(super) struct FilterForm {
    pub(super) query: ReportQuery,
    pub(super) unread: Unread,
    /// Where the form leads.
    pub(super) path: &'static str,
    /// The times that are offered; none where the report is of now.
    pub(super) periods: Vec<(u64, bool)>,
    /// The time in words.
    pub(super) time: String,
    pub(super) sites: Vec<SiteNameView>,
    pub(super) customers: Vec<PartnerView>,
    /// Units with whether the quantities are in it; none when there is only one.
    pub(super) units: Vec<(String, bool)>,
    /// What else can be chosen.
    pub(super) choice: Option<Choice>,
}

/// A field of the form that one report alone has.
pub(super) struct Choice {
    pub(super) name: &'static str,
    /// The id of its label.
    pub(super) label: &'static str,
    /// Values with their words, and whether it is the chosen one.
    pub(super) options: Vec<(String, String, bool)>,
}

impl FilterForm {
    /// The form of a report of some time whose quantities are in this unit.
    pub(super) fn of(
        view: &View<'_>,
        (path, query): (&'static str, ReportQuery),
        (period, unit): (Option<Period>, &str),
        unread: Unread,
    ) -> Self {
        let units = view.units();
        let chosen = query.days.parse().unwrap_or(DAYS);
        let offered = PERIODS.map(|days| (days, days == chosen));
        let units = units.into_iter().map(|known| {
            let is_it = known == unit;
            (known, is_it)
        });
        let units: Vec<_> = units.collect();
        Self {
            path,
            periods: period.map_or_else(Vec::new, |_| offered.to_vec()),
            time: period.map(|period| period.said()).unwrap_or_default(),
            sites: view.site_names(),
            customers: view.customers(),
            units: if units.len() > 1 { units } else { Vec::new() },
            choice: None,
            query,
            unread,
        }
    }

    pub(super) fn choosing(self, choice: Choice) -> Self {
        Self {
            choice: Some(choice),
            ..self
        }
    }

    /// The form of a report without quantities.
    pub(super) fn without_units(self) -> Self {
        Self {
            units: Vec::new(),
            ..self
        }
    }

    /// Whether days are typed.
    pub(super) fn has_days(&self) -> bool {
        !self.query.from.is_empty() || !self.query.to.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::lang::Lang;

    /// 2027-03-29 10:00 in Berlin, the day after the clocks were set forward.
    const NOW: Timestamp = Timestamp::from_millis(1_806_307_200_000);

    fn asked(query: &ReportQuery) -> (String, String, Unread) {
        let words = Words::new(Lang::En, Tz::Europe__Berlin);
        let mut unread = Unread::default();
        let period = query.period(NOW, words, &mut unread);
        (period.first.to_string(), period.last.to_string(), unread)
    }

    fn query(days: &str, from: &str, to: &str) -> ReportQuery {
        ReportQuery {
            days: days.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            ..ReportQuery::default()
        }
    }

    #[test]
    fn the_time_is_the_last_days_or_from_a_day_to_a_day() {
        for (days, from, to, first, last) in [
            ("", "", "", "2027-02-28", "2027-03-29"),
            ("7", "", "", "2027-03-23", "2027-03-29"),
            ("7", "2027-03-01", "", "2027-03-01", "2027-03-29"),
            ("7", "", "2027-03-07", "2027-03-01", "2027-03-07"),
            ("", "2027-03-05", "2027-03-05", "2027-03-05", "2027-03-05"),
        ] {
            let (a, b, unread) = asked(&query(days, from, to));
            assert_eq!(
                (a.as_str(), b.as_str()),
                (first, last),
                "{days} {from} {to}"
            );
            assert_eq!(unread.fields(), []);
        }
    }

    #[test]
    fn what_is_no_time_is_told() {
        for (days, from, to) in [
            ("0", "", ""),
            ("x", "", ""),
            ("9999", "", ""),
            ("", "2027-03-30", ""),
            ("", "1999-01-01", ""),
            ("", "2027-03-05", "2027-03-04"),
            ("", "", "soon"),
        ] {
            let (_, _, unread) = asked(&query(days, from, to));
            assert_eq!(unread.fields().len(), 1, "{days} {from} {to}");
        }
    }

    #[test]
    fn days_begin_at_midnight_of_the_place_and_months_on_their_first() {
        let words = Words::new(Lang::En, Tz::Europe__Berlin);
        let mut unread = Unread::default();
        let asked = query("", "2027-03-27", "2027-04-02");
        let at = Timestamp::from_millis(1_806_739_200_000);
        let period = asked.period(at, words, &mut unread);
        let part = |name: &str, millis: u64| (name.to_owned(), Timestamp::from_millis(millis));
        let months = vec![
            part("2027-03", 1_806_102_000_000),
            part("2027-04", 1_806_530_400_000),
        ];
        let end = Timestamp::from_millis(1_806_703_200_000);
        assert_eq!(period.months(), ReportTime::new(months, end));
        assert_eq!(
            period.days().since(),
            Timestamp::from_millis(1_806_102_000_000)
        );
    }
}
