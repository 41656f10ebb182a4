//! The watch in rows of what happens and when it syncs, and its promises as properties.

use proptest::prelude::*;

use super::*;

/// A moment of the test's day, in milliseconds.
fn at(millis: u64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + millis)
}

fn well(carried: bool) -> Event {
    Event::Synced {
        carried,
        whole: true,
        told: true,
    }
}

fn failed(trouble: Trouble) -> Event {
    Event::Failed {
        trouble,
        text: "the server is not reachable".to_owned(),
    }
}

/// When the next sync is due, in milliseconds of the test's day.
fn due(watch: &Watch, now: u64) -> u64 {
    match watch.decide(at(now)) {
        Decision::Sync => now,
        Decision::Wait { until, .. } => until.millis() - at(0).millis(),
    }
}

/// Begins at 0, takes events at their times with the largest random number, and gives when the next
/// sync is due.
#[track_caller]
fn check(events: &[(u64, Event)], expected: u64) {
    let mut watch = Watch::begin(at(0));
    let mut now = 0;
    for (millis, event) in events {
        now = *millis;
        watch.on(at(now), event.clone(), u64::MAX);
    }
    assert_eq!(due(&watch, now), expected, "{events:?}");
}

#[test]
fn who_asks_is_served_at_once_but_not_offline() {
    let lost = failed(Trouble::Refused);
    check(&[(0, well(true)), (400, Event::Asked)], 400);
    check(&[(0, lost), (9_000, Event::Asked)], 9_000);
    let mut watch = Watch::begin(at(0));
    watch.on(at(0), Event::Offline(at(0)), 0);
    watch.on(at(1), Event::Asked, 0);
    assert!(due(&watch, 1) > 1);
}

#[test]
fn what_happens_decides_when_it_syncs() {
    let lost = || failed(Trouble::Unreachable);
    let poll = Event::Synced {
        carried: false,
        whole: true,
        told: false,
    };
    let behind = Event::Synced {
        carried: true,
        whole: false,
        told: true,
    };
    check(&[], 0);
    check(&[(100, well(false))], 100 + LOOK_MILLIS);
    check(&[(100, poll)], 100 + POLL_MILLIS);
    check(&[(100, behind)], 100 + POLL_MILLIS);
    // New entries and news: at once, but not within a second of the last sync.
    check(&[(100, well(false)), (9_000, Event::Wrote)], 9_000);
    check(&[(100, well(false)), (9_000, Event::News)], 9_000);
    check(&[(100, well(false)), (300, Event::Wrote)], 1_100);
    let both = [(100, well(false)), (300, Event::News), (400, Event::Wrote)];
    check(&both, 1_100);
    let moved = [(100, well(false)), (9_000, Event::NetworkChanged)];
    check(&moved, 10_000);
    // A server that is away is looked for at the latest ten seconds after somebody wrote.
    let away: Vec<(u64, Event)> = (1..=12).map(|n| (n * 1_000, lost())).collect();
    let with = |more: (u64, Event)| [&away[..], &[more]].concat();
    check(&away, 12_000 + u64::MAX % BACKOFF_MILLIS_MAX);
    check(&with((20_000, Event::Wrote)), 30_000);
    check(&with((20_000, Event::NetworkChanged)), 21_000);
    check(&with((20_000, Event::News)), 20_000);
    // What a person has to mend is not tried because somebody writes.
    let refused = || (0, failed(Trouble::Refused));
    check(&[refused(), (20_000, Event::Wrote)], REFUSED_MILLIS);
    check(&[refused(), (20_000, Event::KeysChanged)], 20_000);
    check(&[(100, Event::Busy)], 600);
    check(&[(100, well(true)), (200, Event::Online)], 200);
}

#[test]
fn a_success_takes_the_failures_away() {
    let mut watch = Watch::begin(at(0));
    for _ in 0..20 {
        watch.on(at(0), failed(Trouble::Unreachable), u64::MAX);
    }
    watch.on(at(0), well(false), 0);
    watch.on(at(0), failed(Trouble::Unreachable), u64::MAX);
    assert!(due(&watch, 0) < BACKOFF_MILLIS);
}

#[test]
fn tries_are_spread_over_a_window_that_doubles() {
    for failures in 1..=12_u32 {
        let window = (BACKOFF_MILLIS << (failures - 1)).min(BACKOFF_MILLIS_MAX);
        let mut seen = Vec::new();
        for random in (0..1_000).map(|n| n * 7_919) {
            let mut watch = Watch::begin(at(0));
            for _ in 0..failures {
                watch.on(at(0), failed(Trouble::Unreachable), random);
            }
            seen.push(due(&watch, 0));
        }
        assert!(seen.iter().all(|due| *due < window), "{failures}");
        let halves = seen.iter().filter(|due| **due < window / 2).count();
        assert!((300..700).contains(&halves), "{failures}: {halves}");
    }
}

#[test]
fn it_says_why_it_waits() {
    let clock = |time: Timestamp| format!("+{}", (time.millis() - at(0).millis()) / 1_000);
    let told = |events: &[Event]| {
        let mut watch = Watch::begin(at(0));
        for event in events {
            watch.on(at(0), event.clone(), 37_600);
        }
        match watch.decide(at(0)) {
            Decision::Wait { until, reason } => reason.told(at(0), until, &clock),
            Decision::Sync => "sync".to_owned(),
        }
    };
    let rows = [
        (vec![well(true)], "in step since +0, next look +300"),
        (
            vec![failed(Trouble::Unreachable); 8],
            "the server is not reachable, trying again in 38 s",
        ),
        (
            vec![failed(Trouble::Refused)],
            "the server is not reachable; looking again at +900",
        ),
        (vec![Event::Offline(at(3_000))], "offline by hand since +3"),
        (
            vec![Event::Busy],
            "another program has the store, trying again in 1 s",
        ),
        (vec![Event::Offline(at(0)), Event::Online], "sync"),
    ];
    for (events, expected) in rows {
        assert_eq!(told(&events), expected);
    }
    let lengths = [0, 119_000, 119_001].map(spoken);
    assert_eq!(lengths, ["0 s", "119 s", "2 min"]);
}

#[test]
fn in_step_is_said_since_the_last_sync_that_carried_something() {
    let mut watch = Watch::begin(at(0));
    for (millis, carried, since) in [(10, true, 10), (20, false, 10), (30, true, 30)] {
        watch.on(at(millis), well(carried), 0);
        let Decision::Wait { reason, .. } = watch.decide(at(millis)) else {
            panic!("it has just synced");
        };
        assert_eq!(reason, Reason::InStep { since: at(since) });
    }
}

#[test]
fn errors_are_of_three_kinds() {
    let said = |code: &str| NodeError::ServerSaid {
        code: code.to_owned(),
        text: String::new(),
    };
    for (error, trouble) in [
        (NodeError::NotEnrolled, Trouble::Refused),
        (said("unknown-device"), Trouble::Refused),
        (said("protocol"), Trouble::Refused),
        (said("server-trouble"), Trouble::Unreachable),
        (NodeError::BadAnswer(String::new()), Trouble::Unreachable),
        (NodeError::Failed(String::new()), Trouble::Device),
    ] {
        assert_eq!(Trouble::of(&error), trouble, "{error}");
    }
}

fn event() -> impl Strategy<Value = Event> {
    let trouble = prop_oneof![
        Just(Trouble::Unreachable),
        Just(Trouble::Refused),
        Just(Trouble::Device)
    ];
    prop_oneof![
        Just(Event::Wrote),
        Just(Event::News),
        Just(Event::NetworkChanged),
        Just(Event::KeysChanged),
        Just(Event::Busy),
        Just(Event::Online),
        Just(Event::Offline(at(0))),
        any::<[bool; 3]>().prop_map(|[carried, whole, told]| Event::Synced {
            carried,
            whole,
            told
        }),
        trouble.prop_map(failed),
    ]
}

/// Times that mostly go on, sometimes leap, and sometimes are set back.
fn moments() -> impl Strategy<Value = Vec<(Timestamp, Event, u64)>> {
    let step = prop_oneof![
        8 => 0..5_000_i64,
        2 => 0..2_000_000_i64,
        1 => -100_000_000_000..100_000_000_000_i64,
    ];
    let steps = prop::collection::vec((step, event(), any::<u64>()), 1..60);
    steps.prop_map(|steps| {
        let mut now = at(0).millis();
        let mut next = |step: i64| {
            now = now.saturating_add_signed(step);
            Timestamp::from_millis(now)
        };
        let row = |(step, event, random)| (next(step), event, random);
        steps.into_iter().map(row).collect()
    })
}

/// A watch to which all that has happened, at the last of these moments, and not offline.
fn after(events: Vec<(Timestamp, Event, u64)>) -> (Watch, Timestamp) {
    let mut watch = Watch::begin(at(0));
    let mut now = at(0);
    for (then, event, random) in events {
        now = then;
        watch.on(now, event, random);
    }
    watch.on(now, Event::Online, 0);
    (watch, now)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Whatever happened and whatever the clock does: it syncs, or waits for a time that comes soon
    /// enough; offline it never syncs, and otherwise it does as soon as that time is there.
    #[test]
    fn it_never_waits_without_an_end(events in moments()) {
        let mut watch = Watch::begin(at(0));
        let mut offline = false;
        for (now, event, random) in events {
            offline |= matches!(event, Event::Offline(_));
            offline &= event != Event::Online;
            watch.on(now, event, random);
            match watch.decide(now) {
                Decision::Sync => prop_assert!(!offline),
                Decision::Wait { until, .. } => {
                    prop_assert!(until > now);
                    prop_assert!(now.distance_millis(until) <= WAIT_MILLIS_MAX);
                    prop_assert_eq!(watch.decide(until) == Decision::Sync, !offline);
                }
            }
        }
    }

    /// After a failure the next try is within the cap, whatever came before and however many.
    #[test]
    fn a_failure_is_always_followed_by_a_try(
        events in moments(),
        random: u64,
        lasting: bool,
        earlier in 0..80_u32,
    ) {
        let (mut watch, now) = after(events);
        for _ in 0..earlier {
            watch.on(now, failed(Trouble::Unreachable), random);
        }
        let (trouble, cap) = if lasting {
            (Trouble::Refused, REFUSED_MILLIS)
        } else {
            (Trouble::Unreachable, BACKOFF_MILLIS_MAX)
        };
        watch.on(now, failed(trouble), random);
        let until = match watch.decide(now) {
            Decision::Sync => now,
            Decision::Wait { until, .. } => until,
        };
        prop_assert!(now.distance_millis(until) <= cap);
    }

    /// In step, new entries are on their way within about a second.
    #[test]
    fn new_entries_do_not_wait(events in moments(), carried: bool, pause in 0..400_000_u64) {
        let (mut watch, now) = after(events);
        watch.on(now, well(carried), 0);
        let wrote = later(now, pause);
        watch.on(wrote, Event::Wrote, 0);
        prop_assert_eq!(watch.decide(later(wrote, SPACE_MILLIS)), Decision::Sync);
    }
}
