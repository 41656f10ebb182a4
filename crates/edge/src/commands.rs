//! What the commands do, one file a family.

mod backup;
mod bom;
mod catalogue;
mod codes;
mod customers;
mod device;
mod doctor;
mod exceptions;
mod export;
mod labels;
mod login;
mod look;
mod lots;
mod orders;
mod places;
mod plans;
mod purchasing;
mod scans;
mod settings;
mod stock;
mod stocktakes;
pub(crate) mod sync;

use ledger_core::at_entry::{Plan, Refusal};
use ledger_core::fold::Fold;
use ledger_core::{DeviceId, EntryId, Origin, Timestamp};
use ledger_node::{Node, Written};
use serde::Serialize;
use serde_json::Value;

pub(crate) use importing::quantity;

pub(crate) use self::device::machine_name;
use crate::cli::Command;
use crate::context::Context;
use crate::report::{Answer, Failure};

/// Runs a command.
pub(crate) fn run(context: &Context, command: Command) -> Result<Answer, Failure> {
    match command {
        Command::Init(args) => device::init(context, args),
        Command::Enroll(args) => device::enroll(context, &args),
        Command::Login(args) => login::login(context, &args.name),
        Command::Logout => login::logout(context),
        Command::Whoami => login::whoami(context),
        Command::Add(args) => stock::add(context, args),
        Command::Remove(args) => stock::remove(context, args),
        Command::Move(args) => stock::movement(context, args),
        Command::Adjust(args) => stock::adjust(context, args),
        Command::Count(args) => stock::count(context, args),
        Command::Undo(args) => stock::undo(context, args),
        Command::Items(args) => look::items(context, args),
        Command::Show(args) => look::show(context, &args.item),
        Command::History(args) => look::history(context, &args.item),
        Command::Why(args) => look::why(context, &args),
        Command::Sites => look::sites(context),
        Command::Low => look::low(context),
        Command::Order(command) => orders::run(context, command),
        Command::Backorders(args) => orders::backorders(context, &args),
        Command::Bom(command) => bom::run(context, command),
        Command::Lot(command) => lots::run(context, command),
        Command::Po(command) => purchasing::run(context, command),
        Command::Stocktake(command) => stocktakes::run(context, command),
        Command::Item(command) => catalogue::item(context, command),
        Command::Bind(args) => catalogue::bind(context, &args),
        Command::LocationType(command) => places::location_type(context, command),
        Command::Location(command) => places::location(context, command),
        Command::Customer(command) => customers::run(context, command),
        Command::Supplier(command) => catalogue::supplier(context, command),
        Command::Setting(command) => settings::run(context, command),
        Command::Import(args) => crate::import::run(context, &args),
        Command::Export(args) => export::run(context, &args),
        Command::Scan(args) => crate::scan::run(context, &args),
        Command::Scans(args) => scans::run(context, &args),
        Command::Codes(command) => codes::run(context, command),
        Command::Labels(args) => labels::run(context, args),
        Command::Sync(args) => sync::run(context, &args),
        Command::Status => device::status(context),
        Command::Exceptions(args) => exceptions::run(context, args),
        Command::Verify => device::verify(context),
        Command::Rebuild => device::rebuild(context),
        Command::Backup(args) => backup::backup(context, &args.file),
        Command::Restore(args) => backup::restore(context, &args.file),
        Command::Doctor(args) => doctor::run(context, args.fix),
    }
}

/// What every writing command prints.
#[derive(Debug, Serialize)]
pub(crate) struct WrittenJson<'a> {
    pub(crate) entry: Option<String>,
    pub(crate) entries: Vec<String>,
    pub(crate) object: &'a Value,
    pub(crate) warnings: &'a [String],
}

impl<'a> WrittenJson<'a> {
    /// The entries with the object as it is now.
    pub(crate) fn new(entries: &[EntryId], object: &'a Value, warnings: &'a [String]) -> Self {
        let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
        Self {
            entry: entries.first().cloned(),
            entries,
            object,
            warnings,
        }
    }
}

/// What a plan may know of the node that will write it. It is taken before planning, which has
/// the node's lock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Here {
    pub(crate) origin: Origin,
    pub(crate) device: DeviceId,
    pub(crate) now: Timestamp,
    /// Whether there is a server whose word confirms what is provisional.
    pub(crate) enrolled: bool,
}

/// Plans, writes, and tells it with the object as it is afterwards.
pub(crate) fn write(
    context: &Context,
    plan: impl FnOnce(Here, &Fold) -> Result<Plan, Refusal>,
    told: impl FnOnce(&Value) -> String,
) -> Result<Answer, Failure> {
    let actor = context.actor()?;
    let node = context.open()?;
    let here = Here {
        origin: node.origin(),
        device: node.device(),
        now: node.now(),
        enrolled: node.server_url().is_some(),
    };
    let written = node.write(&actor, |fold| plan(here, fold))?;
    let object = object_of(&node, &written);
    let mut answer = context.answer(
        &WrittenJson::new(&written.entries, &object, &written.warnings),
        |_| told(&object),
    )?;
    if !context.json() {
        answer.warnings = written.warnings;
    }
    close(node, &mut answer);
    Ok(answer)
}

fn object_of(node: &Node, written: &Written) -> Value {
    written
        .about
        .as_ref()
        .map_or(Value::Null, |about| node.view().object(about))
}

/// Closes the store. What was written is durable already, so trouble here is only a warning.
pub(crate) fn close(node: Node, answer: &mut Answer) {
    if let Err(error) = node.close() {
        answer
            .warnings
            .push(format!("the store was not closed cleanly: {error}"));
    }
}

/// Answers with what a look at the store gives.
pub(crate) fn read<T: Serialize>(
    context: &Context,
    look: impl FnOnce(&Node) -> Result<T, Failure>,
    told: impl FnOnce(&Value) -> String,
) -> Result<Answer, Failure> {
    let node = context.open()?;
    let seen = look(&node)?;
    let mut answer = context.answer(&seen, told)?;
    close(node, &mut answer);
    Ok(answer)
}
