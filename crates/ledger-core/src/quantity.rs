//! Quantities: fixed-point numbers in ten-thousandths of the item's unit, no floats anywhere.

use std::fmt;
use std::str::FromStr;

/// How many parts a unit has.
const SCALE: i64 = 10_000;
/// How many decimal places can be said.
const PLACES: usize = 4;

/// A text or a result that is not a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuantityError {
    /// Not a decimal number.
    #[error("{0:?} is not a quantity: write a number such as 4, 0.25 or -3")]
    NotANumber(String),
    /// More than four decimal places.
    #[error("{0:?} has more than four decimal places")]
    TooFine(String),
    /// Beyond what fits.
    #[error("{0:?} is too large: at most 922337203685477.5807 fits")]
    TooLarge(String),
}

/// A signed quantity in ten-thousandths of the item's unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(i64);

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One unit.
    pub const ONE: Self = Self(SCALE);

    /// Makes a quantity of ten-thousandths.
    #[must_use]
    pub const fn from_ten_thousandths(parts: i64) -> Self {
        Self(parts)
    }

    /// Makes a quantity of whole units, `None` when it does not fit.
    #[must_use]
    pub const fn from_units(units: i64) -> Option<Self> {
        match units.checked_mul(SCALE) {
            Some(parts) => Some(Self(parts)),
            None => None,
        }
    }

    /// The quantity in ten-thousandths.
    #[must_use]
    pub const fn ten_thousandths(self) -> i64 {
        self.0
    }

    /// Whether it is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether it is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The same with the other sign, `None` when it does not fit.
    #[must_use]
    pub const fn checked_neg(self) -> Option<Self> {
        match self.0.checked_neg() {
            Some(parts) => Some(Self(parts)),
            None => None,
        }
    }

    /// The sum, `None` when it does not fit.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(parts) => Some(Self(parts)),
            None => None,
        }
    }

    /// So many packs of this quantity, `None` when it does not fit or is finer than four places.
    #[must_use]
    pub fn checked_mul(self, times: Self) -> Option<Self> {
        let product = i128::from(self.0).checked_mul(i128::from(times.0))?;
        if product.checked_rem(i128::from(SCALE))? != 0 {
            return None;
        }
        i64::try_from(product.checked_div(i128::from(SCALE))?)
            .ok()
            .map(Self)
    }

    /// The quantity as a sum.
    #[must_use]
    pub const fn total(self) -> Total {
        Total(self.0 as i128)
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    /// Reads a decimal number with an optional sign and at most four decimal places.
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let trimmed = text.trim();
        let bad = || QuantityError::NotANumber(text.to_owned());
        let (negative, digits) = match trimmed.as_bytes().first() {
            Some(b'-') => (true, trimmed.get(1..).unwrap_or_default()),
            Some(b'+') => (false, trimmed.get(1..).unwrap_or_default()),
            _ => (false, trimmed),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty())
            || (digits.contains('.') && fraction.is_empty())
            || !all_digits(whole)
            || !all_digits(fraction)
        {
            return Err(bad());
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > PLACES {
            return Err(QuantityError::TooFine(text.to_owned()));
        }
        let too_large = || QuantityError::TooLarge(text.to_owned());
        let joined = format!("{whole}{fraction:0<PLACES$}");
        let parts: i128 = joined.parse().or(Err(too_large()))?;
        let parts = if negative {
            parts.checked_neg().ok_or_else(too_large)?
        } else {
            parts
        };
        i64::try_from(parts).map(Self).or(Err(too_large()))
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.total().fmt(f)
    }
}

/// A sum of quantities, wide enough that adding quantities up cannot overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Total(i128);

impl Total {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Makes a sum of ten-thousandths.
    #[must_use]
    pub const fn from_ten_thousandths(parts: i128) -> Self {
        Self(parts)
    }

    /// The sum in ten-thousandths.
    #[must_use]
    pub const fn ten_thousandths(self) -> i128 {
        self.0
    }

    /// Whether it is below zero.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether it is zero.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// This and another. At most 2^63 entries of at most 2^63 parts each stay far inside 128 bits.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// This less another.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The sum as a quantity, `None` when it does not fit.
    #[must_use]
    pub fn quantity(self) -> Option<Quantity> {
        i64::try_from(self.0).ok().map(Quantity)
    }
}

impl fmt::Display for Total {
    /// Prints the canonical form: no trailing zeros, no plus.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.0.unsigned_abs();
        let scale = u128::from(SCALE.unsigned_abs());
        let (whole, fraction) = (parts / scale, parts % scale);
        let sign = if self.0 < 0 { "-" } else { "" };
        if fraction == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{fraction:0>PLACES$}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, parts: i64, printed: &str) {
        let quantity: Quantity = text.parse().unwrap();
        assert_eq!(quantity.ten_thousandths(), parts, "{text}");
        assert_eq!(quantity.to_string(), printed, "{text}");
    }

    #[test]
    fn decimal_texts_are_read_exactly() {
        check("4", 40_000, "4");
        check("+10", 100_000, "10");
        check("-3", -30_000, "-3");
        check("0.25", 2_500, "0.25");
        check(".5", 5_000, "0.5");
        check("-0.0001", -1, "-0.0001");
        check("007.5000000", 75_000, "7.5");
        check("922337203685477.5807", i64::MAX, "922337203685477.5807");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "", "-", "+", ".", "1.", "1e3", "1,5", "0x1", "٣", "--1", "NaN",
        ] {
            assert!(
                matches!(text.parse::<Quantity>(), Err(QuantityError::NotANumber(_))),
                "{text}"
            );
        }
        assert!(matches!(
            "0.00001".parse::<Quantity>(),
            Err(QuantityError::TooFine(_))
        ));
        for text in [
            "922337203685477.5808",
            "99999999999999999999999999999999999999999999",
        ] {
            assert!(
                matches!(text.parse::<Quantity>(), Err(QuantityError::TooLarge(_))),
                "{text}"
            );
        }
    }

    #[test]
    fn packs_multiply() {
        let pack = Quantity::from_units(25).unwrap();
        assert_eq!(
            pack.checked_mul(Quantity::from_units(4).unwrap()),
            Quantity::from_units(100)
        );
        assert_eq!(Quantity(1).checked_mul(Quantity(1)), None);
    }
}
