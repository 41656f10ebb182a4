//! What somebody did, in one line: on the dashboard and where an exception names entries.

use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_node::view::{Deed, RecentView};

use super::frame::Frame;
use super::visit::in_path;

/// One line.
pub(super) struct Line {
    pub(super) row: RecentView,
    pub(super) who: String,
    /// Where a click leads.
    pub(super) to: Option<String>,
    pub(super) words: String,
}

/// Puts a deed into words.
pub(super) fn line(frame: &Frame, row: RecentView) -> Line {
    Line {
        who: who(&row),
        to: address(frame, &row.deed),
        words: words(frame, &row.deed),
        row,
    }
}

/// A deed in words.
pub(super) fn words(frame: &Frame, deed: &Deed) -> String {
    let outside = || frame.t("outside").into_owned();
    match deed {
        Deed::Moved {
            act,
            item,
            quantity,
            from,
            to,
        } => frame.words.with_all(
            "deed-moved",
            &[
                ("act", &frame.word("act", act)),
                ("item", item),
                ("quantity", &frame.number(quantity)),
                ("from", &from.clone().unwrap_or_else(outside)),
                ("to", &to.clone().unwrap_or_else(outside)),
            ],
        ),
        Deed::Counted {
            item,
            quantity,
            location,
        } => frame.words.with_all(
            "deed-counted",
            &[
                ("item", item),
                ("quantity", &frame.number(quantity)),
                ("location", location),
            ],
        ),
        Deed::Reversed { item } => {
            frame.with("deed-reversed", "item", item.as_deref().unwrap_or("?"))
        }
        Deed::Document { family, number } => {
            let key = match family {
                Family::Order => "deed-order",
                Family::Lot => "deed-lot",
                Family::Purchase => "deed-purchase-order",
                Family::Stocktake => "deed-stocktake",
            };
            frame.with(key, "number", number.as_deref().unwrap_or("?"))
        }
        Deed::Set { class, code } => {
            let class = frame.word("class", &class.word().replace(' ', "-"));
            frame.with2("deed-set", "class", class, "code", code)
        }
        Deed::Scanned { code, location } => {
            frame.with2("deed-scanned", "code", code, "location", location)
        }
        Deed::Resolved { code, item } => match item {
            Some(item) => frame.with2("deed-resolved", "code", code, "item", item),
            None => frame.with("deed-dismissed", "code", code),
        },
        Deed::Answered => frame.t("deed-answered"),
    }
    .into_owned()
}

/// Where what a deed is about has its page, if whoever looks may open it.
pub(super) fn address(frame: &Frame, deed: &Deed) -> Option<String> {
    let path = |kind: &str, code: &str| Some(format!("/{kind}/{}", in_path(code)));
    match deed {
        Deed::Moved { item, .. } | Deed::Counted { item, .. } => path("items", item),
        Deed::Reversed { item } => path("items", item.as_deref()?),
        Deed::Document { family, number } => {
            let pages = match family {
                Family::Order => "orders",
                Family::Lot => "lots",
                Family::Purchase => "purchase-orders",
                Family::Stocktake => "stocktakes",
            };
            path(pages, number.as_deref()?)
        }
        Deed::Set { class, code } => {
            let kind = match class {
                Class::Item => "items",
                Class::Location => "locations",
                Class::LocationType => "location-types",
                Class::Customer => "customers",
                Class::Supplier => "suppliers",
                Class::Site => "sites",
                Class::Device => "devices",
                Class::User if frame.is_administrator() => "users",
                Class::User | Class::Setting => return None,
            };
            path(kind, code)
        }
        Deed::Resolved { item, .. } => path("items", item.as_deref()?),
        Deed::Scanned { location, .. } => path("locations", location),
        Deed::Answered => None,
    }
}

fn who(row: &RecentView) -> String {
    match row.user.strip_prefix("device:") {
        Some(device) => device.to_owned(),
        None => format!("{} · {}", row.user, row.device),
    }
}
