//! Own codes by example, and what their check character finds; `tests/laws.rs` has the laws.

use super::*;

fn one(text: &str) -> Own {
    let mut found = read(text).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn labels_that_are_printed_stay_as_they_are() {
    // These stand on shelves: a code never changes.
    for (kind, name, expected) in [
        (Kind::Location, "A-01", "XJLX0X601L"),
        (Kind::Item, "R-1001", "XJIRX61001S"),
        (Kind::Item, "RES-10K", "XJIRESX610KE"),
        (Kind::Item, "XC6206P332MR", "XJIXXC6206P332X1RV"),
        (Kind::Batch, "Lot 7a", "XJBLXVFXVKXB7XV0K"),
        (Kind::Command, "UNDO", "XJKUNDOC"),
        (Kind::Command, "MOVEALL", "XJKX1OVEX0LLT"),
        (Kind::Command, "Q2.5", "XJKX22X75E"),
        (Kind::User, "Zoë", "XJUX5XVFXUD3BCT"),
    ] {
        let printed = code(kind, name).unwrap();
        assert_eq!(printed, expected);
        let expected = Own {
            kind,
            name: name.to_owned(),
            repair: None,
        };
        assert_eq!(one(&printed), expected);
        assert_eq!(one(&format!(" {printed}\r\n")), expected);
    }
}

#[test]
fn every_wrong_character_is_found_and_nearly_every_swap() {
    let (mut swaps, mut missed) = (0, 0);
    for kind in Kind::all() {
        for name in ["A-01", "R-1001", "B-20-11-C-02", "0", "K3F9P00C"] {
            let printed = code(kind, name).unwrap();
            let chars: Vec<char> = printed.chars().collect();
            for place in 3..chars.len() {
                for other in "0123456789BCDEFGHIJKLNOPRSTUVX".chars() {
                    let mut wrong = chars.clone();
                    wrong[place] = other;
                    let wrong: String = wrong.into_iter().collect();
                    let is_same = wrong == printed;
                    assert_eq!(read(&wrong) == Err(OwnError::Misread), !is_same, "{wrong}");
                }
                let mut swapped = chars.clone();
                swapped.swap(place - 1, place);
                if place > 3 && swapped != chars {
                    swaps += 1;
                    let swapped: String = swapped.into_iter().collect();
                    missed += usize::from(read(&swapped) != Err(OwnError::Misread));
                }
            }
        }
    }
    assert!(swaps > 300 && missed * 50 < swaps, "{missed} of {swaps}");
}

/// A code as it comes when digits are typed on another keyboard.
fn typed(code: &str, layout: Layout) -> String {
    let sign = |c: char| match c.to_digit(10) {
        Some(0) => layout.row().chars().nth(9).unwrap(),
        Some(digit) => layout.row().chars().nth(digit as usize - 1).unwrap(),
        None => c,
    };
    code.chars().map(sign).collect()
}

#[test]
fn a_wrong_keyboard_is_mended_and_said() {
    let printed = code(Kind::Location, "B-0123456789").unwrap();
    for layout in Layout::ALL {
        let text = typed(&printed, layout);
        let found = read(&text).unwrap();
        let right = found.iter().find(|own| own.name == "B-0123456789").unwrap();
        assert_eq!(right.repair, Some(Repair::Digits(layout)), "{text}");
        assert!(right.repair.unwrap().to_string().contains(layout.name()));
        // With Caps Lock on top.
        let small = read(&text.to_lowercase()).unwrap();
        assert!(small.iter().any(|own| own.name == "B-0123456789"), "{text}");
        let large = read(&text.to_uppercase()).unwrap();
        assert!(large.iter().any(|own| own.name == "B-0123456789"), "{text}");
    }
    assert_eq!(one(&printed.to_lowercase()).repair, Some(Repair::Case));
    // Letters lie where they lie: nothing to mend on a keyboard that swaps others.
    assert!(!printed.contains(['A', 'M', 'Q', 'W', 'Y', 'Z']));
}

#[test]
fn other_texts_are_foreign_and_not_ours() {
    for text in [
        "",
        "X",
        "XJ",
        "XJL",
        "XJZ123",
        "XJ6206",
        "A-01",
        "4006381333931",
        "XJL A",
        "XJL~1",
        "XC6206",
        "UNDO",
    ] {
        assert_eq!(read(text), Err(OwnError::Foreign), "{text}");
    }
    let printed = code(Kind::Item, "R-1001").unwrap();
    assert_eq!(read(&printed.replace('1', "7")), Err(OwnError::Misread));
    // Good check characters over escapes that stand for nothing, and over names that are written
    // otherwise: a letter by its bytes, a small letter beyond z, half a character.
    for body in [
        "XJIRXVV", "XJIRX", "XJIXU42", "XJIXVV", "XJIXUD3", "XJIXUBB",
    ] {
        let whole = format!("{body}{}", alphabet::check(body).unwrap());
        assert_eq!(read(&whole), Err(OwnError::Form), "{whole}");
    }
}

#[test]
fn names_have_limits() {
    let longest = "A".repeat(NAME_BYTES_MAX);
    assert_eq!(one(&code(Kind::Item, &longest).unwrap()).name, longest);
    for name in ["", "A\nB", &format!("{longest}A")] {
        assert_eq!(code(Kind::Item, name), Err(OwnError::Name));
    }
}

#[test]
fn minted_names_differ_and_need_no_escape() {
    let mut names = std::collections::BTreeSet::new();
    for device in (0..2_000).chain([u64::MAX, u64::MAX - 1]) {
        for counter in [0, 1, 28, 29, 24_388, 24_389, u64::MAX] {
            let name = minted(device, counter);
            assert!(name.starts_with(|c: char| c.is_ascii_uppercase()), "{name}");
            let printed = code(Kind::Batch, &name).unwrap();
            assert_eq!(printed.len(), name.len() + 4, "{printed}");
            assert!(names.insert(name));
        }
    }
    assert_eq!(minted(0, 0), "B0000000");
    assert_eq!(minted(123_456, 1), minted(123_456, 1));
}
