//! `settings`: what holds in the whole ledger.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ledger_core::at_entry::settings;
use ledger_core::fold::Fold;
use ledger_node::view::SettingView;
use serde::Deserialize;
use serde_json::json;

use super::extract::{BodyOf, PathOf, QueryOf};
use super::paging::{Listed, PageQuery};
use super::write::{Named, Writer};
use crate::app::App;
use crate::problem::Problem;

/// A value as JSON has it.
#[derive(Debug, Deserialize)]
#[serde(
    untagged,
    expecting = "the value of a setting is a text, true or false, a whole number or an array of texts"
)]
pub(super) enum Given {
    Text(String),
    OnOff(bool),
    Number(i64),
    List(Vec<String>),
}

impl Given {
    /// The value as it would be typed.
    fn typed(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::OnOff(on) => if on { "on" } else { "off" }.to_owned(),
            Self::Number(number) => number.to_string(),
            Self::List(parts) => parts.join(", "),
        }
    }
}

/// `GET settings`.
pub(super) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<SettingView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.settings(), |row| row.key.to_owned()))))
        .await
}

/// `GET settings/{key}`.
pub(super) async fn show(
    State(app): State<App>,
    PathOf(key): PathOf<String>,
) -> Result<Json<SettingView>, Problem> {
    let setting = settings::find(&key)?;
    app.look(move |view| Ok(Json(view.setting(setting)))).await
}

/// One value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OneGiven {
    value: Given,
}

/// `PUT settings/{key}`.
pub(super) async fn set(
    writer: Writer,
    PathOf(key): PathOf<String>,
    BodyOf(OneGiven { value }): BodyOf<OneGiven>,
) -> Result<Response, Problem> {
    let setting = settings::find(&key)?;
    let plan = move |_: &Fold, _| settings::set(setting.key, &value.typed());
    writer.write(Named::Nothing, plan).await
}

/// `PUT settings`: several at once, all or none; shows all settings.
pub(super) async fn set_all(
    writer: Writer,
    BodyOf(body): BodyOf<BTreeMap<String, Given>>,
) -> Result<Response, Problem> {
    let values: Vec<(String, String)> = body
        .into_iter()
        .map(|(key, value)| (key, value.typed()))
        .collect();
    let plan = move |_: &Fold, _| settings::set_all(&values);
    let show = |view: &ledger_node::View<'_>, _: &_| json!({ "items": view.settings() });
    writer.write_shown(Named::Nothing, plan, show).await
}
