//! Label printers in the network: what is printed goes to them as it is, over the port at which
//! they take their language.
//!
//! A printer acknowledges nothing. It is asked how it stands before anything is sent, so that labels
//! do not wait unseen in a printer without paper; one that does not say is sent them all the same.

use std::io;
use std::time::Duration;

use ledger_core::at_entry::Refusal;
use ledger_core::at_entry::printers::Printer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long a printer may take to answer at all.
const CONNECT_MAX: Duration = Duration::from_secs(5);
/// How long it may take for a part of what is printed: it takes more only as it prints.
const PART_MAX: Duration = Duration::from_secs(60);
const PART_BYTES: usize = 4 * 1024;
/// How long it may take to say how it stands; many say nothing.
const STATUS_MAX: Duration = Duration::from_millis(1_000);
/// More than a status has.
const STATUS_BYTES_MAX: usize = 512;
/// Asks for the host status (ZPL II, `~HS`).
const ASK_STATUS: &[u8] = b"~HS";

/// Sends labels to a printer.
///
/// # Errors
/// The printer cannot be reached (`printer-unreachable`), went away in the middle
/// (`printer-lost`), or says that a person must see to it (`printer-not-ready`): nothing was
/// printed then, but for the middle.
pub(crate) async fn send(printer: &Printer, zpl: &[u8]) -> Result<(), Refusal> {
    let host = printer.host.trim_matches(['[', ']']);
    let connecting = timeout(CONNECT_MAX, TcpStream::connect((host, printer.port)));
    let connected = connecting.await.unwrap_or_else(|_| Err(late()));
    let mut line = connected.map_err(|error| unreachable(printer, &error))?;
    if let Some(wrong) = status(&mut line).await.and_then(|status| wrong(&status)) {
        let text = format!("the printer {} says: {wrong}", printer.name);
        return Err(Refusal::new("printer-not-ready", text).hint("see to it, and print again"));
    }
    let sent = print(&mut line, zpl).await;
    sent.map_err(|error| {
        let text = format!(
            "the printer {} went away while labels were sent: {error}",
            printer.name
        );
        Refusal::new("printer-lost", text).hint("look what was printed before printing again")
    })
}

/// Gives the labels to the printer, as fast as it takes them.
async fn print(line: &mut TcpStream, zpl: &[u8]) -> io::Result<()> {
    for part in zpl.chunks(PART_BYTES) {
        let taken = timeout(PART_MAX, line.write_all(part)).await;
        taken.unwrap_or_else(|_| Err(late()))?;
    }
    line.shutdown().await?;
    // A late answer that nobody reads would end the connection before the printer has read all.
    let mut rest = Vec::new();
    let _in_time = timeout(STATUS_MAX, line.read_to_end(&mut rest)).await;
    Ok(())
}

fn late() -> io::Error {
    io::Error::from(io::ErrorKind::TimedOut)
}

fn unreachable(printer: &Printer, error: &io::Error) -> Refusal {
    let Printer {
        name, host, port, ..
    } = printer;
    let text = format!("the printer {name} cannot be reached at {host}:{port}: {error}");
    Refusal::new("printer-unreachable", text)
        .hint("see that it is on and in the network; nothing was printed")
}

/// What the printer says of itself: three lines; none when it does not.
async fn status(line: &mut TcpStream) -> Option<String> {
    line.write_all(ASK_STATUS).await.ok()?;
    let mut said = Vec::new();
    let reading = async {
        let mut part = [0; STATUS_BYTES_MAX];
        while said.len() < STATUS_BYTES_MAX && said.iter().filter(|byte| **byte == ETX).count() < 3
        {
            match line.read(&mut part).await {
                Ok(0) | Err(_) => return,
                Ok(read) => said.extend(part.iter().take(read)),
            }
        }
    };
    // Silence is an answer too.
    let _in_time = timeout(STATUS_MAX, reading).await;
    (!said.is_empty()).then(|| String::from_utf8_lossy(&said).into_owned())
}

/// The end of a line of the status.
const ETX: u8 = 3;

/// What a person must see to, by the host status: the second and third field of its first line say
/// that paper is out and that it pauses, the third and fourth of its second that the head is open
/// and the ribbon is out (ZPL II Programming Guide, `~HS`).
fn wrong(status: &str) -> Option<&'static str> {
    let mut lines = status.split('\u{3}').map(|line| {
        let line = line.trim_start_matches(['\r', '\n', '\u{2}', ' ']);
        line.split(',').map(str::trim).collect::<Vec<_>>()
    });
    let (first, second) = (lines.next()?, lines.next().unwrap_or_default());
    let is_set = |line: &[&str], at: usize| line.get(at) == Some(&"1");
    let signs = [
        (is_set(&first, 1), "it is out of labels"),
        (is_set(&second, 2), "its head is open"),
        (is_set(&second, 3), "it is out of ribbon"),
        (is_set(&first, 2), "it is paused"),
    ];
    let mut set = signs.into_iter().filter(|(is_set, _)| *is_set);
    set.next().map(|(_, words)| words)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    /// The status of a printer that is ready, as its maker's guide has it.
    const READY: &str = "\u{2}030,0,0,1245,000,0,0,0,000,0,0,0\u{3}\r\n\
                         \u{2}000,0,0,0,0,2,6,0,00000000,1,000\u{3}\r\n\u{2}1234,0\u{3}\r\n";

    fn at(listener: &TcpListener) -> Printer {
        let port = listener.local_addr().unwrap().port();
        format!("Dock=127.0.0.1:{port}").parse().unwrap()
    }

    /// A printer that answers the question for its status, and gives what else it was sent.
    async fn printer(listener: TcpListener, status: &str) -> Vec<u8> {
        let (mut line, _) = listener.accept().await.unwrap();
        let mut asked = [0; 3];
        line.read_exact(&mut asked).await.unwrap();
        assert_eq!(asked, ASK_STATUS);
        line.write_all(status.as_bytes()).await.unwrap();
        let mut printed = Vec::new();
        line.read_to_end(&mut printed).await.unwrap();
        printed
    }

    #[tokio::test]
    async fn a_printer_that_is_ready_or_silent_gets_the_labels() {
        for status in [READY, ""] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let to = at(&listener);
            let (sent, printed) = tokio::join!(send(&to, b"^XA^XZ"), printer(listener, status));
            sent.unwrap();
            assert_eq!(printed, b"^XA^XZ");
        }
    }

    #[tokio::test]
    async fn a_printer_that_needs_a_person_gets_nothing() {
        let empty = READY.replacen("030,0,0", "030,1,1", 1);
        let open = READY.replacen("000,0,0,0,0,2", "000,0,1,0,0,2", 1);
        for (status, words) in [(&empty, "out of labels"), (&open, "head is open")] {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let to = at(&listener);
            let (sent, printed) = tokio::join!(send(&to, b"^XA^XZ"), printer(listener, status));
            let refusal = sent.unwrap_err();
            assert_eq!(refusal.code, "printer-not-ready");
            assert!(refusal.text.contains(words), "{}", refusal.text);
            assert_eq!(printed, b"");
        }
    }

    #[tokio::test]
    async fn a_printer_that_is_not_there_is_said_to_be_so() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let to = at(&listener);
        drop(listener);
        let refusal = send(&to, b"^XA^XZ").await.unwrap_err();
        assert_eq!(refusal.code, "printer-unreachable");
    }
}
