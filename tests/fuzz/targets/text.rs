//! Texts that people type and scanners send: codes, quantities, ids, command words.

use std::str::FromStr;

use codes::reading::{Meaning, Scan, Setting, readings};
use codes::{Command, Gtin};
use ledger_core::{Barcode, Code, DeviceId, EntryId, LedgerId, Origin, Quantity, UserName};
use ledger_node::{EnrolText, Pin};

/// Codes, names, numbers, pins and what a QR says have one form: what was read reads the same
/// again.
pub(crate) fn text(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(code) = Code::new(&text) {
        assert_eq!(Code::new(code.as_str()), Ok(code.clone()), "{text:?}");
        assert_eq!(Code::from_normalised(code.as_str()), Some(code), "{text:?}");
    }
    if let Ok(code) = Barcode::new(&text) {
        let again = Barcode::from_normalised(code.as_str());
        assert_eq!(again, Some(code), "{text:?}");
    }
    if let Ok(name) = UserName::new(&text) {
        let again = UserName::from_normalised(name.as_str());
        assert_eq!(again, Some(name), "{text:?}");
    }
    if let Ok(quantity) = Quantity::from_str(&text) {
        let printed = quantity.to_string();
        assert_eq!(printed.parse(), Ok(quantity), "{text:?}");
        let has_tail = printed.contains('.') && printed.ends_with('0');
        assert!(!has_tail && !printed.starts_with('+'), "{printed}");
    }
    if let Ok(id) = EntryId::from_str(&text) {
        assert_eq!(id.to_string().parse(), Ok(id), "{text:?}");
    }
    prints_back::<Origin>(&text);
    prints_back::<DeviceId>(&text);
    prints_back::<LedgerId>(&text);
    if let Ok(pin) = Pin::from_str(&text) {
        assert_eq!(pin.to_string(), text.trim());
    }
    if let Ok(read) = EnrolText::from_str(&text) {
        let again = EnrolText::from_str(&read.to_string());
        assert_eq!(
            again.map(|again| (again.pin, again.code)),
            Ok((read.pin, read.code))
        );
    }
}

fn prints_back<T: FromStr + ToString>(text: &str) {
    if let Ok(id) = T::from_str(text) {
        assert_eq!(id.to_string(), text.to_ascii_lowercase());
    }
}

/// A scanned line: command words in any case and with any white space around, check digits, and
/// all that it may mean.
pub(crate) fn scanned(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    all_meanings(&text);
    let meaning = codes::command(&text);
    assert_eq!(codes::command(&format!(" {text}\t")), meaning);
    if let Some(Command::Times(digits)) = meaning {
        // It may be too large or too fine, but it is a number.
        let number = digits.parse::<Quantity>();
        assert!(!matches!(
            number,
            Err(ledger_core::QuantityError::NotANumber(_))
        ));
    } else {
        assert_eq!(codes::command(&text.to_ascii_lowercase()), meaning);
    }
    let Some(Gtin::Right) = codes::gtin(&text) else {
        return;
    };
    let digits = text.trim().as_bytes();
    for (at, digit) in digits.iter().enumerate() {
        let mut misread = digits.to_vec();
        misread[at] = b'0' + (digit - b'0' + 1) % 10;
        let misread = String::from_utf8(misread).expect("digits");
        assert_eq!(codes::gtin(&misread), Some(Gtin::Wrong), "{misread}");
    }
}

/// The text itself comes last, what was misread names no item, and a code of ours that nothing had
/// to be mended in is the code that we print.
fn all_meanings(sent: &str) {
    let scan = Scan::of(sent);
    let found = readings(&scan, &Setting::of_year(2026));
    let last = found.last().expect("a scan has a reading");
    assert_eq!(last.meaning, Meaning::Text);
    for reading in &found {
        assert!(!reading.is_misread || reading.says.keys.is_empty());
        if let Meaning::Own(own) = &reading.meaning
            && own.repair.is_none()
        {
            let printed = codes::own::code(own.kind, &own.name).expect("a name that was printed");
            assert_eq!(printed, scan.text.trim());
        }
    }
}

/// Seeds of [`text`].
pub(crate) fn text_seeds() -> Vec<Vec<u8>> {
    let id = "0123456789abcdefABCDEF0123456789";
    [
        "https://shop:8440/#pin=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8&code=ABCD-EFGH",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
        "15056bl",
        " A-01\t",
        "mu\u{308}tter",
        "straße ŉ ﬀ ǰ",
        "ΑΣ Σ\u{345}",
        "\u{1F88}\u{2126}\u{212B}",
        "4006381333931",
        "zoë",
        "-3",
        "+10",
        ".5",
        "0.0001",
        "922337203685477.5807",
        "-922337203685477.5808",
        "1e3",
        "",
        id,
        &format!("{id}-42"),
        &"X".repeat(121),
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

/// Seeds of [`scanned`].
pub(crate) fn scanned_seeds() -> Vec<Vec<u8>> {
    [
        "ADD",
        " count ",
        "Undo",
        "DONE",
        "MOVEALL",
        "stocktake",
        "Q5",
        "q0.25",
        "Q-5",
        "Q5.",
        "Q99999999999999999999",
        "4006381333931",
        "73513537",
        "036000291452",
        "10614141000415",
        "]C1010061414100041510\u{1D}21X",
        "0104006381333931310300019510ABC<F8>17271200",
        "010400638133393110ABC2917271231",
        "010400638133393110ABC17271231",
        "(01) 0400 6381 3339 31 (10) A(1)",
        "https://id.gs1.org/01/09506000134352/10/ABC?17=271231&x=%41",
        "[)>\u{1E}06\u{1D}1PLM358\u{1D}Q1,500\u{1D}10D2415\u{1E}\u{4}",
        ">[)>06\u{241D}K1\u{241D}Q3",
        "[)>3006291PLM35829Q103004",
        "{pbn:PICK1,on:SO1,pc:C312270,pm:ST-1,qty:2}",
        "QTY:5 PN:A-1 PO:9/1 CPO:PO-5 MPN:A",
        "PA-1 1PA Q5",
        "XJLX0X601L",
        "xjlx\u{E0}x\u{A7}\u{E0}&l",
        "XJUX5XVFXUD3BCT",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
