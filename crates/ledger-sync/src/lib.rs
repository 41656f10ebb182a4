//! Ledger sync.
