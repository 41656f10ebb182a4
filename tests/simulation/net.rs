//! The way between devices and servers: requests and answers that are lost, late,
//! doubled, overtaken, cut, or answered by somebody else.
//!
//! A request has its one answer, as over HTTP: an answer that comes when nobody waits for it any
//! more is dropped by the handheld's machine, but the server has done what was asked.

use ledger_format::wire::{Envelope, ErrorMessage, Hello, Message, SyncAnswer, SyncRequest};
use ledger_node::{NodeError, WireAnswer};

use crate::machine::Talk;
use crate::world::{CENTRAL, Event, Failure, SECOND, World, chain};

/// How long a handheld waits for an answer, in milliseconds.
const PATIENCE: u64 = 30_000;
/// How often it asks once more.
const TRIES: u64 = 2;
/// Under which family answers are counted, of the central server and of hubs.
const ANSWERS: [&str; 2] = ["answer", "hub answers"];
/// How long a code can be used.
const CODE_MILLIS: u64 = 400 * 86_400_000;

/// A request on its way.
#[derive(Debug, Clone)]
pub struct Request {
    /// Who asks.
    pub from: usize,
    /// The server.
    pub to: usize,
    /// Which request of all.
    pub number: u64,
    /// The last part of the route.
    pub route: &'static str,
    /// The bytes as they arrive.
    pub body: Vec<u8>,
}

/// What comes back.
#[derive(Debug)]
pub struct Answer {
    /// Who asked.
    pub to: usize,
    /// The request.
    pub number: u64,
    /// What it is.
    pub kind: AnswerKind,
}

/// What comes back for a request.
#[derive(Debug)]
pub enum AnswerKind {
    /// A message of the protocol, or what a proxy took for one.
    Wire(WireAnswer),
    /// A page of a proxy or a login form.
    Page(u16),
    /// Nobody is there.
    Refused,
    /// The connection broke amid the answer.
    Broken,
}

impl World {
    /// A handheld begins a conversation, unless it is in one.
    ///
    /// # Errors
    /// When something was seen that may not be.
    pub fn begin(&mut self, which: usize) -> Result<(), Failure> {
        if self.machines[which].talk.is_some() {
            return Ok(());
        }
        let Some(node) = self.machines[which].node.clone() else {
            return Ok(());
        };
        let conversation = if node.server_url().is_some() {
            match node.begin_sync() {
                Ok(conversation) => conversation,
                // It notes first how its clock stands, and the disk may not take that.
                Err(error) if !self.quiet => return self.broken_off(which, &error),
                Err(error) => return Err(format!("a sync cannot begin: {}", chain(&error))),
            }
        } else {
            let Some(code) = self.new_code() else {
                return Ok(());
            };
            node.begin_enroll("http://central", &code)
        };
        let number = self.number();
        let server = self.server_of(which);
        self.machines[which].talk = Some(Talk {
            number,
            server,
            conversation,
            waits_for: 0,
            tries: 0,
        });
        self.ask(which)
    }

    /// A code for a device, as an administrator makes it at the server.
    pub fn new_code(&mut self) -> Option<String> {
        let central = self.machines[CENTRAL].node.clone()?;
        let role = self.role_for_device();
        let code = central.new_enrol_code(None, role, CODE_MILLIS);
        self.check_power(CENTRAL);
        // A wrong code now and then.
        match code {
            Ok(_) if !self.quiet && self.dice.percent(5) => Some("WRONG-CODE".to_owned()),
            Ok(code) => Some(code.code),
            Err(_) => None,
        }
    }

    /// A handheld asks the next question of its conversation, or ends it.
    fn ask(&mut self, which: usize) -> Result<(), Failure> {
        let Some(talk) = &mut self.machines[which].talk else {
            return Ok(());
        };
        match talk.conversation.question() {
            Ok(Some(question)) => {
                let body = self.maybe_old(which, question.route, question.body);
                self.send(which, question.route, &body);
                Ok(())
            }
            Ok(None) => self.ended(which),
            Err(error) => self.broken_off(which, &error),
        }
    }

    /// Now and then a program asks that speaks no protocol of this server's any more.
    fn maybe_old(&mut self, which: usize, route: &str, body: Vec<u8>) -> Vec<u8> {
        let is_strange = !self.quiet && self.machines[which].strange_until > self.now();
        if route != "hello" || !(is_strange || self.dice.percent(2)) {
            return body;
        }
        let Ok(mut hello) = Hello::from_bytes(&body) else {
            return body;
        };
        self.counters.meet("fault", "old protocol");
        let version = if is_strange { u32::from(u16::MAX) } else { 0 };
        (hello.proto_min, hello.proto_max) = (version, version);
        hello.to_bytes().unwrap_or(body)
    }

    fn send(&mut self, which: usize, route: &'static str, body: &[u8]) {
        let number = self.number();
        let mut to = CENTRAL;
        if let Some(talk) = &mut self.machines[which].talk {
            talk.waits_for = number;
            to = talk.server;
        }
        self.later(PATIENCE, Event::Late(which, number));
        let copies = match self.dice.below(20) {
            0 => 0,
            1 => 2,
            _ => 1,
        };
        let name = self.machines[which].name.clone();
        match copies {
            0 => self.counters.meet("fault", "request lost"),
            2 => self.counters.meet("fault", "request twice"),
            _ => {}
        }
        self.tell(|| format!("{name} asks {route} ({number}), which arrives {copies} times"));
        for _ in 0..copies {
            let body = self.maybe_cut(body, "request cut");
            let request = Request {
                from: which,
                to,
                number,
                route,
                body,
            };
            let millis = self.delay();
            self.later(millis, Event::Asked(request));
        }
    }

    /// Two paths: a short one, and one that may take longer than anybody waits.
    fn delay(&mut self) -> u64 {
        match self.dice.below(10) {
            0..=6 => self.dice.within(5, 200),
            7 | 8 => self.dice.within(500, 5_000),
            _ => self.dice.within(5_000, 2 * PATIENCE),
        }
    }

    fn maybe_cut(&mut self, body: &[u8], what: &str) -> Vec<u8> {
        if body.is_empty() || !self.dice.percent(2) {
            return body.to_vec();
        }
        self.counters.meet("fault", what);
        let end = self.dice.below(body.len() as u64);
        body[..usize::try_from(end).unwrap_or(0)].to_vec()
    }

    /// A request reaches the server.
    ///
    /// # Errors
    /// When the answer says what it must not.
    pub fn asked(&mut self, request: &Request) -> Result<(), Failure> {
        let kind = match self.dice.below(60) {
            0 => Some(AnswerKind::Page(200)),
            1 => Some(AnswerKind::Page(413)),
            2 => Some(AnswerKind::Wire(WireAnswer {
                status: 502,
                body: Vec::new(),
            })),
            _ => None,
        };
        let kind = match kind {
            Some(other) => {
                self.counters.meet("fault", "other answer");
                Some(other)
            }
            None => self.handle(request)?,
        };
        // A server that loses its power says nothing.
        let Some(kind) = kind else { return Ok(()) };
        let kind = match kind {
            AnswerKind::Wire(mut answer) => match self.dice.below(40) {
                0 | 1 => {
                    self.counters.meet("fault", "answer lost");
                    return Ok(());
                }
                2 => {
                    self.counters.meet("fault", "answer cut");
                    AnswerKind::Broken
                }
                _ => {
                    answer.body = self.maybe_cut(&answer.body, "answer cut");
                    AnswerKind::Wire(answer)
                }
            },
            other => other,
        };
        let millis = self.delay();
        self.later(
            millis,
            Event::Answered(Answer {
                to: request.from,
                number: request.number,
                kind,
            }),
        );
        Ok(())
    }

    /// The server does what is asked; none when it loses its power meanwhile.
    fn handle(&mut self, request: &Request) -> Result<Option<AnswerKind>, Failure> {
        let (to, route) = (request.to, request.route);
        let whose = self.machines[to].role.word();
        let server = self.machines[to].node.clone();
        let Some(server) = server.filter(|_| !self.is_cut_off(request.from)) else {
            self.counters.meet("fault", &format!("{whose} down"));
            return Ok(Some(AnswerKind::Refused));
        };
        if route == "enroll" && self.is_hub(to) {
            return self.enroll_above(to, &request.body).map(Some);
        }
        let answer = server.handle(route, &request.body);
        drop(server);
        let status = answer.status;
        let name = self.machines[to].name.clone();
        self.tell(|| format!("{name} answers {route} ({}) with {status}", request.number));
        if self.check_power(to) {
            return Ok(None);
        }
        self.counters.meet(
            ANSWERS[usize::from(self.is_hub(to))],
            &format!("{route} {status}"),
        );
        if route == "sync" && status == 200 {
            self.observe(to, &request.body, &answer.body)?;
            if self.is_hub(to) && self.dice.percent(50) {
                self.later(SECOND / 4, Event::HandOn(to));
            }
        }
        // Trouble with its disk: somebody starts it again.
        let is_trouble = ErrorMessage::from_bytes(&answer.body);
        if status == 503 && is_trouble.is_ok_and(|said| said.code == "server-trouble") {
            self.machines[to].close();
            self.later(SECOND, Event::Start(to));
        }
        Ok(Some(AnswerKind::Wire(answer)))
    }

    /// What the server tells of its order is remembered.
    ///
    /// # Errors
    /// When it says another thing than before.
    pub fn observe(&mut self, server: usize, request: &[u8], answer: &[u8]) -> Result<(), Failure> {
        let asked = Envelope::from_bytes(request).and_then(|sealed| {
            let body: &[u8] = &sealed.body;
            SyncRequest::from_bytes(body)
        });
        let (Ok(asked), Ok(answer)) = (asked, SyncAnswer::from_bytes(answer)) else {
            return Err("the server answered a request with what cannot be read".to_owned());
        };
        let family = ANSWERS[usize::from(self.is_hub(server))];
        if answer.restart {
            self.counters.meet(family, "sync again");
        }
        if answer.runs.is_empty() {
            self.counters.meet(family, "sync nothing new");
        }
        let named_alone = answer.runs.iter().any(|run| run.batch.is_none());
        let with_batch = answer.runs.iter().any(|run| run.batch.is_some());
        for (is_so, what) in [
            (with_batch, "sync runs with entries"),
            (named_alone, "sync runs named alone"),
            (!answer.held.is_empty(), "sync held"),
            (!answer.loose.is_empty(), "sync loose"),
            (answer.revoked, "sync revoked"),
        ] {
            if is_so {
                self.counters.meet(family, what);
            }
        }
        for (is_so, what) in [
            (!asked.push.is_empty(), "pushes"),
            (!asked.have.is_empty(), "claims"),
            (!asked.again.is_empty(), "gives back"),
            (!asked.certificates.is_empty(), "shows certificates"),
        ] {
            if is_so {
                self.counters.meet("request", what);
            }
        }
        for reject in &answer.rejects {
            let what = format!("{:?}", reject.code);
            self.tell(|| format!("a batch is rejected: {what}"));
            self.counters.meet("reject", &what);
        }
        if self.is_hub(server) {
            return self.memory.numbers.judge_hub(&asked, &answer);
        }
        self.memory.numbers.observe(&asked, &answer)
    }

    /// An answer reaches the handheld.
    ///
    /// # Errors
    /// When something was seen that may not be.
    pub fn answered(&mut self, answer: &Answer) -> Result<(), Failure> {
        let which = answer.to;
        let Some(talk) = &mut self.machines[which].talk else {
            return Ok(());
        };
        if talk.waits_for != answer.number {
            self.counters.meet("fault", "answer too late");
            return Ok(());
        }
        talk.waits_for = 0;
        talk.tries = 0;
        let taken = match &answer.kind {
            AnswerKind::Wire(wire) => talk.conversation.answer(wire.status, &wire.body),
            AnswerKind::Page(413) if self.options.copied => {
                self.counters.meet("fault", "request too large");
                talk.conversation.too_large()
            }
            AnswerKind::Page(status) => {
                Err(talk.conversation.unreachable(format!("a page, {status}")))
            }
            AnswerKind::Refused => Err(talk.conversation.unreachable("nobody is there")),
            AnswerKind::Broken => Err(talk.conversation.unreachable("the answer was cut off")),
        };
        match taken {
            Ok(()) => self.ask(which),
            Err(error) => self.broken_off(which, &error),
        }
    }

    /// No answer came: it is asked once more, or given up.
    ///
    /// # Errors
    /// When something was seen that may not be.
    pub fn late(&mut self, which: usize, request: u64) -> Result<(), Failure> {
        let Some(talk) = &mut self.machines[which].talk else {
            return Ok(());
        };
        if talk.waits_for != request {
            return Ok(());
        }
        talk.tries += 1;
        if talk.tries <= TRIES {
            return self.ask(which);
        }
        let error = talk.conversation.unreachable("no answer came");
        self.broken_off(which, &error)
    }

    /// A conversation came to its end.
    fn ended(&mut self, which: usize) -> Result<(), Failure> {
        let talk = self.machines[which].talk.take();
        let name = self.machines[which].name.clone();
        let server = talk.as_ref().map_or(CENTRAL, |talk| talk.server);
        if let Some(report) = talk.and_then(|talk| talk.conversation.sync_report()) {
            self.tell(|| format!("{name} has synced: {report:?}"));
            let how = if report.at_hub { "at a hub" } else { "synced" };
            self.counters.meet("talk ends", how);
            return self.judge_report(which, server, &report);
        }
        self.tell(|| format!("{name} is enrolled"));
        self.counters.meet("talk ends", "enrolled");
        self.check_power(which);
        Ok(())
    }

    fn broken_off(&mut self, which: usize, error: &NodeError) -> Result<(), Failure> {
        self.machines[which].talk = None;
        let name = self.machines[which].name.clone();
        self.tell(|| format!("{name} breaks off: {}", chain(error)));
        if self.check_power(which) {
            return Ok(());
        }
        let code = match error {
            NodeError::ServerSaid { code, .. } => code.as_str(),
            error => error.code(),
        };
        self.counters.meet("talk ends", code);
        self.judge_error(which, error)?;
        if matches!(error, NodeError::Append(_) | NodeError::Failed(_)) {
            self.machines[which].close();
            self.later(1_000, Event::Start(which));
        }
        Ok(())
    }
}
