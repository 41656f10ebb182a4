//! One stocktake: the variance report, and what managers do with it.
//!
//! Whoever counts a blind stocktake is shown no more than the view has for counting.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use askama::Template;
use axum::response::Response;
use ledger_core::EntryId;
use ledger_core::at_entry::{Refusal, find_stocktake};
use ledger_core::fold::{Fold, LineProgress};
use ledger_node::View;
use ledger_node::view::{StocktakeCountView, StocktakeLineView, StocktakeView};
use serde::Deserialize;

use super::list::stocktake_key;
use crate::api::{PathOf, QueryOf};
use crate::pages::export::{Columns, FileQuery, Sheet, whole};
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::items::item::Offers;
use crate::pages::unread::Unread;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Lines on one page.
const ROWS_MAX: usize = 100;
/// Locations and items that the page names before it only counts them.
const NAMED_MAX: usize = 10;

/// Which lines are shown.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct LinesQuery {
    /// `open`, `waiting` or `differing`; anything else is all.
    #[serde(default)]
    show: String,
    /// How many lines the pages before have shown.
    #[serde(default)]
    from: String,
}

impl LinesQuery {
    /// The lines that a page showed whose form was sent.
    pub(super) fn of(fields: &Fields) -> Self {
        Self {
            show: fields.raw("show").to_owned(),
            from: fields.raw("from").to_owned(),
        }
    }

    fn choices() -> [(&'static str, &'static str); 4] {
        [
            ("all", "stocktakes-lines-all"),
            ("open", "stocktakes-lines-open"),
            ("waiting", "stocktakes-lines-waiting"),
            ("differing", "stocktakes-lines-differing"),
        ]
    }

    fn is_shown(&self, choice: &str) -> bool {
        let known = Self::choices().iter().any(|(known, _)| *known == self.show);
        self.show == choice || (!known && choice == "all")
    }

    /// What says of a line whether it is asked for.
    fn takes(&self, unread: &mut Unread) -> Takes {
        let known = |show: &str| {
            let takes: Takes = match show {
                "all" => is_any,
                "open" => is_to_count,
                "waiting" => is_waiting,
                "differing" => is_differing,
                _ => return None,
            };
            Some(takes)
        };
        let takes = unread.choice("stocktakes-which-lines", &self.show, known);
        takes.unwrap_or(is_any)
    }
}

type Takes = fn(&StocktakeLineView) -> bool;

const fn is_any(_: &StocktakeLineView) -> bool {
    true
}

fn is_differing(line: &StocktakeLineView) -> bool {
    line.variance.as_deref().is_some_and(|off| off != "0")
}

fn is_to_count(line: &StocktakeLineView) -> bool {
    let states = [LineProgress::Open, LineProgress::Again];
    states.map(LineProgress::word).contains(&line.state)
}

#[derive(Template)]
#[template(path = "stocktakes/stocktake.html")]
pub(super) struct StocktakePage {
    frame: Frame,
    form: Form,
    key: String,
    query: LinesQuery,
    unread: Unread,
    report: StocktakeView,
    lines: Vec<Line>,
    /// How many lines the choice has in all.
    found: usize,
    /// How many lines the pages up to this one show, where there are more.
    next: Option<usize>,
    /// Lines whose last count waits to be approved.
    waiting: usize,
    /// What tells these counts from others.
    seen: String,
    /// Lines that nobody has counted.
    uncounted: usize,
    devices: Vec<String>,
    /// What it has lines of.
    offers: Offers,
}

/// A line as the page shows it.
struct Line {
    line: StocktakeLineView,
    /// The count that waits to be approved.
    waits: Option<String>,
    /// All counts, where there are several.
    counts: Vec<StocktakeCountView>,
    /// What was typed into its field and could not be done.
    typed: String,
}

impl StocktakePage {
    fn is_open(&self) -> bool {
        self.report.stocktake.state == "open"
    }

    fn named<'a>(&self, codes: &'a [String]) -> &'a [String] {
        codes.get(..NAMED_MAX).unwrap_or(codes)
    }

    fn more_than_named(&self, codes: &[String]) -> usize {
        codes.len().saturating_sub(NAMED_MAX)
    }
}

/// The counts that wait to be approved.
pub(super) fn waiting(fold: &Fold, number: &str) -> Result<Vec<EntryId>, Refusal> {
    let stocktake = find_stocktake(fold, number)?;
    let lines = fold.stocktake_lines(&stocktake).into_iter();
    let waiting = lines.filter(|line| line.progress == LineProgress::Counted);
    Ok(waiting
        .filter_map(|line| line.counts.last().map(|last| last.id))
        .collect())
}

/// The same of a report that was made already.
fn waiting_of(report: &StocktakeView) -> Vec<EntryId> {
    let waiting = report.lines.iter().filter(|line| is_waiting(line));
    let last = waiting.filter_map(|line| line.counts.last());
    last.filter_map(|count| count.entry.parse().ok()).collect()
}

fn is_waiting(line: &StocktakeLineView) -> bool {
    line.state == LineProgress::Counted.word()
}

/// A short word that differs for other counts, in whatever order: whoever approves all of them has
/// seen these.
pub(super) fn seen(counts: &[EntryId]) -> String {
    let mut counts = counts.to_vec();
    counts.sort_unstable();
    let mut hasher = DefaultHasher::new();
    counts.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Shows the page, with a form that could not be done.
pub(super) fn stocktake_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    number: &str,
    query: LinesQuery,
) -> Result<StocktakePage, Problem> {
    let fold = view.fold();
    let id = find_stocktake(fold, number)?.id;
    let report = view.stocktake(id).ok_or_else(Problem::not_found)?;
    let mut report = if frame.is_manager() {
        report
    } else {
        report.for_counting()
    };
    let counts = waiting_of(&report);
    let uncounted = report
        .lines
        .iter()
        .filter(|line| line.state == LineProgress::Open.word());
    let uncounted = uncounted.count();
    let named = report.lines.iter();
    let offers = Offers::named_in(named.map(|line| (&line.location, &line.item, &line.name)));
    let lines = std::mem::take(&mut report.lines).into_iter();
    let mut unread = Unread::default();
    let takes = query.takes(&mut unread);
    let mut lines: Vec<StocktakeLineView> = lines.filter(takes).collect();
    let found = lines.len();
    let from = query.from.parse().unwrap_or(0).min(found);
    let mut lines = lines.split_off(from);
    lines.truncate(ROWS_MAX);
    let shown = from.saturating_add(lines.len());
    let devices = fold.devices_by_name().into_iter();
    Ok(StocktakePage {
        key: stocktake_key(fold, &report.stocktake),
        lines: lines
            .into_iter()
            .map(|line| shown_line(&form, line))
            .collect(),
        found,
        next: (shown < found).then_some(shown),
        waiting: counts.len(),
        seen: seen(&counts),
        uncounted,
        devices: devices.map(|(name, _)| name).collect(),
        offers,
        frame,
        form,
        query,
        unread,
        report,
    })
}

fn shown_line(form: &Form, line: StocktakeLineView) -> Line {
    let last = line.counts.last().map(|count| count.entry.clone());
    let several = line.counts.len() > 1;
    let place = [
        ("item", line.item.as_str()),
        ("location", line.location.as_str()),
        ("owner", line.owner.as_deref().unwrap_or_default()),
        ("batch", line.batch.as_deref().unwrap_or_default()),
    ];
    let is_this = place
        .iter()
        .all(|(name, value)| form.value("count", name, "\u{0}") == *value);
    Line {
        waits: last.filter(|_| is_waiting(&line)),
        counts: if several {
            line.counts.clone()
        } else {
            Vec::new()
        },
        typed: if is_this {
            form.value("count", "quantity", "").to_owned()
        } else {
            String::new()
        },
        line,
    }
}

pub(super) async fn show(
    visit: Visit,
    PathOf(number): PathOf<String>,
    QueryOf(query): QueryOf<LinesQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| stocktake_page(view, frame, Form::default(), &number, query))
        .await
}

/// The columns of the report as a file.
const COLUMNS: Columns = &[
    ("stocktake", "/stocktake"),
    ("location", "/location"),
    ("item", "/item"),
    ("name", "/name"),
    ("unit", "/unit"),
    ("owner", "/owner"),
    ("batch", "/batch"),
    ("state", "/state"),
    ("expected", "/expected"),
    ("counted", "/counted"),
    ("variance", "/variance"),
    ("on_hand", "/on_hand"),
    ("counter", "/counter"),
    ("disagree", "/disagree"),
];

/// The report as a file, with what who counts may know.
pub(super) async fn export(
    visit: Visit,
    PathOf(number): PathOf<String>,
    QueryOf(query): QueryOf<LinesQuery>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let is_manager = visit.is_manager();
    let build = move |view: &View<'_>| {
        let id = find_stocktake(view.fold(), &number)?.id;
        let report = view.stocktake(id).ok_or_else(Problem::not_found)?;
        let report = if is_manager {
            report
        } else {
            report.for_counting()
        };
        let takes = whole(|unread| query.takes(unread))?;
        let lines = report.lines.into_iter().filter(takes);
        let number = report.stocktake.number;
        Sheet::below(
            COLUMNS,
            "stocktake",
            lines.map(|line| (number.clone(), line)),
        )
    };
    visit.file("stocktake", file, build).await
}
