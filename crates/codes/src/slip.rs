//! Codes of distributors who keep to no standard: names and values in a row.

/// Whose code it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seller {
    /// LCSC: `{pbn:…,on:…,pc:C…,pm:…,qty:…}`.
    Lcsc,
    /// TME: `QTY:… PN:… PO:… MFR:… MPN:…`.
    Tme,
}

/// What such a code says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slip {
    /// Whose code it is.
    pub seller: Seller,
    /// Names and values, in the order in which they stand.
    pub fields: Vec<(String, String)>,
    /// What stands there without a name.
    pub unread: Vec<String>,
}

impl Slip {
    /// The value of a name, where there is one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut found = self.fields.iter().filter(|(known, _)| known == name);
        found.find_map(|(_, value)| Some(value.as_str()).filter(|value| !value.is_empty()))
    }
}

/// Reads LCSC's code: names and values in braces, with a product code among them.
///
/// A comma inside a value is kept: what follows it has no name of small letters before a colon.
#[must_use]
pub fn lcsc(text: &str) -> Option<Slip> {
    let inside = text.trim().strip_prefix('{')?.strip_suffix('}')?;
    let mut fields: Vec<(String, String)> = Vec::new();
    for piece in inside.split(',') {
        let is_name = |name: &&str| {
            (1..=4).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_lowercase())
        };
        match piece.split_once(':').filter(|(name, _)| is_name(name)) {
            Some((name, value)) => fields.push((name.to_owned(), value.to_owned())),
            None => {
                let (_, value) = fields.last_mut()?;
                value.push(',');
                value.push_str(piece);
            }
        }
    }
    let slip = Slip {
        seller: Seller::Lcsc,
        fields,
        unread: Vec::new(),
    };
    slip.get("pc").is_some().then_some(slip)
}

/// Reads TME's code: words with a name before a colon, with a part number and a quantity among
/// them.
#[must_use]
pub fn tme(text: &str) -> Option<Slip> {
    let (mut fields, mut unread) = (Vec::new(), Vec::new());
    for word in text.split_whitespace() {
        let is_name = |name: &&str| {
            (2..=4).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_uppercase())
        };
        match word.split_once(':').filter(|(name, _)| is_name(name)) {
            Some((name, value)) => fields.push((name.to_owned(), value.to_owned())),
            None => unread.push(word.to_owned()),
        }
    }
    let slip = Slip {
        seller: Seller::Tme,
        fields,
        unread,
    };
    (slip.get("PN").is_some() && slip.get("QTY").is_some()).then_some(slip)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_of_lcsc() {
        let text = "{pbn:PICK2009290001,on:SO2009290001,pc:C312270,pm:ST-1-102-A01-T000-RS,qty:2,mc:,cc:1,pdi:34420001}";
        let slip = lcsc(text).unwrap();
        assert_eq!(slip.fields.len(), 8);
        assert_eq!(slip.get("pc"), Some("C312270"));
        assert_eq!(slip.get("pm"), Some("ST-1-102-A01-T000-RS"));
        assert_eq!(slip.get("qty"), Some("2"));
        assert_eq!(slip.get("mc"), None);
        let slip = lcsc("{pc:C1,pm:A,B:C,qty:5}").unwrap();
        assert_eq!(slip.get("pm"), Some("A,B:C"));
        for text in [
            "{}",
            "{part:10}",
            "{\"pc\":\"C1\"}",
            "pc:C1",
            "{pc:}",
            "{,pc:C1}",
        ] {
            assert_eq!(lcsc(text), None, "{text}");
        }
    }

    #[test]
    fn words_of_tme() {
        let text = "QTY:1000 PN:SMBJ5.0CA PO:19360001/1 CPO:PO-2023-001 MFR:LITTELFUSE MPN:SMBJ5.0CA \
                    RoHS https://www.tme.eu/details/SMBJ5.0CA";
        let slip = tme(text).unwrap();
        assert_eq!(slip.get("QTY"), Some("1000"));
        assert_eq!(slip.get("CPO"), Some("PO-2023-001"));
        assert_eq!(
            slip.unread,
            ["RoHS", "https://www.tme.eu/details/SMBJ5.0CA"]
        );
        for text in ["", "PN:X", "QTY:5", "hello: world"] {
            assert_eq!(tme(text), None, "{text}");
        }
    }
}
