//! The codes that the description lists are those of the sources.

use std::path::Path;

use ledger_core::at_entry::Refusal;

use super::wrong::ALL;
use crate::problem::Problem;

/// The codes of refusals that the rules of commands can give, but for those about users, which the
/// API does not change.
fn codes_in(dir: &Path, found: &mut Vec<String>) {
    for file in std::fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            codes_in(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") && !path.ends_with("users.rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            for after in text.split("Refusal::new(").skip(1) {
                let rest = after.trim_start().strip_prefix('"');
                let code = rest.and_then(|rest| rest.split('"').next());
                found.extend(code.map(str::to_owned));
            }
        }
    }
}

#[test]
fn every_refusal_of_the_rules_is_listed_with_its_status() {
    let core = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/ledger-core/src/at_entry");
    let mut found = Vec::new();
    codes_in(&core, &mut found);
    assert!(found.len() > 40, "{found:?}");
    for code in found {
        let code: &'static str = code.leak();
        let status = Problem::refused_write(Refusal::new(code, ""))
            .status
            .as_u16();
        let listed = ALL
            .iter()
            .any(|wrong| wrong.status == status && wrong.codes.contains(&code));
        assert!(
            listed,
            "{code} comes with {status}, and the description does not say so"
        );
    }
}
