//! Settings › Inventory: what holds in the whole ledger.

use askama::Template;
use axum::response::Response;
use ledger_core::at_entry::settings::{self, OrderPolicy, Setting};
use ledger_core::fold::Fold;
use ledger_node::View;

use crate::api::Named;
use crate::pages::edit::{EditField, Edits};
use crate::pages::form::{Fields, Form};
use crate::pages::frame::Frame;
use crate::pages::visit::{Done, Visit};
use crate::problem::Problem;

/// The form's name.
const FORM: &str = "settings";
/// The fields, which are called as the settings are.
const KEYS: [&str; 6] = [
    settings::ALLOW_BACKORDER.key,
    settings::DEFAULT_THRESHOLD.key,
    settings::ORDER_POLICY_REPAIR.key,
    settings::ORDER_POLICY_SALES.key,
    settings::PRINTERS.key,
    settings::REASONS.key,
];

#[derive(Template)]
#[template(path = "administration/settings.html")]
struct SettingsPage {
    frame: Frame,
    form: Form,
    allow_backorder: EditField,
    default_threshold: EditField,
    /// Each kind of order with its policy.
    policies: Vec<(&'static str, &'static str, EditField)>,
    policy_words: [&'static str; 2],
    reasons: EditField,
    printers: EditField,
}

/// Whether a setting has several values.
fn is_list(key: &str) -> bool {
    [settings::REASONS.key, settings::PRINTERS.key].contains(&key)
}

/// A setting as it stands in the form: a list has a line for each of its parts.
fn shown(fold: &Fold, setting: &Setting) -> String {
    let value = settings::value(fold, setting);
    if is_list(setting.key) {
        return value.split(", ").collect::<Vec<_>>().join("\n");
    }
    if setting.key == settings::DEFAULT_THRESHOLD.key && value == "none" {
        return String::new();
    }
    value
}

/// What was typed into the form, as the setting is typed elsewhere.
fn typed(words: crate::lang::Words, key: &str, text: &str) -> Result<String, Problem> {
    if key == settings::DEFAULT_THRESHOLD.key {
        if text.is_empty() {
            return Ok("none".to_owned());
        }
        let canonical = words.canonical(text);
        return canonical.or(Err(crate::pages::form::problem("ambiguous-number")));
    }
    if is_list(key) {
        let parts: Vec<String> = text
            .lines()
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        return Ok(settings::typed_list(&parts)?);
    }
    Ok(text.to_owned())
}

fn settings_page(view: &View<'_>, frame: Frame, form: Form) -> Result<SettingsPage, Problem> {
    let fold = view.fold();
    let field = |setting: &Setting| {
        let current = frame.typed(&shown(fold, setting));
        EditField::of(&form, FORM, setting.key, &current)
    };
    let list = |setting: &Setting| {
        let current = shown(fold, setting);
        EditField::of(&form, FORM, setting.key, &current)
    };
    Ok(SettingsPage {
        allow_backorder: field(&settings::ALLOW_BACKORDER),
        default_threshold: field(&settings::DEFAULT_THRESHOLD),
        policies: [
            &settings::ORDER_POLICY_REPAIR,
            &settings::ORDER_POLICY_SALES,
        ]
        .into_iter()
        .zip(["repair", "sales"])
        .map(|(setting, order_type)| (order_type, setting.key, field(setting)))
        .collect(),
        policy_words: [OrderPolicy::Issue.word(), OrderPolicy::Reserve.word()],
        reasons: list(&settings::REASONS),
        printers: list(&settings::PRINTERS),
        frame,
        form,
    })
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit
        .page(|view, frame| settings_page(view, frame, Form::default()))
        .await
}

pub(super) async fn save(visit: Visit, fields: Fields) -> Result<Response, Problem> {
    let words = visit.words;
    let edits = Edits::of(&fields, &KEYS);
    let done = Done::new("/settings/inventory", "done-saved");
    let values: Result<Vec<(&'static str, String)>, Problem> = KEYS
        .into_iter()
        .map(|key| {
            Ok((
                key,
                typed(words, key, &crate::pages::edit::plain(fields.raw(key)))?,
            ))
        })
        .collect();
    let plan = values.map(|values| {
        let plan = move |fold: &Fold, _| {
            let mut changed = Vec::new();
            for (key, value) in values {
                let setting = settings::find(key)?;
                let current = match key {
                    _ if is_list(key) => shown(fold, setting),
                    _ => words.typed(&shown(fold, setting)),
                };
                if edits.change(key, &current)?.is_some() {
                    changed.push((key, value));
                }
            }
            settings::set_all(&changed)
        };
        (plan, done)
    });
    visit
        .write((FORM, fields), Named::Nothing, plan, settings_page)
        .await
}
