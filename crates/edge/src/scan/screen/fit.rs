//! Texts in the columns that there are: how wide they are on a terminal, broken into rows, or cut
//! with a sign that something is missing.

use ratatui::style::Style;
use ratatui::text::Span;

/// Stands where a text was cut.
const CUT: &str = "…";

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// A text without what a terminal would obey: control characters become their pictures.
pub(super) fn plain(text: &str) -> String {
    let picture = |c: char| match u32::from(c) {
        code @ 0..=0x1F => char::from_u32(0x2400 + code).unwrap_or(' '),
        0x7F => '\u{2421}',
        0x80..=0x9F => '\u{FFFD}',
        _ => c,
    };
    text.chars().map(picture).collect()
}

/// The characters of a text as people see them, one or two columns each.
fn clusters(text: &str) -> Vec<String> {
    let span = Span::raw(text);
    let clusters = span.styled_graphemes(Style::new());
    clusters.map(|one| one.symbol.to_owned()).collect()
}

/// As much of a text as goes into so many columns; a sign at its end says that there was more.
pub(super) fn short(text: &str, columns: usize) -> String {
    let text = plain(text);
    if width(&text) <= columns {
        return text;
    }
    let mut taken = String::new();
    let room = columns.saturating_sub(width(CUT));
    for one in clusters(&text) {
        if width(&taken).saturating_add(width(&one)) > room {
            break;
        }
        taken.push_str(&one);
    }
    if columns > 0 {
        taken.push_str(CUT);
    }
    taken
}

/// The end of a text that goes into so many columns: what was typed last is what people look at.
pub(super) fn tail(text: &str, columns: usize) -> String {
    let text = plain(text);
    let mut taken: Vec<String> = Vec::new();
    let mut used = 0_usize;
    for one in clusters(&text).into_iter().rev() {
        used = used.saturating_add(width(&one));
        if used > columns {
            break;
        }
        taken.push(one);
    }
    taken.into_iter().rev().collect()
}

/// A text in rows of so many columns, broken between words where that can be.
pub(super) fn rows(text: &str, columns: usize) -> Vec<String> {
    let text = plain(text);
    let mut rows: Vec<String> = Vec::new();
    let mut row = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let gap = usize::from(!row.is_empty());
        let whole = width(&row).saturating_add(gap);
        if whole.saturating_add(width(word)) <= columns {
            if gap > 0 {
                row.push(' ');
            }
            row.push_str(word);
            continue;
        }
        if !row.is_empty() {
            rows.push(std::mem::take(&mut row));
        }
        for one in clusters(word) {
            if width(&row).saturating_add(width(&one)) > columns && !row.is_empty() {
                rows.push(std::mem::take(&mut row));
            }
            row.push_str(&one);
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}

/// At most so many rows; the last one says when there were more.
pub(super) fn rows_max(text: &str, columns: usize, count: usize) -> Vec<String> {
    let mut all = rows(text, columns);
    if all.len() <= count {
        return all;
    }
    let rest = all.split_off(count.saturating_sub(1));
    if count > 0 {
        all.push(short(&rest.join(" "), columns));
    }
    all
}

/// Those of the texts that go into one row, the most important first, in that order.
pub(super) fn fitting(texts: &[String], columns: usize) -> String {
    let mut row = String::new();
    for text in texts.iter().filter(|text| !text.is_empty()) {
        let gap = if row.is_empty() { "" } else { ", " };
        if width(&row) + width(gap) + width(text) <= columns {
            row.push_str(gap);
            row.push_str(text);
        } else if row.is_empty() {
            return short(text, columns);
        }
    }
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_break_between_words_and_long_words_anywhere() {
        assert_eq!(rows("scan a location", 8), ["scan a", "location"]);
        assert_eq!(rows("ABCDEFGHIJ K", 4), ["ABCD", "EFGH", "IJ K"]);
        assert_eq!(rows("", 4), Vec::<String>::new());
        // Two columns each, so that three do not go into five.
        assert_eq!(rows("抵抗器", 5), ["抵抗", "器"]);
    }

    #[test]
    fn what_is_cut_says_so_and_keeps_to_its_columns() {
        assert_eq!(short("抵抗器", 5), "抵抗…");
        assert_eq!(short("R-100", 5), "R-100");
        assert_eq!(short("R-1000", 5), "R-10…");
        assert_eq!(short("R", 0), "");
        assert_eq!(tail("4006381333931", 4), "3931");
        assert_eq!(rows_max("a b c d e", 1, 2), ["a", "…"]);
    }

    #[test]
    fn a_terminal_obeys_nothing_of_a_text() {
        assert_eq!(plain("\u{1b}[2J\u{1d}\u{9b}"), "␛[2J␝\u{FFFD}");
    }

    #[test]
    fn what_matters_most_is_left_when_there_is_no_room() {
        let texts = ["one".to_owned(), "twelve".to_owned(), "six".to_owned()];
        assert_eq!(fitting(&texts, 40), "one, twelve, six");
        assert_eq!(fitting(&texts, 9), "one, six");
        assert_eq!(fitting(&texts, 2), "o…");
    }
}
