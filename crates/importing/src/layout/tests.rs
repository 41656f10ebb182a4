//! Files as other programs write them.

use super::*;

fn titles<'a>(kind: Kind, text: &'a str) -> Titles<'a> {
    Titles::of(kind, text.as_bytes(), None).unwrap()
}

/// The titles that are found for the columns of a kind.
fn found(kind: Kind, text: &str) -> Vec<String> {
    let titles = titles(kind, text);
    let columns = kind.columns().iter().zip(titles.matched(kind));
    columns
        .filter_map(|(column, place)| {
            let title = titles.titles().get(place?)?;
            Some(format!("{}={title}", column.name))
        })
        .collect()
}

#[test]
fn what_separates_fields_is_told_by_the_titles() {
    for (text, separator) in [
        ("sku,name\nA,One; two\n", Separator::Comma),
        ("sku;name\nA;One, two\n", Separator::Semicolon),
        ("sku\tname\nA\tOne\n", Separator::Tab),
        ("\u{feff}\"sku\";\"name, of it\"\n", Separator::Semicolon),
        // Nothing is understood: what makes the most of it.
        ("a;b;c\n", Separator::Semicolon),
        ("sku\nA\n", Separator::Comma),
    ] {
        assert_eq!(titles(Kind::Items, text).separator(), separator, "{text:?}");
    }
    let said = Titles::of(Kind::Items, b"sku;name\n", Some(Separator::Comma)).unwrap();
    assert_eq!(said.titles(), ["sku;name"]);
}

#[test]
fn columns_are_found_under_the_names_that_others_give_them() {
    for (kind, text, expected) in [
        (Kind::Items, "Name,SKU", &["sku=SKU", "name=Name"][..]),
        (
            Kind::Items,
            "Artikel-Nr.;Bezeichnung;Einheit;EAN;Farbe",
            &[
                "sku=Artikel-Nr.",
                "name=Bezeichnung",
                "unit=Einheit",
                "barcodes=EAN",
            ],
        ),
        // Its own name comes first, and no column is taken twice.
        (Kind::Items, "Part,SKU,Type", &["sku=SKU", "kind=Type"]),
        (
            Kind::Stock,
            "Part No;Lagerplatz;Bestand;site",
            &["item=Part No", "location=Lagerplatz", "quantity=Bestand"],
        ),
        (Kind::Customers, "colour,size", &[]),
    ] {
        assert_eq!(found(kind, text), expected, "{text}");
    }
}

#[test]
fn a_layout_says_what_it_lacks() {
    let layout = titles(Kind::Stock, "item,colour\n").layout(Kind::Stock);
    let missing: Vec<&str> = layout
        .missing(Kind::Stock)
        .map(|column| column.name)
        .collect();
    assert_eq!(missing, ["location", "quantity"]);
}

#[test]
fn decimals_have_a_comma_where_the_numbers_do() {
    for (text, sign) in [
        (
            "item;location;quantity\nR;A, 1;2\nR;B;2,5\n",
            DecimalSign::Comma,
        ),
        ("item;location;quantity\nR;A, 1;2\n", DecimalSign::Point),
        ("item,location,quantity\nR,A,2.5\n", DecimalSign::Point),
        // One and a half, or fifteen hundred: read so that the row is refused until a person says.
        (
            "item,location,quantity\nR,A,\"1,500\"\nS,A,\"12,000\"\n",
            DecimalSign::Point,
        ),
        ("item;location;quantity\nR;A;1.500\n", DecimalSign::Comma),
        ("item;location;quantity\nR;A;0.125\n", DecimalSign::Point),
        (
            "item;location;quantity\nR;A;1,500\nS;A;2,5\n",
            DecimalSign::Comma,
        ),
        // Both: marks between thousands, which nobody guesses.
        ("item;location;quantity\nR;A;1.000,5\n", DecimalSign::Point),
    ] {
        let layout = titles(Kind::Stock, text).layout(Kind::Stock);
        assert_eq!(layout.decimal, sign, "{text}");
    }
}

#[test]
fn what_is_no_csv_is_named() {
    for (bytes, code) in [
        (&b""[..], "file-empty"),
        (&[b','; 2_000], "too-many-columns"),
        (b" \n\n", "file-empty"),
        (b"PK\x03\x04\x14\xE0\xFF", "bad-encoding"),
        (b"\x89PNG\r\n", "bad-encoding"),
        (b"sku,name\nA,5 k\xD6hm\n", "bad-encoding"),
        (b"\xFF\xFEs\0k\0u\0", "bad-encoding"),
        (b"sku,name\nA,\0\0\n", "not-csv"),
    ] {
        let refusal = Titles::of(Kind::Items, bytes, None).unwrap_err();
        assert_eq!(refusal.code, code, "{bytes:?}");
    }
}
