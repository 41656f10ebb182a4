//! Whose stock is meant, where an address or a form names an owner.

use ledger_core::Code;
use ledger_node::view::Whose;

use super::unread::Unread;

/// Who stands for our own stock.
pub(super) const OWN: &str = "-";
/// The same in addresses that people kept; no customer's code has small letters.
const OWN_ONCE: &str = "ours";

/// Whether a text names our own stock.
pub(super) fn is_own(text: &str) -> bool {
    [OWN, OWN_ONCE].contains(&text.trim())
}

/// Reads a filter's field for an owner: a customer, or none for our own.
pub(super) fn owner_of(
    unread: &mut Unread,
    label: &'static str,
    text: &str,
) -> Option<Option<Code>> {
    if is_own(text) {
        return Some(None);
    }
    unread.code(label, text).map(Some)
}

/// Reads the field of a filter that adds up the stock of everybody where nobody is named.
pub(super) fn whose(unread: &mut Unread, text: &str) -> Whose {
    match owner_of(unread, "stock-owner", text) {
        None => Whose::All,
        Some(None) => Whose::Own,
        Some(Some(customer)) => Whose::Customer(customer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_stock_has_one_name_and_the_one_that_people_kept() {
        let mut unread = Unread::default();
        let mut of = |text: &str| owner_of(&mut unread, "owner", text);
        assert_eq!(of(" "), None);
        assert_eq!(of("-"), Some(None));
        assert_eq!(of(" ours "), Some(None));
        assert_eq!(of("acme"), Some(Code::new("ACME").ok()));
        assert_eq!(of("OURS"), Some(Code::new("OURS").ok()));
        assert_eq!(of(&"x".repeat(500)), None);
        assert_eq!(unread.fields(), [("owner", "filter-takes-code")]);
    }
}
