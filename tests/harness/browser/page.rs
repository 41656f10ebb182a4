//! One page before a person: where it leads, what it says, and what nobody may find on it.

use std::cell::RefCell;
use std::path::Path;

use serde_json::{Value, json};
use thirtyfour::By;
use thirtyfour::extensions::query::{
    ElementPollerWithTimeout, ElementQueryable as _, IntoElementPoller as _,
};

use super::faults::{Allowed, Faults, axe_faults};
use super::look::scripts;
use super::part::{Part, quoted};
use super::{Browser, GLANCE, Look, PATIENCE, keys};
use crate::server::Server;

/// A picture is no higher than this, however long the page.
const PICTURE_PIXELS_MAX: u32 = 6000;

/// The password of everybody whom [`Page::enter`] makes.
pub const PASSWORD: &str = "only for the tests of pages";

/// One page in the browser. Only one is open at a time.
#[derive(Debug)]
pub struct Page<'a> {
    pub(super) browser: &'a Browser,
    base: String,
    look: Look,
    faults: RefCell<Faults>,
}

impl<'a> Page<'a> {
    #[track_caller]
    pub(super) fn new(browser: &'a Browser, base: &str, look: Look) -> Self {
        browser.wait("an empty page", async {
            browser.web().goto("about:blank").await
        });
        let page = Self {
            browser,
            base: base.trim_end_matches('/').to_owned(),
            look,
            faults: RefCell::new(Faults::default()),
        };
        page.dress(look);
        page.forget();
        // What an earlier page left behind is not this one's.
        page.collect();
        page.faults.replace(Faults::default());
        page
    }

    /// The first step of a session: somebody of this role, made for it, chooses a password and is
    /// logged in with that.
    #[track_caller]
    pub fn enter(&self, server: &Server, role: &str) {
        let name = name_of(role);
        let added = server.line(&format!("user add {name} --role {role} --json"));
        let invited = if added.code == 0 {
            added.json()
        } else {
            server.admin(&format!("user set {name} --new-link"))
        };
        let link = invited["url"]
            .as_str()
            .expect("a link to choose a password");
        self.open(link);
        self.fill("New password", PASSWORD);
        self.fill("The same again", PASSWORD);
        self.press("Save and log in");
        self.wait_until("the log-in", |page| !page.path().contains("/invitation/"));
    }

    /// Logs somebody in by the page that asks for name and password.
    #[track_caller]
    pub fn login(&self, user: &str, password: &str) {
        self.open("/login");
        self.fill("User name", user);
        self.fill("Password", password);
        self.section("Log in").press("Log in");
    }

    #[track_caller]
    fn dress(&self, look: Look) {
        for (name, arguments) in look.commands() {
            self.browser.command(name, arguments);
        }
    }

    /// Asks for pages in this language from now on, as browsers do: `de`, `en-GB,en`.
    #[track_caller]
    pub fn ask_for_language(&self, language: &str) {
        let headers = json!({ "headers": { "Accept-Language": language } });
        self.browser.command("Network.setExtraHTTPHeaders", headers);
    }

    /// Forgets whoever is logged in, and everything else that was kept.
    #[track_caller]
    pub fn forget(&self) {
        self.browser
            .command("Network.clearBrowserCookies", json!({}));
    }

    /// Opens a path, which must be there.
    #[track_caller]
    pub fn open(&self, path: &str) {
        self.open_as(path, 200);
    }

    /// Opens a path that answers with this status.
    ///
    /// Chromium writes a status from 400 on into its console; for this path it may.
    #[track_caller]
    pub fn open_as(&self, path: &str, status: u16) {
        self.open_as_either(path, &[status]);
    }

    /// Opens a path that answers with one of these statuses; which.
    #[track_caller]
    pub fn open_as_either(&self, path: &str, statuses: &[u16]) -> u16 {
        let url = if path.contains("://") {
            path.to_owned()
        } else {
            format!("{}{path}", self.base)
        };
        self.browser.wait(&format!("open {path}"), async {
            self.browser.web().goto(url.as_str()).await
        });
        self.collect();
        let mut faults = self.faults.borrow_mut();
        for status in statuses.iter().filter(|status| **status >= 400) {
            faults.allow(Allowed::At(url.clone(), *status));
        }
        let answered = faults.last_document();
        drop(faults);
        let answered = answered.unwrap_or_else(|| panic!("{path} has a status"));
        assert!(
            statuses.contains(&answered),
            "{path} answers {answered}, not {statuses:?}"
        );
        answered
    }

    /// Says that this page and what it loads may answer with this status from now on, such as a
    /// form that is refused.
    pub fn may_answer(&self, status: u16) {
        self.faults.borrow_mut().allow(Allowed::Anywhere(status));
    }

    /// The path and query of the page that is shown.
    #[track_caller]
    #[must_use]
    pub fn path(&self) -> String {
        let url = self.url();
        url.strip_prefix(&self.base).unwrap_or(&url).to_owned()
    }

    fn url(&self) -> String {
        let url = self.browser.wait("the address", async {
            self.browser.web().current_url().await
        });
        url.to_string()
    }

    /// The page's title.
    #[track_caller]
    #[must_use]
    pub fn title(&self) -> String {
        self.browser
            .wait("the title", async { self.browser.web().title().await })
    }

    /// Everything on the page.
    #[must_use]
    pub fn all(&self) -> Part<'_> {
        Part::of(self, String::new(), "the page".to_owned())
    }

    /// The row, list entry or card in which exactly this text stands.
    #[must_use]
    pub fn row(&self, text: &str) -> Part<'_> {
        let text = quoted(text);
        let holds = format!(".//*[normalize-space(.)={text}] or normalize-space(.)={text}");
        let rows = "self::tr or self::li or self::article or self::fieldset";
        // The innermost one, for a list may stand in a list.
        let path = format!("//*[{rows}][{holds}][not(.//*[{rows}][{holds}])]");
        Part::of(self, path, format!("the row {text}"))
    }

    /// The form, section, dialog or bar of links with this heading, caption or label.
    #[must_use]
    pub fn section(&self, name: &str) -> Part<'_> {
        let name = quoted(name);
        let parts = "self::form or self::section or self::dialog or self::details or \
                     self::fieldset or self::article or self::nav";
        let heads = "self::h1 or self::h2 or self::h3 or self::h4 or self::legend or \
                     self::summary or self::caption";
        let named = format!(
            "@aria-label={name} or ./*[{heads}][normalize-space(.)={name}] or \
                             ./*/*[{heads}][normalize-space(.)={name}] or \
                             @aria-labelledby=//*[normalize-space(.)={name}]/@id"
        );
        // The innermost one, for a section may be around the form that is meant.
        let path = format!("//*[{parts}][{named}][not(.//*[{parts}][{named}])]");
        Part::of(self, path, format!("the section {name}"))
    }

    /// Types into the field with this label, instead of what was there.
    #[track_caller]
    pub fn fill(&self, label: &str, text: &str) {
        self.all().fill(label, text);
    }

    /// What stands in the field with this label.
    #[track_caller]
    #[must_use]
    pub fn value(&self, label: &str) -> String {
        self.all().value(label)
    }

    /// Chooses what is shown as this text in the list with this label.
    #[track_caller]
    pub fn choose(&self, label: &str, text: &str) {
        self.all().choose(label, text);
    }

    /// Ticks the box or the choice with this label, or takes the tick away.
    #[track_caller]
    pub fn tick(&self, label: &str, on: bool) {
        self.all().tick(label, on);
    }

    /// Whether the box or the choice with this label is ticked.
    #[track_caller]
    #[must_use]
    pub fn is_ticked(&self, label: &str) -> bool {
        self.all().is_ticked(label)
    }

    /// Presses the button or link with this name.
    #[track_caller]
    pub fn press(&self, name: &str) {
        self.all().press(name);
    }

    /// Gives a file to the field with this label.
    #[track_caller]
    pub fn upload(&self, label: &str, file: &Path) {
        let file = file.to_str().expect("a path of letters").to_owned();
        self.all().upload(label, &file);
    }

    /// Types keys into whatever has the focus, as a scanner does.
    #[track_caller]
    pub fn keys(&self, keys: &str) {
        self.browser.wait(&format!("type {keys:?}"), async {
            let focus = self.browser.web().active_element().await?;
            focus.send_keys(keys).await
        });
    }

    /// The text of the first element of this CSS selector, once it is there.
    #[track_caller]
    #[must_use]
    pub fn text(&self, css: &str) -> String {
        self.all()
            .with_element(&format!("the text of {css}"), async || {
                let found = self.browser.web().query(By::Css(css)).first().await?;
                found.text().await
            })
    }

    /// The rows of the first table of this CSS selector, each cell under its column's heading.
    #[track_caller]
    #[must_use]
    pub fn table(&self, css: &str) -> Vec<Row> {
        self.wait_for(css);
        let rows = self.script(include_str!("table.js"), vec![json!(css)]);
        serde_json::from_value(rows).expect("rows of texts")
    }

    /// Waits until this text can be seen.
    #[track_caller]
    pub fn wait_for_text(&self, text: &str) {
        self.all().wait_for_text(text);
    }

    /// Waits until there is an element of this CSS selector.
    #[track_caller]
    pub fn wait_for(&self, css: &str) {
        self.browser.wait(&format!("{css} appears"), async {
            self.browser
                .web()
                .query(By::Css(css))
                .first()
                .await
                .map(drop)
        });
    }

    /// Waits until this holds of the page.
    #[track_caller]
    pub fn wait_until(&self, what: &str, holds: impl Fn(&Self) -> bool) {
        let mut poller = ElementPollerWithTimeout::new(PATIENCE, GLANCE).start();
        while !holds(self) {
            let goes_on = self.browser.runtime.block_on(poller.tick());
            assert!(goes_on, "never happened: {what}\n{}", self.text("body"));
        }
    }

    /// Waits until the page hears of news: what happens before that it is not told.
    #[track_caller]
    pub fn wait_until_it_hears(&self) {
        self.wait_until("the page hears of news", |page| {
            page.script("return 'hears' in document.body.dataset", vec![]) == true
        });
    }

    /// Runs a script on the page and gives what it returned, also where scripts are off.
    #[track_caller]
    pub fn script(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.browser
            .script("a script of the test", script, arguments)
    }

    /// Where the page's links lead on this server: paths with their queries.
    #[track_caller]
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        let links = self.script(include_str!("links.js"), vec![]);
        serde_json::from_value(links).expect("a list of paths")
    }

    /// How many quantities of stock the page shows (`seen`), and the markup of those that no *why*
    /// link explains (`unexplained`).
    #[track_caller]
    #[must_use]
    pub fn quantities(&self) -> Value {
        self.script(include_str!("quantities.js"), vec![])
    }

    /// Walks from the beginning of the page to its end by Tab, and gives what is wrong with that:
    /// what is not reached, where nobody sees the focus, or where it jumps.
    #[track_caller]
    #[must_use]
    pub fn tab_walk(&self) -> Vec<String> {
        let times = self.script(include_str!("tab_walk.js"), vec![]);
        let times = times.as_u64().and_then(|times| usize::try_from(times).ok());
        self.keys(&keys::TAB.repeat(times.expect("a number")));
        let faults = self.script(include_str!("tab_walked.js"), vec![]);
        serde_json::from_value(faults).expect("a list of texts")
    }

    /// Writes a picture of what can be seen, or of the whole page.
    #[track_caller]
    pub fn picture(&self, path: &Path, whole: bool) {
        if whole {
            let height = self.script("return document.documentElement.scrollHeight", vec![]);
            let height = height
                .as_u64()
                .and_then(|height| u32::try_from(height).ok());
            let (_, least) = self.look.size.pixels();
            let height = height.unwrap_or(least).clamp(least, PICTURE_PIXELS_MAX);
            let (name, arguments) = self.look.as_high_as(height);
            self.browser.command(name, arguments);
        }
        self.browser.wait("a picture", async {
            self.browser.web().screenshot(path).await
        });
        if whole {
            self.dress(self.look);
        }
    }

    /// Fails when anything was wrong since this page was opened: an error in the console, a breach
    /// of the content security policy, a request to another host, or, in what is shown now, a
    /// barrier that axe finds or more than fits the width of the screen.
    #[track_caller]
    pub fn finish(&self) {
        let found = self.faults_found();
        assert!(
            found.is_empty(),
            "{} ({}): {} faults\n{}",
            self.path(),
            self.look,
            found.len(),
            found.join("\n")
        );
    }

    /// What [`Page::finish`] would name, and forgets it.
    #[track_caller]
    #[must_use]
    pub fn faults_found(&self) -> Vec<String> {
        self.collect();
        let mut found = self.faults.take().found(&self.base);
        found.extend(self.barriers());
        found.extend(self.too_wide());
        // What axe itself asked for or wrote is not the page's.
        self.collect();
        self.faults.replace(Faults::default());
        found
    }

    /// What axe finds. Its timers need scripts, so they run while it looks.
    #[track_caller]
    fn barriers(&self) -> Vec<String> {
        let (name, on) = scripts(true);
        self.browser.command(name, on);
        let axe = include_str!("../../assets/axe-core-4.14.1/axe.min.js");
        self.script(axe, vec![]);
        let report = self.browser.wait("axe looks at the page", async {
            let script = include_str!("axe_run.js");
            let report = self.browser.web().execute_async(script, vec![]).await?;
            Ok(report.json().clone())
        });
        let (name, as_before) = scripts(self.look.scripts);
        self.browser.command(name, as_before);
        axe_faults(&report)
    }

    /// What stands out over the width of the screen: there, a page is moved sideways or made
    /// smaller, and a finger meets another thing than the eye.
    #[track_caller]
    fn too_wide(&self) -> Vec<String> {
        let (width, _) = self.look.size.pixels();
        let found = self.script(include_str!("too_wide.js"), vec![json!(width)]);
        serde_json::from_value(found).expect("a list of texts")
    }

    /// Takes over what the browser has written into its logs.
    #[track_caller]
    fn collect(&self) {
        let [console, network] = ["browser", "performance"].map(|log| {
            self.browser
                .wait(log, async { self.browser.web().get_log(log).await })
        });
        self.faults.borrow_mut().take_over(console, &network);
    }
}

/// Whoever [`Page::enter`] makes of a role.
#[must_use]
pub fn name_of(role: &str) -> &'static str {
    match role {
        "administrator" => "ada",
        "manager" => "mona",
        "operator" => "oskar",
        "viewer" => "vera",
        other => panic!("{other} is no role"),
    }
}

/// One row of a table: the texts of its cells by their columns' headings.
pub type Row = std::collections::BTreeMap<String, String>;
