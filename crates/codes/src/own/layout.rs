//! What becomes of digits when scanner and computer think of different keyboards.
//!
//! A scanner that types presses the keys of one country, and the computer reads them by another.
//! Letters of own codes lie on the same key everywhere; digits are the upper row, which some
//! countries type with Shift and some without.

/// The upper row of a keyboard, as it comes where digits were meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// France: the row without Shift.
    French,
    /// Belgium, and France on some computers: the row without Shift.
    Belgian,
    /// Czechia: the row without Shift.
    Czech,
    /// Slovakia: the row without Shift.
    Slovak,
    /// USA, from a scanner that presses Shift for digits.
    American,
    /// Great Britain, from a scanner that presses Shift for digits.
    British,
    /// Germany, from a scanner that presses Shift for digits.
    German,
}

impl Layout {
    /// All of them, the likeliest first.
    pub const ALL: [Self; 7] = [
        Self::French,
        Self::Belgian,
        Self::Czech,
        Self::Slovak,
        Self::American,
        Self::British,
        Self::German,
    ];

    /// What stands on the keys 1 to 9 and 0.
    #[must_use]
    pub const fn row(self) -> &'static str {
        match self {
            Self::French => "&é\"'(-è_çà",
            Self::Belgian => "&é\"'(§è!çà",
            Self::Czech => "+ěščřžýáíé",
            Self::Slovak => "+ľščťžýáíé",
            Self::American => "!@#$%^&*()",
            Self::British => "!\"£$%^&*()",
            Self::German => "!\"§$%&/()=",
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::French => "French keyboard",
            Self::Belgian => "Belgian keyboard",
            Self::Czech => "Czech keyboard",
            Self::Slovak => "Slovak keyboard",
            Self::American => "American keyboard",
            Self::British => "British keyboard",
            Self::German => "German keyboard",
        }
    }

    /// A text with the signs of the row as digits again; none when it has none of them.
    ///
    /// Capitals of the row count too: they are what Caps Lock makes of it.
    #[must_use]
    pub fn digits_of(self, text: &str) -> Option<String> {
        let digit = |c: char| {
            let small = c.to_lowercase().next().unwrap_or(c);
            let place = self.row().chars().position(|sign| sign == small)?;
            "1234567890".chars().nth(place)
        };
        let mended: String = text.chars().map(|c| digit(c).unwrap_or(c)).collect();
        (mended != text).then_some(mended)
    }
}
