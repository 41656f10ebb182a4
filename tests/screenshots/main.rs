//! Pictures of all pages, for `cargo xtask screenshots`: on both screens, by day and by night, each
//! page in its whole length, and one page with all of them beside each other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a developer's program; it fails by panicking and says what it wrote"
)]

use std::path::{Path, PathBuf};

use tests::browser::{Browser, Look, Scheme, Size};
use tests::pages::PAGES;
use tests::shop::shop;

fn main() {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.expect("the folder for the pictures");
    std::fs::create_dir_all(&folder).expect("make the folder for the pictures");
    let browser = Browser::start("pictures of all pages");
    let browser = browser.expect("Chromium and chromedriver are there");
    let world = shop();
    for (size, scheme) in looks() {
        let look = Look {
            scheme,
            ..Look::of(size)
        };
        let page = browser.page_of(&world.server, "administrator", look);
        for one in PAGES {
            page.open_as(one.path, one.status);
            page.picture(&folder.join(file(one.name, size, scheme)), true);
        }
        println!("{look}: {} pages", PAGES.len());
    }
    let index = folder.join("index.html");
    std::fs::write(&index, contact_sheet()).expect("write the contact sheet");
    println!("{}", shown(&index));
}

fn shown(path: &Path) -> String {
    let whole = path.canonicalize();
    whole
        .unwrap_or_else(|_| path.to_owned())
        .display()
        .to_string()
}

/// Every screen by day and by night.
fn looks() -> impl Iterator<Item = (Size, Scheme)> {
    let sizes = Size::ALL.into_iter();
    sizes.flat_map(|size| Scheme::ALL.map(|scheme| (size, scheme)))
}

fn file(name: &str, size: Size, scheme: Scheme) -> String {
    format!("{name}-{}-{}.png", size.word(), scheme.word())
}

/// A page with all pictures: one row for each page, one column for each look.
fn contact_sheet() -> String {
    let mut html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
        <title>All pages</title>\n<style>body { font: 14px sans-serif; background: #777 }\n\
        section { display: flex; gap: 12px; align-items: start; margin-bottom: 32px }\n\
        img { width: 22vw; max-height: 90vh; object-fit: contain; object-position: top }</style>\
        </head><body>\n"
        .to_owned();
    for one in PAGES {
        html.push_str(&format!("<h2>{} {}</h2><section>\n", one.name, one.path));
        for (size, scheme) in looks() {
            let file = file(one.name, size, scheme);
            html.push_str(&format!(
                "<a href=\"{file}\"><img alt=\"{file}\" src=\"{file}\"></a>\n"
            ));
        }
        html.push_str("</section>\n");
    }
    html.push_str("</body></html>\n");
    html
}
