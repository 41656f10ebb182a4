//! The `object` that a writing command answers with: the thing it was about, as it is now.

use ledger_core::UserName;
use ledger_core::at_entry::{About, settings};
use ledger_core::catalogue::{Class, Subject};
use ledger_core::document::Family;
use serde::Serialize;

use super::{UserView, View};

impl View<'_> {
    /// What a command was about, in its own shape.
    #[must_use]
    pub fn object(&self, about: &About) -> serde_json::Value {
        match about {
            About::Thing(subject) => self.thing(subject),
            // Resolved when it was written.
            About::NewDocument(_) => serde_json::Value::Null,
            About::Document(Family::Order, id) => json(self.order(*id)),
            About::Document(Family::Lot, id) => json(self.lot(*id)),
            About::Document(Family::Purchase, id) => json(self.purchase(*id)),
            About::Document(Family::Stocktake, id) => json(self.stocktake(*id)),
            About::Scans(code) => json(self.scanned_code(code)),
            About::Exception(id) => {
                let open = self.exceptions().into_iter().find(|open| open.id == *id);
                serde_json::json!({ "id": id, "open": open.is_some(), "exception": open })
            }
        }
    }

    fn thing(&self, about: &Subject) -> serde_json::Value {
        let code = &about.code;
        match about.class {
            Class::Item => json(self.show(&self.fold().canonical(code))),
            Class::Location => json(self.location(code)),
            Class::LocationType => json(self.location_type(code)),
            Class::Customer | Class::Supplier => json(self.partner(about.class, code)),
            Class::Site => json(self.site_name(code)),
            Class::User => {
                let name = UserName::new(code.as_str()).ok();
                let user = name.and_then(|name| self.fold().user(&name));
                json(user.map(UserView::from))
            }
            Class::Setting => {
                let known = settings::find(code.as_str()).ok();
                json(known.map(|setting| self.setting(setting)))
            }
            Class::Device => {
                let id = code.as_str().to_lowercase();
                json(self.devices().into_iter().find(|device| device.id == id))
            }
        }
    }
}

/// Our shapes have string keys and no numbers that JSON lacks, so this cannot fail.
fn json(shape: impl Serialize) -> serde_json::Value {
    serde_json::to_value(shape).unwrap_or_default()
}
