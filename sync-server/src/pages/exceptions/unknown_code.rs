//! A code that nobody knew, on the page of its exception: what it is, or that it is nothing.

use ledger_core::at_entry::{Plan, Refusal, dismiss_scan, resolve_scan};
use ledger_core::fold::Fold;
use ledger_node::View;
use ledger_node::view::ItemFilter;

use crate::pages::visit::Done;

/// Items that the field offers; others are typed.
const OFFERED_MAX: usize = 60;

/// What the page needs to ask what a code is.
pub(super) struct UnknownCode {
    pub(super) code: String,
    /// Items like what is being typed, with their names.
    pub(super) items: Vec<(String, String)>,
}

impl UnknownCode {
    /// None where the exception is about something else.
    pub(super) fn of(view: &View<'_>, exception: &str, typed: &str) -> Option<Self> {
        let code = code_of(exception)?.to_owned();
        let typed = typed.trim();
        let filter = ItemFilter {
            search: (!typed.is_empty()).then(|| typed.to_owned()),
            ..ItemFilter::default()
        };
        let items = view.items_after(&filter, None, OFFERED_MAX).into_iter();
        Some(Self {
            code,
            items: items.map(|item| (item.sku, item.name)).collect(),
        })
    }
}

/// The code that an exception is about, by its id.
fn code_of(exception: &str) -> Option<&str> {
    exception.trim().strip_prefix("unknown-code:")
}

/// What somebody says that a code stands for.
pub(super) enum Meaning {
    Item(String),
    Nothing,
}

impl Meaning {
    /// Settles all scans of the code that an exception is about.
    pub(super) fn plan(
        &self,
        fold: &Fold,
        exception: &str,
        note: Option<&str>,
    ) -> Result<Plan, Refusal> {
        let code = code_of(exception).ok_or_else(|| Refusal::new("no-such-action", ""))?;
        match self {
            Self::Item(item) => resolve_scan(fold, code, item),
            Self::Nothing => dismiss_scan(fold, code, note),
        }
    }

    /// What the page says that comes when it is done.
    pub(super) fn done(&self, to: String, exception: &str) -> Done {
        let done = match self {
            Self::Item(item) => Done::new(to, "done-code-resolved").value("item", item.clone()),
            Self::Nothing => Done::new(to, "done-code-dismissed"),
        };
        done.value("code", code_of(exception).unwrap_or_default())
    }
}
