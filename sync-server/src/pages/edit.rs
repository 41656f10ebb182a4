//! Two people on one thing: an edit form carries what it showed, so that only what the person
//! changed is written, and nobody's change is overwritten by somebody who had not seen it.

use std::collections::BTreeMap;

use ledger_core::at_entry::Refusal;

use super::form::{Fields, Form};

/// What begins the names of the hidden fields with the values that the form showed.
const SEEN: &str = "seen-";

fn seen_name(name: &str) -> String {
    format!("{SEEN}{name}")
}

/// Browsers send ends of lines in their own way; space around a value means nothing.
pub(super) fn plain(text: &str) -> String {
    text.trim().replace("\r\n", "\n")
}

/// What a form showed and what it sent back, field by field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edits(BTreeMap<&'static str, (String, String)>);

impl Edits {
    /// Takes these fields out of a form. A box that is not ticked counts as empty.
    pub(super) fn of(fields: &Fields, names: &[&'static str]) -> Self {
        let pair = |name: &'static str| {
            let seen = plain(fields.raw(&seen_name(name)));
            (name, (seen, plain(fields.raw(name))))
        };
        Self(names.iter().copied().map(pair).collect())
    }

    /// What to write into a field: what the person put there, or none when they left it as it
    /// was. Refused when somebody else has put something else there since.
    pub(super) fn change(&self, name: &str, current: &str) -> Result<Option<String>, Refusal> {
        let Some((seen, typed)) = self.0.get(name).filter(|(seen, typed)| seen != typed) else {
            return Ok(None);
        };
        let current = plain(current);
        if *typed == current {
            return Ok(None);
        }
        if *seen != current {
            return Err(Refusal::new("changed-meanwhile", ""));
        }
        Ok(Some(typed.clone()))
    }

    /// Whether the form came back just as it went out.
    pub(super) fn is_empty(&self) -> bool {
        self.0.values().all(|(seen, typed)| seen == typed)
    }
}

/// A field of an edit form as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EditField {
    /// What stands in it.
    pub(super) value: String,
    /// What is there now, which the form carries along as seen.
    pub(super) current: String,
    /// What somebody else has put there since the person saw the form.
    pub(super) meanwhile: Option<String>,
}

impl EditField {
    /// A field with what is there now. When the form could not be done it keeps what was typed;
    /// what was left alone shows the newest, so that sending it again takes nothing back.
    pub(super) fn of(form: &Form, which: &str, name: &str, current: &str) -> Self {
        let current = plain(current);
        let seen = plain(form.value(which, &seen_name(name), &current));
        let typed = plain(form.value(which, name, &current));
        let is_left = typed == seen;
        Self {
            value: if is_left { current.clone() } else { typed },
            meanwhile: (seen != current).then(|| current.clone()),
            current,
        }
    }

    /// Whether a choice is the one in the field.
    pub(super) fn is(&self, choice: &str) -> bool {
        self.value == choice
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::Said;
    use super::*;

    fn sent(pairs: &[(&str, &str)]) -> Fields {
        Fields::of(pairs)
    }

    #[test]
    fn only_what_the_person_changed_is_written() {
        let fields = sent(&[
            ("seen-name", "Resistor"),
            ("name", " Resistor 0603 "),
            ("seen-unit", "pcs"),
            ("unit", "pcs"),
        ]);
        let edits = Edits::of(&fields, &["name", "unit", "location"]);
        let written = edits.change("name", "Resistor");
        assert_eq!(written.unwrap().as_deref(), Some("Resistor 0603"));
        // Somebody else changed the unit; this person did not touch it.
        assert_eq!(edits.change("unit", "m").unwrap(), None);
        assert_eq!(edits.change("location", "A-01").unwrap(), None);
        assert!(!edits.is_empty());
        assert!(Edits::of(&fields, &["unit"]).is_empty());
    }

    #[test]
    fn what_somebody_else_changed_is_not_overwritten() {
        let fields = sent(&[("seen-name", "Resistor"), ("name", "Resistor 0603")]);
        let edits = Edits::of(&fields, &["name"]);
        let refused = edits.change("name", "Resistor 1 %").unwrap_err();
        assert_eq!(refused.code, "changed-meanwhile");
        // Both had the same idea.
        assert_eq!(edits.change("name", "Resistor 0603").unwrap(), None);
    }

    #[test]
    fn a_refused_form_keeps_the_change_and_shows_the_other_s() {
        let said = Said {
            text: String::new(),
            hint: None,
        };
        let fields = sent(&[
            ("seen-name", "Resistor"),
            ("name", "Resistor 0603"),
            ("seen-unit", "pcs"),
            ("unit", "pcs"),
        ]);
        let form = Form::failed("edit", fields, said);
        let name = EditField::of(&form, "edit", "name", "Resistor 1 %");
        assert_eq!(name.value, "Resistor 0603");
        assert_eq!(name.current, "Resistor 1 %");
        assert_eq!(name.meanwhile.as_deref(), Some("Resistor 1 %"));
        let unit = EditField::of(&form, "edit", "unit", "m");
        assert!(unit.is("m"));
        let fresh = EditField::of(&Form::default(), "edit", "unit", "m");
        assert_eq!((fresh.value.as_str(), fresh.meanwhile), ("m", None));
    }

    #[test]
    fn ends_of_lines_are_no_change() {
        let fields = sent(&[("seen-note", "a\nb"), ("note", "a\r\nb\r\n")]);
        assert!(Edits::of(&fields, &["note"]).is_empty());
    }
}
