//! Requests that are right: the examples of the API's description.
//!
//! They are one story, told to a server that is new: a test tells it, line by line, so that every
//! example is true. `ENTRY` stands for the entry before, `EXCEPTION` for an open exception.

use serde_json::Value;

use super::rules::Rule;

/// Method, path and body.
const STORY: &str = r#"
PUT settings/allow-backorder {"value": true}
PUT settings {"reasons": ["broken", "found"], "default-threshold": 5}
GET settings
GET settings/allow-backorder
POST sites {"code": "MAIN", "name": "Main hall"}
PATCH sites/MAIN {"name": "Main hall, ground floor", "time_zone": "Europe/Oslo"}
POST location-types {"name": "Rack", "rows": 2, "columns": "A-C"}
PATCH location-types/RACK {"name": "Steel rack"}
GET location-types
GET location-types/RACK
POST locations/grid {"type": "RACK", "prefix": "K-", "rows": 2, "columns": "A-B", "site": "MAIN"}
POST locations {"number": "A-01", "name": "Left shelf", "site": "MAIN"}
PATCH locations/A-01 {"room": "Store", "blocked": false}
GET locations
GET locations/A-01
POST customers {"code": "ACME", "name": "Acme Ltd"}
PATCH customers/ACME {"name": "Acme Limited"}
GET customers
POST suppliers {"code": "PARTCO", "name": "Partco"}
PATCH suppliers/PARTCO {"archived": false}
GET suppliers
GET suppliers/PARTCO
POST items {"sku": "R-100", "name": "Resistor 100 Ohm", "kind": "part", "threshold": 5, "barcodes": ["4006381333931"]}
POST items {"sku": "R-100-OLD", "name": "Resistor 100 Ohm, old code"}
PATCH items/R-100 {"location": "A-01", "threshold": "10"}
POST items/R-100/barcodes {"code": "04006381333938", "pack": 100}
POST movements {"item": "R-100", "to": "A-01", "quantity": "7", "note": "first delivery"}
POST reversals {"entry": "ENTRY", "reason": "typed twice"}
POST movements {"item": "4006381333931", "to": "A-01", "quantity": 7}
POST movements {"item": "R-100", "from": "A-01", "to": "K-A-01", "quantity": "2.5"}
POST movements {"item": "R-100", "act": "adjust", "location": "A-01", "quantity": "-0.5", "reason": "broken"}
POST counts {"item": "R-100", "location": "A-01", "quantity": "4"}
POST movements {"item": "R-100", "to": "A-01", "quantity": "3", "owner": "ACME"}
POST items/R-100-OLD/merge {"into": "R-100"}
GET items?search=resistor&limit=10
GET items/R-100
GET items/R-100/history
GET items/R-100/why?location=A-01
GET items/R-100/series?from=2020-01-01T00:00:00Z&points=100
GET items?owner=ACME
GET stock?group=location
GET sites
GET sites/MAIN
GET customers/ACME
POST orders {"number": "RO-7", "type": "repair", "site": "MAIN", "title": "Pump"}
PATCH orders/RO-7 {"due": "2027-03-31", "stage": "waiting"}
POST orders/RO-7/lines {"item": "R-100", "quantity": 10}
GET backorders
POST movements {"item": "R-100", "to": "A-01", "quantity": "20"}
GET orders/RO-7/picks
POST orders/RO-7/pick {"item": "R-100", "location": "A-01", "quantity": "1"}
POST orders/RO-7/fill {"item": "R-100"}
PATCH orders/RO-7/lines/R-100 {"wanted": 12}
POST orders/RO-7/expedite {"item": "R-100", "rank": 2}
POST orders/RO-7/return {"item": "R-100", "quantity": "1"}
DELETE orders/RO-7/lines/R-100
GET orders?open=true
GET orders/RO-7
POST orders/RO-7/close {"note": "done"}
POST orders {"number": "SO-1", "type": "sales", "customer": "ACME"}
POST orders/SO-1/cancel {"reason": "changed their mind"}
POST items {"sku": "PUMP", "name": "Pump", "kind": "assembly"}
PUT bom/PUMP/R-100 {"quantity": "4", "attrition": "2.5", "refs": "R1,R2,R3,R4"}
GET bom
GET bom/PUMP?levels=true
POST lots {"number": "L-1", "item": "PUMP", "quantity": 20, "due": "2027-03-31", "site": "MAIN"}
PATCH lots/L-1 {"quantity": "10", "title": "Spring"}
GET lots?open=true
POST lots/L-1/issue {"item": "R-100", "location": "A-01", "quantity": "6"}
POST lots/L-1/return {"item": "R-100", "location": "A-01", "quantity": "2"}
POST lots/L-1/build {"quantity": "1", "location": "A-01", "backflush": false}
PUT bom/PUMP/R-100 {"quantity": "5"}
POST lots/L-1/adopt
POST lots/L-1/buy {"supplier": "PARTCO"}
GET lots/L-1
POST lots/L-1/close {"note": "the rest is for later"}
DELETE bom/PUMP/R-100
POST purchase-orders {"number": "PO-7", "supplier": "PARTCO", "reference": "A 4711", "lines": [{"item": "R-100", "quantity": 120, "date": "2027-03-01"}]}
PATCH purchase-orders/PO-7 {"title": "Resistors", "lines": [{"item": "R-100", "quantity": "80", "date": "2027-03-01"}]}
GET purchase-orders?open=true
POST purchase-orders/PO-7/receive {"item": "R-100", "location": "A-01", "quantity": "50"}
GET purchase-orders/PO-7
POST purchase-orders/PO-7/close {"reason": "the rest is not needed"}
POST movements {"item": "R-100", "from": "K-B-02", "quantity": "1"}
POST stocktakes {"number": "ST-1", "locations": ["A-01", "K-A-01"], "blind": true, "due": "2027-03-31"}
POST stocktakes/ST-1/assign {"device": "-", "locations": ["K-A-01"]}
POST counts {"item": "R-100", "location": "K-A-01", "quantity": "2", "stocktake": "ST-1"}
POST stocktakes/ST-1/approve {"item": "R-100", "location": "K-A-01", "note": "half of one was broken"}
POST stocktakes/ST-1/recount {"item": "R-100", "location": "K-A-01"}
POST stocktakes/ST-1/count-rest {"item": "R-100"}
GET stocktakes?open=true
GET stocktakes/ST-1
POST stocktakes/ST-1/close {"note": "the rest next week"}
GET alerts/low-stock
GET exceptions
GET exceptions/EXCEPTION
POST exceptions/EXCEPTION {"count": 0}
GET labels?kind=locations&select=A-01,K-*&format=svg&sheet=a4-21
GET scans?unknown=true
POST scans/resolve {"code": "5901234123457", "item": "R-100"}
GET devices
GET users
GET status
GET entries?limit=5
GET openapi.json
"#;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Example {
    /// The method's name.
    pub(crate) method: &'static str,
    /// Path and query.
    pub(crate) path: &'static str,
    /// The body; null when it has none.
    pub(crate) body: Value,
}

/// The story in order.
pub(crate) fn story() -> Vec<Example> {
    let lines = STORY.lines().filter(|line| !line.is_empty());
    let told = lines.filter_map(|line| {
        let (method, rest) = line.split_once(' ')?;
        let (path, body) = rest.split_once(' ').unwrap_or((rest, "null"));
        Some(Example {
            method,
            path,
            body: serde_json::from_str(body).unwrap_or_default(),
        })
    });
    told.collect()
}

impl Example {
    /// Whether it asks this route; of two that it could be, the router takes the one without
    /// parameters.
    pub(crate) fn asks(&self, rule: &Rule) -> bool {
        self.method == rule.verb.word() && self.parameters(rule.path).is_some()
    }

    /// The values of a pattern's parameters, if the path is one of it.
    pub(crate) fn parameters(
        &self,
        pattern: &'static str,
    ) -> Option<Vec<(&'static str, &'static str)>> {
        let path = self.path.split('?').next().unwrap_or_default();
        let wanted: Vec<&'static str> = pattern.trim_start_matches('/').split('/').collect();
        let said: Vec<&'static str> = path.split('/').collect();
        if wanted.len() != said.len() {
            return None;
        }
        let mut found = Vec::new();
        for (wanted, said) in wanted.into_iter().zip(said) {
            match wanted
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'))
            {
                Some(name) => found.push((name, said)),
                None if wanted == said => {}
                None => return None,
            }
        }
        Some(found)
    }

    /// The value of a parameter of the query.
    pub(crate) fn queried(&self, name: &str) -> Option<&'static str> {
        let (_, query) = self.path.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
    }
}
