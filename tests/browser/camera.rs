//! Scanning with a camera and from pictures: labels as they are printed, read in the browser.

use std::path::{Path, PathBuf};

use resvg::{tiny_skia, usvg};
use tests::browser::{Browser, Look, Page, keys};
use tests::shop::shop;
use tests::stock::Stock;

/// The only label that a line prints, on white, for a screen.
fn picture(stock: &Stock, line: &str) -> tiny_skia::Pixmap {
    let line = format!("labels {line} --sheet 100x50 --format svg --out label.svg");
    stock.json(&line);
    let svg = std::fs::read_to_string(stock.home().join("label.svg")).unwrap();
    let tree = usvg::Tree::from_str(&svg, &usvg::Options::default()).unwrap();
    let (width, height) = (640, 480);
    let scale = 600.0 / tree.size().width();
    let mut pixels = tiny_skia::Pixmap::new(width, height).unwrap();
    pixels.fill(tiny_skia::Color::WHITE);
    let place = tiny_skia::Transform::from_scale(scale, scale).post_translate(20.0, 60.0);
    resvg::render(&tree, place, &mut pixels.as_mut());
    pixels
}

/// A film of one picture, as Chromium takes it for a camera.
fn film(picture: &tiny_skia::Pixmap, path: &Path) {
    let grey: Vec<u8> = picture.pixels().iter().map(|pixel| pixel.green()).collect();
    let colour = vec![128; grey.len() / 2];
    let head = format!(
        "YUV4MPEG2 W{} H{} F10:1 Ip A1:1 C420mpeg2\n",
        picture.width(),
        picture.height()
    );
    let frame = [b"FRAME\n", &grey[..], &colour].concat();
    let frames = frame.repeat(10);
    std::fs::write(path, [head.as_bytes(), &frames].concat()).unwrap();
}

fn types(page: &Page<'_>, code: &str) {
    page.keys(&format!("{code}{}", keys::ENTER));
}

#[test]
fn a_label_before_the_camera_is_one_scan() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("camera.y4m");
    let world = shop();
    film(&picture(&world.a, "locations --select B-02"), &path);
    let camera = format!("--use-file-for-fake-video-capture={}", path.display());
    let arguments = [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        &camera,
    ];
    let Some(browser) = Browser::start_with("browser: camera", &arguments) else {
        return;
    };
    let page = browser.page_of(&world.server, "operator", Look::HANDHELD);
    page.open("/scan");
    types(&page, "ADD");
    page.press("Camera");
    page.wait_for_text("ADD at B-02.");
    let looked = "return document.getElementById('scan').dataset.looked";
    let looks = || {
        page.script(looked, vec![])
            .as_str()
            .map_or(0, |n| n.parse().unwrap())
    };
    let before: u32 = looks();
    page.wait_until("ten more looks", |_| looks() > before + 10);
    page.press("Stop the camera");
    types(&page, "K-12V");
    page.wait_for_text("1 of K-12V added at B-02");
    let rows = page.script(
        "return document.querySelectorAll('.scan-last li').length",
        vec![],
    );
    assert_eq!(rows, 3, "a label that stays before the camera is one scan");
    page.finish();
}

#[test]
fn a_picture_of_a_label_is_a_scan() {
    let Some(browser) = Browser::start("browser: picture of a label") else {
        return;
    };
    let world = shop();
    let page = browser.page_of(&world.server, "operator", Look::WIDE);
    page.open("/scan");
    types(&page, "ADD");
    let file = |name: &str, line: &str| -> PathBuf {
        let path = world.a.home().join(name);
        std::fs::write(&path, picture(&world.a, line).encode_png().unwrap()).unwrap();
        path
    };
    for symbology in ["qr", "datamatrix", "code128"] {
        let place = file(
            "place.png",
            &format!("locations --select B-02 --symbology {symbology}"),
        );
        page.upload("Picture of a code", &place);
        page.wait_for_text("ADD at B-02.");
        let item = file(
            "item.png",
            &format!("items --select K-12V --symbology {symbology}"),
        );
        page.upload("Picture of a code", &item);
        page.wait_for_text("1 of K-12V added at B-02");
        types(&page, "UNDO");
        page.wait_for_text("Undone: K-12V");
    }
    let nothing = world.a.home().join("nothing.png");
    let white = tiny_skia::Pixmap::new(64, 64).unwrap();
    std::fs::write(&nothing, white.encode_png().unwrap()).unwrap();
    page.upload("Picture of a code", &nothing);
    page.wait_for_text("No code was found on the picture.");
    // Without a camera the page says so.
    page.press("Camera");
    page.wait_for_text("The camera cannot be used");
    page.finish();
}
