//! Sessions as they are scanned: codes in, what is written out.

use ledger_core::{DeviceId, Timestamp};

use super::*;

fn code(text: &str) -> Code {
    Code::new(text).unwrap()
}

fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

/// What a word of these tests is: `@A-1` a location, `R` an item, `BOX` ten of the item R.
fn input(word: &str) -> Input {
    match codes::command(word) {
        Some(codes::Command::Mode(mode)) => Input::Word(Word::Mode(mode)),
        Some(codes::Command::Undo) => Input::Word(Word::Undo),
        Some(codes::Command::Done) => Input::Word(Word::Done),
        Some(codes::Command::Other(other)) => Input::Word(Word::Other(other)),
        Some(codes::Command::Times(number)) => Input::Word(Word::Times(quantity(number))),
        None => match word.strip_prefix('@') {
            Some(number) => Input::Location(code(number)),
            None if word == "BOX" => Input::Item(Piece::of(code("R"), quantity("10"))),
            None => Input::Item(Piece::of(code(word), Quantity::ONE)),
        },
    }
}

const DEVICE: DeviceId = DeviceId::from_bytes([1; 16]);

fn here(millis: u64) -> Here {
    Here {
        device: DEVICE,
        now: Timestamp::from_millis(millis),
    }
}

/// An action in short.
fn short(action: &Action) -> String {
    match action {
        Action::Add { piece, location } => format!("+{} @{location}", of_item(piece)),
        Action::Remove { piece, location } => format!("-{} @{location}", of_item(piece)),
        Action::Move { found, from, to } => {
            format!("{} @{from} @{to}", listed(found.iter().map(Found::text)))
        }
        Action::Keep { kept, location } => format!("keep {} @{location}", kept.text()),
        Action::Tally { piece, location } => format!("tally {} @{location}", of_item(piece)),
        Action::TallyBack { piece, location } => {
            format!("tally back {} @{location}", of_item(piece))
        }
        Action::Count {
            counts, location, ..
        } => {
            let told =
                |count: &Counted| format!("{} since {}", of_item(&count.piece), count.started);
            format!("count {} @{location}", listed(counts.iter().map(told)))
        }
        Action::Undo => "undo".to_owned(),
        Action::Pick {
            order,
            piece,
            location,
        } => format!("pick {} @{location} for {order}", of_item(piece)),
        Action::Issue { .. } | Action::Build { .. } | Action::Receive { .. } => {
            "for a document".to_owned()
        }
        Action::Badge(user) => format!("badge {user}"),
        Action::Written => "written".to_owned(),
    }
}

/// Scans words at 1 ms, 2 ms, …; gives what was written, errors as `!` and their first words.
fn scan(words: &str) -> (Session, Vec<String>) {
    let mut session = Session::default();
    let mut written = Vec::new();
    for (at, word) in (1..).zip(words.split(' ')) {
        match session.step(&Fold::new(), input(word), here(at)) {
            Ok(step) => {
                written.extend(step.action.as_ref().map(short));
                session = step.next;
            }
            Err(text) => written.push(format!("! {text}")),
        }
    }
    (session, written)
}

fn check(words: &str, expected: &[&str]) {
    assert_eq!(scan(words).1, expected, "{words}");
}

#[test]
fn add_and_remove_write_every_scan() {
    check("ADD @A R R", &["+1 of R @A", "+1 of R @A"]);
    check("ADD @A Q5 R R", &["+5 of R @A", "+1 of R @A"]);
    check("ADD @A BOX Q2.5 BOX", &["+10 of R @A", "+25 of R @A"]);
    check("REMOVE @A R @B S", &["-1 of R @A", "-1 of S @B"]);
    check("@A ADD R REMOVE R", &["+1 of R @A", "-1 of R @A"]);
    check("ADD Q3 @A R", &["+3 of R @A"]);
}

#[test]
fn move_takes_up_and_puts_down() {
    check("MOVE @A Q4 R @B", &["4 of R @A @B"]);
    check(
        "MOVE @A R S @B R @C",
        &["1 of R, 1 of S @A @B", "1 of R @A @C"],
    );
    check("MOVE @A @B R @C", &["1 of R @B @C"]);
    check("MOVE @A R S UNDO @B", &["1 of R @A @B"]);
    let (session, written) = scan("MOVE @A R ADD DONE");
    assert!(
        written
            .iter()
            .all(|line| line.contains("scan the location it goes to")),
        "{written:?}"
    );
    assert!(
        session
            .left_open()
            .unwrap()
            .contains("1 of R from A was not moved")
    );
}

#[test]
fn count_tallies_and_then_counts_each_item_once() {
    let tallies = ["tally 1 of S @A", "tally 1 of R @A", "tally 5 of S @A"];
    let counted = ["count 1 of R since 4 ms, 6 of S since 3 ms @A"];
    for end in ["DONE", "@B", "ADD", "COUNT"] {
        let words = format!("COUNT @A S R Q5 S {end}");
        check(&words, &[&tallies[..], &counted[..]].concat());
    }
    check(
        "COUNT @A R UNDO DONE",
        &["tally 1 of R @A", "tally back 1 of R @A"],
    );
    check(
        "COUNT @A Q0 R DONE",
        &["tally 0 of R @A", "count 0 of R since 4 ms @A"],
    );
    check("COUNT @A DONE", &[]);
    let (session, _) = scan("COUNT @A R");
    assert!(session.left_open().unwrap().contains("was not finished"));
    assert_eq!(scan("COUNT @A R DONE").0.left_open(), None);
}

#[test]
fn undo_takes_back_what_was_written() {
    check("UNDO", &["undo"]);
    check("ADD @A R UNDO UNDO", &["+1 of R @A", "undo", "undo"]);
    check("ADD @A Q5 UNDO R", &["undo", "+1 of R @A"]);
}

#[test]
fn the_wrong_code_says_what_is_expected() {
    for (words, says) in [
        ("R", "scan a mode"),
        ("ADD R", "scan a location"),
        ("COUNT R", "scan a location"),
        ("LOT R", "scan a production lot first"),
        ("PO R", "scan a purchase order first"),
        ("STOCKTAKE R", "scan a stocktake first"),
        ("SKIP", "SKIP belongs to ORDER"),
        ("SHORT", "SHORT belongs to ORDER"),
        ("ADD @A MOVEALL", "MOVEALL belongs to MOVE"),
        ("MOVE @A MOVEALL", "nothing is at A"),
        ("ORDER R", "scan an order first"),
        ("OWNER R", "a customer is expected"),
        ("REASON @A", "a reason is expected"),
        ("ADD @A Q922337203685477 BOX", "no quantity"),
    ] {
        let (_, written) = scan(words);
        assert!(
            written
                .last()
                .is_some_and(|line| line.starts_with('!') && line.contains(says)),
            "{written:?}"
        );
    }
}

#[test]
fn a_step_that_is_not_taken_leaves_no_trace() {
    let (session, _) = scan("ADD @A Q5");
    let before = session.clone();
    let refused = session.step(&Fold::new(), input("R"), here(0));
    let refused = refused.unwrap();
    assert_eq!(session, before);
    assert_eq!(
        refused.next.times, None,
        "the multiplier is used up only when it was written"
    );
}

mod shop;
