//! Rights on nodes: what is refused at entry, and what every node makes of entries that were
//! written without one.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use ledger_core::at_entry::users::{self, UserChange};
use ledger_core::at_entry::{
    self, Admit, ItemChange, LocationChange, Plan, Refusal, StockRequest, settings,
};
use ledger_core::catalogue::{Class, Role, key};
use ledger_core::fold::Fold;
use ledger_core::{Code, Quantity, Timestamp, UserName};
use ledger_node::{Actor, Node, NodeError, NodeKind, WallClock};

/// A clock that goes on by a second whenever somebody looks.
#[derive(Debug, Default)]
struct Ticking(AtomicU64);

impl WallClock for Ticking {
    fn now(&self) -> Timestamp {
        let seconds = self.0.fetch_add(1, Ordering::Relaxed);
        Timestamp::from_millis(1_763_700_000_000 + seconds * 1_000)
    }
}

/// A central server and two handhelds that share a clock.
struct Shop {
    server: Node,
    a: Node,
    b: Node,
}

fn carry(server: &Node, mut conversation: ledger_node::Conversation) {
    while let Some(question) = conversation.question().unwrap() {
        let answer = server.handle(question.route, &question.body);
        conversation.answer(answer.status, &answer.body).unwrap();
    }
}

impl Shop {
    fn new(role: Role) -> Self {
        let clock: Arc<dyn WallClock> = Arc::new(Ticking::default());
        let node = |kind, name| Node::in_memory(kind, name, Arc::clone(&clock)).unwrap();
        let shop = Self {
            server: node(NodeKind::Server, "central"),
            a: node(NodeKind::Handheld, "a"),
            b: node(NodeKind::Handheld, "b"),
        };
        for handheld in [&shop.a, &shop.b] {
            let code = shop
                .server
                .new_enrol_code(None, Some(role), 600_000)
                .unwrap();
            let enrolling = handheld.begin_enroll("http://server", &code.code);
            carry(&shop.server, enrolling);
        }
        shop
    }

    fn settle(&self) {
        for handheld in [&self.a, &self.b, &self.a, &self.b] {
            carry(&self.server, handheld.begin_sync().unwrap());
        }
        let expected = self.server.state_hash().unwrap();
        for handheld in [&self.a, &self.b] {
            assert_eq!(
                handheld.state_hash().unwrap(),
                expected,
                "{}",
                handheld.name()
            );
        }
    }

    fn user(&self, name: &str, role: Role) {
        let change = UserChange {
            role: Some(role),
            ..UserChange::default()
        };
        let plan = |fold: &Fold| match users::find(fold, name) {
            Ok(_) => users::set(fold, name, &change),
            Err(_) => users::add(fold, name, &change),
        };
        self.server.write(&Actor::default(), plan).unwrap();
    }

    /// What every node says the item is called.
    fn name(&self) -> String {
        let name = |node: &Node| {
            node.read(|fold| fold.field(Class::Item, &Code::new("P").unwrap(), key::NAME))
        };
        let at_server = name(&self.server);
        assert_eq!(
            [name(&self.a), name(&self.b)],
            [at_server.clone(), at_server.clone()]
        );
        at_server.as_text().unwrap_or_default().to_owned()
    }
}

fn by(user: &str) -> Actor {
    Actor {
        user: Some(UserName::new(user).unwrap()),
    }
}

fn called(name: &str) -> impl FnOnce(&Fold) -> Result<Plan, Refusal> {
    let change = ItemChange {
        name: Some(name.to_owned()),
        ..ItemChange::default()
    };
    move |fold| at_entry::set_item(fold, "P", &change, true)
}

fn shelf(fold: &Fold) -> Result<Plan, Refusal> {
    at_entry::add_location(fold, "A", &LocationChange::default())
}

fn add(fold: &Fold) -> Result<Plan, Refusal> {
    let request = StockRequest {
        item: "P".to_owned(),
        quantity: Quantity::from_units(3).unwrap(),
        ..StockRequest::default()
    };
    at_entry::add(fold, "A", &request)
}

fn refused<T: std::fmt::Debug>(result: Result<T, NodeError>) -> (String, String) {
    let error = result.unwrap_err();
    (error.code().to_owned(), error.to_string())
}

fn kinds(node: &Node) -> Vec<&'static str> {
    let open = node.read(Fold::exceptions);
    open.iter().map(|open| open.kind.word()).collect()
}

#[test]
fn what_a_demoted_user_writes_has_no_effect_anywhere_until_it_is_admitted() {
    let shop = Shop::new(Role::Manager);
    shop.user("ann", Role::Manager);
    shop.a.write(&by("ann"), called("first")).unwrap();
    shop.a.write(&by("ann"), shelf).unwrap();
    shop.settle();
    shop.user("ann", Role::Operator);
    // The handheld has not heard of it.
    shop.a.write(&by("ann"), called("second")).unwrap();
    shop.a.write(&by("ann"), add).unwrap();
    assert_eq!(kinds(&shop.a), [""; 0]);
    shop.settle();
    assert_eq!(shop.name(), "first");
    for node in [&shop.a, &shop.b, &shop.server] {
        assert_eq!(kinds(node), ["not-admitted"], "{}", node.name());
        assert_eq!(node.verify(&mut |_| {}).unwrap().problems, [""; 0]);
    }
    let open = shop.server.read(Fold::exceptions);
    let admit = |fold: &Fold| at_entry::admit(fold, Admit::Exception(&open[0].id), None);
    let (code, _) = refused(shop.a.write(&Actor::default(), admit));
    assert_eq!(code, "no-right", "only the central server admits");
    shop.server.write(&Actor::default(), admit).unwrap();
    shop.settle();
    assert_eq!(shop.name(), "second");
    assert_eq!(kinds(&shop.b), [""; 0]);
}

#[test]
fn commands_without_the_right_are_refused_at_entry() {
    let shop = Shop::new(Role::Operator);
    // Nothing is synced: the device knows its role by its certificate.
    let device = Actor::default();
    let (code, text) = refused(shop.a.write(&device, called("x")));
    assert_eq!(code, "no-right");
    assert!(
        text.contains("manager") && text.contains("operator"),
        "{text}"
    );
    shop.user("ann", Role::Manager);
    shop.user("eve", Role::Viewer);
    shop.settle();
    assert_eq!(
        shop.a.read(Fold::entry_count),
        shop.b.read(Fold::entry_count)
    );
    shop.a.write(&by("ann"), called("x")).unwrap();
    shop.a.write(&by("ann"), shelf).unwrap();
    shop.a.write(&device, add).unwrap();
    let before = shop.a.read(Fold::entry_count);
    let (code, text) = refused(shop.a.write(&by("eve"), add));
    assert_eq!(code, "no-right");
    assert!(text.contains("eve") && text.contains("viewer"), "{text}");
    let (code, text) = refused(
        shop.a
            .write(&by("ann"), |_| settings::set("reasons", "lost")),
    );
    assert_eq!(code, "no-right");
    assert!(text.contains("administrator"), "{text}");
    // Nobody knows zoe: the device decides.
    shop.a.write(&by("zoe"), add).unwrap();
    assert_eq!(
        shop.a.read(Fold::entry_count),
        before + 1,
        "nothing else was written"
    );
}

#[test]
fn a_store_that_was_never_enrolled_and_devices_before_the_first_user_may_do_everything() {
    let clock = Arc::new(Ticking::default());
    let alone = Node::in_memory(NodeKind::Handheld, "alone", clock).unwrap();
    let device = Actor::default();
    alone.write(&by("ann"), called("x")).unwrap();
    alone
        .write(&device, |_| settings::set("allow-backorder", "on"))
        .unwrap();

    let shop = Shop::new(Role::Manager);
    shop.settle();
    shop.a
        .write(&device, |_| settings::set("allow-backorder", "on"))
        .unwrap();
    shop.settle();
    shop.user("ann", Role::Administrator);
    shop.settle();
    let allowed = |node: &Node| node.read(settings::allow_backorder);
    assert!([&shop.a, &shop.b, &shop.server].into_iter().all(allowed));
    let (code, _) = refused(
        shop.a
            .write(&device, |_| settings::set("allow-backorder", "off")),
    );
    assert_eq!(code, "no-right");
    shop.a
        .write(&by("ann"), |_| settings::set("allow-backorder", "off"))
        .unwrap();
    shop.settle();
    assert!(![&shop.a, &shop.b, &shop.server].into_iter().any(allowed));
}
