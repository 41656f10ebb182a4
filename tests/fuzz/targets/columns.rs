//! ledger-format: columns and the dictionary they share.

use std::collections::BTreeMap;

use ledger_core::Code;
use ledger_core::entry::{Body, Content, Place};
use ledger_core::fold::LineKey;
use ledger_format::columns::{self, Changes, Columns, Dictionary, ROWS_MAX};
use ledger_format::{Hash, entry_bytes};

use super::input::{Input, put_counted};
use super::{seeds, world};

/// The quantities of stock lines; wide, since single ones may be extreme.
type Sums = BTreeMap<LineKey, i128>;

/// Columns are refused or hold as many rows as they say, and no more memory than these need.
pub(crate) fn columns(bytes: &[u8]) {
    let Some(read) = Columns::read(bytes) else {
        return;
    };
    assert!(read.rows() <= ROWS_MAX);
    assert!((read.counts().count() * 22 + read.exceptions().count() * 2) <= bytes.len());
    let (mut times, mut changes) = (Vec::new(), Changes::default());
    let Some(rest) = read.times(&mut times) else {
        return;
    };
    assert!(times.len() == read.rows() && times.capacity() <= 2 * ROWS_MAX);
    if read.changes(rest, &mut changes).is_some() {
        assert_eq!(changes.lines.len(), read.rows());
        assert_eq!(changes.deltas.len(), read.rows());
        assert!(changes.transfers.len() * 2 <= bytes.len());
        // Nothing may follow.
        let longer = [bytes, &[0]].concat();
        let read = Columns::read(&longer).expect("it begins the same");
        let rest = read.times(&mut times).expect("it begins the same");
        assert!(read.changes(rest, &mut changes).is_none());
    }
}

/// Columns say of stock what their entries say. Input: counted entries.
pub(crate) fn derive(bytes: &[u8]) {
    let entries: Vec<Vec<u8>> = Input(bytes)
        .all_counted()
        .iter()
        .map(|entry| entry.to_vec())
        .collect();
    let origin = world::origin(1);
    let slice = world::slice_of(origin, 1, Hash::before_first(origin), &entries);
    let mut dictionary = Dictionary::default();
    let made = columns::derive(&mut dictionary, &slice);
    let part = dictionary.new_part();
    assert!(dictionary.new_part().is_empty(), "a part is given out once");
    let mut again = Dictionary::default();
    assert!(part.is_empty() || again.read_part(&part), "its own part");
    let read = Columns::read(&made).expect("what was derived can be read");
    let (mut times, mut changes) = (Vec::new(), Changes::default());
    let rest = read
        .times(&mut times)
        .expect("what was derived can be read");
    let changed = read.changes(rest, &mut changes);
    changed.expect("what was derived can be read");
    let contents: Vec<Content> = entries.iter().map(|it| entry_bytes::decode(it)).collect();
    let said: Vec<u64> = contents
        .iter()
        .map(|content| content.time().map_or(0, |time| time.millis()))
        .collect();
    assert_eq!(times, said);
    assert_eq!(read.is_rising(), said.is_sorted());
    assert_eq!(read.latest_time(), said.iter().copied().max().unwrap_or(0));
    assert_eq!(sums_of_columns(&again, &read, &changes), sums_of(&contents));
    let counts = contents.iter().filter(|it| plain_count(it)).count();
    assert_eq!(read.counts().count(), counts);
    assert!(read.counts().all(|it| again.line(it.line).is_some()));
}

fn sums_of_columns(dictionary: &Dictionary, read: &Columns<'_>, changes: &Changes) -> Sums {
    let mut sums = Sums::new();
    let mut add = |line: u32, quantity: i64| {
        assert!(line < read.lines_below());
        if line > 0 {
            let key = dictionary
                .line(line)
                .expect("its line is in the dictionary");
            *sums.entry(key).or_default() += i128::from(quantity);
        }
    };
    for (line, delta) in changes.lines.iter().zip(&changes.deltas) {
        add(*line, *delta);
    }
    for transfer in &changes.transfers {
        let lost = changes.deltas[transfer.row];
        add(
            transfer.line,
            lost.checked_neg().expect("a movement can be negated"),
        );
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

fn plain_count(content: &Content) -> bool {
    matches!(content, Content::Known(entry) if matches!(&entry.body, Body::Counted(it)
        if it.particulars.said.is_none() && it.particulars.once.is_none()))
}

/// What movements do that are neither back-dated nor to be taken once.
fn sums_of(contents: &[Content]) -> Sums {
    let mut sums = Sums::new();
    for content in contents {
        let Content::Known(entry) = content else {
            continue;
        };
        let Body::Moved(moved) = &entry.body else {
            continue;
        };
        let quantity = moved.quantity.ten_thousandths();
        let rest = &moved.particulars;
        if rest.said.is_some() || rest.once.is_some() || quantity == i64::MIN {
            continue;
        }
        let key = |place: &Place| LineKey {
            item: moved.item.clone(),
            location: place.location.clone(),
            owner: place.owner.clone(),
            batch: place.batch.clone(),
        };
        if let Some(from) = &moved.from {
            *sums.entry(key(from)).or_default() -= i128::from(quantity);
        }
        if let Some(to) = &moved.to {
            *sums.entry(key(to)).or_default() += i128::from(quantity);
        }
    }
    sums.retain(|_, sum| *sum != 0);
    sums
}

/// Parts of a dictionary are refused or name whole lines, which can be written again.
///
/// Input: counted parts.
pub(crate) fn dictionary(bytes: &[u8]) {
    let mut dictionary = Dictionary::default();
    for part in Input(bytes).all_counted() {
        let before = dictionary.line_count();
        if !dictionary.read_part(part) {
            return;
        }
        // A line takes four bytes or more.
        assert!(dictionary.line_count() - before <= part.len() / 4);
    }
    assert!(dictionary.new_part().is_empty(), "all of it is in parts");
    let lines = (1..).map_while(|number| dictionary.line(number));
    let lines: Vec<LineKey> = lines.collect();
    assert_eq!(
        lines.len() + 1,
        dictionary.line_count(),
        "a line without codes"
    );
    let mut copy = Dictionary::default();
    let numbers: Vec<u32> = lines
        .iter()
        .map(|line| number_of(&mut copy, line))
        .collect();
    let part = copy.new_part();
    let mut read = Dictionary::default();
    assert!(part.is_empty() || read.read_part(&part), "its own part");
    for (line, number) in lines.iter().zip(numbers) {
        assert_eq!(read.line(number).as_ref(), Some(line));
        assert_eq!(number_of(&mut read, line), number, "one line, two numbers");
    }
    assert!(read.new_part().is_empty());
}

fn number_of(dictionary: &mut Dictionary, line: &LineKey) -> u32 {
    let place = Place {
        location: line.location.clone(),
        owner: line.owner.clone(),
        batch: line.batch.clone(),
    };
    dictionary.line_of(&line.item, &place)
}

/// Columns and the dictionary's part of each of the lists of entries.
fn derived() -> Vec<(Vec<u8>, Vec<u8>)> {
    let origin = world::origin(1);
    let lists = seeds::entry_lists().into_iter();
    lists
        .map(|list| {
            let entries: Vec<Vec<u8>> = Input(&list)
                .all_counted()
                .iter()
                .map(|entry| entry.to_vec())
                .collect();
            let slice = world::slice_of(origin, 1, Hash::before_first(origin), &entries);
            let mut dictionary = Dictionary::default();
            let columns = columns::derive(&mut dictionary, &slice);
            (columns, dictionary.new_part())
        })
        .collect()
}

/// Seeds of [`columns`].
pub(crate) fn columns_seeds() -> Vec<Vec<u8>> {
    derived().into_iter().map(|(columns, _)| columns).collect()
}

/// Seeds of [`dictionary`]: parts alone, two that follow each other, a count that lies.
pub(crate) fn dictionary_seeds() -> Vec<Vec<u8>> {
    let mut dictionary = Dictionary::default();
    let mut two = Vec::new();
    for item in ["R-100", "R-200"] {
        let place = Place {
            location: Code::new("A-01").expect("a code"),
            owner: None,
            batch: Code::new(item).ok(),
        };
        let _number = dictionary.line_of(&Code::new(item).expect("a code"), &place);
        put_counted(&mut two, &dictionary.new_part());
    }
    let mut lying = Vec::new();
    put_counted(&mut lying, &[1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 1, b'A']);
    let mut all = vec![two, lying];
    for (_, part) in derived() {
        let mut one = Vec::new();
        put_counted(&mut one, &part);
        all.push(one);
    }
    all
}
