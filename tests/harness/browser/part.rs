//! A part of a page, in which fields, buttons and texts are found by the words people see.

use thirtyfour::common::command::FormatRequestData;
use thirtyfour::error::{WebDriverError, WebDriverErrorInner, WebDriverResult};
use thirtyfour::extensions::query::{
    ElementPollerWithTimeout, ElementQuery, ElementQueryable as _, IntoElementPoller as _,
};
use thirtyfour::{By, ElementPredicate, RequestData, SessionId, WebElement};

use super::{GLANCE, PATIENCE, Page};

/// The whole page, one row or one section.
#[derive(Debug)]
pub struct Part<'a> {
    page: &'a Page<'a>,
    /// An XPath to it; empty for the whole page.
    root: String,
    name: String,
}

/// The accessible name of an element, as WebDriver works it out.
#[derive(Debug)]
struct ComputedLabel(thirtyfour::ElementId);

impl FormatRequestData for ComputedLabel {
    fn format_request(&self, session: &SessionId) -> RequestData {
        let method = "GET".parse().expect("a method");
        let path = format!("session/{session}/element/{}/computedlabel", self.0);
        RequestData::new(method, path)
    }
}

impl<'a> Part<'a> {
    pub(super) fn of(page: &'a Page<'a>, root: String, name: String) -> Self {
        Self { page, root, name }
    }

    fn query(&self, path: &str) -> ElementQuery {
        let path = format!("{}//*{path}", self.root);
        self.page.browser.web().query(By::XPath(path))
    }

    /// Does something with an element that it looks for; again, when news came between and put a
    /// new element in its place.
    #[track_caller]
    pub(super) fn with_element<T>(
        &self,
        what: &str,
        work: impl AsyncFn() -> WebDriverResult<T>,
    ) -> T {
        let what = format!("{what} in {}", self.name);
        self.page.browser.wait(&what, async {
            let mut poller = ElementPollerWithTimeout::new(PATIENCE, GLANCE).start();
            loop {
                let done = work().await;
                let is_gone = done.as_ref().is_err_and(is_stale);
                if !is_gone || !poller.tick().await {
                    return done;
                }
            }
        })
    }

    /// The field with this label, once it is there, in the middle of the screen: a bar may be over
    /// what is at its edge.
    async fn field(&self, label: &str) -> WebDriverResult<WebElement> {
        let text = quoted(label);
        let is = |path: &str| format!("normalize-space({path})={text}");
        // A label around its field has the field's own texts in it too, such as a list's.
        let says = format!(
            "{} or {} or {}",
            is("."),
            is("text()[normalize-space()][1]"),
            is("*[not(self::input or self::select or self::textarea)][1]")
        );
        let fields = "self::input[not(@type='hidden')] or self::select or self::textarea";
        let path = format!(
            "[{fields}][@aria-label={text} or @id=//label[{says}]/@for or ancestor::label[{says}] \
             or @aria-labelledby=//*[{}]/@id]",
            is(".")
        );
        let field = self.query(&path).and_displayed().single().await?;
        field.scroll_into_view().await?;
        Ok(field)
    }

    /// Types into the field with this label, instead of what was there.
    #[track_caller]
    pub fn fill(&self, label: &str, text: &str) {
        self.with_element(&format!("fill {label:?}"), async || {
            let field = self.field(label).await?;
            field.clear().await?;
            let is_day = field.attr("type").await?.as_deref() == Some("date");
            let keys = is_day.then(|| day_keys(text)).flatten();
            field.send_keys(keys.as_deref().unwrap_or(text)).await
        });
    }

    /// Gives a file to the field with this label.
    #[track_caller]
    pub(super) fn upload(&self, label: &str, file: &str) {
        self.with_element(&format!("a file for {label:?}"), async || {
            self.field(label).await?.send_keys(file).await
        });
    }

    /// What stands in the field with this label.
    #[track_caller]
    #[must_use]
    pub fn value(&self, label: &str) -> String {
        let value = self.with_element(&format!("the value of {label:?}"), async || {
            self.field(label).await?.value().await
        });
        value.unwrap_or_default()
    }

    /// Chooses what is shown as this text in the list with this label.
    #[track_caller]
    pub fn choose(&self, label: &str, text: &str) {
        let option = format!(".//option[normalize-space(.)={}]", quoted(text));
        self.with_element(&format!("choose {text:?} in {label:?}"), async || {
            let list = self.field(label).await?;
            list.find(By::XPath(option.clone())).await?.click().await
        });
    }

    /// Ticks the box or the choice with this label, or takes the tick away.
    #[track_caller]
    pub fn tick(&self, label: &str, on: bool) {
        self.with_element(&format!("tick {label:?}"), async || {
            let field = self.field(label).await?;
            if field.is_selected().await? != on {
                field.click().await?;
            }
            Ok(())
        });
    }

    /// Whether the box or the choice with this label is ticked.
    #[track_caller]
    #[must_use]
    pub fn is_ticked(&self, label: &str) -> bool {
        self.with_element(&format!("whether {label:?} is ticked"), async || {
            self.field(label).await?.is_selected().await
        })
    }

    /// Presses the one button, link or summary with this accessible name. A summary that is open
    /// already is not meant: what it opened often has a button of the same name.
    #[track_caller]
    pub fn press(&self, name: &str) {
        self.with_element(&format!("press {name:?}"), async || {
            let found = self.pressable(name).with_filter(named(name));
            let button = found.single().await?;
            button.scroll_into_view().await?;
            button.click().await
        });
    }

    /// Whether there is something to press of this name, now.
    #[track_caller]
    #[must_use]
    pub fn has_button(&self, name: &str) -> bool {
        self.page.browser.wait(name, async {
            let found = self.pressable(name).with_filter(named(name));
            found.nowait().exists().await
        })
    }

    /// What might be pressed by this name; the browser works out the accessible names of these.
    fn pressable(&self, name: &str) -> ElementQuery {
        let text = quoted(name);
        let kinds = "self::button or self::a[@href] or self::summary[not(../@open)] or @role='button' or \
                     self::input[@type='submit' or @type='button']";
        let might = format!(
            "contains(normalize-space(.), {text}) or contains(@aria-label, {text}) or \
             @value={text} or contains(@title, {text}) or .//img[contains(@alt, {text})] or \
             @aria-labelledby"
        );
        self.query(&format!("[{kinds}][{might}]")).and_displayed()
    }

    /// The text of this part, once it is there.
    #[track_caller]
    #[must_use]
    pub fn text(&self) -> String {
        let path = if self.root.is_empty() {
            "//body"
        } else {
            &self.root
        };
        self.with_element("the text", async || {
            let found = self.page.browser.web().query(By::XPath(path));
            found.first().await?.text().await
        })
    }

    /// Waits until this text can be seen in it.
    #[track_caller]
    pub fn wait_for_text(&self, text: &str) {
        let path = format!("[contains(normalize-space(.), {})]", quoted(text));
        let what = format!("{text:?} appears in {}", self.name);
        self.page.wait_until(&what, |page| {
            page.browser.wait(&what, async {
                let found = self.query(&path).and_displayed();
                match found.nowait().exists().await {
                    // The page put another one in its place while it was looked at.
                    Err(error) if is_stale(&error) => Ok(false),
                    found => found,
                }
            })
        });
    }
}

/// Whether an element was taken out of the page while it was looked at.
fn is_stale(error: &WebDriverError) -> bool {
    matches!(**error, WebDriverErrorInner::StaleElementReference(..))
}

/// Lets elements of this accessible name through.
fn named(name: &str) -> impl ElementPredicate + use<> {
    let name = name.to_owned();
    move |element: WebElement| {
        let name = name.clone();
        async move {
            let asked = ComputedLabel(element.element_id());
            let found: String = element.handle().cmd(asked).await?.value()?;
            Ok(found.trim() == name)
        }
    }
}

/// A text as XPath writes it. XPath has no escapes, so a text with both quotes is put together.
pub(super) fn quoted(text: &str) -> String {
    if !text.contains('\'') {
        return format!("'{text}'");
    }
    if !text.contains('"') {
        return format!("\"{text}\"");
    }
    let parts: Vec<String> = text.split('\'').map(|part| format!("'{part}'")).collect();
    format!("concat({})", parts.join(", \"'\", "))
}

/// The keys that type a day such as `2030-06-30` into Chromium's field for days: month, day, year.
fn day_keys(day: &str) -> Option<String> {
    let (year, rest) = day.split_once('-')?;
    let (month, day) = rest.split_once('-')?;
    Some(format!("{month}{day}{year}"))
}
