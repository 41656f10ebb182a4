//! Screens of three sizes, drawn into memory: what must be whole is whole, with whatever names.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;

/// The smallest terminal, the usual one, and a wide one.
const SIZES: [(u16, u16); 3] = [(40, 15), (80, 24), (160, 50)];

fn answered(tone: Tone, scan: &str, says: &str) -> Answered {
    Answered {
        at: "12:04:10".to_owned(),
        tone,
        scan: scan.to_owned(),
        says: says.to_owned(),
        user: "olga".to_owned(),
        item: None,
    }
}

/// A screen in the middle of work.
pub(in crate::scan::screen) fn view() -> View {
    let on_hand = Change {
        before: "7".to_owned(),
        after: "12".to_owned(),
    };
    let last = Answered {
        item: Some(Item {
            code: "R-100".to_owned(),
            name: "Resistor 100 Ohm".to_owned(),
            on_hand: Some(on_hand),
            here: None,
        }),
        ..answered(Tone::Ok, "R-100", "5 of R-100 added at A-01, on hand 12")
    };
    let mut all = vec![last];
    all.extend((1..=8).map(|number| {
        answered(
            Tone::Ok,
            "C-10",
            &format!("{number} of C-10 added at A-01, on hand {number}"),
        )
    }));
    View {
        mode: Some("ADD"),
        location: Some("A-01".to_owned()),
        location_name: "Shelf 1".to_owned(),
        document: None,
        owner: None,
        reason: None,
        prompt: "scan an item".to_owned(),
        typed: String::new(),
        notice: None,
        answered: all,
        tasks: Vec::new(),
        user: Some("olga".to_owned()),
        device: "HH-1".to_owned(),
        status: Status {
            pending: 3,
            oldest: Some("4 min".to_owned()),
            link: Link::Off,
            why: None,
            why_whole: None,
            synced: Some("4 min".to_owned()),
            scanned: Some("2 s".to_owned()),
            scanner: None,
        },
        is_help: false,
    }
}

fn drawn(view: &View, (columns, rows): (u16, u16)) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| render(frame, view)).unwrap();
    let buffer = terminal.backend().buffer().clone();
    let cell = |column, row| buffer.cell((column, row)).unwrap().symbol().to_owned();
    (0..rows)
        .map(|row| {
            let mut text = String::new();
            let mut column = 0;
            while column < columns {
                let symbol = cell(column, row);
                // The second half of a wide character is no character.
                column += cells(width(&symbol)).max(1);
                text.push_str(&symbol);
            }
            text.trim_end().to_owned()
        })
        .collect()
}

/// The text of a screen without its line breaks and spaces, and without large letters, which stand
/// beside rows of small ones.
fn dense(screen: &[String]) -> String {
    screen.concat().replace([' ', '█', '▀', '▄'], "")
}

#[track_caller]
fn assert_whole(screen: &[String], text: &str) {
    let text = text.replace(' ', "");
    assert!(
        dense(screen).contains(&text),
        "{text} is not whole in\n{}",
        screen.join("\n")
    );
}

#[test]
fn the_smallest_screen_has_everything() {
    let expected = " \
ADD         ▄▀▄     █▀█ ▄█
 olga        █▀█ ▀▀▀ █ █  █
 HH-1        ▀ ▀     ▀▀▀ ▀▀▀
> scan an item

 OK 5 of R-100 added at A-01, on hand
 12
 Resistor 100 Ohm  7 → 12
ok    1 of C-10 added at A-01, on … olga
ok    2 of C-10 added at A-01, on … olga
ok    3 of C-10 added at A-01, on … olga
ok    4 of C-10 added at A-01, on … olga
ok    5 of C-10 added at A-01, on … olga
3 not sent, oldest 4 min   switched off
synced 4 min ago, scan 2 s ago, F1 help";
    assert_eq!(drawn(&view(), (40, 15)).join("\n"), expected);
}

#[test]
fn more_room_is_used() {
    let mut view = view();
    view.tasks = (1..=9)
        .map(|number| format!("{number} of R-{number} at A-0{number}"))
        .collect();
    for size in [(80, 24), (160, 50), (200, 60)] {
        let screen = drawn(&view, size);
        let text = screen.join("\n");
        for said in [
            "olga on HH-1",
            "Shelf 1",
            "PICK LIST, 9 to go",
            "1 of R-1 at A-01",
        ] {
            assert!(text.contains(said), "{said} in {size:?}\n{text}");
        }
        let scans = text.matches("C-10 added").count();
        assert!(scans >= 5, "{scans} in {size:?}\n{text}");
    }
}

#[test]
fn what_is_to_be_done_is_called_what_it_is() {
    for (mode, title) in [
        ("ORDER", "PICK LIST, 1 to go"),
        ("LOT", "PICK LIST, 1 to go"),
        ("COUNT", "PICK LIST, 1 to go"),
        ("PO", "TO COME, 1 to go"),
        ("STOCKTAKE", "TO COUNT, 1 to go"),
    ] {
        let mut view = view();
        view.mode = Some(mode);
        view.tasks = vec!["3 of R-100 at A-01".to_owned()];
        let text = drawn(&view, (160, 50)).join("\n");
        assert!(text.contains(title), "{title} in\n{text}");
    }
}

#[test]
fn long_and_wide_names_leave_what_matters_whole() {
    let long = "REGAL-HALLE-7-GANG-12-EBENE-3-FACH-09";
    let wide = "倉庫三番棚の一番上";
    let number = "170141183460469231731687303.7158";
    for location in [long, wide, "A"] {
        for size in SIZES {
            let mut view = view();
            view.location = Some(location.to_owned());
            view.location_name = wide.repeat(20);
            view.user = Some("x".repeat(200));
            view.device = wide.repeat(9);
            view.status.pending = u64::MAX;
            view.status.oldest = Some("999 d".to_owned());
            view.status.why = Some(long.repeat(9));
            view.prompt = format!("next: {number} of {long} at {wide}");
            let says = format!("{number} of {long} added at {location}, on hand {number}");
            view.answered[0].says.clone_from(&says);
            view.answered[0].tone = Tone::Warn;
            view.answered[0].item = Some(Item {
                code: long.to_owned(),
                name: wide.repeat(30),
                on_hand: Some(Change {
                    before: number.to_owned(),
                    after: number.to_owned(),
                }),
                here: None,
            });
            view.answered[1].says = wide.repeat(40);
            let screen = drawn(&view, size);
            let is_large = screen.iter().take(3).any(|row| row.contains('█'));
            for row in &screen {
                assert!(width(row) <= usize::from(size.0), "{row}");
            }
            if location != "A" && !is_large {
                assert_whole(&screen, location);
            }
            if size.0 < WIDE {
                assert_whole(&screen, "ADD");
                assert_whole(&screen, "WARN");
            }
            assert_whole(&screen, &says);
            assert_whole(&screen, &u64::MAX.to_string());
            assert_whole(&screen, "switched off");
        }
    }
}

#[test]
fn what_is_typed_shows_its_end_and_the_help_its_keys() {
    let mut view = view();
    view.typed = "(01)04006381333931(10)LOT-2026-11-22(21)S-1".to_owned();
    let screen = drawn(&view, (40, 15));
    assert_eq!(screen[3], "> scan an item");
    assert!(screen[4].ends_with("(21)S-1_"), "{screen:#?}");
    view.is_help = true;
    view.status.why_whole = Some("the server does not answer".to_owned());
    let text = drawn(&view, (40, 15)).join("\n");
    for said in ["F2", "UNDO", "F10", "does not answer", "3 not sent", "ADD"] {
        assert!(text.contains(said), "{said} in\n{text}");
    }
}

#[test]
fn no_terminal_is_too_small() {
    for columns in 1..45 {
        for rows in 1..20 {
            let screen = drawn(&view(), (columns, rows));
            assert_eq!(screen.len(), usize::from(rows));
        }
    }
}
