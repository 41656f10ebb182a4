//! Help: what each page is for, in the words that stand on it, and all of it on one page.
//!
//! Every route that shows a page is in exactly one topic, which a test holds; the sentences and
//! the meanings of words are in `locales`, under `help-of-…`, `term-…` and `means-…`. Which keys
//! do what is in [`shortcuts`].

pub(super) mod shortcuts;
mod topics;

use std::borrow::Cow;

use askama::Template;
use axum::response::Response;

pub(crate) use self::topics::{TOPICS, Topic};
use super::frame::Frame;
use super::visit::Visit;
use crate::lang::Words;
use crate::problem::Problem;

/// What the help says about one topic.
#[derive(Debug)]
pub(crate) struct Help {
    /// Where it stands on the page of all help.
    pub(crate) anchor: String,
    pub(crate) title: Cow<'static, str>,
    pub(crate) text: Cow<'static, str>,
    pub(crate) terms: Vec<Term>,
}

/// A word with its meaning.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Term {
    pub(crate) term: Cow<'static, str>,
    pub(crate) means: Cow<'static, str>,
}

#[derive(Template)]
#[template(path = "help.html")]
struct HelpPage {
    frame: Frame,
    groups: Vec<(&'static str, Vec<Help>)>,
    terms: Vec<Term>,
}

/// The help of the page at an address.
pub(super) fn of_page(address: &str, words: &Words) -> Option<Help> {
    let path = address.split('?').next().unwrap_or_default();
    let mut topics = TOPICS.iter().flat_map(|(_, topics)| *topics);
    // A page such as `/items/new` is its own before it is that of an item called so.
    let exact = topics.clone().find(|topic| topic.routes.contains(&path));
    let topic = exact.or_else(|| topics.find(|topic| topic.is_of(path)));
    topic.map(|topic| told(topic, words))
}

fn told(topic: &Topic, words: &Words) -> Help {
    Help {
        anchor: format!("help-{}", topic.name),
        title: words.t(topic.title),
        text: words.t(&format!("help-of-{}", topic.name)),
        terms: topic.words.iter().map(|word| term(word, words)).collect(),
    }
}

fn term(word: &str, words: &Words) -> Term {
    Term {
        term: words.t(&format!("term-{word}")),
        means: words.t(&format!("means-{word}")),
    }
}

/// All words of all topics, each once, in the order of the language's letters.
fn glossary(words: &Words) -> Vec<Term> {
    let topics = TOPICS.iter().flat_map(|(_, topics)| *topics);
    let mut terms: Vec<Term> = topics
        .flat_map(|topic| topic.words)
        .map(|word| term(word, words))
        .collect();
    terms.sort_by_cached_key(|term| term.term.to_lowercase());
    terms.dedup();
    terms
}

pub(super) async fn show(visit: Visit) -> Result<Response, Problem> {
    visit
        .page(|_, frame| {
            let told =
                |topics: &[Topic]| topics.iter().map(|one| told(one, &frame.words)).collect();
            Ok(HelpPage {
                groups: TOPICS
                    .iter()
                    .map(|(group, topics)| (*group, told(topics)))
                    .collect(),
                terms: glossary(&frame.words),
                frame,
            })
        })
        .await
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::Method;
    use chrono_tz::Tz;

    use super::*;
    use crate::lang::Lang;
    use crate::pages;

    /// Routes that show no page: files, and news for open pages.
    fn is_no_page(path: &str) -> bool {
        let files = [
            "/live",
            "/labels/preview",
            "/labels/file",
            "/import/example",
        ];
        path.starts_with("/export/") || files.contains(&path)
    }

    #[test]
    fn every_page_is_in_one_topic_and_every_topic_is_a_page_s() {
        let all = pages::all();
        let shown = all.rules().iter().filter(|rule| rule.method == Method::GET);
        let shown: BTreeSet<&str> = shown
            .map(|rule| rule.path)
            .filter(|path| !is_no_page(path))
            .collect();
        let topics = TOPICS.iter().flat_map(|(_, topics)| *topics);
        let mut told = BTreeSet::new();
        for route in topics.flat_map(|topic| topic.routes) {
            assert!(told.insert(*route), "{route} has two topics");
        }
        let without: Vec<_> = shown.difference(&told).collect();
        let gone: Vec<_> = told.difference(&shown).collect();
        assert!(without.is_empty(), "no topic helps with {without:?}");
        assert!(gone.is_empty(), "no page has the route {gone:?}");
    }

    #[test]
    fn a_page_has_the_help_of_its_route() {
        let words = Words::new(Lang::En, Tz::UTC);
        for (address, anchor) in [
            ("/", "help-dashboard"),
            ("/items?search=a", "help-items"),
            ("/items/new", "help-item-form"),
            ("/items/R-100", "help-item"),
            ("/items/R-100/why?owner=*", "help-why"),
            ("/orders/S-2201/pick-list", "help-pick-list"),
        ] {
            let help = of_page(address, &words).unwrap();
            assert_eq!(help.anchor, anchor, "{address}");
            assert!(!help.terms.is_empty(), "{address}");
        }
        assert!(of_page("/nothing/like/it", &words).is_none());
    }

    #[test]
    fn no_word_of_the_glossary_has_two_meanings() {
        for lang in Lang::ALL {
            let terms = glossary(&Words::new(lang, Tz::UTC));
            let names: BTreeSet<_> = terms.iter().map(|term| term.term.to_lowercase()).collect();
            assert_eq!(names.len(), terms.len(), "{}", lang.tag());
        }
    }
}
