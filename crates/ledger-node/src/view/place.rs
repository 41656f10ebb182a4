//! Lists of locations, what lies at one, and racks: looked at place by place, so that a page about
//! a few of many thousand costs no more than those few.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::catalogue::{Class, key};
use ledger_core::document::Family;
use ledger_core::entry::{Body, Entry, Moved};
use ledger_core::fold::{Change, Thing};
use ledger_core::{Code, Timestamp, Total};

use super::device::{DeviceNames, writer};
use super::{LocationView, View, text_of, time_text};
use crate::NodeError;

/// Which locations a list shows; everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct PlaceFilter {
    /// Every word of it stands in the number, the name or the room.
    pub search: Option<String>,
    /// At this site.
    pub site: Option<Code>,
    /// In this room.
    pub room: Option<String>,
    /// Of this type.
    pub location_type: Option<Code>,
    /// Blocked ones only.
    pub blocked: bool,
    /// Also what is no longer in use.
    pub include_archived: bool,
}

impl PlaceFilter {
    fn takes(&self, thing: Thing<'_>) -> bool {
        let is = |wanted: Option<&Code>, key| {
            wanted.is_none_or(|wanted| thing.text(key) == Some(wanted.as_str()))
        };
        let room = |room: &String| thing.text(key::ROOM) == Some(room);
        (self.include_archived || !thing.is(key::ARCHIVED))
            && (!self.blocked || thing.is(key::BLOCKED))
            && is(self.site.as_ref(), key::SITE)
            && is(self.location_type.as_ref(), key::TYPE)
            && self.room.as_ref().is_none_or(room)
            && self
                .search
                .as_deref()
                .is_none_or(|search| matches(thing, search))
    }
}

fn matches(thing: Thing<'_>, search: &str) -> bool {
    let number = thing.code.as_str().to_lowercase();
    let name = thing.text(key::NAME).unwrap_or_default().to_lowercase();
    let room = thing.text(key::ROOM).unwrap_or_default().to_lowercase();
    let stands = |word: &str| number.contains(word) || name.contains(word) || room.contains(word);
    search.to_lowercase().split_whitespace().all(stands)
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T> {
    /// The rows of this part.
    pub rows: Vec<T>,
    /// Whether there are more behind them.
    pub more: bool,
}

/// A location in a list.
#[derive(Debug, Clone)]
pub struct PlaceRow {
    /// The location.
    pub location: LocationView,
    /// How many items lie there.
    pub items: usize,
}

/// One stock line of a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentRow {
    /// The item.
    pub sku: String,
    /// The item's name.
    pub name: String,
    /// The unit of its quantities.
    pub unit: String,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// Which batch.
    pub batch: Option<String>,
    /// How much.
    pub on_hand: String,
    /// When it was last counted.
    pub last_counted: Option<String>,
}

/// A change at a location, in the words of its entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRow {
    /// When it happened.
    pub at: String,
    /// The item.
    pub sku: String,
    /// Whose: a customer's, or ours.
    pub owner: Option<String>,
    /// `add`, `remove`, `move`, `adjust`, `count` or `order`.
    pub kind: &'static str,
    /// By how much, or what a count saw.
    pub amount: String,
    /// Who: a user's name, or `device:NAME`.
    pub user: String,
    /// On which device.
    pub device: String,
    /// Why.
    pub reason: Option<String>,
}

/// Locations of one type that stand together: the same site and room, and numbers that begin
/// alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RackKey {
    /// The site.
    pub site: Option<String>,
    /// The room.
    pub room: Option<String>,
    /// What stands before column and row in their numbers.
    pub prefix: String,
}

/// A place in a rack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RackPlace {
    /// The location.
    pub number: Code,
    /// Its row.
    pub row: Option<u32>,
    /// Its column.
    pub column: Option<String>,
    /// Stock there is not usable.
    pub blocked: bool,
}

impl RackPlace {
    fn of(thing: Thing<'_>) -> Self {
        Self {
            number: thing.code.clone(),
            row: thing.number(key::ROW),
            column: thing.text(key::COLUMN).map(str::to_owned),
            blocked: thing.is(key::BLOCKED),
        }
    }
}

/// What lies at a place, in figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Load {
    /// How many items.
    pub items: usize,
    /// How much, by unit.
    pub sums: BTreeMap<String, Total>,
    /// How many items, by unit.
    pub units: BTreeMap<String, usize>,
    /// When the line that waits longest was counted; none without a line or when one was never.
    pub counted: Option<Timestamp>,
    /// Whether a line there was never counted.
    pub never_counted: bool,
}

impl View<'_> {
    /// At most so many locations that pass the filter, by number, beginning behind one.
    #[must_use]
    pub fn places_after(
        &self,
        filter: &PlaceFilter,
        after: Option<&Code>,
        limit: usize,
    ) -> Part<PlaceRow> {
        let things = self.fold().things_after(Class::Location, after);
        let mut found = things.filter(|thing| filter.takes(*thing));
        let rows = found.by_ref().take(limit).map(|thing| PlaceRow {
            location: self.location(thing.code),
            items: self.items_at(thing.code),
        });
        let rows = rows.collect();
        Part {
            rows,
            more: found.next().is_some(),
        }
    }

    fn items_at(&self, location: &Code) -> usize {
        let stock = self.fold().stock_at(location);
        let items: BTreeSet<&Code> = stock.keys().map(|line| &line.item).collect();
        items.len()
    }

    /// At most so many locations whose number or name has a text in it, by number; archived ones
    /// are left out.
    #[must_use]
    pub fn locations_like(&self, text: &str, limit: usize) -> Vec<(String, String)> {
        let wanted = text.trim().to_lowercase();
        let fold = self.fold();
        let places = fold.codes(Class::Location).filter_map(|number| {
            let name = fold.name_of(Class::Location, number);
            let is_like = number.as_str().to_lowercase().contains(&wanted)
                || name.to_lowercase().contains(&wanted);
            let taken = is_like && !fold.location(number).archived;
            taken.then(|| (number.to_string(), name))
        });
        places.take(limit).collect()
    }

    /// The rooms that locations name, in order, with their sites.
    #[must_use]
    pub fn rooms(&self) -> Vec<String> {
        let things = self.fold().things_after(Class::Location, None);
        let rooms: BTreeSet<&str> = things.filter_map(|thing| thing.text(key::ROOM)).collect();
        rooms.into_iter().map(str::to_owned).collect()
    }

    /// What lies at a location.
    #[must_use]
    pub fn contents(&self, location: &Code) -> Vec<ContentRow> {
        let fold = self.fold();
        let lines = fold.lines_at(location).into_iter();
        lines
            .map(|line| ContentRow {
                name: fold.name_of(Class::Item, &line.key.item),
                unit: self.unit_of(&line.key.item),
                sku: line.key.item.to_string(),
                owner: text_of(line.key.owner.as_ref()),
                batch: text_of(line.key.batch.as_ref()),
                on_hand: line.on_hand.to_string(),
                last_counted: line.last_counted.map(|count| time_text(count.at)),
            })
            .collect()
    }

    /// The unit of an item.
    pub(super) fn unit_of(&self, item: &Code) -> String {
        let unit = self.fold().field(Class::Item, item, key::UNIT);
        let unit = unit.as_text().filter(|unit| !unit.is_empty());
        unit.unwrap_or("pcs").to_owned()
    }

    /// The last so many changes at a location, the newest first.
    pub fn changes_at(&self, location: &Code, limit: usize) -> Result<Vec<ChangeRow>, NodeError> {
        let mut names = DeviceNames::new(self.fold());
        let changes = self.fold().changes_at(location, limit);
        let mut rows = Vec::with_capacity(changes.len());
        for change in changes {
            let entry = self.entry(change.id)?;
            rows.push(change_row(
                &change,
                entry.as_ref(),
                names.of(change.id.origin),
            ));
        }
        Ok(rows)
    }

    /// The racks of a type, each with its places in the order of their numbers.
    #[must_use]
    pub fn racks(&self, location_type: &Code) -> BTreeMap<RackKey, Vec<RackPlace>> {
        let mut racks: BTreeMap<RackKey, Vec<RackPlace>> = BTreeMap::new();
        for thing in self.fold().things_after(Class::Location, None) {
            if thing.text(key::TYPE) != Some(location_type.as_str()) || thing.is(key::ARCHIVED) {
                continue;
            }
            let place = RackPlace::of(thing);
            let rack = RackKey {
                site: thing.text(key::SITE).map(str::to_owned),
                room: thing.text(key::ROOM).map(str::to_owned),
                prefix: prefix_of(&place),
            };
            racks.entry(rack).or_default().push(place);
        }
        racks
    }

    /// The places of a site that are in use, by room, each in the order of their numbers; last
    /// those without a room.
    #[must_use]
    pub fn rooms_of(&self, site: &Code) -> Vec<(Option<String>, Vec<RackPlace>)> {
        let mut rooms: BTreeMap<(bool, Option<String>), Vec<RackPlace>> = BTreeMap::new();
        for thing in self.fold().things_after(Class::Location, None) {
            if thing.text(key::SITE) != Some(site.as_str()) || thing.is(key::ARCHIVED) {
                continue;
            }
            let room = thing.text(key::ROOM).map(str::to_owned);
            let places = rooms.entry((room.is_none(), room)).or_default();
            places.push(RackPlace::of(thing));
        }
        let rooms = rooms.into_iter();
        rooms.map(|((_, room), places)| (room, places)).collect()
    }

    /// What lies at some places, in figures.
    #[must_use]
    pub fn loads<'a>(&self, locations: impl IntoIterator<Item = &'a Code>) -> Vec<Load> {
        let locations = locations.into_iter();
        let supply = &self.standing().supply;
        supply.look(self.fold(), |supply| {
            let unit = |item: &Code| match supply.of(item) {
                Some(supplied) => supplied.unit.to_string(),
                None => self.unit_of(item),
            };
            locations
                .map(|location| self.load(location, unit))
                .collect()
        })
    }

    fn load(&self, location: &Code, unit_of: impl Fn(&Code) -> String) -> Load {
        let mut load = Load::default();
        let mut last: Option<Code> = None;
        for line in self.fold().lines_at(location) {
            let unit = unit_of(&line.key.item);
            let sum = load.sums.entry(unit.clone()).or_default();
            *sum = sum.plus(line.on_hand);
            match line.last_counted {
                Some(count) => {
                    let longest = load.counted.map_or(count.at, |at| at.min(count.at));
                    load.counted = Some(longest);
                }
                None => load.never_counted = true,
            }
            // Lines come by item.
            if last.as_ref() != Some(&line.key.item) {
                load.items = load.items.saturating_add(1);
                let of_unit = load.units.entry(unit).or_default();
                *of_unit = of_unit.saturating_add(1);
                last = Some(line.key.item);
            }
        }
        load
    }

    /// The places beside one in its rack: before and behind it by number.
    #[must_use]
    pub fn beside(&self, location: &Code) -> (Option<Code>, Option<Code>) {
        let known = self.fold().location(location);
        let Some(location_type) = known.location_type else {
            return (None, None);
        };
        let racks = self.racks(&location_type);
        let rack = racks
            .values()
            .find(|rack| rack.iter().any(|place| place.number == *location));
        let Some(rack) = rack else {
            return (None, None);
        };
        let at = rack
            .iter()
            .position(|place| place.number == *location)
            .unwrap_or_default();
        let number = |place: &RackPlace| place.number.clone();
        let before = at.checked_sub(1).and_then(|at| rack.get(at)).map(number);
        let behind = rack.get(at.saturating_add(1)).map(number);
        (before, behind)
    }
}

/// What stands before column and row in a number such as `H1-A-01`; otherwise all of it up to the
/// last dash.
fn prefix_of(place: &RackPlace) -> String {
    let number = place.number.as_str();
    let Some((rest, last)) = number.rsplit_once('-') else {
        return String::new();
    };
    let (Some(row), Some(column)) = (place.row, &place.column) else {
        return rest.to_owned();
    };
    if last.parse() != Ok(row) {
        return rest.to_owned();
    }
    match rest.rsplit_once('-') {
        Some((prefix, label)) if label == column => prefix.to_owned(),
        Some(_) => rest.to_owned(),
        None if rest == column => String::new(),
        None => rest.to_owned(),
    }
}

fn is_for_order(moved: &Moved) -> bool {
    moved
        .document
        .is_some_and(|document| document.family == Family::Order)
}

fn change_row(change: &Change, entry: Option<&Entry>, device: String) -> ChangeRow {
    let details = entry.and_then(|entry| entry.body.particulars());
    let user = entry.and_then(|entry| entry.user.as_ref());
    let kind = match entry.map(|entry| &entry.body) {
        Some(Body::Moved(moved)) if is_for_order(moved) => "order",
        Some(Body::Moved(moved)) => moved.act.word(),
        Some(Body::UnknownScan(scan)) => scan.mode.word(),
        _ if change.is_count => "count",
        _ if change.amount.is_negative() => "remove",
        _ => "add",
    };
    ChangeRow {
        at: time_text(change.at),
        sku: change.line.item.to_string(),
        owner: text_of(change.line.owner.as_ref()),
        kind,
        amount: change.amount.to_string(),
        user: writer(user, &device),
        device,
        reason: details.and_then(|with| with.details.reason.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rack_is_what_stands_before_column_and_row() {
        for (number, row, column, prefix) in [
            ("H1-A-01", Some(1), Some("A"), "H1"),
            ("H1-N-A-01", Some(1), Some("A"), "H1-N"),
            ("A-01", Some(1), Some("A"), ""),
            ("H1-A-01", Some(2), Some("A"), "H1-A"),
            ("H1-A-01", Some(1), Some("B"), "H1-A"),
            ("H1-A-01", None, None, "H1-A"),
            ("FLOOR", None, None, ""),
        ] {
            let place = RackPlace {
                number: Code::new(number).unwrap(),
                row,
                column: column.map(str::to_owned),
                blocked: false,
            };
            assert_eq!(prefix_of(&place), prefix, "{number} {row:?} {column:?}");
        }
    }
}
