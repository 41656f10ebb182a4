//! The browser's harness itself: a check that finds nothing wrong on a page full of faults would
//! make every other test worthless.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use tests::browser::{Browser, Look};

/// Everything that must be found: an error, a script and a request that the policy forbids, a
/// file that is not there, pictures and fields that nobody can name, and something too wide.
const BAD: &str = r#"<!doctype html><html lang="en"><head><title>Bad</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>
<h1>Bad</h1><img src="/picture.png" width="2000" height="20"><input id="a"><p class="pale">Pale</p>
<script src="/broken.js"></script><img alt="far" src="http://far.example/p.png">
<p>Inline</p><script>nothing();</script></main></body></html>"#;

/// Nothing wrong, and something of everything that the helpers find.
const GOOD: &str = r#"<!doctype html><html lang="en"><head><title>Good</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>
<h1>Good</h1>
<form action="/done" aria-label="Take">
<label for="n">How much</label><input id="n" name="n" value="1">
<label>Note <textarea name="note"></textarea></label>
<label>Reason <select name="reason"><option>sample</option><option>lost</option></select></label>
<label><input type="checkbox" name="all" value="yes"> All of it</label>
<input type="hidden" name="how-much" value="9">
<button>Take it</button></form>
<table><thead><tr><th scope="col">Item</th><th scope="col">On hand</th></tr></thead><tbody>
<tr><th scope="row">R-100</th><td>5</td></tr><tr><th scope="row">It's "7"</th><td>7
 pcs</td></tr></tbody></table>
<ul><li>R-100 <a href="/first">Open</a></li><li>R-101 <a href="/second"
 aria-label="Open">→</a></li></ul>
<p class="asked"></p><script src="/good.js"></script></main></body></html>"#;

const GOOD_SCRIPT: &str = "document.querySelector('.asked').textContent = 'scripts run';";
const POLICY: &str = "default-src 'self'";

/// A server with a good and a bad page.
fn pages() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let mut line = String::new();
                let mut reader = BufReader::new(&client);
                drop(reader.read_line(&mut line));
                let mut rest = String::new();
                while reader.read_line(&mut rest).is_ok_and(|length| length > 2) {
                    rest.clear();
                }
                let path = line.split(' ').nth(1).unwrap_or_default();
                let (status, kind, body) = answer(path);
                let head = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: {kind}; charset=utf-8\r\n\
                     content-security-policy: {POLICY}\r\ncontent-length: {}\r\n\
                     connection: close\r\n\r\n",
                    body.len()
                );
                drop((&client).write_all(format!("{head}{body}").as_bytes()));
            });
        }
    });
    url
}

fn answer(path: &str) -> (&'static str, &'static str, &str) {
    match path.split('?').next() {
        Some("/good") => ("200 OK", "text/html", GOOD),
        Some("/bad") => ("200 OK", "text/html", BAD),
        Some("/good.js") => ("200 OK", "text/javascript", GOOD_SCRIPT),
        Some("/broken.js") => ("200 OK", "text/javascript", "nobody.knows();"),
        Some("/done" | "/first" | "/second") => (
            "200 OK",
            "text/html",
            "<!doctype html><html lang=en><title>Done</title><main><h1>Done</h1></main></html>",
        ),
        Some("/favicon.ico") => ("200 OK", "image/svg+xml", "<svg/>"),
        Some(_) | None => (
            "404 Not Found",
            "text/html",
            "<!doctype html><title>Gone</title>",
        ),
    }
}

#[test]
fn every_kind_of_fault_is_found() {
    let Some(browser) = Browser::start("browser: faults are found") else {
        return;
    };
    let base = pages();
    for look in [Look::WIDE, Look::HANDHELD.without_scripts()] {
        let page = browser.page(&base, look);
        page.open("/bad");
        let found = page.faults_found();
        let has = |start: &str, part: &str| {
            found
                .iter()
                .any(|line| line.starts_with(start) && line.contains(part))
        };
        let missing = has("console: ", "/picture.png") && has("console: ", "404");
        assert!(missing, "{look}: a missing file\n{found:#?}");
        assert!(
            has("content security policy: ", "far.example"),
            "{look}\n{found:#?}"
        );
        for rule in ["image-alt", "label"] {
            assert!(
                has(&format!("axe {rule} "), "\n    "),
                "{look}: {rule}\n{found:#?}"
            );
        }
        assert!(has("the page is 20", "/picture.png"), "{look}\n{found:#?}");
        if look.scripts {
            assert!(has("console: ", "nobody is not defined"), "{found:#?}");
            assert!(has("content security policy: ", "inline"), "{found:#?}");
        }
        // What was named is not named again.
        page.open("/good");
        page.finish();
    }
}

#[test]
fn a_request_to_another_host_is_found_where_no_policy_forbids_it() {
    let Some(browser) = Browser::start("browser: outside requests are found") else {
        return;
    };
    let (base, other) = (pages(), pages());
    let page = browser.page(&base, Look::WIDE);
    page.open("/good");
    page.finish();
    // Opening it is what a link to another host would do.
    page.open(&format!("{other}/good"));
    let found = page.faults_found();
    assert!(
        found
            .iter()
            .any(|line| line.starts_with("outside request: ") && line.contains(&other)),
        "{found:#?}"
    );
}

#[test]
fn words_of_people_find_fields_buttons_and_rows() {
    let Some(browser) = Browser::start("browser: fields and buttons are found") else {
        return;
    };
    let base = pages();
    for look in [Look::HANDHELD, Look::WIDE.without_scripts()] {
        let page = browser.page(&base, look);
        page.open("/good");
        let asked = if look.scripts { "scripts run" } else { "" };
        assert_eq!(page.text(".asked"), asked, "{look}");
        let rows = page.table("table");
        assert_eq!(rows[1]["Item"], "It's \"7\"");
        assert_eq!(rows[1]["On hand"], "7 pcs");
        assert_eq!(page.row("It's \"7\"").text(), "It's \"7\" 7 pcs");
        page.finish();
        page.fill("How much", "+10");
        assert_eq!(page.all().value("How much"), "+10");
        let form = page.section("Take");
        form.fill("Note", "for the board");
        form.choose("Reason", "lost");
        form.tick("All of it", true);
        form.press("Take it");
        page.wait_for_text("Done");
        assert_eq!(
            page.path(),
            "/done?n=%2B10&note=for+the+board&reason=lost&all=yes&how-much=9",
            "{look}"
        );
        page.open("/good");
        assert!(page.row("R-101 →").has_button("Open"));
        assert!(!page.all().has_button("Openly"));
        page.row("R-101 →").press("Open");
        page.wait_for_text("Done");
        assert_eq!(page.path(), "/second", "{look}");
        page.open_as("/gone", 404);
        page.wait_until("the title", |page| page.title() == "Gone");
    }
}

#[test]
fn a_page_is_seen_as_the_look_says() {
    let Some(browser) = Browser::start("browser: looks") else {
        return;
    };
    let base = pages();
    let seen = "const is = (query) => matchMedia(query).matches; return [innerWidth, innerHeight, \
                is('(prefers-color-scheme: dark)'), is('(pointer: coarse)'), \
                is('(prefers-reduced-motion: reduce)')]";
    for (look, expected) in [
        (
            Look::HANDHELD,
            serde_json::json!([480, 800, false, true, true]),
        ),
        (
            Look::WIDE.dark(),
            serde_json::json!([1400, 900, true, false, true]),
        ),
        (
            Look::WIDE,
            serde_json::json!([1400, 900, false, false, true]),
        ),
    ] {
        let page = browser.page(&base, look);
        page.open("/good");
        assert_eq!(page.script(seen, vec![]), expected, "{look}");
    }
}
