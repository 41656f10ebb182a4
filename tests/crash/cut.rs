//! Real power cuts: an ext4 file system on a loop device goes down at once, without writing its
//! journal, under the real programs; then it is mounted again and everything that was told must
//! be there.
//!
//! The program is stopped first, so that nothing it says comes after the cut. It needs root, a
//! loop device, mkfs.ext4, and perl for the one call that no program of the system offers.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use crate::central::Central;
use crate::child::{HANG_LIMIT, Kill};
use crate::load::{Acknowledged, Edge, SCAN_PLACES, SCANNED_ITEMS, verify};
use crate::trial::{Plan, Rng, Tally, in_parallel};

const VOLUME_BYTES: u64 = 64 * 1024 * 1024;

/// Waits, stops a process if one is named, and shuts the file system of a directory down:
/// `EXT4_IOC_SHUTDOWN` with `EXT4_GOING_FLAGS_NOLOGFLUSH`.
const SHUTDOWN: &str = r#"
my ($dir, $pid, $wait) = @ARGV;
select(undef, undef, undef, $wait);
kill "STOP", $pid if $pid;
open(my $handle, "<", $dir) or die "$dir: $!\n";
my $how = pack("I", 2);
defined ioctl($handle, 0x8004587D, $how) or die "shutdown: $!\n";
"#;

/// Whether this machine allows it; tried once.
///
/// # Errors
/// Why not.
pub fn allowed() -> Result<(), String> {
    static ALLOWED: OnceLock<Result<(), String>> = OnceLock::new();
    ALLOWED
        .get_or_init(|| {
            let volume = Volume::make()?;
            let file = volume.dir().join("unsynced");
            std::fs::write(&file, "x").map_err(|error| error.to_string())?;
            volume.cut(0, 0)?;
            volume.mount_again()?;
            if file.exists() {
                return Err("a cut loses nothing here".to_owned());
            }
            Ok(())
        })
        .clone()
}

/// Cuts the power so often.
#[must_use]
pub fn run(plan: &Plan) -> Tally {
    if let Err(why) = allowed() {
        let mut tally = Tally::new("cut");
        tally.skip(why);
        return tally;
    }
    in_parallel("cut", plan, |_, seed| {
        let mut rng = Rng::new(seed);
        let volume = Volume::make()?;
        match seed % 6 {
            0 => first_start(&volume, &mut rng),
            1 => central(&volume, &mut rng),
            2 => import(&volume, &mut rng),
            3 => commands(&volume, &mut rng),
            _ => scans(&volume, &mut rng),
        }
    })
}

/// A file system of its own; unmounted when it is dropped.
#[derive(Debug)]
struct Volume {
    home: TempDir,
}

impl Volume {
    fn make() -> Result<Self, String> {
        let home = TempDir::with_prefix("cut-").map_err(|error| error.to_string())?;
        let volume = Self { home };
        let make = || {
            std::fs::create_dir(volume.dir())?;
            std::fs::File::create(volume.image())?.set_len(VOLUME_BYTES)
        };
        make().map_err(|error| error.to_string())?;
        tool(
            Command::new("mkfs.ext4")
                .args(["-q", "-F"])
                .arg(volume.image()),
        )?;
        volume.mount()?;
        Ok(volume)
    }

    fn image(&self) -> PathBuf {
        self.home.path().join("image")
    }

    /// Where it is mounted.
    fn dir(&self) -> PathBuf {
        self.home.path().join("mounted")
    }

    fn mount(&self) -> Result<(), String> {
        let mut mount = Command::new("mount");
        tool(mount.args(["-o", "loop"]).arg(self.image()).arg(self.dir()))
    }

    fn mount_again(&self) -> Result<(), String> {
        tool(Command::new("umount").arg(self.dir()))?;
        self.mount()
    }

    /// Stops the process, unless it is 0, so many microseconds from now, and then the disk.
    fn cut(&self, pid: u32, micros: u64) -> Result<(), String> {
        let mut perl = Command::new("perl");
        perl.args(["-e", SHUTDOWN])
            .arg(self.dir())
            .arg(pid.to_string());
        tool(perl.arg(format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)))
    }

    fn edge(&self) -> Edge {
        Edge::at(self.dir().join("handheld").join("store"))
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        // A mount that a panicked trial's program still uses goes when that program has gone.
        if tool(Command::new("umount").arg(self.dir())).is_err() {
            drop(tool(Command::new("umount").arg("-l").arg(self.dir())));
        }
    }
}

fn tool(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!(
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    ))
}

/// After the cut: mounts again and looks for what was told.
fn look(volume: &Volume, told: &Acknowledged) -> Result<u64, String> {
    volume.mount_again()?;
    verify(&volume.edge().dir, told)
}

fn prepared(volume: &Volume) -> Result<(Edge, Acknowledged), String> {
    let edge = volume.edge();
    std::fs::create_dir_all(parent(&edge.dir)).map_err(|error| error.to_string())?;
    let mut told = Acknowledged::default();
    edge.prepare(&mut told)?;
    Ok((edge, told))
}

fn parent(dir: &Path) -> &Path {
    dir.parent().unwrap_or(dir)
}

/// The cut comes during a scan session, twice on one store.
fn scans(volume: &Volume, rng: &mut Rng) -> Result<u64, String> {
    let (edge, mut told) = prepared(volume)?;
    let mut facts = 0;
    for _ in 0..2 {
        let place = SCAN_PLACES[0][0];
        let items: Vec<&str> = (0..400).map(|_| *rng.one_of(&SCANNED_ITEMS)).collect();
        let input = format!("ADD\n{place}\n{}\n", items.join("\n"));
        let mut session = edge.start(&["scan", "--stdin"], Some(input))?;
        let lines = std::cell::Cell::new(rng.within(1, 60));
        session.wait_for(HANG_LIMIT, |_| {
            lines.set(lines.get() - 1);
            (lines.get() == 0).then_some(())
        })?;
        volume.cut(session.id(), rng.below(20_000))?;
        session.kill();
        let ended = session.finish(Kill::Never, HANG_LIMIT);
        for (number, item) in items.iter().enumerate() {
            let key = ("moved".to_owned(), (*item).to_owned(), place.to_owned());
            let scanned = told.scans.entry(key).or_default();
            scanned.sent += 1;
            let ok = ended
                .lines
                .get(number + 2)
                .is_some_and(|line| line.starts_with("ok "));
            scanned.told += u64::from(ok);
        }
        facts += look(volume, &told)?;
    }
    Ok(facts)
}

/// The cut comes right after a command has ended, and then during another one.
fn commands(volume: &Volume, rng: &mut Rng) -> Result<u64, String> {
    let (edge, mut told) = prepared(volume)?;
    for _ in 0..rng.within(1, 6) {
        edge.one_command(rng, Kill::Never, &mut told)?;
    }
    volume.cut(0, 0)?;
    let facts = look(volume, &told)?;
    let mut running = edge.start(&["add", "R-100", "A-01", "2", "--json"], None)?;
    volume.cut(running.id(), rng.below(25_000))?;
    running.kill();
    let ended = running.finish(Kill::Never, HANG_LIMIT);
    if let Ok(printed) = ended.json() {
        told.take(&printed);
    }
    Ok(facts + look(volume, &told)?)
}

/// The cut comes during an import: its entries are there all or none.
fn import(volume: &Volume, rng: &mut Rng) -> Result<u64, String> {
    let (edge, mut told) = prepared(volume)?;
    let rows = rng.within(100, 3000);
    let file = edge.movements_file(rng, rows, 0)?;
    let before = edge.log()?.len();
    let mut running = edge.start(&["import", "movements", &file, "--json"], None)?;
    volume.cut(running.id(), rng.below(120_000))?;
    running.kill();
    let ended = running.finish(Kill::Never, HANG_LIMIT);
    if let Ok(printed) = ended.json() {
        told.take(&printed);
    }
    volume.mount_again()?;
    let there = edge.log()?.len() - before;
    if there != 0 && there != rows {
        return Err(format!(
            "an import of {rows} rows is there in part: {there}"
        ));
    }
    verify(&edge.dir, &told)
}

/// The cut comes during the first start or right after it.
fn first_start(volume: &Volume, rng: &mut Rng) -> Result<u64, String> {
    let edge = volume.edge();
    std::fs::create_dir_all(parent(&edge.dir)).map_err(|error| error.to_string())?;
    tool(Command::new("sync").arg("-f").arg(volume.dir()))?;
    let mut running = edge.start(&["init", "--name", "A", "--json"], None)?;
    volume.cut(running.id(), rng.below(60_000))?;
    running.kill();
    let ended = running.finish(Kill::Never, HANG_LIMIT);
    volume.mount_again()?;
    let mut told = Acknowledged::default();
    if let Ok(printed) = ended.json() {
        told.take(&printed);
        let log = edge.log()?;
        log.covers(&told)?;
        return Ok(told.facts());
    }
    // Nothing was told: the store is there, or can be made now.
    let there = edge.run(&["status"])?.sane()?;
    if there.code != Some(0) {
        edge.ok("init --name again")
            .map_err(|error| format!("{error}, after {there}"))?;
    }
    let written = edge.json("item add PROBE")?;
    told.take(&written);
    edge.log()?.covers(&told)?;
    Ok(told.facts())
}

/// The cut hits the server, after handhelds were told that it has what they sent.
fn central(volume: &Volume, rng: &mut Rng) -> Result<u64, String> {
    let home = TempDir::with_prefix("cut-edge-").map_err(|error| error.to_string())?;
    let edge = Edge::at(home.path().join("store"));
    let mut told = Acknowledged::default();
    edge.prepare(&mut told)?;
    let mut server = Central::start(volume.dir().join("server").join("data"))?;
    server.enroll(&edge)?;
    let mut facts = 0;
    for _ in 0..2 {
        edge.work(rng, 6, &mut told)?;
        edge.json("sync")?;
        let mut at_server = told.clone();
        edge.work(rng, 3, &mut told)?;
        // More may have arrived than was told.
        may_hold(&mut at_server, &told);
        let mut running = edge.start(&["sync", "--json"], None)?;
        volume.cut(server.id(), rng.below(20_000))?;
        server.kill();
        running.kill();
        let _ended = running.finish(Kill::Never, HANG_LIMIT);
        volume.mount_again()?;
        server.start_again()?;
        facts += server.verify(&at_server)?;
        edge.json("sync")?;
        facts += server.verify(&told)?;
    }
    Ok(facts)
}

/// Raises what may be there, not what must, to what was sent until later.
pub fn may_hold(told: &mut Acknowledged, later: &Acknowledged) {
    for (key, scanned) in &later.scans {
        told.scans.entry(key.clone()).or_default().sent = scanned.sent;
    }
}
