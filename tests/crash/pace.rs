//! Somebody scans twenty times a second while the program is killed.

use std::time::Duration;

use tests::kills::{Day, day_of_kills};
use tests::stock::Stock;

use super::trial::{Plan, Tally, in_parallel};

/// How many scans a trial has.
pub const SCANS: u64 = 500;
/// From scan to scan.
pub const PACE: Duration = Duration::from_millis(50);

/// So many days.
pub fn run(plan: &Plan) -> Tally {
    run_paced(plan, SCANS, PACE)
}

/// The same with other numbers.
pub fn run_paced(plan: &Plan, scans: u64, pace: Duration) -> Tally {
    let kills = std::sync::atomic::AtomicU64::new(0);
    let mut tally = in_parallel("pace", plan, |_, seed| {
        let stock = Stock::new("A");
        stock.ok("item add R-100 --name Resistor --barcode 4006381333931");
        stock.ok("location add A-01 --name Shelf");
        let Day {
            told,
            kills: in_day,
        } = day_of_kills(&stock, scans, pace, seed)?;
        kills.fetch_add(in_day, std::sync::atomic::Ordering::Relaxed);
        Ok(told)
    });
    let kills = kills.into_inner();
    tally.note(format!(
        "{scans} scans in each trial, one every {} ms; killed {kills} times",
        pace.as_millis()
    ));
    tally
}
