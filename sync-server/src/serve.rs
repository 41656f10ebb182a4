//! `serve`: the network side of the server, from the first start to the orderly end.

use std::future::Future;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::time::Duration;

use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::app::App;
use crate::cli::ServeArgs;
use crate::fault::Fault;
use crate::report::Report;
use crate::signals::Stop;
use crate::{admin, data, routes};

/// How long requests may take to finish after the wish to stop.
const GOODBYE: Duration = Duration::from_secs(10);

/// Serves until it is told to stop.
pub(crate) fn run(arguments: &ServeArgs, report: Report) -> Result<(), Fault> {
    let address = listen_address(&arguments.listen, arguments.insecure_http)?;
    start_log(&arguments.log, arguments.log_json)?;
    let dir = &arguments.data.data;
    let node = data::open_or_make(dir, &arguments.name, report)?;
    let runtime = runtime()?;
    let served = runtime.block_on(async {
        let listener = bind(address).await?;
        let url = url_of(&listener)?;
        let stop = Stop::listen().map_err(|error| Fault::system("taking signals over", &error))?;
        let socket = admin::Socket::listen(dir, node.clone(), url.clone())?;
        report.address("stock-server is listening at", &url);
        if let Some(link) = admin::users::setup_link(&node, &url)? {
            report.notice(&format!(
                "nobody is set up yet; open this link once, within three days, to begin: {link}"
            ));
        }
        tracing::info!(url, data = %dir.display(), "serving");
        let app = App::new(node.clone());
        let prepared = app.clone();
        tokio::spawn(async move {
            prepared
                .look(|view| {
                    view.prepare();
                    Ok(())
                })
                .await
        });
        serve(listener, app, stop).await?;
        socket.close();
        Ok(())
    });
    drop(runtime);
    let closed = node.close().map_err(Fault::from);
    tracing::info!("stopped");
    served.and(closed)
}

/// Serves on a socket that the caller owns, until the wish to stop; then lets requests finish.
pub(crate) async fn serve(listener: TcpListener, app: App, mut stop: Stop) -> Result<(), Fault> {
    let (tell, told) = tokio::sync::oneshot::channel::<()>();
    let wished = async move {
        stop.wished().await;
        if tell.send(()).is_err() {
            tracing::debug!("serving had ended before");
        }
    };
    let serving = serve_until(listener, app, wished);
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
pub(crate) async fn serve_until(
    listener: TcpListener,
    app: App,
    until: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = routes::all(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let until = async move {
        until.await;
        app.close();
    };
    axum::serve(listener, service)
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

/// The address under which this machine reaches a socket.
pub(crate) fn url_of(listener: &TcpListener) -> Result<String, Fault> {
    let address = listener
        .local_addr()
        .map_err(|error| Fault::system("listening", &error))?;
    Ok(format!("http://{address}"))
}

fn listen_address(text: &str, insecure_http: bool) -> Result<SocketAddr, Fault> {
    let bad = |reason: String| {
        Fault::new(
            "bad-address",
            format!("cannot listen on {text:?}: {reason}"),
        )
        .hint("it looks like 127.0.0.1:8440")
    };
    let found = text
        .to_socket_addrs()
        .map_err(|error| bad(error.to_string()))?;
    let addresses: Vec<SocketAddr> = found.collect();
    if !insecure_http && addresses.iter().any(|address| !address.ip().is_loopback()) {
        let text = format!(
            "{text} can be reached from other machines, and this server speaks plain HTTP: \
             anybody on the way could read and change what is sent"
        );
        return Err(Fault::new("plain-http", text).hint(
            "listen on 127.0.0.1, put a TLS proxy before it, or say --insecure-http on a network \
             that you trust",
        ));
    }
    addresses
        .first()
        .copied()
        .ok_or_else(|| bad("the name has no address".to_owned()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine_unless_told_otherwise() {
        for local in ["127.0.0.1:0", "[::1]:8440", "localhost:8440"] {
            assert!(listen_address(local, false).is_ok(), "{local}");
        }
        for open in ["0.0.0.0:8440", "[::]:8440", "192.0.2.1:80"] {
            let fault = listen_address(open, false).unwrap_err();
            assert!(fault.hint.unwrap().contains("--insecure-http"), "{open}");
            assert!(listen_address(open, true).is_ok(), "{open}");
        }
        assert_eq!(
            listen_address("8440", false).unwrap_err().code,
            "bad-address"
        );
    }
}
