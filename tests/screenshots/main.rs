//! Pictures of all pages, for `cargo xtask screenshots`: on both screens, by day and by night, each
//! page in its whole length, and one page with all of them beside each other. With `--readme` the
//! three that stand in the README, small. With `--language de` in that language, and with `--role
//! operator` as such a person sees them, without the pages that are refused.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a developer's program; it fails by panicking and says what it wrote"
)]

use std::path::{Path, PathBuf};

use serde_json::json;
use tests::browser::{Browser, Look, Page, Scheme, Size};
use tests::pages::{CODE, OPEN_PAGES, PAGES, PageOf};
use tests::shop::whole_shop;

/// The pages of the README, each on one screen.
const README: [(&str, Size); 3] = [
    ("dashboard", Size::Wide),
    ("item", Size::Wide),
    ("items", Size::Handheld),
];
/// Whoever opens the README loads all three.
const README_BYTES_MAX: usize = 80 * 1024;
const README_QUALITY: f64 = 0.85;

fn main() {
    let folder = std::env::args_os().nth(1).map(PathBuf::from);
    let folder = folder.expect("the folder for the pictures");
    std::fs::create_dir_all(&folder).expect("make the folder for the pictures");
    let browser = Browser::start("pictures of all pages");
    let browser = browser.expect("Chromium and chromedriver are there");
    let (world, code) = whole_shop();
    if std::env::args_os().any(|argument| argument == "--readme") {
        for (name, size) in README {
            let page = browser.page_of(&world.server, "administrator", Look::of(size));
            let one = PAGES.iter().find(|one| one.name == name);
            let one = one.expect("a page of the README is one of all pages");
            page.open_as(one.path, one.status);
            small_picture(&page, &folder.join(format!("{name}.webp")));
        }
        println!("{}", shown(&folder));
        return;
    }
    let language = said("--language").unwrap_or_else(|| "en".to_owned());
    let role = said("--role").unwrap_or_else(|| "administrator".to_owned());
    for (size, scheme) in looks() {
        let look = Look {
            scheme,
            ..Look::of(size)
        };
        let take = |page: &Page<'_>, one: &PageOf| {
            let path = one.path.replace(CODE, &code);
            let picture = folder.join(file(one.name, size, scheme));
            if page.open_as_either(&path, &[one.status, 403]) == one.status {
                page.picture(&picture, true);
            } else {
                // One of an earlier run is of somebody who may see the page.
                drop(std::fs::remove_file(&picture));
            }
        };
        let page = browser.page(world.server.url(), look);
        page.ask_for_language(&language);
        OPEN_PAGES.iter().for_each(|one| take(&page, one));
        // Whoever logs in finds the fields by their English names.
        page.ask_for_language("en");
        drop(page);
        let page = browser.page_of(&world.server, &role, look);
        page.ask_for_language(&language);
        PAGES.iter().for_each(|one| take(&page, one));
        page.ask_for_language("en");
        println!("{look}: {} pages", OPEN_PAGES.len() + PAGES.len());
    }
    let index = folder.join("index.html");
    std::fs::write(&index, contact_sheet(&folder)).expect("write the contact sheet");
    println!("{}", shown(&index));
}

/// What was said behind an option.
fn said(option: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|argument| argument != option);
    arguments.nth(1)
}

/// A picture of what the screen holds, as small as a README wants it.
fn small_picture(page: &Page<'_>, path: &Path) {
    let png = path.with_extension("png");
    page.picture(&png, false);
    let bytes = std::fs::read(&png).expect("read the picture");
    std::fs::remove_file(&png).expect("remove the large picture");
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let arguments = vec![json!(digits), json!(README_QUALITY)];
    let made = page.script(include_str!("webp.js"), arguments);
    let made = made.as_str().expect("the digits of a picture").as_bytes();
    let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap();
    let small: Vec<u8> = made.chunks(2).map(byte).collect();
    let count = small.len();
    assert!(
        count <= README_BYTES_MAX,
        "{}: {count} bytes",
        path.display()
    );
    std::fs::write(path, small).expect("write the picture");
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
fn contact_sheet(folder: &Path) -> String {
    let mut html = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
        <title>All pages</title>\n<style>body { font: 14px sans-serif; background: #777 }\n\
        section { display: flex; gap: 12px; align-items: start; margin-bottom: 32px }\n\
        img { width: 22vw; max-height: 90vh; object-fit: contain; object-position: top }</style>\
        </head><body>\n"
        .to_owned();
    for one in OPEN_PAGES.iter().chain(PAGES) {
        html.push_str(&format!("<h2>{} {}</h2><section>\n", one.name, one.path));
        for (size, scheme) in looks() {
            let file = file(one.name, size, scheme);
            if !folder.join(&file).exists() {
                continue;
            }
            html.push_str(&format!(
                "<a href=\"{file}\"><img alt=\"{file}\" src=\"{file}\"></a>\n"
            ));
        }
        html.push_str("</section>\n");
    }
    html.push_str("</body></html>\n");
    html
}
