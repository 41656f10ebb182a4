//! The 30 characters of own codes: how names are written in them, and the check character.

/// The characters, in the order of their values. A, M, Q, W, Y and Z are left out: French and German
/// keyboards have them elsewhere.
const ALPHABET: &str = "0123456789BCDEFGHIJKLNOPRSTUVX";
/// How many they are.
const COUNT: usize = 30;

/// What begins an escape, and is written twice for itself.
const ESCAPE: char = 'X';
/// What an escape and the character at the same place of [`ALPHABET`] stand for.
const ESCAPED: &str = "AMQWYZ-./_ ,+#:*()&=%@'$!?";
/// Behind an escape: a small letter follows, as the character at its place.
const SMALL: char = 'V';
/// Behind an escape: any other character follows, as the bytes of its UTF-8, two digits each.
const OTHER: char = 'U';
/// The digits of these bytes.
const HEX: &str = "0123456789BCDEFG";

fn at(text: &str, place: usize) -> Option<char> {
    text.chars().nth(place)
}

fn place(text: &str, c: char) -> Option<usize> {
    text.chars().position(|other| other == c)
}

/// Whether a character can stand in an own code.
pub(super) fn has(c: char) -> bool {
    ALPHABET.contains(c)
}

/// Appends a name in the characters of own codes.
pub(super) fn write(name: &str, out: &mut String) {
    for c in name.chars() {
        if has(c) && c != ESCAPE {
            out.push(c);
            continue;
        }
        out.push(ESCAPE);
        let small = place("abcdefghijklmnopqrstuvwxyz", c);
        if c == ESCAPE {
            out.push(ESCAPE);
        } else if let Some(escaped) = place(ESCAPED, c).and_then(|place| at(ALPHABET, place)) {
            out.push(escaped);
        } else if let Some(small) = small.and_then(|place| at(ALPHABET, place)) {
            out.extend([SMALL, small]);
        } else {
            out.push(OTHER);
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                let digits = [byte / 16, byte % 16].map(|digit| at(HEX, usize::from(digit)));
                out.extend(digits.into_iter().flatten());
            }
        }
    }
}

/// The name that was written so; none when no name is written so.
pub(super) fn read(body: &str) -> Option<String> {
    let mut name = String::new();
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        if c != ESCAPE {
            name.push(c);
            continue;
        }
        let kind = chars.next()?;
        match kind {
            ESCAPE => name.push(ESCAPE),
            SMALL => {
                let place = place(ALPHABET, chars.next()?)?;
                name.push(at("abcdefghijklmnopqrstuvwxyz", place)?);
            }
            OTHER => name.push(other(&mut chars)?),
            _ => name.push(at(ESCAPED, place(ALPHABET, kind)?)?),
        }
    }
    // One name has one code, so that two labels of one thing are equal.
    let mut again = String::new();
    write(&name, &mut again);
    (again == body && !name.is_empty()).then_some(name)
}

/// A character from the bytes of its UTF-8.
fn other(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let mut bytes = Vec::new();
    loop {
        let mut digit = || place(HEX, chars.next()?);
        bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        match std::str::from_utf8(&bytes) {
            Ok(text) => return text.chars().next(),
            Err(error) if error.error_len().is_some() => return None,
            Err(_) => {}
        }
    }
}

/// The check character of what stands before it; none when a character is not of the alphabet.
///
/// The construction of the hybrid systems of ISO/IEC 7064 (there modulo 11 and 10, 27 and 26, 37 and
/// 36) with 31 and 30, so that the check character is one of the alphabet too. It finds every wrong
/// character, and all but 0.23 % of neighbours that changed places.
pub(super) fn check(text: &str) -> Option<char> {
    let mut product = COUNT;
    for c in text.chars() {
        let sum = (product + place(ALPHABET, c)?) % COUNT;
        product = if sum == 0 { COUNT } else { sum } * 2 % (COUNT + 1);
    }
    at(ALPHABET, (COUNT + 1 - product) % COUNT)
}

/// A name from two numbers: a letter and four characters of the device, then the counter.
pub(super) fn numbered(device: u64, counter: u64) -> String {
    // Without the escape, which stands last.
    let base = COUNT as u64 - 1;
    let character = |value: u64| at(ALPHABET, usize::try_from(value).ok()?);
    let mut rest = device;
    let mut name: Vec<char> = Vec::new();
    let mut digit = |rest: &mut u64, base: u64, first: u64| {
        name.extend(character(first + *rest % base));
        *rest /= base;
    };
    digit(&mut rest, base - 10, 10);
    for _ in 0..4 {
        digit(&mut rest, base, 0);
    }
    let mut counted: Vec<char> = Vec::new();
    let mut rest = counter;
    while rest > 0 || counted.len() < 3 {
        counted.extend(character(rest % base));
        rest /= base;
    }
    name.into_iter().chain(counted.into_iter().rev()).collect()
}
