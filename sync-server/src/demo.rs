//! `demo`: a workshop with two sites, a real server and two handhelds that worked offline.
//!
//! Everything is real but the people and the clock: the server keeps a redb store and answers
//! HTTP on this machine, the handhelds keep sled stores in directories of their own and reach the
//! server through `ledger-node` alone. The data are invented and our own. The clock shows
//! yesterday morning, so that nothing lies in the future.

mod afternoon;
mod clock;
mod compare;
mod handheld;
mod morning;
mod parts;
mod plans;
mod proxy;
mod story;
mod workshop;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use ledger_core::UserName;
use ledger_core::at_entry::users;
use ledger_core::catalogue::Role;
use ledger_node::{Actor, Node, NodeKind};
use serde_json::json;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use self::clock::{Day, StoryClock};
use self::story::{Cast, Told};
use crate::alerts::{self, Alerts, Pace};
use crate::app::App;
use crate::cli::{DEFAULT_LISTEN, DemoArgs};
use crate::fault::Fault;
use crate::report::Report;
use crate::signals::Stop;
use crate::{admin, listen, routes, serve};

/// Who looks at the pages of the demonstration.
const VISITOR: &str = "demo";

/// Tells the story, and serves until Ctrl-C unless `--once`.
pub(crate) fn run(arguments: &DemoArgs, report: Report) -> Result<(), Fault> {
    let temporary = match &arguments.data {
        Some(_) => None,
        None => Some(
            TempDir::with_prefix("stockledger-demo-")
                .map_err(|error| Fault::system("making a temporary directory", &error))?,
        ),
    };
    let dir = match (&arguments.data, &temporary) {
        (Some(dir), _) => dir.as_path(),
        (None, Some(temporary)) => temporary.path(),
        (None, None) => Path::new("."),
    };
    let runtime = serve::runtime()?;
    let told = runtime.block_on(show(dir, arguments.once, report));
    drop(runtime);
    told
}

async fn show(dir: &Path, once: bool, report: Report) -> Result<(), Fault> {
    let mut stop = Stop::listen().map_err(|error| Fault::system("taking signals over", &error))?;
    let day = Day::yesterday();
    let clock = Arc::new(StoryClock::at(day.at(7, 30)));
    let server_dir = dir.join("server");
    let server = Node::init(
        &server_dir,
        NodeKind::Server,
        "central",
        Arc::clone(&clock) as _,
    )?;
    let listener = listen(once).await?;
    let url = format!("http://{}", listen::reached(&listener)?);
    let address = listener
        .local_addr()
        .map_err(|error| Fault::system("listening", &error))?;
    let socket = admin::Socket::listen(&server_dir, server.clone(), url.clone())?;
    let (end, ended) = oneshot::channel::<()>();
    let until = async move {
        // Ends by a word or when the other half is gone.
        drop(ended.await);
    };
    let app = App::with_alerts(server.clone(), Alerts::open(&server_dir));
    let serving = tokio::spawn(serve::serve_until(
        listener,
        routes::all(app.clone()),
        app.clone(),
        until,
    ));
    let cast = Cast {
        dir,
        day,
        clock,
        server: &server,
        url: &url,
        address,
        report,
    };
    let told = tokio::select! {
        told = story::tell(&cast) => Some(told),
        () = stop.wished() => None,
    };
    let finished = match told {
        Some(Ok(told)) => {
            finish(&told, &url, report);
            if !once {
                open_pages(&app, &server, &url, report).await?;
                stop.wished().await;
            }
            told.verdict()
        }
        Some(Err(fault)) => Err(fault),
        None => Ok(()),
    };
    drop(end);
    if let Ok(Err(error)) = serving.await {
        tracing::warn!(%error, "the server did not end well");
    }
    socket.close();
    server.close()?;
    finished
}

/// The usual port, so that the address is easy to type, or any that is free.
async fn listen(once: bool) -> Result<TcpListener, Fault> {
    let free = SocketAddr::from(([127, 0, 0, 1], 0));
    if let (false, Ok(usual)) = (once, DEFAULT_LISTEN.parse())
        && let Ok(listener) = TcpListener::bind::<SocketAddr>(usual).await
    {
        return Ok(listener);
    }
    serve::bind(free).await
}

/// Says what came out.
fn finish(told: &Told, url: &str, report: Report) {
    let result = json!({
        "url": url,
        "agree": told.differences.is_empty(),
        "items": told.items,
        "order_lines": told.order_lines,
        "differences": told.differences,
        "state_hash": told.state_hash,
    });
    report.json(&result);
}

/// Adds somebody who may look at everything, and says how.
async fn open_pages(app: &App, server: &Node, url: &str, report: Report) -> Result<(), Fault> {
    let change = users::UserChange {
        role: Some(Role::Administrator),
        ..users::UserChange::default()
    };
    server.write(&Actor::default(), |fold| users::add(fold, VISITOR, &change))?;
    let password = server.new_secret()?;
    let verifier = app.passwords().make(password.clone()).await;
    let verifier = verifier.map_err(|problem| Fault::new("internal", problem.detail))?;
    let visitor = UserName::new(VISITOR).map_err(|error| Fault::system("naming", &error))?;
    server.set_password(&visitor, verifier)?;
    drop(tokio::spawn(alerts::run(app.clone(), Pace::USUAL)));
    report.line(&format!("\nLook at the pages: {url}/"));
    report.line(&format!(
        "Log in as:         {VISITOR}, password {password}"
    ));
    match server.new_token("demo", Role::Viewer) {
        Ok(token) => {
            let bearer = format!("curl -H 'Authorization: Bearer {token}'");
            report.line(&format!("Ask the API:       {bearer} {url}/api/v1/items"));
        }
        Err(error) => report.line(&format!("The API has no token: {error}")),
    }
    report.line("Stop with Ctrl-C.");
    Ok(())
}
