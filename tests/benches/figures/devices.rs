//! A thousand devices that were away come back, each with entries of its own: all within a minute,
//! and once more all at the same moment. Does everybody get an answer, how much memory does the
//! server take, and do the pages answer meanwhile?
//!
//! Each device is a whole node on a store in memory, with a connection of its own. It sends what
//! it has and is served all that the server has by then. Most look into the answer only as far as
//! to see that they are at the end and that all of theirs is numbered: a thousand devices that
//! also fold what the others wrote would take the processor from the server that is measured.
//! Some sync to the end afterwards, and must have the server's state.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use ledger_format::wire::{HelloAnswer, Message as _, SyncAnswer};
use ledger_node::{Actor, CONTENT_TYPE, Conversation, Node, NodeKind, Question, SystemClock};
use tests::node::Node as _;
use tests::server::Server;

use crate::browse::Visitor;
use crate::data::{self, Names, Random, ToldClock, plan_of};
use crate::table::{Table, number, seconds};
use crate::{Size, machine};

/// How long a device tries at most until it counts as one that waits for ever.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long one round trip may take; as the handheld's own.
const ROUND_LIMIT: Duration = Duration::from_secs(120);
/// After how long a device that got no answer tries again.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a visitor looks at a page.
const LOOK: Duration = Duration::from_millis(50);
/// How many devices sync to the end.
const WITNESSES: usize = 5;

/// How many come back, with what, and within which time.
#[derive(Debug, Clone, Copy)]
struct Crowd {
    devices: usize,
    entries: usize,
    within: Duration,
}

/// A server and devices with entries that it does not have.
struct Shore {
    server: Server,
    devices: Vec<Node>,
    visitor: Visitor,
}

impl Shore {
    fn new(names: &Names, crowd: Crowd) -> Self {
        let server = Server::start();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let first = Node::in_memory(
            NodeKind::Handheld,
            "the first",
            std::sync::Arc::new(SystemClock),
        )
        .unwrap();
        let enroll = |node: &Node| {
            let code = server.code();
            runtime
                .block_on(node.enroll(server.url(), &code, None))
                .unwrap();
        };
        enroll(&first);
        let mut plans = names.catalogue().into_iter();
        first
            .write_many(&Actor::default(), |_| plans.next().map(Ok))
            .unwrap();
        runtime.block_on(first.sync(&mut |_| {})).unwrap();
        // From now on codes make operators, who may not make items.
        let boss = server.admin("user add boss --role administrator");
        let mut visitor = Visitor::new(server.address());
        visitor.choose_password(boss["url"].as_str().unwrap());
        let newest = ledger_node::WallClock::now(&SystemClock).millis() - 60_000;
        let devices = (0..crowd.devices).map(|number| {
            let clock = ToldClock::default();
            let name = format!("device {number}");
            let handle = std::sync::Arc::new(clock.clone());
            let node = Node::in_memory(NodeKind::Handheld, &name, handle).unwrap();
            enroll(&node);
            for deed in data::deeds(number as u64, crowd.entries, newest) {
                clock.tell(deed.millis);
                let plan = plan_of(names.items[deed.item].clone(), names.body(&deed, None));
                node.write(&names.actors[deed.user], |_| Ok(plan)).unwrap();
            }
            clock.run();
            node
        });
        let devices = devices.collect();
        Self {
            server,
            devices,
            visitor,
        }
    }
}

/// Carries questions over a connection of its own.
struct Line {
    agent: ureq::Agent,
    url: String,
    /// How often there was no answer.
    retries: u64,
}

impl Line {
    fn to(url: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(ROUND_LIMIT))
            .proxy(None);
        Self {
            agent: config.build().into(),
            url: url.to_owned(),
            retries: 0,
        }
    }

    fn send(&self, question: &Question) -> Result<(u16, Vec<u8>), ureq::Error> {
        let mut answer = self
            .agent
            .post(format!("{}/sync/v1/{}", self.url, question.route))
            .header("content-type", CONTENT_TYPE)
            .send(&question.body[..])?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(1 << 30);
        Ok((status, body.read_to_vec()?))
    }

    /// Asks until there is an answer.
    fn ask(&mut self, question: &Question, since: Instant) -> Vec<u8> {
        loop {
            match self.send(question) {
                Ok((200, body)) => return body,
                other => {
                    let what = other.map(|(status, _)| status);
                    assert!(since.elapsed() < PATIENCE, "waits for ever: {what:?}");
                    self.retries += 1;
                    machine::pause(PAUSE);
                }
            }
        }
    }
}

/// Brings what a device has to the server; gives how often it had to try again.
fn come_back(node: &Node, url: &str) -> u64 {
    let since = Instant::now();
    let mut line = Line::to(url);
    let mut conversation: Conversation = node.begin_sync().unwrap();
    let hello = conversation.question().unwrap().unwrap();
    let mut greeted = HelloAnswer::from_bytes(&line.ask(&hello, since)).unwrap();
    // So that it asks for no snapshot: to serve everybody out of the log is more work.
    greeted.end = 0;
    conversation
        .answer(200, &greeted.to_bytes().unwrap())
        .unwrap();
    let question = conversation.question().unwrap().unwrap();
    let answer = SyncAnswer::from_bytes(&line.ask(&question, since)).unwrap();
    assert!(answer.rejects.is_empty() && !answer.restart && answer.at_end);
    let own = *node.origin().as_bytes();
    let numbered = answer.runs.iter().filter(|run| *run.origin == own);
    let numbered: u64 = numbered.map(|run| run.count).sum();
    let (written, _) = node.view().pending().unwrap();
    assert_eq!(numbered, written, "all of its own is numbered");
    line.retries
}

/// What came of it.
struct Outcome {
    /// Seconds of each device, sorted.
    took: Vec<f64>,
    /// Milliseconds of each visit, sorted.
    visits: Vec<f64>,
    retries: u64,
    whole: f64,
}

/// Visits pages until told to stop.
fn visit(visitor: &mut Visitor, names: &Names, is_done: &AtomicBool) -> Vec<f64> {
    let mut random = Random::new(5);
    let mut took = Vec::new();
    while !is_done.load(Ordering::Relaxed) {
        let item = &names.items[random.below(names.items.len() as u64) as usize];
        for page in ["/".to_owned(), format!("/items/{}", item.as_str())] {
            let start = Instant::now();
            assert_eq!(visitor.get(&page).status, 200, "{page}");
            took.push(seconds(start) * 1e3);
            machine::pause(LOOK);
        }
    }
    took
}

fn rush(shore: &mut Shore, names: &Names, within: Duration) -> Outcome {
    let Shore {
        server,
        devices,
        visitor,
    } = shore;
    let (url, is_done, retries) = (server.url(), AtomicBool::new(false), AtomicU64::new(0));
    let mut random = Random::new(8);
    let start = Instant::now();
    let (took, mut visits) = std::thread::scope(|scope| {
        let visiting = scope.spawn(|| visit(visitor, names, &is_done));
        let coming: Vec<_> = devices
            .iter()
            .map(|node| {
                let wait = Duration::from_millis(random.below(within.as_millis() as u64 + 1));
                let retries = &retries;
                let come = move || {
                    machine::pause(wait.saturating_sub(start.elapsed()));
                    let begun = Instant::now();
                    retries.fetch_add(come_back(node, url), Ordering::Relaxed);
                    seconds(begun)
                };
                let thread = std::thread::Builder::new().stack_size(1 << 20);
                thread.spawn_scoped(scope, come).unwrap()
            })
            .collect();
        let took: Vec<f64> = coming.into_iter().map(|it| it.join().unwrap()).collect();
        is_done.store(true, Ordering::Relaxed);
        (took, visiting.join().unwrap())
    });
    let whole = seconds(start);
    let mut took = took;
    took.sort_by(f64::total_cmp);
    visits.sort_by(f64::total_cmp);
    Outcome {
        took,
        visits,
        retries: retries.into_inner(),
        whole,
    }
}

/// Some sync to the end, and everybody has the same.
fn witness(shore: &Shore) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let hash = shore.server.state_hash();
    for node in shore.devices.iter().take(WITNESSES) {
        let report = runtime.block_on(node.sync(&mut |_| {})).unwrap();
        assert!(report.synced, "{report:?}");
        assert_eq!(node.state_hash().unwrap().to_string(), hash);
    }
}

fn share(sorted: &[f64], share: f64) -> String {
    let last = sorted.len() - 1;
    number(sorted[(share * last as f64).round() as usize])
}

/// A thousand devices, within a minute and at once.
pub fn run(size: Size, table: &mut Table) {
    let names = Names::new();
    let crowd = Crowd {
        devices: size.pick(1_000, 40),
        entries: size.pick(200, 20),
        within: Duration::from_secs(size.pick(60, 2)),
    };
    for within in [crowd.within, Duration::ZERO] {
        let mut shore = Shore::new(&names, Crowd { within, ..crowd });
        let process = shore.server.process_id();
        let before = machine::memory_mb_of(process, "VmRSS");
        let had = machine::processor_seconds_at_rest(process);
        let load = machine::load();
        let outcome = rush(&mut shore, &names, within);
        let had = machine::processor_seconds_of(process) - had;
        let most = machine::memory_mb_of(process, "VmHWM");
        witness(&shore);
        let when = match within {
            Duration::ZERO => "at the same moment".to_owned(),
            _ => format!("within {} s", within.as_secs()),
        };
        table.add(
            &format!(
                "{} devices with {} entries each come back {when}: until a device is synced",
                number(crowd.devices as f64),
                crowd.entries
            ),
            &format!(
                "median {} s, 99 of 100 {} s, all {} s",
                share(&outcome.took, 0.5),
                share(&outcome.took, 0.99),
                share(&outcome.took, 1.0)
            ),
            "nobody waits for ever",
            &format!(
                "all were done after {} s; {} tries without an answer; load before it {load}",
                number(outcome.whole),
                outcome.retries
            ),
        );
        table.add(
            &format!("the server's memory then, {when}"),
            &format!("at most {} MB", number(most)),
            "bounded",
            &format!(
                "before it {} MB; processor {} s",
                number(before),
                number(had)
            ),
        );
        table.add(
            &format!("dashboard and item pages meanwhile, {when}"),
            &format!(
                "median {} ms, 99 of 100 {} ms",
                share(&outcome.visits, 0.5),
                share(&outcome.visits, 0.99)
            ),
            "",
            &format!(
                "{} visits, the slowest {} ms",
                number(outcome.visits.len() as f64),
                share(&outcome.visits, 1.0)
            ),
        );
    }
}
