//! Holds languages, templates and sources together: no text is missing, unused or left in one
//! language.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::{Lang, bundles};

/// Ids that are made of a code while running, by how they begin; `every_code_has_its_words` and
/// tests beside the codes hold them complete.
const MADE: &[&str] = &[
    "refused-",
    "hint-",
    "exception-",
    "action-",
    "role-",
    "kind-",
    "class-",
    "policy-",
    "level-",
    "act-",
    "order-type-",
    "order-state-",
    "setting-",
];

type Variables = BTreeSet<String>;

fn variables_of(pattern: &Pattern<&str>, found: &mut Variables) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => variable_of(inline, found),
                Expression::Select { selector, variants } => {
                    variable_of(selector, found);
                    for variant in variants {
                        variables_of(&variant.value, found);
                    }
                }
            }
        }
    }
}

fn variable_of(inline: &InlineExpression<&str>, found: &mut Variables) {
    match inline {
        InlineExpression::VariableReference { id } => {
            found.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => {
            if let Expression::Inline(inline) = &**expression {
                variable_of(inline, found);
            }
        }
        InlineExpression::StringLiteral { .. }
        | InlineExpression::NumberLiteral { .. }
        | InlineExpression::FunctionReference { .. }
        | InlineExpression::MessageReference { .. }
        | InlineExpression::TermReference { .. } => {}
    }
}

/// The messages of a language with the values that each needs.
fn messages(lang: Lang) -> BTreeMap<String, Variables> {
    let mut found = BTreeMap::new();
    for text in bundles::files(lang) {
        let resource = fluent_syntax::parser::parse(text)
            .unwrap_or_else(|(_, errors)| panic!("{}: {errors:?}", lang.tag()));
        for entry in resource.body {
            let Entry::Message(message) = entry else {
                continue;
            };
            let mut variables = Variables::new();
            let value = message
                .value
                .unwrap_or_else(|| panic!("{} is empty", message.id.name));
            variables_of(&value, &mut variables);
            let id = message.id.name.to_owned();
            assert!(
                found.insert(id, variables).is_none(),
                "{} is there twice in {}",
                message.id.name,
                lang.tag()
            );
        }
    }
    found
}

#[test]
fn all_languages_have_the_same_messages_with_the_same_values() {
    let english = messages(Lang::En);
    for lang in Lang::ALL {
        let other = messages(lang);
        let missing: Vec<_> = english
            .keys()
            .filter(|id| !other.contains_key(*id))
            .collect();
        let surplus: Vec<_> = other
            .keys()
            .filter(|id| !english.contains_key(*id))
            .collect();
        assert!(
            missing.is_empty() && surplus.is_empty(),
            "{}: missing {missing:?}, surplus {surplus:?}",
            lang.tag()
        );
        for (id, variables) in &english {
            assert_eq!(other.get(id), Some(variables), "{id} in {}", lang.tag());
        }
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(dir: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found
}

/// Ids as calls name them: the first text between quotes after one of our functions.
fn ids_in(text: &str) -> Vec<(String, &str)> {
    let calls = [".t(", ".n(", ".with(", ".with2(", ".with_all(", ".maybe("];
    let mut found = Vec::new();
    for call in calls {
        for (at, _) in text.match_indices(call) {
            let rest = text.get(at + call.len()..).unwrap().trim_start();
            if let Some(id) = rest
                .strip_prefix('"')
                .and_then(|rest| rest.split('"').next())
            {
                found.push((id.to_owned(), rest));
            }
        }
    }
    found
}

/// Ids that stand as plain texts in the sources, such as those in tables.
fn texts_in(text: &str) -> BTreeSet<String> {
    text.split('"')
        .skip(1)
        .step_by(1)
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_text_that_is_asked_for_is_there_and_none_is_left_over() {
    let known = messages(Lang::En);
    let mut sources = files_below(&root().join("templates"), ".html");
    sources.extend(files_below(&root().join("src"), ".rs"));
    let mut used = BTreeSet::new();
    for (path, text) in &sources {
        if path.ends_with("lang/tests.rs") {
            continue;
        }
        for (id, _) in ids_in(text) {
            assert!(
                known.contains_key(&id),
                "{id} of {} is missing",
                path.display()
            );
            used.insert(id);
        }
        used.extend(texts_in(text));
    }
    let is_made = |id: &str| MADE.iter().any(|start| id.starts_with(start));
    let left: Vec<_> = known
        .keys()
        .filter(|id| !used.contains(*id) && !is_made(id))
        .collect();
    assert!(left.is_empty(), "nobody asks for {left:?}");
}

/// What stands in a template outside of tags and expressions, and in attributes that people read.
fn words_of(template: &str) -> Vec<String> {
    let mut bare = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, after) = rest.split_at(at);
        bare.push_str(before);
        let close = match after.get(..2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => "#}",
            _ => "",
        };
        rest = match after.find(close) {
            Some(end) if !close.is_empty() => after.get(end + 2..).unwrap(),
            _ => after.get(1..).unwrap(),
        };
    }
    bare.push_str(rest);
    let mut found = Vec::new();
    for (at, part) in bare.split('<').enumerate() {
        let (tag, text) = if at == 0 {
            ("", part)
        } else {
            part.split_once('>').unwrap_or((part, ""))
        };
        found.push(text.trim().to_owned());
        for name in [
            "title",
            "alt",
            "placeholder",
            "aria-label",
            "aria-description",
            "label",
        ] {
            let start = format!(" {name}=\"");
            if let Some((_, value)) = tag.split_once(start.as_str()) {
                found.push(value.split('"').next().unwrap().to_owned());
            }
        }
    }
    found.retain(|text| text.chars().any(char::is_alphabetic));
    found
}

#[test]
fn templates_hold_no_words_of_their_own() {
    let brand = ["Stockledger", "· Stockledger"];
    for (path, text) in files_below(&root().join("templates"), ".html") {
        let words: Vec<_> = words_of(&text)
            .into_iter()
            .filter(|words| !brand.contains(&words.as_str()))
            .collect();
        assert!(words.is_empty(), "{}: {words:?}", path.display());
    }
}

#[test]
fn a_word_in_a_template_is_noticed() {
    let template = r#"{% if a > 1 %}<p title="{{ f.t("x") }}">{{ f.t("y") }} Hello</p>{% endif %}
        <input placeholder="name">"#;
    assert_eq!(words_of(template), ["Hello", "name"]);
}

#[test]
fn the_pages_sources_hold_no_sentences() {
    for (path, text) in files_below(&root().join("src/pages"), ".rs") {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for line in code.lines() {
            let bare = line.trim_start();
            if path.to_string_lossy().ends_with("tests.rs")
                || bare.starts_with("//")
                || bare.contains("tracing::")
                || bare.contains("reason =")
            {
                continue;
            }
            for literal in bare.split('"').skip(1).step_by(2) {
                let words = literal.split(' ').filter(|word| {
                    word.chars().count() > 1 && word.chars().all(char::is_alphabetic)
                });
                assert!(words.count() < 2, "{}: {literal:?}", path.display());
            }
        }
    }
}

#[test]
fn the_language_follows_the_header() {
    for (header, lang) in [
        ("de-DE,de;q=0.9,en;q=0.8", Some(Lang::De)),
        ("fr, en-GB;q=0.7, de;q=0.5", Some(Lang::En)),
        ("fr", None),
        ("", None),
    ] {
        assert_eq!(Lang::of_header(header), lang, "{header}");
    }
}
