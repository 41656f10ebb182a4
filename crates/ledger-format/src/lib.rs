//! Ledger format.
