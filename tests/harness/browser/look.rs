//! How a page is looked at: on which screen, by day or night, with scripts or without.

use serde_json::{Value, json};

/// A screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// The touch screen of a handheld, 480×800.
    Handheld,
    /// A wide monitor, 1400×900.
    Wide,
}

impl Size {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Handheld, Self::Wide];

    /// Its name in files and messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Handheld => "handheld",
            Self::Wide => "wide",
        }
    }

    /// Width and height in pixels.
    #[must_use]
    pub const fn pixels(self) -> (u32, u32) {
        match self {
            Self::Handheld => (480, 800),
            Self::Wide => (1400, 900),
        }
    }

    pub(super) const fn is_touched(self) -> bool {
        matches!(self, Self::Handheld)
    }
}

/// What the system asks pages to look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Scheme {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Light, Self::Dark];

    /// Its name in CSS, files and messages.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// How a page is looked at. Nothing moves: every look asks for reduced motion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// The screen.
    pub size: Size,
    /// Light or dark.
    pub scheme: Scheme,
    /// Whether the page's scripts run.
    pub scripts: bool,
}

impl Look {
    /// A handheld by day, with scripts.
    pub const HANDHELD: Self = Self::of(Size::Handheld);
    /// A wide monitor by day, with scripts.
    pub const WIDE: Self = Self::of(Size::Wide);

    /// This screen by day, with scripts.
    #[must_use]
    pub const fn of(size: Size) -> Self {
        Self {
            size,
            scheme: Scheme::Light,
            scripts: true,
        }
    }

    /// The same in the dark.
    #[must_use]
    pub const fn dark(self) -> Self {
        Self {
            scheme: Scheme::Dark,
            ..self
        }
    }

    /// The same without scripts.
    #[must_use]
    pub const fn without_scripts(self) -> Self {
        Self {
            scripts: false,
            ..self
        }
    }

    /// Both screens, with scripts and without.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let looks = Size::ALL.map(Self::of);
        looks
            .into_iter()
            .flat_map(|look| [look, look.without_scripts()])
            .collect()
    }

    /// What makes Chromium look like this.
    pub(super) fn commands(self) -> [(&'static str, Value); 4] {
        let (width, height) = self.size.pixels();
        let touched = self.size.is_touched();
        [
            (
                "Emulation.setDeviceMetricsOverride",
                metrics(width, height, touched),
            ),
            (
                "Emulation.setTouchEmulationEnabled",
                json!({ "enabled": touched, "maxTouchPoints": 5 }),
            ),
            (
                "Emulation.setEmulatedMedia",
                json!({ "features": [
                    { "name": "prefers-color-scheme", "value": self.scheme.word() },
                    { "name": "prefers-reduced-motion", "value": "reduce" },
                ] }),
            ),
            scripts(self.scripts),
        ]
    }

    /// What makes the screen as high as this.
    pub(super) fn as_high_as(self, height: u32) -> (&'static str, Value) {
        let (width, _) = self.size.pixels();
        (
            "Emulation.setDeviceMetricsOverride",
            metrics(width, height, self.size.is_touched()),
        )
    }
}

impl std::fmt::Display for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scripts = if self.scripts { "" } else { ", no scripts" };
        write!(f, "{}, {}{scripts}", self.size.word(), self.scheme.word())
    }
}

fn metrics(width: u32, height: u32, touched: bool) -> Value {
    json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": touched })
}

/// Lets the page's scripts run, or not.
pub(super) fn scripts(run: bool) -> (&'static str, Value) {
    (
        "Emulation.setScriptExecutionDisabled",
        json!({ "value": !run }),
    )
}
