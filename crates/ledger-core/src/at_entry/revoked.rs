//! Revoking a device (F10), and deciding about what it wrote that waits. Only the central server
//! can.

use std::collections::BTreeSet;

use super::{About, DEVICES_HINT, Plan, Refusal, filled_text, find_exception, one_device};
use crate::catalogue::{Class, Subject};
use crate::code::Code;
use crate::entry::{Admitted, Body, DeviceRevoked, Refused};
use crate::exception::ExceptionKind;
use crate::fold::{DeviceInfo, Fold, RevokedChain};
use crate::id::{DeviceId, EntryId, EntryRef, Origin};

/// How many of several that a text could mean a refusal names.
const NAMED_MAX: usize = 5;

/// The enrolled device that a text names: its id, or the name of one device alone.
pub fn find_device(fold: &Fold, text: &str) -> Result<DeviceInfo, Refusal> {
    one_device(
        fold.devices(),
        text,
        |device| (device.name.as_str(), device.id),
        DEVICES_HINT,
    )
}

/// The chain of a revoked device that a text names, by the beginning of its id.
pub fn find_revoked_chain(fold: &Fold, text: &str) -> Result<Origin, Refusal> {
    let text = text.trim().to_lowercase();
    let devices = fold.revoked_devices().into_iter();
    let chains = devices.flat_map(|device| fold.revoked_chains(device));
    let origins = chains.map(|chain| chain.origin.to_string());
    let all: Vec<String> = origins.collect();
    let meant = all.iter().filter(|origin| origin.starts_with(&text));
    let meant: Vec<&String> = meant.take(NAMED_MAX.saturating_add(1)).collect();
    let unknown = || {
        let message = format!("no revoked device has an origin {text:?}");
        let hint = "stock-server device list names the origins of revoked devices";
        Refusal::new("unknown-origin", message).hint(hint)
    };
    match meant.as_slice() {
        [] => Err(unknown()),
        _ if text.is_empty() => Err(unknown()),
        [one] => one.parse().or(Err(unknown())),
        several => {
            let named = several.iter().take(NAMED_MAX).map(|origin| origin.as_str());
            let named: Vec<&str> = named.collect();
            let message = format!("several origins begin like that: {}", named.join(", "));
            Err(Refusal::new("ambiguous-origin", message).hint("give more of its id"))
        }
    }
}

/// The origins of a device with their branches, by what they are branches of.
fn families(fold: &Fold, device: DeviceId) -> BTreeSet<(Origin, Origin)> {
    let origins = fold.origins_of(device);
    origins
        .map(|origin| (fold.root_of(origin), origin))
        .collect()
}

/// The origin that a device began last: by central number, and those without one last.
fn newest_origin(fold: &Fold, families: &BTreeSet<(Origin, Origin)>) -> Option<Origin> {
    let roots: BTreeSet<Origin> = families.iter().map(|(root, _)| *root).collect();
    roots.into_iter().max_by_key(|origin| {
        let id = EntryId {
            origin: *origin,
            seq: 1,
        };
        let number = fold.central_number(id);
        (number.is_none(), number, fold.effective_time(id), *origin)
    })
}

/// Revokes a device. All that is here of it stays trusted, or of its newest origin only what is up
/// to the entry `last`, 0 for nothing.
pub fn revoke(
    fold: &Fold,
    device: &DeviceInfo,
    last: Option<u64>,
    note: Option<&str>,
) -> Result<Plan, Refusal> {
    let note = filled_text(note, "note")?;
    let central = fold.central_origin().and_then(|it| fold.device_of(it));
    if central.is_some_and(|(central, _)| central == device.id) {
        let text = "the central server cannot be revoked";
        return Err(Refusal::new("not-revocable", text));
    }
    if last.is_none() && fold.revoked_by(device.id).is_some() {
        let text = format!("the device {} is revoked already", device.name);
        let hint = "what waits is decided with: stock-server device admit ORIGIN, or refuse ORIGIN; \
                    another last trusted entry is set with --last SEQ";
        return Err(Refusal::new("already-revoked", text).hint(hint));
    }
    let families = families(fold, device.id);
    let newest = last.and_then(|_| newest_origin(fold, &families));
    if let Some(last) = last {
        let has = newest.map_or(0, |newest| {
            let family = families.iter().filter(|(root, _)| *root == newest);
            let lasts = family.map(|(_, origin)| fold.last_seq(*origin));
            lasts.max().unwrap_or(0)
        });
        if last > has {
            let text = format!("the server has {has} entries of the device's newest origin");
            let hint =
                format!("give --last a number from 0 to {has}, or leave it out to trust all");
            return Err(Refusal::new("unknown-entry", text).hint(hint));
        }
    }
    let trusted = families.iter().filter_map(|(root, origin)| {
        let counted = match last.filter(|_| newest == Some(*root)) {
            Some(last) => last.min(fold.last_seq(*origin)),
            None => fold.counted_up_to(*origin),
        };
        fold.reference(EntryId {
            origin: *origin,
            seq: counted,
        })
    });
    let body = Body::DeviceRevoked(DeviceRevoked {
        device: device.id,
        trusted: trusted.collect(),
        note,
        once: None,
    });
    Ok(Plan::new(about(device.id)?, vec![body]))
}

fn about(device: DeviceId) -> Result<About, Refusal> {
    let code = Code::new(&device.to_string());
    let code = code.map_err(|error| Refusal::new("bad-code", error.to_string()))?;
    Ok(About::Thing(Subject::new(Class::Device, code)))
}

/// What is decided about a revoked device's entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They count.
    Admit,
    /// They never count.
    Refuse,
}

/// Which entries.
#[derive(Debug, Clone, Copy)]
pub enum Waiting<'a> {
    /// All that are here of an origin or a branch.
    Chain(Origin),
    /// All that an exception is about.
    Exception(&'a str),
}

/// Decides about what a revoked device wrote beyond its last trusted entries and is here by now:
/// about what waits; where nothing does, what was decided is decided otherwise.
pub fn decide(
    fold: &Fold,
    what: Waiting<'_>,
    verdict: Verdict,
    note: Option<&str>,
) -> Result<Plan, Refusal> {
    let note = filled_text(note, "note")?;
    let (about, origins) = match what {
        Waiting::Chain(origin) => {
            let device = fold.device_of(origin).map(|(device, _)| device);
            let revoked = device.filter(|device| fold.revoked_by(*device).is_some());
            let Some(device) = revoked else {
                let text = format!("{origin} is no origin of a revoked device");
                let hint = "revoke the device first: stock-server device revoke NAME";
                return Err(Refusal::new("not-revoked", text).hint(hint));
            };
            (about(device)?, vec![origin])
        }
        Waiting::Exception(id) => {
            let exception = find_exception(fold, id)?;
            let waits = waiting_of(fold, &exception.id);
            if exception.kind != ExceptionKind::RevokedWaits {
                let hint = format!("it can be answered by: {}", exception.actions().join(", "));
                let text = format!("{id} is not about a revoked device");
                return Err(Refusal::new("no-such-action", text).hint(hint));
            }
            let origins = waits.into_iter().map(|chain| chain.origin).collect();
            (About::Exception(exception.id), origins)
        }
    };
    let mut open = origins;
    open.retain(|origin| undecided(fold, *origin, verdict) > 0);
    if open.is_empty() {
        let refusal = match verdict {
            Verdict::Admit => {
                Refusal::new("nothing-to-admit", "nothing of it waits to be admitted")
            }
            Verdict::Refuse => {
                Refusal::new("nothing-to-refuse", "nothing of it waits to be refused")
            }
        };
        return Err(refusal.hint("stock-server device list says what waits"));
    }
    let ends = open.iter().map(|origin| (*origin, fold.last_seq(*origin)));
    let mut bodies = vec![says(fold, ends, verdict, note)];
    for origin in open {
        if waits(fold, origin) {
            // What was decided before stays as it was: the last word about an entry holds.
            let before = fold.decided(origin).into_iter().rev();
            bodies.extend(before.map(|(last, admitted)| {
                let verdict = if admitted {
                    Verdict::Admit
                } else {
                    Verdict::Refuse
                };
                says(fold, std::iter::once((origin, last)), verdict, None)
            }));
        }
    }
    Ok(Plan::new(about, bodies))
}

/// The entry that says this of all up to some entries.
fn says(
    fold: &Fold,
    ends: impl Iterator<Item = (Origin, u64)>,
    verdict: Verdict,
    note: Option<String>,
) -> Body {
    let ends = ends.filter_map(|(origin, seq)| fold.reference(EntryId { origin, seq }));
    let through: Vec<EntryRef> = ends.collect();
    match verdict {
        Verdict::Admit => Body::Admitted(Admitted {
            entries: Vec::new(),
            through,
            note,
            once: None,
        }),
        Verdict::Refuse => Body::Refused(Refused {
            through,
            note,
            once: None,
        }),
    }
}

fn chain_of(fold: &Fold, origin: Origin) -> Option<RevokedChain> {
    let (device, _) = fold.device_of(origin)?;
    let mut chains = fold.revoked_chains(device).into_iter();
    chains.find(|chain| chain.origin == origin)
}

fn waits(fold: &Fold, origin: Origin) -> bool {
    chain_of(fold, origin).is_some_and(|chain| chain.waiting > 0)
}

/// How many entries of a chain beyond the trusted ones are here and not decided this way.
#[must_use]
pub fn undecided(fold: &Fold, origin: Origin, verdict: Verdict) -> u64 {
    chain_of(fold, origin).map_or(0, |chain| {
        let other = match verdict {
            Verdict::Admit => chain.refused,
            Verdict::Refuse => chain.admitted,
        };
        chain.waiting.saturating_add(other)
    })
}

/// The chains that an exception about a revoked device tells of.
fn waiting_of(fold: &Fold, exception: &str) -> Vec<RevokedChain> {
    let device = exception
        .split_once(':')
        .and_then(|(_, device)| device.parse().ok());
    let mut chains = device.map_or_else(Vec::new, |device| fold.revoked_chains(device));
    chains.retain(|chain| chain.waiting > 0);
    chains
}
