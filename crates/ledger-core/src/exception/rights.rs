//! Exceptions about rights (F10): facts without one, which count, and what has no effect until the
//! central server admits it.

use super::{Exception, ExceptionKind, newest};
use crate::catalogue::Class;
use crate::fold::{Fold, NotAdmitted, Who, Wish};
use crate::id::{DeviceId, EntryId};
use crate::time::Timestamp;

impl NotAdmitted {
    /// The stable name of the exception.
    pub(crate) fn id(&self) -> String {
        let wish = match &self.wish {
            Wish::Thing(subject) => {
                format!(
                    "{}:{}",
                    subject.class.word().replace(' ', "-"),
                    subject.code
                )
            }
            Wish::Document(family, document) => format!("{}:{document}", family.short()),
            Wish::Scans(code) => format!("scan:{code}"),
            Wish::Answer => "answer".to_owned(),
            Wish::Admit => "admit".to_owned(),
        };
        format!(
            "{}:{wish}/{}",
            ExceptionKind::NotAdmitted.word(),
            who_id(&self.who)
        )
    }
}

/// Who it was, as it stands in the names of exceptions.
fn who_id(who: &Who) -> String {
    match who {
        Who::User(user) => user.as_str().to_lowercase(),
        Who::Device(device) => device.to_string(),
    }
}

impl Fold {
    pub(super) fn device_name(&self, device: DeviceId) -> String {
        let known = self.device(device);
        known.map_or_else(|| device.to_string(), |it| it.name)
    }

    /// Facts that somebody had no right to write.
    pub(super) fn right_exceptions(&self, open: &mut Vec<Exception>) {
        let kind = ExceptionKind::NoRight;
        for (device, who, entries) in self.facts_without_right() {
            let count = entries.len();
            let entries = newest(entries);
            let name = self.device_name(device);
            let (id, writer) = match &who {
                Who::User(user) => {
                    let user = user.as_str().to_lowercase();
                    let writer = format!("The user {user}, on the device {name},");
                    (format!("{}:{user}@{device}", kind.word()), writer)
                }
                Who::Device(_) => {
                    let writer = format!("The device {name}");
                    (format!("{}:{device}", kind.word()), writer)
                }
            };
            let text = format!(
                "{writer} wrote {count} movements, counts or reversals without the right to. They \
                 count, since they happened; reverse what did not."
            );
            open.push(Exception {
                id,
                kind,
                item: None,
                location: None,
                line: None,
                document: None,
                since: self.since(&entries),
                entries,
                text,
            });
        }
    }

    fn since(&self, entries: &[EntryId]) -> Timestamp {
        let first = entries.first().copied();
        let time = first.and_then(|id| self.effective_time(id));
        time.unwrap_or_default()
    }

    /// What has no effect until it is admitted, and what only the central server may say.
    pub(super) fn not_admitted_exceptions(&self, open: &mut Vec<Exception>) {
        for group in self.not_admitted() {
            let text = self.not_admitted_text(&group);
            let id = group.id();
            let entries = newest(group.entries);
            let (mut item, mut document) = (None, None);
            match group.wish {
                Wish::Thing(subject) if subject.class == Class::Item => item = Some(subject.code),
                Wish::Document(_, id) => document = Some(id),
                Wish::Thing(_) | Wish::Scans(_) | Wish::Answer | Wish::Admit => {}
            }
            open.push(Exception {
                id,
                kind: ExceptionKind::NotAdmitted,
                item,
                location: None,
                line: None,
                document,
                since: self.since(&entries),
                entries,
                text,
            });
        }
        for id in self.presumed() {
            let text = "An entry is kept without effect: only the central server can say this.";
            open.push(self.entry_exception(ExceptionKind::BadEntry, id, text.to_owned()));
        }
    }

    fn not_admitted_text(&self, group: &NotAdmitted) -> String {
        let wish = match &group.wish {
            Wish::Thing(subject) => format!("change the {subject}"),
            Wish::Document(family, id) => {
                let number = self
                    .name_as_begun(*id)
                    .map(|(_, number)| number.to_string());
                let number = number.unwrap_or_else(|| id.to_string());
                let wanted = if self.document_name(*id).is_some() {
                    "change"
                } else {
                    family.begins()
                };
                format!("{wanted} the {} {number}", family.word())
            }
            Wish::Scans(code) => format!("say what the code {code} stands for"),
            Wish::Answer => "take an exception as it is".to_owned(),
            Wish::Admit => "admit entries".to_owned(),
        };
        let devices = group.devices.iter().map(|device| self.device_name(*device));
        let devices: Vec<String> = devices.collect();
        let devices = devices.join(" and ");
        let writer = match &group.who {
            Who::User(user) => {
                let user = user.as_str().to_lowercase();
                format!("The user {user}, on the device {devices},")
            }
            Who::Device(_) => format!("The device {devices}"),
        };
        format!(
            "{writer} wanted to {wish}, which takes the role {}. It has no effect until the server \
             admits it.",
            group.needed.word()
        )
    }
}
