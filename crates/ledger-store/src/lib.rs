//! Ledger store.
