//! What somebody did, in one line: on the dashboard and where an exception names entries.

use ledger_node::view::{Deed, RecentView};

use super::frame::Frame;

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
        to: address(&row.deed),
        words: words(frame, &row.deed),
        row,
    }
}

fn words(frame: &Frame, deed: &Deed) -> String {
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
        Deed::Order { number } => {
            frame.with("deed-order", "number", number.as_deref().unwrap_or("?"))
        }
        Deed::Set { class, code } => {
            let class = frame.word("class", &class.replace(' ', "-"));
            frame.with2("deed-set", "class", class, "code", code)
        }
        Deed::Answered => frame.t("deed-answered"),
    }
    .into_owned()
}

fn address(deed: &Deed) -> Option<String> {
    let path = |kind: &str, code: &str| {
        let code: String = form_urlencoded::byte_serialize(code.as_bytes()).collect();
        // In a path a space is not a plus.
        Some(format!("/{kind}/{}", code.replace('+', "%20")))
    };
    match deed {
        Deed::Moved { item, .. } | Deed::Counted { item, .. } => path("items", item),
        Deed::Reversed { item } => path("items", item.as_deref()?),
        Deed::Order { number } => path("orders", number.as_deref()?),
        Deed::Set { class, code } => match *class {
            "item" => path("items", code),
            "location" => path("locations", code),
            "location type" => path("location-types", code),
            "customer" => path("customers", code),
            _ => None,
        },
        Deed::Answered => None,
    }
}

fn who(row: &RecentView) -> String {
    match row.user.strip_prefix("device:") {
        Some(device) => device.to_owned(),
        None => format!("{} · {}", row.user, row.device),
    }
}
