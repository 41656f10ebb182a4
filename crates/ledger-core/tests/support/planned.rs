//! Entries about plans in short, and what the fold says of them in words.

use ledger_core::EntryId;
use ledger_core::catalogue::Value;
use ledger_core::document::{DocumentFields, DocumentRef, Family};
use ledger_core::entry::{
    Body, BomLineSet, Ended, ItemMerged, LotEntry, LotPlanned, PurchaseEntry, PurchaseLine,
    PurchasePlaced, StocktakeApproved, StocktakeAssigned, StocktakeEntry, StocktakeOpened, Target,
};
use ledger_core::fold::{Fold, StocktakeLine};
use ledger_core::production::{self, BomLine, bom_key};

use super::rights::device;
use super::*;

pub const DAY: u64 = 24 * 60 * MINUTE;

pub fn made_of(parent: &str, child: &str, number: i64) -> Body {
    let number = Value::Int(units(number).ten_thousandths());
    Body::BomLineSet(BomLineSet {
        parent: code(parent),
        child: code(child),
        fields: DocumentFields::from([(bom_key::PER_UNIT, number)]),
        once: None,
    })
}

pub fn part(item: &str, number: i64) -> BomLine {
    BomLine {
        item: code(item),
        per_unit: units(number),
        attrition: 0,
        refs: None,
    }
}

pub fn of_units(number: i64) -> DocumentFields {
    let number = Value::Int(units(number).ten_thousandths());
    DocumentFields::from([(production::key::QUANTITY, number)])
}

pub fn planned(number: &str, item: &str, quantity: i64, bom: &[(&str, i64)]) -> Body {
    let bom = bom.iter().map(|(item, number)| part(item, *number));
    Body::Lot(LotEntry::Planned(LotPlanned {
        item: code(item),
        number: code(number),
        bom: bom.collect(),
        fields: of_units(quantity),
        once: None,
    }))
}

pub fn for_lot(mut body: Body, lot: EntryId) -> Body {
    if let Body::Moved(moved) = &mut body {
        moved.document = Some(DocumentRef::new(Family::Lot, reference(lot)));
    }
    body
}

pub fn line(item: &str, number: i64, day: Option<u32>) -> PurchaseLine {
    PurchaseLine {
        item: code(item),
        quantity: units(number),
        day,
    }
}

pub fn placed(number: &str, lines: &[PurchaseLine]) -> Body {
    Body::Purchase(PurchaseEntry::Placed(PurchasePlaced {
        number: code(number),
        lines: lines.to_vec(),
        fields: DocumentFields::new(),
        once: None,
    }))
}

pub fn received(item: &str, number: i64, purchase: EntryId, reason: Option<&str>) -> Body {
    let mut body = add(item, "A", number);
    if let Body::Moved(moved) = &mut body {
        moved.document = Some(DocumentRef::new(Family::Purchase, reference(purchase)));
        moved.particulars.details.reason = reason.map(ToOwned::to_owned);
    }
    body
}

pub fn begun(number: &str, targets: &[Target]) -> StocktakeOpened {
    StocktakeOpened {
        number: code(number),
        targets: targets.to_vec(),
        fields: DocumentFields::new(),
        once: None,
    }
}

pub fn opened_stocktake(number: &str, targets: &[Target]) -> Body {
    Body::Stocktake(StocktakeEntry::Opened(begun(number, targets)))
}

pub fn counted_for(mut body: Body, stocktake: EntryId) -> Body {
    if let Body::Counted(counted) = &mut body {
        counted.stocktake = Some(reference(stocktake));
    }
    body
}

pub fn approved(stocktake: EntryId, counts: &[EntryId]) -> Body {
    Body::Stocktake(StocktakeEntry::Approved(StocktakeApproved {
        stocktake: reference(stocktake),
        counts: counts.iter().map(|count| reference(*count)).collect(),
        note: None,
        once: None,
    }))
}

pub fn asked(stocktake: EntryId, writer: Option<u8>, targets: &[Target], again: bool) -> Body {
    Body::Stocktake(StocktakeEntry::Assigned(StocktakeAssigned {
        stocktake: reference(stocktake),
        device: writer.map(device),
        targets: targets.to_vec(),
        again,
        once: None,
    }))
}

pub fn ended(family: Family, id: EntryId) -> Body {
    let ended = Ended {
        document: reference(id),
        reason: None,
        note: None,
        once: None,
    };
    match family {
        Family::Lot => Body::Lot(LotEntry::Closed(ended)),
        Family::Purchase => Body::Purchase(PurchaseEntry::Closed(ended)),
        Family::Stocktake => Body::Stocktake(StocktakeEntry::Closed(ended)),
        Family::Order => unreachable!("orders have tests of their own"),
    }
}

pub fn merged(item: &str, into: &str) -> Body {
    Body::ItemMerged(ItemMerged {
        once: None,
        item: code(item),
        into: Some(code(into)),
    })
}

/// Item, day, ordered, received, left of every line.
pub fn purchase_lines(fold: &Fold, id: EntryId) -> Vec<String> {
    let lines = fold.purchase(id).unwrap().lines.into_iter();
    let lines = lines.map(|line| {
        let day = line
            .day
            .map_or_else(|| "-".to_owned(), |day| day.to_string());
        let (ordered, received) = (line.ordered, line.received);
        format!("{} {day} {ordered} {received} {}", line.item, line.left())
    });
    lines.collect()
}

pub fn lines_of(fold: &Fold, id: EntryId) -> Vec<StocktakeLine> {
    fold.stocktake_lines(&fold.stocktake(id).unwrap())
}

/// Item, place, on hand, how it stands, and each count with its variance.
pub fn report(fold: &Fold, id: EntryId) -> Vec<String> {
    let lines = lines_of(fold, id).into_iter().map(|line| {
        let counts = line.counts.iter();
        let counts = counts.map(|count| format!(" {}({})", count.quantity, count.variance()));
        let at = &line.line;
        let word = line.progress.word();
        format!("{}@{} {} {word}", at.item, at.location, line.on_hand) + &counts.collect::<String>()
    });
    lines.collect()
}
