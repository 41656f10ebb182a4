//! Rights at entry (F10): who may write what, asked before anything is written, and admitting what
//! was written without.

use super::revoked::{Verdict, Waiting, decide};
use super::{About, Plan, Refusal, filled_text, find_exception};
use crate::catalogue::Role;
use crate::code::UserName;
use crate::entry::{Admitted, Body};
use crate::exception::ExceptionKind;
use crate::fold::{Fold, Need};
use crate::id::{DeviceId, EntryId, EntryRef};

/// How many entries one admission names at most, so that it stays far below the largest entry.
const ADMITTED_MAX: usize = 500;

/// Who is about to write: a device with a role, which the central server enrolled, perhaps in the
/// hands of a user.
#[derive(Debug, Clone, Copy)]
pub struct Writer<'a> {
    /// The device.
    pub device: DeviceId,
    /// What it may do by itself.
    pub role: Role,
    /// The user.
    pub user: Option<&'a UserName>,
}

/// Whether somebody may write these entries today. Devices that were never enrolled may write
/// anything, and the central server checks by itself; neither is asked here.
pub fn check(fold: &Fold, writer: &Writer<'_>, bodies: &[Body]) -> Result<(), Refusal> {
    let Writer {
        device,
        role: of_device,
        user,
    } = *writer;
    let known = user.and_then(|user| fold.user(user));
    let role = match &known {
        Some(user) => Some(user.role).filter(|_| !user.disabled),
        None => Some(of_device),
    };
    for body in bodies {
        let needed = match needed(fold, device, user, body) {
            Needed::Nothing => continue,
            Needed::Central => {
                let text = "only the central server can write this";
                return Err(Refusal::new("no-right", text));
            }
            Needed::Role(needed) => needed,
        };
        if role >= Some(needed) {
            continue;
        }
        let who = match &known {
            Some(user) if user.disabled => format!("the user {} is disabled", user.user),
            Some(user) => format!("the user {} is {}", user.user, with_article(user.role)),
            None => format!("this device is {}", with_article(of_device)),
        };
        let text = format!("this takes the role {}, and {who}", needed.word());
        return Err(Refusal::new("no-right", text)
            .hint("log in as somebody who may, with: stock login USER; or ask an administrator"));
    }
    Ok(())
}

enum Needed {
    Nothing,
    Role(Role),
    Central,
}

fn needed(fold: &Fold, device: DeviceId, user: Option<&UserName>, body: &Body) -> Needed {
    match body {
        Body::Moved(_) | Body::Counted(_) | Body::UnknownScan(_) => Needed::Role(Role::Operator),
        Body::Reversed(reversed) => {
            let own = fold.is_written_by(fold.meant(reversed.target), device, user);
            Needed::Role(if own { Role::Operator } else { Role::Manager })
        }
        Body::Genesis(_)
        | Body::ClockMark(_)
        | Body::Tallied(_)
        | Body::Set(_)
        | Body::ItemMerged(_)
        | Body::CodeBound(_)
        | Body::CodeUnbound(_)
        | Body::BomLineSet(_)
        | Body::Order(_)
        | Body::Lot(_)
        | Body::Purchase(_)
        | Body::Stocktake(_)
        | Body::ScanResolved(_)
        | Body::ExceptionAnswered(_)
        | Body::TimeFixed(_)
        | Body::DeviceRevoked(_)
        | Body::Refused(_)
        | Body::Admitted(_) => match Need::of(body) {
            None => Needed::Nothing,
            Some(need) => need
                .role(!fold.has_users())
                .map_or(Needed::Central, Needed::Role),
        },
    }
}

const fn with_article(role: Role) -> &'static str {
    match role {
        Role::Viewer => "a viewer",
        Role::Operator => "an operator",
        Role::Manager => "a manager",
        Role::Administrator => "an administrator",
    }
}

/// What is to be admitted.
#[derive(Debug, Clone, Copy)]
pub enum Admit<'a> {
    /// All that an exception is about.
    Exception(&'a str),
    /// These entries.
    Entries(&'a [EntryId]),
}

/// Admits entries that their writers had no right to, or what waits of a revoked device. Only the
/// central server can.
pub fn admit(fold: &Fold, what: Admit<'_>, note: Option<&str>) -> Result<Plan, Refusal> {
    let note = filled_text(note, "note")?;
    let (about, entries) = match what {
        Admit::Exception(id) => {
            let exception = find_exception(fold, id)?;
            if exception.kind == ExceptionKind::RevokedWaits {
                let what = Waiting::Exception(&exception.id);
                return decide(fold, what, Verdict::Admit, note.as_deref());
            }
            if exception.kind != ExceptionKind::NotAdmitted {
                let hint = format!("it can be answered by: {}", exception.actions().join(", "));
                let text = format!("{id} is not closed by admit");
                return Err(Refusal::new("no-such-action", text).hint(hint));
            }
            let groups = fold.not_admitted().into_iter();
            let mut group = groups.filter(|group| group.id() == exception.id);
            let entries = group.next().map(|group| group.entries);
            (exception.id, entries.unwrap_or_default())
        }
        Admit::Entries(entries) => (exception_of(fold, entries)?, entries.to_vec()),
    };
    let refs: Vec<EntryRef> = entries
        .iter()
        .filter_map(|id| fold.reference(*id))
        .collect();
    let bodies = refs.chunks(ADMITTED_MAX).map(|entries| {
        Body::Admitted(Admitted {
            entries: entries.to_vec(),
            through: Vec::new(),
            note: note.clone(),
            once: None,
        })
    });
    Ok(Plan::new(About::Exception(about), bodies.collect()))
}

/// The exception that names the first of some entries, all of which must be such as can be admitted.
fn exception_of(fold: &Fold, entries: &[EntryId]) -> Result<String, Refusal> {
    let groups = fold.not_admitted();
    let mut about = None;
    for entry in entries {
        let Some(group) = groups.iter().find(|group| group.entries.contains(entry)) else {
            let text = format!("{entry} is no entry that waits to be admitted");
            return Err(
                Refusal::new("not-admissible", text).hint("see them with: stock exceptions")
            );
        };
        about = about.or_else(|| Some(group.id()));
    }
    about.ok_or_else(|| Refusal::new("nothing-to-admit", "no entry is named"))
}
