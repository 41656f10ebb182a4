//! `settings`: what holds in the whole ledger.

use std::fmt;

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ledger_core::at_entry::{Refusal, settings};
use ledger_core::fold::Fold;
use ledger_node::view::SettingView;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::json;
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::{ObjectBuilder, Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

use super::extract::{BodyOf, PathOf, QueryOf};
use super::paging::{Listed, PageQuery};
use super::write::{Named, Writer};
use crate::app::App;
use crate::problem::Problem;

/// A value as JSON has it.
#[derive(Debug, Deserialize, ToSchema)]
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
    fn typed(self) -> Result<String, Refusal> {
        match self {
            Self::Text(text) => Ok(text),
            Self::OnOff(on) => Ok(if on { "on" } else { "off" }.to_owned()),
            Self::Number(number) => Ok(number.to_string()),
            Self::List(parts) => settings::typed_list(&parts),
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
#[derive(Debug, Deserialize, ToSchema)]
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
    let value = value.typed()?;
    let plan = move |_: &Fold, _| settings::set(setting.key, &value);
    writer.write(Named::Nothing, plan).await
}

/// Several values by key. A key that is there twice stays so, to be refused; a map would keep the
/// last.
#[derive(Debug)]
pub(super) struct SeveralGiven(Vec<(String, Given)>);

impl<'de> Deserialize<'de> for SeveralGiven {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SeveralVisitor)
    }
}

impl PartialSchema for SeveralGiven {
    fn schema() -> RefOr<Schema> {
        let value = Ref::from_schema_name(Given::name());
        let keys = settings::ALL.into_iter();
        let object = keys.fold(ObjectBuilder::new(), |object, setting| {
            object.property(setting.key, value.clone())
        });
        let closed = object.additional_properties(Some(AdditionalProperties::FreeForm(false)));
        closed.build().into()
    }
}

impl ToSchema for SeveralGiven {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Given::name().into_owned(), Given::schema()));
    }
}

/// What is shown after several were set.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes what is shown")]
pub(super) struct AllSettings {
    /// All settings.
    items: Vec<SettingView>,
}

struct SeveralVisitor;

impl<'de> Visitor<'de> for SeveralVisitor {
    type Value = SeveralGiven;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("settings by key")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<SeveralGiven, A::Error> {
        let mut values = Vec::new();
        while let Some(pair) = map.next_entry()? {
            values.push(pair);
        }
        Ok(SeveralGiven(values))
    }
}

/// `PUT settings`: several at once, all or none; shows all settings.
pub(super) async fn set_all(
    writer: Writer,
    BodyOf(SeveralGiven(body)): BodyOf<SeveralGiven>,
) -> Result<Response, Problem> {
    let values = body.into_iter();
    let values = values.map(|(key, value)| Ok((key, value.typed()?)));
    let values: Vec<(String, String)> = values.collect::<Result<_, Refusal>>()?;
    let plan = move |_: &Fold, _| settings::set_all(&values);
    let show = |view: &ledger_node::View<'_>, _: &_| json!({ "items": view.settings() });
    writer.write_shown(Named::Nothing, plan, show).await
}
