//! The pages in a real browser: what a storekeeper does there is read back on a handheld, and no
//! page has an error, an outside request, a breach of the content security policy or a barrier.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

/// A test of this name on a handheld with scripts, and on a wide monitor without.
macro_rules! in_two_looks {
    ($($name:ident),+) => { $(mod $name {
        use tests::browser::Look;

        #[test]
        fn on_a_handheld() {
            super::$name(Look::HANDHELD);
        }

        #[test]
        fn wide_without_scripts() {
            super::$name(Look::WIDE.without_scripts());
        }
    })+ };
}

/// The other way round too, where scripts change what a person does.
macro_rules! in_four_looks {
    ($($name:ident),+) => { $(mod $name {
        use tests::browser::Look;

        #[test]
        fn on_a_handheld() {
            super::$name(Look::HANDHELD);
        }

        #[test]
        fn on_a_handheld_without_scripts() {
            super::$name(Look::HANDHELD.without_scripts());
        }

        #[test]
        fn wide() {
            super::$name(Look::WIDE);
        }

        #[test]
        fn wide_without_scripts() {
            super::$name(Look::WIDE.without_scripts());
        }
    })+ };
}

mod alerts;
mod camera;
mod crawl;
mod customers;
mod dashboard;
mod devices;
mod exceptions;
mod harness;
mod help;
mod hub;
mod imports;
mod item;
mod items;
mod keyboard;
mod labels;
mod language;
mod locations;
mod new_item;
mod orders;
mod production;
mod scan;
mod settings;
mod stock;
mod stocktakes;
mod users;
mod walk;
