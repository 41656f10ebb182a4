//! The calibration card in a scan session: what its codes show of the scanner.

use codes::calibration::{self, Advice};

use super::work::Reply;

/// What a step of the calibration card shows of the scanner; none when a code is no step.
pub(super) fn of_card(code: &str) -> Option<Reply> {
    let learned = calibration::learn(&[code]);
    let step = match (&learned.keys, &learned.gs) {
        (Some(_), _) => "keys and capitals",
        (None, Some(_)) => "separators",
        (None, None) => return None,
    };
    let advice: Vec<Advice> = learned.advice();
    // That a scanner does not name the kind of code is common, and no fault.
    let is_good = advice.iter().all(|advice| *advice == Advice::Aim);
    let advice: Vec<String> = advice.iter().map(Advice::to_string).collect();
    let (word, state) = if is_good {
        ("ok", "come as they should")
    } else {
        ("warn", "do not come as they should")
    };
    let text = [format!("calibration card: {step} {state}")];
    let text = text.into_iter().chain(advice).collect::<Vec<_>>();
    Some(Reply {
        word,
        text: text.join("; "),
    })
}
