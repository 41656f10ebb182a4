//! Every page, in one table: what is walked, what is looked at and what pictures are taken of.
//!
//! The paths are those of [`crate::shop`], for an administrator. A page that is not here is found by the crawler's test.

/// One page.
#[derive(Clone, Copy, Debug)]
pub struct PageOf {
    /// Its name in files and messages.
    pub name: &'static str,
    /// Its path, with a query where it needs one.
    pub path: &'static str,
    /// What it answers with.
    pub status: u16,
}

/// All of them.
pub const PAGES: &[PageOf] = &[
    page("items", "/items"),
    page("items-attention", "/items?level=attention"),
    page("items-none-match", "/items?search=no+such+thing"),
    page("item", "/items/R-100"),
    page("item-out", "/items/Z-5V1"),
    PageOf {
        name: "missing",
        path: "/items/NOT-THERE",
        status: 404,
    },
];

const fn page(name: &'static str, path: &'static str) -> PageOf {
    PageOf {
        name,
        path,
        status: 200,
    }
}
