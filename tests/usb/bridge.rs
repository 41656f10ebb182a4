//! The bridge in the machine, run by a person who is in the group `scanner` and nothing more, with
//! udev and the rules that the bridge itself brings.

use serde_json::Value;
use tests::guest::{Guest, Job};

use crate::gadget::Face;

/// A scan as it stands on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scan {
    pub(crate) id: String,
    pub(crate) device: String,
    pub(crate) aim: Option<String>,
    pub(crate) text: String,
    pub(crate) framing: String,
    pub(crate) is_stale: bool,
}

impl Scan {
    /// The scan on a line, where there is one.
    pub(crate) fn on(line: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(line).ok()?;
        let text = |key: &str| value[key].as_str().map(str::to_owned);
        Some(Self {
            id: text("scan_id")?,
            device: text("device").expect("a scan has a device"),
            aim: text("aim"),
            text: text("text").expect("a scan has a text"),
            framing: text("framing").expect("a scan was framed"),
            is_stale: value["stale"] == true,
        })
    }
}

/// Starts udev, without rules of the bridge.
pub(crate) fn start_udev(guest: &mut Guest) {
    guest.run("mkdir -p /etc/udev/rules.d && ln -s udevadm /bin/systemd-udevd");
    guest.run("systemd-udevd --daemon");
    guest.run("udevadm trigger --subsystem-match=usb && udevadm settle");
}

/// Has the rules of the bridge taken, as its administrator would.
pub(crate) fn permit(guest: &mut Guest) {
    guest.run("stock-bridge udev-rules >/etc/udev/rules.d/70-stock-bridge.rules");
    guest.run("udevadm control --reload && udevadm trigger --subsystem-match=usb");
    guest.run("udevadm settle");
}

/// A command of the person who scans.
pub(crate) fn as_keeper(command: &str) -> String {
    format!("su keeper -c 'exec {command}'")
}

/// The bridge as it runs and prints scans.
#[derive(Debug)]
pub(crate) struct Bridge {
    job: Job,
    /// What is written here acknowledges scans.
    acks: &'static str,
    /// How many scans came.
    pub(crate) scans: usize,
}

impl Bridge {
    pub(crate) fn start(guest: &mut Guest) -> Self {
        let acks = "/tmp/acks";
        guest.run(&format!("rm -f {acks} && mkfifo -m 666 {acks}"));
        // Opened for both, so that opening waits for nobody.
        let command = as_keeper(&format!("stock-bridge run --stdout --json <>{acks}"));
        Self {
            job: guest.go(&command),
            acks,
            scans: 0,
        }
    }

    /// Waits for a notice of this kind about a device.
    #[track_caller]
    pub(crate) fn until(&mut self, guest: &mut Guest, code: &str, face: Face) {
        let wanted = format!("{}/{}", face.ids, face.serial);
        guest.until(&self.job, &format!("{code} of {wanted}"), |line| {
            assert_eq!(Scan::on(line), None, "before {code} of {wanted}");
            let value: Value = serde_json::from_str(line).ok()?;
            let notice = &value["notice"];
            (notice["code"] == *code && notice["device"] == *wanted).then_some(())
        });
    }

    /// Waits for the next scan.
    #[track_caller]
    pub(crate) fn next(&mut self, guest: &mut Guest) -> Scan {
        self.scans += 1;
        guest.until(&self.job, "a scan", Scan::on)
    }

    /// Says that a scan is safe.
    pub(crate) fn ack(&self, guest: &mut Guest, scan: &Scan, tone: &str) {
        let ack = format!(r#"{{"ack":"{}","tone":"{tone}"}}"#, scan.id);
        guest.run(&format!("echo '{ack}' >{}", self.acks));
    }

    /// Ends it. It must not have had another scan.
    #[track_caller]
    pub(crate) fn stop(self, guest: &mut Guest) -> usize {
        let (_, rest) = guest.stop(&self.job);
        let more: Vec<Scan> = rest.lines().filter_map(Scan::on).collect();
        assert_eq!(more, [], "scans that nobody made");
        self.scans
    }
}
