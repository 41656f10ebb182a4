//! `bom`: what things are made of.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use ledger_core::at_entry::{self, About, BomChange};
use ledger_core::catalogue::Class;
use ledger_core::fold::Fold;
use ledger_node::View;
use ledger_node::view::BomView;
use serde::Deserialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::extract::{BodyOf, Flag, PathOf, QueryOf, Typed, flag, said};
use super::paging::{Listed, PageQuery};
use super::write::{Named, Writer};
use crate::app::App;
use crate::problem::Problem;

/// `GET bom`: everything that is made of something.
pub(super) async fn list(
    State(app): State<App>,
    QueryOf(query): QueryOf<PageQuery>,
) -> Result<Json<Listed<BomView>>, Problem> {
    let page = query.page()?;
    app.look(move |view| Ok(Json(page.of(view.boms(), |row| row.item.clone()))))
        .await
}

/// How deep it is shown.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct BomQuery {
    /// All that is below it, however deep.
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Option<Flag>)]
    levels: bool,
}

/// `GET bom/{sku}`.
pub(super) async fn show(
    State(app): State<App>,
    PathOf(sku): PathOf<String>,
    QueryOf(query): QueryOf<BomQuery>,
) -> Result<Json<BomView>, Problem> {
    app.look(move |view| {
        let item = view.find_item(&sku)?;
        Ok(Json(view.bom(&item, query.levels)))
    })
    .await
}

/// What is said about a line; what is left out stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LineGiven {
    /// How much goes into one unit.
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    quantity: Option<Typed>,
    /// How much more is lost while building, in percent.
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    attrition: Option<Typed>,
    /// Reference designators; an empty text takes them away.
    #[serde(default, deserialize_with = "said")]
    #[schema(nullable = false)]
    refs: Option<String>,
}

/// The bill of materials that was written to.
fn written(view: &View<'_>, about: &About) -> Value {
    let bom = match about {
        About::Thing(subject) if subject.class == Class::Item => {
            let item = view.fold().canonical(&subject.code);
            serde_json::to_value(view.bom(&item, false)).ok()
        }
        About::Thing(_)
        | About::Document(..)
        | About::NewDocument(_)
        | About::Exception(_)
        | About::Scans(_) => None,
    };
    bom.unwrap_or_else(|| view.object(about))
}

/// `PUT bom/{sku}/{child}`.
pub(super) async fn set(
    writer: Writer,
    PathOf((parent, child)): PathOf<(String, String)>,
    BodyOf(body): BodyOf<LineGiven>,
) -> Result<Response, Problem> {
    let quantity = |typed: Option<Typed>| typed.map(|typed| typed.quantity()).transpose();
    let change = BomChange {
        per_unit: quantity(body.quantity)?,
        attrition: quantity(body.attrition)?,
        refs: body.refs,
    };
    let named = Named::Part(parent.clone(), child.clone());
    let plan = move |fold: &Fold, _| at_entry::set_bom_line(fold, &parent, &child, &change);
    writer.write_shown(named, plan, written).await
}

/// `DELETE bom/{sku}/{child}`.
pub(super) async fn remove(
    writer: Writer,
    PathOf((parent, child)): PathOf<(String, String)>,
) -> Result<Response, Problem> {
    let named = Named::BomLine(parent.clone(), child.clone());
    let plan = move |fold: &Fold, _| at_entry::remove_bom_line(fold, &parent, &child);
    writer.write_shown(named, plan, written).await
}
