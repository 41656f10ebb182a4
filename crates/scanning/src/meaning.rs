//! Which thing of the ledger a scanned text names.

use chrono::NaiveDate;
use codes::own::{Kind, Own};
use codes::reading::{Amount, KeyKind, Meaning, Reading, SCORE_TO_ASK, Says, Scan, Setting};
use ledger_core::catalogue::Class;
use ledger_core::document::Family;
use ledger_core::fold::{Fold, ItemMatch};
use ledger_core::{Code, EntryId, Quantity, UserName};

/// What is waited for: it decides where a text could be several things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// How to go on.
    Mode,
    /// Where.
    Location,
    /// What.
    Item,
    /// For which order, lot, purchase order or stocktake.
    Document(Family),
    /// Whose.
    Customer,
    /// Why.
    Reason,
    /// Of which batch.
    Batch,
}

/// A command of a scan session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// Begin a mode: one of [`codes::MODES`].
    Mode(&'static str),
    /// Take back the last.
    Undo,
    /// Finish what is going on.
    Done,
    /// `MOVEALL`, `SHORT` or `SKIP`.
    Other(&'static str),
    /// The next item counts so often.
    Times(Quantity),
}

/// A thing of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// A command, as it is written.
    Command(Word, String),
    /// An item, by the code it has today.
    Item(Code),
    /// A location.
    Location(Code),
    /// An order, lot, purchase order or stocktake, by the entry that began it.
    Document(Family, EntryId),
    /// A customer.
    Customer(Code),
    /// A user, by their badge or name.
    User(UserName),
    /// A batch, of whichever item.
    Batch(Code),
    /// A reason, in its words.
    Reason(String),
    /// Several items claim it.
    Several(Vec<Code>),
    /// Several orders, lots, purchase orders or stocktakes have it for their number.
    Alike(Vec<(Family, EntryId)>),
    /// A check digit or character is wrong: it is to be scanned again.
    Misread,
    /// Nothing here goes by it.
    Unknown,
}

impl Thing {
    /// The kind as it is printed.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Command(..) => "command",
            Self::Item(_) => "item",
            Self::Location(_) => "location",
            Self::Document(family, _) => family.short(),
            Self::Customer(_) => "customer",
            Self::User(_) => "user",
            Self::Batch(_) => "batch",
            Self::Reason(_) => "reason",
            Self::Several(_) | Self::Alike(_) => "ambiguous",
            Self::Misread => "misread",
            Self::Unknown => "unknown",
        }
    }
}

/// What a code says beside the item's name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// How much one scan of it is.
    pub quantity: Option<Quantity>,
    /// The batch.
    pub batch: Option<String>,
    /// The serial number.
    pub serial: Option<String>,
    /// The last day on which it may be used, in days since 1970-01-01.
    pub expiry: Option<u32>,
    /// The number of the purchase order with which we bought it.
    pub order: Option<String>,
}

/// What a scanned text stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    /// The thing.
    pub thing: Thing,
    /// What else goes by exactly this text, where that was not waited for.
    pub also: Option<Thing>,
    /// What it says beside.
    pub content: Content,
    /// How the text was read, where it is more than its letters.
    pub reading: Option<Reading>,
    /// What people should know.
    pub warnings: Vec<String>,
}

impl Meant {
    fn plain(thing: Thing) -> Self {
        Self {
            thing,
            also: None,
            content: Content::default(),
            reading: None,
            warnings: Vec::new(),
        }
    }

    fn item(item: Code, pack: Quantity) -> Self {
        let content = Content {
            quantity: Some(pack),
            ..Content::default()
        };
        Self {
            content,
            ..Self::plain(Thing::Item(item))
        }
    }
}

/// What a scanned or typed text stands for: a command word, what is known by exactly this text, and
/// then what its readings name, the likeliest first.
///
/// Control characters may be written as `␝` or `\x1D`.
#[must_use]
pub fn meant(fold: &Fold, wanted: Wanted, sent: &str, setting: &Setting) -> Meant {
    let scan = Scan::of(sent);
    if let Some(command) = command(scan.text) {
        return command;
    }
    let mended = setting.mended(scan.text);
    exact(fold, wanted, scan.text)
        .or_else(|| exact(fold, wanted, &mended))
        .unwrap_or_else(|| by_reading(fold, &scan, setting))
}

fn command(text: &str) -> Option<Meant> {
    let word = match codes::command(text)? {
        codes::Command::Mode(mode) => Word::Mode(mode),
        codes::Command::Undo => Word::Undo,
        codes::Command::Done => Word::Done,
        codes::Command::Other(word) => Word::Other(word),
        codes::Command::Times(number) => match number.parse() {
            Ok(times) => Word::Times(times),
            Err(error) => {
                let warnings = vec![error.to_string()];
                return Some(Meant {
                    warnings,
                    ..Meant::plain(Thing::Unknown)
                });
            }
        },
    };
    let written = text.trim().to_uppercase();
    Some(Meant::plain(Thing::Command(word, written)))
}

/// What is known by exactly this text. A barcode that somebody bound to an item wins over whatever
/// else could be read out of it.
fn exact(fold: &Fold, wanted: Wanted, text: &str) -> Option<Meant> {
    let code = Code::new(text).ok();
    let exists = |class| code.clone().filter(|code| fold.exists(class, code));
    let customer = || exists(Class::Customer).map(Thing::Customer);
    let documents = |families: &[Family]| document(fold, families, code.as_ref()?);
    let wanted_one = match wanted {
        Wanted::Document(family) => documents(&[family]).or_else(|| begun_by(fold, family, text)),
        Wanted::Customer => customer(),
        Wanted::Mode | Wanted::Location | Wanted::Item | Wanted::Reason | Wanted::Batch => None,
    };
    if let Some(thing) = wanted_one {
        return Some(Meant::plain(thing));
    }
    let location = exists(Class::Location);
    let item = match fold.find_item(text) {
        ItemMatch::One(item, pack) => Some(Meant::item(item, pack)),
        ItemMatch::Several(items) => Some(Meant::plain(Thing::Several(items))),
        ItemMatch::None => None,
    };
    match (item, location) {
        // A barcode of several items is not preferred to a place.
        (Some(item), Some(location))
            if wanted == Wanted::Item && matches!(item.thing, Thing::Item(_)) =>
        {
            Some(Meant {
                also: Some(Thing::Location(location)),
                ..item
            })
        }
        (item, Some(location)) => Some(Meant {
            also: item.map(|item| item.thing),
            ..Meant::plain(Thing::Location(location))
        }),
        (Some(item), None) => Some(item),
        (None, None) => {
            let badge = fold.user_of_badge(text).map(|user| Thing::User(user.user));
            let document = || documents(&Family::ALL);
            badge.or_else(document).or_else(customer).map(Meant::plain)
        }
    }
}

/// The document of one of these families with a number; several may have it.
fn document(fold: &Fold, families: &[Family], number: &Code) -> Option<Thing> {
    let of = |family: &Family| {
        let family = *family;
        let ids = fold.documents_numbered(family, number).into_iter();
        ids.map(move |id| (family, id))
    };
    let found: Vec<(Family, EntryId)> = families.iter().flat_map(of).collect();
    match found.as_slice() {
        [] => None,
        [(family, id)] => Some(Thing::Document(*family, *id)),
        _ => Some(Thing::Alike(found)),
    }
}

/// The document of a family that is named by the entry that began it.
fn begun_by(fold: &Fold, family: Family, text: &str) -> Option<Thing> {
    let id = text.trim().parse::<EntryId>().ok()?;
    let (of, _) = fold.document_name(id)?;
    (of == family).then_some(Thing::Document(family, id))
}

fn by_reading(fold: &Fold, scan: &Scan<'_>, setting: &Setting) -> Meant {
    let readings = codes::reading::readings(scan, setting);
    for reading in &readings {
        if let Some(thing) = named(fold, reading) {
            return with_reading(thing, reading.clone());
        }
    }
    // What the likeliest one says is kept, so that somebody can tell what it is.
    let likeliest = readings.into_iter().next();
    let structured = likeliest.filter(|reading| reading.meaning != Meaning::Text);
    let Some(reading) = structured.filter(|it| it.score >= SCORE_TO_ASK || it.is_misread) else {
        return Meant::plain(Thing::Unknown);
    };
    let mut unknown = with_reading(Meant::plain(Thing::Unknown), reading);
    if let Some(Reading {
        meaning: Meaning::Own(own),
        ..
    }) = &unknown.reading
    {
        unknown.warnings.push(format!(
            "the {} {} is not known here: sync, then scan it again",
            own.kind.word(),
            own.name
        ));
    }
    unknown
}

/// What a reading names, if there is such a thing.
fn named(fold: &Fold, reading: &Reading) -> Option<Meant> {
    if reading.is_misread {
        return Some(Meant::plain(Thing::Misread));
    }
    if let Meaning::Own(own) = &reading.meaning {
        return printed(fold, own);
    }
    // The text itself was looked up as it is.
    let mut keys = reading
        .says
        .keys
        .iter()
        .filter(|key| key.kind != KeyKind::Text);
    keys.find_map(|key| match fold.find_item(&key.text) {
        ItemMatch::One(item, pack) => Some(Meant::item(item, pack)),
        ItemMatch::Several(items) => Some(Meant::plain(Thing::Several(items))),
        ItemMatch::None => None,
    })
}

/// What a code names that we printed.
fn printed(fold: &Fold, own: &Own) -> Option<Meant> {
    let code = Code::new(&own.name).ok();
    let of_class = |class| code.clone().filter(|code| fold.exists(class, code));
    let thing = match own.kind {
        Kind::Command => return command(&own.name),
        Kind::Item => match fold.find_item(&own.name) {
            ItemMatch::One(item, pack) => return Some(Meant::item(item, pack)),
            ItemMatch::Several(items) => Thing::Several(items),
            ItemMatch::None => return None,
        },
        Kind::Location => Thing::Location(of_class(Class::Location)?),
        Kind::Customer => Thing::Customer(of_class(Class::Customer)?),
        Kind::User => {
            let by_name = || fold.user(&UserName::new(&own.name).ok()?);
            let user = fold.user_of_badge(&own.name).or_else(by_name)?;
            Thing::User(user.user)
        }
        Kind::Order => document(fold, &[Family::Order], &code?)?,
        Kind::Lot => document(fold, &[Family::Lot], &code?)?,
        Kind::PurchaseOrder => document(fold, &[Family::Purchase], &code?)?,
        Kind::Stocktake => document(fold, &[Family::Stocktake], &code?)?,
        Kind::Batch => Thing::Batch(code?),
        Kind::Reason => Thing::Reason(own.name.clone()),
        // No mode asks for one.
        Kind::Supplier => return None,
    };
    Some(Meant::plain(thing))
}

/// The same with what its reading says beside the name.
fn with_reading(mut meant: Meant, reading: Reading) -> Meant {
    let Says {
        quantity,
        batch,
        serial,
        expiry,
        order,
        ..
    } = &reading.says;
    meant
        .warnings
        .extend(reading.notes.iter().map(ToString::to_string));
    if let Some(amount) = quantity {
        match pieces(*amount) {
            Some(pieces) => meant.content.quantity = Some(pieces),
            None => meant.warnings.push(format!(
                "it says {} {}: enter the quantity",
                amount.number,
                amount.unit.unwrap_or_default()
            )),
        }
    }
    meant.content.batch.clone_from(batch);
    meant.content.serial.clone_from(serial);
    meant.content.order.clone_from(order);
    meant.content.expiry = expiry.and_then(day);
    meant.reading = Some(reading);
    meant
}

/// A day as the ledger has it; none before 1970.
fn day(date: codes::Date) -> Option<u32> {
    let (month, day) = (u32::from(date.month()), u32::from(date.day()));
    let date = NaiveDate::from_ymd_opt(i32::from(date.year()), month, day)?;
    let since = date.signed_duration_since(NaiveDate::from_ymd_opt(1970, 1, 1)?);
    u32::try_from(since.num_days()).ok()
}

/// A quantity of things.
fn pieces(amount: Amount) -> Option<Quantity> {
    let is_count = amount.unit.is_none();
    amount.number.to_string().parse().ok().filter(|_| is_count)
}

#[cfg(test)]
mod tests;
