//! The settings of a ledger: which there are, what each means, and what holds until somebody says
//! otherwise.
//!
//! This table is the only one. A key that is not in it is refused when it is set; a value that
//! came from elsewhere and cannot be read counts for nothing, so the default holds.

use std::collections::BTreeSet;

use super::printers::Printer;
use super::{Plan, Refusal, checked_text};
use crate::catalogue::{self, CatalogueWrite, Class, Subject, Value, key, on_or_off};
use crate::code::Code;
use crate::entry::Body;
use crate::fold::Fold;
use crate::order::OrderType;
use crate::quantity::Quantity;

/// The word that takes a quantity away.
const NONE: &str = "none";
/// What stands between the parts of a list.
const SEPARATORS: [char; 2] = [',', '\n'];

/// What values a setting has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    OnOff,
    QuantityOrNone,
    Policy,
    List,
    Printers,
}

/// One setting.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// The word it is called by.
    pub key: &'static str,
    /// The value that holds until somebody sets one.
    pub default: &'static str,
    /// What it does, for people.
    pub meaning: &'static str,
    takes: Takes,
}

/// Whether adding more to an order than is available is accepted.
pub const ALLOW_BACKORDER: Setting = Setting {
    key: catalogue::ALLOW_BACKORDER,
    default: catalogue::ALLOW_BACKORDER_DEFAULT,
    meaning: "on or off: whether an order may want more than is available",
    takes: Takes::OnOff,
};

/// The threshold that a new item gets.
pub const DEFAULT_THRESHOLD: Setting = Setting {
    key: "default-threshold",
    default: NONE,
    meaning: "a quantity or none: the low-stock threshold that a new item gets",
    takes: Takes::QuantityOrNone,
};

/// What happens to stock when a repair order wants it.
pub const ORDER_POLICY_REPAIR: Setting = Setting {
    key: "order-policy-repair",
    default: "issue",
    meaning: "issue or reserve: whether a repair order takes stock out at once or reserves it",
    takes: Takes::Policy,
};

/// What happens to stock when a sales order wants it.
pub const ORDER_POLICY_SALES: Setting = Setting {
    key: "order-policy-sales",
    default: "reserve",
    meaning: "issue or reserve: whether a sales order takes stock out at once or reserves it",
    takes: Takes::Policy,
};

/// The reasons that are offered.
pub const REASONS: Setting = Setting {
    key: "reasons",
    default: "damaged, lost, found, returned, sample, correction",
    meaning: "a list with commas: the reasons that are offered; any other may be typed",
    takes: Takes::List,
};

/// The label printers of the house.
pub const PRINTERS: Setting = Setting {
    key: "printers",
    default: "",
    meaning: "a list with commas: label printers, each as NAME=ADDRESS, and if need be the port, \
              dots and label size, such as Dock=192.168.7.30:9100/300dpi/57x32",
    takes: Takes::Printers,
};

/// All settings, by key.
pub const ALL: [&Setting; 6] = [
    &ALLOW_BACKORDER,
    &DEFAULT_THRESHOLD,
    &ORDER_POLICY_REPAIR,
    &ORDER_POLICY_SALES,
    &PRINTERS,
    &REASONS,
];

/// What an order does with the stock that it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderPolicy {
    /// What is available is taken out at once.
    Issue,
    /// What is available is allocated, and taken out when it is picked.
    Reserve,
}

impl OrderPolicy {
    /// The policy as it is typed and shown.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Issue => "issue",
            Self::Reserve => "reserve",
        }
    }

    /// The policy of a typed word.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Issue, Self::Reserve]
            .into_iter()
            .find(|policy| policy.word().eq_ignore_ascii_case(word.trim()))
    }
}

/// The setting of a typed key.
pub fn find(text: &str) -> Result<&'static Setting, Refusal> {
    let typed = text.trim();
    let found = ALL
        .into_iter()
        .find(|setting| setting.key.eq_ignore_ascii_case(typed));
    found.ok_or_else(|| {
        let keys = ALL.map(|setting| setting.key);
        Refusal::new("unknown-setting", format!("there is no setting {typed:?}"))
            .hint(format!("the settings are {}", keys.join(", ")))
    })
}

fn kept(fold: &Fold, setting: &Setting) -> Value {
    let code = Code::new(setting.key);
    code.map_or(Value::Nil, |code| {
        fold.field(Class::Setting, &code, key::VALUE)
    })
}

/// The value that holds, as it is kept.
#[must_use]
pub fn value(fold: &Fold, setting: &Setting) -> String {
    kept(fold, setting)
        .as_text()
        .and_then(|text| setting.checked(text).ok())
        .unwrap_or_else(|| setting.default.to_owned())
}

/// Sets a setting.
pub fn set(key: &str, value: &str) -> Result<Plan, Refusal> {
    set_all(&[(key, value)])
}

/// Sets several settings, each once, all or none. The plan is about the first.
pub fn set_all<K: AsRef<str>, V: AsRef<str>>(values: &[(K, V)]) -> Result<Plan, Refusal> {
    let mut writes: Vec<CatalogueWrite> = Vec::new();
    for (key, value) in values {
        let setting = find(key.as_ref())?;
        let write = setting.write(value.as_ref())?;
        if writes.iter().any(|known| known.subject == write.subject) {
            let text = format!("{} is there twice", setting.key);
            return Err(Refusal::new("named-twice", text).hint("say one value for each setting"));
        }
        writes.push(write);
    }
    let Some(first) = writes.first() else {
        return Err(Refusal::new("nothing-to-set", "no setting is named"));
    };
    let about: Subject = first.subject.clone();
    Ok(Plan::new(
        about,
        writes.into_iter().map(Body::Set).collect(),
    ))
}

impl Setting {
    fn write(&self, value: &str) -> Result<CatalogueWrite, Refusal> {
        let value = self.checked(value)?;
        let code = super::code(self.key, "setting")?;
        Ok(CatalogueWrite::new(Class::Setting, code).with(key::VALUE, Value::text(&value)))
    }

    /// A typed value as it is kept.
    fn checked(&self, typed: &str) -> Result<String, Refusal> {
        let typed = checked_text(typed, "value")?;
        let kept = match self.takes {
            Takes::OnOff => on_or_off(&typed).map(|on| if on { "on" } else { "off" }.to_owned()),
            Takes::Policy => OrderPolicy::from_word(&typed).map(|policy| policy.word().to_owned()),
            Takes::List => Some(list(&typed).join(", ")),
            Takes::Printers => printer_list(&typed),
            Takes::QuantityOrNone => {
                let quantity = threshold(&typed)?;
                Some(quantity.map_or_else(|| NONE.to_owned(), |quantity| quantity.to_string()))
            }
        };
        kept.ok_or_else(|| {
            let text = format!("{} cannot be {typed:?}", self.key);
            Refusal::new("bad-value", text).hint(format!("it takes {}", self.meaning))
        })
    }
}

fn threshold(typed: &str) -> Result<Option<Quantity>, Refusal> {
    if typed.eq_ignore_ascii_case(NONE) {
        return Ok(None);
    }
    let quantity: Quantity = typed.parse().map_err(|error: crate::QuantityError| {
        Refusal::new("bad-quantity", error.to_string())
            .hint("write a number such as 5 or 0.25, or none")
    })?;
    if quantity.is_negative() {
        let text = format!("the threshold {quantity} is negative");
        return Err(Refusal::new("negative-quantity", text).hint("none takes the threshold away"));
    }
    Ok(Some(quantity))
}

/// A list of parts as it would be typed. A part that would be read as two is refused.
pub fn typed_list(parts: &[String]) -> Result<String, Refusal> {
    match parts.iter().find(|part| part.contains(SEPARATORS)) {
        None => Ok(parts.join(", ")),
        Some(part) => {
            let text = format!("{part:?} has a comma or a new line in it");
            Err(Refusal::new("bad-value", text).hint("give every part by itself"))
        }
    }
}

/// The parts of a list, each once.
fn list(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(SEPARATORS).map(str::trim) {
        let known = parts.iter().any(|known| known.eq_ignore_ascii_case(part));
        if !part.is_empty() && !known {
            parts.push(part.to_owned());
        }
    }
    parts
}

/// Printers as they would be typed, each name once; none when one of them is none.
fn printer_list(typed: &str) -> Option<String> {
    let printers = list(typed).into_iter().map(|text| text.parse().ok());
    let printers: Vec<Printer> = printers.collect::<Option<_>>()?;
    let mut names = BTreeSet::new();
    let is_one_each = printers
        .iter()
        .all(|printer| names.insert(printer.name.to_lowercase()));
    let texts: Vec<String> = printers.iter().map(ToString::to_string).collect();
    is_one_each.then(|| texts.join(", "))
}

/// Whether an order may want more than is available.
#[must_use]
pub fn allow_backorder(fold: &Fold) -> bool {
    catalogue::allows_backorder(&kept(fold, &ALLOW_BACKORDER))
}

/// The threshold that a new item gets.
#[must_use]
pub fn default_threshold(fold: &Fold) -> Option<Quantity> {
    value(fold, &DEFAULT_THRESHOLD).parse().ok()
}

/// What orders of a type do with the stock that they want.
#[must_use]
pub fn order_policy(fold: &Fold, order_type: OrderType) -> OrderPolicy {
    let (setting, else_it_is) = match order_type {
        OrderType::Repair => (&ORDER_POLICY_REPAIR, OrderPolicy::Issue),
        OrderType::Sales => (&ORDER_POLICY_SALES, OrderPolicy::Reserve),
    };
    OrderPolicy::from_word(&value(fold, setting)).unwrap_or(else_it_is)
}

/// The offered reason that a text is, which may differ in capitals; none when it is no such reason.
#[must_use]
pub fn listed_reason(fold: &Fold, text: &str) -> Option<String> {
    let typed = text.trim().to_lowercase();
    let listed = reasons(fold).into_iter();
    let mut same = listed.filter(|listed| listed.to_lowercase() == typed);
    same.next()
}

/// The reasons that are offered.
#[must_use]
pub fn reasons(fold: &Fold) -> Vec<String> {
    list(&value(fold, &REASONS))
}
