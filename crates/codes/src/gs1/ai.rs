//! What is known of an application identifier (AI): its parts, and what must hold beside it.
//!
//! Shapes only; the facts are in `table.rs` and the checks of content in `rules.rs`.

use super::table::TABLE;

/// The characters that a part may have (GS1 General Specifications, section 7.11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// Digits.
    Digits,
    /// Set 82: letters, digits and 20 signs.
    Text,
    /// Set 39: capitals, digits, `#`, `-` and `/`.
    Capitals,
    /// Set 64, as in base64 for URLs.
    Base64,
}

impl Charset {
    /// Whether a character belongs to it.
    #[must_use]
    pub fn has(self, c: char) -> bool {
        match self {
            Self::Digits => c.is_ascii_digit(),
            Self::Text => c.is_ascii_alphanumeric() || "!\"%&'()*+,-./:;<=>?_".contains(c),
            Self::Capitals => c.is_ascii_uppercase() || c.is_ascii_digit() || "#-/".contains(c),
            Self::Base64 => c.is_ascii_alphanumeric() || "-_=".contains(c),
        }
    }

    /// The words for it in an error.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Digits => "digits",
            Self::Text => "letters, digits and the signs of set 82",
            Self::Capitals => "capitals, digits, #, - and /",
            Self::Base64 => "the characters of base64 for URLs",
        }
    }
}

/// What the content of a part must be, beyond its characters and its length.
///
/// After the syntax tests of the GS1 Barcode Syntax Dictionary. Not among them, and therefore not
/// checked: whether a GS1 company prefix was given out, codes of countries (ISO 3166), currencies
/// (ISO 4217) and kinds of packaging, and the inner form of North American coupons. These lists
/// change from year to year, and none of them tells a misread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The last digit is the check digit of the others.
    CheckDigit,
    /// The last two characters are the check pair of the others.
    CheckPair,
    /// `YYMMDD`, and the day exists.
    Date,
    /// `YYMMDD`, where the day 00 is the month's last.
    DateOrMonth,
    /// `YYYYMMDD`, and the day exists.
    LongDate,
    /// `HHMM` of a clock.
    HourMinute,
    /// 00 to 23.
    Hour,
    /// 00 to 59.
    Minute,
    /// 00 to 59.
    Second,
    /// A per cent sign only before two hexadecimal digits.
    PercentEncoded,
    /// 0 or 1.
    YesNo,
    /// A hyphen, for minus.
    Hyphen,
    /// At most 1800000000.
    Latitude,
    /// At most 3600000000.
    Longitude,
    /// 0.
    Zero,
    /// Not all zeros.
    NonZero,
    /// 0, 1 or 9.
    Winding,
    /// Two digits of a piece and two of all pieces.
    PieceOfTotal,
    /// The check digits of an international bank account number (ISO 13616).
    Iban,
    /// The first digit is not 0.
    NoLeadingZero,
    /// Not digits alone.
    HasNonDigit,
    /// A letter, a digit, `-` or `_`.
    ImporterIndex,
    /// 01 to 10 or 80 to 99.
    MediaType,
    /// 0, 1, 2 or 9 (ISO 5218).
    Sex,
    /// `1/3`: a position and a total.
    PositionOfTotal,
}

/// One part of an AI's value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) charset: Charset,
    pub(super) length_min: usize,
    pub(super) length_max: usize,
    pub(super) rules: &'static [Rule],
    pub(super) is_optional: bool,
}

impl Part {
    const fn new(charset: Charset, length_min: usize, length_max: usize) -> Self {
        Self {
            charset,
            length_min,
            length_max,
            rules: &[],
            is_optional: false,
        }
    }

    pub(super) const fn must(self, rules: &'static [Rule]) -> Self {
        Self { rules, ..self }
    }

    pub(super) const fn optional(self) -> Self {
        Self {
            is_optional: true,
            ..self
        }
    }
}

/// So many digits.
pub(super) const fn n(length: usize) -> Part {
    Part::new(Charset::Digits, length, length)
}

/// One digit up to so many.
pub(super) const fn n_to(length_max: usize) -> Part {
    Part::new(Charset::Digits, 1, length_max)
}

/// So many characters of set 82.
pub(super) const fn x(length: usize) -> Part {
    Part::new(Charset::Text, length, length)
}

/// One character of set 82 up to so many.
pub(super) const fn x_to(length_max: usize) -> Part {
    Part::new(Charset::Text, 1, length_max)
}

/// One character of set 39 up to so many.
pub(super) const fn y_to(length_max: usize) -> Part {
    Part::new(Charset::Capitals, 1, length_max)
}

/// One character of set 64 up to so many.
pub(super) const fn z_to(length_max: usize) -> Part {
    Part::new(Charset::Base64, 1, length_max)
}

/// What the value of an AI is when its parts hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    /// A whole number.
    Count,
    /// A number with as many decimals as the AI's last digit says.
    Decimal,
    /// A currency and then such a number.
    Money,
    /// Hundredths of a degree, perhaps with a minus behind them.
    Temperature,
    Date,
    /// A date with a time of day.
    Moment,
    /// A date, perhaps with a last one.
    Period,
}

/// An application identifier, or a range of them that differ in the last digit only.
#[derive(Debug, Clone, Copy)]
pub struct Ai {
    first: &'static str,
    last: &'static str,
    title: &'static str,
    pub(super) parts: &'static [Part],
    pub(super) is_predefined: bool,
    pub(super) is_attribute: bool,
    pub(super) needs: &'static str,
    pub(super) without: &'static str,
    pub(super) qualifiers: Option<&'static str>,
    pub(super) form: Form,
}

/// How the table of AIs is written.
impl Ai {
    pub(super) const fn new(ai: &'static str, title: &'static str, parts: &'static [Part]) -> Self {
        Self {
            first: ai,
            last: ai,
            title,
            parts,
            is_predefined: false,
            is_attribute: false,
            needs: "",
            without: "",
            qualifiers: None,
            form: Form::Text,
        }
    }

    pub(super) const fn to(self, last: &'static str) -> Self {
        Self { last, ..self }
    }

    pub(super) const fn predefined(self) -> Self {
        Self {
            is_predefined: true,
            ..self
        }
    }

    pub(super) const fn ended(self) -> Self {
        Self {
            is_predefined: false,
            ..self
        }
    }

    pub(super) const fn attribute(self) -> Self {
        Self {
            is_attribute: true,
            ..self
        }
    }

    pub(super) const fn needs(self, needs: &'static str) -> Self {
        Self { needs, ..self }
    }

    pub(super) const fn without(self, without: &'static str) -> Self {
        Self { without, ..self }
    }

    pub(super) const fn key(self, qualifiers: &'static str) -> Self {
        Self {
            qualifiers: Some(qualifiers),
            ..self
        }
    }

    pub(super) const fn form(self, form: Form) -> Self {
        Self { form, ..self }
    }
}

impl Ai {
    /// The AI that these digits are; none when they are none.
    #[must_use]
    pub fn find(digits: &str) -> Option<&'static Self> {
        TABLE.iter().find(|ai| ai.covers(digits))
    }

    /// The AI that a text begins with, the longest there is, and its digits.
    ///
    /// No AI is the beginning of another one, so there is at most one; the longest is looked for
    /// first all the same, as the specifications say.
    #[must_use]
    pub fn at_start_of(text: &str) -> Option<(&'static Self, &str)> {
        [4, 3, 2].into_iter().find_map(|length| {
            let digits = text.get(..length)?;
            Some((Self::find(digits)?, digits))
        })
    }

    fn covers(&self, digits: &str) -> bool {
        digits.len() == self.first.len()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && (self.first..=self.last).contains(&digits)
    }

    /// Its title, in the words of GS1.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        self.title
    }

    /// Whether the length alone ends its value, so that no separator follows it.
    #[must_use]
    pub const fn is_predefined(&self) -> bool {
        self.is_predefined
    }

    /// The fewest characters of a value.
    #[must_use]
    pub fn length_min(&self) -> usize {
        let parts = self.parts.iter().filter(|part| !part.is_optional);
        parts.map(|part| part.length_min).sum()
    }

    /// The most characters of a value.
    #[must_use]
    pub fn length_max(&self) -> usize {
        self.parts.iter().map(|part| part.length_max).sum()
    }
}
