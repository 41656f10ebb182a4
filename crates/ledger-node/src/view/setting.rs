//! The settings of the ledger, each with the value that holds.

use ledger_core::at_entry::settings::{self, Setting};
use serde::Serialize;
use utoipa::ToSchema;

use super::View;

/// A setting of the ledger.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SettingView {
    /// Its key.
    pub key: &'static str,
    /// The value that holds.
    pub value: String,
    /// The value that holds until somebody sets one.
    pub default: &'static str,
    /// What it does, for people.
    pub meaning: &'static str,
}

impl View<'_> {
    /// All settings, by key.
    #[must_use]
    pub fn settings(&self) -> Vec<SettingView> {
        settings::ALL
            .into_iter()
            .map(|setting| self.setting(setting))
            .collect()
    }

    /// One setting.
    #[must_use]
    pub fn setting(&self, setting: &Setting) -> SettingView {
        SettingView {
            key: setting.key,
            value: settings::value(self.fold(), setting),
            default: setting.default,
            meaning: setting.meaning,
        }
    }
}
