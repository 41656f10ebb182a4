//! What a command checks and writes, before anything is written.
//!
//! Every function looks at the fold and says either what to write, as a [`Plan`], or why not, as a
//! [`Refusal`] with what to do instead. Facts that are already in the log are never refused; these
//! rules hold at the node where a command is given.

mod answer;
mod bom;
mod catalogue;
mod documents;
mod lots;
mod noted;
mod orders;
pub mod printers;
mod purchases;
pub mod revoked;
pub mod rights;
mod scans;
pub mod settings;
mod shelves;
mod stock;
mod stocktakes;
pub mod users;

pub use self::answer::{Answer, answer, find_exception, find_exception_among};
pub use self::bom::{BomChange, remove_bom_line, set_bom_line};
pub use self::catalogue::{
    ItemChange, LocationChange, LocationTypeChange, SiteChange, add_grid, add_item, add_location,
    add_location_type, add_partner, archive, bad_time_zone, bind, make_site, merge_items, set_item,
    set_location, set_partner, set_site, unbind,
};
pub use self::lots::{
    LotChange, adopt_bom, find_lot, lot_build, lot_close, lot_issue, lot_return, plan_lot, set_lot,
};
pub use self::orders::{
    OrderChange, find_order, open_order, order_add, order_cancel, order_close, order_expedite,
    order_fill, order_pick, order_remove, order_return, order_set, set_order, wanted_line,
};
pub use self::purchases::{
    LineRequest, PurchaseChange, buy_short, close_purchase, find_purchase, place_purchase, receive,
    set_purchase,
};
pub use self::rights::{Admit, admit};
pub use self::scans::{UnknownScanRequest, dismiss_scan, resolve_scan, scan_code, unknown_scan};
pub use self::settings::{OrderPolicy, allow_backorder, order_policy};
pub use self::shelves::{Shelf, shelves_for, shelves_for_lot};
pub use self::stock::{
    MoveOwner, NO_BATCH, StockRequest, add, adjust, check_item_in_use, check_quantity,
    checked_particulars, count, movement, newest_transaction, remove, tally, tally_back, undo,
    undo_with_build,
};
pub use self::stocktakes::{
    AssignRequest, StocktakeRequest, approve_counts, approve_stocktake, assign_stocktake,
    close_stocktake, count_for, count_rest_as_none, find_stocktake, open_stocktake, recount,
};

use crate::catalogue::{Class, Subject};
use crate::code::{Barcode, Code};
use crate::document::Family;
use crate::entry::Body;
use crate::fold::{Fold, ItemMatch};
use crate::id::{DeviceId, EntryId};
use crate::quantity::Quantity;

/// The longest reason, note or name, in bytes.
pub const TEXT_BYTES_MAX: usize = 2_000;

/// How many nearest names a refusal shows.
const NEAREST_MAX: usize = 5;

/// Where to look for a device.
const DEVICES_HINT: &str = "see the devices with: stock-server device list";

/// What a command will write, all of it or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What the entries say, in order.
    pub bodies: Vec<Body>,
    /// What the user should know although it is done.
    pub warnings: Vec<String>,
    /// What it is about, to be shown afterwards.
    pub about: About,
}

/// What a command was about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// A thing of the catalogue.
    Thing(Subject),
    /// An order, lot, purchase order or stocktake, by the entry that began it.
    Document(Family, EntryId),
    /// The document that the first entry of the plan begins.
    NewDocument(Family),
    /// An exception, by its id.
    Exception(String),
    /// Scans of a code that nobody knew.
    Scans(Barcode),
}

impl About {
    /// What an entry is about, as far as its own words tell.
    #[must_use]
    pub fn of(body: &Body) -> Option<Self> {
        let item = |code: &Code| Some(Self::Thing(Subject::new(Class::Item, code.clone())));
        match body {
            Body::Moved(moved) => match &moved.document {
                Some(document) => Some(Self::Document(document.family, document.entry.id)),
                None => item(&moved.item),
            },
            Body::Counted(counted) => item(&counted.item),
            Body::BomLineSet(set) => item(&set.parent),
            Body::Tallied(tallied) => item(&tallied.item),
            Body::Set(write) => Some(Self::Thing(write.subject.clone())),
            Body::ItemMerged(merged) => item(&merged.item),
            Body::CodeBound(bound) => item(&bound.item),
            Body::CodeUnbound(unbound) => item(&unbound.item),
            Body::Order(_) | Body::Lot(_) | Body::Purchase(_) | Body::Stocktake(_) => {
                let (family, document) = body.about_document()?;
                Some(document.map_or(Self::NewDocument(family), |document| {
                    Self::Document(family, document.id)
                }))
            }
            Body::UnknownScan(scan) => Some(Self::Scans(scan.code.clone())),
            Body::ScanResolved(resolved) => Some(Self::Scans(resolved.code.clone())),
            Body::ExceptionAnswered(answered) => Some(Self::Exception(answered.exception.clone())),
            Body::Genesis(_)
            | Body::ClockMark(_)
            | Body::Reversed(_)
            | Body::DeviceRevoked(_)
            | Body::Admitted(_)
            | Body::Refused(_)
            | Body::TimeFixed(_) => None,
        }
    }

    /// The same, once it is known which entry is the first.
    #[must_use]
    pub fn resolved(self, first: EntryId) -> Self {
        match self {
            Self::NewDocument(family) => Self::Document(family, first),
            Self::Thing(_) | Self::Document(..) | Self::Exception(_) | Self::Scans(_) => self,
        }
    }
}

impl From<Subject> for About {
    fn from(subject: Subject) -> Self {
        Self::Thing(subject)
    }
}

impl Plan {
    fn new(about: impl Into<About>, bodies: Vec<Body>) -> Self {
        Self {
            bodies,
            warnings: Vec::new(),
            about: about.into(),
        }
    }

    fn warn(mut self, warning: Option<String>) -> Self {
        self.warnings.extend(warning);
        self
    }
}

/// Why a command was refused. `code` is stable, for programs; the rest is for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Refusal {
    /// A stable word for programs.
    pub code: &'static str,
    /// What is the matter.
    pub text: String,
    /// What to do instead.
    pub hint: Option<String>,
}

impl Refusal {
    /// A refusal without a hint.
    pub fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self {
            code,
            text: text.into(),
            hint: None,
        }
    }

    /// The same with what to do instead.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

fn code(text: &str, what: &'static str) -> Result<Code, Refusal> {
    Code::new(text)
        .map_err(|error| Refusal::new("bad-code", format!("the {what} is not usable: {error}")))
}

fn checked_text(text: &str, what: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.len() > TEXT_BYTES_MAX {
        let message = format!("the {what} is too long: at most {TEXT_BYTES_MAX} bytes");
        return Err(Refusal::new("text-too-long", message));
    }
    if text
        .chars()
        .any(|character| character.is_control() && character != '\n')
    {
        let message = format!("the {what} contains a control character");
        return Err(Refusal::new("bad-text", message));
    }
    Ok(text.to_owned())
}

/// A text that may be left out; an empty one is left out.
fn filled_text(text: Option<&str>, what: &str) -> Result<Option<String>, Refusal> {
    let text = text.map(|text| checked_text(text, what)).transpose()?;
    Ok(text.filter(|text| !text.is_empty()))
}

/// The candidates that look most like a text, best first.
fn nearest<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted = text.trim().to_uppercase();
    let mut scored: Vec<(f64, &str)> = candidates
        .map(|candidate| {
            let upper = candidate.to_uppercase();
            let inside = upper.contains(&wanted) || wanted.contains(&upper);
            let likeness = strsim::jaro_winkler(&wanted, &upper);
            (if inside { likeness.max(0.9) } else { likeness }, candidate)
        })
        .filter(|(likeness, _)| *likeness > 0.7)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored
        .into_iter()
        .take(NEAREST_MAX)
        .map(|(_, name)| name.to_owned())
        .collect()
}

fn did_you_mean(refusal: Refusal, names: &[String], else_hint: String) -> Refusal {
    if names.is_empty() {
        return refusal.hint(else_hint);
    }
    refusal.hint(format!("did you mean {}?", names.join(", ")))
}

/// The items whose SKUs are most like a text, the likeliest first; none when none is.
#[must_use]
pub fn nearest_items(fold: &Fold, text: &str) -> Vec<String> {
    nearest(text, fold.items().iter().map(Code::as_str))
}

/// The item that a text names, by its SKU or one of its barcodes, and how much of it one scan is.
pub fn find_item(fold: &Fold, text: &str) -> Result<(Code, Quantity), Refusal> {
    match fold.find_item(text) {
        ItemMatch::One(item, pack) => Ok((item, pack)),
        ItemMatch::Several(items) => {
            let names: Vec<String> = items.iter().map(ToString::to_string).collect();
            let message = format!("the barcode {text:?} is claimed by {}", names.join(" and "));
            Err(Refusal::new("ambiguous-item", message).hint("name the item by its SKU"))
        }
        ItemMatch::None => {
            let refusal = Refusal::new("unknown-item", format!("there is no item {text:?}"));
            let near = nearest_items(fold, text);
            Err(did_you_mean(
                refusal,
                &near,
                "make it with: stock item add SKU --name NAME".to_owned(),
            ))
        }
    }
}

/// A thing of the catalogue that somebody defined.
pub fn find_thing(fold: &Fold, class: Class, text: &str) -> Result<Code, Refusal> {
    if let Ok(code) = Code::new(text)
        && fold.exists(class, &code)
    {
        return Ok(code);
    }
    let make = |what: &str| format!("make it with: stock {what} add {text} --name NAME");
    let (word, unknown, hint) = match class {
        Class::Location => ("location", "unknown-location", make("location")),
        Class::Customer => ("customer", "unknown-customer", make("customer")),
        Class::Supplier => ("supplier", "unknown-supplier", make("supplier")),
        Class::LocationType => {
            let hint = format!("make it with: stock location-type add {text}");
            ("location type", "unknown-location-type", hint)
        }
        // A handheld makes a site on the way.
        Class::Site => {
            let hint = format!("make it with a location: stock location add NUMBER --site {text}");
            ("site", "unknown-site", hint)
        }
        Class::Item => ("item", "unknown-item", make("item")),
        Class::Setting => {
            let hint = "see the settings with: stock setting list".to_owned();
            ("setting", "unknown-setting", hint)
        }
        Class::Device => ("device", "unknown-device", DEVICES_HINT.to_owned()),
        Class::User => return Err(users::unknown(fold, text)),
    };
    let near = nearest(text, fold.codes(class).map(Code::as_str));
    let refusal = Refusal::new(unknown, format!("there is no {word} {text:?}"));
    Err(did_you_mean(refusal, &near, hint))
}

/// Of some devices the one that a text names: by its id, whoever else is called by it, or by a name
/// that it alone has, in whatever capitals.
fn one_device<T>(
    devices: Vec<T>,
    text: &str,
    named: impl Fn(&T) -> (&str, DeviceId),
    hint: &str,
) -> Result<T, Refusal> {
    let text = text.trim();
    let wanted = text.to_lowercase();
    let has_id = |device: &T| named(device).1.to_string() == wanted;
    let by_id = devices.iter().any(has_id);
    let is_it = |device: &T| match by_id {
        true => has_id(device),
        false => named(device).0.to_lowercase() == wanted,
    };
    let (meant, others): (Vec<T>, Vec<T>) = devices.into_iter().partition(is_it);
    if meant.is_empty() {
        let refusal = Refusal::new("unknown-device", format!("there is no device {text:?}"));
        let near = nearest(text, others.iter().map(|device| named(device).0));
        return Err(did_you_mean(refusal, &near, hint.to_owned()));
    }
    let ids = meant.iter().map(|device| named(device).1.to_string());
    let ids: Vec<String> = ids.collect();
    let ambiguous = || {
        let message = format!("several devices are called {text:?}: {}", ids.join(", "));
        let hint = "name it by its id; stock-server device list tells them apart";
        Refusal::new("ambiguous-device", message).hint(hint)
    };
    let mut meant = meant.into_iter();
    let first = meant.next().filter(|_| meant.next().is_none());
    first.ok_or_else(ambiguous)
}
