//! The languages of the pages: words from `locales`, numbers and times as each language writes
//! them.
//!
//! A language is one folder of Fluent files with the same messages as the others; the tests hold
//! the folders, the templates and the sources to that.

mod bundles;
mod moments;
mod numbers;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt::Display;

use chrono_tz::Tz;
use fluent_bundle::{FluentArgs, FluentValue};

/// Begins a text as a sentence begins. Programs say their problems in small letters; what begins
/// with a code keeps its letters.
pub(crate) fn sentence(text: &str) -> String {
    let word = text.split(' ').next().unwrap_or_default();
    let is_word = word != text && word.chars().all(|sign| sign.is_ascii_lowercase());
    let mut rest = text.chars();
    match rest.next() {
        Some(first) if is_word => format!("{}{}", first.to_ascii_uppercase(), rest.as_str()),
        _ => text.to_owned(),
    }
}

/// A language of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Lang {
    En,
    De,
}

impl Lang {
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::De];

    /// The tag of the language (BCP 47).
    pub(crate) const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
        }
    }

    /// The language's name for itself.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::De => "Deutsch",
        }
    }

    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.tag() == tag)
    }

    /// The first language of an `Accept-Language` header that we have. Weights are not read:
    /// browsers send languages in the order of their wish.
    pub(crate) fn of_header(header: &str) -> Option<Self> {
        let tags = header.split(',').map(|part| {
            let tag = part.split(';').next().unwrap_or_default().trim();
            tag.split('-').next().unwrap_or_default()
        });
        let mut known = tags.filter_map(|tag| Self::of_tag(&tag.to_ascii_lowercase()));
        known.next()
    }
}

/// A number of things; templates give numbers of several types, by value and by reference.
pub(crate) trait Count {
    /// The number, as Fluent takes it.
    fn count(&self) -> i64;
}

impl Count for usize {
    fn count(&self) -> i64 {
        i64::try_from(*self).unwrap_or(i64::MAX)
    }
}

impl Count for u64 {
    fn count(&self) -> i64 {
        i64::try_from(*self).unwrap_or(i64::MAX)
    }
}

impl<T: Count> Count for &T {
    fn count(&self) -> i64 {
        T::count(self)
    }
}

/// How one visitor reads: language and time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) lang: Lang,
    pub(crate) zone: Tz,
}

impl Words {
    pub(crate) const fn new(lang: Lang, zone: Tz) -> Self {
        Self { lang, zone }
    }

    /// A message.
    pub(crate) fn t(&self, id: &str) -> Cow<'static, str> {
        self.message(id, None)
    }

    /// A message about a number of things; Fluent chooses the form by `n`.
    pub(crate) fn n(&self, id: &str, n: impl Count) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        args.set("n", FluentValue::from(n.count()));
        self.message(id, Some(&args))
    }

    /// A message with one value in it.
    pub(crate) fn with(&self, id: &str, name: &str, value: impl Display) -> Cow<'static, str> {
        self.with_all(id, &[(name, &value)])
    }

    /// A message with two values in it.
    pub(crate) fn with2(
        &self,
        id: &str,
        name: &str,
        value: impl Display,
        other: &str,
        other_value: impl Display,
    ) -> Cow<'static, str> {
        self.with_all(id, &[(name, &value), (other, &other_value)])
    }

    /// A message with values in it.
    pub(crate) fn with_all(&self, id: &str, values: &[(&str, &dyn Display)]) -> Cow<'static, str> {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            args.set((*name).to_owned(), FluentValue::from(value.to_string()));
        }
        self.message(id, Some(&args))
    }

    /// A message if there is one of this id, for ids that are made of a code.
    pub(crate) fn maybe(&self, id: &str) -> Option<Cow<'static, str>> {
        bundles::has(self.lang, id).then(|| self.t(id))
    }

    fn message(self, id: &str, args: Option<&FluentArgs<'_>>) -> Cow<'static, str> {
        bundles::message(self.lang, id, args).unwrap_or_else(|| {
            tracing::error!(id, lang = self.lang.tag(), "a text is missing");
            Cow::Owned(id.to_owned())
        })
    }

    /// A quantity as people read it, from its canonical form.
    pub(crate) fn number(&self, canonical: &str) -> String {
        numbers::shown(self.lang, canonical)
    }

    /// A change: with its sign always.
    pub(crate) fn change(&self, canonical: &str) -> String {
        numbers::change(self.lang, canonical)
    }

    /// A quantity as it stands in a field to be changed.
    pub(crate) fn typed(&self, canonical: &str) -> String {
        numbers::typed(self.lang, canonical)
    }

    /// The canonical form of what somebody typed as a number.
    pub(crate) fn canonical(&self, typed: &str) -> Result<String, numbers::Ambiguous> {
        numbers::canonical(self.lang, typed)
    }

    /// Day and time to the minute, from a time in RFC 3339.
    pub(crate) fn moment(&self, rfc3339: &str) -> String {
        moments::moment(self.lang, self.zone, rfc3339)
    }

    /// A calendar day, from `YYYY-MM-DD`.
    pub(crate) fn day(&self, day: &str) -> String {
        moments::day(self.lang, day)
    }

    /// A calendar month, from `YYYY-MM`.
    pub(crate) fn month(&self, month: &str) -> String {
        moments::month(self.lang, month)
    }

    /// The same words in a site's time zone.
    pub(crate) fn at(&self, zone: Option<&str>) -> Self {
        let zone = zone.and_then(|name| name.parse().ok());
        Self {
            zone: zone.unwrap_or(self.zone),
            ..*self
        }
    }
}
