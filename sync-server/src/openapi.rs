//! The description of the API, OpenAPI 3.1, made of the table of its routes.
//!
//! Nothing is said twice: paths, roles, queries, bodies and answers come from `crate::api`, which
//! serves them. What can go wrong follows from what a route takes.

mod wrong;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::api::describe::Schemas;
use crate::api::examples::{self, Example};
use crate::api::{self, Rule, Verb};
use crate::login;

/// What stands for ids that every server makes itself.
const ENTRY: &str = "00112233445566778899aabbccddeeff-17";
const EXCEPTION: &str = "negative-stock:R-100@K-B-02";

const ABOUT: &str = "Everything below /api/v1. Quantities are texts, times RFC 3339. Lists are \
                     pages: limit and cursor. Every write counts once with the header \
                     Idempotency-Key. What is refused has changed nothing.";

/// The whole document.
pub(crate) fn document() -> Value {
    let routes = api::all();
    let story = examples::story();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    for rule in routes.rules() {
        let method = rule.verb.word().to_lowercase();
        let path = paths.entry(rule.path).or_default();
        path.insert(method, operation(rule, &story));
        let parts: [&Schemas; 2] = [&rule.says.schemas, &rule.taken.schemas];
        schemas.extend(parts.into_iter().flatten().cloned());
    }
    schemas.values_mut().for_each(refined);
    schemas.insert("Problem".to_owned(), wrong::problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Stockledger",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": env!("CARGO_PKG_LICENSE"), "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/api/v1" }],
        "security": [{ "bearer": [] }, { "session": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": wrong::responses(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A token made with: stock-server token create",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": login::COOKIE,
                    "description": "The session of somebody who logged in on the pages",
                },
            },
        },
    })
}

/// Says what our types mean where the derived schema says a little less.
fn refined(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            // The format int32 would end half-way through what an unsigned number holds.
            if object.get("format") == Some(&json!("int32")) && object.contains_key("minimum") {
                object.remove("format");
                object.insert("maximum".to_owned(), json!(u32::MAX));
            }
            // One of several types is the first that serde can read, so a value may fit two.
            if let Some(shapes) = object.remove("oneOf") {
                object.insert("anyOf".to_owned(), shapes);
            }
            object.values_mut().for_each(refined);
        }
        Value::Array(parts) => parts.iter_mut().for_each(refined),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn operation(rule: &Rule, story: &[Example]) -> Value {
    let told: Vec<&Example> = story.iter().filter(|example| example.asks(rule)).collect();
    let role = rule.role.word();
    let more = rule
        .says
        .more
        .map_or_else(String::new, |more| format!("{more} "));
    let mut operation = json!({
        "operationId": operation_id(rule),
        "tags": [rule.path.split('/').nth(1).unwrap_or_default()],
        "summary": rule.says.summary,
        "description": format!("{more}Needs the role {role}."),
        "x-role": role,
        "parameters": parameters(rule, &told),
        "responses": responses(rule),
    });
    if let Some(body) = body(rule, &told) {
        set(&mut operation, "requestBody", body);
    }
    operation
}

/// `get_items_by_sku_history`.
fn operation_id(rule: &Rule) -> String {
    let mut words = vec![rule.verb.word().to_lowercase()];
    for part in rule.path.split('/').filter(|part| !part.is_empty()) {
        match part
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
        {
            Some(name) => words.extend(["by".to_owned(), name.to_owned()]),
            None => words.push(part.replace(['-', '.'], "_")),
        }
    }
    words.join("_")
}

fn parameters(rule: &Rule, told: &[&Example]) -> Vec<Value> {
    let named = rule.path.split('/').filter_map(|part| {
        part.strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
    });
    let mut parameters: Vec<Value> = named
        .map(|name| {
            let values = told.iter().filter_map(|example| {
                let mut found = example.parameters(rule.path)?.into_iter();
                found.find(|(of, _)| *of == name).map(|(_, value)| value)
            });
            let mut parameter = json!({
                "name": name,
                "in": "path",
                "required": true,
                "schema": { "type": "string", "minLength": 1 },
            });
            set_example(
                &mut parameter,
                values.map(|value| json!(filled(value))).next(),
            );
            parameter
        })
        .collect();
    for parameter in &rule.taken.query {
        let mut parameter = parameter.clone();
        refined(&mut parameter);
        let name = parameter.get("name").and_then(Value::as_str);
        let name = name.unwrap_or_default().to_owned();
        let mut values = told.iter().filter_map(|example| example.queried(&name));
        let schema = parameter.get("schema").map(Value::to_string);
        let is_number = schema.is_some_and(|schema| schema.contains("\"integer\""));
        let example = values.next().map(|value| match value.parse::<u64>() {
            Ok(number) if is_number => json!(number),
            Ok(_) | Err(_) => json!(value),
        });
        set_example(&mut parameter, example);
        parameters.push(parameter);
    }
    if rule.taken.writes {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "Makes the write count once, for ever, for this token's name.",
            "schema": { "type": "string", "pattern": "^[!-~]{1,255}$" },
        }));
    }
    parameters
}

/// Sets a key of an object.
fn set(object: &mut Value, key: &str, value: Value) {
    if let Value::Object(object) = object {
        object.insert(key.to_owned(), value);
    }
}

fn set_example(parameter: &mut Value, example: Option<Value>) {
    if let Some(example) = example {
        set(parameter, "example", example);
    }
}

/// A text of an example with ids in the places of the words that stand for them.
fn filled(text: &str) -> String {
    text.replace("EXCEPTION", EXCEPTION).replace("ENTRY", ENTRY)
}

fn body(rule: &Rule, told: &[&Example]) -> Option<Value> {
    let mut schema = rule.taken.body.clone()?;
    refined(&mut schema);
    narrow(&mut schema, rule.says.needs, rule.says.without);
    let mut examples = Map::new();
    for example in told.iter().filter(|example| !example.body.is_null()) {
        let text = filled(&example.body.to_string());
        let value: Value = serde_json::from_str(&text).unwrap_or_default();
        let name = format!("{}", examples.len().saturating_add(1));
        examples.insert(name, json!({ "value": value }));
    }
    let mut media = json!({ "schema": schema });
    if !examples.is_empty() {
        set(&mut media, "examples", Value::Object(examples));
    }
    Some(json!({
        "required": !rule.taken.body_is_optional,
        "content": { "application/json": media },
    }))
}

/// Asks for fields that the type leaves free, and takes away what is refused here.
fn narrow(schema: &mut Value, needs: &[&str], without: &[&str]) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.retain(|name, _| !without.contains(&name.as_str()));
    }
    if needs.is_empty() {
        return;
    }
    let asked = schema["required"].as_array().cloned().unwrap_or_default();
    let asked = asked
        .into_iter()
        .chain(needs.iter().map(|name| json!(name)));
    schema["required"] = asked.collect();
}

fn responses(rule: &Rule) -> Value {
    let mut responses = Map::new();
    let media = rule.says.media.iter();
    let content: Map<String, Value> = media
        .map(|media| ((*media).to_owned(), json!({ "schema": rule.says.answer })))
        .collect();
    let answer = json!({ "content": content });
    let mut good = |status: &str, description: &str| {
        let mut answer = answer.clone();
        set(&mut answer, "description", json!(description));
        responses.insert(status.to_owned(), answer);
    };
    match rule.verb {
        Verb::Get => good("200", "What was asked for"),
        Verb::Post => {
            good("201", "It is written");
            good("200", "It was written before, with this idempotency key");
        }
        Verb::Put | Verb::Patch | Verb::Delete => good("200", "It is written"),
    }
    for (status, name) in wrong::of_route(rule) {
        let reference = format!("#/components/responses/{name}");
        responses.insert(status.to_string(), json!({ "$ref": reference }));
    }
    Value::Object(responses)
}

#[cfg(test)]
mod tests;
