//! `serve`: the network side of the server, from the first start to the orderly end.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::{Listener, ListenerExt as _};
use ledger_node::{Node, Pin};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use crate::alerts::{self, Alerts, Pace};
use crate::app::App;
use crate::cli::ServeArgs;
use crate::fault::Fault;
use crate::listen::{self, Speech};
use crate::report::Report;
use crate::signals::{Hangup, Stop};
use crate::tls::{self, Door, Identity, OwnFiles, PATIENCE};
use crate::{admin, data, headers, routes, upstream};

/// How long requests may take to finish after the wish to stop.
const GOODBYE: Duration = Duration::from_secs(10);

/// Serves until it is told to stop.
pub(crate) fn run(arguments: &ServeArgs, report: Report) -> Result<(), Fault> {
    let address = listen::address(&arguments.listen)?;
    let speech = listen::speech(arguments, address)?;
    start_log(&arguments.log, arguments.log_json)?;
    let dir = &arguments.data.data;
    let upstream = arguments.upstream.as_deref();
    let node = data::open_or_make(dir, &arguments.name, upstream.is_some(), report)?;
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        if let Some(upstream) = upstream {
            upstream::enroll(&node, upstream, arguments.upstream_code.as_deref()).await?;
        }
        let listener = bind(address).await?;
        let front = Front::make(speech, dir, &listener)?;
        node.serve_with(front.pin())?;
        let url = front.url(&listener)?;
        let stop = Stop::listen().map_err(|error| Fault::system("taking signals over", &error))?;
        let socket = admin::Socket::listen(dir, node.clone(), url.clone())?;
        report.address("stock-server is listening at", &url);
        if let Some(link) = set_up_link(&node, &url)? {
            report.notice(&format!(
                "nobody is set up yet; open this link once, within three days, to begin: {link}"
            ));
        }
        let pin = front.pin().map(tracing::field::display);
        tracing::info!(url, pin, data = %dir.display(), "serving");
        let app = App::with_alerts(node.clone(), Alerts::open(dir));
        prepare(&app);
        let pace = arguments.alerts_pace_ms.map_or(Pace::USUAL, Pace::of_begin);
        // It ends by itself when the app closes.
        drop(tokio::spawn(alerts::run(app.clone(), pace)));
        let above = node
            .is_hub()
            .then(|| tokio::spawn(upstream::keep_in_step(node.clone(), app.above().clone())));
        front.serve(listener, app, &node, stop).await?;
        if let Some(above) = above {
            above.abort();
            // Its copy of the node is gone with it.
            let _aborted = above.await;
        }
        socket.close();
        Ok(())
    });
    drop(runtime);
    let closed = node.close().map_err(Fault::from);
    tracing::info!("stopped");
    served.and(closed)
}

/// The link with which somebody begins; a hub has no users of its own.
fn set_up_link(node: &Node, url: &str) -> Result<Option<String>, Fault> {
    if node.is_hub() {
        return Ok(None);
    }
    admin::users::setup_link(node, url)
}

/// Works out what the first page will ask.
fn prepare(app: &App) {
    let app = app.clone();
    tokio::spawn(async move {
        app.look(|view| {
            view.prepare();
            Ok(())
        })
        .await
    });
}

/// What stands between the socket and the routes: nothing, or TLS.
enum Front {
    Plain,
    Tls {
        identity: Identity,
        /// Files to look after; none when the server made its certificate itself.
        files: Option<OwnFiles>,
    },
}

impl Front {
    fn make(speech: Speech, dir: &Path, listener: &TcpListener) -> Result<Self, Fault> {
        Ok(match speech {
            Speech::Plain => Self::Plain,
            Speech::OwnFiles(files, identity) => Self::Tls {
                identity,
                files: Some(files),
            },
            Speech::MadeCertificate => {
                let names = tls::names(listen::reached(listener)?.ip());
                Self::Tls {
                    identity: tls::made_or_kept(dir, &names)?,
                    files: None,
                }
            }
        })
    }

    fn pin(&self) -> Option<Pin> {
        match self {
            Self::Plain => None,
            Self::Tls { identity, .. } => Some(identity.pin),
        }
    }

    fn url(&self, listener: &TcpListener) -> Result<String, Fault> {
        let scheme = match self {
            Self::Plain => "http",
            Self::Tls { .. } => "https",
        };
        Ok(format!("{scheme}://{}", listen::reached(listener)?))
    }

    async fn serve(
        self,
        listener: TcpListener,
        app: App,
        node: &Node,
        stop: Stop,
    ) -> Result<(), Fault> {
        let Self::Tls { identity, files } = self else {
            return serve(listener, routes::all(app.clone()), app, stop).await;
        };
        let (config, served) = watch::channel(Arc::clone(&identity.config));
        let door = Door::open(listener, served, PATIENCE)
            .map_err(|error| Fault::system("listening", &error))?;
        let keeping_up = match files {
            Some(files) => {
                let hangup = Hangup::listen();
                let hangup =
                    hangup.map_err(|error| Fault::system("taking signals over", &error))?;
                Some(tokio::spawn(tls::keep_up(
                    files,
                    identity,
                    node.clone(),
                    config,
                    hangup,
                )))
            }
            None => None,
        };
        let routes = headers::over_tls(routes::all(app.clone()));
        let done = serve(door, routes, app, stop).await;
        if let Some(keeping_up) = keeping_up {
            keeping_up.abort();
        }
        done
    }
}

/// Serves on a socket that the caller owns, until the wish to stop; then lets requests finish.
async fn serve<L>(listener: L, routes: Router, app: App, mut stop: Stop) -> Result<(), Fault>
where
    L: Listener<Addr = SocketAddr>,
{
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let wished = async move {
        stop.wished().await;
        if tell.send(()).is_err() {
            tracing::debug!("serving had ended before");
        }
    };
    let serving = serve_until(listener, routes, app, wished);
    let too_long = async {
        if told.await.is_ok() {
            tokio::time::sleep(GOODBYE).await;
        } else {
            std::future::pending::<()>().await;
        }
    };
    tokio::select! {
        served = serving => served.map_err(|error| Fault::system("serving", &error)),
        () = too_long => {
            tracing::warn!("some requests did not finish in time");
            Ok(())
        }
    }
}

/// Serves until the future is done.
pub(crate) async fn serve_until<L>(
    listener: L,
    routes: Router,
    app: App,
    until: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()>
where
    L: Listener<Addr = SocketAddr>,
{
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    let until = async move {
        until.await;
        app.close();
    };
    // Tapping nothing: so any listener tells the routes who connected.
    axum::serve(listener.tap_io(|_| {}), service)
        .with_graceful_shutdown(until)
        .await
}

/// The runtime of everything that waits for the network.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Fault> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::system("starting", &error))
}

/// Binds the address that was asked for.
pub(crate) async fn bind(address: SocketAddr) -> Result<TcpListener, Fault> {
    TcpListener::bind(address).await.map_err(|error| {
        let fault = Fault::new(
            "cannot-listen",
            format!("cannot listen on {address}: {error}"),
        );
        fault
            .hint("stop what uses the port, or name another with --listen; port 0 takes a free one")
    })
}

fn start_log(filter: &str, json: bool) -> Result<(), Fault> {
    let bad = |error: &dyn std::error::Error| {
        Fault::new(
            "bad-log-filter",
            format!("{filter:?} is no log filter: {error}"),
        )
    };
    let filter = EnvFilter::try_new(filter).map_err(|error| bad(&error))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    if json {
        log.json().init();
    } else {
        log.with_ansi(false).init();
    }
    Ok(())
}
