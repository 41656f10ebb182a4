//! Tables for people, made of the same JSON objects that `--json` prints, so that the two can
//! never say different things.

use chrono_tz::Tz;
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table};
use serde_json::Value;

use crate::time;

/// How a column's values are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// As they are.
    Text,
    /// Flush right.
    Number,
    /// A moment, in the device's own time.
    Moment,
}

/// A column of a table: the object's key, its title, and how it is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    key: &'static str,
    title: &'static str,
    shape: Shape,
    /// Left out when no row has anything there.
    optional: bool,
}

impl Column {
    /// A column of text.
    pub(crate) const fn text(key: &'static str, title: &'static str) -> Self {
        Self {
            key,
            title,
            shape: Shape::Text,
            optional: false,
        }
    }

    /// A column of numbers.
    pub(crate) const fn number(key: &'static str, title: &'static str) -> Self {
        Self {
            shape: Shape::Number,
            ..Self::text(key, title)
        }
    }

    /// A column of moments.
    pub(crate) const fn moment(key: &'static str, title: &'static str) -> Self {
        Self {
            shape: Shape::Moment,
            ..Self::text(key, title)
        }
    }

    /// The same, left out when no row has anything there.
    pub(crate) const fn optional(self) -> Self {
        Self {
            optional: true,
            ..self
        }
    }

    fn shown(&self, row: &Value, zone: Tz) -> String {
        let text = text(row, self.key);
        if self.shape == Shape::Moment {
            time::shown(&text, zone)
        } else {
            text
        }
    }
}

/// A value of an object as text; nothing for null and for a key that is not there.
pub(crate) fn text(object: &Value, key: &str) -> String {
    match object.get(key) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(yes)) => (if *yes { "yes" } else { "no" }).to_owned(),
        Some(other) => other.to_string(),
    }
}

/// The elements of an array; none of anything else.
pub(crate) fn rows(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// A table of objects, or a sentence when there are none.
pub(crate) fn table(objects: &[Value], columns: &[Column], none: &str) -> String {
    if objects.is_empty() {
        return none.to_owned();
    }
    let zone = time::local_zone();
    let is_used = |column: &&Column| {
        let says = |row: &Value| !matches!(text(row, column.key).as_str(), "" | "0" | "no");
        !column.optional || objects.iter().any(says)
    };
    let columns: Vec<&Column> = columns.iter().filter(is_used).collect();
    let titles: Vec<(String, bool)> = columns
        .iter()
        .map(|column| (column.title.to_owned(), is_right(column)))
        .collect();
    let lines = objects
        .iter()
        .map(|row| columns.iter().map(|c| c.shown(row, zone)).collect());
    grid(&titles, lines)
}

fn is_right(column: &Column) -> bool {
    column.shape == Shape::Number
}

/// A table of texts; the titles say whether their column is flush right.
pub(crate) fn grid(
    titles: &[(String, bool)],
    rows: impl IntoIterator<Item = Vec<String>>,
) -> String {
    let cell = |text: &str, right: bool| {
        let alignment = if right {
            CellAlignment::Right
        } else {
            CellAlignment::Left
        };
        Cell::new(text).set_alignment(alignment)
    };
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(
        titles
            .iter()
            .map(|(title, right)| cell(title, *right))
            .collect::<Vec<_>>(),
    );
    for row in rows {
        let cells = row
            .iter()
            .zip(titles)
            .map(|(text, (_, right))| cell(text, *right));
        table.add_row(cells.collect::<Vec<_>>());
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_has_a_line_a_row_and_leaves_empty_columns_out() {
        let rows = [
            json!({ "sku": "R-100", "on_hand": "1200", "owner": null, "level": "ok" }),
            json!({ "sku": "C-1", "on_hand": "-3", "owner": null, "level": "out" }),
        ];
        let columns = [
            Column::text("sku", "SKU"),
            Column::number("on_hand", "On hand"),
            Column::text("owner", "Owner").optional(),
            Column::text("level", "Level"),
        ];
        let text = table(&rows, &columns, "No items.");
        let words: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(
            words,
            [
                vec!["SKU", "On", "hand", "Level"],
                vec!["R-100", "1200", "ok"],
                vec!["C-1", "-3", "out"],
            ]
        );
        assert_eq!(table(&[], &columns, "No items."), "No items.");
    }
}
