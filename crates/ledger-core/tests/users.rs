//! Users: what the central server may write about them, and what a node knows of them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use ledger_core::UserName;
use ledger_core::at_entry::{Plan, Refusal, users};
use ledger_core::catalogue::Role;
use ledger_core::fold::Fold;
use support::*;
use users::UserChange;

/// The central server's writer.
const CENTRAL: u8 = 1;
/// A device's.
const DEVICE: u8 = 2;

fn with_role(role: Role) -> UserChange {
    UserChange {
        role: Some(role),
        ..UserChange::default()
    }
}

fn with_badge(badge: Option<&str>) -> UserChange {
    UserChange {
        badge: Some(badge.map(str::to_owned)),
        ..UserChange::default()
    }
}

/// A ledger with a central server, and what is written to it one minute after the other.
struct Ledger {
    world: World,
    minute: u64,
}

impl Ledger {
    fn new() -> Self {
        let mut world = World::default();
        world.write(CENTRAL, 0, add("P", "A", 1));
        world.number(CENTRAL, 1, 1, 0);
        Self { world, minute: 0 }
    }

    fn fold(&self) -> Fold {
        self.world.fold()
    }

    fn write(&mut self, writer: u8, plan: Plan) {
        for body in plan.bodies {
            self.minute += 1;
            self.world.write(writer, self.minute * MINUTE, body);
        }
    }

    fn add(&mut self, user: &str, change: &UserChange) -> Result<(), Refusal> {
        let plan = users::add(&self.fold(), user, change)?;
        self.write(CENTRAL, plan);
        Ok(())
    }

    fn set(&mut self, user: &str, change: &UserChange) -> Result<(), Refusal> {
        let plan = users::set(&self.fold(), user, change)?;
        self.write(CENTRAL, plan);
        Ok(())
    }

    /// All users: name, shown name, role, badge and whether disabled.
    fn users(&self) -> Vec<String> {
        let users = self.fold().users().into_iter();
        users
            .map(|user| {
                let badge = user
                    .badge
                    .map_or_else(String::new, |badge| badge.to_string());
                let state = if user.disabled { "disabled" } else { "" };
                format!(
                    "{} {:?} {} {badge} {state}",
                    user.user,
                    user.name,
                    user.role.word()
                )
                .trim()
                .to_owned()
            })
            .collect()
    }
}

fn code_of(result: Result<(), Refusal>) -> &'static str {
    result.unwrap_err().code
}

#[test]
fn users_are_what_the_central_server_said_last() {
    let mut ledger = Ledger::new();
    ledger.add(" Ann ", &with_role(Role::Manager)).unwrap();
    ledger.add("bob", &UserChange::default()).unwrap();
    assert_eq!(
        ledger.users(),
        ["ann \"Ann\" manager", "bob \"bob\" viewer"]
    );
    ledger.set("BOB", &with_badge(Some(" Badge-7 "))).unwrap();
    let disabled = UserChange {
        archived: Some(true),
        ..with_role(Role::Operator)
    };
    ledger.set("ann", &disabled).unwrap();
    let expected = [
        "ann \"Ann\" operator  disabled",
        "bob \"bob\" viewer Badge-7",
    ];
    assert_eq!(ledger.users(), expected);
    let ann = UserName::new("ANN").unwrap();
    assert!(ledger.fold().user(&ann).is_some_and(|user| user.disabled));
}

#[test]
fn a_badge_names_its_user() {
    let mut ledger = Ledger::new();
    ledger.add("ann", &with_badge(Some("B-1"))).unwrap();
    ledger.add("bob", &UserChange::default()).unwrap();
    let named = |ledger: &Ledger, text: &str| {
        let user = ledger.fold().user_of_badge(text);
        user.map(|user| user.user.to_string())
    };
    assert_eq!(named(&ledger, " B-1 ").as_deref(), Some("ann"));
    assert_eq!(named(&ledger, "b-1"), None);
    assert_eq!(
        code_of(ledger.set("bob", &with_badge(Some("B-1")))),
        "duplicate-badge"
    );
    ledger.set("ann", &with_badge(None)).unwrap();
    assert_eq!(named(&ledger, "B-1"), None);
    ledger.set("bob", &with_badge(Some("B-1"))).unwrap();
    assert_eq!(named(&ledger, "B-1").as_deref(), Some("bob"));
}

#[test]
fn what_a_device_says_about_users_counts_for_nothing() {
    let mut ledger = Ledger::new();
    ledger.add("ann", &with_role(Role::Viewer)).unwrap();
    let more = users::set(&ledger.fold(), "ann", &with_role(Role::Administrator)).unwrap();
    ledger.write(DEVICE, more);
    let eve = users::add(&ledger.fold(), "eve", &with_role(Role::Administrator)).unwrap();
    ledger.write(DEVICE, eve);
    assert_eq!(ledger.users(), ["ann \"ann\" viewer"]);
}

#[test]
fn bad_users_are_refused() {
    let mut ledger = Ledger::new();
    ledger.add("anna", &UserChange::default()).unwrap();
    assert_eq!(
        code_of(ledger.add("ANNA", &UserChange::default())),
        "user-exists"
    );
    for name in ["", "  ", "token:ann", "device:x", "a\u{7}b"] {
        assert_eq!(
            code_of(ledger.add(name, &UserChange::default())),
            "bad-user",
            "{name:?}"
        );
    }
    let unknown = ledger.set("anne", &with_role(Role::Viewer)).unwrap_err();
    assert_eq!(unknown.code, "unknown-user");
    assert_eq!(unknown.hint.as_deref(), Some("did you mean anna?"));
    assert_eq!(
        code_of(ledger.set("anna", &UserChange::default())),
        "nothing-to-set"
    );
    assert_eq!(
        code_of(ledger.set("anna", &with_badge(Some(" ")))),
        "bad-code"
    );
    assert_eq!(ledger.users(), ["anna \"anna\" viewer"]);
}
