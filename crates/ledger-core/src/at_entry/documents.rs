//! What commands about orders, lots, purchase orders and stocktakes have in common: finding them,
//! numbering them, saying their fields, ending them.

use super::stock::as_listed;
use super::{Plan, Refusal, checked_text, code, filled_text, find_thing, nearest};
use crate::catalogue::{Class, Value};
use crate::code::Code;
use crate::document::{DocumentFields, DocumentRef, Ended, Family};
use crate::entry::{Act, Body, Details, Moved, Particulars};
use crate::fold::{DocumentState, Fold};
use crate::id::{DeviceId, EntryId, EntryRef};
use crate::quantity::{Quantity, Total};

/// An owner's name that means ourselves.
pub(super) const OUR_OWN: &str = "-";

/// The codes of what is refused about a family.
struct Codes {
    unknown: &'static str,
    ambiguous: &'static str,
    ended: &'static str,
}

const fn codes(family: Family) -> Codes {
    match family {
        Family::Order => Codes {
            unknown: "unknown-order",
            ambiguous: "ambiguous-order",
            ended: "order-ended",
        },
        Family::Lot => Codes {
            unknown: "unknown-lot",
            ambiguous: "ambiguous-lot",
            ended: "lot-ended",
        },
        Family::Purchase => Codes {
            unknown: "unknown-purchase-order",
            ambiguous: "ambiguous-purchase-order",
            ended: "purchase-order-ended",
        },
        Family::Stocktake => Codes {
            unknown: "unknown-stocktake",
            ambiguous: "ambiguous-stocktake",
            ended: "stocktake-ended",
        },
    }
}

/// The document of a family that a text names: by its number, or by the entry that began it.
pub(super) fn find(fold: &Fold, family: Family, text: &str) -> Result<EntryId, Refusal> {
    let numbered = Code::new(text).map_or_else(
        |_| Vec::new(),
        |number| fold.documents_numbered(family, &number),
    );
    match numbered.as_slice() {
        [] => {}
        [one] => return Ok(*one),
        several => {
            let names: Vec<String> = several.iter().map(ToString::to_string).collect();
            let message = format!("{} {}s are called {text}", several.len(), family.word());
            return Err(Refusal::new(codes(family).ambiguous, message)
                .hint(format!("name it by its entry: {}", names.join(" or "))));
        }
    }
    let by_entry = text.trim().parse::<EntryId>().ok();
    let is_one = |id: &EntryId| fold.document_name(*id).is_some_and(|(of, _)| of == family);
    by_entry
        .filter(is_one)
        .ok_or_else(|| unknown(fold, family, text))
}

/// That there is no such document.
pub(super) fn unknown(fold: &Fold, family: Family, text: &str) -> Refusal {
    let near = nearest(text, fold.document_numbers(family).map(Code::as_str));
    let word = family.word();
    let refusal = Refusal::new(
        codes(family).unknown,
        format!("there is no {word} {text:?}"),
    );
    let (short, begins) = (family.short(), family.begins());
    super::did_you_mean(
        refusal,
        &near,
        format!("{begins} it with: stock {short} {begins} {text}"),
    )
}

/// How to refer to a document that can still be changed.
pub(super) fn still_open(
    fold: &Fold,
    family: Family,
    id: EntryId,
    state: DocumentState,
) -> Result<EntryRef, Refusal> {
    let number = fold.document_name(id).map(|(_, number)| number.to_string());
    let number = number.unwrap_or_else(|| id.to_string());
    let word = family.word();
    if state != DocumentState::Open {
        let state = state.word();
        let text = format!("the {word} {number} is {state}, which is final");
        let begins = family.begins();
        return Err(Refusal::new(codes(family).ended, text)
            .hint(format!("{begins} a new {word} for what is wanted")));
    }
    fold.reference(id)
        .ok_or_else(|| unknown(fold, family, &number))
}

const NUMBER: &str = "number";

/// A number that no document of the family has here: letter, device prefix and counter; so many
/// more numbers are left free before it.
pub(super) fn made_number(
    fold: &Fold,
    family: Family,
    letter: char,
    device: DeviceId,
    before: usize,
) -> Result<Code, Refusal> {
    let device = device.to_string();
    let prefix = format!("{letter}-{}-", device.get(..4).unwrap_or(&device));
    let prefix = code(&prefix, NUMBER)?;
    let counters = fold.document_numbers(family).filter_map(|number| {
        let counter = number.as_str().strip_prefix(prefix.as_str())?;
        counter.parse::<usize>().ok()
    });
    let last = counters.max().unwrap_or(0).saturating_add(before);
    code(&format!("{prefix}{}", last.saturating_add(1)), NUMBER)
}

/// The number of a new document: the one that was typed, or letter, device prefix and counter. One
/// that a document here has is refused.
pub(super) fn new_number(
    fold: &Fold,
    family: Family,
    letter: char,
    device: DeviceId,
    typed: Option<&str>,
) -> Result<Code, Refusal> {
    let Some(text) = typed else {
        return made_number(fold, family, letter, device, 0);
    };
    let number = code(text, NUMBER)?;
    if !fold.documents_numbered(family, &number).is_empty() {
        let (word, short) = (family.word(), family.short());
        let text = format!("there is already a {word} {number}");
        let text = text.replace("a order", "an order");
        let look = if family == Family::Stocktake {
            "report"
        } else {
            "show"
        };
        return Err(Refusal::new("exists", text).hint(format!(
            "look at it with: stock {short} {look} {number}, or choose another number"
        )));
    }
    Ok(number)
}

/// The fields that a command sets; what is none stays as it is.
#[derive(Debug, Default)]
pub(super) struct Fields(pub(super) DocumentFields);

impl Fields {
    /// A thing of the catalogue; `Some(None)` takes it away.
    pub(super) fn thing(
        &mut self,
        fold: &Fold,
        key: u8,
        class: Class,
        said: Option<&Option<String>>,
    ) -> Result<(), Refusal> {
        if let Some(said) = said {
            let value = match said {
                None => Value::Nil,
                Some(text) => Value::code(Some(&find_thing(fold, class, text)?)),
            };
            self.0.insert(key, value);
        }
        Ok(())
    }

    /// A day or another small number; `Some(None)` takes it away.
    pub(super) fn day(&mut self, key: u8, said: Option<Option<u32>>) {
        if let Some(day) = said {
            let value = day.map_or(Value::Nil, |day| Value::Int(i64::from(day)));
            self.0.insert(key, value);
        }
    }

    /// A text; an empty one takes it away.
    pub(super) fn text(
        &mut self,
        key: u8,
        what: &str,
        said: Option<&String>,
    ) -> Result<(), Refusal> {
        if let Some(text) = said {
            let text = checked_text(text, what)?;
            let value = if text.is_empty() {
                Value::Nil
            } else {
                Value::text(&text)
            };
            self.0.insert(key, value);
        }
        Ok(())
    }

    /// The site a new document is for when none is named.
    pub(super) fn usual_site(&mut self, fold: &Fold, key: u8, device: DeviceId) {
        if !self.0.contains_key(&key)
            && let Some(site) = usual_site(fold, device)
        {
            self.0.insert(key, Value::code(Some(&site)));
        }
    }

    /// The fields of a new document: what is taken away was never there.
    pub(super) fn of_new(mut self) -> DocumentFields {
        self.0.retain(|_, value| *value != Value::Nil);
        self.0
    }

    /// The fields that change, of which there must be some.
    pub(super) fn of_change(self, hint: &str) -> Result<DocumentFields, Refusal> {
        if self.0.is_empty() {
            return Err(Refusal::new("nothing-to-set", "nothing was said to change").hint(hint));
        }
        Ok(self.0)
    }
}

/// The site of the device, or the only one there is.
fn usual_site(fold: &Fold, device: DeviceId) -> Option<Code> {
    let of_device = fold.device(device).and_then(|device| device.site);
    let mut sites = fold.codes(Class::Site);
    let first = sites.next().cloned();
    of_device.or_else(|| first.filter(|_| sites.next().is_none()))
}

/// What ends a document.
pub(super) fn ended(fold: &Fold, document: EntryRef, details: &Details) -> Result<Ended, Refusal> {
    let reason = filled_text(details.reason.as_deref(), "reason")?;
    Ok(Ended {
        document,
        reason: reason.map(|reason| as_listed(fold, reason)),
        note: filled_text(details.note.as_deref(), "note")?,
        once: None,
    })
}

/// Lets the movements of a plan be for a document, by reference and by the number that people read.
pub(super) fn for_document(plan: &mut Plan, document: DocumentRef, number: &Code) {
    for body in &mut plan.bodies {
        if let Body::Moved(moved) = body {
            moved.document = Some(document);
            let details = &mut moved.particulars.details;
            let field = match document.family {
                Family::Lot => &mut details.lot,
                Family::Purchase => &mut details.po,
                Family::Order | Family::Stocktake => continue,
            };
            *field = Some(number.to_string());
        }
    }
}

/// A movement for a document, without anything said beside it.
pub(super) fn plain_movement(
    item: &Code,
    quantity: Quantity,
    act: Act,
    document: DocumentRef,
) -> Moved {
    Moved {
        item: item.clone(),
        quantity,
        from: None,
        to: None,
        act,
        document: Some(document),
        particulars: Particulars::default(),
    }
}

/// A sum as the quantity of one movement or line.
pub(super) fn fits(total: Total) -> Result<Quantity, Refusal> {
    let fits = total
        .quantity()
        .filter(|quantity| Fold::can_move(*quantity));
    fits.ok_or_else(|| Refusal::new("overflow", format!("the quantity {total} is too large")))
}
