//! The things of a class one after the other, without looking each of them up: for lists and
//! searches over very many.

use std::ops::Bound;

use super::{Fold, Write};
use crate::catalogue::{Class, Subject, Value};
use crate::code::Code;

/// A thing of the catalogue with what was written about it.
#[derive(Debug, Clone, Copy)]
pub struct Thing<'a> {
    /// Its code.
    pub code: &'a Code,
    fold: &'a Fold,
    writes: &'a [Write],
}

impl<'a> Thing<'a> {
    fn counting(self) -> impl Iterator<Item = &'a Write> {
        let fold = self.fold;
        let counts = move |write: &&Write| !fold.is_suppressed(write.stamp.key());
        self.writes.iter().filter(counts)
    }

    /// The value of a field, by the last writer.
    #[must_use]
    pub fn value(self, key: u8) -> Option<&'a Value> {
        let value = |write: &'a Write| {
            let field = write.fields.iter().find(|(number, _)| *number == key)?;
            Some(&field.1)
        };
        let mut set = self
            .counting()
            .filter_map(|write| Some((write, value(write)?)));
        let first = set.next()?;
        let mut last = (None, first.1);
        for (write, value) in set {
            let origins = &self.fold.origins;
            let known = last.0.unwrap_or_else(|| first.0.stamp.order(origins));
            let order = write.stamp.order(origins);
            last = if order > known {
                (Some(order), value)
            } else {
                (Some(known), last.1)
            };
        }
        Some(last.1)
    }

    /// A text that is not empty, or a code.
    #[must_use]
    pub fn text(self, key: u8) -> Option<&'a str> {
        let text = self.value(key).and_then(Value::as_text);
        text.filter(|text| !text.is_empty())
    }

    /// A number that is not negative.
    #[must_use]
    pub fn number(self, key: u8) -> Option<u32> {
        let number = self.value(key).and_then(Value::as_int);
        number.and_then(|number| u32::try_from(number).ok())
    }

    /// Whether it is yes.
    #[must_use]
    pub fn is(self, key: u8) -> bool {
        self.value(key).is_some_and(Value::is_true)
    }
}

/// No code is before this one: codes begin with no white space and hold no control characters.
const FIRST: &str = "!";

fn first_of(class: Class) -> Bound<Subject> {
    Code::from_normalised(FIRST).map_or(Bound::Unbounded, |first| {
        Bound::Included(Subject::new(class, first))
    })
}

impl Fold {
    /// What was ever written about of a class, by code.
    pub(super) fn subjects_of(&self, class: Class) -> impl Iterator<Item = &Subject> {
        let things = self
            .catalogue
            .things
            .range((first_of(class), Bound::Unbounded));
        things
            .map(|(subject, _)| subject)
            .skip_while(move |subject| subject.class < class)
            .take_while(move |subject| subject.class == class)
    }

    /// The things of a class by code, beginning behind one. Not for users and devices, of which
    /// not every word counts.
    pub fn things_after<'a>(
        &'a self,
        class: Class,
        after: Option<&Code>,
    ) -> impl Iterator<Item = Thing<'a>> + use<'a> {
        let begin = match after {
            Some(after) => Bound::Excluded(Subject::new(class, after.clone())),
            None => first_of(class),
        };
        let things = self.catalogue.things.range((begin, Bound::Unbounded));
        things
            .skip_while(move |(subject, _)| subject.class < class)
            .take_while(move |(subject, _)| subject.class == class)
            .map(|(subject, writes)| Thing {
                code: &subject.code,
                fold: self,
                writes,
            })
            .filter(|thing| thing.counting().next().is_some())
    }
}
