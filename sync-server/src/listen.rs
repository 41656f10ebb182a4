//! Where the server listens, and whether it speaks TLS there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs as _, UdpSocket};

use tokio::net::TcpListener;

use crate::cli::ServeArgs;
use crate::fault::{Fault, WRONG_USAGE};
use crate::tls::{self, Identity, OwnFiles};

/// Addresses that documents use and no machine has: routes to them are those to the world.
const WORLD: [IpAddr; 2] = [
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
    IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
];

/// What is spoken on the address.
#[derive(Debug)]
pub(crate) enum Speech {
    /// Plain HTTP.
    Plain,
    /// TLS with a certificate that the server makes at its first start.
    MadeCertificate,
    /// TLS with a certificate that the owner looks after, as it is now.
    OwnFiles(OwnFiles, Identity),
}

/// The address that is written so.
pub(crate) fn address(text: &str) -> Result<SocketAddr, Fault> {
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
    // A name with several addresses is as open as the most open of them.
    let open = addresses.iter().find(|address| !address.ip().is_loopback());
    open.or(addresses.first())
        .copied()
        .ok_or_else(|| bad("the name has no address".to_owned()))
}

/// What is spoken there: TLS on every address that other machines reach, unless told otherwise.
pub(crate) fn speech(arguments: &ServeArgs, address: SocketAddr) -> Result<Speech, Fault> {
    let usage = |text: &str, hint: &str| {
        let fault = Fault::new("usage", text).hint(hint);
        Err(fault.exit(WRONG_USAGE))
    };
    match (&arguments.tls_cert, &arguments.tls_key) {
        (Some(_), Some(_)) if arguments.insecure_http => usage(
            "--insecure-http says plain HTTP, --tls-cert says TLS",
            "leave one of them away, also in the settings file and the environment",
        ),
        (Some(cert), Some(key)) => {
            let files = OwnFiles {
                cert: cert.clone(),
                key: key.clone(),
            };
            let identity = files.read().map_err(|error| {
                tls::fault(&error).hint("--tls-cert and --tls-key name files in PEM form")
            })?;
            Ok(Speech::OwnFiles(files, identity))
        }
        (Some(_), None) | (None, Some(_)) => usage(
            "a certificate needs its key, and a key its certificate",
            "give both --tls-cert and --tls-key, or neither",
        ),
        (None, None) if arguments.insecure_http || address.ip().is_loopback() => Ok(Speech::Plain),
        (None, None) => Ok(Speech::MadeCertificate),
    }
}

/// The address by which others reach a socket: of one that listens everywhere, the one by which
/// this machine reaches the world.
pub(crate) fn reached(listener: &TcpListener) -> Result<SocketAddr, Fault> {
    let address = listener
        .local_addr()
        .map_err(|error| Fault::system("listening", &error))?;
    if !address.ip().is_unspecified() {
        return Ok(address);
    }
    let worldly = WORLD.into_iter().find_map(own_address_towards);
    let ip = worldly.unwrap_or_else(|| Ipv4Addr::LOCALHOST.into());
    Ok(SocketAddr::new(ip, address.port()))
}

/// Which of our addresses the system would use towards another. Connecting a datagram socket
/// sends nothing.
fn own_address_towards(other: IpAddr) -> Option<IpAddr> {
    let any: IpAddr = match other {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    let socket = UdpSocket::bind((any, 0)).ok()?;
    socket.connect((other, 9)).ok()?;
    let own = socket.local_addr().ok()?.ip();
    (!own.is_unspecified()).then_some(own)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::{Cli, Command};

    fn spoken(flags: &str) -> Result<Speech, Fault> {
        let line = format!("stock-server serve --data x {flags}");
        let Command::Serve(arguments) = Cli::try_parse_from(line.split(' ')).unwrap().command
        else {
            panic!("another command");
        };
        speech(&arguments, address(&arguments.listen)?)
    }

    #[test]
    fn plain_http_stays_on_this_machine_unless_told_otherwise() {
        for local in ["127.0.0.1:0", "[::1]:8440", "localhost:8440"] {
            let spoken = spoken(&format!("--listen {local}"));
            assert!(matches!(spoken, Ok(Speech::Plain)), "{local}");
        }
        for open in ["0.0.0.0:8440", "[::]:8440", "192.0.2.1:80"] {
            let plain = spoken(&format!("--listen {open} --insecure-http"));
            assert!(matches!(plain, Ok(Speech::Plain)), "{open}");
            let spoken = spoken(&format!("--listen {open}"));
            assert!(matches!(spoken, Ok(Speech::MadeCertificate)), "{open}");
        }
        assert_eq!(address("8440").unwrap_err().code, "bad-address");
    }

    #[test]
    fn a_certificate_goes_with_its_key_and_not_with_plain_http() {
        for (flags, code, said) in [
            ("--tls-cert a", "usage", "needs its key"),
            ("--tls-key a", "usage", "needs its key"),
            (
                "--tls-cert a --tls-key b --insecure-http",
                "usage",
                "says plain HTTP",
            ),
            (
                "--tls-cert /nowhere/a --tls-key b",
                "bad-certificate",
                "/nowhere/a cannot be read",
            ),
        ] {
            let fault = spoken(flags).unwrap_err();
            assert_eq!(fault.code, code, "{flags}");
            assert!(fault.text.contains(said), "{flags}: {}", fault.text);
        }
    }

    #[tokio::test]
    async fn a_socket_that_listens_everywhere_is_reached_by_an_address_of_this_machine() {
        let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
        let reached = reached(&listener).unwrap();
        assert_eq!(reached.port(), listener.local_addr().unwrap().port());
        assert!(
            TcpListener::bind((reached.ip(), 0)).await.is_ok(),
            "{reached}"
        );
    }
}
