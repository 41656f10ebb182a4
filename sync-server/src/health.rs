//! Whether the server is well: two routes that need no token and tell nothing else, and the
//! command that asks them.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde_json::json;

use crate::admin;
use crate::app::App;
use crate::cli::HealthArgs;
use crate::fault::{Fault, UNREACHABLE};
use crate::http_get;
use crate::problem::Problem;
use crate::report::Report;

/// `/healthz`: the program runs. `/readyz`: the ledger can be read.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
}

async fn ready(State(app): State<App>) -> Result<&'static str, Problem> {
    app.look(|view| Ok(view.fold().entry_count())).await?;
    Ok("ready\n")
}

/// Asks a running server.
pub(crate) fn check(arguments: &HealthArgs, report: Report) -> Result<(), Fault> {
    let (url, pin) = match (&arguments.url, &arguments.data) {
        (Some(url), _) => (url.trim_end_matches('/').to_owned(), None),
        (None, Some(data)) => admin::running(data)?,
        (None, None) => return Err(Fault::new("usage", "name the server with --url or --data")),
    };
    let answer = http_get::get(&url, pin, "/readyz", None).map_err(|reason| {
        let text = format!("the server at {url} is not reachable: {reason}");
        Fault::new("unreachable", text).exit(UNREACHABLE)
    })?;
    if answer.status != 200 {
        let text = format!(
            "the server at {url} is not well: it answers {}",
            answer.status
        );
        return Err(Fault::new("not-ready", text));
    }
    report.result(&json!({ "ok": true, "url": url }), |_| {
        format!("the server at {url} is well")
    });
    Ok(())
}
