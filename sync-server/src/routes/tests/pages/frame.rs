//! Logging in, roles, languages and the frame around every page.

use std::time::Duration;

use futures_util::StreamExt as _;
use ledger_core::at_entry::{SiteChange, make_site};
use tokio::time::timeout;

use super::*;

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn every_page_needs_what_its_row_says() {
    let shop = Shop::open();
    let rules = all_pages();
    assert!(rules.rules().len() > 5);
    // Each logs in once: tries are limited.
    let mut visitors = Vec::new();
    for role in Role::ALL {
        visitors.push((role, shop.visitor(role).await));
    }
    for rule in rules.rules() {
        // Parameters stay as they are: who may ask is decided before anything is looked for.
        let path = rule.path.replace(['{', '}'], "");
        let Need::Role(role) = rule.need else {
            continue;
        };
        let stranger = shop.stranger();
        let reply = if rule.method == Method::POST {
            stranger.post(&path, &[]).await
        } else {
            stranger.get(&path).await
        };
        assert!(reply.goes_to().starts_with("/login?next="), "{path}");
        for (other, visitor) in visitors.iter().filter(|(other, _)| *other < role) {
            let reply = if rule.method == Method::POST {
                visitor.post(&path, &[]).await
            } else {
                visitor.get(&path).await
            };
            assert_eq!(reply.status.as_u16(), 403, "{path} by {other:?}");
            reply.shows(&["Your role does not allow this"]);
        }
    }
}

#[tokio::test]
async fn the_open_routes_are_few_and_known() {
    let rules = all_pages();
    let open = rules
        .rules()
        .iter()
        .filter(|rule| rule.need == Need::Nobody);
    let mut open: Vec<&str> = open.map(|rule| rule.path).collect();
    open.dedup();
    assert_eq!(
        open,
        [
            "/login",
            "/logout",
            "/setup/{code}",
            "/invitation/{code}",
            "/language"
        ]
    );
}

#[tokio::test]
async fn one_logs_in_with_the_right_password_and_out_again() {
    let shop = Shop::open();
    drop(shop.visitor(Role::Viewer).await);
    let stranger = shop.stranger();
    let next = "/items?search=a b";
    let asked = stranger.get("/items?search=a%20b").await;
    let login = asked.goes_to().to_owned();
    stranger
        .get(&login)
        .await
        .shows(&["Log in", next.replace(' ', "%20").as_str()]);
    for (user, password) in [
        ("test-viewer", "wrong password"),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("test-viewer", ""),
    ] {
        let refused = stranger
            .post(
                "/login",
                &[("user", user), ("password", password), ("next", "/items")],
            )
            .await;
        assert!(refused.status.is_client_error(), "{user} {password}");
        assert_eq!(refused.header("set-cookie"), "");
        assert!(!refused.body.contains(PASSWORD));
    }
    let right = [
        ("user", "Test-Viewer"),
        ("password", PASSWORD),
        ("next", "//evil.example"),
    ];
    let entered = stranger.post("/login", &right).await;
    assert_eq!(entered.goes_to(), "/");
    let cookie = entered.header("set-cookie").to_owned();
    for flag in ["HttpOnly", "SameSite=Lax"] {
        assert!(cookie.contains(flag), "{cookie}");
    }
    let inside = Visitor {
        cookie: cookie.split(';').next().unwrap().to_owned(),
        ..shop.stranger()
    };
    inside
        .get("/items")
        .await
        .shows(&["test-viewer", "Viewer", "R-100"]);
    let left = inside.post("/logout", &[]).await;
    assert_eq!(left.goes_to(), "/login");
    let forgotten = left.header("clear-site-data");
    assert_eq!(
        forgotten, "\"cache\"",
        "scans wait in the browser's storage"
    );
    assert!(inside.get("/items").await.goes_to().starts_with("/login"));
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_a_role_holds_at_once() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    assert_eq!(visitor.get("/items").await.status.as_u16(), 200);
    let set = |change: UserChange| {
        shop.write(|fold| users::set(fold, "test-operator", &change));
    };
    set(UserChange {
        role: Some(Role::Viewer),
        ..UserChange::default()
    });
    let refused = visitor
        .post("/items/R-100/change", &[("quantity", "1")])
        .await;
    assert_eq!(refused.status.as_u16(), 403);
    set(UserChange {
        archived: Some(true),
        ..UserChange::default()
    });
    assert!(visitor.get("/items").await.goes_to().starts_with("/login"));
    let right = [("user", "test-operator"), ("password", PASSWORD)];
    assert_eq!(
        shop.stranger().post("/login", &right).await.status.as_u16(),
        401
    );
}

#[tokio::test]
async fn the_first_administrator_sets_up_with_a_link_that_works_once() {
    let shop = Shop::open();
    let made = shop.node.invite(None, 60_000).unwrap();
    let path = format!("/setup/{}", made.code);
    let stranger = shop.stranger();
    stranger.get(&path).await.shows(&["Welcome to Stockledger"]);
    for (user, password, again, said) in [
        ("ada", "short", "short", "too short"),
        ("ada", PASSWORD, "something else", "differ"),
        ("", PASSWORD, PASSWORD, "empty"),
        ("token:ada", PASSWORD, PASSWORD, "ada"),
    ] {
        let refused = stranger
            .post(
                &path,
                &[("user", user), ("password", password), ("again", again)],
            )
            .await;
        assert!(
            refused.status.is_client_error(),
            "{said}: {}",
            refused.status
        );
        refused.shows(&[said]);
        assert!(!refused.body.contains(PASSWORD));
    }
    let right = [("user", "Ada"), ("password", PASSWORD), ("again", PASSWORD)];
    assert_eq!(stranger.post(&path, &right).await.goes_to(), "/");
    let ada = UserName::new("ada").unwrap();
    let known = shop.node.read(|fold| fold.user(&ada)).unwrap();
    assert_eq!(known.role, Role::Administrator);
    assert_eq!(stranger.get(&path).await.status.as_u16(), 410);
    assert_eq!(stranger.post(&path, &right).await.status.as_u16(), 410);
}

#[tokio::test]
async fn a_form_from_another_site_is_refused() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    let request = visitor
        .request(Method::POST, "/items/R-100/change")
        .header(header::ORIGIN, "https://evil.example")
        .header("sec-fetch-site", "cross-site")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("quantity=1"))
        .unwrap();
    assert_eq!(shop.send(request).await.problem(403), "cross-origin");
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "5");
}

/// Chromium on a plain HTTP page that is not this machine's names no site, only the origin.
#[tokio::test]
async fn a_form_of_our_own_page_is_taken_on_a_network_too() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    assert_eq!(
        visitor.get("/items").await.header("referrer-policy"),
        "same-origin"
    );
    let request = visitor
        .request(Method::POST, "/items/R-100/change")
        .header(header::HOST, "192.0.2.2:8440")
        .header(header::ORIGIN, "http://192.0.2.2:8440")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let mut request = request.body(Body::from("quantity=1")).unwrap();
    request.headers_mut().remove(header::HOST);
    let host = "192.0.2.2:8440".parse().unwrap();
    request.headers_mut().insert(header::HOST, host);
    assert_eq!(shop.send(request).await.status.as_u16(), 303);
}

#[tokio::test]
async fn a_set_up_link_is_void_once_somebody_is_in_charge() {
    let shop = Shop::open();
    let made = shop.node.invite(None, 60_000).unwrap();
    let boss = shop.visitor(Role::Administrator).await;
    let path = format!("/setup/{}", made.code);
    let stranger = shop.stranger();
    assert_eq!(stranger.get(&path).await.status.as_u16(), 410);
    for user in ["test-administrator", "mallory"] {
        let fields = [
            ("user", user),
            ("password", "another long one"),
            ("again", "another long one"),
        ];
        assert_eq!(stranger.post(&path, &fields).await.status.as_u16(), 410);
    }
    assert_eq!(boss.get("/users").await.status.as_u16(), 200);
    let mallory = UserName::new("mallory").unwrap();
    assert_eq!(shop.node.read(|fold| fold.user(&mallory)), None);
    let right = [("user", "test-administrator"), ("password", PASSWORD)];
    assert_eq!(stranger.post("/login", &right).await.goes_to(), "/");
}

#[tokio::test]
async fn a_set_up_link_gives_nobody_s_account_away() {
    let shop = Shop::open();
    drop(shop.visitor(Role::Manager).await);
    let made = shop.node.invite(None, 60_000).unwrap();
    let path = format!("/setup/{}", made.code);
    let taken = [
        ("user", "test-manager"),
        ("password", "another long one"),
        ("again", "another long one"),
    ];
    let refused = shop.stranger().post(&path, &taken).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    let old = [("user", "test-manager"), ("password", PASSWORD)];
    assert_eq!(shop.stranger().post("/login", &old).await.goes_to(), "/");
}

#[tokio::test]
async fn another_password_ends_the_sessions_before_it() {
    let shop = Shop::open();
    let before = shop.visitor(Role::Viewer).await;
    assert_eq!(before.get("/items").await.status.as_u16(), 200);
    // The same person chooses the password anew.
    let after = shop.visitor(Role::Viewer).await;
    assert_eq!(after.get("/items").await.status.as_u16(), 200);
    assert!(before.get("/items").await.goes_to().starts_with("/login"));
}

#[tokio::test]
async fn a_script_that_asks_without_a_session_is_sent_to_the_log_in_page() {
    let shop = Shop::open();
    let request = shop
        .stranger()
        .request(Method::GET, "/items?search=a")
        .header("hx-request", "true")
        .header(header::REFERER, "http://localhost:8440/items?level=low");
    let reply = shop.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.status.as_u16(), 401);
    assert_eq!(
        reply.header("hx-redirect"),
        "/login?next=%2Fitems%3Flevel%3Dlow"
    );
}

#[tokio::test]
async fn a_form_sent_twice_counts_once_and_says_so() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Operator).await;
    let fields = [
        ("once", "0123456789abcdef"),
        ("quantity", "2"),
        ("back", "/items"),
    ];
    for said in ["R-100", "This was saved before"] {
        let done = visitor.post("/items/R-100/change", &fields).await;
        assert_eq!(done.goes_to(), "/items");
        let next = visitor.get("/items").await;
        next.shows(&[said]);
        let undo = next.body.contains("action=\"/undo\"");
        assert_eq!(undo, said == "R-100");
    }
    assert_eq!(shop.api("items/R-100").await.json()["on_hand"], "7");
}

#[tokio::test]
async fn cookies_are_for_tls_alone_behind_a_proxy_that_speaks_it() {
    let shop = Shop::open();
    drop(shop.visitor(Role::Viewer).await);
    let fields = format!("user=test-viewer&password={}", PASSWORD.replace(' ', "+"));
    let request = shop
        .stranger()
        .request(Method::POST, "/login")
        .header(header::ORIGIN, "https://localhost:8440")
        .header("sec-fetch-site", "same-origin")
        .header("x-forwarded-proto", "https")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let entered = shop.send(request.body(Body::from(fields)).unwrap()).await;
    assert_eq!(entered.goes_to(), "/");
    assert!(entered.header("set-cookie").ends_with("; Secure"));
}

#[tokio::test]
async fn passwords_cannot_be_tried_without_end() {
    let shop = Shop::open();
    let stranger = shop.stranger();
    let mut last = 0;
    for _ in 0..12 {
        let tried = stranger
            .post("/login", &[("user", "a"), ("password", "b")])
            .await;
        last = tried.status.as_u16();
    }
    assert_eq!(last, 429);
    let other = stranger.post("/login", &[("user", "c"), ("password", "b")]);
    assert_eq!(other.await.status.as_u16(), 401, "nobody else is held up");
}

#[tokio::test]
async fn the_language_is_the_browser_s_until_one_is_chosen() {
    let shop = Shop::open();
    let german = shop.visitor(Role::Viewer).await.reading("de");
    german
        .get("/items")
        .await
        .shows(&["lang=\"de\"", "Artikel", "Verfügbar"]);
    let chosen = german
        .post(
            "/language",
            &[("language", "en"), ("back", "/items?level=low")],
        )
        .await;
    assert_eq!(chosen.goes_to(), "/items?level=low");
    let cookie = chosen.header("set-cookie").split(';').next().unwrap();
    let both = format!("{}; {cookie}", german.cookie);
    let english = Visitor {
        cookie: both,
        ..shop.stranger().reading("de")
    };
    english
        .get("/items")
        .await
        .shows(&["lang=\"en\"", "Available"]);
}

/// What only the help of a page says would count as shown on nearly every page.
#[tokio::test]
async fn the_help_of_a_page_is_not_what_it_shows() {
    let shop = Shop::open();
    let page = shop.visitor(Role::Viewer).await.get("/items").await;
    let help = "href=\"/help#help-items\"";
    assert!(page.body.contains(help), "{}", page.body);
    let rest = page.without_help();
    assert!(!rest.contains(help), "{rest}");
    assert!(rest.contains("R-100") && rest.contains("</html>"), "{rest}");
}

#[tokio::test]
async fn a_page_that_is_not_there_says_so_in_the_frame() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Viewer).await;
    let missing = visitor.get("/items/NOPE").await;
    assert_eq!(missing.status.as_u16(), 404);
    assert!(missing.header("content-type").starts_with("text/html"));
    missing.shows(&["NOPE", "nav class=\"side\""]);
}

#[tokio::test]
async fn the_api_takes_a_session_too() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Viewer).await;
    assert_eq!(
        visitor.get("/api/v1/items/R-100").await.json()["sku"],
        "R-100"
    );
    let stranger = shop.stranger().get("/api/v1/items/R-100").await;
    assert_eq!(stranger.problem(401), "unauthorized");
}

#[tokio::test]
async fn news_end_with_the_session() {
    let shop = Shop::open();
    let visitor = shop.visitor(Role::Viewer).await;
    let request = visitor.request(Method::GET, "/live");
    let request = request.body(Body::empty()).unwrap();
    let live = shop.router.clone().oneshot(request).await.unwrap();
    let mut news = live.into_body().into_data_stream();
    shop.write(|fold| make_site(fold, "north", &SiteChange::default()));
    visitor.get("/").await;
    let heard = timeout(PATIENCE, news.next()).await.unwrap();
    assert!(heard.unwrap().unwrap().starts_with(b"event: stock"));
    visitor.post("/logout", &[]).await.goes_to();
    shop.write(|fold| make_site(fold, "south", &SiteChange::default()));
    shop.visitor(Role::Manager).await.get("/").await;
    let end = timeout(PATIENCE, news.next()).await;
    assert!(end.unwrap().is_none(), "somebody who logged out hears news");
}
