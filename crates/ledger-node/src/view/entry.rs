//! The log as JSON: one object an entry, with everything that its writer said.

mod documents;

use std::ops::ControlFlow;

use ledger_core::catalogue::{
    CatalogueWrite, Class, ItemKind, Role, Value as Field, fields_of, key,
};
use ledger_core::document::Family;
use ledger_core::entry::{
    Body, Content, DeviceRevoked, Genesis, GenesisReason, Kind, Particulars, Place, ScanResolved,
    Tallied, TimeFix, UnknownScan,
};
use ledger_core::{EntryId, EntryRef};
use ledger_core::{Quantity, Timestamp};
use serde_json::{Map, Value, json};

use super::time_text;
use crate::node::Node;
use crate::{NodeError, keys, load};

impl Node {
    /// Gives every entry of the durable log, by origin and seq, with what a reader makes of it.
    pub fn each_entry(&self, visit: &mut dyn FnMut(EntryId, &Content)) -> Result<(), NodeError> {
        self.each_entry_after(None, &mut |id, content| {
            visit(id, content);
            ControlFlow::Continue(())
        })
    }

    /// Gives the entries of the durable log behind one of them, until `visit` breaks off; reads
    /// little more than that.
    pub fn each_entry_after(
        &self,
        after: Option<EntryId>,
        visit: &mut dyn FnMut(EntryId, &Content) -> ControlFlow<()>,
    ) -> Result<(), NodeError> {
        let store = self.store();
        for (origin, last, _) in store.heads()? {
            let first = store.branch(origin)?.map_or(1, |branch| branch.first_seq);
            let mut next = match after {
                Some(after) if origin < after.origin => continue,
                Some(after) if origin == after.origin => first.max(after.seq.saturating_add(1)),
                Some(_) | None => first,
            };
            while next <= last {
                let slice = store.slice(origin, next, load::SLICE_ENTRIES, usize::MAX)?;
                for record in load::records(&slice) {
                    if visit(record.id, &record.content).is_break() {
                        return Ok(());
                    }
                }
                next = slice.last_seq().saturating_add(1);
            }
        }
        Ok(())
    }

    /// The whole durable log, by origin and seq, one object an entry; ends at the first error.
    pub fn export_jsonl<E: From<NodeError>>(
        &self,
        each: &mut dyn FnMut(Value) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut failed = None;
        self.each_entry_after(None, &mut |id, content| {
            failed = each(entry_json(id, content)).err();
            match failed {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        })?;
        failed.map_or(Ok(()), Err)
    }
}

/// One entry. What could not be understood is there too, and says so.
#[must_use]
pub fn entry_json(id: EntryId, content: &Content) -> Value {
    let (kind, user, body) = match content {
        Content::Known(entry) => (
            kind_word(entry.body.kind()),
            entry.user.as_ref().map(ToString::to_string),
            body_json(&entry.body),
        ),
        Content::Newer { kind, touches, .. } => {
            let about = touches.as_ref().map(ToString::to_string);
            (
                kind_word(*kind),
                None,
                json!({ "needs_newer_version": true, "about": about }),
            )
        }
        Content::Bad { reason, .. } => ("bad".to_owned(), None, json!({ "reason": reason })),
    };
    let mut object = json!({
        "entry": id.to_string(),
        "origin": id.origin.to_string(),
        "seq": id.seq,
        "time": content.time().map(time_text),
        "user": user,
        "kind": kind,
    });
    if let (Value::Object(object), Value::Object(body)) = (&mut object, body) {
        object.extend(body);
    }
    object
}

fn kind_word(kind: Kind) -> String {
    match kind.word() {
        Kind::UNNAMED => format!("kind-{}", kind.0),
        word => word.to_owned(),
    }
}

fn body_json(body: &Body) -> Value {
    match body {
        Body::Genesis(genesis) => genesis_json(genesis),
        Body::ClockMark(mark) => json!({ "step_millis": mark.step_millis }),
        Body::Moved(moved) => with_particulars(
            json!({
                "act": moved.act.word(),
                "item": moved.item.as_str(),
                "quantity": moved.quantity.to_string(),
                "from": moved.from.as_ref().map(place_json),
                "to": moved.to.as_ref().map(place_json),
                "for_order": documents::named(moved.document, Family::Order),
                "for_lot": documents::named(moved.document, Family::Lot),
                "for_po": documents::named(moved.document, Family::Purchase),
            }),
            &moved.particulars,
        ),
        Body::Counted(counted) => with_particulars(
            json!({
                "item": counted.item.as_str(),
                "quantity": counted.quantity.to_string(),
                "at": place_json(&counted.place),
                "started": counted.span.map(|(started, _)| time_text(started)),
                "ended": counted.span.map(|(_, ended)| time_text(ended)),
                "for_stocktake": counted.stocktake.map(|stocktake| stocktake.id.to_string()),
            }),
            &counted.particulars,
        ),
        Body::Tallied(tallied) => tallied_json(tallied),
        Body::Reversed(reversed) => {
            let target = json!({ "reverses": reversed.target.id.to_string() });
            with_particulars(target, &reversed.particulars)
        }
        Body::Set(write) => write_json(write),
        Body::ItemMerged(merged) => json!({
            "item": merged.item.as_str(),
            "into": merged.into.as_ref().map(ledger_core::Code::as_str),
        }),
        Body::CodeBound(bound) => json!({
            "item": bound.item.as_str(),
            "barcode": bound.barcode.as_str(),
            "pack": bound.pack.to_string(),
        }),
        Body::CodeUnbound(unbound) => {
            json!({ "item": unbound.item.as_str(), "barcode": unbound.barcode.as_str() })
        }
        Body::BomLineSet(set) => documents::bom_line(set),
        Body::Order(entry) => documents::order(entry),
        Body::Lot(entry) => documents::lot(entry),
        Body::Purchase(entry) => documents::purchase(entry),
        Body::Stocktake(entry) => documents::stocktake(entry),
        Body::UnknownScan(scan) => with_particulars(scan_json(scan), &scan.particulars),
        Body::ScanResolved(resolved) => resolved_json(resolved),
        Body::ExceptionAnswered(answered) => json!({
            "exception": answered.exception,
            "entries": answered.entries.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "note": answered.note,
        }),
        Body::TimeFixed(fix) => fix_json(fix),
        Body::Admitted(admitted) => {
            let (entries, through) = (ids(&admitted.entries), ids(&admitted.through));
            json!({ "entries": entries, "through": through, "note": admitted.note })
        }
        Body::DeviceRevoked(revoked) => revoked_json(revoked),
        Body::Refused(refused) => {
            json!({ "through": ids(&refused.through), "note": refused.note })
        }
    }
}

fn tallied_json(tallied: &Tallied) -> Value {
    json!({
        "item": tallied.item.as_str(),
        "quantity": tallied.quantity.to_string(),
        "at": place_json(&tallied.place),
        "serial": tallied.serial,
    })
}

fn ids(entries: &[EntryRef]) -> Vec<String> {
    entries.iter().map(|it| it.id.to_string()).collect()
}

fn scan_json(scan: &UnknownScan) -> Value {
    json!({
        "code": scan.code.as_str(),
        "scanned": scan.scanned,
        "aim": scan.aim,
        "mode": scan.mode.word(),
        "quantity": scan.quantity.to_string(),
        "at": place_json(&scan.place),
        "to": scan.to.as_ref().map(ledger_core::Code::as_str),
        "neighbour": scan.neighbour.as_ref().map(ledger_core::Code::as_str),
    })
}

fn resolved_json(resolved: &ScanResolved) -> Value {
    json!({
        "code": resolved.code.as_str(),
        "item": resolved.item.as_ref().map(ledger_core::Code::as_str),
        "note": resolved.note,
    })
}

fn fix_json(fix: &TimeFix) -> Value {
    json!({
        "run": fix.run.id.to_string(),
        "ahead_millis": fix.ahead_millis,
        "uncertainty_millis": fix.uncertainty_millis,
    })
}

fn revoked_json(revoked: &DeviceRevoked) -> Value {
    json!({
        "device": revoked.device.to_string(),
        "trusted": ids(&revoked.trusted),
        "note": revoked.note,
    })
}

fn genesis_json(genesis: &Genesis) -> Value {
    let reason = match genesis.reason {
        GenesisReason::New => "new",
        GenesisReason::Restored => "restored",
        GenesisReason::Forked => "forked",
        GenesisReason::Server => "server",
    };
    json!({
        "device": genesis.device.to_string(),
        "name": genesis.name,
        "reason": reason,
        "parent": genesis.parent.map(|parent| parent.id.to_string()),
        "program": genesis.program,
    })
}

fn place_json(place: &Place) -> Value {
    json!({
        "location": place.location.as_str(),
        "owner": place.owner.as_ref().map(ledger_core::Code::as_str),
        "batch": place.batch.as_ref().map(ledger_core::Code::as_str),
    })
}

/// Adds what the user said beside the quantities; what was not said is left out.
fn with_particulars(mut body: Value, particulars: &Particulars) -> Value {
    let details = &particulars.details;
    let texts = [
        ("reason", &details.reason),
        ("note", &details.note),
        ("order", &details.order),
        ("lot", &details.lot),
        ("po", &details.po),
        ("serial", &details.serial),
    ];
    let Value::Object(object) = &mut body else {
        return body;
    };
    for (name, text) in texts {
        object.extend(
            text.clone()
                .map(|text| (name.to_owned(), Value::String(text))),
        );
    }
    let said: Option<Timestamp> = particulars.said;
    object.extend(said.map(|said| ("said".to_owned(), Value::String(time_text(said)))));
    object.extend(
        particulars
            .expiry
            .map(|days| ("expiry_days".to_owned(), json!(days))),
    );
    body
}

fn write_json(write: &CatalogueWrite) -> Value {
    let class = write.subject.class;
    let fields: Map<String, Value> = write
        .fields
        .iter()
        .map(|(number, field)| {
            let known = fields_of(class).iter().find(|field| field.key == *number);
            let name = known.map_or_else(|| number.to_string(), |field| field.name.to_owned());
            (name, field_json(class, *number, field))
        })
        .collect();
    json!({ "code": write.subject.code.as_str(), "fields": fields })
}

/// A field in the words of the commands: quantities, kinds and roles are stored as numbers.
fn field_json(class: Class, number: u8, field: &Field) -> Value {
    match (class, number, field) {
        (Class::Item, key::THRESHOLD, Field::Int(parts)) => {
            Value::String(Quantity::from_ten_thousandths(*parts).to_string())
        }
        (Class::Item, key::ITEM_KIND, Field::Int(kind)) => {
            json!(ItemKind::from_number(*kind).word())
        }
        (Class::User | Class::Device, key::ROLE, Field::Int(role)) => {
            json!(Role::from_number(*role).map(Role::word))
        }
        (_, _, field) => plain_json(field),
    }
}

fn plain_json(field: &Field) -> Value {
    match field {
        Field::Nil => Value::Null,
        Field::Bool(yes) => Value::Bool(*yes),
        Field::Int(value) => json!(value),
        Field::Text(text) => Value::String(text.to_string()),
        Field::Bytes(bytes) => Value::String(keys::to_hex(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use ledger_core::entry::{Act, Details, Entry, Moved};
    use ledger_core::{Clock, Code, Origin};

    use super::*;

    fn known(body: Body) -> Value {
        let time = Timestamp::from_millis(1_709_546_400_000);
        let id = EntryId {
            origin: Origin::from_bytes([0xAB; 16]),
            seq: 7,
        };
        let clock = Clock::new(time, 0);
        entry_json(
            id,
            &Content::Known(Entry {
                time,
                clock,
                user: None,
                body,
            }),
        )
    }

    #[test]
    fn a_movement_says_what_its_writer_said() {
        let code = |text: &str| Code::new(text).unwrap();
        let place = Place {
            location: code("A-01"),
            owner: None,
            batch: None,
        };
        let details = Details {
            reason: Some("sample".to_owned()),
            ..Details::default()
        };
        let printed = known(Body::Moved(Moved {
            document: None,
            item: code("R-100"),
            quantity: "2.5".parse().unwrap(),
            from: Some(place),
            to: None,
            act: Act::Remove,
            particulars: Particulars {
                details,
                ..Particulars::default()
            },
        }));
        assert_eq!(printed["entry"], format!("{}-7", "ab".repeat(16)));
        assert_eq!(printed["time"], "2024-03-04T10:00:00.000Z");
        assert_eq!(printed["kind"], "moved");
        assert_eq!(printed["quantity"], "2.5");
        assert_eq!(printed["from"]["location"], "A-01");
        assert_eq!(printed["to"], Value::Null);
        assert_eq!(printed["reason"], "sample");
        assert!(printed.get("note").is_none());
    }

    #[test]
    fn fields_are_named_and_in_the_words_of_the_commands() {
        let write = CatalogueWrite::new(Class::Item, Code::new("R-100").unwrap())
            .with(key::NAME, Field::text("Resistor"))
            .with(key::ITEM_KIND, Field::Int(1))
            .with(key::THRESHOLD, Field::Int(50_000));
        let printed = known(Body::Set(write));
        assert_eq!(printed["kind"], "item-set");
        let fields = json!({ "name": "Resistor", "kind": "pcba", "threshold": "5" });
        assert_eq!(printed["fields"], fields);
    }
}
