//! Devices that wait for news: they hear it when it is there, and nobody waits without an end.

use std::time::Duration;

use ledger_node::Waiter;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::{Instant, timeout};

use super::*;
use crate::alerts::Alerts;

/// Longer than any wait in here should take.
const LONG: Duration = Duration::from_secs(40);

/// A server, and a device that holds all that is there.
struct Two {
    app: App,
    router: Router,
    room: usize,
    device: Node,
    waiter: Waiter,
    _store: tempfile::TempDir,
}

async fn sync(app: &App, device: &Node) -> SyncProgress {
    let conversation = device.begin_sync().unwrap();
    app.work(move |server| carry(server, conversation))
        .await
        .unwrap()
        .unwrap()
}

fn enrolled(server: &Node, device: &Node) {
    let code = server.new_enrol_code(None, None, 60_000).unwrap().code;
    carry(server, device.begin_enroll("http://127.0.0.1:1", &code)).unwrap();
}

async fn write(app: &App, sku: &'static str) {
    let plan = move |fold: &Fold| add_item(fold, sku, &ItemChange::default());
    app.work(move |node| node.write(&Actor::default(), plan).map(|_| ()))
        .await
        .unwrap()
        .unwrap();
}

impl Two {
    async fn with_room_for(room: usize) -> Self {
        let clock = Arc::new(SystemClock);
        let server = Node::in_memory(NodeKind::Server, "central", clock.clone()).unwrap();
        let store = tempfile::tempdir().unwrap();
        let dir = store.path().join("store");
        let device = Node::init(&dir, NodeKind::Handheld, "counter", clock).unwrap();
        enrolled(&server, &device);
        let app = App::with_room_for(server.clone(), room, Alerts::in_memory());
        sync(&app, &device).await;
        let mut waiter = Waiter::of_store(&dir).unwrap();
        let hello = server.handle_hello(&waiter.hello().unwrap().body);
        waiter.greeted(hello.status, &hello.body).unwrap();
        assert!(waiter.can_wait());
        waiter.stand_where(&device).unwrap();
        let router = all(app.clone());
        Self {
            app,
            router,
            room,
            device,
            waiter,
            _store: store,
        }
    }

    /// Begins to wait; what comes of it says whether there is news.
    fn wait(&self, limit: Duration) -> JoinHandle<(StatusCode, Vec<u8>)> {
        let question = self.waiter.question(limit).unwrap().unwrap();
        let path = format!("/sync/v1/{}", question.route);
        let request = Request::post(path).body(Body::from(question.body)).unwrap();
        let answering = self.router.clone().oneshot(request);
        tokio::spawn(async move {
            let (parts, body) = answering.await.unwrap().into_parts();
            (
                parts.status,
                to_bytes(body, 1 << 20).await.unwrap().to_vec(),
            )
        })
    }

    /// Waits until so many devices wait.
    async fn until_waiting(&self, count: usize) {
        let waiting = async {
            while self.app.waiting(self.room) != count {
                yield_now().await;
            }
        };
        timeout(LONG, waiting).await.unwrap();
    }

    async fn heard(&mut self, waiting: JoinHandle<(StatusCode, Vec<u8>)>) -> bool {
        let (status, body) = timeout(LONG, waiting).await.unwrap().unwrap();
        self.waiter.heard(status.as_u16(), &body).unwrap()
    }
}

#[tokio::test]
async fn news_that_is_there_is_told_at_once() {
    let mut two = Two::with_room_for(1).await;
    write(&two.app, "R-1").await;
    let waiting = two.wait(LONG);
    assert!(two.heard(waiting).await);
    // Whoever has fetched it waits again.
    assert_eq!(sync(&two.app, &two.device).await.pulled, 1);
    two.waiter.stand_where(&two.device).unwrap();
    let waiting = two.wait(Duration::from_millis(50));
    assert!(!two.heard(waiting).await);
}

#[tokio::test]
async fn news_that_comes_later_ends_the_wait() {
    let mut two = Two::with_room_for(1).await;
    let waiting = two.wait(LONG);
    two.until_waiting(1).await;
    write(&two.app, "R-1").await;
    assert!(two.heard(waiting).await);
    two.until_waiting(0).await;
}

#[tokio::test]
async fn a_wait_without_news_ends_at_its_limit() {
    let mut two = Two::with_room_for(1).await;
    let begun = Instant::now();
    let waiting = two.wait(Duration::from_millis(200));
    assert!(!two.heard(waiting).await);
    assert!(begun.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_sync_that_brings_nothing_is_no_news() {
    let mut two = Two::with_room_for(1).await;
    let waiting = two.wait(Duration::from_millis(300));
    two.until_waiting(1).await;
    assert_eq!(sync(&two.app, &two.device).await.pushed, 0);
    assert!(!two.heard(waiting).await);
}

#[tokio::test]
async fn where_there_is_no_room_nobody_waits() {
    let mut two = Two::with_room_for(1).await;
    let first = two.wait(LONG);
    two.until_waiting(1).await;
    let second = two.wait(LONG);
    assert!(!two.heard(second).await);
    assert!(!first.is_finished());
    write(&two.app, "R-1").await;
    assert!(two.heard(first).await);
}

#[tokio::test]
async fn a_server_that_stops_lets_everybody_go() {
    let mut two = Two::with_room_for(2).await;
    let waiting = two.wait(LONG);
    two.until_waiting(1).await;
    two.app.close();
    assert!(!two.heard(waiting).await);
    let late = two.wait(LONG);
    assert!(!two.heard(late).await);
}

#[tokio::test]
async fn who_is_not_known_does_not_wait() {
    let mut two = Two::with_room_for(1).await;
    let stranger = Two::with_room_for(1).await;
    two.waiter = stranger.waiter;
    let (status, _) = timeout(LONG, two.wait(LONG)).await.unwrap().unwrap();
    assert_eq!(status, StatusCode::FORBIDDEN);
    two.until_waiting(0).await;
}
