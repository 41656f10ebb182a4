//! What a form sent, and what a page keeps of it when it cannot be done.

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::extract::{FromRequest, RawForm, Request};
use axum::http::StatusCode;
use ledger_core::Quantity;

use crate::app::App;
use crate::lang::{Lang, Words, sentence};
use crate::problem::Problem;

/// The hidden field by which a form that is sent twice counts once.
pub(super) const ONCE: &str = "once";

/// The fields of a form, in the order of their names. A field may come several times.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(BTreeMap<String, Vec<String>>);

impl FromRequest<App> for Fields {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let RawForm(bytes) = RawForm::from_request(request, app)
            .await
            .map_err(|error| Problem::new(error.status(), "bad-form", error.body_text()))?;
        let mut fields = BTreeMap::<String, Vec<String>>::new();
        for (name, value) in form_urlencoded::parse(&bytes) {
            fields
                .entry(name.into_owned())
                .or_default()
                .push(value.into_owned());
        }
        Ok(Self(fields))
    }
}

impl Fields {
    /// A form with these fields.
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        let mut fields = Self::default();
        for (name, value) in pairs {
            let values = fields.0.entry((*name).to_owned()).or_default();
            values.push((*value).to_owned());
        }
        fields
    }

    /// What was typed; nothing when the field is not there.
    pub(super) fn raw(&self, name: &str) -> &str {
        self.all(name).first().map_or("", String::as_str)
    }

    /// All values of a field.
    pub(super) fn all(&self, name: &str) -> &[String] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// What was typed, without space around it; none when that is nothing.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let text = self.raw(name).trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// What was typed, or a problem that names the field.
    pub(super) fn needed(&self, name: &str) -> Result<String, Problem> {
        self.text(name).ok_or_else(|| problem("missing-field"))
    }

    /// Takes a field out: secrets are typed again.
    pub(super) fn forget(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Whether a box is ticked.
    pub(super) fn is_on(&self, name: &str) -> bool {
        !self.all(name).is_empty()
    }

    /// The field's number, with the sign that was typed: none, plus or minus.
    pub(super) fn quantity(&self, words: Words, name: &str) -> Result<Typed, Problem> {
        let text = self.needed(name)?;
        read_quantity(words, &text)
    }

    /// A number in a field that may be left empty.
    pub(super) fn number(&self, words: Words, name: &str) -> Result<Option<Quantity>, Problem> {
        let text = self.text(name);
        let typed = text.map(|text| read_quantity(words, &text)).transpose()?;
        Ok(typed.map(|typed| typed.quantity))
    }

    /// What tells this sending of the form from any other: the key of its page, and all that was
    /// typed, so that a form sent again with something else counts again.
    pub(super) fn once(&self, path: &str) -> Option<String> {
        let key = self.raw(ONCE);
        (!key.is_empty()).then(|| format!("{path} {:?}", self.0))
    }
}

/// A problem of the pages' own, which has its words in every language by its code.
pub(super) fn problem(code: &'static str) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, "")
}

/// A quantity as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Typed {
    /// With its sign.
    pub(crate) quantity: Quantity,
    /// Whether a sign was typed.
    pub(crate) signed: bool,
}

fn read_quantity(words: Words, text: &str) -> Result<Typed, Problem> {
    let canonical = words.canonical(text).or(Err(problem("ambiguous-number")))?;
    let signed = canonical.starts_with(['+', '-']);
    let digits = canonical.strip_prefix('+').unwrap_or(&canonical);
    if signed && digits.starts_with(['+', '-']) && digits.len() < canonical.len() {
        return Err(problem("bad-quantity"));
    }
    let quantity = digits.parse().or(Err(problem("bad-quantity")))?;
    Ok(Typed { quantity, signed })
}

/// A form that could not be done: which, what was typed, and why.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    which: &'static str,
    fields: Fields,
    said: Option<Said>,
    code: Cow<'static, str>,
}

/// Why something could not be done, in the visitor's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) hint: Option<String>,
}

impl Form {
    pub(super) fn failed(which: &'static str, fields: Fields, said: Said) -> Self {
        Self {
            which,
            fields,
            said: Some(said),
            code: Cow::Borrowed(""),
        }
    }

    /// With the code of the problem.
    pub(super) fn because(self, code: Cow<'static, str>) -> Self {
        Self { code, ..self }
    }

    /// The code of the problem; empty where there is none.
    pub(super) fn code(&self) -> &str {
        &self.code
    }

    /// Why this form could not be done.
    pub(super) fn problem(&self, which: &str) -> Option<&Said> {
        self.said.as_ref().filter(|_| self.which == which)
    }

    /// What a field of this form shows: what was typed when it could not be done, else this.
    pub(super) fn value<'a>(&'a self, which: &str, name: &str, fresh: &'a str) -> &'a str {
        if self.which == which && self.said.is_some() {
            return self.fields.raw(name);
        }
        fresh
    }

    /// Whether a box or a choice of this form is taken.
    pub(super) fn is_chosen(&self, which: &str, name: &str, value: &str, fresh: bool) -> bool {
        if self.which == which && self.said.is_some() {
            return self.fields.all(name).iter().any(|chosen| chosen == value);
        }
        fresh
    }
}

impl Said {
    /// A problem in the visitor's words. English has them from where the problem arose, with what
    /// it is about; other languages, and problems of the pages themselves, by the problem's code.
    /// Hints that name a command or an address of the API are none here.
    /// What broke at the server has one text for all that has none of its own.
    pub(crate) fn of(problem: &Problem, words: Words) -> Self {
        if words.lang == Lang::En && !problem.detail.is_empty() {
            let hint = problem.hint_for_pages().map(sentence);
            let of_code = || words.maybe(&format!("hint-{}", problem.code));
            return Self {
                text: sentence(&problem.detail),
                hint: hint.or_else(|| of_code().map(Cow::into_owned)),
            };
        }
        let own = words.maybe(&format!("refused-{}", problem.code));
        let code = match own {
            Some(_) => &*problem.code,
            None if problem.status.is_server_error() => "internal",
            None => "other",
        };
        let hint = words.maybe(&format!("hint-{code}"));
        Self {
            text: own
                .unwrap_or_else(|| words.t(&format!("refused-{code}")))
                .into_owned(),
            hint: hint.map(Cow::into_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::of(pairs)
    }

    #[test]
    fn quantities_come_with_the_sign_that_was_typed() {
        let german = Words::new(Lang::De, Tz::UTC);
        for (text, quantity, signed) in [
            ("10", "10", false),
            ("+10", "10", true),
            ("-5", "-5", true),
            ("\u{2212}2,5", "-2.5", true),
        ] {
            let typed = fields(&[("q", text)]).quantity(german, "q").unwrap();
            assert_eq!(
                (typed.quantity.to_string().as_str(), typed.signed),
                (quantity, signed)
            );
        }
        let code = |text| {
            fields(&[("q", text)])
                .quantity(german, "q")
                .unwrap_err()
                .code
        };
        assert_eq!(code("1.234"), "ambiguous-number");
        assert_eq!(code("+-3"), "bad-quantity");
        assert_eq!(code("ten"), "bad-quantity");
        assert_eq!(code("  "), "missing-field");
    }

    #[test]
    fn a_problem_is_told_in_the_visitor_s_language() {
        let english = Words::new(Lang::En, Tz::UTC);
        let german = Words::new(Lang::De, Tz::UTC);
        let told = |status, code: &'static str, words: Words| {
            let mut problem = Problem::new(status, code, "in English");
            problem.hint = Some("a hint".to_owned());
            Said::of(&problem, words)
        };
        let conflict = StatusCode::CONFLICT;
        let said = told(conflict, "unit-fixed", english);
        assert_eq!(said.text, "In English");
        assert_eq!(said.hint.as_deref(), Some("A hint"));
        let said = told(conflict, "unit-fixed", german);
        assert!(said.text.contains("Einheit"), "{said:?}");
        assert!(said.hint.is_some_and(|hint| hint.contains("Artikel")));
        let broken = told(StatusCode::INTERNAL_SERVER_ERROR, "no-such-code", german);
        assert!(broken.text.contains("Server"), "{broken:?}");
        assert!(broken.hint.is_some());
        let other = told(conflict, "no-such-code", german);
        assert_eq!(other.text, german.t("refused-other"));
        assert_eq!(other.hint, None);
    }

    #[test]
    fn a_page_names_no_commands() {
        let english = Words::new(Lang::En, Tz::UTC);
        for hint in [
            "bring it back with: stock item restore R-100",
            "make one with: stock-server token create --role manager",
        ] {
            let mut problem = Problem::new(StatusCode::CONFLICT, "archived", "it is archived");
            problem.hint = Some(hint.to_owned());
            let said = Said::of(&problem, english);
            let own = english.t("hint-archived");
            assert_eq!(said.hint.as_deref(), Some(&*own), "{hint}");
        }
        // The API has words of its own, which are not the pages' either.
        let refusal = ledger_core::at_entry::Refusal::new("archived", "it is archived");
        let refusal = refusal.hint("bring it back with: stock item restore R-100");
        let said = Said::of(&Problem::from(refusal), english);
        assert_eq!(said.hint.as_deref(), Some(&*english.t("hint-archived")));
    }

    #[test]
    fn a_form_sent_again_is_the_same_only_with_the_same_words() {
        let first = fields(&[("once", "k"), ("q", "1")]);
        assert_eq!(
            first.once("/a"),
            fields(&[("once", "k"), ("q", "1")]).once("/a")
        );
        for other in [
            fields(&[("once", "k"), ("q", "2")]).once("/a"),
            fields(&[("once", "j"), ("q", "1")]).once("/a"),
            first.once("/b"),
        ] {
            assert_ne!(first.once("/a"), other);
        }
        assert_eq!(fields(&[("q", "1")]).once("/a"), None);
    }
}
