//! Bills of materials at entry: what a thing is made of, and what is refused.

use super::stock::check_item_in_use;
use super::{Plan, Refusal, checked_text, find_item};
use crate::catalogue::{Class, Subject, Value};
use crate::code::Code;
use crate::document::DocumentFields;
use crate::entry::Body;
use crate::fold::Fold;
use crate::production::{ATTRITION_MAX, BomLine, BomLineSet, bom_key};
use crate::quantity::Quantity;

/// What is said about a line of a bill of materials; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct BomChange {
    /// How much for one unit.
    pub per_unit: Option<Quantity>,
    /// How much more is lost while building, in percent.
    pub attrition: Option<Quantity>,
    /// Reference designators; an empty text takes them away.
    pub refs: Option<String>,
}

/// An item that has something to be made of.
pub(super) fn made_item(fold: &Fold, item: &Code) -> Result<(), Refusal> {
    if fold.bom(item).is_empty() {
        let text = format!("{item} has no bill of materials");
        return Err(Refusal::new("no-bom", text).hint(format!(
            "say what it is made of with: stock bom set {item} CHILD QTY"
        )));
    }
    check_circle(fold, item)
}

/// Refuses a thing that is made of itself.
fn check_circle(fold: &Fold, item: &Code) -> Result<(), Refusal> {
    match fold.bom_circle(item) {
        None => Ok(()),
        Some(way) => Err(circle(item, &way)),
    }
}

fn circle(item: &Code, way: &[Code]) -> Refusal {
    let way: Vec<&str> = way.iter().map(Code::as_str).collect();
    let text = format!("{item} would be made of itself: {}", way.join(" of "));
    Refusal::new("bom-circle", text)
        .hint("take one of these lines away with: stock bom remove PARENT CHILD")
}

/// Sets a line of a bill of materials, new or not.
pub fn set_bom_line(
    fold: &Fold,
    parent: &str,
    child: &str,
    change: &BomChange,
) -> Result<Plan, Refusal> {
    let (parent, _) = find_item(fold, parent)?;
    let (child, _) = find_item(fold, child)?;
    check_item_in_use(fold, &child)?;
    if parent == child {
        return Err(circle(&parent, &[parent.clone(), child]));
    }
    if let Some(mut way) = fold.bom_way(&child, &parent) {
        way.insert(0, parent.clone());
        return Err(circle(&parent, &way));
    }
    let mut bom = fold.bom(&parent).into_iter();
    let known = bom.find(|line| line.item == child);
    let mut fields = fields(change, known.is_some())?;
    // The line may also stand under other codes of the part: what is known of it goes on under
    // this one.
    let mut others = fold.entered_bom_parts(&parent, &child);
    others.retain(|code| *code != child);
    if let Some(known) = known.filter(|_| !others.is_empty()) {
        for (number, value) in fields_of(&known) {
            fields.entry(number).or_insert(value);
        }
    }
    let set = BomLineSet {
        parent: parent.clone(),
        child: child.clone(),
        fields,
        once: None,
    };
    let mut bodies = vec![Body::BomLineSet(set)];
    let others = others.into_iter();
    bodies.extend(others.map(|code| without(parent.clone(), code)));
    Ok(Plan::new(Subject::new(Class::Item, parent), bodies))
}

fn fields(change: &BomChange, known: bool) -> Result<DocumentFields, Refusal> {
    let mut fields = DocumentFields::new();
    match change.per_unit {
        Some(quantity) if quantity.is_negative() || quantity.is_zero() => {
            let text = format!("a line of a bill of materials needs more than 0, not {quantity}");
            return Err(Refusal::new("bad-quantity", text)
                .hint("to take a line away use: stock bom remove PARENT CHILD"));
        }
        Some(quantity) => {
            let value = Value::Int(quantity.ten_thousandths());
            fields.insert(bom_key::PER_UNIT, value);
        }
        None if known => {}
        None => {
            return Err(
                Refusal::new("quantity-missing", "how much of it goes into one unit?")
                    .hint("say it: stock bom set PARENT CHILD QTY"),
            );
        }
    }
    if let Some(percent) = change.attrition {
        let number = attrition_of(percent)?;
        fields.insert(bom_key::ATTRITION, attrition_value(number));
    }
    if let Some(refs) = &change.refs {
        let refs = checked_text(refs, "list of references")?;
        fields.insert(bom_key::REFS, refs_value(&refs));
    }
    if fields.is_empty() {
        return Err(Refusal::new("nothing-to-set", "nothing was said to change")
            .hint("say what: QTY, --refs or --attrition"));
    }
    Ok(fields)
}

fn attrition_value(hundredths: i64) -> Value {
    if hundredths == 0 {
        Value::Nil
    } else {
        Value::Int(hundredths)
    }
}

fn refs_value(refs: &str) -> Value {
    if refs.is_empty() {
        Value::Nil
    } else {
        Value::text(refs)
    }
}

/// All that is known of a line.
fn fields_of(line: &BomLine) -> DocumentFields {
    let per_unit = Value::Int(line.per_unit.ten_thousandths());
    DocumentFields::from([
        (bom_key::PER_UNIT, per_unit),
        (
            bom_key::ATTRITION,
            attrition_value(i64::from(line.attrition)),
        ),
        (
            bom_key::REFS,
            refs_value(line.refs.as_deref().unwrap_or_default()),
        ),
    ])
}

/// Percent as hundredths of a percent.
fn attrition_of(percent: Quantity) -> Result<i64, Refusal> {
    const SCALE: i64 = 100;
    let parts = percent.ten_thousandths();
    let hundredths = parts.checked_div(SCALE).unwrap_or_default();
    let exact = hundredths.saturating_mul(SCALE) == parts;
    if exact && (0..=i64::from(ATTRITION_MAX)).contains(&hundredths) {
        return Ok(hundredths);
    }
    let text = format!("the attrition {percent} is no percentage from 0 to 100");
    Err(Refusal::new("bad-attrition", text)
        .hint("2.5 means: of 100 that are needed 2.5 more are lost while building"))
}

/// Takes a line away with all that was said of it: who sets it anew begins afresh.
fn without(parent: Code, child: Code) -> Body {
    let all = [bom_key::PER_UNIT, bom_key::ATTRITION, bom_key::REFS];
    Body::BomLineSet(BomLineSet {
        parent,
        child,
        fields: all.map(|number| (number, Value::Nil)).into(),
        once: None,
    })
}

/// Takes a line off a bill of materials.
pub fn remove_bom_line(fold: &Fold, parent: &str, child: &str) -> Result<Plan, Refusal> {
    let (parent, _) = find_item(fold, parent)?;
    let (child, _) = find_item(fold, child)?;
    let codes = fold.entered_bom_parts(&parent, &child);
    if codes.is_empty() {
        let text = format!("{parent} is not made of {child}");
        return Err(Refusal::new("unknown-line", text).hint(format!(
            "see what it is made of with: stock bom show {parent}"
        )));
    }
    let bodies = codes.into_iter();
    let bodies = bodies.map(|code| without(parent.clone(), code));
    let bodies = bodies.collect();
    Ok(Plan::new(Subject::new(Class::Item, parent), bodies))
}
