//! What the figures were measured on.

use std::fs;
use std::path::Path;
use std::time::Duration;

pub use tests::process::pause;

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

/// The value of the first line of a file that begins with a key.
fn field(text: &str, key: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with(key))?;
    let (_, value) = line.split_once(':')?;
    Some(value.trim().to_owned())
}

/// A field of `/proc/self/status` that is in kB, in MB.
pub fn memory_mb(key: &str) -> f64 {
    memory_mb_of(std::process::id(), key)
}

/// The same of another process.
pub fn memory_mb_of(process: u32, key: &str) -> f64 {
    let value = field(&read(&format!("/proc/{process}/status")), key).unwrap_or_default();
    let kilobytes = value.split_whitespace().next().unwrap_or("0");
    kilobytes.parse::<f64>().unwrap_or(0.0) / 1000.0
}

/// Seconds of processor time that a process has had.
pub fn processor_seconds_of(process: u32) -> f64 {
    const TICKS_PER_SECOND: f64 = 100.0;
    let stat = read(&format!("/proc/{process}/stat"));
    // The name before the bracket may hold spaces; user and system time are fields 14 and 15.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let ticks = fields.split(' ').skip(11).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / TICKS_PER_SECOND
}

/// The same once the process has come to rest.
pub fn processor_seconds_at_rest(process: u32) -> f64 {
    const LOOK: Duration = Duration::from_millis(200);
    let mut had = processor_seconds_of(process);
    for _ in 0..300 {
        pause(LOOK);
        let has = processor_seconds_of(process);
        if has - had < 0.015 {
            return has;
        }
        had = has;
    }
    had
}

/// How busy the machine is with everything that runs.
pub fn load() -> String {
    let load = read("/proc/loadavg");
    load.split_whitespace()
        .take(3)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Filesystem and kind of disk under a directory.
fn disk(dir: &Path) -> String {
    let mounts = read("/proc/self/mounts");
    let mut best = ("", "", "");
    for line in mounts.lines() {
        let mut words = line.split(' ');
        let (Some(device), Some(at), Some(kind)) = (words.next(), words.next(), words.next())
        else {
            continue;
        };
        if dir.starts_with(at) && at.len() >= best.1.len() {
            best = (device, at, kind);
        }
    }
    let device = best.0.rsplit('/').next().unwrap_or_default();
    let queue = |what: &str| {
        let path = format!("/sys/class/block/{device}/queue/{what}");
        read(&path).trim().to_owned()
    };
    let spins = match queue("rotational").as_str() {
        "0" => "solid state",
        "1" => "says it rotates",
        _ => "unknown kind",
    };
    let cache = queue("write_cache");
    let virtio = if device.starts_with("vd") {
        "virtio, "
    } else {
        ""
    };
    format!("{}, {virtio}{spins}, cache: {cache}", best.2)
}

/// Facts in words.
pub fn facts() -> Vec<(&'static str, String)> {
    let cpu = field(&read("/proc/cpuinfo"), "model name").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal").unwrap_or_default();
    let kilobytes: f64 = memory
        .split_whitespace()
        .next()
        .and_then(|word| word.parse().ok())
        .unwrap_or(0.0);
    vec![
        ("processor", format!("{cpu}, {cores} cores seen")),
        ("memory", format!("{:.1} GB", kilobytes / 1e6)),
        (
            "kernel",
            read("/proc/sys/kernel/osrelease").trim().to_owned(),
        ),
        (
            "disk of the temporary directory",
            disk(&std::env::temp_dir()),
        ),
        ("load at the start", load()),
    ]
}
