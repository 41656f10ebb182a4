//! A disk that fails or lies: errors put into the real program's system calls by strace, a file
//! system that turns read-only, and missing permission.
//!
//! The program says so in words and ends with code 1, keeps what it acknowledged, and says `ok`
//! to nothing once a sync of the journal failed.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tests::small_disk::{SmallDisk, command, installed, may_mount, said, text};

use super::child::{Ended, Kill};
use super::load::{Acknowledged, Edge};
use super::places::files_below;
use super::trial::{Plan, Rng, Tally, in_parallel};

/// Runs so many trials of all sorts that the machine allows.
pub fn run(plan: &Plan) -> Tally {
    let strace = traces();
    let mounts = may_mount();
    let other_user = installed("setpriv");
    let mut sorts: Vec<Sort> = Vec::new();
    if strace.is_ok() {
        sorts.extend([Sort::Sync, Sort::Sync, Sort::Sync, Sort::Write, Sort::Write]);
    }
    if mounts.is_ok() {
        sorts.extend([Sort::ReadOnly]);
    }
    if other_user && mounts.is_ok() {
        sorts.extend([Sort::Permission]);
    }
    let mut tally = Tally::new("faults");
    if !sorts.is_empty() {
        tally.join(in_parallel("faults", plan, |_, seed| {
            let sort = sorts[usize::try_from(seed).map_err(|e| e.to_string())? % sorts.len()];
            trial(sort, &mut Rng::new(seed)).map_err(|error| format!("{sort:?}: {error}"))
        }));
    }
    if let Err(why) = strace {
        tally.skip(format!("errors of system calls: {why}"));
    }
    if let Err(why) = mounts {
        tally.skip(format!(
            "a read-only file system and missing permission: {why}"
        ));
    } else if !other_user {
        tally.skip("missing permission: there is no setpriv");
    }
    tally
}

/// What fails.
#[derive(Debug, Clone, Copy)]
enum Sort {
    /// `fdatasync` or `fsync` with EIO.
    Sync,
    /// Writing with ENOSPC or EIO.
    Write,
    /// The whole file system is read-only.
    ReadOnly,
    /// The files belong to somebody else.
    Permission,
}

/// Whether strace may trace here.
///
/// # Errors
/// Why not.
pub fn traces() -> Result<(), String> {
    command("strace", &["-f", "-o", "/dev/null", "true"])
}

fn trial(sort: Sort, rng: &mut Rng) -> Result<u64, String> {
    let root = TempDir::with_prefix("crash-faults-").map_err(|error| error.to_string())?;
    match sort {
        Sort::Sync => sync_fails(root.path(), rng, &[]),
        Sort::Write => write_fails(root.path(), rng),
        Sort::ReadOnly => read_only(root.path(), rng),
        Sort::Permission => no_permission(root.path(), rng),
    }
}

/// Injects EIO into syncs, for once or for good, during a scan session or a command, with these
/// variables in the program's environment.
///
/// # Errors
/// What was lost, or said though a sync had failed.
pub fn sync_fails(root: &Path, rng: &mut Rng, variables: &[(&str, &str)]) -> Result<u64, String> {
    let edge = Edge::at(root.join("store"));
    let mut ack = Acknowledged::default();
    edge.prepare(&mut ack)?;
    edge.work(rng, 2, &mut ack)?;
    let trace = root.join("trace");
    let (call, scans) = (*rng.one_of(&["fdatasync", "fsync,fdatasync"]), 30);
    let when = rng.within(1, 25);
    let for_good = if rng.below(2) == 0 { "+" } else { "" };
    let inject = format!("inject={call}:error=EIO:when={when}{for_good}");
    let calls = "trace=fsync,fdatasync,write";
    let file = text(&trace);
    let mut failing = edge.clone().under(&[
        "strace", "-f", "-y", "-s", "64", "-o", &file, "-e", calls, "-e", &inject,
    ]);
    for (name, value) in variables {
        failing = failing.with(name, value);
    }
    let ended = if rng.below(3) == 0 {
        failing.one_command(rng, Kill::Never, &mut ack)?
    } else {
        failing.scan(rng, scans, Kill::Never, &mut ack)?
    };
    let lines = fs::read_to_string(&trace).map_err(|error| said(&trace, &error))?;
    let failed = after_failed_sync(&lines, &inject)?;
    if failed && !tells(&ended, &["input/output error", "i/o error", "disk"]) {
        return Err(format!(
            "a sync of the journal failed and nobody said so ({inject}): {ended}"
        ));
    }
    edge.verify(&ack)
        .map_err(|error| format!("after {inject}: {error}; it had said {ended}"))
}

/// Whether a sync of a journal segment failed; an acknowledgement after it is the error.
fn after_failed_sync(trace: &str, inject: &str) -> Result<bool, String> {
    let mut unfinished: Vec<(&str, bool)> = Vec::new();
    let mut failed = false;
    for line in trace.lines() {
        let pid = line.split(' ').next().unwrap_or_default();
        let of_journal = line.contains(".seg>");
        if line.contains("sync(") && line.contains("<unfinished") {
            unfinished.retain(|(known, _)| *known != pid);
            unfinished.push((pid, of_journal));
        }
        let resumed = line.contains("sync resumed>")
            && unfinished
                .iter()
                .any(|(known, journal)| *known == pid && *journal);
        if line.contains("(INJECTED)") && (of_journal || resumed) {
            failed = true;
        }
        // Lines of a scan session that say a piece is saved, and the JSON of a command.
        let told = line.contains(" write(1<")
            && (line.contains("\"ok 1 of ") || line.contains("\"{\\\"entry\\\""));
        if failed && told {
            return Err(format!(
                "acknowledged after a failed sync ({inject}): {line}"
            ));
        }
    }
    Ok(failed)
}

/// Writing to some of the store's files fails from some call on; then it ends.
fn write_fails(root: &Path, rng: &mut Rng) -> Result<u64, String> {
    let edge = Edge::at(root.join("store"));
    let mut ack = Acknowledged::default();
    edge.prepare(&mut ack)?;
    edge.work(rng, 2, &mut ack)?;
    let error = *rng.one_of(&["ENOSPC", "EIO"]);
    let inject = format!(
        "inject=write,pwrite64:error={error}:when={}+",
        rng.within(1, 20)
    );
    let calls = "trace=write,pwrite64".to_owned();
    let mut wrapper = vec![
        "strace",
        "-f",
        "-o",
        "/dev/null",
        "-e",
        &calls,
        "-e",
        &inject,
    ];
    let only = *rng.one_of(&["journal", "index", ""]);
    let files = files_below(&edge.dir)?;
    let paths: Vec<String> = files
        .iter()
        .map(|file| text(file))
        .filter(|file| file.contains(only))
        .collect();
    for path in &paths {
        wrapper.extend(["-P", path]);
    }
    let failing = edge.clone().under(&wrapper);
    let ended = match rng.below(3) {
        0 => failing.one_command(rng, Kill::Never, &mut ack)?,
        1 => failing.import(rng, 200, Kill::Never, &mut ack)?,
        _ => failing.scan(rng, 30, Kill::Never, &mut ack)?,
    };
    let error_line = ended.lines.iter().any(|line| line.starts_with("error "));
    let words = ["no space", "full", "input/output error", "i/o error"];
    if (ended.code != Some(0) || error_line) && !tells(&ended, &words) {
        return Err(format!(
            "{inject} on {only:?} is not said in words: {ended}"
        ));
    }
    edge.verify(&ack)
        .map_err(|error| format!("after {inject} on {only:?}: {error}; it had said {ended}"))
}

fn read_only(root: &Path, rng: &mut Rng) -> Result<u64, String> {
    let disk = SmallDisk::mount(root.join("disk"), 8 * 1024)?;
    let edge = Edge::at(disk.path.join("store"));
    let mut ack = Acknowledged::default();
    edge.prepare(&mut ack)?;
    edge.work(rng, 2, &mut ack)?;
    disk.remount("ro")?;
    refuses(&edge, rng, &mut ack, &["read-only"])?;
    let fresh = Edge::at(disk.path.join("fresh"))
        .run(&["init", "--name", "B"])?
        .sane()?;
    if fresh.code != Some(1) || !tells(&fresh, &["read-only"]) {
        return Err(format!("init on a read-only file system: {fresh}"));
    }
    disk.remount("rw")?;
    edge.verify(&ack)
}

fn no_permission(root: &Path, rng: &mut Rng) -> Result<u64, String> {
    // In a file system of its own: another user does not get through private temporary folders.
    let disk = SmallDisk::mount(root.join("disk"), 8 * 1024)?;
    command("chmod", &["755", &text(root)])?;
    let edge = Edge::at(disk.path.join("store"));
    let mut ack = Acknowledged::default();
    edge.prepare(&mut ack)?;
    edge.work(rng, 2, &mut ack)?;
    // The program must be within reach of the other user.
    let user = [
        "setpriv",
        "--reuid",
        "65534",
        "--regid",
        "65534",
        "--clear-groups",
    ];
    let mut probe = user.to_vec();
    let stock = text(&tests::programs::stock());
    probe.extend([stock.as_str(), "--version"]);
    command(probe[0], &probe[1..])
        .map_err(|error| format!("cannot try as another user: {error}"))?;
    let stranger = edge.clone().under(&user);
    refuses(&stranger, rng, &mut ack, &["permission denied"])?;
    edge.verify(&ack)
}

/// Writing is refused with code 1 and these words; looking works, or is refused in the same way.
fn refuses(
    edge: &Edge,
    rng: &mut Rng,
    ack: &mut Acknowledged,
    words: &[&str],
) -> Result<(), String> {
    for _ in 0..3 {
        let ended = match rng.below(3) {
            0 => edge.scan(rng, 5, Kill::Never, ack)?,
            _ => edge.one_command(rng, Kill::Never, ack)?,
        };
        if ended.code != Some(1) || !tells(&ended, words) {
            return Err(format!("should be refused with {words:?}: {ended}"));
        }
    }
    let shown = edge.run(&["show", "R-100", "--json"])?.sane()?;
    if shown.code != Some(0) && !(shown.code == Some(1) && tells(&shown, words)) {
        return Err(format!("looking should work, or say {words:?}: {shown}"));
    }
    Ok(())
}

/// Whether one of these is said, and not only by the kernel's number.
fn tells(ended: &Ended, words: &[&str]) -> bool {
    let said = ended.said();
    words.iter().any(|word| said.contains(word))
}
