//! The messages of all languages, read once.

use std::borrow::Cow;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::Lang;

/// The files of a language: one for each group of pages.
macro_rules! files {
    ($lang:literal) => {
        [
            include_str!(concat!("../../locales/", $lang, "/frame.ftl")),
            include_str!(concat!("../../locales/", $lang, "/people.ftl")),
            include_str!(concat!("../../locales/", $lang, "/dashboard.ftl")),
            include_str!(concat!("../../locales/", $lang, "/help.ftl")),
            include_str!(concat!("../../locales/", $lang, "/items.ftl")),
            include_str!(concat!("../../locales/", $lang, "/stock.ftl")),
            include_str!(concat!("../../locales/", $lang, "/locations.ftl")),
            include_str!(concat!("../../locales/", $lang, "/orders.ftl")),
            include_str!(concat!("../../locales/", $lang, "/administration.ftl")),
            include_str!(concat!("../../locales/", $lang, "/alerts.ftl")),
            include_str!(concat!("../../locales/", $lang, "/exceptions.ftl")),
            include_str!(concat!("../../locales/", $lang, "/labels.ftl")),
            include_str!(concat!("../../locales/", $lang, "/imports.ftl")),
            include_str!(concat!("../../locales/", $lang, "/log.ftl")),
            include_str!(concat!("../../locales/", $lang, "/production.ftl")),
            include_str!(concat!("../../locales/", $lang, "/purchasing.ftl")),
            include_str!(concat!("../../locales/", $lang, "/refusals.ftl")),
            include_str!(concat!("../../locales/", $lang, "/reports.ftl")),
            include_str!(concat!("../../locales/", $lang, "/scan.ftl")),
            include_str!(concat!("../../locales/", $lang, "/stocktakes.ftl")),
        ]
    };
}

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::En));
static GERMAN: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::De));

pub(super) const fn files(lang: Lang) -> [&'static str; 20] {
    match lang {
        Lang::En => files!("en"),
        Lang::De => files!("de"),
    }
}

fn bundle(lang: Lang) -> Bundle {
    let tag: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // The marks that isolate values serve mixed directions of writing; here they would stand in
    // what people copy.
    bundle.set_use_isolating(false);
    for text in files(lang) {
        let resource = FluentResource::try_new(text.to_owned());
        let resource = resource.unwrap_or_else(|(readable, errors)| {
            tracing::error!(?errors, lang = lang.tag(), "texts cannot be read");
            readable
        });
        if let Err(errors) = bundle.add_resource(resource) {
            tracing::error!(?errors, lang = lang.tag(), "texts are there twice");
        }
    }
    bundle
}

fn of(lang: Lang) -> &'static Bundle {
    match lang {
        Lang::En => &ENGLISH,
        Lang::De => &GERMAN,
    }
}

pub(super) fn has(lang: Lang, id: &str) -> bool {
    of(lang).has_message(id)
}

pub(super) fn message(
    lang: Lang,
    id: &str,
    args: Option<&FluentArgs<'_>>,
) -> Option<Cow<'static, str>> {
    let bundle = of(lang);
    let pattern = bundle.get_message(id)?.value()?;
    let mut errors = Vec::new();
    let text = bundle.format_pattern(pattern, args, &mut errors);
    if !errors.is_empty() {
        tracing::error!(?errors, id, lang = lang.tag(), "a text lacks a value");
    }
    Some(Cow::Owned(text.into_owned()))
}
