//! What a route says of itself for the description of the API.
//!
//! Query, body and headers are read off the handler's own arguments, so they cannot be described
//! as something else than what the handler takes; summary and answer are said where the route is
//! made, and a route without them does not compile.

use axum::Extension;
use axum::extract::State;
use serde_json::{Value, json};
use utoipa::openapi::path::ParameterIn;
use utoipa::{IntoParams, ToSchema};

use super::extract::{BodyOf, BodyOrNone, PathOf, QueryOf};
use super::write::Writer;
use crate::app::App;
use crate::auth::Caller;

/// Schemas by name.
pub(crate) type Schemas = Vec<(String, Value)>;

/// What a handler takes.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// Parameters of the query.
    pub(crate) query: Vec<Value>,
    /// The body's schema.
    pub(crate) body: Option<Value>,
    /// Whether the body may be left out.
    pub(crate) body_is_optional: bool,
    /// Whether it writes, and takes an idempotency key.
    pub(crate) writes: bool,
    /// What the body's schema refers to.
    pub(crate) schemas: Schemas,
}

/// One argument of a handler, or all of them.
pub(crate) trait Takes {
    /// Says what it takes.
    fn tell(taken: &mut Taken);
}

impl Takes for State<App> {
    fn tell(_: &mut Taken) {}
}

impl Takes for Extension<Caller> {
    // Whoever asks is told by the token.
    fn tell(_: &mut Taken) {}
}

impl<T> Takes for PathOf<T> {
    // The path's pattern names its parameters.
    fn tell(_: &mut Taken) {}
}

impl Takes for Writer {
    fn tell(taken: &mut Taken) {
        taken.writes = true;
    }
}

impl<T: IntoParams> Takes for QueryOf<T> {
    fn tell(taken: &mut Taken) {
        let parameters = T::into_params(|| Some(ParameterIn::Query));
        taken.query.extend(parameters.iter().map(plain));
    }
}

impl<T: ToSchema> Takes for BodyOf<T> {
    fn tell(taken: &mut Taken) {
        taken.body = Some(plain(&T::schema()));
        refer::<T>(&mut taken.schemas);
    }
}

impl<T: ToSchema> Takes for BodyOrNone<T> {
    fn tell(taken: &mut Taken) {
        BodyOf::<T>::tell(taken);
        taken.body_is_optional = true;
    }
}

/// The arguments as axum names them: behind a mark of how the last one is read.
macro_rules! takes_all {
    ($($argument:ident),*) => {
        impl<M, $($argument: Takes),*> Takes for (M, $($argument,)*) {
            fn tell(taken: &mut Taken) {
                $($argument::tell(taken);)*
            }
        }
    };
}

impl Takes for ((),) {
    fn tell(_: &mut Taken) {}
}
takes_all!(A);
takes_all!(A, B);
takes_all!(A, B, C);
takes_all!(A, B, C, D);

/// Its JSON; these shapes have string keys and no numbers that JSON lacks.
fn plain(shape: &impl serde::Serialize) -> Value {
    serde_json::to_value(shape).unwrap_or_default()
}

/// Adds what a type's schema refers to.
fn refer<T: ToSchema>(schemas: &mut Schemas) {
    let mut found = Vec::new();
    T::schemas(&mut found);
    let found = found
        .iter()
        .map(|(name, schema)| (name.clone(), plain(schema)));
    schemas.extend(found);
}

/// A reference to a type's schema, which is added.
fn named<T: ToSchema>(schemas: &mut Schemas) -> Value {
    let name = T::name();
    schemas.push((name.to_string(), plain(&T::schema())));
    refer::<T>(schemas);
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// What a route does and answers.
#[derive(Debug)]
pub(crate) struct Says {
    /// In a few words.
    pub(crate) summary: &'static str,
    /// What else there is to know.
    pub(crate) more: Option<&'static str>,
    /// The schema of the answer.
    pub(crate) answer: Value,
    /// The media types that the answer may have.
    pub(crate) media: &'static [&'static str],
    /// What the answer's schema refers to.
    pub(crate) schemas: Schemas,
    /// Fields that the body must have here, though its type does not ask for them.
    pub(crate) needs: &'static [&'static str],
    /// Fields of the body's type that are refused here.
    pub(crate) without: &'static [&'static str],
}

impl Says {
    fn new(summary: &'static str, answer: Value, schemas: Schemas) -> Self {
        Self {
            summary,
            more: None,
            answer,
            media: &["application/json"],
            schemas,
            needs: &[],
            without: &[],
        }
    }

    /// It answers one object.
    pub(crate) fn one<T: ToSchema>(summary: &'static str) -> Self {
        let mut schemas = Vec::new();
        let answer = named::<T>(&mut schemas);
        Self::new(summary, answer, schemas)
    }

    /// It answers a page of a list.
    pub(crate) fn list<T: ToSchema>(summary: &'static str) -> Self {
        let mut schemas = Vec::new();
        let row = named::<T>(&mut schemas);
        let answer = json!({
            "type": "object",
            "required": ["items", "next"],
            "properties": {
                "items": { "type": "array", "items": row },
                "next": {
                    "type": ["string", "null"],
                    "description": "The cursor of the next page; null on the last one.",
                },
            },
        });
        Self::new(summary, answer, schemas)
    }

    /// It writes, and answers with the entries and the object as it is now.
    pub(crate) fn written<T: ToSchema>(summary: &'static str) -> Self {
        let mut schemas = Vec::new();
        let object = named::<T>(&mut schemas);
        let answer = written(&[object]);
        Self::new(summary, answer, schemas)
    }

    /// It writes, and answers with one of two kinds of objects.
    pub(crate) fn written_either<A: ToSchema, B: ToSchema>(summary: &'static str) -> Self {
        let mut schemas = Vec::new();
        let objects = [named::<A>(&mut schemas), named::<B>(&mut schemas)];
        Self::new(summary, written(&objects), schemas)
    }

    /// It answers one JSON object a line.
    pub(crate) fn lines(summary: &'static str) -> Self {
        Self {
            media: &["application/jsonl"],
            ..Self::new(summary, json!({ "type": "string" }), Vec::new())
        }
    }

    /// It answers a file of one of several kinds.
    pub(crate) fn file(summary: &'static str, media: &'static [&'static str]) -> Self {
        let bytes = json!({ "type": "string", "format": "binary" });
        Self {
            media,
            ..Self::new(summary, bytes, Vec::new())
        }
    }

    /// It answers any JSON object.
    pub(crate) fn any(summary: &'static str) -> Self {
        Self::new(summary, json!({ "type": "object" }), Vec::new())
    }

    /// Whether it answers a file.
    pub(crate) fn is_file(&self) -> bool {
        self.answer
            .get("format")
            .is_some_and(|format| format == "binary")
    }

    /// Something more to know.
    pub(crate) const fn more(mut self, more: &'static str) -> Self {
        self.more = Some(more);
        self
    }

    /// The body must have these fields.
    pub(crate) const fn needs(mut self, fields: &'static [&'static str]) -> Self {
        self.needs = fields;
        self
    }

    /// The body may not have these fields.
    pub(crate) const fn without(mut self, fields: &'static [&'static str]) -> Self {
        self.without = fields;
        self
    }
}

fn written(objects: &[Value]) -> Value {
    let mut shapes = objects.to_vec();
    shapes.push(json!({ "type": "null" }));
    // A key that was first used at another address gives that write's answer.
    shapes.push(json!({
        "type": "object",
        "description": "Where repeated is true: what the first write with this key was about.",
        "x-repeated": true,
    }));
    json!({
        "type": "object",
        "required": ["entry", "entries", "object", "warnings", "repeated"],
        "properties": {
            "entry": {
                "type": ["string", "null"],
                "description": "The first entry that was written.",
            },
            "entries": {
                "type": "array",
                "items": { "type": "string" },
                "description": "All entries that were written.",
            },
            "object": {
                "anyOf": shapes,
                "description": "What it was about, as it is now.",
            },
            "warnings": {
                "type": "array",
                "items": { "type": "string" },
                "description": "What a person should know although it is done.",
            },
            "repeated": {
                "type": "boolean",
                "description": "The idempotency key was there before: nothing was written.",
            },
        },
    })
}
