//! Requests by route, method and status, and how long they took.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{head, quoted};

/// The upper bounds of the durations that are told apart, in milliseconds.
const BOUNDS_MS: [u128; 7] = [1, 5, 20, 100, 500, 2_000, 10_000];

/// What was asked and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    /// The pattern of the route.
    pub(super) route: String,
    pub(super) method: &'static str,
    pub(super) status: u16,
}

#[derive(Debug, Clone, Default)]
struct Durations {
    /// How many were at most as long as each bound.
    within: [u64; BOUNDS_MS.len()],
    all: u64,
    sum: Duration,
}

/// All requests since the server began.
#[derive(Debug, Default)]
pub(super) struct Requests {
    answered: BTreeMap<Asked, u64>,
    durations: BTreeMap<(String, &'static str), Durations>,
}

impl Requests {
    pub(super) fn count(&mut self, asked: Asked, took: Duration) {
        let key = (asked.route.clone(), asked.method);
        let durations = self.durations.entry(key).or_default();
        for (bound, within) in BOUNDS_MS.iter().zip(&mut durations.within) {
            if took.as_micros() <= bound.saturating_mul(1_000) {
                *within = within.saturating_add(1);
            }
        }
        durations.all = durations.all.saturating_add(1);
        durations.sum = durations.sum.saturating_add(took);
        let answered = self.answered.entry(asked).or_default();
        *answered = answered.saturating_add(1);
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let name = "stock_http_requests_total";
        head(
            &mut text,
            name,
            "counter",
            "Requests by route, method and status",
        );
        for (asked, count) in &self.answered {
            let (route, status) = (quoted(&asked.route), asked.status);
            let method = asked.method;
            text.push_str(&format!(
                "{name}{{route={route},method=\"{method}\",status=\"{status}\"}} {count}\n"
            ));
        }
        let name = "stock_http_request_duration_seconds";
        head(&mut text, name, "histogram", "How long answers took");
        for ((route, method), durations) in &self.durations {
            let labels = format!("route={},method=\"{method}\"", quoted(route));
            for (bound, within) in BOUNDS_MS.iter().zip(durations.within) {
                let seconds = bound.div_euclid(1_000);
                let rest = bound.rem_euclid(1_000);
                text.push_str(&format!(
                    "{name}_bucket{{{labels},le=\"{seconds}.{rest:03}\"}} {within}\n"
                ));
            }
            let (all, sum) = (durations.all, durations.sum.as_secs_f64());
            text.push_str(&format!("{name}_bucket{{{labels},le=\"+Inf\"}} {all}\n"));
            text.push_str(&format!("{name}_sum{{{labels}}} {sum:.6}\n"));
            text.push_str(&format!("{name}_count{{{labels}}} {all}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_what_was_asked_and_how_long_it_took() {
        let mut requests = Requests::default();
        let asked = |status| Asked {
            route: "/items/{sku}\"".to_owned(),
            method: "GET",
            status,
        };
        for (status, millis) in [(200, 0), (200, 5), (404, 6), (200, 60_000)] {
            requests.count(asked(status), Duration::from_millis(millis));
        }
        let text = requests.text();
        for line in [
            "stock_http_requests_total{route=\"/items/{sku}\\\"\",method=\"GET\",status=\"200\"} 3",
            "_bucket{route=\"/items/{sku}\\\"\",method=\"GET\",le=\"0.001\"} 1",
            "_bucket{route=\"/items/{sku}\\\"\",method=\"GET\",le=\"0.005\"} 2",
            "_bucket{route=\"/items/{sku}\\\"\",method=\"GET\",le=\"0.020\"} 3",
            "_bucket{route=\"/items/{sku}\\\"\",method=\"GET\",le=\"10.000\"} 3",
            "_bucket{route=\"/items/{sku}\\\"\",method=\"GET\",le=\"+Inf\"} 4",
            "_sum{route=\"/items/{sku}\\\"\",method=\"GET\"} 60.011000",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
