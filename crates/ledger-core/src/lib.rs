//! Ledger core.
