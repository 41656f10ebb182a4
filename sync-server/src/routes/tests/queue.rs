//! When all devices come back at once: they queue, nobody is forgotten, and pages answer meanwhile.

use std::time::Duration;

use ledger_node::Question;
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::timeout;

use super::*;

/// Longer than anything in here should take.
const LONG: Duration = Duration::from_secs(40);
/// How many devices come back.
const DEVICES: usize = 50;

struct Shore {
    app: App,
    router: Router,
    hello: Question,
}

impl Shore {
    fn new() -> Self {
        let clock = Arc::new(SystemClock);
        let server = Node::in_memory(NodeKind::Server, "central", clock.clone()).unwrap();
        let device = Node::in_memory(NodeKind::Handheld, "counter", clock).unwrap();
        let asked = device.begin_enroll("http://127.0.0.1:1", "any").question();
        let app = App::new(server);
        Self {
            router: all(app.clone()),
            app,
            hello: asked.unwrap().unwrap(),
        }
    }

    fn send(&self, request: Request<Body>) -> JoinHandle<StatusCode> {
        let answering = self.router.clone().oneshot(request);
        tokio::spawn(async move { answering.await.unwrap().status() })
    }

    fn all_say_hello(&self) -> Vec<JoinHandle<StatusCode>> {
        let hello = || {
            let request = Request::post("/sync/v1/hello");
            request.body(Body::from(self.hello.body.clone())).unwrap()
        };
        (0..DEVICES).map(|_| self.send(hello())).collect()
    }

    /// A page answers; by then the devices would have, too.
    async fn look_at_a_page(&self) {
        for _ in 0..DEVICES {
            let page = Request::get("/login").body(Body::empty()).unwrap();
            let status = timeout(LONG, self.send(page)).await.unwrap().unwrap();
            assert_eq!(status, StatusCode::OK);
            yield_now().await;
        }
    }

    /// Everything that devices share is taken by somebody until this is over.
    async fn hold_up(&self, held: Vec<OwnedSemaphorePermit>) {
        let devices = self.all_say_hello();
        self.look_at_a_page().await;
        let waiting = devices.iter().filter(|it| !it.is_finished()).count();
        assert_eq!(waiting, DEVICES, "they wait for their turn");
        drop(held);
        for device in devices {
            let status = timeout(LONG, device).await.unwrap().unwrap();
            assert_eq!(status, StatusCode::OK);
        }
    }
}

#[tokio::test]
async fn devices_wait_for_their_turn_and_pages_do_not() {
    let shore = Shore::new();
    let mut turns = Vec::new();
    while let Ok(turn) = timeout(Duration::ZERO, shore.app.turn()).await {
        turns.push(turn.unwrap());
    }
    assert!((2..100).contains(&turns.len()), "a few at a time");
    shore.hold_up(turns).await;
}

#[tokio::test]
async fn what_arrives_waits_for_room_and_pages_do_not() {
    let shore = Shore::new();
    let mut room = Vec::new();
    while let Ok(some) = timeout(Duration::ZERO, shore.app.room_for(8 << 20)).await {
        room.push(some.unwrap());
    }
    assert!((2..100).contains(&room.len()), "some hundred megabytes");
    shore.hold_up(room).await;
}
