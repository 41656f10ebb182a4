//! What the pages of customers and suppliers have in common: a list that is searched, a new one,
//! another name, out of use and into use again, and the list as a file.

use axum::response::Response;
use ledger_core::at_entry::{self, Refusal, find_thing};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_core::{Code, Timestamp};
use ledger_node::View;
use serde::Deserialize;

use super::edit::Edits;
use super::export::{Columns, FileQuery, Sheet};
use super::form::Fields;
use super::visit::{Done, SomePlan, Visit, in_path};
use crate::problem::Problem;

/// One of the two kinds of partners, as its pages call it.
#[derive(Debug)]
pub(super) struct Partners {
    class: Class,
    /// The address of the list, which is the name of its file too.
    path: &'static str,
    /// The name under which messages have the code.
    value: &'static str,
    added: &'static str,
    renamed: &'static str,
    archived: &'static str,
    restored: &'static str,
}

pub(super) const CUSTOMERS: Partners = Partners {
    class: Class::Customer,
    path: "customers",
    value: "customer",
    added: "done-customer-added",
    renamed: "done-customer-renamed",
    archived: "done-customer-archived",
    restored: "done-customer-restored",
};

pub(super) const SUPPLIERS: Partners = Partners {
    class: Class::Supplier,
    path: "suppliers",
    value: "supplier",
    added: "done-supplier-added",
    renamed: "done-supplier-renamed",
    archived: "done-supplier-archived",
    restored: "done-supplier-restored",
};

/// What the search form and the links of a list say.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    pub(super) search: String,
    /// Archived ones too.
    #[serde(default)]
    pub(super) archived: String,
    after: Option<String>,
}

impl ListQuery {
    pub(super) const fn shows_archived(&self) -> bool {
        !self.archived.is_empty()
    }

    /// The last one of the page before.
    pub(super) fn behind(&self) -> Option<Code> {
        let after = self.after.as_deref();
        after.and_then(|after| Code::new(after).ok())
    }
}

/// The columns of an import, and whether it is in use.
const COLUMNS: Columns = &[
    ("code", "/code"),
    ("name", "/name"),
    ("archived", "/archived"),
];

impl Partners {
    pub(super) fn page_of(&self, code: &str) -> String {
        format!("/{}/{}", self.path, in_path(code))
    }

    /// Whether there is none at all yet.
    pub(super) fn is_empty(&self, fold: &Fold) -> bool {
        fold.codes(self.class).next().is_none()
    }

    /// Makes one, and leads to its page.
    pub(super) fn add(&self, fields: &Fields) -> Result<(SomePlan, Done), Problem> {
        let (name, code, class) = (fields.text("name"), fields.needed("code")?, self.class);
        let shown = Code::new(&code).map_or_else(|_| code.clone(), |code| code.to_string());
        let done = Done::new(self.page_of(&shown), self.added).value(self.value, shown);
        let plan = move |fold: &Fold, _: Timestamp| {
            at_entry::add_partner(fold, class, &code, name.as_deref())
        };
        Ok((Box::new(plan), done))
    }

    /// Gives one the name that a form says, if the person changed it.
    pub(super) fn rename(&self, fields: &Fields, code: &str) -> Result<(SomePlan, Done), Problem> {
        let edits = Edits::of(fields, &["name"]);
        let done = Done::new(self.page_of(code), self.renamed);
        let done = done.value("name", fields.needed("name")?);
        let (class, code) = (self.class, code.to_owned());
        let plan = move |fold: &Fold, _: Timestamp| {
            let code = find_thing(fold, class, &code)?;
            let name = edits.change("name", &fold.name_of(class, &code))?;
            let name = name.ok_or_else(|| Refusal::new("nothing-changed", ""))?;
            at_entry::set_partner(class, &code, Some(&name))
        };
        Ok((Box::new(plan), done))
    }

    /// Takes one out of use, or into use again.
    pub(super) fn archive(&self, fields: &Fields, code: &str) -> (SomePlan, Done) {
        let archived = fields.raw("archived") == "yes";
        let message = if archived {
            self.archived
        } else {
            self.restored
        };
        let done = Done::new(self.page_of(code), message).value(self.value, code);
        let (class, code) = (self.class, code.to_owned());
        let plan = move |fold: &Fold, _: Timestamp| at_entry::archive(fold, class, &code, archived);
        (Box::new(plan), done)
    }

    /// The list as a file.
    pub(super) async fn export(
        &self,
        visit: Visit,
        query: ListQuery,
        file: FileQuery,
    ) -> Result<Response, Problem> {
        let class = self.class;
        let build = move |view: &View<'_>| {
            let search = Some(query.search.as_str());
            let rows = view.partners_after(class, search, query.shows_archived(), None);
            Sheet::of(COLUMNS, rows)
        };
        visit.file(self.path, file, build).await
    }
}
