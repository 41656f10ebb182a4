//! Ledger node.
