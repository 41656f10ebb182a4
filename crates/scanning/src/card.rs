//! The calibration card in a scan session: what its codes show of the scanner.

use codes::calibration::{self, Advice};

/// What a step of the card shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardStep {
    /// What it shows, in words.
    pub says: String,
    /// What to set at the scanner; nothing where its codes come as they should.
    pub advice: Vec<String>,
}

/// What a text shows of the scanner; none when it is no step of the card.
pub(crate) fn card_step(text: &str) -> Option<CardStep> {
    let learned = calibration::learn(&[text]);
    let is_keys = learned.keys.is_some();
    if !is_keys && learned.gs.is_none() {
        return None;
    }
    let advice: Vec<Advice> = learned.advice();
    // That a scanner does not name the kind of code is common, and no fault.
    let is_good = advice.iter().all(|advice| *advice == Advice::Aim);
    let says = match (is_keys, is_good) {
        (true, true) => "calibration card: keys and capitals come as they should",
        (true, false) => "calibration card: keys and capitals do not come as they should",
        (false, true) => "calibration card: separators come as they should",
        (false, false) => "calibration card: separators do not come as they should",
    };
    let advice: Vec<String> = advice.iter().map(Advice::to_string).collect();
    let says = says.to_owned();
    if !is_good {
        return Some(CardStep { says, advice });
    }
    let says = [vec![says], advice].concat().join("; ");
    Some(CardStep {
        says,
        advice: Vec::new(),
    })
}
