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
    let step = match (&learned.keys, &learned.gs) {
        (Some(_), _) => "keys and capitals",
        (None, Some(_)) => "separators",
        (None, None) => return None,
    };
    let advice: Vec<Advice> = learned.advice();
    // That a scanner does not name the kind of code is common, and no fault.
    let is_good = advice.iter().all(|advice| *advice == Advice::Aim);
    let state = if is_good {
        "come as they should"
    } else {
        "do not come as they should"
    };
    let advice: Vec<String> = advice.iter().map(Advice::to_string).collect();
    let says = format!("calibration card: {step} {state}");
    if !is_good {
        return Some(CardStep { says, advice });
    }
    let says = [vec![says], advice].concat().join("; ");
    Some(CardStep {
        says,
        advice: Vec::new(),
    })
}
