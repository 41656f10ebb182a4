//! What stands around every page: whose numbers these are, and of when.

use ledger_node::View;

use super::words::day_and_time;

/// The frame of a page.
#[derive(Debug)]
pub(super) struct Frame {
    /// The server's name.
    pub(super) node: String,
    /// The moment of the numbers.
    pub(super) as_of: String,
    /// Devices whose news may be missing, with when they last synced.
    pub(super) behind: Vec<(String, String)>,
    /// How many exceptions are open.
    pub(super) exceptions: usize,
}

impl Frame {
    pub(super) fn of(view: &View<'_>) -> Self {
        let last =
            |at: Option<String>| at.map_or_else(|| "never".to_owned(), |at| day_and_time(&at));
        Self {
            node: view.name(),
            as_of: view
                .as_of()
                .map_or_else(|| "an unknown time".to_owned(), |at| day_and_time(&at)),
            behind: view
                .behind()
                .into_iter()
                .map(|row| (row.device, last(row.last_sync)))
                .collect(),
            exceptions: view.fold().exceptions().len(),
        }
    }
}
