//! A scan session that is killed again and again while somebody scans.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::process::pause;
use crate::stock::Stock;

/// What such a day came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// Scans that were acknowledged.
    pub told: u64,
    /// How often the program was killed.
    pub kills: u64,
}

/// A number from another, for the moments of the kills.
fn shuffled(number: u64) -> u64 {
    number
        .wrapping_mul(6_364_136_223_846_793_005)
        .rotate_left(29)
        .wrapping_add(number)
        >> 7
}

fn unit(number: u64) -> String {
    format!("(01)04006381333931(21)S{number}")
}

/// Scans `scans` units of the item with the barcode 4006381333931 into A-01, one every `pace`; the
/// program is killed at any moment, some twenty scans apart, and started again. Every unit that was
/// acknowledged is there once then, and no other more than once.
///
/// # Errors
/// Which unit is lost, or there twice.
pub fn day_of_kills(stock: &Stock, scans: u64, pace: Duration, seed: u64) -> Result<Day, String> {
    let mut told: BTreeMap<u64, bool> = BTreeMap::new();
    let mut day = Day { told: 0, kills: 0 };
    let mut session = stock.open_scan();
    session.say("ADD");
    session.say("A-01");
    let mut number = 0;
    while number < scans {
        let first = number + 1;
        let dice = shuffled(seed.wrapping_mul(1_000_003).wrapping_add(day.kills));
        for _ in 0..1 + dice % 40 {
            number += 1;
            session.send(&unit(number));
            told.insert(number, false);
            pause(pace);
        }
        // Somewhere between two scans.
        pause(pace.mul_f64((dice >> 20) as f64 % 100.0 / 100.0));
        for (number, line) in (first..).zip(session.kill_and_hear()) {
            if !line.starts_with("ok ") {
                return Err(format!("S{number}: {line}"));
            }
            told.insert(number, true);
        }
        day.kills += 1;
        session = stock.open_scan();
    }
    if session.finish() != 0 {
        return Err("the last session did not end well".to_owned());
    }
    day.told = told.values().map(|told| u64::from(*told)).sum();
    is_there_once(stock, &told).map(|()| day)
}

fn is_there_once(stock: &Stock, told: &BTreeMap<u64, bool>) -> Result<(), String> {
    let rows = stock.json("history 4006381333931");
    let mut there: BTreeMap<String, u64> = BTreeMap::new();
    for row in rows.as_array().into_iter().flatten() {
        let serial = row["serial"].as_str().unwrap_or("none").to_owned();
        *there.entry(serial).or_default() += 1;
    }
    for (number, was_told) in told {
        let times = there.remove(&format!("S{number}")).unwrap_or_default();
        if times > 1 || (times == 0 && *was_told) {
            return Err(format!("S{number} is there {times} times"));
        }
    }
    if there.is_empty() {
        return Ok(());
    }
    Err(format!("nobody scanned {there:?}"))
}
