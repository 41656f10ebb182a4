//! Takes up a new certificate while the server runs.

use std::sync::Arc;
use std::time::Duration;

use ledger_node::Node;
use rustls::ServerConfig;
use tokio::sync::watch;

use super::Identity;
use super::files::OwnFiles;
use crate::signals::Hangup;

/// How often the files are looked at; reading them takes a change or a signal.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Serves the certificate that the files hold from when they change, or when somebody wishes so.
/// Connections that are open stay as they are; what cannot be served leaves the old one in place.
pub(crate) async fn keep_up(
    files: OwnFiles,
    first: Identity,
    node: Node,
    served: watch::Sender<Arc<ServerConfig>>,
    mut hangup: Hangup,
) {
    let mut known = first.look;
    loop {
        let is_wished = tokio::select! {
            () = hangup.heard() => true,
            () = tokio::time::sleep(LOOK_EVERY) => false,
        };
        let look = files.look();
        if !is_wished && look == known {
            continue;
        }
        known = look;
        let (files, node) = (files.clone(), node.clone());
        let read = tokio::task::spawn_blocking(move || {
            let identity = files.read().map_err(|error| super::fault(&error).text)?;
            // The word comes before the key: a handheld that meets the new key asks for it.
            let noted = node.serve_with(Some(identity.pin));
            noted.map_err(|error| error.to_string())?;
            Ok::<_, String>(identity)
        });
        match read.await {
            Ok(Ok(identity)) => {
                served.send_replace(identity.config);
                tracing::info!(pin = %identity.pin, "the certificate was taken up anew");
            }
            Ok(Err(reason)) => {
                tracing::error!(
                    reason,
                    "the old certificate stays: the new one cannot be served"
                );
            }
            Err(error) => tracing::error!(%error, "the certificate could not be looked at"),
        }
    }
}
