//! Why a quantity is what it is: what was counted, what moved since, and what changes nothing.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::find_thing;
use ledger_core::catalogue::Class;
use ledger_core::{Code, Total};
use ledger_node::View;
use ledger_node::view::{WantingView, Whose, WhyParts, WhyPlace};
use serde::Deserialize;

use super::history::kind_words;
use super::item::Head;
use crate::api::{PathOf, QueryOf};
use crate::pages::frame::Frame;
use crate::pages::owner::OWN;
use crate::pages::visit::Visit;
use crate::problem::Problem;

/// Who stands for all owners together.
const EVERYBODY: &str = "*";
/// What stands for places without a site.
pub(in crate::pages) const NO_SITE: &str = "-";

/// Of what part of the stock.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct WhyQuery {
    #[serde(default)]
    location: String,
    #[serde(default)]
    site: String,
    #[serde(default)]
    owner: String,
}

/// Whose stock, as addresses of this page ask for it.
pub(in crate::pages) fn asked(whose: &Whose) -> String {
    match whose {
        Whose::All => EVERYBODY.to_owned(),
        Whose::Own => OWN.to_owned(),
        Whose::Customer(customer) => customer.to_string(),
    }
}

#[derive(Template)]
#[template(path = "items/item_why.html")]
struct WhyPage {
    frame: Frame,
    head: Head,
    query: WhyQuery,
    /// What is explained.
    title: String,
    /// Of all owners together.
    is_any: bool,
    parts: WhyParts,
    /// To whom something of it is promised; only where our own is explained as a whole.
    promised: Vec<WantingView>,
    explains_all: bool,
}

/// The words of why a transaction changes nothing.
fn ignored_words(code: &str) -> &'static str {
    match code {
        "voided" => "ignored-voided",
        "repeated" => "ignored-repeated",
        "revoked-waiting" => "ignored-revoked-waiting",
        "revoked-refused" => "ignored-revoked-refused",
        _ => "ignored-before-count",
    }
}

impl WhyPage {
    #[expect(clippy::unused_self, reason = "templates call methods only")]
    fn ignored_words(&self, code: &str) -> &'static str {
        ignored_words(code)
    }

    #[expect(clippy::unused_self, reason = "templates call methods only")]
    fn kind_words(&self, kind: &str) -> &'static str {
        kind_words(kind)
    }
}

/// What is explained: all of an item, or what lies at a place.
fn title(view: &View<'_>, frame: &Frame, item: &str, place: &WhyPlace) -> String {
    let name = match (&place.location, &place.site) {
        (Some(location), _) => location.to_string(),
        (None, Some(Some(site))) => view.fold().name_of(Class::Site, site),
        (None, Some(None)) => return frame.with("why-no-site", "item", item).into_owned(),
        (None, None) => return frame.with("why-of", "item", item).into_owned(),
    };
    let title = frame.with2("why-at", "item", item, "place", name);
    title.into_owned()
}

pub(super) async fn show(
    visit: Visit,
    PathOf(sku): PathOf<String>,
    QueryOf(query): QueryOf<WhyQuery>,
) -> Result<Response, Problem> {
    let build = move |view: &View<'_>, frame: Frame| {
        let sku = view.find_item(&sku)?;
        let named = |class, text: &str| -> Result<Option<Code>, Problem> {
            let text = text.trim();
            if [OWN, EVERYBODY, ""].contains(&text) {
                return Ok(None);
            }
            Ok(Some(find_thing(view.fold(), class, text)?))
        };
        let site = named(Class::Site, &query.site)?;
        let place = WhyPlace {
            location: named(Class::Location, &query.location)?,
            site: (site.is_some() || query.site.trim() == NO_SITE).then_some(site),
        };
        let is_everywhere = place == WhyPlace::default();
        let owner = named(Class::Customer, &query.owner)?;
        let asked = query.owner.trim();
        // Without a place and an owner it is the item's own stock that is asked about.
        let is_any = asked == EVERYBODY || (asked.is_empty() && !is_everywhere);
        let of = if is_any { None } else { Some(owner.as_ref()) };
        let parts = view.why_parts(&sku, &place, of)?;
        let mut head = Head::of(view, &sku, "/why");
        let orders = head.item.orders.take().unwrap_or_default();
        let to: Vec<WantingView> = orders
            .into_iter()
            .filter(|wanting| wanting.line.allocated != Total::ZERO.to_string())
            .collect();
        let explains_all = is_everywhere && of == Some(None);
        let promised = if explains_all { to } else { Vec::new() };
        Ok(WhyPage {
            title: title(view, &frame, &head.item.sku, &place),
            frame,
            head,
            query,
            is_any,
            parts,
            promised,
            explains_all,
        })
    };
    visit.page(build).await
}
