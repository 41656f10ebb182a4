//! The law: the state is a function of the set of entries and their central numbers.
//!
//! Random worlds with few items, places and moments, so that they meet often, are folded in many
//! ways; a straight-forward second reckoning of on hand keeps the fold honest.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use ledger_core::catalogue::{CatalogueWrite, Class, Value, key};
use ledger_core::entry::{Body, Content, IdempotencyKey, ItemMerged, Kind, Place};
use ledger_core::exception::Exception;
use ledger_core::fold::{
    Fold, HistoryRow, LineKey, Mark, News, Record, RowKind, Transaction, Turnover,
};
use ledger_core::{Clock, Code, EntryId, Timestamp, Total};
use proptest::prelude::*;
use support::branches::branched;
use support::clocks::{Clocked, clocked};
use support::*;

/// What a writer does, before it is known where its targets are.
#[derive(Debug, Clone)]
enum Deed {
    Move {
        item: u8,
        number: i64,
        from: Option<u8>,
        to: Option<u8>,
    },
    Count {
        item: u8,
        location: u8,
        number: i64,
    },
    Reverse {
        writer: u8,
        seq: u64,
    },
    Name {
        item: u8,
        name: u8,
    },
    Merge {
        item: u8,
        into: u8,
    },
    Codes(scans::Deed),
    Newer,
    Bad,
}

#[derive(Debug, Clone)]
struct Step {
    writer: u8,
    millis: u64,
    deed: Deed,
    once: Option<u64>,
    said: Option<u64>,
}

fn deed() -> impl Strategy<Value = Deed> {
    let item = 0..3_u8;
    let location = 0..2_u8;
    prop_oneof![
        8 => (item.clone(), -3..9_i64, proptest::option::of(location.clone()),
              proptest::option::of(location.clone()))
            .prop_map(|(item, number, from, to)| Deed::Move { item, number, from, to }),
        3 => (item.clone(), location, 0..9_i64)
            .prop_map(|(item, location, number)| Deed::Count { item, location, number }),
        3 => (1..4_u8, 1..9_u64).prop_map(|(writer, seq)| Deed::Reverse { writer, seq }),
        1 => (item.clone(), 0..3_u8).prop_map(|(item, name)| Deed::Name { item, name }),
        1 => (item.clone(), item).prop_map(|(item, into)| Deed::Merge { item, into }),
        6 => scans::deed().prop_map(Deed::Codes),
        1 => Just(Deed::Newer),
        1 => Just(Deed::Bad),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let often_none = |range| proptest::option::weighted(0.2, range);
    (
        1..4_u8,
        0..200_u64,
        deed(),
        often_none(0..3_u64),
        often_none(0..200_u64),
    )
        .prop_map(|(writer, seconds, deed, once, said)| Step {
            writer,
            millis: seconds * 10_000,
            deed,
            once,
            said: said.map(|seconds| seconds * 10_000),
        })
}

fn item(number: u8) -> &'static str {
    ["P", "Q", "R"][usize::from(number)]
}

fn location(number: u8) -> &'static str {
    ["A", "B"][usize::from(number)]
}

fn body(step: &Step) -> Option<Body> {
    let body = match step.deed {
        Deed::Move {
            item: i,
            number,
            from,
            to,
        } => {
            let at = |number: Option<u8>| number.map(|number| place(location(number)));
            moved(item(i), number, at(from), at(to))
        }
        Deed::Count {
            item: i,
            location: l,
            number,
        } => counted(item(i), location(l), number),
        Deed::Reverse { writer, seq } => reversed(EntryId {
            origin: origin(writer),
            seq,
        }),
        Deed::Name { item: i, name } => Body::Set(
            CatalogueWrite::new(Class::Item, code(item(i)))
                .with(key::NAME, Value::text(&format!("name {name}"))),
        ),
        Deed::Merge { item: i, into } => Body::ItemMerged(ItemMerged {
            once: None,
            item: code(item(i)),
            into: (i != into).then(|| code(item(into))),
        }),
        Deed::Codes(ref deed) => scans::body(deed, step.once),
        Deed::Newer | Deed::Bad => return None,
    };
    let has_key = matches!(body, Body::Moved(_) | Body::Counted(_) | Body::Reversed(_));
    let body = match step.once {
        Some(row) if has_key => once(body, 1, row),
        _ => body,
    };
    Some(match step.said {
        Some(millis) if matches!(body, Body::Moved(_) | Body::Counted(_)) => said(body, millis),
        _ => body,
    })
}

/// Entries of three writers, and numbers for a prefix of each.
fn world(steps: &[Step], numbered: [u64; 3], moments: [u64; 3]) -> World {
    let mut world = World::default();
    for step in steps {
        let placeholder = add("P", "A", 1);
        let id = world.write(step.writer, step.millis, body(step).unwrap_or(placeholder));
        let time = Timestamp::from_millis(step.millis);
        let unreadable = match step.deed {
            Deed::Newer => Content::Newer {
                time,
                kind: Kind(500),
                touches: None,
            },
            Deed::Bad => Content::Bad {
                time: None,
                reason: "a trailing byte",
            },
            _ => continue,
        };
        *world.records.last_mut().unwrap() = Record {
            id,
            hash8: hash8(id),
            content: unreadable,
        };
    }
    let mut moment = 0;
    for (writer, (count, step)) in (1..).zip(numbered.into_iter().zip(moments)) {
        let written = world
            .records
            .iter()
            .filter(|record| record.id.origin == origin(writer));
        let count = count.min(u64::try_from(written.count()).unwrap());
        moment += step * 10_000;
        if count > 1 {
            world.number(writer, 1, 1, moment / 2);
            world.number(writer, 2, count - 1, moment);
        }
    }
    world
}

/// A world of any kind: one of stock alone, with entries that cannot be read; one in which orders,
/// settings and answers meet the same facts; one in which it depends on roles what counts; and one of
/// bills of materials, lots, purchase orders and stocktakes.
#[derive(Debug, Clone)]
enum Story {
    Stock(Vec<Step>, [u64; 3], [u64; 3]),
    Orders(Vec<orders::Step>, Vec<orders::Numbering>),
    Rights(Vec<rights::Step>, Vec<orders::Numbering>),
    Plans(Vec<plans::Step>, Vec<orders::Numbering>),
    /// One of the others, in which an origin has a branch.
    Branched(Box<Self>, [u8; 2], u64),
    /// One of the others, in which clocks were wrong.
    Clocked(Box<Self>, Clocked),
}

impl Story {
    fn world(&self) -> World {
        match self {
            Self::Stock(steps, numbered, moments) => world(steps, *numbered, *moments),
            Self::Orders(steps, numberings) => orders::world(steps, numberings),
            Self::Rights(steps, numberings) => rights::world(steps, numberings),
            Self::Plans(steps, numberings) => plans::world(steps, numberings),
            Self::Clocked(story, about) => clocked(story.world(), about),
            Self::Branched(story, [root, of], first_seq) => {
                branched(story.world(), *root, *of, *first_seq)
            }
        }
    }
}

fn story(steps_max: usize) -> impl Strategy<Value = Story> {
    let marks = proptest::collection::vec(any::<usize>(), 0..3);
    let fix = (any::<usize>(), any::<bool>(), any::<usize>(), any::<i8>());
    let about = (marks, proptest::collection::vec(fix, 1..4));
    let about = about.prop_map(|(marks, fixes)| Clocked { marks, fixes });
    let clocked = |(story, about)| Story::Clocked(Box::new(story), about);
    let branched = |(story, writers, at)| Story::Branched(Box::new(story), writers, at);
    let plain = prop_oneof![
        2 => straight_story(steps_max),
        1 => (straight_story(steps_max), about).prop_map(clocked),
    ];
    let plain = plain.boxed();
    prop_oneof![
        2 => plain.clone(),
        1 => (plain, [1..4_u8, 2..4], 2..6_u64).prop_map(branched),
    ]
}

fn straight_story(steps_max: usize) -> impl Strategy<Value = Story> {
    let numbered = [0..20_u64, 0..20, 0..20];
    let moments = [0..100_u64, 0..100, 0..100];
    let stock = proptest::collection::vec(step(), 0..steps_max);
    let steps = proptest::collection::vec(orders::step(), 0..steps_max);
    let judged = proptest::collection::vec(rights::step(), 0..steps_max);
    let planned = proptest::collection::vec(plans::step(), 0..steps_max);
    prop_oneof![
        2 => (planned, orders::numberings())
            .prop_map(|(steps, numberings)| Story::Plans(steps, numberings)),
        1 => (judged, rights::numberings())
            .prop_map(|(steps, numberings)| Story::Rights(steps, numberings)),
        1 => (stock, numbered, moments)
            .prop_map(|(steps, numbered, moments)| Story::Stock(steps, numbered, moments)),
        1 => (steps, orders::numberings())
            .prop_map(|(steps, numberings)| Story::Orders(steps, numberings)),
    ]
}

/// The records in the order of F1, and the clock that counts of each.
fn in_order(world: &World) -> (Vec<&Record>, BTreeMap<EntryId, Clock>) {
    let mut by_id: Vec<&Record> = world.records.iter().collect();
    by_id.sort_by_key(|record| record.id);
    let mut times: BTreeMap<EntryId, (u64, EntryId)> = BTreeMap::new();
    let mut clocks: BTreeMap<EntryId, Clock> = BTreeMap::new();
    let mut running: BTreeMap<_, u64> = BTreeMap::new();
    for record in &by_id {
        let cap = world.runs.iter().find(|run| {
            run.origin == record.id.origin
                && (run.first_seq..run.first_seq + run.count).contains(&record.id.seq)
        });
        let written = record.content.time().map_or(0, Timestamp::millis);
        let clock = Clock::new(Timestamp::from_millis(written), 0);
        let capped = cap.filter(|run| clock.time() > run.moment);
        let clock = capped.map_or(clock, |run| Clock::new(run.moment, u16::MAX));
        clocks.insert(record.id, clock);
        let written = cap.map_or(written, |run| written.min(run.moment.millis()));
        let at = running.entry(record.id.origin).or_default();
        *at = written.max(*at);
        let said = match &record.content {
            Content::Known(entry) => entry.body.particulars().and_then(|p| p.said),
            _ => None,
        };
        let order = said.map_or(*at, |said| said.millis().min(*at));
        times.insert(record.id, (order, record.id));
    }
    let mut ordered = by_id;
    ordered.sort_by_key(|record| times[&record.id]);
    (ordered, clocks)
}

/// A second reckoning of on hand, straight from F1, F2 and F5 with nothing incremental.
fn reckon(world: &World) -> BTreeMap<(String, String), Total> {
    let (ordered, clocks) = in_order(world);
    let known = |record: &Record| match &record.content {
        Content::Known(entry) => Some(entry.body.clone()),
        _ => None,
    };
    let mut keys = BTreeSet::new();
    let mut counting: Vec<(EntryId, Body)> = Vec::new();
    for record in ordered {
        let Some(body) = known(record) else { continue };
        let repeated = body.once().is_some_and(|once| !keys.insert(once));
        if !repeated {
            counting.push((record.id, body));
        }
    }
    let void: BTreeSet<EntryId> = counting
        .iter()
        .filter_map(|(_, body)| match body {
            Body::Reversed(reversed) => Some(reversed.target.id),
            _ => None,
        })
        .collect();
    let words = counting.iter().map(|(id, body)| ((clocks[id], *id), body));
    let words: Vec<_> = words.collect();
    let mut totals: BTreeMap<(String, String), Total> = BTreeMap::new();
    let mut at = |item: &Code, place: &Place, change: &dyn Fn(Total) -> Total| {
        let total = totals
            .entry((item.to_string(), place.location.to_string()))
            .or_default();
        *total = change(*total);
    };
    for (_, body) in counting.iter().filter(|(id, _)| !void.contains(id)) {
        match body {
            Body::Moved(moved) => {
                let quantity = moved.quantity.total();
                if let Some(from) = &moved.from {
                    at(&moved.item, from, &|total| total.minus(quantity));
                }
                if let Some(to) = &moved.to {
                    at(&moved.item, to, &|total| total.plus(quantity));
                }
            }
            Body::Counted(counted) => {
                at(&counted.item, &counted.place, &|_| counted.quantity.total());
            }
            Body::UnknownScan(scan) => {
                let Some((item, from, to, quantity)) = scans::comes_to(&words, scan) else {
                    continue;
                };
                let (item, quantity) = (code(&item), quantity.total());
                if let Some(from) = &from {
                    at(&item, from, &|total| total.minus(quantity));
                }
                if let Some(to) = &to {
                    at(&item, to, &|total| total.plus(quantity));
                }
            }
            _ => {}
        }
    }
    totals
}

fn totals_of(fold: &Fold) -> BTreeMap<(String, String), Total> {
    let named = |key: LineKey| (key.item.to_string(), key.location.to_string());
    fold.totals()
        .map(|(key, total)| (named(key), total))
        .filter(|(_, t)| !t.is_zero())
        .collect()
}

/// What can be given to a fold, in any order.
#[derive(Debug, Clone)]
enum Gift {
    Record(usize),
    Run(usize),
    Branch(usize),
}

fn gifts(world: &World) -> Vec<Gift> {
    let records = (0..world.records.len()).map(Gift::Record);
    records
        .chain((0..world.runs.len()).map(Gift::Run))
        .chain((0..world.branches.len()).map(Gift::Branch))
        .collect()
}

fn give(fold: &mut Fold, world: &World, gift: &Gift) {
    match gift {
        Gift::Record(at) => fold.apply(world.records[*at].clone()),
        Gift::Run(at) => fold.number(world.runs[*at]),
        Gift::Branch(at) => {
            fold.branch(world.branches[*at]);
        }
    }
}

/// Whatever the moment, what was there then and what was done since are what is there now.
fn turnovers_hold(fold: &Fold, since: u64) -> Result<(), TestCaseError> {
    let since = Timestamp::from_millis(since);
    for item in fold.items() {
        let all = fold.turnover(&item, Timestamp::ZERO);
        let late = fold.turnover(&item, since);
        let mut on_hand: BTreeMap<LineKey, Total> = BTreeMap::new();
        for (at, line) in late.lines.iter().enumerate() {
            let sum = |turnover: &Turnover, counts: &dyn Fn(&Transaction) -> bool| {
                let counting = turnover.transactions.iter().filter(|one| counts(one));
                let steps = counting.flat_map(Transaction::steps);
                let here = steps.filter(|step| step.line == at);
                here.fold(Total::ZERO, |sum, step| sum.plus(step.change()))
            };
            prop_assert_eq!(line.before, sum(&all, &|one| one.at < since));
            prop_assert_eq!(line.on_hand, line.before.plus(sum(&late, &|_| true)));
            let there = on_hand.entry(line.key.clone()).or_default();
            *there = there.plus(line.on_hand);
        }
        let lines = fold.lines(&item).into_iter();
        prop_assert_eq!(
            on_hand,
            lines.map(|line| (line.key, line.on_hand)).collect()
        );
        let once: BTreeSet<EntryId> = late.transactions.iter().map(|one| one.id).collect();
        prop_assert_eq!(once.len(), late.transactions.len());
        for one in &late.transactions {
            prop_assert!(one.at >= since && !fold.is_void(one.id));
            let between: Vec<Total> = one.steps().map(|step| step.change()).collect();
            let is_move = !one.is_count && between.len() == 2;
            let sum = between.into_iter().fold(Total::ZERO, Total::plus);
            prop_assert!(!is_move || sum.is_zero(), "a move adds nothing");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn any_order_and_any_repetition_give_the_same_state(
        story in story(40),
        seed in any::<u64>(),
    ) {
        let world = story.world();
        let straight = world.fold();
        let mut order = gifts(&world);
        order.extend(gifts(&world));
        shuffle(&mut order, seed);
        let mut shuffled = Fold::new();
        for gift in &order {
            give(&mut shuffled, &world, gift);
        }
        prop_assert_eq!(dump(&straight), dump(&shuffled));
        prop_assert_eq!(answers(&straight, &world), answers(&shuffled, &world));
    }

    #[test]
    fn what_was_done_is_what_changed(story in story(40), since in 0..2_000_000_u64) {
        turnovers_hold(&story.world().fold(), since)?;
    }

    #[test]
    fn batches_of_any_size_give_the_same_state(
        story in story(40),
        size in 1..9_usize,
    ) {
        let world = story.world();
        let mut batched = Fold::new();
        for run in &world.runs {
            batched.number(*run);
        }
        for branch in &world.branches {
            batched.branch(*branch);
        }
        for batch in world.records.rchunks(size) {
            batched.apply_all(batch.iter().cloned());
        }
        prop_assert_eq!(dump(&world.fold()), dump(&batched));
    }

    #[test]
    fn on_hand_is_what_a_straight_reckoning_gives(
        steps in proptest::collection::vec(step(), 0..40),
        numbered in [0..20_u64, 0..20, 0..20],
        moments in [0..100_u64, 0..100, 0..100],
    ) {
        let world = world(&steps, numbered, moments);
        let mut expected = reckon(&world);
        expected.retain(|_, total| !total.is_zero());
        prop_assert_eq!(totals_of(&world.fold()), expected);
    }

    #[test]
    fn a_fold_that_goes_on_from_snapshots_answers_as_one_that_took_everything(
        story in story(60),
        cuts in proptest::collection::vec((0..60_usize, any::<bool>()), 0..4),
        runs_at in proptest::collection::vec(0..60_usize, 14),
    ) {
        let world = story.world();
        let mut fold = Fold::new();
        for branch in &world.branches {
            fold.branch(*branch);
        }
        for at in 0..=world.records.len() {
            for (run, _) in world.runs.iter().zip(&runs_at).filter(|(_, when)| **when == at) {
                fold.number(*run);
            }
            for (_, pack_only) in cuts.iter().filter(|(cut, _)| *cut == at) {
                if *pack_only {
                    fold.pack();
                } else {
                    fold = gone_on(fold, &world.records[..at]);
                }
            }
            fold.apply_all(world.records.get(at).cloned());
        }
        for run in &world.runs {
            fold.number(*run);
        }
        let straight = world.fold();
        prop_assert_eq!(answers(&straight, &world), answers(&fold, &world));
        prop_assert_eq!(dump(&straight), dump(&fold));
    }

    #[test]
    fn who_works_out_only_what_changed_knows_as_much_as_who_works_out_everything(
        story in story(40),
        seed in any::<u64>(),
        looks in proptest::collection::vec(1..4_usize, 1..20),
        opened_at in proptest::option::of(0..40_usize),
    ) {
        let world = story.world();
        let mut order = gifts(&world);
        shuffle(&mut order, seed);
        if opened_at.is_some() {
            // Nothing waits for a predecessor, so that it can be opened again.
            let mut records = 0..world.records.len();
            let places = order.iter_mut().filter(|gift| matches!(gift, Gift::Record(_)));
            places.zip(&mut records).for_each(|(gift, at)| *gift = Gift::Record(at));
        }
        let mut fold = Fold::new();
        for branch in world.branches.iter().filter(|_| opened_at.is_some()) {
            fold.branch(*branch);
        }
        let mut kept = Kept::of(&fold);
        let mut rest = order.as_slice();
        for (look, size) in looks.iter().cycle().enumerate() {
            if opened_at == Some(look) {
                fold = gone_on(fold, &world.records);
                kept = Kept::of(&fold);
            }
            let (now, later) = rest.split_at(rest.len().min(*size));
            for gift in now {
                give(&mut fold, &world, gift);
            }
            kept.catch_up(&fold);
            let fresh = Kept::of(&fold);
            // Somebody had no right to what named the others.
            let others = kept.items.extract_if(.., |item, _| !fresh.items.contains_key(item));
            for (item, (_, found)) in others {
                prop_assert!(found.is_empty() && !fold.is_item(&item));
            }
            // What was said of an order may turn out to mean another.
            kept.orders.retain(|order, (_, found)| {
                let gone = found.is_empty() && fold.order(*order).is_none();
                fresh.orders.contains_key(order) || !gone
            });
            prop_assert_eq!(&kept.items, &fresh.items);
            prop_assert_eq!(&kept.orders, &fresh.orders);
            prop_assert_eq!(&kept.counted, &fresh.counted);
            let found = kept.items.values().chain(kept.orders.values());
            let found = found.flat_map(|(_, found)| found.clone());
            let all = fold.exceptions_elsewhere().into_iter().chain(found).collect();
            prop_assert_eq!(fold.still_open(all), fold.exceptions());
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
    }

    #[test]
    fn a_part_of_a_history_is_its_newest_rows(
        story in story(40),
        most in 0..12_usize,
    ) {
        let fold = story.world().fold();
        for item in fold.items() {
            let whole = fold.history(&item);
            let moments = whole.iter().map(|row| Some((row.at, row.id)));
            for until in moments.chain([None]) {
                let part = fold.history_part(&item, until, most);
                let late = |row: &&HistoryRow| until.is_some_and(|until| (row.at, row.id) > until);
                let known = whole.iter().rev().skip_while(late).count();
                let left_out = known - part.rows.len();
                prop_assert_eq!(&part.rows[..], &whole[left_out..known]);
                prop_assert!(part.has_older || left_out == 0);
                // All rows of an entry or none.
                if let Some(last) = left_out.checked_sub(1) {
                    prop_assert_ne!(Some(whole[last].id), part.rows.first().map(|row| row.id));
                }
            }
            let mut own: Vec<(Timestamp, Total)> = Vec::new();
            for row in whole.iter().filter(|row| row.owner.is_none() && row.line.is_some()) {
                match own.last_mut() {
                    Some((at, on_hand)) if *at == row.at => *on_hand = row.on_hand,
                    _ => own.push((row.at, row.on_hand)),
                }
            }
            prop_assert_eq!(fold.on_hand_over_time(&item, None), own);
        }
    }

    #[test]
    fn the_changes_of_every_line_add_up_to_its_on_hand(
        story in story(40),
    ) {
        let fold = story.world().fold();
        for item in fold.items() {
            let history = fold.history(&item);
            for line in fold.lines(&item) {
                let changes = history.iter().filter(|row| row.line.as_ref() == Some(&line.key));
                let sum = changes.fold(Total::ZERO, |sum, row| sum.plus(row.change));
                prop_assert_eq!(sum, line.on_hand);
            }
            // Lines of merged items are told as one, each with its own counts.
            let alone = fold.aliases(&item).len() == 1;
            for line in fold.lines(&item).iter().filter(|_| alone) {
                let of_line = history.iter().filter(|row| row.line.as_ref() == Some(&line.key));
                told_as_it_happened(&of_line.collect::<Vec<_>>())?;
            }
            for why in fold.why(&item, None) {
                let start = why.count.map_or(Total::ZERO, |count| count.quantity.total());
                let moves = why.movements.iter();
                let sum = moves.fold(start, |sum, row| sum.plus(row.amount.total()));
                prop_assert_eq!(sum, why.on_hand);
                let parts = fold.why_part(&item, None, 2);
                let part = parts.iter().find(|part| part.line == why.line).unwrap();
                let (earlier, before) = part.earlier;
                prop_assert_eq!(&part.movements[..], &why.movements[earlier..]);
                let moves = part.movements.iter();
                let sum = moves.fold(start.plus(before), |sum, row| sum.plus(row.amount.total()));
                prop_assert_eq!(sum, why.on_hand);
                prop_assert_eq!(&part.ignored[..], &why.ignored[part.ignored_before..]);
                prop_assert!(part.movements.len() <= 2 && part.ignored.len() <= 2);
            }
        }
    }
}

/// After each row of a line there is what its rows up to there come to, without those that a
/// reversal among them voids.
fn told_as_it_happened(rows: &[&HistoryRow]) -> Result<(), TestCaseError> {
    let mut before = Total::ZERO;
    for (at, row) in rows.iter().enumerate() {
        let so_far = &rows[..=at];
        let void: Vec<EntryId> = so_far.iter().filter_map(|row| row.reverses).collect();
        let counting = so_far.iter().filter(|row| row.withheld.is_none());
        let counting = counting.filter(|row| !void.contains(&row.id));
        let there = counting.fold(Total::ZERO, |sum, row| match row.kind {
            RowKind::Count => row.line_on_hand,
            RowKind::Movement => sum.plus(row.change),
            RowKind::Reversal | RowKind::Order => sum,
        });
        prop_assert_eq!(row.line_on_hand, there);
        prop_assert_eq!(row.change, there.minus(before));
        before = there;
    }
    Ok(())
}

/// What a fold says of a thing, and what is the matter with it.
type Said = (String, Vec<Exception>);

/// Answers that are kept as long as nobody says that they changed.
struct Kept {
    mark: Mark,
    items: BTreeMap<Code, Said>,
    orders: BTreeMap<EntryId, Said>,
    /// The lines of stocktakes, by what of.
    counted: BTreeMap<(EntryId, Code), String>,
}

impl Kept {
    fn of(fold: &Fold) -> Self {
        let mut items = fold.items_in_play();
        items.extend(fold.items());
        let items = items
            .into_iter()
            .map(|item| (item.clone(), of_item(fold, &item)));
        let orders = fold
            .named_documents()
            .map(|order| (order, of_order(fold, order)));
        Self {
            mark: fold.mark(),
            items: items.collect(),
            orders: orders.collect(),
            counted: counted_of(fold),
        }
    }

    fn catch_up(&mut self, fold: &Fold) {
        let Some(news) = fold.changed_since(self.mark) else {
            *self = Self::of(fold);
            return;
        };
        let is_news =
            |(id, item): &(EntryId, Code)| news.documents.contains(id) || news.items.contains(item);
        self.counted.retain(|about, _| !is_news(about));
        let counted = counted_of(fold).into_iter();
        self.counted
            .extend(counted.filter(|(about, _)| is_news(about)));
        for item in news.items {
            self.items.insert(item.clone(), of_item(fold, &item));
        }
        for order in news.documents {
            self.orders.insert(order, of_order(fold, order));
        }
        self.mark = fold.mark();
    }
}

fn counted_of(fold: &Fold) -> BTreeMap<(EntryId, Code), String> {
    let mut counted: BTreeMap<(EntryId, Code), String> = BTreeMap::new();
    for id in fold.stocktakes() {
        for line in fold.stocktake_lines(&fold.stocktake(id).unwrap()) {
            let about = (id, line.line.item.clone());
            *counted.entry(about).or_default() += &format!("{line:?}");
        }
    }
    counted
}

fn of_item(fold: &Fold, item: &Code) -> Said {
    let asked = (
        (fold.item(item), fold.is_item(item)),
        fold.lines(item),
        fold.allocated(item, None),
        fold.lines_wanting(item),
        (fold.bom(item), fold.used_in(item), fold.on_order(item)),
    );
    (format!("{asked:?}"), fold.exceptions_of_item(item))
}

fn of_order(fold: &Fold, order: EntryId) -> Said {
    // What its lines are promised is told of by their items.
    let asked = (
        (fold.order(order), fold.picked_of(order)),
        (fold.lot(order), fold.purchase(order), fold.stocktake(order)),
    );
    (
        format!("{asked:?}"),
        fold.exceptions_of_document_itself(order),
    )
}

#[test]
fn a_change_of_one_item_is_told_as_that() {
    let mut world = World::default();
    world.write(1, 1_000, add("P", "A", 1));
    world.write(1, 2_000, add("Q", "A", 1));
    let mut fold = world.fold();
    let mark = fold.mark();
    assert_eq!(fold.changed_since(mark), Some(News::default()));
    world.write(1, 3_000, remove("Q", "A", 1));
    fold.apply_all(world.records.iter().cloned());
    let news = fold.changed_since(mark).unwrap();
    assert_eq!(news.items, BTreeSet::from([code("Q")]));
    assert_eq!(news.documents, BTreeSet::new());
    fold.apply(record(
        EntryId {
            origin: origin(2),
            seq: 1,
        },
        4_000,
        setting("allow-backorder", "on"),
    ));
    assert_eq!(fold.changed_since(mark), None);
}

/// A fold made of another's snapshot and of what has to be replayed, in another order.
fn gone_on(mut fold: Fold, taken: &[Record]) -> Fold {
    let snapshot = fold.snapshot().unwrap();
    let mut next = Fold::of_snapshot(snapshot.clone()).unwrap();
    for record in taken.iter().rev().filter(|record| record.is_replayed()) {
        next.replay(record.clone());
    }
    let again = next.snapshot().unwrap();
    assert_eq!(snapshot, again, "a snapshot of what a snapshot gave");
    next
}

fn once_of(record: &Record) -> Option<IdempotencyKey> {
    match &record.content {
        Content::Known(entry) => entry.body.once(),
        _ => None,
    }
}

/// What is kept beside the lines: where they are, whose they are, and of which items.
fn lists(fold: &Fold) -> Vec<String> {
    let mut lists = vec![format!("{:?}", fold.items_after(None).collect::<Vec<_>>())];
    for place in orders::LOCATIONS.map(code) {
        let (stock, changes) = (fold.stock_at(&place), fold.changes_at(&place, 100));
        lists.push(format!("{place} {stock:?} {changes:?}"));
    }
    for owner in orders::OWNERS.map(code) {
        let mut lines: Vec<_> = fold.lines_owned_by(&owner).collect();
        lines.sort();
        lists.push(format!("{owner} {lines:?}"));
    }
    lists
}

/// What can be asked about plans.
fn of_plans(fold: &Fold) -> Vec<String> {
    let mut answers = Vec::new();
    for item in plans::ITEMS.map(code) {
        let asked = (
            (fold.bom(&item), fold.used_in(&item), fold.bom_circle(&item)),
            (fold.lots_of(&item), fold.purchases_of(&item)),
            fold.on_order(&item),
        );
        answers.push(format!("{item} {asked:?}"));
    }
    for lot in fold.lots().into_iter().filter_map(|id| fold.lot(id)) {
        answers.push(format!("{lot:?} {}", fold.lot_differs(&lot)));
    }
    for id in fold.purchases() {
        answers.push(format!("{:?}", fold.purchase(id)));
    }
    for id in fold.stocktakes() {
        let stocktake = fold.stocktake(id).unwrap();
        let lines = fold.stocktake_lines(&stocktake);
        answers.push(format!("{stocktake:?} {lines:?}"));
    }
    answers
}

/// What can be asked of a fold besides its dump.
fn answers(fold: &Fold, world: &World) -> Vec<String> {
    let mut answers = Vec::new();
    for item in fold.items() {
        answers.push(format!("{:?}", fold.history(&item)));
        answers.push(format!("{:?}", fold.why(&item, None)));
        answers.push(format!("{:?}", fold.lines(&item)));
    }
    answers.push(format!("{:?}", fold.exceptions()));
    for id in fold.orders() {
        answers.push(format!("{:?}", fold.order(id)));
        answers.push(format!("{:?}", fold.order_lines(id)));
    }
    for item in orders::ITEMS.map(code) {
        let free = |id: &EntryId| fold.free_for(*id, &item).to_string();
        let free: Vec<String> = fold.orders().iter().map(free).collect();
        answers.push(format!("{item} {free:?} {:?}", fold.lines_wanting(&item)));
    }
    answers.extend(of_plans(fold));
    answers.extend(lists(fold));
    for record in &world.records {
        let id = record.id;
        let asked = (
            fold.reference(id),
            fold.effective_time(id),
            fold.central_number(id),
            fold.is_void(id),
            (
                fold.is_transaction(id),
                fold.is_before_count(id),
                fold.item_of(id),
            ),
            once_of(record).map(|once| fold.known_once(&once)),
            (fold.is_not_admitted(id), fold.is_authority(id)),
            fold.scan(id),
        );
        answers.push(format!("{id} {asked:?}"));
    }
    answers.push(format!(
        "{} {:?} {:?}",
        fold.entry_count(),
        fold.central_origin(),
        fold.users()
    ));
    answers
}
