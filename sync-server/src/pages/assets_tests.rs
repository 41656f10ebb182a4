//! The files of the pages: their headers, what is kept, and that templates name what is there.

use axum::http::HeaderValue;

use super::*;

fn asked(file: &str, version: Option<&str>, known: Option<&str>) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(known) = known {
        headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(known).unwrap());
    }
    answer(file, version, &headers)
}

fn header_of(answer: &Response, name: header::HeaderName) -> &str {
    answer.headers()[name].to_str().unwrap()
}

#[test]
fn an_address_with_the_right_version_may_be_kept_for_ever() {
    let url = url("stock.css");
    let (path, version) = url.split_once("?v=").unwrap();
    assert_eq!(path, "/assets/stock.css");
    assert_eq!(version.len(), 8);
    let kept = asked("stock.css", Some(version), None);
    assert_eq!(kept.status(), StatusCode::OK);
    assert_eq!(header_of(&kept, header::CACHE_CONTROL), FOR_EVER);
    assert_eq!(
        header_of(&kept, header::CONTENT_TYPE),
        "text/css; charset=utf-8"
    );
    assert_eq!(header_of(&kept, header::X_CONTENT_TYPE_OPTIONS), "nosniff");
    for other in [None, Some("00000000"), Some("")] {
        let asked_again = asked("stock.css", other, None);
        assert_eq!(asked_again.status(), StatusCode::OK, "{other:?}");
        assert_eq!(header_of(&asked_again, header::CACHE_CONTROL), "no-cache");
    }
}

#[test]
fn a_browser_that_has_the_bytes_does_not_get_them_again() {
    let first = asked("icon.svg", None, None);
    let tag = header_of(&first, header::ETAG).to_owned();
    assert!(tag.len() == 66 && tag.starts_with('"'), "strong: {tag}");
    for known in [
        tag.clone(),
        format!("W/{tag}"),
        format!("\"a\", {tag}"),
        "*".to_owned(),
    ] {
        let again = asked("icon.svg", None, Some(&known));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(header_of(&again, header::ETAG), tag);
    }
    let changed = asked("icon.svg", None, Some("\"a\""));
    assert_eq!(changed.status(), StatusCode::OK);
}

#[test]
fn only_files_for_browsers_are_there() {
    for missing in [
        "vendor/package-lock.json",
        "vendor/HASHES",
        "gone.css",
        "../Cargo.toml",
        "",
    ] {
        let answer = asked(missing, None, None);
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{missing}");
    }
    let is_licence = |file: &str| file.ends_with("/LICENSE") || file.ends_with("/NOTICE");
    let licences = Files::iter().filter(|file| is_licence(file));
    let licences: Vec<_> = licences.collect();
    assert_eq!(licences.len(), 4, "{licences:?}");
    for file in licences {
        assert_eq!(asked(&file, None, None).status(), StatusCode::OK, "{file}");
    }
}

/// Every `frame.asset("…")` of the templates, and every file they name by hand.
#[test]
fn templates_name_files_that_are_there() {
    let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/templates");
    let mut named = 0;
    let mut folders = vec![std::path::PathBuf::from(templates)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for start in ["asset(\"", "=\"/assets/"] {
                for rest in text.split(start).skip(1) {
                    let file = rest.split(['"', '?']).next().unwrap();
                    assert!(Files::get(file).is_some(), "{}: {file}", path.display());
                    named += 1;
                }
            }
        }
    }
    assert!(named >= 2, "the templates name {named} files");
}
