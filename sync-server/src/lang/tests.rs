//! Holds languages, templates and sources together: no text is missing, unused or left in one
//! language.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};

use super::{Lang, bundles};
use crate::pages::help::TOPICS;

/// Ids that are made of a code while running, by how they begin; `every_code_has_its_words` and
/// `every_word_of_a_type_has_its_messages` hold them complete, and `the_help_says_all_it_should`.
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
    "stocktake-line-",
    "setting-",
    "covered-",
    "idle-",
    "entry-kind-",
    "log-group-",
    "labels-of-",
    "labels-format-",
    "symbology-",
    "help-of-",
    "term-",
    "means-",
    "import-kind-",
    "import-undo-",
    "import-column-",
    "import-outcome-",
    "import-rows-",
    "import-separator-",
    "import-decimal-",
    "import-left-",
    "alert-kind-",
    "delivery-",
    "mail-tls-",
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

/// The texts between quotes that stand right behind a call.
fn literals_after(text: &str, call: &str) -> Vec<String> {
    text.split(call)
        .skip(1)
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .map(str::to_owned)
        .collect()
}

/// The codes of problems: the second of what a call is given.
fn codes_after(text: &str, call: &str) -> Vec<String> {
    let second = |rest: &str| {
        let (before, literal) = rest.split_once('"')?;
        let is_second = before.matches(',').count() == 1 && !before.contains(';');
        let code = literal.split('"').next().filter(|_| is_second)?;
        Some(code.to_owned())
    };
    text.split(call).skip(1).filter_map(second).collect()
}

/// Every code that a page can meet, with the file that it stands in.
fn codes() -> BTreeMap<String, PathBuf> {
    let crates = root().join("../crates");
    let mut sources = files_below(&crates.join("ledger-core/src"), ".rs");
    sources.extend(files_below(&crates.join("ledger-node/src"), "/times.rs"));
    sources.extend(files_below(&crates.join("ledger-node/src"), "/node.rs"));
    sources.extend(files_below(&crates.join("labelling/src"), ".rs"));
    sources.extend(files_below(&root().join("src"), "/printing.rs"));
    sources.extend(files_below(&crates.join("importing/src"), ".rs"));
    sources.extend(files_below(&root().join("src/pages"), ".rs"));
    sources.extend(files_below(&root().join("src/imports"), ".rs"));
    sources.extend(files_below(&root().join("src/login"), ".rs"));
    sources.extend(files_below(&root().join("src"), "/problem.rs"));
    let mut found = BTreeMap::new();
    for (path, text) in sources {
        let mut codes = literals_after(&text, "Refusal::new(");
        codes.extend(codes_after(&text, "Problem::new("));
        if path.ends_with("at_entry.rs") {
            // The codes of things that are not there stand in a table.
            let table = texts_in(&text).into_iter();
            codes.extend(table.filter(|text| text.starts_with("unknown-")));
        }
        if path.ends_with("at_entry/documents.rs") {
            // So do the codes of documents that are not there, are several, or have ended.
            let starts =
                |text: &String| text.starts_with("unknown-") || text.starts_with("ambiguous-");
            let table = texts_in(&text).into_iter();
            codes.extend(table.filter(|text| starts(text) || text.ends_with("-ended")));
        }
        if path.ends_with("src/problem.rs") {
            codes.extend(codes_after(&text, "Self::new("));
        } else {
            // A form's problem is asked for by the name of the form.
            let calls = text.replace("..problem(", "problem(");
            let calls = calls.replace(".problem(", ".form(");
            codes.extend(literals_after(&calls, "problem("));
        }
        found.extend(codes.into_iter().map(|code| (code, path.clone())));
    }
    found
}

fn assert_known(id: &str, of: &Path) {
    for lang in Lang::ALL {
        let is_known = bundles::has(lang, id);
        assert!(
            is_known,
            "{id} of {} is missing in {}",
            of.display(),
            lang.tag()
        );
    }
}

#[test]
fn every_code_has_its_words() {
    let codes = codes();
    // One of each way in which a code is said.
    for known in [
        "unit-fixed",
        "unknown-site",
        "bad-date",
        "not-saved",
        "missing-field",
        "wrong-password",
        "bad-form",
        "busy",
        "disk-full",
    ] {
        assert!(codes.contains_key(known), "{known} is not found");
    }
    for (code, path) in &codes {
        assert_known(&format!("refused-{code}"), path);
    }
    let messages = messages(Lang::En);
    let left: Vec<_> = messages
        .keys()
        .filter_map(|id| id.strip_prefix("refused-"))
        .filter(|code| *code != "other" && !codes.contains_key(*code))
        .collect();
    assert!(left.is_empty(), "nothing is refused with {left:?}");
}

#[test]
fn refusals_stand_by_themselves() {
    for lang in Lang::ALL {
        for (id, variables) in messages(lang) {
            let hint_at = id.strip_prefix("hint-");
            if hint_at.is_none() && !id.starts_with("refused-") {
                continue;
            }
            let refusal = hint_at.map(|code| format!("refused-{code}"));
            let is_there = refusal.is_none_or(|refusal| bundles::has(lang, &refusal));
            assert!(is_there, "{id} hints at nothing");
            assert!(variables.is_empty(), "{id} needs {variables:?}");
            let text = bundles::message(lang, &id, None).unwrap();
            // The pages have no commands.
            for command in [": stock ", "stock-server", " --", "POST ", "PATCH "] {
                assert!(!text.contains(command), "{id} names a command: {text}");
            }
        }
    }
}

/// Every topic has its text and every word that it names its meaning, and nothing is left over.
#[test]
fn the_help_says_all_it_should() {
    let topics = TOPICS.iter().flat_map(|(_, topics)| *topics);
    let mut asked = BTreeSet::new();
    for topic in topics {
        assert_known(topic.title, Path::new("topics.rs"));
        asked.insert(format!("help-of-{}", topic.name));
        for word in topic.words {
            asked.insert(format!("term-{word}"));
            asked.insert(format!("means-{word}"));
        }
    }
    let is_help = |id: &&String| {
        ["help-of-", "term-", "means-"]
            .iter()
            .any(|at| id.starts_with(at))
    };
    let told = messages(Lang::En);
    let told: BTreeSet<_> = told.keys().filter(is_help).cloned().collect();
    assert_eq!(asked, told, "asked for, and there");
}

/// Types whose words are codes, with the families of messages that each has.
const FAMILIES: &[(&str, &str, &[&str])] = &[
    (
        "../crates/ledger-core/src/exception.rs",
        "ExceptionKind",
        &["exception", "exception-text"],
    ),
    (
        "../crates/ledger-core/src/catalogue.rs",
        "Class",
        &["class"],
    ),
    (
        "../crates/ledger-core/src/catalogue.rs",
        "ItemKind",
        &["kind"],
    ),
    (
        "../crates/ledger-core/src/catalogue.rs",
        "Role",
        &["role", "role-means"],
    ),
    ("../crates/ledger-core/src/entry.rs", "Act", &["act"]),
    (
        "../crates/ledger-core/src/order.rs",
        "OrderType",
        &["order-type", "policy-of"],
    ),
    (
        "../crates/ledger-core/src/fold/documents.rs",
        "DocumentState",
        &["order-state"],
    ),
    (
        "../crates/ledger-core/src/fold/stocktakes.rs",
        "LineProgress",
        &["stocktake-line"],
    ),
    (
        "../crates/ledger-core/src/forecast.rs",
        "Covered",
        &["covered"],
    ),
    (
        "../crates/ledger-core/src/at_entry/settings.rs",
        "OrderPolicy",
        &["policy", "policy-means"],
    ),
    (
        "../crates/ledger-core/src/entry/kind.rs",
        "Kind",
        &["entry-kind"],
    ),
    (
        "../crates/ledger-node/src/view/audit.rs",
        "LogGroup",
        &["log-group"],
    ),
    (
        "../crates/ledger-node/src/view/level.rs",
        "Level",
        &["level"],
    ),
    ("../crates/labelling/src/kind.rs", "Kind", &["labels-of"]),
    (
        "../crates/labelling/src/kind.rs",
        "Format",
        &["labels-format"],
    ),
    ("../crates/labels/src/label.rs", "Symbology", &["symbology"]),
    (
        "../crates/importing/src/kind.rs",
        "Kind",
        &["import-kind", "import-kind-means", "import-undo"],
    ),
    (
        "../crates/importing/src/pass.rs",
        "Outcome",
        &["import-outcome", "import-rows"],
    ),
    (
        "../crates/importing/src/layout.rs",
        "Separator",
        &["import-separator"],
    ),
    (
        "../crates/importing/src/layout.rs",
        "DecimalSign",
        &["import-decimal"],
    ),
    ("../crates/importing/src/undo.rs", "Why", &["import-left"]),
    ("src/alerts/condition.rs", "Kind", &["alert-kind"]),
    ("src/alerts/channel.rs", "MailTls", &["mail-tls"]),
    ("src/alerts/delivery.rs", "State", &["delivery"]),
    (
        "../crates/ledger-node/src/view/reports/slow.rs",
        "IdleClass",
        &["idle"],
    ),
    (
        "src/pages/items/item.rs",
        "StockAct",
        &["act-to", "act-short", "act-quantity", "act-example"],
    ),
];

/// The words that a type has for its values.
fn words_of_type(file: &Path, name: &str) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let start = format!("impl {name} {{");
    let (_, own) = text.split_once(start.as_str()).unwrap();
    let (_, word) = own.split_once("fn word(self)").unwrap();
    let (body, _) = word.split_once("\n    }\n").unwrap();
    literals_after(body, "=> ")
}

#[test]
fn every_word_of_a_type_has_its_messages() {
    for (file, name, families) in FAMILIES {
        let file = root().join(file);
        let words = words_of_type(&file, name);
        assert!(words.len() > 1, "{name} has {words:?}");
        for word in &words {
            let code = word.replace(' ', "-");
            for family in *families {
                assert_known(&format!("{family}-{code}"), &file);
            }
        }
    }
    for column in importing::Kind::ALL.iter().flat_map(|kind| kind.columns()) {
        let file = root().join("../crates/importing/src/kind.rs");
        assert_known(&format!("import-column-{}", column.name), &file);
    }
    assert_known(
        "level-attention",
        &root().join("templates/items/items.html"),
    );
}

#[test]
fn every_family_of_messages_is_a_type_s() {
    let known: BTreeSet<&str> = FAMILIES
        .iter()
        .flat_map(|(_, _, families)| families.iter().copied())
        .collect();
    let mut sources = files_below(&root().join("templates"), ".html");
    sources.extend(files_below(&root().join("src/pages"), ".rs"));
    let mut asked = 0;
    for (path, text) in &sources {
        for family in literals_after(text, ".word(") {
            asked += 1;
            assert!(
                known.contains(family.as_str()),
                "nobody holds {family} of {} complete",
                path.display()
            );
        }
    }
    assert!(asked > 10, "only {asked} words are asked for");
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
