//! What was said of a document before it was known that a branch has it.

use std::collections::BTreeSet;

use super::{Documents, Log, Said, TxKey};
use crate::code::Code;
use crate::id::{EntryId, EntryRef};

fn mine<T>(said: &mut Vec<Said<T>>, hash8: [u8; 8]) -> Vec<Said<T>> {
    let means_it = |said: &mut Said<T>| said.names.is_some_and(|(_, named)| named == hash8);
    said.extract_if(.., means_it).collect()
}

impl Documents {
    /// Moves what means a document to it from where it was kept, if anything.
    pub(in crate::fold) fn bring_home(&mut self, as_said: EntryId, document: EntryRef) -> bool {
        let Some(log) = self.logs.get_mut(&as_said) else {
            return false;
        };
        let mut home = Log {
            ends: mine(&mut log.ends, document.hash8),
            ..Log::default()
        };
        for (topic, said) in &mut log.said {
            let words = mine(said, document.hash8);
            if !words.is_empty() {
                home.said.insert(topic.clone(), words);
            }
        }
        log.said.retain(|_, said| !said.is_empty());
        let all = &mut self.booked;
        let of_it = log.booked.extract_if(.., |key: &mut TxKey| {
            let booked = all.get_mut(key);
            let booked = booked.filter(|booked| booked.document.entry.hash8 == document.hash8);
            booked
                .map(|booked| booked.document.entry.id = document.id)
                .is_some()
        });
        home.booked = of_it.collect();
        if log.is_empty() {
            self.logs.remove(&as_said);
        }
        self.forget_items(as_said);
        let moved = !home.is_empty();
        self.add(document.id, home);
        moved
    }

    /// Lets no item name a document that does not speak of it any more.
    fn forget_items(&mut self, id: EntryId) {
        let left: BTreeSet<Code> = self.logs.get(&id).map_or_else(BTreeSet::new, |log| {
            log.said
                .keys()
                .filter_map(|topic| topic.item().cloned())
                .collect()
        });
        let built = self.logs.get(&id).and_then(Log::built).cloned();
        for (item, documents) in &mut self.by_item {
            if !left.contains(item) && built.as_ref() != Some(item) {
                documents.remove(&id);
            }
        }
        self.by_item.retain(|_, documents| !documents.is_empty());
    }

    /// Adds what was said of a document to what is known of it.
    fn add(&mut self, id: EntryId, more: Log) {
        if more.is_empty() {
            return;
        }
        for (topic, words) in more.said {
            for said in words {
                self.push(id, topic.clone(), said);
            }
        }
        let known = self.logs.entry(id).or_default();
        known.ends.extend(more.ends);
        known.booked.extend(more.booked);
    }
}
