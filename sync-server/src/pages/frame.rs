//! What stands around every page: who looks, in which language, whose numbers these are and of
//! when.

use std::borrow::Cow;
use std::fmt::Display;

use ledger_core::catalogue::Role;
use ledger_node::View;

use super::assets;
use super::help::{self, Help, shortcuts};
use crate::lang::{Count, Lang, Words};
use crate::login::Flash;

/// The frame of a page. Templates ask it for words, numbers and times.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(super) words: Words,
    /// Who logged in; none before that.
    pub(super) person: Option<Visitor>,
    /// The page's own path with its query.
    pub(super) address: String,
    /// The server's name.
    pub(super) node: String,
    /// The moment of the numbers.
    pub(super) as_of: Option<String>,
    /// Devices whose news may be missing, with when they last synced.
    pub(super) behind: Vec<(String, Option<String>)>,
    /// What the page says about the write before it.
    pub(super) flash: Option<Flash>,
    /// The key by which a form of this page counts once.
    pub(super) once: String,
}

/// The person before the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Visitor {
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// A link of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NavLink {
    pub(crate) path: &'static str,
    /// The id of its words.
    pub(crate) label: &'static str,
    /// The symbol in `assets/icons.svg`.
    pub(crate) icon: &'static str,
    role: Role,
}

/// Pages by group: the group's words, and its links.
const NAV: [(&str, &[NavLink]); 5] = [
    (
        "nav-group-stock",
        &[
            link("/", "nav-dashboard", "dashboard", Role::Viewer),
            link("/scan", "nav-scan", "scan", Role::Operator),
            link("/stock", "nav-stock", "stock", Role::Viewer),
            link("/items", "nav-items", "items", Role::Viewer),
            link("/stocktakes", "nav-stocktakes", "stocktakes", Role::Viewer),
            link("/exceptions", "nav-exceptions", "exceptions", Role::Viewer),
            link("/reports", "nav-reports", "reports", Role::Viewer),
        ],
    ),
    (
        "nav-group-orders",
        &[
            link("/orders", "nav-orders", "orders", Role::Viewer),
            link("/backorders", "nav-backorders", "backorders", Role::Viewer),
            link("/customers", "nav-customers", "customers", Role::Viewer),
        ],
    ),
    (
        "nav-group-production",
        &[
            link("/lots", "nav-lots", "production", Role::Viewer),
            link(
                "/purchase-orders",
                "nav-purchases",
                "purchases",
                Role::Viewer,
            ),
            link("/suppliers", "nav-suppliers", "suppliers", Role::Viewer),
        ],
    ),
    (
        "nav-group-administration",
        &[
            link("/locations", "nav-locations", "locations", Role::Viewer),
            link("/labels", "nav-labels", "labels", Role::Viewer),
            link("/devices", "nav-devices", "devices", Role::Viewer),
            link("/users", "nav-users", "users", Role::Administrator),
            link("/import", "nav-import", "import", Role::Manager),
            link("/log", "nav-log", "log", Role::Viewer),
        ],
    ),
    (
        "nav-group-settings",
        &[
            link(
                "/settings/inventory",
                "nav-settings-inventory",
                "settings",
                Role::Viewer,
            ),
            link(
                "/settings/alerts",
                "nav-alerts",
                "alerts",
                Role::Administrator,
            ),
        ],
    ),
];

const fn link(path: &'static str, label: &'static str, icon: &'static str, role: Role) -> NavLink {
    NavLink {
        path,
        label,
        icon,
        role,
    }
}

impl Frame {
    pub(super) fn new(view: &View<'_>, words: Words, address: String, once: String) -> Self {
        Self {
            words: words.at(view.time_zone().as_deref()),
            person: None,
            address,
            node: view.name(),
            as_of: view.as_of(),
            behind: view
                .behind()
                .into_iter()
                .map(|row| (row.device, row.last_sync))
                .collect(),
            flash: None,
            once,
        }
    }

    // Words, numbers and times.

    pub(crate) fn t(&self, id: &str) -> Cow<'static, str> {
        self.words.t(id)
    }

    pub(crate) fn n(&self, id: &str, n: impl Count) -> Cow<'static, str> {
        self.words.n(id, n)
    }

    pub(crate) fn with(&self, id: &str, name: &str, value: impl Display) -> Cow<'static, str> {
        self.words.with(id, name, value)
    }

    pub(crate) fn with2(
        &self,
        id: &str,
        name: &str,
        value: impl Display,
        other: &str,
        other_value: impl Display,
    ) -> Cow<'static, str> {
        self.words.with2(id, name, value, other, other_value)
    }

    /// A word that belongs to a code, such as `kind-pcba`.
    pub(crate) fn word(&self, family: &str, code: &str) -> Cow<'static, str> {
        self.words.t(&format!("{family}-{code}"))
    }

    pub(crate) fn number(&self, canonical: &str) -> String {
        self.words.number(canonical)
    }

    pub(crate) fn change(&self, canonical: &str) -> String {
        self.words.change(canonical)
    }

    pub(crate) fn typed(&self, canonical: &str) -> String {
        self.words.typed(canonical)
    }

    pub(crate) fn moment(&self, rfc3339: &str) -> String {
        self.words.moment(rfc3339)
    }

    pub(crate) fn moment_or_never(&self, rfc3339: Option<&String>) -> String {
        rfc3339.map_or_else(
            || self.t("never").into_owned(),
            |moment| self.moment(moment),
        )
    }

    /// Who did something: a user, or the device where nobody was logged in.
    #[expect(clippy::unused_self, reason = "templates call methods only")]
    pub(crate) fn who<'a>(&self, user: &'a str) -> &'a str {
        user.strip_prefix("device:").unwrap_or(user)
    }

    pub(crate) fn day(&self, day: &str) -> String {
        self.words.day(day)
    }

    pub(crate) fn month(&self, month: &str) -> String {
        self.words.month(month)
    }

    pub(crate) fn lang(&self) -> &'static str {
        self.words.lang.tag()
    }

    /// What was done, in words.
    pub(crate) fn flash_text(&self, flash: &Flash) -> Cow<'static, str> {
        let values = flash.values.iter();
        let values: Vec<(&str, &dyn Display)> = values
            .map(|(name, value)| (name.as_str(), value as &dyn Display))
            .collect();
        self.words.with_all(&flash.message, &values)
    }

    pub(crate) fn zone(&self) -> &'static str {
        self.words.zone.name()
    }

    pub(crate) fn languages(&self) -> [Lang; 2] {
        Lang::ALL
    }

    pub(crate) fn asset(&self, file: &str) -> String {
        assets::url(file)
    }

    // Who may what: forms that would be refused are not shown.

    fn has(&self, role: Role) -> bool {
        self.person
            .as_ref()
            .is_some_and(|person| person.role >= role)
    }

    pub(crate) fn is_operator(&self) -> bool {
        self.has(Role::Operator)
    }

    pub(crate) fn is_manager(&self) -> bool {
        self.has(Role::Manager)
    }

    pub(crate) fn is_administrator(&self) -> bool {
        self.has(Role::Administrator)
    }

    /// Whether who looks may undo what this user wrote: managers anybody's, operators their own, as
    /// the API has it.
    pub(crate) fn may_undo(&self, user: &str) -> bool {
        let person = self.person.as_ref();
        let is_theirs = person.is_some_and(|person| person.name == user);
        self.is_manager() || (self.is_operator() && is_theirs)
    }

    // Where one is.

    pub(crate) fn nav(&self) -> Vec<(&'static str, Vec<&'static NavLink>)> {
        let groups = NAV.iter().map(|(label, links)| {
            let links = links.iter().filter(|link| self.has(link.role));
            (*label, links.collect::<Vec<_>>())
        });
        groups.filter(|(_, links)| !links.is_empty()).collect()
    }

    /// What this page is for.
    pub(crate) fn help(&self) -> Option<Help> {
        help::of_page(&self.address, &self.words)
    }

    /// The address of this page's list as a file, with the page's filter.
    pub(crate) fn file(&self, format: &str) -> String {
        let here = self.address.split('?').next().unwrap_or_default();
        self.file_of(here, format)
    }

    /// The address of another list as a file, with this page's filter.
    pub(crate) fn file_of(&self, list: &str, format: &str) -> String {
        let query = self.address.split_once('?');
        let query = query.map_or("", |(_, query)| query).as_bytes();
        let filter = form_urlencoded::parse(query);
        let filter = filter.filter(|(name, _)| !["after", "before"].contains(&name.as_ref()));
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(filter).append_pair("format", format);
        format!("/export{list}?{}", query.finish())
    }

    pub(crate) fn is_here(&self, path: &str) -> bool {
        let here = self.address.split('?').next().unwrap_or_default();
        here == path
            || (path != "/"
                && here
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with('/')))
    }
}

impl NavLink {
    /// The letter that leads to it.
    pub(crate) fn letter(&self) -> Option<&'static str> {
        shortcuts::letter(self.path)
    }

    /// Whether it stands in the bar of small screens, beside the menu.
    pub(crate) fn is_in_bar(&self) -> bool {
        ["/", "/scan", "/stock", "/items", "/orders"].contains(&self.path)
    }
}
