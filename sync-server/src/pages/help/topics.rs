//! Which pages have which help, and which words of the glossary stand on them.
//!
//! A word is the end of the ids `term-…` and `means-…` in `locales`; a test of `lang` finds one
//! that is missing there, and one that no topic names.

/// What the help says of a page, or of several that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Topic {
    /// The end of `help-of-…`, and of its place on the page of all help.
    pub(crate) name: &'static str,
    /// The id of its heading: the words that the page itself has as its title, where it has some.
    pub(crate) title: &'static str,
    /// The pages' routes, as they are made.
    pub(crate) routes: &'static [&'static str],
    pub(crate) words: &'static [&'static str],
}

impl Topic {
    /// Whether a path is of one of its routes; a step such as `{sku}` stands for any.
    pub(crate) fn is_of(&self, path: &str) -> bool {
        self.routes.iter().any(|route| {
            let mut steps = route.split('/').zip(path.split('/'));
            route.split('/').count() == path.split('/').count()
                && steps.all(|(of, step)| of.starts_with('{') || of == step)
        })
    }
}

const fn topic(
    name: &'static str,
    title: &'static str,
    routes: &'static [&'static str],
    words: &'static [&'static str],
) -> Topic {
    Topic {
        name,
        title,
        routes,
        words,
    }
}

/// All topics by group, in the order of the navigation.
pub(crate) const TOPICS: &[(&str, &[Topic])] = &[
    ("nav-group-stock", STOCK),
    ("nav-group-orders", ORDERS),
    ("nav-group-production", PRODUCTION),
    ("nav-group-administration", ADMINISTRATION),
    ("help-group-rest", REST),
];

const STOCK: &[Topic] = &[
    topic(
        "dashboard",
        "nav-dashboard",
        &["/"],
        &["level", "threshold", "backorder", "exception", "behind"],
    ),
    topic(
        "scan",
        "nav-scan",
        &["/scan"],
        &["mode", "command", "unknown-scan", "location", "item"],
    ),
    topic(
        "stock",
        "nav-stock",
        &["/stock"],
        &["on-hand", "site", "owner", "as-of"],
    ),
    topic(
        "items",
        "nav-items",
        &["/items"],
        &["item", "available", "level", "barcode"],
    ),
    topic(
        "item",
        "help-title-item",
        &["/items/{sku}"],
        &[
            "on-hand",
            "allocated",
            "available",
            "on-order",
            "threshold",
            "stock-line",
            "batch",
            "owner",
            "provisional",
        ],
    ),
    topic(
        "history",
        "tab-history",
        &["/items/{sku}/history"],
        &["transaction", "movement", "count", "variance", "reversal"],
    ),
    topic(
        "why",
        "why-title",
        &["/items/{sku}/why"],
        &["on-hand", "allocated", "available", "count", "transaction"],
    ),
    topic(
        "item-form",
        "help-title-item-form",
        &["/items/new", "/items/{sku}/edit"],
        &["item", "barcode", "threshold", "merge"],
    ),
    topic(
        "bom",
        "tab-bom",
        &["/items/{sku}/bom"],
        &["bom", "attrition", "references"],
    ),
    topic(
        "stocktakes",
        "nav-stocktakes",
        &["/stocktakes", "/stocktakes/new"],
        &["stocktake", "blind", "count"],
    ),
    topic(
        "stocktake",
        "stocktake",
        &["/stocktakes/{number}"],
        &["stocktake", "blind", "variance", "approve"],
    ),
    topic(
        "exceptions",
        "nav-exceptions",
        &["/exceptions", "/exceptions/{id}"],
        &["exception", "answer", "entry", "unknown-scan", "reversal"],
    ),
    topic(
        "reports",
        "nav-reports",
        &[
            "/reports",
            "/reports/movements",
            "/reports/stock",
            "/reports/shrinkage",
            "/reports/slow",
            "/reports/people",
        ],
        &["transaction", "movement", "count", "variance", "stock-line"],
    ),
];

const ORDERS: &[Topic] = &[
    topic(
        "orders",
        "nav-orders",
        &["/orders", "/orders/new"],
        &["order", "order-line", "policy", "ready", "backorder"],
    ),
    topic(
        "order",
        "orders-order",
        &["/orders/{number}", "/orders/{number}/edit"],
        &[
            "order-line",
            "ready",
            "backorder",
            "pick",
            "return",
            "served-first",
        ],
    ),
    topic(
        "pick-list",
        "pick-list",
        &["/orders/{number}/pick-list"],
        &["pick", "ready", "location", "count"],
    ),
    topic(
        "backorders",
        "nav-backorders",
        &["/backorders"],
        &["backorder", "ready", "order-line"],
    ),
    topic(
        "customers",
        "nav-customers",
        &["/customers", "/customers/new", "/customers/{code}"],
        &["customer", "owner", "on-hand"],
    ),
];

const PRODUCTION: &[Topic] = &[
    topic(
        "lots",
        "nav-lots",
        &["/lots", "/lots/new"],
        &["lot", "bom", "covered"],
    ),
    topic(
        "lot",
        "lots-lot",
        &[
            "/lots/{number}",
            "/lots/{number}/moves",
            "/lots/{number}/edit",
        ],
        &[
            "lot",
            "required",
            "shortfall",
            "covered",
            "issue",
            "build",
            "backflush",
            "adopt",
        ],
    ),
    topic(
        "purchases",
        "nav-purchases",
        &["/purchase-orders", "/purchase-orders/new"],
        &["purchase-order", "on-order", "supplier"],
    ),
    topic(
        "purchase",
        "purchase-order",
        &["/purchase-orders/{number}"],
        &["purchase-order", "receive", "on-order"],
    ),
    topic(
        "suppliers",
        "nav-suppliers",
        &["/suppliers", "/suppliers/new", "/suppliers/{code}"],
        &["supplier", "purchase-order"],
    ),
];

const ADMINISTRATION: &[Topic] = &[
    topic(
        "locations",
        "nav-locations",
        &[
            "/locations",
            "/locations/new",
            "/locations/{number}",
            "/locations/{number}/edit",
        ],
        &["location", "location-type", "site", "blocked"],
    ),
    topic(
        "racks",
        "type-racks",
        &[
            "/locations/rack",
            "/location-types/new",
            "/location-types/{code}",
        ],
        &["location-type", "grid", "location"],
    ),
    topic(
        "sites",
        "sites",
        &[
            "/sites",
            "/sites/new",
            "/sites/{code}",
            "/sites/{code}/edit",
        ],
        &["site", "as-of"],
    ),
    topic(
        "devices",
        "nav-devices",
        &["/devices", "/devices/{id}"],
        &["node", "device", "enrol", "behind", "revoked", "pending"],
    ),
    topic(
        "server",
        "server-this",
        &["/server"],
        &["node", "central-number", "pending", "entry"],
    ),
    topic(
        "labels",
        "nav-labels",
        &["/labels"],
        &["barcode", "badge", "command", "location"],
    ),
    topic(
        "import",
        "nav-import",
        &["/import", "/import/{id}"],
        &["item", "count", "movement", "transaction"],
    ),
    topic(
        "users",
        "nav-users",
        &["/users", "/users/{name}"],
        &["user", "role", "badge"],
    ),
    topic(
        "log",
        "nav-log",
        &["/log", "/log/{entry}"],
        &["entry", "origin", "chain", "central-number", "signature"],
    ),
    topic(
        "settings",
        "settings-inventory",
        &["/settings/inventory"],
        &["backorder", "threshold", "policy", "reason"],
    ),
    topic(
        "alerts",
        "nav-alerts",
        &[
            "/settings/alerts",
            "/settings/alerts/new",
            "/settings/alerts/{id}",
        ],
        &["level", "exception", "behind"],
    ),
];

const REST: &[Topic] = &[
    topic(
        "help",
        "help",
        &["/help", "/menu"],
        &["node", "entry", "provisional"],
    ),
    topic(
        "log-in",
        "log-in",
        &["/login", "/setup/{code}", "/invitation/{code}"],
        &["user", "role", "one-time-link"],
    ),
];
