//! Keys that are no letters, as WebDriver writes them.

/// Enter.
pub const ENTER: &str = "\u{E007}";
/// Tab.
pub const TAB: &str = "\u{E004}";
/// Escape.
pub const ESCAPE: &str = "\u{E00C}";
/// F8.
pub const F8: &str = "\u{E038}";
/// Alt, held until [`RELEASE`].
pub const ALT: &str = "\u{E00A}";
/// Control, held until [`RELEASE`].
pub const CONTROL: &str = "\u{E009}";
/// Lets go of what is held.
pub const RELEASE: &str = "\u{E000}";
