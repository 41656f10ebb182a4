//! Lists as files: CSV for spreadsheets, JSON lines for programs.
//!
//! A file has all rows of a list that its page's filter takes; where one ends before them, its page
//! says so. A row is the object that the API shows; its CSV has the parts that a list names, under
//! the names that `import` knows.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use chrono::DateTime;
use importing::guarded;
use ledger_node::View;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::form::problem;
use super::unread::Unread;
use super::visit::Visit;
use crate::problem::Problem;

/// Columns of a CSV: the title, and where the value is in a row's object (RFC 6901).
pub(super) type Columns = &'static [(&'static str, &'static str)];

/// What separates several values in one field, as in files that are imported.
const APART: &str = ";";

/// Which file is wanted; the rest of the query is the list's own filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    Csv,
    Jsonl,
}

/// The part of a file's address that says its format.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct FileQuery {
    format: Format,
}

/// The rows of a list.
#[derive(Debug)]
pub(super) struct Sheet {
    columns: Columns,
    rows: Vec<Value>,
}

impl Sheet {
    /// Rows as the API shows them.
    pub(super) fn of<T: Serialize>(
        columns: Columns,
        rows: impl IntoIterator<Item = T>,
    ) -> Result<Self, Problem> {
        let rows = rows.into_iter().map(object);
        Ok(Self {
            columns,
            rows: rows.collect::<Result<_, _>>()?,
        })
    }

    /// Rows that stand below something, such as the lines of an order: each has that too, under
    /// `under` and without its own list of lines.
    pub(super) fn below<P: Serialize, T: Serialize>(
        columns: Columns,
        under: &'static str,
        rows: impl IntoIterator<Item = (P, T)>,
    ) -> Result<Self, Problem> {
        let rows = rows.into_iter().map(|(parent, row)| {
            let (mut parent, mut row) = (object(parent)?, object(row)?);
            if let Value::Object(parent) = &mut parent {
                parent.remove("lines");
            }
            if let Value::Object(row) = &mut row {
                row.insert(under.to_owned(), parent);
            }
            Ok(row)
        });
        Ok(Self {
            columns,
            rows: rows.collect::<Result<_, Problem>>()?,
        })
    }

    fn json_lines(&self) -> Vec<u8> {
        let mut lines = String::new();
        for row in &self.rows {
            lines.push_str(&row.to_string());
            lines.push('\n');
        }
        lines.into_bytes()
    }

    /// UTF-8 with the mark without which spreadsheets take it for something else.
    fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(vec![0xEF, 0xBB, 0xBF]);
        writer.write_record(self.columns.iter().map(|(title, _)| title))?;
        for row in &self.rows {
            let values = self.columns.iter().map(|(_, pointer)| row.pointer(pointer));
            let fields = values.map(|value| value.map(field).unwrap_or_default());
            writer.write_record(fields.map(|field| guarded(&field).into_owned()))?;
        }
        writer
            .into_inner()
            .map_err(|error| csv::Error::from(error.into_error()))
    }
}

/// A row as the API shows it.
fn object(row: impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(row).map_err(|error| {
        tracing::error!(%error, "a list could not be written");
        Problem::internal()
    })
}

/// A value as a field of a CSV.
fn field(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(several) => {
            let several: Vec<String> = several.iter().map(field).collect();
            several.join(APART)
        }
        // A barcode with how much one scan of it is.
        Value::Object(object) => match (object.get("code"), object.get("pack")) {
            (Some(code), Some(Value::String(pack))) if pack != "1" => {
                format!("{}={pack}", field(code))
            }
            (Some(code), _) => field(code),
            _ => value.to_string(),
        },
    }
}

/// The filter of a file. A file must not hold more than was asked for, so one of which a part cannot
/// be read is refused.
pub(super) fn whole<T>(filter: impl FnOnce(&mut Unread) -> T) -> Result<T, Problem> {
    let mut unread = Unread::default();
    let filter = filter(&mut unread);
    if unread.fields().is_empty() {
        Ok(filter)
    } else {
        Err(problem("bad-filter"))
    }
}

impl Visit {
    /// Gives a list as a file.
    pub(super) async fn file<F>(
        self,
        name: &'static str,
        query: FileQuery,
        build: F,
    ) -> Result<Response, Problem>
    where
        F: FnOnce(&View<'_>) -> Result<Sheet, Problem> + Send + 'static,
    {
        let words = self.words_here().await?;
        let look = self.app.look(move |view| {
            let day = i64::try_from(view.now().millis()).ok();
            let day = day.and_then(DateTime::from_timestamp_millis);
            let day = day.map(|now| now.with_timezone(&words.zone).date_naive());
            Ok((build(view)?, day))
        });
        let (sheet, day) = look.await?;
        let (bytes, kind, end) = match query.format {
            Format::Csv => {
                let bytes = sheet.csv().map_err(|error| {
                    tracing::error!(%error, "a CSV could not be written");
                    Problem::internal()
                })?;
                (bytes, "text/csv; charset=utf-8", "csv")
            }
            Format::Jsonl => (sheet.json_lines(), "application/jsonl", "jsonl"),
        };
        let day = day.map(|day| format!("-{day}")).unwrap_or_default();
        let disposition = format!("attachment; filename=\"{name}{day}.{end}\"");
        let disposition = HeaderValue::try_from(disposition).or(Err(Problem::internal()))?;
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
            (header::CONTENT_DISPOSITION, disposition),
        ];
        Ok((headers, bytes).into_response())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn csv(columns: Columns, rows: Vec<Value>) -> String {
        let sheet = Sheet::of(columns, rows).unwrap();
        String::from_utf8(sheet.csv().unwrap()).unwrap()
    }

    #[test]
    fn a_file_begins_with_the_mark_and_the_titles_and_quotes_what_must_be() {
        let rows = vec![json!({
            "sku": "R-1",
            "name": "10 kΩ, \"thin\"",
            "on_hand": "-5",
            "archived": false,
            "barcodes": [{ "code": "123", "pack": "1" }, { "code": "456", "pack": "10" }],
            "at": { "site": null },
        })];
        let columns: Columns = &[
            ("sku", "/sku"),
            ("name", "/name"),
            ("on_hand", "/on_hand"),
            ("archived", "/archived"),
            ("barcodes", "/barcodes"),
            ("site", "/at/site"),
            ("batch", "/batch"),
        ];
        assert_eq!(
            csv(columns, rows),
            "\u{feff}sku,name,on_hand,archived,barcodes,site,batch\n\
             R-1,\"10 kΩ, \"\"thin\"\"\",-5,false,123;456=10,,\n"
        );
    }

    #[test]
    fn lines_of_json_are_the_rows_themselves() {
        let rows = [
            (json!("S-1"), json!({ "item": "R" })),
            (json!("S-2"), json!({ "item": "=" })),
        ];
        let sheet = Sheet::below(&[("order", "/order")], "order", rows).unwrap();
        let lines = String::from_utf8(sheet.json_lines()).unwrap();
        assert_eq!(
            lines,
            "{\"item\":\"R\",\"order\":\"S-1\"}\n{\"item\":\"=\",\"order\":\"S-2\"}\n"
        );
    }
}
