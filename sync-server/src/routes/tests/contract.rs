//! The API and its description say the same: every answer of every test is held against it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use serde_json::{Map, json};

use super::*;
use crate::api::examples::{self, Example};
use crate::{api, openapi};

/// One operation of the description.
struct Operation {
    described: Value,
    /// What its answers must look like, by status.
    answers: BTreeMap<u16, Validator>,
    /// What its body must look like.
    body: Option<Validator>,
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(openapi::document);
static OPERATIONS: LazyLock<BTreeMap<(String, String), Operation>> = LazyLock::new(operations);

fn operations() -> BTreeMap<(String, String), Operation> {
    let schemas = closed(&DOCUMENT["components"]["schemas"]);
    let validator = |schema: &Value| {
        let mut root = schema.clone();
        root["components"] = json!({ "schemas": schemas });
        jsonschema::draft202012::new(&root).unwrap_or_else(|error| panic!("{error}: {schema:#}"))
    };
    let mut operations = BTreeMap::new();
    for (path, methods) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, described) in methods.as_object().unwrap() {
            let mut answers = BTreeMap::new();
            for (status, response) in described["responses"].as_object().unwrap() {
                let (_, mut media) = content(response);
                if let Some(shapes) = media.pointer_mut("/schema/properties/object/anyOf") {
                    let shapes = shapes.as_array_mut().unwrap();
                    shapes.retain(|shape| shape["x-repeated"] != true);
                }
                answers.insert(status.parse().unwrap(), validator(&media["schema"]));
            }
            let body = described.get("requestBody");
            let body = body.map(|body| validator(&body["content"]["application/json"]["schema"]));
            let operation = Operation {
                described: described.clone(),
                answers,
                body,
            };
            operations.insert((method.to_uppercase(), path.clone()), operation);
        }
    }
    operations
}

/// The schemas of answers without room for a field that they do not name. To clients they are
/// open, so that fields can be added.
fn closed(schemas: &Value) -> Value {
    let joined = |name: &str| {
        let reference = json!(format!("#/components/schemas/{name}"));
        let parts = schemas.as_object().unwrap().values();
        let mut parts = parts
            .filter_map(|schema| schema["allOf"].as_array())
            .flatten();
        parts.any(|part| part["$ref"] == reference)
    };
    let close = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        if schema.get("allOf").is_some() {
            schema["unevaluatedProperties"] = json!(false);
        } else if schema.get("properties").is_some() && !joined(name) {
            schema["additionalProperties"] = json!(false);
        }
        (name.clone(), schema)
    };
    let closed: Map<String, Value> = schemas.as_object().unwrap().iter().map(close).collect();
    Value::Object(closed)
}

/// The media types of a response, behind its reference, and the shape that they have in common.
fn content(response: &Value) -> (Vec<&String>, Value) {
    let response = match response["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap(),
        None => response,
    };
    let content = response["content"].as_object().unwrap();
    let mut shapes = content.values();
    let media = shapes.next().unwrap();
    assert!(shapes.all(|shape| shape == media));
    (content.keys().collect(), media.clone())
}

/// The operation that a request asks.
fn operation(method: &str, path: &str) -> Option<&'static Operation> {
    let said: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &str| {
        let wanted: Vec<&str> = pattern.split('/').collect();
        let mut pairs = wanted.iter().zip(&said);
        wanted.len() == said.len()
            && pairs.all(|(wanted, said)| wanted == said || wanted.starts_with('{'))
    };
    let mut found = OPERATIONS
        .iter()
        .filter(|((of, pattern), _)| of == method && fits(pattern));
    // A route without parameters is taken before one with them, and sorts before it.
    let exact = OPERATIONS.get(&(method.to_owned(), path.to_owned()));
    exact.or_else(|| found.next().map(|(_, operation)| operation))
}

/// Holds an answer of the API against the description.
pub(super) fn check(method: &str, path: &str, reply: &Reply) {
    let Some(path) = path.strip_prefix("/api/v1") else {
        return;
    };
    let Some(operation) = operation(method, path) else {
        return;
    };
    let status = reply.status.as_u16();
    let described = &operation.described["responses"][status.to_string()];
    assert!(
        !described.is_null(),
        "{method} {path} may not answer {status}: {}",
        reply.body
    );
    let (kinds, _) = content(described);
    let kind = reply.header("content-type");
    assert!(
        kinds.iter().any(|known| *known == kind),
        "{method} {path} {status}: {kind}"
    );
    if !kind.ends_with("json") {
        return;
    }
    let answer = reply.json();
    let validator = &operation.answers[&status];
    let errors: Vec<String> = validator
        .iter_errors(&answer)
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{method} {path} {status}: {errors:#?}");
    if status >= 400 {
        let reference = described["$ref"].as_str().unwrap();
        let response = DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap();
        let codes = response["x-codes"].as_array().unwrap();
        let hint = answer["hint"].as_str().unwrap_or_default();
        let names_handheld = hint.contains(": stock ") || hint.starts_with("stock ");
        assert!(!names_handheld, "{method} {path} {status}: {hint}");
        assert!(
            codes.contains(&answer["code"]),
            "{method} {path} {status}: {}",
            answer["code"]
        );
    }
}

#[test]
fn the_table_is_the_description() {
    let routes = api::all();
    let table: Vec<(String, String)> = routes
        .rules()
        .iter()
        .map(|rule| (rule.verb.word().to_owned(), rule.path.to_owned()))
        .collect();
    for (row, operation) in table.iter().zip(routes.rules()) {
        let described = &OPERATIONS[row].described;
        assert_eq!(described["x-role"], operation.role.word(), "{row:?}");
    }
    assert_eq!(table.len(), OPERATIONS.len());
    let mut ids: Vec<&Value> = OPERATIONS
        .values()
        .map(|of| &of.described["operationId"])
        .collect();
    ids.sort_by_key(|id| id.to_string());
    ids.dedup();
    assert_eq!(ids.len(), OPERATIONS.len(), "an operation's id is its own");
    assert_eq!(DOCUMENT["openapi"], "3.1.0");
}

/// Sends an example, with the ids that it leaves open.
async fn told(shop: &Shop, token: &str, example: &Example, last: &str) -> Reply {
    let open = shop.node.view().exceptions();
    let open = open.first().map_or("none", |open| &open.id);
    let open: String = open.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let path = example.path.replace("EXCEPTION", &open);
    if example.body.is_null() {
        return shop.ask(example.method, &path, token, &[], "").await;
    }
    let body = example.body.to_string().replace("ENTRY", last);
    let body = serde_json::from_str(&body).unwrap();
    shop.json(example.method, &path, token, body).await
}

/// What no route writes: a scan of an unknown code, before scans are looked at.
fn scanned(shop: &Shop, path: &str) {
    if path == "scans" {
        let _entry = scans::scan(shop, 1);
    }
}

#[tokio::test]
async fn every_route_has_an_example_and_every_example_is_true() {
    let shop = Shop::empty();
    let token = shop.token_of("all", Role::Administrator);
    let routes = api::all();
    let story = examples::story();
    for rule in routes.rules() {
        let has = story.iter().any(|example| example.asks(rule));
        assert!(has, "{} {} has no example", rule.verb.word(), rule.path);
    }
    let mut last = String::new();
    for example in &story {
        let what = format!("{} {}", example.method, example.path);
        let path = example.path.split('?').next().unwrap();
        scanned(&shop, path);
        let operation = operation(example.method, &format!("/{path}")).unwrap();
        match &operation.body {
            Some(schema) if !example.body.is_null() => {
                assert!(
                    schema.is_valid(&example.body) || what.contains("reversals"),
                    "{what}"
                );
            }
            Some(_) => assert_eq!(operation.described["requestBody"]["required"], false),
            None => assert!(example.body.is_null(), "{what} takes no body"),
        }
        let reply = told(&shop, &token, example, &last).await;
        assert!(reply.status.is_success(), "{what}: {}", reply.body);
        if reply.header("content-type") == "application/json" {
            let entry = reply.json()["entry"].as_str().map(str::to_owned);
            last = entry.unwrap_or(last);
        }
    }
}

#[tokio::test]
async fn examples_in_the_description_fit_their_schemas() {
    let mut bodies = 0;
    for ((method, path), operation) in OPERATIONS.iter() {
        let media = &operation.described["requestBody"]["content"]["application/json"];
        for example in media["examples"]
            .as_object()
            .into_iter()
            .flat_map(Map::values)
        {
            let value = &example["value"];
            let schema = operation.body.as_ref().unwrap();
            assert!(schema.is_valid(value), "{method} {path}: {value}");
            bodies += 1;
        }
        for parameter in operation.described["parameters"].as_array().unwrap() {
            if let Some(example) = parameter.get("example") {
                let valid = jsonschema::is_valid(&parameter["schema"], example);
                assert!(valid, "{method} {path}: {parameter}");
            }
        }
    }
    assert!(bodies >= 30, "{bodies}");
}

#[tokio::test]
async fn what_the_description_does_not_name_is_refused() {
    let shop = Shop::empty();
    let token = shop.token_of("all", Role::Administrator);
    let mut last = String::new();
    for example in examples::story() {
        let path = example.path.split('?').next().unwrap();
        scanned(&shop, path);
        let described = operation(example.method, &format!("/{path}")).unwrap();
        let before = shop.entries();
        let described = &described.described;
        if !example.body.is_null() && path != "settings" {
            let mut odd = example.clone();
            odd.body["no-such-field"] = json!("x");
            let reply = told(&shop, &token, &odd, &last).await;
            assert_eq!(reply.problem(400), "bad-body", "{} {path}", example.method);
        }
        let mut parameters = described["parameters"].as_array().unwrap().iter();
        if parameters.any(|parameter| parameter["in"] == "query") {
            let path = example.path.split('?').next().unwrap();
            let reply = shop
                .ask("GET", &format!("{path}?no-such=1"), &token, &[], "")
                .await;
            assert_eq!(reply.problem(400), "bad-query", "{path}");
        }
        assert_eq!(shop.entries(), before);
        let reply = told(&shop, &token, &example, &last).await;
        if reply.header("content-type") == "application/json" {
            let entry = reply.json()["entry"].as_str().map(str::to_owned);
            last = entry.unwrap_or(last);
        }
    }
}

#[tokio::test]
async fn every_named_field_is_taken() {
    let shop = Shop::open();
    let token = shop.token_of("all", Role::Administrator);
    let mut bodies = 0;
    for ((method, path), operation) in OPERATIONS.iter() {
        if operation.body.is_none() {
            continue;
        }
        let schema = &operation.described["requestBody"]["content"]["application/json"]["schema"];
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!(schema["additionalProperties"], false, "{method} {path}");
        bodies += 1;
        let path = path.trim_start_matches('/').replace(['{', '}'], "");
        for field in properties.keys() {
            let body = json!({ field: { "no": "such" } });
            let reply = shop.json(method, &path, &token, body).await;
            assert!(
                !reply.body.contains("unknown field"),
                "{method} {path}: {}",
                reply.body
            );
        }
    }
    assert!(bodies >= 30, "{bodies}");
}

#[tokio::test]
async fn the_server_gives_its_description() {
    let shop = Shop::open();
    let served = shop.api("openapi.json").await;
    assert_eq!(served.json(), *DOCUMENT);
}
