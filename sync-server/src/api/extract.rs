//! Paths, queries and bodies of requests; what cannot be read is a problem like any other.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use ledger_core::Quantity;
use ledger_core::at_entry::Refusal;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor};
use serde_json::error::Category;
use utoipa::openapi::schema::{Schema, SchemaType, Type};
use utoipa::openapi::{ObjectBuilder, RefOr};
use utoipa::{PartialSchema, ToSchema};

use crate::problem::Problem;

/// The largest whole number that is a quantity.
const QUANTITY_WHOLE_MAX: i64 = 922_337_203_685_477;
/// The largest body.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;
/// How much of a body that is too large is read on, so that its sender hears the answer.
const DRAIN_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long a body may take to arrive.
const BODY_PATIENCE: Duration = Duration::from_secs(60);

/// A parameter of the path.
pub(crate) struct PathOf<T>(pub(crate) T);

impl<S, T> FromRequestParts<S> for PathOf<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = Path::<T>::from_request_parts(parts, state).await;
        path.map(|Path(value)| Self(value))
            .map_err(|error| Problem::bad_query(error.body_text()))
    }
}

/// The query.
pub(crate) struct QueryOf<T>(pub(crate) T);

impl<S, T> FromRequestParts<S> for QueryOf<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<T>::from_request_parts(parts, state).await;
        query
            .map(|Query(value)| Self(value))
            .map_err(|error| Problem::bad_query(error.body_text()))
    }
}

/// A yes or no in a query: `?low`, `?low=1` and `?low=true` are all yes.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.as_str() {
        "" | "1" | "true" | "on" | "yes" => Ok(true),
        "0" | "false" | "off" | "no" => Ok(false),
        _ => Err(D::Error::custom(format!(
            "{text:?} is neither true nor false"
        ))),
    }
}

/// How a yes or no is described.
#[derive(Debug)]
pub(crate) struct Flag;

impl PartialSchema for Flag {
    fn schema() -> RefOr<Schema> {
        let words = ["true", "false", "1", "0", "on", "off", "yes", "no", ""];
        let object = ObjectBuilder::new().schema_type(Type::String);
        object.enum_values(Some(words)).build().into()
    }
}

impl ToSchema for Flag {}

/// The body, a JSON object.
pub(crate) struct BodyOf<T>(pub(crate) T);

impl<S, T> FromRequest<S> for BodyOf<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        check_kind(request.headers())?;
        let bytes = arrived(request).await?;
        parsed(&bytes).map(Self)
    }
}

/// The body, a JSON object, or nothing at all, which says nothing.
pub(crate) struct BodyOrNone<T>(pub(crate) T);

impl<S, T> FromRequest<S> for BodyOrNone<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Default,
{
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let kind = check_kind(request.headers());
        let bytes = arrived(request).await?;
        if bytes.is_empty() {
            return Ok(Self(T::default()));
        }
        kind.and_then(|()| parsed(&bytes)).map(Self)
    }
}

async fn arrived(request: Request) -> Result<Bytes, Problem> {
    let reading = to_bytes(request.into_body(), DRAIN_BYTES_MAX);
    let Ok(arrived) = tokio::time::timeout(BODY_PATIENCE, reading).await else {
        let text = "the request took too long to arrive";
        return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", text));
    };
    let small = arrived.ok().filter(|bytes| bytes.len() <= BODY_BYTES_MAX);
    small.ok_or_else(|| {
        let text = format!("the body is larger than {BODY_BYTES_MAX} bytes, or cut off");
        let status = StatusCode::PAYLOAD_TOO_LARGE;
        Problem::new(status, "body-too-large", text)
    })
}

fn check_kind(headers: &HeaderMap) -> Result<(), Problem> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let text = format!("the body is of the type {kind:?}");
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::new(status, "not-json", text)
        .hint("send JSON with the header Content-Type: application/json"))
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    // A struct would be read from an array too, by the order of its fields.
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let read = serde_json::from_slice(bytes);
    if first.is_some_and(|first| *first != b'{') {
        return Err(Problem::bad_body(
            "bad-json",
            "the body is not a JSON object",
        ));
    }
    read.map_err(|error| {
        let code = match error.classify() {
            Category::Data => "bad-body",
            Category::Io | Category::Syntax | Category::Eof => "bad-json",
        };
        Problem::bad_body(code, format!("the body cannot be read: {error}"))
    })
}

/// A field that may be left out but not be null; in a `PATCH` null might seem to take it away.
pub(crate) fn said<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// What people type as a number: a text, or a whole number of JSON. Fractions are texts, since
/// those of JSON are not exact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typed(pub(crate) String);

impl Typed {
    /// As a quantity.
    pub(crate) fn quantity(&self) -> Result<Quantity, Refusal> {
        self.0.parse().map_err(|error: ledger_core::QuantityError| {
            Refusal::new("bad-quantity", error.to_string())
                .hint("write it as a text such as \"4\" or \"0.25\", or as a whole number")
        })
    }
}

/// A text, or a whole number.
fn text_or_whole_number() -> ObjectBuilder {
    let types = SchemaType::Array(vec![Type::String, Type::Integer]);
    ObjectBuilder::new().schema_type(types)
}

impl PartialSchema for Typed {
    fn schema() -> RefOr<Schema> {
        let quantity = text_or_whole_number()
            .description(Some("A quantity with up to four places, or a whole number"))
            .pattern(Some("^[+-]?[0-9]{1,14}([.][0-9]{1,4})?$"))
            .minimum(Some(-QUANTITY_WHOLE_MAX))
            .maximum(Some(QUANTITY_WHOLE_MAX));
        quantity.build().into()
    }
}

impl ToSchema for Typed {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("QuantityGiven")
    }
}

/// How a column, or a range of them, is described.
#[derive(Debug)]
pub(crate) struct ColumnGiven;

impl PartialSchema for ColumnGiven {
    fn schema() -> RefOr<Schema> {
        text_or_whole_number().build().into()
    }
}

impl ToSchema for ColumnGiven {}

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TypedVisitor)
    }
}

struct TypedVisitor;

impl Visitor<'_> for TypedVisitor {
    type Value = Typed;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text or a whole number")
    }

    fn visit_str<E>(self, text: &str) -> Result<Typed, E> {
        Ok(Typed(text.to_owned()))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Typed, E> {
        Ok(Typed(number.to_string()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Typed, E> {
        Ok(Typed(number.to_string()))
    }
}
