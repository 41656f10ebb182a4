//! Pages of lists: a limit, and a cursor that says behind which row the next page begins.
//!
//! The cursor is the last row's own key, so that rows which come or go in between neither shift a
//! page nor show anything twice. To clients it is opaque.

use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::extract::{Flag, flag};
use crate::problem::Problem;

/// Rows of a page when nothing is said.
const LIMIT_DEFAULT: usize = 100;
/// Rows of a page at most.
const LIMIT_MAX: usize = 1_000;

/// One page of a list.
#[derive(Debug, Serialize)]
pub(crate) struct Listed<T> {
    items: Vec<T>,
    next: Option<String>,
}

impl<T> Listed<T> {
    /// A list that always comes whole.
    pub(crate) const fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

/// Which page is asked for. `after` and `cursor` are two names of one thing.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageQuery {
    /// How many rows at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Another name of cursor.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    after: Option<String>,
    /// The next of the page before.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    cursor: Option<String>,
}

impl PageQuery {
    /// The page that is asked for.
    pub(crate) fn page(self) -> Result<Page, Problem> {
        Page::new(self.limit, self.after.or(self.cursor).as_deref())
    }
}

/// Which page is asked for of documents, and whether of those alone that are open.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenQuery {
    /// How many rows at most; 100 when nothing is said.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<usize>,
    /// Another name of cursor.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    after: Option<String>,
    /// The next of the page before.
    #[param(pattern = "^([0-9a-fA-F]{2})+$")]
    cursor: Option<String>,
    #[serde(default, deserialize_with = "flag")]
    #[param(inline, value_type = Option<Flag>)]
    open: bool,
}

impl OpenQuery {
    /// The page that is asked for, and whether of what is open.
    pub(crate) fn page(self) -> Result<(Page, bool), Problem> {
        let page = Page::new(self.limit, self.after.or(self.cursor).as_deref())?;
        Ok((page, self.open))
    }
}

/// The page that is asked for, checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) limit: usize,
    /// The key of the row behind which it begins.
    pub(crate) after: Option<String>,
}

impl Page {
    pub(crate) fn new(limit: Option<usize>, cursor: Option<&str>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(LIMIT_DEFAULT);
        if !(1..=LIMIT_MAX).contains(&limit) {
            let text = format!("limit is {limit}: it must be 1 to {LIMIT_MAX}");
            return Err(Problem::bad_query(text));
        }
        let after = cursor.map(|cursor| {
            let text = "the cursor is not one that this server gave";
            from_hex(cursor).ok_or_else(|| Problem::bad_query(text))
        });
        Ok(Self {
            limit,
            after: after.transpose()?,
        })
    }

    /// Cuts the page out of all rows. They are in the order of their keys, or nearly so: the page
    /// begins behind the row with the cursor's key, or where that row would be.
    pub(crate) fn of<T>(&self, rows: Vec<T>, key: impl Fn(&T) -> String) -> Listed<T> {
        self.behind(rows, key, |key, after| key > after)
    }

    /// As [`Self::of`], of rows whose largest key comes first.
    pub(crate) fn of_newest_first<T>(&self, rows: Vec<T>, key: impl Fn(&T) -> String) -> Listed<T> {
        self.behind(rows, key, |key, after| key < after)
    }

    fn behind<T>(
        &self,
        rows: Vec<T>,
        key: impl Fn(&T) -> String,
        is_behind: impl Fn(&str, &str) -> bool,
    ) -> Listed<T> {
        let start = self.after.as_ref().map_or(0, |after| {
            let exact = rows.iter().position(|row| key(row) == *after);
            let behind = || {
                rows.iter()
                    .position(|row| is_behind(&key(row), after))
                    .unwrap_or(rows.len())
            };
            exact.map_or_else(behind, |at| at.saturating_add(1))
        });
        let wanted = self.limit.saturating_add(1);
        self.cut(rows.into_iter().skip(start).take(wanted).collect(), key)
    }

    /// Makes the page of rows that already begin behind the cursor, one more than the limit where
    /// there are so many.
    pub(crate) fn cut<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> String) -> Listed<T> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(|row| to_hex(&key(row)));
        Listed { items: rows, next }
    }
}

/// Joins the parts of a key; an absent part sorts last.
pub(crate) fn key(parts: &[Option<&str>]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .map(|part| part.unwrap_or("\u{10FFFF}"))
        .collect();
    parts.join("\u{1}")
}

fn to_hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<String> {
    let digits = text.as_bytes();
    if digits.is_empty()
        || !digits.len().is_multiple_of(2)
        || !digits.iter().all(u8::is_ascii_hexdigit)
    {
        return None;
    }
    let byte = |pair: &[u8]| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    };
    let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(rows: &[&str], limit: usize) -> Vec<Vec<String>> {
        let mut pages = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = Page::new(Some(limit), cursor.as_deref()).unwrap();
            let rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
            let listed = page.of(rows, Clone::clone);
            pages.push(listed.items);
            cursor = listed.next;
            if cursor.is_none() {
                return pages;
            }
        }
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repetition() {
        assert_eq!(pages(&[], 2), [Vec::<String>::new()]);
        assert_eq!(pages(&["a", "b"], 2), [["a", "b"]]);
        assert_eq!(pages(&["a", "b", "c"], 2), [vec!["a", "b"], vec!["c"]]);
        assert_eq!(pages(&["a", "b", "ö", "界"], 1).len(), 4);
    }

    #[test]
    fn a_row_that_went_away_leaves_its_place() {
        let page = Page {
            limit: 2,
            after: Some("b".to_owned()),
        };
        let listed = page.of(vec!["a", "c", "d"], |row| (*row).to_owned());
        assert_eq!(listed.items, ["c", "d"]);
        assert_eq!(listed.next, None);
        let listed = page.of_newest_first(vec!["d", "c", "a"], |row| (*row).to_owned());
        assert_eq!(listed.items, ["a"]);
    }

    #[test]
    fn other_limits_and_cursors_are_refused() {
        for limit in [0, LIMIT_MAX + 1] {
            assert_eq!(Page::new(Some(limit), None).unwrap_err().code, "bad-query");
        }
        assert!(Page::new(Some(LIMIT_MAX), None).is_ok());
        for cursor in ["", "abc", "zz", "ff", "\u{0}nonsense"] {
            assert_eq!(
                Page::new(None, Some(cursor)).unwrap_err().code,
                "bad-query",
                "{cursor:?}"
            );
        }
    }

    #[test]
    fn an_absent_part_of_a_key_sorts_last() {
        assert!(key(&[Some("ZZ"), Some("A")]) < key(&[None, Some("A")]));
        assert!(key(&[Some("A"), Some("B")]) < key(&[Some("AB"), Some("A")]));
    }
}
