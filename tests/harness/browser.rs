//! A real browser: Debian's Chromium, driven by chromedriver through WebDriver.
//!
//! A [`Browser`] is one chromedriver with one Chromium, both with a home of their own that goes
//! away with them. A [`Page`] is what a person has before them, of one [`Look`]; its helpers name
//! things as people do, by the words of labels, buttons and rows. A test ends with
//! [`Page::finish`], which finds what nobody looks for: errors in the console, requests to other
//! hosts, breaches of the content security policy, and barriers that axe knows.
//!
//! The browser resolves no name and reaches no other machine. Waiting is asking again, under a
//! time limit; whoever waits in vain fails.

mod driver;
mod faults;
pub mod keys;
mod look;
mod page;
mod part;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::extensions::query::ElementPollerWithTimeout;
use thirtyfour::{Capabilities, WebDriver};
use tokio::runtime::{Builder, Runtime};

pub use self::look::{Look, Scheme, Size};
pub use self::page::{PASSWORD, Page, Row, name_of};
pub use self::part::Part;
use crate::server::Server;
use crate::skip::skipped;

/// How long a page may take until it shows what it is asked for: longer than a hub waits before it
/// tries again.
const PATIENCE: Duration = Duration::from_secs(90);
/// How often it is looked at meanwhile.
const GLANCE: Duration = Duration::from_millis(20);
/// How many chromedrivers are started before there is none: one ends when another program takes the
/// port that it found free, which says nothing about what is tested.
const STARTS_MAX: usize = 3;

/// A running browser; dropping it ends Chromium and chromedriver.
#[derive(Debug)]
pub struct Browser {
    runtime: Runtime,
    /// Absent only while this value is dropped.
    web: Option<WebDriver>,
    /// After the session, so that it outlives it.
    _driver: driver::Driver,
}

impl Browser {
    /// A browser; where this machine has none, the test of this name is noted as skipped.
    #[track_caller]
    #[must_use]
    pub fn start(test: &str) -> Option<Self> {
        Self::start_with(test, &[])
    }

    /// The same, with more arguments for Chromium, such as a camera.
    #[track_caller]
    #[must_use]
    pub fn start_with(test: &str, arguments: &[&str]) -> Option<Self> {
        match driver::Programs::find() {
            Ok(programs) => Some(Self::with(&programs, arguments)),
            Err(missing) => {
                skipped(test, &missing);
                None
            }
        }
    }

    #[track_caller]
    fn with(programs: &driver::Programs, arguments: &[&str]) -> Self {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        // Its HTTP client wants one, whatever it speaks; the first of a process stays.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let mut refused = Vec::new();
        while refused.len() < STARTS_MAX {
            let driver = match driver::Driver::start(programs) {
                Ok(driver) => driver,
                Err(error) => {
                    refused.push(error);
                    continue;
                }
            };
            let connect = WebDriver::builder(driver.url(), capabilities(programs, arguments))
                .poller(Arc::new(ElementPollerWithTimeout::new(PATIENCE, GLANCE)))
                .connect();
            match runtime.block_on(connect) {
                Ok(web) => {
                    return Self {
                        runtime,
                        web: Some(web),
                        _driver: driver,
                    };
                }
                Err(error) => refused.push(error.to_string()),
            }
        }
        panic!("chromedriver opens no Chromium: {}", refused.join("; "));
    }

    /// An empty page of this look, for the server at `base`.
    #[track_caller]
    #[must_use]
    pub fn page(&self, base: &str, look: Look) -> Page<'_> {
        Page::new(self, base, look)
    }

    /// A page of this look before somebody of this role, who has just logged in.
    #[track_caller]
    #[must_use]
    pub fn page_of(&self, server: &Server, role: &str, look: Look) -> Page<'_> {
        let page = self.page(server.url(), look);
        page.enter(server, role);
        page
    }

    /// Does something in the browser; fails when it does.
    #[track_caller]
    fn wait<T>(
        &self,
        what: &str,
        work: impl Future<Output = thirtyfour::error::WebDriverResult<T>>,
    ) -> T {
        self.runtime
            .block_on(work)
            .unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    fn web(&self) -> &WebDriver {
        self.web.as_ref().expect("the browser runs")
    }

    /// A command of Chromium's own protocol.
    #[track_caller]
    fn command(&self, name: &str, arguments: Value) -> Value {
        self.wait(name, async {
            self.web().cdp().send_raw(name, arguments).await
        })
    }

    /// Runs a script, also where the page's own may not run.
    #[track_caller]
    fn script(&self, what: &str, script: &str, arguments: Vec<Value>) -> Value {
        self.wait(what, async {
            self.web()
                .execute(script, arguments)
                .await
                .map(|answer| answer.json().clone())
        })
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(web) = self.web.take() {
            // A browser that is gone already needs no end; chromedriver is killed in any case.
            drop(self.runtime.block_on(web.quit()));
        }
    }
}

fn capabilities(programs: &driver::Programs, more: &[&str]) -> Capabilities {
    let mut arguments = vec![
        "--headless=new",
        "--disable-gpu",
        // Containers have little shared memory.
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-extensions",
        "--disable-sync",
        "--no-first-run",
        "--no-default-browser-check",
        "--force-color-profile=srgb",
        "--hide-scrollbars",
        "--lang=en",
        "--window-size=1400,900",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    ];
    arguments.extend(more);
    if driver::is_root() {
        // Chromium's sandbox refuses root.
        arguments.push("--no-sandbox");
    }
    let wanted = json!({
        "browserName": "chrome",
        "goog:chromeOptions": { "binary": programs.chromium, "args": arguments },
        "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
    });
    serde_json::from_value(wanted).expect("capabilities are an object")
}
