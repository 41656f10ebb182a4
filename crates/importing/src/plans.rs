//! Bills of materials and purchase orders from a file.

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::at_entry::{self, BomChange, LineRequest, PurchaseChange, Refusal};
use ledger_core::document::Family;
use ledger_core::entry::{Body, IdempotencyKey};
use ledger_core::fold::Fold;
use ledger_core::{Code, DeviceId, Quantity};
use ledger_node::times;

use crate::file::Csv;
use crate::names::Names;
use crate::pass::Outcome;
use crate::rows::Row;
use crate::values::quantity;

fn needed<'a>(text: &'a str, what: &str) -> Result<&'a str, Refusal> {
    if text.is_empty() {
        return Err(Refusal::new("missing", format!("the {what} is missing")));
    }
    Ok(text)
}

/// Plans lines of bills of materials.
#[derive(Debug, Default)]
pub(crate) struct Boms {
    names: Names,
    seen: BTreeMap<(Code, Code), u64>,
    /// What this file makes a part of what, which the ledger does not know yet.
    parts: BTreeMap<Code, BTreeSet<Code>>,
    /// What it takes away, and the ledger has until it is imported.
    removed: BTreeSet<(Code, Code)>,
}

impl Boms {
    pub(crate) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<Outcome, Refusal> {
        let fields = row.fields()?;
        let [parent, child, amount, refs, attrition] = fields.each_ref().map(|field| &**field);
        let parent = self.names.item(fold, needed(parent, "parent")?)?;
        let child = self.names.item(fold, needed(child, "child")?)?;
        let amount = quantity(needed(amount, "quantity")?)?;
        let line = (parent.clone(), child.clone());
        if let Some(known) = self.seen.get(&line) {
            let text = format!("{child} in {parent} stands in line {known} already");
            return Err(Refusal::new("duplicate", text));
        }
        let is_there = fold.bom(&parent).iter().any(|line| line.item == child);
        let plan = if amount == Quantity::ZERO {
            if !is_there {
                self.seen.insert(line, row.line());
                return Ok(Outcome::Already);
            }
            let plan = at_entry::remove_bom_line(fold, parent.as_str(), child.as_str())?;
            self.removed.insert(line.clone());
            plan
        } else {
            self.check_circle(fold, &parent, &child)?;
            let change = BomChange {
                per_unit: Some(amount),
                attrition: match attrition {
                    "" => None,
                    percent => Some(quantity(percent)?),
                },
                refs: (!refs.is_empty()).then(|| refs.to_owned()),
            };
            let plan = at_entry::set_bom_line(fold, parent.as_str(), child.as_str(), &change)?;
            self.parts.entry(parent).or_default().insert(child);
            plan
        };
        self.seen.insert(line, row.line());
        let before = bodies.len();
        bodies.extend(plan.bodies.into_iter().filter(|body| is_news(fold, body)));
        Ok(if bodies.len() == before {
            Outcome::Already
        } else if amount == Quantity::ZERO {
            Outcome::Removed
        } else if is_there {
            Outcome::Changed
        } else {
            Outcome::New
        })
    }

    /// Refuses what would be a part of itself by the ledger and the rows before.
    fn check_circle(&self, fold: &Fold, parent: &Code, child: &Code) -> Result<(), Refusal> {
        if !self.leads(fold, child, parent, &|_| true) {
            return Ok(());
        }
        let text = format!("{parent} would be made of itself, by {child}");
        if self.leads(fold, child, parent, &|line| !self.removed.contains(line)) {
            return Err(Refusal::new("bom-circle", text)
                .hint("take one of the lines that lead there out of the file"));
        }
        let text = format!("{text}, while a line is there that the file takes away");
        Err(Refusal::new("bom-removals-first", text)
            .hint("import the removals first, in a file of their own"))
    }

    /// Whether a thing has a part, itself or one of its parts, by such lines of the ledger and by
    /// the rows before.
    fn leads(
        &self,
        fold: &Fold,
        from: &Code,
        part: &Code,
        counts: &dyn Fn(&(Code, Code)) -> bool,
    ) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = vec![from.clone()];
        while let Some(item) = next.pop() {
            if item == *part {
                return true;
            }
            if seen.insert(item.clone()) {
                let lines = fold.bom(&item).into_iter();
                let lines = lines.map(|line| (item.clone(), line.item));
                next.extend(lines.filter(counts).map(|(_, part)| part));
                next.extend(self.parts.get(&item).into_iter().flatten().cloned());
            }
        }
        false
    }
}

/// Whether an entry would change a line.
pub(crate) fn is_news(fold: &Fold, body: &Body) -> bool {
    let Body::BomLineSet(set) = body else {
        return true;
    };
    let lines = fold.bom(&fold.canonical(&set.parent));
    let child = fold.canonical(&set.child);
    let Some(line) = lines.iter().find(|line| line.item == child) else {
        return true;
    };
    let known = BomChange {
        per_unit: Some(line.per_unit),
        attrition: Some(Quantity::from_ten_thousandths(
            i64::from(line.attrition).saturating_mul(100),
        )),
        refs: Some(line.refs.clone().unwrap_or_default()),
    };
    let same = at_entry::set_bom_line(fold, set.parent.as_str(), set.child.as_str(), &known);
    let same = same.map(|plan| plan.bodies).unwrap_or_default();
    !same.iter().any(|known| {
        let Body::BomLineSet(known) = known else {
            return false;
        };
        let mut fields = set.fields.iter();
        fields.all(|(key, value)| known.fields.get(key) == Some(value))
    })
}

/// A row of an order as it is in the file.
#[derive(Debug, Clone)]
struct Ordered {
    row: u64,
    supplier: String,
    item: String,
    quantity: String,
    date: String,
}

/// Plans purchase orders: all rows with one number are one order.
#[derive(Debug)]
pub(crate) struct Purchases {
    key: [u8; 16],
    device: DeviceId,
    names: Names,
    rows: BTreeMap<Code, Vec<Ordered>>,
    suppliers: BTreeMap<Code, String>,
    placed: BTreeSet<Code>,
    /// Why an order cannot be placed: all its rows say so.
    refused: BTreeMap<Code, Refusal>,
    /// The row in which an item stands first for a day of an order.
    first: BTreeMap<(Code, String, Option<u32>), u64>,
}

fn number_of(text: &str) -> Result<Code, Refusal> {
    Code::new(needed(text, "number")?)
        .map_err(|error| Refusal::new("bad-code", format!("the number is not usable: {error}")))
}

impl Purchases {
    /// A planner that knows which rows belong together.
    pub(crate) fn new(csv: &Csv<'_>, key: [u8; 16], device: DeviceId) -> Result<Self, Refusal> {
        let mut planner = Self {
            key,
            device,
            names: Names::default(),
            rows: BTreeMap::new(),
            suppliers: BTreeMap::new(),
            placed: BTreeSet::new(),
            refused: BTreeMap::new(),
            first: BTreeMap::new(),
        };
        let mut rows = csv.rows();
        while let Some(row) = rows.next_row()? {
            // What is wrong with a row is said when it is its turn.
            let Ok([number, supplier, item, quantity, date]) = row.fields() else {
                continue;
            };
            let Ok(number) = number_of(&number) else {
                continue;
            };
            let supplier = supplier.into_owned();
            if !supplier.is_empty() {
                let first = planner.suppliers.entry(number.clone());
                first.or_insert_with(|| supplier.clone());
            }
            planner.rows.entry(number).or_default().push(Ordered {
                row: row.number(),
                supplier,
                item: item.into_owned(),
                quantity: quantity.into_owned(),
                date: date.into_owned(),
            });
        }
        Ok(planner)
    }

    /// Adds the order of which the row is the first.
    pub(crate) fn plan(
        &mut self,
        fold: &Fold,
        row: &Row<'_>,
        bodies: &mut Vec<Body>,
    ) -> Result<Outcome, Refusal> {
        let [number, ..] = row.fields::<5>()?;
        let number = number_of(&number)?;
        let others = self.suppliers.get(&number).cloned().unwrap_or_default();
        let rows = self.rows.get(&number).map_or(&[][..], Vec::as_slice);
        let mine = rows.binary_search_by_key(&row.number(), |ordered| ordered.row);
        let mine = mine.ok().and_then(|at| rows.get(at));
        let mine = mine.ok_or_else(|| Refusal::new("uneven-row", "the row cannot be read"))?;
        if !mine.is_of(&others) {
            let text = format!("{number} is placed with {others} in an earlier row");
            return Err(Refusal::new("two-suppliers", text).hint("one order has one supplier"));
        }
        let line = line_of(fold, &mut self.names, mine)?;
        // Rows come in their order.
        let of = (number.clone(), line.item.clone(), line.day);
        if *self.first.entry(of).or_insert(mine.row) != mine.row {
            let text = format!("{} stands twice for one day in {number}", line.item);
            return Err(Refusal::new("line-twice", text));
        }
        let first = rows.first().map_or(0, |ordered| ordered.row);
        let once = IdempotencyKey {
            key: self.key,
            row: first,
        };
        if fold.known_once(&once).is_some() {
            return Ok(Outcome::Already);
        }
        // Only now: an order that is there already may be of what was archived since.
        check_in_use(fold, &mut self.names, &line)?;
        if self.placed.contains(&number) {
            return Ok(Outcome::Ordered);
        }
        if let Some(refusal) = self.refused.get(&number) {
            return Err(refusal.clone());
        }
        let names = &mut self.names;
        match place(fold, names, self.device, (&number, others), rows, once) {
            Ok(body) => bodies.push(body),
            Err(refusal) => {
                self.refused.insert(number, refusal.clone());
                return Err(refusal);
            }
        }
        self.placed.insert(number);
        Ok(Outcome::Ordered)
    }
}

impl Ordered {
    /// Whether it names the supplier of its order, or none.
    fn is_of(&self, supplier: &str) -> bool {
        self.supplier.is_empty() || Code::new(&self.supplier) == Code::new(supplier)
    }
}

/// The entry that places an order. Bad rows are left out, and said where they stand.
fn place(
    fold: &Fold,
    names: &mut Names,
    device: DeviceId,
    (number, supplier): (&Code, String),
    rows: &[Ordered],
    once: IdempotencyKey,
) -> Result<Body, Refusal> {
    let mut seen = BTreeSet::new();
    let rows = rows.iter().filter(|ordered| ordered.is_of(&supplier));
    let lines = rows.filter_map(|ordered| {
        let line = line_of(fold, names, ordered).ok()?;
        check_in_use(fold, names, &line).ok()?;
        Some(line)
    });
    let lines = lines.filter(|line| seen.insert((line.item.clone(), line.day)));
    let lines: Vec<LineRequest> = lines.collect();
    let change = PurchaseChange {
        supplier: (!supplier.is_empty()).then_some(supplier),
        lines,
        ..PurchaseChange::default()
    };
    let plan = at_entry::place_purchase(fold, device, Some(number.as_str()), &change)?;
    let mut body = plan
        .bodies
        .into_iter()
        .next()
        .ok_or_else(|| Refusal::new("nothing-ordered", "nothing was said to order"))?;
    debug_assert_eq!(body.about_document(), Some((Family::Purchase, None)));
    body.set_once(once);
    Ok(body)
}

/// A row as a line; the item by its SKU.
fn line_of(fold: &Fold, names: &mut Names, ordered: &Ordered) -> Result<LineRequest, Refusal> {
    let item = names.item(fold, needed(&ordered.item, "item")?)?;
    let amount = quantity(needed(&ordered.quantity, "quantity")?)?;
    if amount <= Quantity::ZERO {
        let text = format!("a purchase order takes a quantity above 0, not {amount}");
        return Err(Refusal::new("bad-quantity", text));
    }
    Ok(LineRequest {
        item: item.to_string(),
        quantity: amount,
        day: match ordered.date.as_str() {
            "" => None,
            day => Some(times::parse_day(day)?),
        },
    })
}

/// Refuses a line of an item that is no longer in use.
fn check_in_use(fold: &Fold, names: &mut Names, line: &LineRequest) -> Result<(), Refusal> {
    at_entry::check_item_in_use(fold, &names.item(fold, &line.item)?)
}
