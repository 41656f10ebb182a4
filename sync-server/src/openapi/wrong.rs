//! What can go wrong, by status: the shape of a problem, and the codes that programs may rely on.

use serde_json::{Map, Value, json};

use crate::api::Rule;

/// A status with what it means and the codes that come with it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wrong {
    pub(super) status: u16,
    name: &'static str,
    meaning: &'static str,
    pub(super) codes: &'static [&'static str],
    /// When a route can answer with it.
    when: When,
}

/// What a route must take for a thing to go wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum When {
    Always,
    /// It has a query, or a parameter in its path, and only reads.
    Asks,
    /// It answers a file.
    Prints,
    /// It has a parameter in its path.
    Names,
    /// It has a parameter in its path and only reads.
    NamesToRead,
    /// It has a body.
    Says,
    Writes,
}

/// Everything that can go wrong.
pub(super) const ALL: [Wrong; 15] = [
    Wrong {
        status: 400,
        name: "UnreadableQuestion",
        meaning: "The path or the query cannot be read, or the query names what is not there",
        codes: &[
            "bad-query",
            "bad-code",
            "bad-time",
            "unknown-customer",
            "unknown-location",
            "unknown-site",
            "unknown-supplier",
        ],
        when: When::Asks,
    },
    Wrong {
        status: 400,
        name: "NotPrintable",
        meaning: "The query cannot be read, names what is not there, or asks for what cannot be \
                  printed",
        codes: &[
            "bad-query",
            "bad-code",
            "bad-dpi",
            "bad-label",
            "bad-sheet",
            "bad-start",
            "bad-symbology",
            "ambiguous-item",
            "ambiguous-lot",
            "ambiguous-order",
            "ambiguous-purchase-order",
            "ambiguous-stocktake",
            "nothing-to-print",
            "too-many-labels",
            "unknown-command",
            "unknown-customer",
            "unknown-item",
            "unknown-location",
            "unknown-lot",
            "unknown-order",
            "unknown-purchase-order",
            "unknown-reason",
            "unknown-stocktake",
            "unknown-user",
        ],
        when: When::Prints,
    },
    Wrong {
        status: 400,
        name: "UnreadableWrite",
        meaning: "The path, the body or the idempotency key cannot be read",
        codes: &[
            "bad-attrition",
            "bad-body",
            "bad-code",
            "bad-count",
            "bad-date",
            "bad-entry",
            "bad-grid",
            "bad-idempotency-key",
            "bad-json",
            "bad-kind",
            "bad-movement",
            "bad-name",
            "bad-place",
            "bad-pack",
            "bad-pick",
            "bad-quantity",
            "bad-query",
            "bad-rank",
            "bad-text",
            "bad-time",
            "bad-time-zone",
            "bad-type",
            "bad-value",
        ],
        when: When::Writes,
    },
    Wrong {
        status: 401,
        name: "Unauthorized",
        meaning: "There is no valid token",
        codes: &["unauthorized"],
        when: When::Always,
    },
    Wrong {
        status: 403,
        name: "Forbidden",
        meaning: "The role is too small, the token's name cannot stand in an entry, or a page of another \
                  site asks",
        codes: &["forbidden", "bad-token-name", "cross-origin", "no-right"],
        when: When::Always,
    },
    Wrong {
        status: 404,
        name: "NotThere",
        meaning: "What the address names is not there",
        codes: &[
            "not-found",
            "unknown-customer",
            "unknown-exception",
            "unknown-item",
            "unknown-line",
            "unknown-location",
            "unknown-location-type",
            "unknown-lot",
            "unknown-order",
            "unknown-purchase-order",
            "unknown-setting",
            "unknown-site",
            "unknown-stocktake",
            "unknown-supplier",
        ],
        when: When::Names,
    },
    Wrong {
        status: 408,
        name: "TooSlow",
        meaning: "The body took too long to arrive",
        codes: &["too-slow"],
        when: When::Says,
    },
    Wrong {
        status: 409,
        name: "Ambiguous",
        meaning: "The address names several things",
        codes: &[
            "ambiguous-item",
            "ambiguous-lot",
            "ambiguous-order",
            "ambiguous-purchase-order",
            "ambiguous-stocktake",
        ],
        when: When::NamesToRead,
    },
    Wrong {
        status: 409,
        name: "Conflict",
        meaning: "It contradicts what is there",
        codes: &[
            "above-issued",
            "above-ordered",
            "above-picked",
            "above-wanted",
            "already-undone",
            "ambiguous-batch",
            "ambiguous-device",
            "ambiguous-item",
            "ambiguous-lot",
            "ambiguous-order",
            "ambiguous-origin",
            "ambiguous-purchase-order",
            "ambiguous-stocktake",
            "archived",
            "bom-circle",
            "counted-meanwhile",
            "different-units",
            "duplicate-barcode",
            "exists",
            "lot-ended",
            "no-bom",
            "no-such-action",
            "not-available",
            "not-ordered",
            "nothing-ready",
            "nothing-to-adopt",
            "nothing-to-approve",
            "nothing-to-buy",
            "nothing-to-count",
            "order-ended",
            "purchase-order-ended",
            "same-item",
            "stocktake-ended",
            "unit-fixed",
        ],
        when: When::Writes,
    },
    Wrong {
        status: 413,
        name: "TooLarge",
        meaning: "The body, or the entry that it would make, is too large",
        codes: &["body-too-large", "entry-too-large"],
        when: When::Says,
    },
    Wrong {
        status: 415,
        name: "NotJson",
        meaning: "The body is not JSON",
        codes: &["not-json"],
        when: When::Says,
    },
    Wrong {
        status: 422,
        name: "Refused",
        meaning: "It can be read and is refused",
        codes: &[
            "already-resolved",
            "already-revoked",
            "bom-too-long",
            "builds-it",
            "known-code",
            "line-twice",
            "named-twice",
            "negative-quantity",
            "no-grid",
            "not-a-transaction",
            "not-admissible",
            "not-revocable",
            "not-revoked",
            "note-missing",
            "nothing-ordered",
            "nothing-to-admit",
            "nothing-to-refuse",
            "nothing-to-set",
            "nothing-to-undo",
            "other-owner",
            "outside-grid",
            "overflow",
            "quantity-missing",
            "reason-missing",
            "repeated",
            "same-place",
            "supplier-missing",
            "text-too-long",
            "too-many",
            "unknown-barcode",
            "unknown-code",
            "unknown-customer",
            "unknown-device",
            "unknown-entry",
            "unknown-exception",
            "unknown-item",
            "unknown-line",
            "unknown-location",
            "unknown-location-type",
            "unknown-order",
            "unknown-origin",
            "unknown-setting",
            "unknown-site",
            "unknown-stocktake",
            "unknown-stocktake-line",
            "unknown-supplier",
            "unknown-user",
            "zero-quantity",
        ],
        when: When::Writes,
    },
    Wrong {
        status: 500,
        name: "Broken",
        meaning: "Something went wrong in the server; its log says what",
        codes: &["internal", "store", "store-damaged", "not-writable"],
        when: When::Always,
    },
    Wrong {
        status: 503,
        name: "NotSaved",
        meaning: "It could not be saved; send it again",
        codes: &["not-saved"],
        when: When::Writes,
    },
    Wrong {
        status: 507,
        name: "DiskFull",
        meaning: "The disk is full",
        codes: &["disk-full"],
        when: When::Writes,
    },
];

impl Wrong {
    fn can_come_of(&self, rule: &Rule) -> bool {
        let names = rule.path.contains('{');
        let writes = rule.taken.writes;
        let prints = rule.says.is_file();
        match self.when {
            When::Always => true,
            When::Asks => !writes && !prints && (names || !rule.taken.query.is_empty()),
            When::Prints => prints,
            When::Names => names,
            When::NamesToRead => !writes && names,
            When::Says => rule.taken.body.is_some(),
            When::Writes => writes,
        }
    }
}

/// The statuses that a route can answer with, and the names of their responses.
pub(super) fn of_route(rule: &Rule) -> impl Iterator<Item = (u16, &'static str)> {
    let wrong = ALL.into_iter().filter(|wrong| wrong.can_come_of(rule));
    wrong.map(|wrong| (wrong.status, wrong.name))
}

/// All responses by name.
pub(super) fn responses() -> Map<String, Value> {
    let response = |wrong: Wrong| {
        let codes = wrong.codes.join(", ");
        let response = json!({
            "description": format!("{}. Codes: {codes}.", wrong.meaning),
            "content": {
                "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/Problem" },
                },
            },
            "x-codes": wrong.codes,
        });
        (wrong.name.to_owned(), response)
    };
    ALL.into_iter().map(response).collect()
}

/// The shape of a problem.
pub(super) fn problem() -> Value {
    json!({
        "type": "object",
        "description": "Why a request was not answered as it was meant (RFC 9457).",
        "required": ["type", "title", "status", "code", "detail", "hint"],
        "properties": {
            "type": { "type": "string" },
            "title": { "type": "string" },
            "status": { "type": "integer", "minimum": 400, "maximum": 599 },
            "code": { "type": "string", "description": "A stable word for programs." },
            "detail": { "type": "string", "description": "What is the matter." },
            "hint": { "type": ["string", "null"], "description": "What to do instead." },
        },
    })
}
