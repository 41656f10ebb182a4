//! Values as people write them, in files and in commands.

use ledger_core::Quantity;
use ledger_core::at_entry::Refusal;

/// Reads a quantity as it is typed.
pub fn quantity(text: &str) -> Result<Quantity, Refusal> {
    text.parse().map_err(|error: ledger_core::QuantityError| {
        Refusal::new("bad-quantity", error.to_string())
            .hint("a quantity is a number such as 4 or 0.25, with at most four decimal places")
    })
}

/// Reads a threshold: a quantity, or `none`.
pub fn threshold(text: &str) -> Result<Option<Quantity>, Refusal> {
    if text.trim().eq_ignore_ascii_case("none") {
        return Ok(None);
    }
    let threshold = quantity(text)?;
    if threshold.is_negative() {
        let text = format!("the threshold {threshold} is negative");
        return Err(Refusal::new("negative-quantity", text).hint("none takes the threshold away"));
    }
    Ok(Some(threshold))
}

/// Reads `CODE` or `CODE=PACK`; an equals sign without a number after it is part of the code.
pub fn barcode(text: &str) -> Result<(String, Quantity), Refusal> {
    if let Some((code, pack)) = text.rsplit_once('=')
        && !code.is_empty()
        && pack.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
    {
        return Ok((code.to_owned(), quantity(pack)?));
    }
    Ok((text.to_owned(), Quantity::ONE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_barcode_may_bring_its_pack() {
        for (text, code, pack) in [
            ("4006381333931", "4006381333931", "1"),
            ("BOX-R=100", "BOX-R", "100"),
            ("WIRE=0.5", "WIRE", "0.5"),
            ("A=B", "A=B", "1"),
            ("=5", "=5", "1"),
        ] {
            let expected = (code.to_owned(), quantity(pack).unwrap());
            assert_eq!(barcode(text).unwrap(), expected, "{text}");
        }
        assert_eq!(barcode("BOX=1.23456").unwrap_err().code, "bad-quantity");
    }

    #[test]
    fn a_threshold_is_a_quantity_or_none() {
        assert_eq!(threshold("none").unwrap(), None);
        assert_eq!(threshold("2.5").unwrap(), Some(quantity("2.5").unwrap()));
        assert!(threshold("-1").unwrap_err().text.contains("-1"));
        assert_eq!(threshold("many").unwrap_err().code, "bad-quantity");
    }
}
