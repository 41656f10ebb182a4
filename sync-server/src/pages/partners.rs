//! What the pages of customers and suppliers have in common.

use ledger_core::at_entry::{self, Plan, Refusal, find_thing};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;

use super::edit::Edits;

/// Gives a customer or a supplier the name that a form says, if the person changed it.
pub(super) fn rename(
    fold: &Fold,
    class: Class,
    code: &str,
    edits: &Edits,
) -> Result<Plan, Refusal> {
    let code = find_thing(fold, class, code)?;
    let name = edits.change("name", &fold.name_of(class, &code))?;
    let name = name.ok_or_else(|| Refusal::new("nothing-changed", ""))?;
    at_entry::set_partner(class, &code, Some(&name))
}
