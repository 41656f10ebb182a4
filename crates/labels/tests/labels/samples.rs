//! Labels to try.

use codes::own::{Kind, code};
use labels::{Label, Symbology};
use proptest::prelude::*;

/// The label of a place.
pub(crate) fn location(number: &str, symbology: Symbology) -> Label {
    Label {
        code: code(Kind::Location, number).unwrap(),
        symbology,
        title: number.to_owned(),
        lines: vec!["Screws and nuts".to_owned(), "Store 2, room B".to_owned()],
        check: Some("47".to_owned()),
    }
}

/// A label with a code and a title only.
pub(crate) fn plain(code: &str, symbology: Symbology) -> Label {
    Label {
        code: code.to_owned(),
        symbology,
        title: code.to_owned(),
        lines: Vec::new(),
        check: None,
    }
}

/// Codes as we print them, for names as people choose them.
pub(crate) fn own_code() -> impl Strategy<Value = String> {
    let name = "[A-Z]{1,2}(-[0-9]{2}){1,3}|[A-Z]{3}-[0-9]{1,3}[KM]?|[A-Za-z0-9 ./]{1,12}";
    let kinds: Vec<Kind> = Kind::all().collect();
    (name, prop::sample::select(kinds))
        .prop_filter_map("a name is not empty", |(name, kind)| code(kind, &name).ok())
}

/// Labels of all kinds, also with texts that nobody would choose.
pub(crate) fn any_label() -> impl Strategy<Value = Label> {
    let code = prop_oneof![own_code(), "[ -~]{1,40}", "[0-9]{1,40}"];
    let symbology = prop::sample::select(Symbology::ALL.to_vec());
    let text = || prop_oneof!["[A-Z0-9-]{1,12}", "\\PC{0,40}", "[A-Za-zäöüß ]{0,80}"];
    let lines = prop::collection::vec(text(), 0..5);
    let check = prop::option::of("[A-Z0-9]{2}");
    (code, symbology, text(), lines, check).prop_map(|(code, symbology, title, lines, check)| {
        Label {
            code,
            symbology,
            title,
            lines,
            check,
        }
    })
}
