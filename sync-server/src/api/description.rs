//! `openapi.json`: the description of the API.

use axum::Json;
use serde_json::Value;

use crate::openapi;

/// `GET openapi.json`.
pub(super) async fn show() -> Json<Value> {
    Json(openapi::document())
}
