//! The `object` that a writing command answers with: the thing it was about, as it is now.

use ledger_core::Code;
use ledger_core::at_entry::About;
use ledger_core::catalogue::{Class, Subject, Value, key};
use serde::Serialize;

use super::View;

/// A setting of the ledger.
#[derive(Debug, Clone, Serialize)]
pub struct SettingView {
    /// Its key.
    pub key: String,
    /// Its value, none when it is not set.
    pub value: Option<String>,
}

impl View<'_> {
    /// All settings that anybody set, by key.
    #[must_use]
    pub fn settings(&self) -> Vec<SettingView> {
        self.fold()
            .codes(Class::Setting)
            .map(|key| self.setting(key))
            .collect()
    }

    /// One setting.
    #[must_use]
    pub fn setting(&self, setting: &Code) -> SettingView {
        let value = self.fold().field(Class::Setting, setting, key::VALUE);
        SettingView {
            key: setting.as_str().to_lowercase(),
            value: match value {
                Value::Text(text) => Some(text.to_string()),
                Value::Int(number) => Some(number.to_string()),
                Value::Bool(yes) => Some(yes.to_string()),
                Value::Nil | Value::Bytes(_) => None,
            },
        }
    }

    /// What a command was about, in its own shape.
    #[must_use]
    pub fn object(&self, about: &About) -> serde_json::Value {
        match about {
            About::Thing(subject) => self.thing(subject),
            // Resolved when it was written.
            About::NewOrder => serde_json::Value::Null,
            About::Order(_) | About::Exception(_) => serde_json::Value::Null,
        }
    }

    fn thing(&self, about: &Subject) -> serde_json::Value {
        let code = &about.code;
        match about.class {
            Class::Item => json(self.show(&self.fold().canonical(code))),
            Class::Location => json(self.location(code)),
            Class::LocationType => json(self.location_type(code)),
            Class::Customer | Class::Supplier | Class::Site | Class::User => {
                json(self.partner(about.class, code))
            }
            Class::Setting => json(self.setting(code)),
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
