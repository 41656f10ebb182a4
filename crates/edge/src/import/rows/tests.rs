//! Files as they come from elsewhere.

use super::*;

/// Reads a file of items whole: line, SKU and name of each row, or why not.
fn check(bytes: &[u8]) -> Result<Vec<(u64, String, String)>, String> {
    let csv = Csv::read(ImportKind::Items, bytes).map_err(|failure| failure.text)?;
    let mut rows = csv.rows();
    let mut found = Vec::new();
    while let Some(row) = rows.next_row().map_err(|refusal| refusal.text)? {
        match row.fields::<7>() {
            Ok([sku, name, ..]) => {
                found.push((row.line(), sku.to_owned(), name.to_owned()));
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
