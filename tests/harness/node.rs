//! What a test may ask of any node, be it a handheld (through its command) or the server
//! (through its API): the answers have the same shapes, so one check serves both.

use serde_json::Value;

/// A node that answers for its stock.
pub trait Node {
    /// Its name in messages.
    fn label(&self) -> String;
    /// The object of one item.
    fn show(&self, sku: &str) -> Value;
    /// All items.
    fn items(&self) -> Vec<Value>;
    /// One item's history, oldest first.
    fn history(&self, sku: &str) -> Vec<Value>;
    /// The open exceptions.
    fn exceptions(&self) -> Vec<Value>;
    /// The node's status.
    fn status(&self) -> Value;

    /// The hash over the folded state.
    #[track_caller]
    fn state_hash(&self) -> String {
        let status = self.status();
        let hash = status["state_hash"].as_str().unwrap_or_default();
        assert!(
            hash.len() >= 32,
            "{}: no state_hash in {status:#}",
            self.label()
        );
        hash.to_owned()
    }

    /// How many entries the node holds.
    #[track_caller]
    fn entries(&self) -> u64 {
        let status = self.status();
        status["entries"]
            .as_u64()
            .unwrap_or_else(|| panic!("no entries in {status:#}"))
    }
}
