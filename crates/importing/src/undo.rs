//! Taking an import back. What was there before is noted while an import is planned; the entries
//! that undo it are planned against the ledger as it is then.
//!
//! What somebody changed since, or uses, is left as it is and said. Nothing is deleted: what was
//! new is archived.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::at_entry::{self, About, BomChange, Plan, Refusal};
use ledger_core::catalogue::{CatalogueWrite, Class, Subject, Value, key};
use ledger_core::document::Family;
use ledger_core::entry::{Body, CodeBound, CodeUnbound, Particulars};
use ledger_core::fold::Fold;
use ledger_core::production::{BomLine, BomLineSet, bom_key};
use ledger_core::{Code, EntryId, Quantity};

use crate::plans;

/// A field: its number, what it held before, and what the import wrote.
type Change = (u8, Value, Value);

/// One thing to take back.
#[derive(Debug)]
enum Step {
    /// A movement or a count.
    Transaction(EntryId),
    /// Something that was new, with what was said of it.
    Made(CatalogueWrite),
    /// Fields that were changed.
    Changed(Subject, Vec<Change>),
    /// A barcode, with the pack quantity that it had before.
    Bound(CodeBound, Option<Quantity>),
    /// A line of a bill of materials, as it was before.
    Part(BomLineSet, Option<BomLine>),
}

/// Why something is left as the import made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Somebody changed it since.
    Changed,
    /// Something new is in use by now.
    InUse,
    /// It was undone already.
    Undone,
}

impl Why {
    /// The reason in one word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::InUse => "in-use",
            Self::Undone => "undone",
        }
    }
}

/// Something that is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// What it is called.
    pub what: String,
    /// Why.
    pub why: Why,
}

/// What an undo does.
#[derive(Debug, Default)]
pub struct Taken {
    /// What is left.
    pub left: Vec<Left>,
    /// How many steps are taken back.
    pub undone: u64,
    /// How many of them are transactions before a later count, so that no total changes.
    pub before_count: u64,
    archived: BTreeSet<Code>,
    /// Where the import made which item, once somebody asked.
    made: Option<BTreeMap<Code, usize>>,
    /// For whom orders and lots are open, once somebody asked.
    waited_for: Option<BTreeSet<Code>>,
    /// Where items usually lie, once somebody asked.
    usual: Option<BTreeSet<Code>>,
    /// How many steps were looked at, from the last one on.
    seen: usize,
}

/// All that an import did.
#[derive(Debug, Default)]
pub struct Undo {
    steps: Vec<Step>,
}

impl Undo {
    /// Of an import of transactions.
    #[must_use]
    pub fn of_transactions(entries: &[EntryId]) -> Self {
        let steps = entries.iter().copied();
        Self {
            steps: steps.map(Step::Transaction).collect(),
        }
    }

    /// Notes what is there before these entries of the catalogue are written.
    pub fn note(&mut self, fold: &Fold, bodies: &[Body]) {
        for body in bodies {
            if let Body::Set(write) = body {
                self.note_write(fold, write);
            } else if let Body::CodeBound(bound) = body {
                let item = fold.canonical(&bound.item);
                let mut claims = fold.claims(&bound.barcode).into_iter();
                let former = claims.find(|(claimed, _)| *claimed == item);
                let former = former.map(|(_, pack)| pack);
                self.steps.push(Step::Bound(bound.clone(), former));
            } else if let Body::BomLineSet(set) = body {
                let former = line_of(fold, set);
                self.steps.push(Step::Part(set.clone(), former));
            }
        }
    }

    fn note_write(&mut self, fold: &Fold, write: &CatalogueWrite) {
        let Subject { class, code } = &write.subject;
        if !fold.exists(*class, code) {
            self.steps.push(Step::Made(write.clone()));
            return;
        }
        let fields = write.fields.iter().map(|(key, value)| {
            let former = fold.field(*class, code, *key);
            (*key, former, value.clone())
        });
        let changes: Vec<Change> = fields.filter(|(_, former, now)| former != now).collect();
        if !changes.is_empty() {
            let step = Step::Changed(write.subject.clone(), changes);
            self.steps.push(step);
        }
    }

    /// Whether there is anything to take back.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many things there are to take back.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether an item that the import made is left, since somebody changed or uses it.
    fn stays(&self, fold: &Fold, item: &Code, taken: &mut Taken) -> bool {
        if taken.made.is_none() {
            let made = self.steps.iter().enumerate().filter_map(|(at, step)| {
                let Step::Made(write) = step else { return None };
                let Subject { class, code } = &write.subject;
                (*class == Class::Item).then(|| (code.clone(), at))
            });
            taken.made = Some(made.collect());
        }
        let at = taken.made.as_ref().and_then(|made| made.get(item));
        let step = at.and_then(|at| self.steps.get(*at));
        let Some(Step::Made(write)) = step else {
            return false;
        };
        let left = stays_for(fold, write, taken);
        left.is_some_and(|why| why != Why::Undone)
    }

    /// Plans what takes back the next steps, from the last one on, until there are `most` entries.
    /// No plan means that all is taken back that can be.
    pub fn plan(
        &self,
        fold: &Fold,
        taken: &mut Taken,
        most: usize,
    ) -> Result<Option<Plan>, Refusal> {
        let mut bodies = Vec::new();
        while bodies.len() < most {
            let from_end = taken.seen;
            let Some(step) = self.steps.iter().rev().nth(from_end) else {
                break;
            };
            taken.seen = from_end.saturating_add(1);
            let before = bodies.len();
            // The barcode of a new item that stays is its own.
            if let Step::Bound(bound, _) = step
                && self.stays(fold, &bound.item, taken)
            {
                continue;
            }
            let left = step.back(fold, taken, &mut bodies)?;
            taken.left.extend(left);
            if bodies.len() > before {
                taken.undone = taken.undone.saturating_add(1);
            }
        }
        let about = bodies.iter().find_map(|body| about(fold, body));
        Ok(about.map(|about| Plan {
            bodies,
            warnings: Vec::new(),
            about,
        }))
    }
}

fn about(fold: &Fold, body: &Body) -> Option<About> {
    let Body::Reversed(reversed) = body else {
        return About::of(body);
    };
    let item = fold.canonical(&fold.item_of(reversed.target.id)?);
    Some(About::Thing(Subject::new(Class::Item, item)))
}

impl Step {
    /// Adds the entries that take it back, or says why it is left.
    fn back(
        &self,
        fold: &Fold,
        taken: &mut Taken,
        bodies: &mut Vec<Body>,
    ) -> Result<Option<Left>, Refusal> {
        match self {
            Self::Transaction(entry) => void(fold, *entry, taken, bodies),
            Self::Made(write) => Ok(archive(fold, write, taken, bodies)),
            Self::Changed(subject, changes) => Ok(restore(fold, subject, changes, bodies)),
            Self::Bound(bound, former) => Ok(unbind(fold, bound, *former, bodies)),
            Self::Part(set, former) => part(fold, set, former.as_ref(), bodies),
        }
    }
}

fn void(
    fold: &Fold,
    entry: EntryId,
    taken: &mut Taken,
    bodies: &mut Vec<Body>,
) -> Result<Option<Left>, Refusal> {
    if fold.is_void(entry) {
        let what = fold.item_of(entry).map(|item| fold.canonical(&item));
        return Ok(Some(Left {
            what: what.map_or_else(|| entry.to_string(), |item| item.to_string()),
            why: Why::Undone,
        }));
    }
    let before_count = u64::from(fold.is_before_count(entry));
    taken.before_count = taken.before_count.saturating_add(before_count);
    let plan = at_entry::undo(fold, entry.origin, Some(entry), Particulars::default())?;
    bodies.extend(plan.bodies);
    Ok(None)
}

fn archive(
    fold: &Fold,
    write: &CatalogueWrite,
    taken: &mut Taken,
    bodies: &mut Vec<Body>,
) -> Option<Left> {
    let Subject { class, code } = &write.subject;
    let why = stays_for(fold, write, taken);
    if why.is_none_or(|why| why == Why::Undone) {
        taken.archived.insert(code.clone());
    }
    if let Some(why) = why {
        let what = code.to_string();
        return Some(Left { what, why });
    }
    let archived = CatalogueWrite::new(*class, code.clone());
    bodies.push(Body::Set(archived.with(key::ARCHIVED, Value::Bool(true))));
    None
}

/// Why a thing that the import made is left as it is.
fn stays_for(fold: &Fold, write: &CatalogueWrite, taken: &mut Taken) -> Option<Why> {
    let Subject { class, code } = &write.subject;
    let is_as_written = |(key, value): (&u8, &Value)| fold.field(*class, code, *key) == *value;
    if fold.field(*class, code, key::ARCHIVED).is_true() {
        Some(Why::Undone)
    } else if !write.fields.iter().all(is_as_written) {
        Some(Why::Changed)
    } else {
        is_in_use(fold, &write.subject, taken).then_some(Why::InUse)
    }
}

/// Whether anything would miss a new thing. What is archived already goes with it.
fn is_in_use(fold: &Fold, subject: &Subject, taken: &mut Taken) -> bool {
    let Subject { class, code } = subject;
    match class {
        Class::Item => {
            !fold.stock_of(code).is_empty()
                || !fold.lines_wanting(code).is_empty()
                || !fold.used_in(code).is_empty()
                || !fold.purchases_of(code).is_empty()
                || !fold.bom(code).is_empty()
        }
        Class::Location => {
            let usual = taken.usual.get_or_insert_with(|| usual_locations(fold));
            usual.contains(code) || !fold.stock_at(code).is_empty()
        }
        Class::Customer => {
            let waited_for = taken.waited_for.get_or_insert_with(|| waited_for(fold));
            waited_for.contains(code) || !fold.items_owned_by(code).is_empty()
        }
        Class::Site => fold.codes(Class::Location).any(|number| {
            !taken.archived.contains(number) && fold.site_of(number).as_ref() == Some(code)
        }),
        Class::LocationType | Class::Supplier | Class::Setting | Class::User | Class::Device => {
            false
        }
    }
}

/// The customers for whom orders or lots are open.
fn waited_for(fold: &Fold) -> BTreeSet<Code> {
    let orders = fold.orders().into_iter();
    let orders = orders.filter(|id| fold.is_open_order(*id));
    let orders = orders.filter_map(|id| fold.order(id)?.customer);
    let lots = fold.lots().into_iter();
    let lots = lots.filter(|id| fold.is_open_document(Family::Lot, *id));
    let lots = lots.filter_map(|id| fold.lot(id)?.customer);
    orders.chain(lots).collect()
}

/// Where items in use usually lie.
fn usual_locations(fold: &Fold) -> BTreeSet<Code> {
    let items = fold.items().into_iter().map(|code| fold.item(&code));
    let items = items.filter(|item| !item.archived);
    items.filter_map(|item| item.location).collect()
}

fn restore(
    fold: &Fold,
    subject: &Subject,
    changes: &[Change],
    bodies: &mut Vec<Body>,
) -> Option<Left> {
    let Subject { class, code } = subject;
    let mut left = None;
    let mut write = CatalogueWrite::new(*class, code.clone());
    for (key, former, written) in changes {
        let now = fold.field(*class, code, *key);
        let is_fixed = *class == Class::Item && *key == key::UNIT && !fold.lines(code).is_empty();
        let why = if now != *written {
            Some(Why::Changed)
        } else if is_fixed {
            Some(Why::InUse)
        } else {
            None
        };
        match why {
            None => write = write.with(*key, former.clone()),
            Some(_) if now == *former => {}
            Some(why) => {
                let what = code.to_string();
                left = Some(Left { what, why });
            }
        }
    }
    if !write.fields.is_empty() {
        bodies.push(Body::Set(write));
    }
    left
}

fn unbind(
    fold: &Fold,
    bound: &CodeBound,
    former: Option<Quantity>,
    bodies: &mut Vec<Body>,
) -> Option<Left> {
    let item = fold.canonical(&bound.item);
    if !fold.claims(&bound.barcode).contains(&(item, bound.pack)) {
        let what = bound.barcode.to_string();
        return Some(Left {
            what,
            why: Why::Changed,
        });
    }
    bodies.push(match former {
        Some(pack) => Body::CodeBound(CodeBound {
            pack,
            ..bound.clone()
        }),
        None => Body::CodeUnbound(CodeUnbound {
            item: bound.item.clone(),
            barcode: bound.barcode.clone(),
        }),
    });
    None
}

fn line_of(fold: &Fold, set: &BomLineSet) -> Option<BomLine> {
    let child = fold.canonical(&set.child);
    let mut lines = fold.bom(&fold.canonical(&set.parent)).into_iter();
    lines.find(|line| line.item == child)
}

fn part(
    fold: &Fold,
    set: &BomLineSet,
    former: Option<&BomLine>,
    bodies: &mut Vec<Body>,
) -> Result<Option<Left>, Refusal> {
    let (parent, child) = (set.parent.as_str(), set.child.as_str());
    let now = line_of(fold, set);
    let was_removed = set.fields.get(&bom_key::PER_UNIT) == Some(&Value::Nil);
    let is_as_written = if was_removed {
        now.is_none()
    } else {
        !plans::is_news(fold, &Body::BomLineSet(set.clone()))
    };
    if !is_as_written {
        return Ok(Some(Left {
            what: format!("{parent} · {child}"),
            why: Why::Changed,
        }));
    }
    let plan = match former {
        None if now.is_none() => return Ok(None),
        None => at_entry::remove_bom_line(fold, parent, child),
        Some(line) => {
            let attrition = i64::from(line.attrition).saturating_mul(100);
            let change = BomChange {
                per_unit: Some(line.per_unit),
                attrition: Some(Quantity::from_ten_thousandths(attrition)),
                refs: Some(line.refs.clone().unwrap_or_default()),
            };
            at_entry::set_bom_line(fold, parent, child, &change)
        }
    };
    // A part that was archived since, say, holds up none of the others.
    let Ok(plan) = plan else {
        return Ok(Some(Left {
            what: format!("{parent} · {child}"),
            why: Why::Changed,
        }));
    };
    bodies.extend(plan.bodies);
    Ok(None)
}

#[cfg(test)]
mod tests;
