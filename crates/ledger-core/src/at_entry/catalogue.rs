//! Catalogue commands at entry: items, places, partners.

use super::{Plan, Refusal, checked_text, code, filled_text, find_item, find_thing, settings};
use crate::catalogue::{CatalogueWrite, Class, ItemKind, Subject, Value, key};
use crate::code::{Barcode, Code};
use crate::entry::{Body, CodeBound, CodeUnbound, ItemMerged};
use crate::fold::{self, Fold, Location, LocationType};
use crate::quantity::Quantity;

/// What is said about an item; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ItemChange {
    /// The name.
    pub name: Option<String>,
    /// Part, PCBA or assembly.
    pub kind: Option<ItemKind>,
    /// The unit.
    pub unit: Option<String>,
    /// The threshold; `Some(None)` takes it away.
    pub threshold: Option<Option<Quantity>>,
    /// Barcodes to add, with their pack quantity.
    pub barcodes: Vec<(String, Quantity)>,
    /// The usual location; an empty text takes it away.
    pub location: Option<String>,
    /// Whom it is usually bought from; an empty text takes it away.
    pub supplier: Option<String>,
}

fn plan(write: CatalogueWrite) -> Plan {
    Plan::new(write.subject.clone(), vec![Body::Set(write)])
}

fn exists(class: Class, code: &Code) -> Refusal {
    let refusal = Refusal::new(
        "exists",
        format!("there is already a {} {code}", class.word()),
    );
    refusal.hint(match class {
        Class::Item => format!("change it with: stock item set {code}"),
        Class::Location => format!("change it with: stock location set {code}"),
        Class::LocationType
        | Class::Site
        | Class::Customer
        | Class::Supplier
        | Class::Setting
        | Class::User
        | Class::Device => "use it, or choose another code".to_owned(),
    })
}

fn item_write(fold: &Fold, sku: &Code, change: &ItemChange) -> Result<CatalogueWrite, Refusal> {
    let mut write = CatalogueWrite::new(Class::Item, sku.clone());
    if let Some(name) = &change.name {
        write = write.with(key::NAME, Value::text(&checked_text(name, "name")?));
    }
    if let Some(kind) = change.kind {
        write = write.with(key::ITEM_KIND, Value::Int(kind.number()));
    }
    if let Some(unit) = &change.unit {
        let unit = checked_text(unit, "unit")?;
        let known = fold.item(sku);
        if known.defined && known.unit != unit && !fold.lines(sku).is_empty() {
            let text = format!(
                "{sku} is kept in {}: its unit is fixed once it has transactions",
                known.unit
            );
            return Err(Refusal::new("unit-fixed", text)
                .hint("make a new item with the other unit and move the stock over"));
        }
        write = write.with(key::UNIT, Value::text(&unit));
    }
    if let Some(threshold) = change.threshold {
        if threshold.is_some_and(Quantity::is_negative) {
            return Err(Refusal::new(
                "negative-quantity",
                "a threshold cannot be negative",
            ));
        }
        let value = threshold.map_or(Value::Nil, |threshold| {
            Value::Int(threshold.ten_thousandths())
        });
        write = write.with(key::THRESHOLD, value);
    }
    if let Some(location) = &change.location {
        let location = match location.trim() {
            "" => None,
            location => Some(find_thing(fold, Class::Location, location)?),
        };
        write = write.with(key::USUAL_LOCATION, Value::code(location.as_ref()));
    }
    if let Some(supplier) = &change.supplier {
        let supplier = match supplier.trim() {
            "" => None,
            supplier => Some(find_thing(fold, Class::Supplier, supplier)?),
        };
        write = write.with(key::USUAL_SUPPLIER, Value::code(supplier.as_ref()));
    }
    Ok(write)
}

fn bindings(
    fold: &Fold,
    sku: &Code,
    barcodes: &[(String, Quantity)],
) -> Result<Vec<Body>, Refusal> {
    let bind = |(text, pack): &(String, Quantity)| {
        let barcode = Barcode::new(text).map_err(|error| {
            Refusal::new("bad-code", format!("the barcode is not usable: {error}"))
        })?;
        if pack.is_negative() || pack.is_zero() {
            return Err(Refusal::new(
                "bad-pack",
                format!("the pack quantity {pack} of {barcode} must be above 0"),
            ));
        }
        if let Some((other, _)) = fold
            .claims(&barcode)
            .into_iter()
            .find(|(item, _)| item != sku)
        {
            return Err(Refusal::new(
                "duplicate-barcode",
                format!("the barcode {barcode} already stands for {other}"),
            )
            .hint(format!(
                "if both are one item merge them with: stock item merge {sku} {other}"
            )));
        }
        if let Ok(as_code) = Code::new(text)
            && as_code != *sku
            && fold.exists(Class::Item, &as_code)
        {
            return Err(Refusal::new(
                "duplicate-barcode",
                format!("{barcode} is the SKU of another item"),
            ));
        }
        Ok(Body::CodeBound(CodeBound {
            once: None,
            item: sku.clone(),
            barcode,
            pack: *pack,
        }))
    };
    barcodes.iter().map(bind).collect()
}

/// Makes an item. A code that this node knows is refused.
pub fn add_item(fold: &Fold, sku: &str, change: &ItemChange) -> Result<Plan, Refusal> {
    let sku = code(sku, "SKU")?;
    if fold.exists(Class::Item, &sku) || fold.canonical(&sku) != sku {
        return Err(exists(Class::Item, &sku));
    }
    let mut change = change.clone();
    if change.threshold.is_none() {
        change.threshold = settings::default_threshold(fold).map(Some);
    }
    upsert_item(fold, sku, &change)
}

/// Changes an item, or with `import` makes it.
pub fn set_item(
    fold: &Fold,
    sku: &str,
    change: &ItemChange,
    import: bool,
) -> Result<Plan, Refusal> {
    let sku = if import {
        code(sku, "SKU")?
    } else {
        find_item(fold, sku)?.0
    };
    if import && !fold.exists(Class::Item, &sku) && fold.canonical(&sku) == sku {
        return add_item(fold, sku.as_str(), change);
    }
    upsert_item(fold, fold.canonical(&sku), change)
}

fn upsert_item(fold: &Fold, sku: Code, change: &ItemChange) -> Result<Plan, Refusal> {
    let write = item_write(fold, &sku, change)?;
    let mut bodies = vec![Body::Set(write)];
    bodies.extend(bindings(fold, &sku, &change.barcodes)?);
    Ok(Plan::new(Subject::new(Class::Item, sku), bodies))
}

/// Archives a thing, or takes it into use again.
pub fn archive(fold: &Fold, class: Class, text: &str, archived: bool) -> Result<Plan, Refusal> {
    let code = if class == Class::Item {
        find_item(fold, text)?.0
    } else {
        find_thing(fold, class, text)?
    };
    Ok(plan(
        CatalogueWrite::new(class, code).with(key::ARCHIVED, Value::Bool(archived)),
    ))
}

/// Makes one item an alias of another.
pub fn merge_items(fold: &Fold, alias: &str, into: &str) -> Result<Plan, Refusal> {
    let item = code(alias, "SKU")?;
    if !fold.exists(Class::Item, &item) {
        find_item(fold, alias)?;
    }
    let (into, _) = find_item(fold, into)?;
    if fold.canonical(&item) == into {
        let text = format!("{item} and {into} are already one item");
        return Err(Refusal::new("same-item", text));
    }
    if fold.item(&item).unit != fold.item(&into).unit {
        let text = format!("{item} and {into} are kept in different units");
        return Err(Refusal::new("different-units", text).hint("move the stock over instead"));
    }
    let merged = ItemMerged {
        once: None,
        item,
        into: Some(into.clone()),
    };
    Ok(Plan::new(
        Subject::new(Class::Item, into),
        vec![Body::ItemMerged(merged)],
    ))
}

/// Binds a barcode to an item.
pub fn bind(fold: &Fold, barcode: &str, item: &str, pack: Quantity) -> Result<Plan, Refusal> {
    let (sku, _) = find_item(fold, item)?;
    let bodies = bindings(fold, &sku, &[(barcode.to_owned(), pack)])?;
    let waiting = super::scans::waiting(fold, barcode);
    Ok(Plan::new(Subject::new(Class::Item, sku), bodies).warn(waiting))
}

/// Takes a barcode away from an item, and from the items that were merged into it.
pub fn unbind(fold: &Fold, barcode: &str, item: &str) -> Result<Plan, Refusal> {
    let (sku, _) = find_item(fold, item)?;
    let named = Barcode::new(barcode)
        .map_err(|error| Refusal::new("bad-code", format!("the barcode is not usable: {error}")))?;
    let mut bound = fold.aliases(&sku);
    bound.retain(|code| fold.bound_pack(&named, code).is_some());
    if bound.is_empty() {
        let text = format!("the barcode {named} does not stand for {sku}");
        return Err(Refusal::new("unknown-barcode", text));
    }
    let unbound = bound.into_iter().map(|item| {
        Body::CodeUnbound(CodeUnbound {
            item,
            barcode: named.clone(),
        })
    });
    let bodies = unbound.collect();
    Ok(Plan::new(Subject::new(Class::Item, sku), bodies))
}

/// What is said about a location type.
#[derive(Debug, Clone, Default)]
pub struct LocationTypeChange {
    /// The name, the code when none.
    pub name: Option<String>,
    /// How many rows its grid has.
    pub rows: Option<u32>,
    /// Its columns, `A-T` or `1-20`.
    pub columns: Option<String>,
}

/// Makes a location type.
pub fn add_location_type(
    fold: &Fold,
    name: &str,
    change: &LocationTypeChange,
) -> Result<Plan, Refusal> {
    let code = code(name, "name of the location type")?;
    if fold.exists(Class::LocationType, &code) {
        return Err(exists(Class::LocationType, &code));
    }
    let mut write = CatalogueWrite::new(Class::LocationType, code);
    let shown = checked_text(change.name.as_deref().unwrap_or(name), "name")?;
    write = write.with(key::NAME, Value::text(&shown));
    if change.rows.is_some() != change.columns.is_some() {
        return Err(
            Refusal::new("bad-grid", "a grid needs both rows and columns")
                .hint("for example: --rows 10 --columns A-T"),
        );
    }
    if let (Some(rows), Some(range)) = (change.rows, &change.columns) {
        if rows == 0 || rows > fold::GRID_MAX {
            let text = format!("a grid has 1 to {} rows", fold::GRID_MAX);
            return Err(Refusal::new("bad-grid", text));
        }
        fold::columns(range).map_err(|error| Refusal::new("bad-grid", error.to_string()))?;
        let range = super::code(range, "range of columns")?;
        write = write.with(key::ROWS, Value::Int(i64::from(rows)));
        write = write.with(key::COLUMNS, Value::code(Some(&range)));
    }
    Ok(plan(write))
}

/// What is said about a location; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct LocationChange {
    /// The name.
    pub name: Option<String>,
    /// Its type.
    pub location_type: Option<String>,
    /// Its site; made when nobody defined it.
    pub site: Option<String>,
    /// Its room.
    pub room: Option<String>,
    /// Its row in the type's grid.
    pub row: Option<u32>,
    /// Its column in the type's grid.
    pub column: Option<String>,
    /// Stock there is not usable.
    pub blocked: Option<bool>,
    /// Fields that it no longer has, by number. Without its type it has no row or column either, nor
    /// where another type has no such position.
    pub without: Vec<u8>,
}

/// The fields of a location that can be taken away.
const REMOVABLE: [u8; 4] = [key::TYPE, key::SITE, key::ROW, key::COLUMN];

/// Makes a location. A number that this node knows is refused.
pub fn add_location(fold: &Fold, number: &str, change: &LocationChange) -> Result<Plan, Refusal> {
    let number = code(number, "location's number")?;
    if fold.exists(Class::Location, &number) {
        return Err(exists(Class::Location, &number));
    }
    location_plan(fold, number, change)
}

/// Changes a location, or with `import` makes it.
pub fn set_location(
    fold: &Fold,
    number: &str,
    change: &LocationChange,
    import: bool,
) -> Result<Plan, Refusal> {
    let number = if import {
        code(number, "location's number")?
    } else {
        find_thing(fold, Class::Location, number)?
    };
    location_plan(fold, number, change)
}

fn location_plan(fold: &Fold, number: Code, change: &LocationChange) -> Result<Plan, Refusal> {
    let mut bodies = Vec::new();
    let mut write = CatalogueWrite::new(Class::Location, number.clone());
    if let Some(name) = &change.name {
        write = write.with(key::NAME, Value::text(&checked_text(name, "name")?));
    }
    for removed in change.without.iter().filter(|key| REMOVABLE.contains(key)) {
        write = write.with(*removed, Value::Nil);
    }
    let known = fold.location(&number);
    let typed = match &change.location_type {
        Some(text) => Some(find_thing(fold, Class::LocationType, text)?),
        None => None,
    };
    if let Some(location_type) = &typed {
        write = write.with(key::TYPE, Value::code(Some(location_type)));
    }
    let column = change
        .column
        .as_deref()
        .map(|text| code(text, "column"))
        .transpose()?;
    let lost = loses_position(fold, &known, change, typed.as_ref());
    if lost || change.without.contains(&key::TYPE) {
        write = write.with(key::ROW, Value::Nil);
        write = write.with(key::COLUMN, Value::Nil);
    }
    if change.row.is_some() || column.is_some() {
        let kept = known.location_type;
        let kept = kept.filter(|_| !change.without.contains(&key::TYPE));
        let location_type = typed.or(kept).ok_or_else(|| {
            Refusal::new(
                "no-grid",
                format!("{number} has no type, so it has no row or column"),
            )
            .hint("name the type with --type")
        })?;
        check_position(
            &fold.location_type(&location_type),
            change.row,
            column.as_ref(),
        )?;
    }
    if let Some(row) = change.row {
        write = write.with(key::ROW, Value::Int(i64::from(row)));
    }
    if let Some(column) = &column {
        write = write.with(key::COLUMN, Value::code(Some(column)));
    }
    if let Some(site) = &change.site {
        let site = code(site, "site")?;
        bodies.extend(new_site(fold, &site));
        write = write.with(key::SITE, Value::code(Some(&site)));
    }
    if let Some(room) = &change.room {
        write = write.with(key::ROOM, Value::text(&checked_text(room, "room")?));
    }
    if let Some(blocked) = change.blocked {
        write = write.with(key::BLOCKED, Value::Bool(blocked));
    }
    bodies.push(Body::Set(write));
    let warning = lost.then(|| {
        format!(
            "the old position of {number} is taken away: its new type has no such row or column"
        )
    });
    Ok(Plan::new(Subject::new(Class::Location, number), bodies).warn(warning))
}

/// Whether a location is given a type that does not have the position it keeps.
fn loses_position(
    fold: &Fold,
    known: &Location,
    change: &LocationChange,
    typed: Option<&Code>,
) -> bool {
    let stays = |field: u8| !change.without.contains(&field);
    let row = known
        .row
        .filter(|_| change.row.is_none() && stays(key::ROW));
    let column = known.column.as_ref();
    let column = column.filter(|_| change.column.is_none() && stays(key::COLUMN));
    typed.is_some_and(|typed| fold.location_type(typed).check(row, column).is_err())
}

fn new_site(fold: &Fold, site: &Code) -> Option<Body> {
    (!fold.exists(Class::Site, site))
        .then(|| Body::Set(CatalogueWrite::new(Class::Site, site.clone())))
}

fn check_position(
    location_type: &LocationType,
    row: Option<u32>,
    column: Option<&Code>,
) -> Result<(), Refusal> {
    location_type
        .check(row, column)
        .map_err(|error| Refusal::new("outside-grid", error.to_string()))
}

/// Makes the locations of a whole rack: `PREFIX-A-01` and so on, all that are not there yet; a
/// dash at the end of the prefix is not doubled.
pub fn add_grid(
    fold: &Fold,
    location_type: &str,
    prefix: &str,
    rows: u32,
    range: &str,
    change: &LocationChange,
) -> Result<Plan, Refusal> {
    let code_of_type = find_thing(fold, Class::LocationType, location_type)?;
    let grid = fold.location_type(&code_of_type);
    let columns =
        fold::columns(range).map_err(|error| Refusal::new("bad-grid", error.to_string()))?;
    let site = change
        .site
        .as_deref()
        .map(|site| code(site, "site"))
        .transpose()?;
    let mut bodies: Vec<Body> = site
        .iter()
        .filter_map(|site| new_site(fold, site))
        .collect();
    let width = rows.to_string().len().max(2);
    let prefix = prefix.trim().trim_end_matches('-');
    let (mut made, mut there) = (0_u32, 0_u32);
    for column in &columns {
        for row in 1..=rows {
            check_position(&grid, Some(row), Some(column))?;
            let number = code(
                &format!("{prefix}-{column}-{row:0width$}"),
                "location's number",
            )?;
            if fold.exists(Class::Location, &number) {
                there = there.saturating_add(1);
                continue;
            }
            made = made.saturating_add(1);
            let mut write = CatalogueWrite::new(Class::Location, number.clone())
                .with(key::NAME, Value::text(number.as_str()))
                .with(key::TYPE, Value::code(Some(&code_of_type)))
                .with(key::ROW, Value::Int(i64::from(row)))
                .with(key::COLUMN, Value::code(Some(column)));
            if let Some(site) = &site {
                write = write.with(key::SITE, Value::code(Some(site)));
            }
            if let Some(room) = &change.room {
                write = write.with(key::ROOM, Value::text(&checked_text(room, "room")?));
            }
            bodies.push(Body::Set(write));
        }
    }
    if made == 0 {
        let text = format!("all {there} locations {prefix}-… of that grid are already there");
        return Err(Refusal::new("exists", text)
            .hint("use them, choose another prefix, or name more rows or columns"));
    }
    let warning = (there > 0).then(|| format!("{there} locations were there already and stay"));
    Ok(Plan::new(Subject::new(Class::LocationType, code_of_type), bodies).warn(warning))
}

/// Makes a customer or supplier.
pub fn add_partner(
    fold: &Fold,
    class: Class,
    text: &str,
    name: Option<&str>,
) -> Result<Plan, Refusal> {
    let code = code(text, class.word())?;
    if fold.exists(class, &code) {
        return Err(exists(class, &code));
    }
    set_partner(class, &code, name)
}

/// Names a customer or supplier, making it when it is not there.
pub fn set_partner(class: Class, code: &Code, name: Option<&str>) -> Result<Plan, Refusal> {
    let mut write = CatalogueWrite::new(class, code.clone());
    if let Some(name) = name {
        write = write.with(key::NAME, Value::text(&checked_text(name, "name")?));
    }
    Ok(plan(write))
}

/// What is said about a site; what is none stays as it is.
#[derive(Debug, Clone, Default)]
pub struct SiteChange {
    /// The name.
    pub name: Option<String>,
    /// The time zone by its IANA name; `Some(None)` takes it away. Whether there is such a zone
    /// is checked where it is typed.
    pub time_zone: Option<Option<String>>,
}

/// The longest name of a time zone, in bytes.
const TIME_ZONE_BYTES_MAX: usize = 64;

/// Makes a site. A code that this node knows is refused.
pub fn make_site(fold: &Fold, text: &str, change: &SiteChange) -> Result<Plan, Refusal> {
    let code = code(text, "site")?;
    if fold.exists(Class::Site, &code) {
        return Err(exists(Class::Site, &code));
    }
    site_plan(code, change)
}

/// Changes a site.
pub fn set_site(fold: &Fold, text: &str, change: &SiteChange) -> Result<Plan, Refusal> {
    site_plan(find_thing(fold, Class::Site, text)?, change)
}

fn site_plan(code: Code, change: &SiteChange) -> Result<Plan, Refusal> {
    let mut write = CatalogueWrite::new(Class::Site, code);
    if let Some(name) = &change.name {
        write = write.with(key::NAME, Value::text(&checked_text(name, "name")?));
    }
    if let Some(zone) = &change.time_zone {
        let zone = filled_text(zone.as_deref(), "time zone")?;
        if let Some(zone) = &zone
            && zone.len() > TIME_ZONE_BYTES_MAX
        {
            return Err(bad_time_zone(zone));
        }
        let zone = zone.map_or(Value::Nil, |zone| Value::text(&zone));
        write = write.with(key::TIME_ZONE, zone);
    }
    Ok(plan(write))
}

/// What is said of a time zone that there is not.
#[must_use]
pub fn bad_time_zone(text: &str) -> Refusal {
    Refusal::new("bad-time-zone", format!("there is no time zone {text:?}"))
        .hint("name it as the IANA does, for example Europe/Oslo")
}
