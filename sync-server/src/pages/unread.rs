//! What a list's filter could not read. The list is shown without that part of the filter, and
//! says so: which field, and what it takes.

use ledger_core::Code;

/// The fields, each with the ids of its label and of what it takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Unread(Vec<(&'static str, &'static str)>);

impl Unread {
    /// Reads a field. One that is empty filters nothing.
    pub(super) fn read<T>(
        &mut self,
        (label, takes): (&'static str, &'static str),
        text: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let value = read(text);
        if value.is_none() {
            self.0.push((label, takes));
        }
        value
    }

    /// Reads a field for the code of something.
    pub(super) fn code(&mut self, label: &'static str, text: &str) -> Option<Code> {
        self.read((label, "filter-takes-code"), text, |text| {
            Code::new(text).ok()
        })
    }

    /// Reads a field with choices.
    pub(super) fn choice<T>(
        &mut self,
        label: &'static str,
        text: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        self.read((label, "filter-takes-choice"), text, read)
    }

    /// For the template.
    pub(super) fn fields(&self) -> &[(&'static str, &'static str)] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_or_named_and_an_empty_one_is_neither() {
        let mut unread = Unread::default();
        assert_eq!(unread.code("site", " north "), Code::new("NORTH").ok());
        assert_eq!(unread.code("location", "  "), None);
        assert!(unread.fields().is_empty());
        assert_eq!(unread.code("location", &"x".repeat(500)), None);
        let days = unread.read(("days", "filter-takes-days"), "x", |text| {
            text.parse::<u32>().ok()
        });
        assert_eq!(days, None);
        assert_eq!(
            unread.fields(),
            [
                ("location", "filter-takes-code"),
                ("days", "filter-takes-days")
            ]
        );
    }
}
