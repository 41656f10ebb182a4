//! What opening the store found and mended, in words for whoever opened it.

use ledger_store::Opened;

use crate::node::Node;

impl Node {
    /// What was wrong with the store when it was opened, what was done about it, and what is left
    /// to do; nothing when all was well.
    #[must_use]
    pub fn notices(&self) -> Vec<String> {
        notices(self.store().opened())
    }
}

fn notices(opened: &Opened) -> Vec<String> {
    let mut notices = Vec::new();
    if let Some(reason) = &opened.rebuilt {
        notices.push(format!(
            "the index could not be used ({reason}); it was made anew from the journal"
        ));
    }
    if let Some(reason) = &opened.journal_rebuilt {
        notices.push(format!(
            "the journal was damaged ({reason}); it was made anew from the index"
        ));
    }
    let aside = [&opened.set_aside, &opened.journal_set_aside];
    for path in aside.into_iter().flatten() {
        notices.push(format!(
            "what was there before is kept in {}",
            path.display()
        ));
    }
    for path in &opened.kept_aside {
        notices.push(format!(
            "entries went missing when a damaged journal was set aside in {}: sync brings back what \
             others have; verify says what is still missing, doctor --fix ends this when nothing is",
            path.display()
        ));
    }
    for damage in &opened.damage {
        notices.push(format!("{damage}; see: verify, doctor"));
    }
    for gap in &opened.gaps {
        notices.push(format!(
            "entries of {} from {} on are missing up to {}: sync brings back what others have",
            gap.origin, gap.missing_from, gap.readable_from
        ));
    }
    if let Some(reason) = &opened.moved {
        notices.push(format!(
            "the store is not where or as it was left ({reason}): it goes on under a new origin, \
             with all its entries; sync brings back what others have"
        ));
    }
    notices
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_healthy_store_has_nothing_to_say_and_every_finding_is_named() {
        assert!(notices(&Opened::default()).is_empty());
        let opened = Opened {
            rebuilt: Some("it was missing".to_owned()),
            journal_rebuilt: Some("it ends early".to_owned()),
            moved: Some("it was copied".to_owned()),
            set_aside: Some("old-index".into()),
            kept_aside: vec!["old-journal".into()],
            ..Opened::default()
        };
        let text = notices(&opened).join("\n");
        for part in [
            "it was missing",
            "it ends early",
            "it was copied",
            "old-index",
            "old-journal",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}
