//! One production lot: its BOM items and where each comes from, what can be built and when, and
//! the movements that name it.

use askama::Template;
use axum::response::Response;
use ledger_core::Code;
use ledger_core::at_entry::{Shelf, find_lot, shelves_for_lot};
use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_core::fold::{Fold, Lot};
use ledger_node::View;
use ledger_node::view::{BuildStepView, ExceptionView, LotLineView, LotView, PartnerView, PegView};
use serde::Deserialize;

use crate::api::{PathOf, QueryOf};
use crate::pages::documents::{Moves, key_of};
use crate::pages::export::{Columns, FileQuery, Sheet};
use crate::pages::form::Form;
use crate::pages::frame::Frame;
use crate::pages::items::item::{NO_BATCH, Offers};
use crate::pages::owner::OWN;
use crate::pages::visit::{Visit, in_path};
use crate::problem::Problem;

/// Ready on a day that nobody said.
pub(super) const SOME_DAY: &str = "some-day";

/// What links say: the part that is to be issued or brought back.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct LotQuery {
    #[serde(default)]
    pub(super) item: String,
}

/// Where so much of a part comes from.
pub(super) struct PegLine {
    /// 0 for the part itself, 1 for what it is made of …
    depth: usize,
    words: String,
    /// The document it comes from.
    to: Option<String>,
    is_missing: bool,
}

/// A BOM item with where it comes from.
struct Line {
    view: LotLineView,
    pegs: Vec<PegLine>,
}

/// What the forms for parts begin with.
#[derive(Default)]
struct Parts {
    item: String,
    from: String,
    /// Whose stock; empty is what the lot takes by itself.
    owner: String,
    batch: String,
    quantity: String,
    /// Where it goes when it comes back.
    back: String,
}

#[derive(Template)]
#[template(path = "production/lot.html")]
pub(super) struct LotPage {
    frame: Frame,
    form: Form,
    /// How addresses name the lot.
    key: String,
    shown: LotView,
    lines: Vec<Line>,
    exceptions: Vec<ExceptionView>,
    parts: Parts,
    offers: Offers,
    /// Where what is built goes by itself.
    usual: String,
    suppliers: Vec<PartnerView>,
    /// Something short that nobody is known to sell.
    asks_supplier: bool,
}

impl LotPage {
    fn is_open(&self) -> bool {
        self.shown.lot.state == "open"
    }

    /// Whether a form is open: it could not be done, or a link leads to it.
    fn opens(&self, which: &str) -> bool {
        let is_asked = which == "issue" && !self.parts.item.is_empty();
        is_asked || self.form.problem(which).is_some()
    }

    /// Forms that are not on the page as it is now: why one could not be done stands above it.
    fn closed_forms(&self) -> Vec<&'static str> {
        let is_open = self.is_open();
        let forms = [
            ("issue", is_open),
            ("build", is_open),
            ("close", is_open && self.frame.is_manager()),
            ("adopt", self.offers_adoption()),
            ("buy", self.offers_buying()),
        ];
        let gone = forms.into_iter().filter(|(_, is_there)| !is_there);
        gone.map(|(which, _)| which).collect()
    }

    fn offers_adoption(&self) -> bool {
        self.shown.bom_differs && self.frame.is_manager()
    }

    fn offers_buying(&self) -> bool {
        self.is_open() && self.frame.is_manager() && !self.shown.short.is_empty()
    }

    fn ready(&self, day: &str) -> String {
        when(&self.frame, day)
    }

    fn step_from(&self, step: &BuildStepView) -> String {
        when(&self.frame, &step.from)
    }
}

/// From when on, in words: now, a day, or some day.
pub(super) fn when(frame: &Frame, from: &str) -> String {
    match from {
        "now" => frame.t("lots-from-now").into_owned(),
        SOME_DAY => frame.t("lots-some-day").into_owned(),
        day => frame.day(day),
    }
}

pub(super) async fn show(
    visit: Visit,
    PathOf(number): PathOf<String>,
    QueryOf(query): QueryOf<LotQuery>,
) -> Result<Response, Problem> {
    visit
        .page(move |view, frame| lot_page(view, frame, Form::default(), &number, &query))
        .await
}

pub(super) fn lot_page(
    view: &View<'_>,
    frame: Frame,
    form: Form,
    number: &str,
    query: &LotQuery,
) -> Result<LotPage, Problem> {
    let fold = view.fold();
    let lot = find_lot(fold, number)?;
    let mut shown = view.lot(lot.id).ok_or_else(Problem::not_found)?;
    let lines = std::mem::take(&mut shown.lines).into_iter();
    let lines: Vec<Line> = lines
        .map(|view| {
            let mut pegs = Vec::new();
            add_pegs(&frame, &view.pegs, 0, &mut pegs);
            Line { view, pegs }
        })
        .collect();
    let usual = fold.item(&lot.item).location;
    Ok(LotPage {
        key: key_of(fold, Family::Lot, &shown.lot.number, &shown.lot.entry),
        parts: parts(view, &frame, &lot, &query.item),
        exceptions: view.exceptions_of_document(lot.id),
        offers: Offers::places_like(view, &[], ""),
        usual: usual.map(|usual| usual.to_string()).unwrap_or_default(),
        suppliers: view.partners_after(Class::Supplier, None, false, None),
        asks_supplier: shown.short.iter().any(|part| part.supplier.is_none()),
        frame,
        form,
        shown,
        lines,
    })
}

/// What is still needed of a part, and the first place that it is taken from.
fn parts(view: &View<'_>, frame: &Frame, lot: &Lot, item: &str) -> Parts {
    let line = lot.bom.iter().find(|line| line.item.as_str() == item);
    let Some(line) = line else {
        return Parts::default();
    };
    let fold = view.fold();
    let required = lot.required(line);
    let shelves = shelves_for_lot(fold, lot, &line.item, required);
    let shelf = shelves.into_iter().next();
    let usual = fold.item(&line.item).location;
    let usual = usual.map(|usual| usual.to_string()).unwrap_or_default();
    let taken = fold.outstanding(lot.id, &line.item).pop();
    let back = taken.map_or_else(|| usual.clone(), |(line, ..)| line.location.to_string());
    let begun = Parts {
        item: item.to_owned(),
        from: usual,
        quantity: frame.typed(&required.to_string()),
        back,
        ..Parts::default()
    };
    match shelf {
        Some(shelf) => begun.of_shelf(fold, frame, lot, &shelf),
        None => begun,
    }
}

impl Parts {
    /// The same, taken from a shelf: whose stock and which batch is named where it could be another.
    fn of_shelf(self, fold: &Fold, frame: &Frame, lot: &Lot, shelf: &Shelf) -> Self {
        let line = &shelf.line;
        let here = fold.lines(&line.item).into_iter().filter(|other| {
            let key = &other.key;
            !other.on_hand.is_zero() && (&key.location, &key.owner) == (&line.location, &line.owner)
        });
        let owner = line.owner.as_ref().map(Code::to_string);
        let batch = line.batch.as_ref().map(Code::to_string);
        let ours = lot.customer.is_some().then(|| OWN.to_owned());
        let unbatched = (here.count() > 1).then(|| NO_BATCH.to_owned());
        Self {
            from: line.location.to_string(),
            owner: owner.or(ours).unwrap_or_default(),
            batch: batch.or(unbatched).unwrap_or_default(),
            quantity: frame.typed(&shelf.quantity.to_string()),
            ..self
        }
    }
}

/// Puts into words where a part comes from, and what it is made of below it.
fn add_pegs(frame: &Frame, pegs: &[PegView], depth: usize, lines: &mut Vec<PegLine>) {
    for peg in pegs {
        lines.push(PegLine {
            depth,
            words: peg_words(frame, peg),
            to: peg_address(peg),
            is_missing: peg.source == "nothing",
        });
        for part in &peg.parts {
            let quantity = frame.number(&part.quantity);
            let words = frame.with2("peg-part", "item", &part.item, "quantity", quantity);
            lines.push(PegLine {
                depth: depth.saturating_add(1),
                words: words.into_owned(),
                to: Some(format!("/items/{}/bom", in_path(&part.item))),
                is_missing: false,
            });
            add_pegs(frame, &part.pegs, depth.saturating_add(2), lines);
        }
    }
}

fn peg_words(frame: &Frame, peg: &PegView) -> String {
    let quantity = frame.number(&peg.quantity);
    let day = peg.date.as_deref().map(|date| when(frame, date));
    let number = peg.number.as_deref().unwrap_or("?");
    let place = peg.site.as_deref();
    let words = match (peg.source, &peg.owner, day) {
        ("stock", Some(owner), _) => {
            frame.with2("peg-stock-of", "quantity", quantity, "owner", owner)
        }
        ("stock", None, _) => match place {
            Some(site) => frame.with2("peg-stock-at", "quantity", quantity, "site", site),
            None => frame.with("peg-stock", "quantity", quantity),
        },
        ("purchase-order" | "lot", _, Some(day)) => {
            let values: [(&str, &dyn std::fmt::Display); 3] =
                [("quantity", &quantity), ("number", &number), ("day", &day)];
            frame.words.with_all("peg-from-on", &values)
        }
        ("purchase-order" | "lot", _, None) => {
            frame.with2("peg-from", "quantity", quantity, "number", number)
        }
        ("make", _, _) if peg.parts_left_out => frame.with("peg-make-untold", "quantity", quantity),
        ("make", _, _) => frame.with("peg-make", "quantity", quantity),
        _ => frame.with("peg-nothing", "quantity", quantity),
    };
    words.into_owned()
}

fn peg_address(peg: &PegView) -> Option<String> {
    let number = in_path(peg.number.as_deref()?);
    match peg.source {
        "purchase-order" => Some(format!("/purchase-orders/{number}")),
        "lot" => Some(format!("/lots/{number}")),
        _ => None,
    }
}

// Transactions.

#[derive(Template)]
#[template(path = "production/lot_moves.html")]
struct MovesPage {
    frame: Frame,
    key: String,
    shown: LotView,
    item: String,
    moves: Moves,
}

pub(super) async fn moves(
    visit: Visit,
    PathOf(number): PathOf<String>,
    QueryOf(query): QueryOf<LotQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame| {
        let lot = find_lot(view.fold(), &number)?;
        let shown = view.lot(lot.id).ok_or_else(Problem::not_found)?;
        let key = key_of(
            view.fold(),
            Family::Lot,
            &shown.lot.number,
            &shown.lot.entry,
        );
        Ok(MovesPage {
            frame,
            key,
            shown,
            moves: Moves::of(view, lot.id, &query.item)?,
            item: query.item,
        })
    };
    visit.page(build).await
}

/// The columns of the BOM items as a file.
const COLUMNS: Columns = &[
    ("lot", "/lot"),
    ("item", "/item"),
    ("name", "/name"),
    ("unit", "/unit"),
    ("per_unit", "/per_unit"),
    ("required", "/required"),
    ("issued", "/issued"),
    ("on_hand", "/on_hand"),
    ("available", "/available"),
    ("on_order", "/on_order"),
    ("shortfall", "/shortfall"),
    ("covered", "/covered"),
    ("ready", "/ready"),
    ("refs", "/refs"),
];

/// The BOM items as a file.
pub(super) async fn export(
    visit: Visit,
    PathOf(number): PathOf<String>,
    QueryOf(file): QueryOf<FileQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>| {
        let id = find_lot(view.fold(), &number)?.id;
        let lot = view.lot(id).ok_or_else(Problem::not_found)?;
        let lines = lot.lines.into_iter();
        Sheet::below(
            COLUMNS,
            "lot",
            lines.map(|line| (lot.lot.number.clone(), line)),
        )
    };
    visit.file("lot", file, build).await
}
