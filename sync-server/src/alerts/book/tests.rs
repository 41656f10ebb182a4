//! The machine: told once, through outages, restarts and quiet hours.

use std::collections::BTreeSet;

use chrono_tz::Tz;
use proptest::prelude::*;
use serde_json::Value;

use super::super::channel::Quiet;
use super::super::condition::{Condition, Fact, Kind};
use super::super::tests::channel;
use super::*;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
/// 2026-11-23 00:00 UTC.
const MIDNIGHT: u64 = 1_795_392_000_000;

/// A server with one channel, and its receiver.
struct World {
    book: Book,
    now: u64,
    so: Conditions,
    pace: Pace,
    is_up: bool,
    /// The next answer is lost together with the server that waits for it.
    is_cut: bool,
    ids: u64,
    /// Ids of messages that came, and how many.
    came: BTreeSet<String>,
    subjects: Vec<String>,
    /// What the receiver takes to be so.
    known: BTreeSet<Condition>,
}

fn low(item: &str) -> Condition {
    Condition::new(Kind::Low, item)
}

fn out(item: &str) -> Condition {
    Condition::new(Kind::Out, item)
}

impl World {
    fn of(channel: Channel) -> Self {
        let now = MIDNIGHT + 12 * HOUR;
        let mut book = Book::default();
        book.set("c", channel, Timestamp::from_millis(now));
        Self {
            book,
            now,
            so: Conditions::new(),
            pace: Pace::USUAL,
            is_up: true,
            is_cut: false,
            ids: 0,
            came: BTreeSet::new(),
            subjects: Vec::new(),
            known: BTreeSet::new(),
        }
    }

    fn now(&self) -> Now {
        Now {
            at: Timestamp::from_millis(self.now),
            zone: Tz::UTC,
        }
    }

    fn begin(&mut self, condition: Condition) {
        self.so.insert(condition, Fact::default());
    }

    /// The server is killed and started: what is in the file is all that it knows.
    fn restart(&mut self) {
        let text = serde_json::to_string(&self.book).unwrap();
        self.book = serde_json::from_str(&text).unwrap();
    }

    /// One turn of the driver; whether anything was sent.
    fn turn(&mut self) -> bool {
        let now = self.now();
        let ids = &mut self.ids;
        let jobs = self.book.look(&mut Look {
            so: &self.so,
            now,
            pace: &self.pace,
            node: "central",
            ids: &mut || {
                *ids += 1;
                format!("msg_{ids}")
            },
        });
        for job in &jobs {
            let quiet = self.book.channel("c").unwrap().is_quiet(now);
            assert!(!quiet, "nothing goes out in quiet hours");
            if self.is_up {
                self.receive(job);
            }
            if std::mem::take(&mut self.is_cut) {
                self.restart();
                return true;
            }
            let outcome = if self.is_up {
                Outcome::Taken("200 OK".to_owned())
            } else {
                Outcome::Failed("connection refused".to_owned())
            };
            self.book.tried(&job.id, &outcome, (now.at, 7), &self.pace);
        }
        !jobs.is_empty()
    }

    /// Whoever gets a message twice knows it by its id. What it says is news, or it is told twice.
    fn receive(&mut self, job: &Job) {
        if !self.came.insert(job.id.clone()) {
            return;
        }
        self.subjects.push(job.subject.clone());
        let body: Value = serde_json::from_str(&job.body).unwrap();
        let rows = |key: &str| -> Vec<Condition> {
            let rows = body["data"][key].as_array().cloned().unwrap_or_default();
            let condition = |row: &Value| {
                let kind = serde_json::from_value(row["kind"].clone()).unwrap();
                Condition::new(kind, row["subject"].as_str().unwrap())
            };
            rows.iter().map(condition).collect()
        };
        for condition in rows("began") {
            if let Some(other) = condition.other_level() {
                self.known.remove(&other);
            }
            assert!(self.known.insert(condition.clone()), "{condition} again");
        }
        for condition in rows("ended") {
            assert!(self.known.remove(&condition), "{condition} was not told");
        }
    }

    /// Goes on as the driver does, for so long.
    fn pass(&mut self, millis: u64) {
        let end = self.now + millis;
        loop {
            while self.turn() && self.is_up {}
            if self.now >= end {
                return;
            }
            let next = self.book.next(self.now(), &self.pace);
            let next = next.map_or(u64::MAX, Timestamp::millis);
            let next = next.clamp(self.now + 5_000, self.now + 5 * MINUTE);
            self.now = next.min(end);
        }
    }

    fn so(&self) -> BTreeSet<Condition> {
        self.so.keys().cloned().collect()
    }
}

#[test]
fn five_hundred_at_the_start_are_one_message() {
    let mut world = World::of(channel());
    for item in 0..500 {
        world.begin(low(&format!("P-{item}")));
    }
    world.pass(HOUR);
    assert_eq!(world.subjects, ["central: 500 low"]);
    world.restart();
    world.pass(HOUR);
    assert_eq!(world.subjects.len(), 1, "a restart tells nothing twice");
}

#[test]
fn what_comes_and_goes_within_minutes_is_told_once() {
    let mut world = World::of(channel());
    for _ in 0..5 {
        world.begin(low("R-100"));
        world.pass(3 * MINUTE);
        world.so.clear();
        world.pass(2 * MINUTE);
    }
    assert_eq!(world.subjects, ["central: 1 low"]);
    world.pass(HOUR);
    assert_eq!(world.subjects, ["central: 1 low", "central: 1 over"]);
}

#[test]
fn an_item_that_runs_out_is_not_told_to_be_no_longer_low() {
    let mut world = World::of(channel());
    world.begin(low("R-100"));
    world.pass(HOUR);
    world.so.clear();
    world.begin(out("R-100"));
    world.pass(HOUR);
    world.so.clear();
    world.pass(HOUR);
    let told = ["central: 1 low", "central: 1 out", "central: 1 over"];
    assert_eq!(world.subjects, told);
}

#[test]
fn who_hears_of_low_alone_is_not_told_that_all_is_well_when_it_runs_out() {
    let mut low_alone = channel();
    low_alone.kinds = [Kind::Low].into();
    let mut world = World::of(low_alone);
    world.begin(low("R-100"));
    world.pass(HOUR);
    world.so.clear();
    world.begin(out("R-100"));
    world.pass(HOUR);
    assert_eq!(world.subjects, ["central: 1 low"]);
    world.so.clear();
    world.pass(HOUR);
    assert_eq!(world.subjects, ["central: 1 low", "central: 1 over"]);
}

#[test]
fn who_hears_of_out_alone_hears_of_it_again_after_a_small_delivery() {
    let mut out_alone = channel();
    out_alone.kinds = [Kind::Out].into();
    let mut world = World::of(out_alone);
    for _ in 0..2 {
        world.so.clear();
        world.begin(out("R-100"));
        world.pass(HOUR);
        world.so.clear();
        world.begin(low("R-100"));
        world.pass(HOUR);
    }
    let told = ["central: 1 out", "central: 1 over"];
    assert_eq!(world.subjects, [told, told].concat());
}

#[test]
fn what_waited_for_a_channel_that_was_switched_off_is_old_news() {
    let mut world = World::of(channel());
    world.is_up = false;
    world.begin(low("R-100"));
    world.pass(HOUR);
    let mut off = channel();
    off.on = false;
    world.book.set("c", off, Timestamp::from_millis(world.now));
    world.so.clear();
    world.pass(HOUR);
    world
        .book
        .set("c", channel(), Timestamp::from_millis(world.now));
    world.is_up = true;
    world.pass(HOUR);
    assert_eq!(world.subjects, Vec::<String>::new());
}

#[test]
fn who_wants_no_ends_hears_of_the_next_beginning() {
    let mut quiet = channel();
    quiet.tells_end = false;
    let mut world = World::of(quiet);
    for _ in 0..2 {
        world.begin(low("R-100"));
        world.pass(HOUR);
        world.so.clear();
        world.pass(HOUR);
        world.known.clear();
    }
    assert_eq!(world.subjects, ["central: 1 low", "central: 1 low"]);
}

#[test]
fn a_digest_comes_once_a_day_and_says_nothing_when_nothing_is_new() {
    let mut daily = channel();
    daily.daily = "07:00".parse().ok();
    let mut world = World::of(daily);
    world.begin(low("R-100"));
    world.pass(18 * HOUR);
    assert!(world.subjects.is_empty(), "it is 6 o'clock");
    world.pass(90 * MINUTE);
    assert_eq!(world.subjects.len(), 1);
    world.begin(out("K-12V"));
    world.pass(20 * HOUR);
    assert_eq!(world.subjects.len(), 1);
    world.pass(3 * 24 * HOUR);
    assert_eq!(world.subjects.len(), 2);
    // A server that was off at that time says it when it starts.
    world.begin(low("LED-G"));
    world.now += 24 * HOUR;
    world.restart();
    world.pass(MINUTE);
    assert_eq!(world.subjects.len(), 3);
}

#[test]
fn quiet_hours_end_with_one_message() {
    let mut night = channel();
    night.quiet = Some(Quiet {
        from: "22:00".parse().unwrap(),
        to: "06:00".parse().unwrap(),
    });
    let mut world = World::of(night);
    world.pass(11 * HOUR);
    for item in ["A", "B", "C"] {
        world.begin(low(item));
        world.pass(HOUR);
    }
    assert!(world.subjects.is_empty());
    world.pass(5 * HOUR);
    assert_eq!(world.subjects, ["central: 3 low"]);
    // What a person asks for goes out at any time.
    world.now += 16 * HOUR;
    let now = world.now();
    world.book.test("c", "central", "msg_test".to_owned(), now);
    assert_eq!(world.book.due(now).len(), 1);
}

#[test]
fn what_is_tried_for_too_long_is_given_up_and_told_anew() {
    let mut world = World::of(channel());
    world.is_up = false;
    world.begin(low("R-100"));
    world.pass(60 * HOUR);
    let states: Vec<&str> = world.book.deliveries().map(|it| it.state.word()).collect();
    assert_eq!(states, ["waiting", "given-up"]);
    assert_eq!(
        world.book.states()[0].failing,
        Some(MIDNIGHT + 12 * HOUR + 30_000)
    );
    let tries: u32 = world.book.deliveries().map(|it| it.tries).sum();
    assert!((50..150).contains(&tries), "{tries}");
    world.is_up = true;
    world.pass(2 * HOUR);
    assert_eq!(world.known, world.so());
    assert_eq!(world.book.states()[0].failing, None);
}

#[test]
fn what_some_have_is_not_told_them_anew_when_it_is_given_up() {
    let mut world = World::of(channel());
    world.begin(low("R-100"));
    world.turn();
    world.now += HOUR;
    let now = world.now();
    let mut ids = || "msg_partly".to_owned();
    let jobs = world.book.look(&mut Look {
        so: &world.so,
        now,
        pace: &world.pace,
        node: "central",
        ids: &mut ids,
    });
    let partly = Outcome::Partly {
        answer: "late@example.com: 452".to_owned(),
        taken_by: BTreeSet::from(["boss@example.com".to_owned()]),
    };
    let tried = |world: &mut World| {
        let at = Timestamp::from_millis(world.now);
        world.book.tried(&jobs[0].id, &partly, (at, 0), &world.pace);
    };
    tried(&mut world);
    world.restart();
    world.now += HOUR;
    let again = world.book.due(world.now());
    assert_eq!(again[0].taken_by, ["boss@example.com".to_owned()].into());
    world.now += 2 * 24 * HOUR;
    tried(&mut world);
    assert_eq!(
        world.book.deliveries().next().unwrap().state,
        State::GivenUp
    );
    world.pass(24 * HOUR);
    assert_eq!(world.subjects, Vec::<String>::new());
}

#[test]
fn a_clock_that_was_ahead_holds_up_nothing_once_it_is_right() {
    let mut daily = channel();
    daily.daily = "07:00".parse().ok();
    for channel in [channel(), daily] {
        let mut world = World::of(channel);
        let right = world.now;
        world.is_up = false;
        world.now += 400 * 24 * HOUR;
        world.begin(low("R-100"));
        // Long enough for a message to be given up, and the next one to be begun.
        world.pass(80 * HOUR);
        world.now = right;
        world.restart();
        world.is_up = true;
        world.pass(24 * HOUR);
        assert_eq!(world.known, world.so());
    }
}

#[test]
fn a_receiver_that_is_gone_is_left_alone() {
    let mut world = World::of(channel());
    world.begin(low("R-100"));
    world.turn();
    world.now += HOUR;
    let now = world.now();
    let jobs = world.book.look(&mut Look {
        so: &world.so,
        now,
        pace: &world.pace,
        node: "central",
        ids: &mut || "msg_gone".to_owned(),
    });
    let gone = Outcome::Gone("410 Gone".to_owned());
    world
        .book
        .tried(&jobs[0].id, &gone, (now.at, 0), &world.pace);
    assert!(!world.book.states()[0].on);
    world.pass(24 * HOUR);
    assert!(world.came.is_empty());
    // Somebody switches it on again: it is told what is still so.
    world.book.set("c", channel(), now.at);
    world.pass(HOUR);
    assert_eq!(world.known, world.so());
}

#[test]
fn old_messages_go_and_those_that_wait_stay() {
    let mut world = World::of(channel());
    for number in 0..300 {
        let now = world.now();
        world
            .book
            .test("c", "central", format!("msg_{number}_test"), now);
        if number > 0 {
            world.turn();
        } else {
            world.book.sending.insert("msg_0_test".to_owned());
        }
    }
    world.turn();
    assert_eq!(world.book.deliveries().count(), KEPT_MAX + 1);
    assert!(world.book.deliveries().last().unwrap().is_waiting());
    assert!(world.book.again("msg_299_test", world.now().at));
    world.book.remove("c");
    assert!(!world.book.again("msg_299_test", world.now().at));
    assert!(world.book.deliveries().all(|it| !it.is_waiting()));
}

/// What happens in a random story.
#[derive(Debug, Clone)]
enum Event {
    /// An item gets a level: 0 is well, 1 low, 2 out.
    Level(u8, u8),
    Exception(u8, bool),
    Pass(u64),
    Up(bool),
    Restart,
    Cut,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (0..3_u8, 0..3_u8).prop_map(|(item, level)| Event::Level(item, level)),
        2 => (0..2_u8, any::<bool>()).prop_map(|(id, is)| Event::Exception(id, is)),
        4 => (0..14 * HOUR).prop_map(Event::Pass),
        4 => (0..20 * MINUTE).prop_map(Event::Pass),
        2 => any::<bool>().prop_map(Event::Up),
        1 => Just(Event::Restart),
        1 => Just(Event::Cut),
    ]
}

fn happens(world: &mut World, event: &Event) {
    match *event {
        Event::Level(item, level) => {
            let item = format!("P-{item}");
            world.so.remove(&low(&item));
            world.so.remove(&out(&item));
            match level {
                1 => world.begin(low(&item)),
                2 => world.begin(out(&item)),
                _ => {}
            }
        }
        Event::Exception(id, is) => {
            let condition = Condition::new(Kind::Exception, format!("recount:{id}"));
            if is {
                world.begin(condition);
            } else {
                world.so.remove(&condition);
            }
        }
        Event::Pass(millis) => world.pass(millis),
        Event::Up(is_up) => world.is_up = is_up,
        Event::Restart => world.restart(),
        Event::Cut => world.is_cut = true,
    }
}

proptest! {
    // 64 cases take about a second; who changes the machine runs 10,000.
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_lasts_is_told_once_whatever_happens(
        daily in any::<bool>(),
        quiet in any::<bool>(),
        events in prop::collection::vec(event(), 1..40),
    ) {
        let mut channel = channel();
        channel.daily = "07:00".parse().ok().filter(|_| daily);
        let night = Quiet { from: "22:00".parse().unwrap(), to: "06:00".parse().unwrap() };
        channel.quiet = quiet.then_some(night);
        let mut world = World::of(channel);
        // What was given up may have come all the same.
        world.pace.patience_millis = u64::MAX;
        for event in &events {
            happens(&mut world, event);
        }
        world.is_up = true;
        world.is_cut = false;
        world.pass(3 * 24 * HOUR);
        prop_assert_eq!(&world.known, &world.so());
    }
}
