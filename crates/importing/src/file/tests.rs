//! Files as they come from elsewhere.

use super::*;

/// Reads a file of items whole: line, SKU and name of each row, or why not.
fn check(bytes: &[u8]) -> Result<Vec<(u64, String, String)>, String> {
    let csv = Csv::read(Kind::Items, bytes).map_err(|refusal| refusal.text)?;
    let mut rows = csv.rows();
    let mut found = Vec::new();
    while let Some(row) = rows.next_row().map_err(|refusal| refusal.text)? {
        match row.fields::<7>() {
            Ok([sku, name, ..]) => {
                found.push((row.line(), sku.into_owned(), name.into_owned()));
            }
            Err(refusal) => return Err(format!("line {}: {}", row.line(), refusal.text)),
        }
    }
    Ok(found)
}

#[test]
fn rows_are_read_by_the_names_of_their_columns() {
    let rows = |list: &[(u64, &str, &str)]| {
        let owned =
            |(line, sku, name): &(u64, &str, &str)| (*line, (*sku).to_owned(), (*name).to_owned());
        Ok(list.iter().map(owned).collect::<Vec<_>>())
    };
    for (text, expected) in [
        (
            "sku,name\nA,One\nB,Two\n",
            rows(&[(2, "A", "One"), (3, "B", "Two")]),
        ),
        (
            "name,sku\r\nOne,A\r\nTwo,B\r\n",
            rows(&[(2, "A", "One"), (3, "B", "Two")]),
        ),
        (
            "sku,name\n\nA,One\r\n\r\nB,Two",
            rows(&[(3, "A", "One"), (5, "B", "Two")]),
        ),
        ("\u{feff}sku,name\nA,One", rows(&[(2, "A", "One")])),
        (" SKU , Name \n A , One \n", rows(&[(2, "A", "One")])),
        ("sku\nA\n", rows(&[(2, "A", "")])),
        (
            "sku,name\n\"A\",\"One, \"\"the\"\"\nfirst\"\nB,Two\n",
            rows(&[(2, "A", "One, \"the\"\nfirst"), (4, "B", "Two")]),
        ),
        ("sku,name\n", rows(&[])),
    ] {
        assert_eq!(check(text.as_bytes()), expected, "{text:?}");
    }
}

#[test]
fn a_quote_that_is_not_closed_swallows_no_lines_unseen() {
    for text in [
        "sku,name\nA,\"One\nB,Two\nC,Three\n",
        "name,sku\nOne,\"A\n",
        "sku,name\nA,\"One",
    ] {
        let said = check(text.as_bytes()).unwrap_err();
        assert!(
            said.starts_with("line 2: a quotation mark"),
            "{text:?}: {said}"
        );
    }
    for text in [
        "sku,name\nA,\"One\"",
        "sku,name\nA,5\" disk\n",
        "sku,name\nA,\"\"\r\n\r\n",
    ] {
        assert!(check(text.as_bytes()).is_ok(), "{text:?}");
    }
}

#[test]
fn files_that_are_something_else_are_named() {
    let wide: Vec<u8> = "\u{feff}sku,name\nA,One\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let unmarked: Vec<u8> = "sku,name\nA,One\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    for (bytes, says) in [
        (&b""[..], "empty"),
        (b"colour,size\nred,5\n", "\"sku\" is missing"),
        (b"sku,colour\nA,red\n", "\"colour\" is not one"),
        (b"sku,name,sku\nA,One,B\n", "\"sku\" is there twice"),
        (b"sku;name\nA;One\n", "not separated by commas"),
        (b"sku,name\nA,5 k\xD6hm\n", "line 2 has the byte 0xD6"),
        (b"sku,name\nA,One\nB,\xFF\n", "line 3 has the byte 0xFF"),
        (&wide, "UTF-16"),
        (&unmarked, "UTF-16"),
        (
            b"sku,name\nA,One\nB,Two,Three\n",
            "line 3: it has 3 fields, not 2",
        ),
        (b"sku,name\nA\n", "line 2: it has 1 fields, not 2"),
    ] {
        let said = check(bytes).unwrap_err();
        assert!(said.contains(says), "{says:?} in {said:?}");
    }
}

#[test]
fn a_file_of_others_is_read_as_somebody_said() {
    let text = "\u{feff}Artikel;Menge;Platz;;\r\nR-1;1,5;A-01;;\r\n;;;;\r\n'=X;-2;B;;\r\n";
    let layout = Layout {
        separator: Separator::Semicolon,
        decimal: DecimalSign::Comma,
        columns: vec![Some(0), Some(2), Some(1), None, None],
    };
    let csv = Csv::laid_out(Kind::Stock, text.as_bytes(), layout.clone()).unwrap();
    let mut rows = csv.rows();
    let mut found = Vec::new();
    while let Some(row) = rows.next_row().unwrap() {
        let [item, location, quantity, ..] = row.fields::<5>().unwrap();
        found.push(format!("{}:{item}:{location}:{quantity}", row.line()));
    }
    assert_eq!(found, ["2:R-1:A-01:1.5", "4:=X:B:-2"]);
    let with = |columns| {
        Csv::laid_out(
            Kind::Stock,
            text.as_bytes(),
            Layout {
                columns,
                ..layout.clone()
            },
        )
    };
    let missing = with(vec![Some(0), None, Some(1), None, None]).unwrap_err();
    assert_eq!(missing.code, "column-missing");
    let beyond = with(vec![Some(0), Some(2), Some(9), None, None]).unwrap_err();
    assert_eq!(beyond.code, "bad-columns");
}

#[test]
fn a_number_that_can_be_read_in_two_ways_is_refused() {
    let layout = Layout {
        separator: Separator::Semicolon,
        decimal: DecimalSign::Comma,
        columns: vec![Some(0), Some(1), Some(2), None, None],
    };
    let csv = Csv::laid_out(Kind::Stock, b"item;location;quantity\nR;A;1.500\n", layout);
    let csv = csv.unwrap();
    let mut rows = csv.rows();
    let row = rows.next_row().unwrap().unwrap();
    assert_eq!(row.fields::<5>().unwrap_err().code, "ambiguous-number");
}
