//! The things of a ledger that have labels: which there are, what names them, what stands on them.

use std::fmt;

use codes::own;
use labels::{Label, Symbology};
use ledger_core::at_entry::{self, Refusal, settings};
use ledger_core::catalogue::{Class, key};
use ledger_core::document::Family;
use ledger_core::fold::{Fold, Item, ItemMatch};
use ledger_core::{Code, Quantity, UserName};

use crate::kind::Kind;
use crate::select::no_code;
use crate::{commands, select};

/// The names of everything of a kind that is in use, in their order.
pub(crate) fn in_use(fold: &Fold, kind: Kind) -> Vec<String> {
    let of_class = |class| {
        let codes = fold.codes(class);
        let used = codes.filter(move |code| !fold.field(class, code, key::ARCHIVED).is_true());
        used.map(Code::to_string).collect()
    };
    match kind {
        Kind::Locations => of_class(Class::Location),
        Kind::Customers => of_class(Class::Customer),
        Kind::Items => {
            let items = fold.items().into_iter();
            let used = items.filter(|sku| {
                let item = fold.item(sku);
                item.defined && !item.archived
            });
            used.map(|sku| sku.to_string()).collect()
        }
        Kind::Users => {
            let users = fold.users().into_iter().filter(|user| !user.disabled);
            users.map(|user| user.user.to_string()).collect()
        }
        Kind::Orders | Kind::Lots | Kind::Pos | Kind::Stocktakes => {
            family(kind).map_or_else(Vec::new, |family| open(fold, family))
        }
        Kind::Reasons => settings::reasons(fold),
        Kind::Commands => commands::words(),
        Kind::Calibration => Vec::new(),
    }
}

/// The documents that labels of a kind are for.
const fn family(kind: Kind) -> Option<Family> {
    match kind {
        Kind::Orders => Some(Family::Order),
        Kind::Lots => Some(Family::Lot),
        Kind::Pos => Some(Family::Purchase),
        Kind::Stocktakes => Some(Family::Stocktake),
        Kind::Locations
        | Kind::Items
        | Kind::Commands
        | Kind::Users
        | Kind::Customers
        | Kind::Reasons
        | Kind::Calibration => None,
    }
}

/// The numbers of the open documents of a family. Of two with one number no code can tell which it
/// means.
fn open(fold: &Fold, family: Family) -> Vec<String> {
    let numbers = fold.document_numbers(family).filter(|number| {
        let numbered = fold.documents_numbered(family, number);
        matches!(numbered.as_slice(), [one] if fold.is_open_document(family, *one))
    });
    numbers.map(Code::to_string).collect()
}

/// The name of the thing that a text names, in use or not.
pub(crate) fn find(fold: &Fold, kind: Kind, text: &str) -> Result<String, Refusal> {
    match kind {
        Kind::Locations => {
            at_entry::find_thing(fold, Class::Location, text).map(|it| it.to_string())
        }
        Kind::Customers => {
            at_entry::find_thing(fold, Class::Customer, text).map(|it| it.to_string())
        }
        Kind::Items => at_entry::find_item(fold, text).map(|(item, _)| item.to_string()),
        Kind::Users => user(fold, text),
        Kind::Orders => at_entry::find_order(fold, text).and_then(|order| {
            // By its entry an order is found whose number says too little.
            at_entry::find_order(fold, order.number.as_str()).map(|order| order.number.to_string())
        }),
        Kind::Reasons => reason(fold, text),
        Kind::Commands => commands::find(text),
        // By its entry a document is found whose number says too little.
        Kind::Lots => at_entry::find_lot(fold, text)
            .and_then(|lot| at_entry::find_lot(fold, lot.number.as_str()))
            .map(|lot| lot.number.to_string()),
        Kind::Pos => at_entry::find_purchase(fold, text)
            .and_then(|purchase| at_entry::find_purchase(fold, purchase.number.as_str()))
            .map(|purchase| purchase.number.to_string()),
        Kind::Stocktakes => at_entry::find_stocktake(fold, text)
            .and_then(|stocktake| at_entry::find_stocktake(fold, stocktake.number.as_str()))
            .map(|stocktake| stocktake.number.to_string()),
        Kind::Calibration => Err(select::nothing(kind)),
    }
}

fn user(fold: &Fold, text: &str) -> Result<String, Refusal> {
    let by_badge = || fold.user_of_badge(text).map(|user| user.user);
    match at_entry::users::find(fold, text) {
        Ok(user) => Ok(user.user.to_string()),
        Err(refusal) => by_badge().map(|user| user.to_string()).ok_or(refusal),
    }
}

fn reason(fold: &Fold, text: &str) -> Result<String, Refusal> {
    settings::listed_reason(fold, text).ok_or_else(|| {
        let refusal = Refusal::new("unknown-reason", format!("there is no reason {text:?}"));
        let listed = settings::reasons(fold);
        refusal.hint(format!("the setting reasons lists {}", listed.join(", ")))
    })
}

/// The label of a thing by its name.
pub(crate) fn label(fold: &Fold, kind: Kind, name: &str, barcodes: bool) -> Result<Label, Refusal> {
    match kind {
        Kind::Locations => location(fold, name),
        Kind::Items => item(fold, name, barcodes),
        Kind::Users => badge(fold, name),
        Kind::Orders => order(fold, name),
        Kind::Customers => {
            let code = code_of(name)?;
            let called = fold.name_of(Class::Customer, &code);
            made(own::Kind::Customer, name, name, vec![called])
        }
        Kind::Reasons => made(own::Kind::Reason, name, name, Vec::new()),
        Kind::Commands => commands::label(name, FIRST),
        Kind::Lots => lot(fold, name),
        Kind::Pos => purchase(fold, name),
        Kind::Stocktakes => {
            let stocktake = at_entry::find_stocktake(fold, name)?;
            made(
                own::Kind::Stocktake,
                name,
                name,
                stocktake.title.into_iter().collect(),
            )
        }
        Kind::Calibration => Err(select::nothing(kind)),
    }
}

/// How labels are drawn while nobody said and their sheet is not known.
const FIRST: Symbology = Symbology::Code128;

/// A label with our own code of a name.
fn made(kind: own::Kind, name: &str, title: &str, lines: Vec<String>) -> Result<Label, Refusal> {
    let code = own::code(kind, name).map_err(|error| no_code(name, &error))?;
    Ok(bearing(code, title, lines))
}

/// A label with a code; lines that only say the title again are left out.
fn bearing(code: String, title: &str, mut lines: Vec<String>) -> Label {
    lines.retain(|line| !line.is_empty() && line != title);
    Label {
        code,
        symbology: FIRST,
        title: title.to_owned(),
        lines,
        check: None,
    }
}

fn code_of(name: &str) -> Result<Code, Refusal> {
    Code::new(name).map_err(|error| Refusal::new("bad-code", error.to_string()))
}

fn location(fold: &Fold, number: &str) -> Result<Label, Refusal> {
    let location = fold.location(&code_of(number)?);
    let site = location.site.map(|site| fold.name_of(Class::Site, &site));
    let place: Vec<String> = site.into_iter().chain(location.room).collect();
    let lines = vec![location.name, place.join(", ")];
    made(own::Kind::Location, number, number, lines)
}

fn item(fold: &Fold, sku: &str, barcodes: bool) -> Result<Label, Refusal> {
    let item = fold.item(&code_of(sku)?);
    let bound = if barcodes { barcode(fold, &item) } else { None };
    match bound {
        // The code is not readable in the title, so it stands in a line.
        Some(barcode) => Ok(bearing(barcode.clone(), sku, vec![item.name, barcode])),
        None => made(own::Kind::Item, sku, sku, vec![item.name]),
    }
}

/// The first barcode that stands for one piece of an item and for nothing else.
fn barcode(fold: &Fold, item: &Item) -> Option<String> {
    let names_a_place =
        |text: &str| Code::new(text).is_ok_and(|code| fold.exists(Class::Location, &code));
    let mut clear = item.barcodes.iter().filter(|bound| {
        let text = bound.barcode.as_str();
        let one = ItemMatch::One(item.sku.clone(), Quantity::ONE);
        let is_read_as_it_is = codes::Aim::split(text).0.is_none();
        fold.find_item(text) == one
            && is_read_as_it_is
            && codes::command(text).is_none()
            && !names_a_place(text)
    });
    clear.next().map(|bound| bound.barcode.to_string())
}

fn badge(fold: &Fold, name: &str) -> Result<Label, Refusal> {
    let user = UserName::new(name).ok().and_then(|name| fold.user(&name));
    let Some(user) = user else {
        return at_entry::users::find(fold, name).and_then(|_| Err(select::nothing(Kind::Users)));
    };
    // In capitals a name makes a shorter code, and is the same name.
    let badge = user.badge.map(|badge| badge.to_string());
    let named = [name.to_ascii_uppercase(), name.to_owned()];
    let mut codes = badge.into_iter().chain(named);
    let code = codes.find(|code| {
        let by_badge = fold.user_of_badge(code);
        by_badge.is_none_or(|other| other.user == user.user)
    });
    let code = code.ok_or_else(|| {
        let text = format!("the name of {name} is the badge of another user");
        Refusal::new("bad-label", text).hint("give the user a badge of their own first")
    })?;
    made(own::Kind::User, &code, &user.name, vec![name.to_owned()])
}

fn order(fold: &Fold, number: &str) -> Result<Label, Refusal> {
    let order = at_entry::find_order(fold, number)?;
    let customer = order.customer.as_ref();
    let customer = customer.map(|customer| fold.name_of(Class::Customer, customer));
    let lines = customer.into_iter().chain(order.title).collect();
    made(own::Kind::Order, number, number, lines)
}

fn lot(fold: &Fold, number: &str) -> Result<Label, Refusal> {
    let lot = at_entry::find_lot(fold, number)?;
    let built = format!("{} {}", lot.quantity, fold.name_of(Class::Item, &lot.item));
    let lines = [Some(built), lot.title].into_iter().flatten().collect();
    made(own::Kind::Lot, number, number, lines)
}

fn purchase(fold: &Fold, number: &str) -> Result<Label, Refusal> {
    let purchase = at_entry::find_purchase(fold, number)?;
    let supplier = purchase.supplier.as_ref();
    let supplier = supplier.map(|supplier| fold.name_of(Class::Supplier, supplier));
    let lines = supplier.into_iter().chain(purchase.title).collect();
    made(own::Kind::PurchaseOrder, number, number, lines)
}

/// What is in use and has no label all the same: a number that several documents have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// What kind of documents they are.
    pub family: Family,
    /// Their number.
    pub number: Code,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, number) = (self.family.word(), &self.number);
        write!(
            f,
            "no label for {word} {number}: several {word}s have that number"
        )
    }
}

/// What is in use and has no label all the same.
pub(crate) fn left_out(fold: &Fold, kind: Kind) -> Vec<LeftOut> {
    let Some(family) = family(kind) else {
        return Vec::new();
    };
    let numbers = fold.document_numbers(family).filter(|number| {
        let same = fold.documents_numbered(family, number);
        same.len() > 1 && same.iter().any(|id| fold.is_open_document(family, *id))
    });
    let left_out = numbers.map(|number| LeftOut {
        family,
        number: number.clone(),
    });
    left_out.collect()
}
