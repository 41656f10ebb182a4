//! Labels as distributors print them; numbers of orders are made up.

use super::*;

const YEAR: u16 = 2026;

/// Which fields there are, as text.
fn fields(label: &Label) -> String {
    let each = label
        .fields
        .iter()
        .map(|field| format!("{}={}", field.di, field.value));
    each.collect::<Vec<_>>().join(" ")
}

fn read(text: &str) -> Label {
    envelope(text, YEAR).unwrap_or_else(|| panic!("{text:?} is an envelope"))
}

#[test]
fn labels_of_distributors() {
    // DigiKey has no trailer and fills up the code.
    let filling = "0".repeat(175);
    let digikey = format!(
        "[)>\u{1e}06\u{1d}P296-LM358BIDDFRCT-ND\u{1d}1PLM358BIDDFR\u{1d}K\u{1d}1K71990001\u{1d}\
         10K84780002\u{1d}11K1\u{1d}4LPH\u{1d}Q10\u{1d}11ZPICK\u{1d}12Z15220003\u{1d}13Z361004\u{1d}20Z{filling}"
    );
    let label = read(&digikey);
    assert_eq!(label.get("P"), Some("296-LM358BIDDFRCT-ND"));
    assert_eq!(label.get("1P"), Some("LM358BIDDFR"));
    assert_eq!(label.get("Q"), Some("10"));
    assert_eq!(label.get("K"), None, "it is empty");
    assert_eq!(label.get("20Z"), Some(filling.as_str()));
    assert_eq!(
        (label.fields.len(), label.unread.len(), label.warnings.len()),
        (12, 0, 0)
    );

    // Newer ones of DigiKey, with their number in a field of its own.
    let label = read(
        "[)>\u{1e}06\u{1d}PBIN 7\u{1d}1P364019-01\u{1d}30PQ1045-ND\u{1d}K12432 BENCH\u{1d}9D2310\u{1d}1TQJ13P\u{1d}Q3",
    );
    assert_eq!(
        fields(&label),
        "P=BIN 7 1P=364019-01 30P=Q1045-ND K=12432 BENCH 9D=2310 1T=QJ13P Q=3"
    );

    // Mouser, today and formerly.
    let label = read(
        "[)>\u{1e}06\u{1d}KP0-1\u{1d}14K011\u{1d}1PMC34063ADR\u{1d}Q3\u{1d}11K073120001\u{1d}4LMX\u{1d}1VTI\u{1e}\u{4}",
    );
    assert_eq!(
        fields(&label),
        "K=P0-1 14K=011 1P=MC34063ADR Q=3 11K=073120001 4L=MX 1V=TI"
    );
    let label = read(
        ">[)>06\u{1d}K21420001\u{1d}14K033\u{1d}1PLDK320ADU33R\u{1d}Q32\u{1d}11K060930002\u{1d}4LCN\u{1d}1VSTMicro",
    );
    assert_eq!(label.get("1P"), Some("LDK320ADU33R"));
    assert_eq!(label.get("Q"), Some("32"));

    // TME, with spaces.
    let label = spaced("PWBP-302 1PMPNWBP-302 Q1 K19360001/1").unwrap();
    assert_eq!(fields(&label), "P=WBP-302 1P=MPNWBP-302 Q=1 K=19360001/1");
}

#[test]
fn envelopes_that_lack_something_are_read_all_the_same() {
    let expected = "1P=LM358 Q=100 9D=2415";
    for text in [
        "[)>\u{1e}06\u{1d}1PLM358\u{1d}Q100\u{1d}9D2415\u{1e}\u{4}",
        "[)>\u{1e}06\u{1d}1PLM358\u{1d}Q100\u{1d}9D2415\u{1e}",
        "[)>\u{1e}06\u{1d}1PLM358\u{1d}Q100\u{1d}9D2415\u{4}",
        "[)>\u{1e}06\u{1d}1PLM358\u{1d}Q100\u{1d}9D2415\u{1d}\u{1e}\u{4}\r\n",
        "[)>06\u{1d}1PLM358\u{1d}Q100\u{1d}9D2415",
        ">[)>06\u{1d}1PLM358\u{1d}\u{1d}Q100\u{1d}9D2415",
        "[)>3006291PLM35829Q100299D24153004",
        "[)>06291PLM35829Q100299D2415",
        "[)>0629291PLM35829Q100299D2415",
        "[)>030060291PLM358029Q1000299D2415030004",
    ] {
        let label = read(text);
        assert_eq!(fields(&label), expected, "{text:?}");
        assert_eq!(label.unread, [""; 0]);
        let is_typed = !text.contains(GS);
        assert_eq!(
            label.warnings == [Oddity::DigitsForSeparators],
            is_typed,
            "{text:?}"
        );
    }
}

#[test]
fn lost_separators_are_said_and_nothing_is_guessed() {
    let label = read("[)>06P296-LM358-ND1PLM358Q10");
    assert_eq!(label.fields, []);
    assert_eq!(label.unread, ["P296-LM358-ND1PLM358Q10"]);
    assert_eq!(label.warnings, [Oddity::SeparatorsLost]);
}

#[test]
fn elements_of_gs1_and_other_formats_in_an_envelope() {
    let label = read(
        "[)>\u{1e}05\u{1d}0104006381333931\u{1d}10AB\u{1e}06\u{1d}Q5\u{1e}12\u{1d}X\u{1e}\u{4}",
    );
    let message = label.gs1.clone().unwrap();
    assert_eq!(message.get("10").unwrap().value, "AB");
    assert_eq!(label.get("Q"), Some("5"));
    assert_eq!(label.unread, ["12\u{1d}X"]);
    let label = read("[)>300529010400638133393110AB29301233004");
    assert_eq!(label.gs1.unwrap().get("30").unwrap().value, "123");
}

#[test]
fn what_has_no_identifier_is_kept() {
    let label = read("[)>\u{1e}06\u{1d}lower\u{1d}1234P5\u{1d}77ZX\u{1d}1TN/T\u{1d}é");
    assert_eq!(label.unread, ["lower", "1234P5", "é"]);
    assert_eq!(fields(&label), "77Z=X 1T=N/T");
    assert_eq!(label.fields[0].title, "");
    assert_eq!(label.get("1T"), None);
}

#[test]
fn other_texts_are_no_labels() {
    for text in [
        "",
        "[)>",
        "[)>\u{1e}",
        "[)>X6\u{1d}",
        "06\u{1d}1PLM358",
        "1PLM358",
    ] {
        assert_eq!(envelope(text, YEAR), None, "{text:?}");
    }
    for text in ["", "PLAIN WORDS", "PX1 Q5 hello", "Q5", "P1 P2"] {
        assert_eq!(spaced(text), None, "{text}");
    }
    assert_eq!(
        single("1PLM358").map(|field| field.value).as_deref(),
        Some("LM358")
    );
    for text in ["", "1P", "A-01", "7Z5", "4006381333931"] {
        assert_eq!(single(text), None, "{text}");
    }
}
