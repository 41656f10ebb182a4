//! What of this machine plays a part, as Linux tells it in `/proc` and `/etc`.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use firmware_bridge::doctor::{Holder, Membership, Surroundings};
use firmware_bridge::transport::DeviceInfo;
use firmware_bridge::udev::GROUP;

/// Programs that open serial ports to see what they are.
const MEDDLERS: [&str; 2] = ["ModemManager", "brltty"];

/// This machine.
#[derive(Debug)]
pub(crate) struct Here;

impl Surroundings for Here {
    fn holders(&self, device: &DeviceInfo) -> Vec<Holder> {
        let node = format!("/dev/bus/usb/{:03}/{:03}", device.bus, device.address);
        let mine = std::process::id();
        processes()
            .filter(|(pid, path)| *pid != mine && has_open(path, Path::new(&node)))
            .map(|(pid, path)| Holder {
                pid,
                name: name_of(&path),
            })
            .collect()
    }

    fn bridges(&self) -> Vec<u32> {
        let mine = std::process::id();
        processes()
            .filter(|(pid, path)| *pid != mine && name_of(path) == "stock-bridge")
            .map(|(pid, _)| pid)
            .collect()
    }

    fn group(&self) -> Membership {
        let user = fs::metadata("/proc/self").map(|me| me.uid());
        if user.is_ok_and(|uid| uid == 0) {
            return Membership::Inside;
        }
        let groups = fs::read_to_string("/etc/group").unwrap_or_default();
        let Some(id) = groups.lines().find_map(|line| id_of(line, GROUP)) else {
            return Membership::NoGroup;
        };
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mine = status.lines().find_map(|line| line.strip_prefix("Groups:"));
        if mine
            .unwrap_or_default()
            .split_whitespace()
            .any(|one| one == id)
        {
            Membership::Inside
        } else {
            Membership::Outside
        }
    }

    fn meddlers(&self) -> Vec<String> {
        let mut names: Vec<String> = processes().map(|(_, path)| name_of(&path)).collect();
        names.retain(|name| MEDDLERS.contains(&name.as_str()));
        names.sort();
        names.dedup();
        names
    }
}

/// The number of a group, if a line of `/etc/group` is its.
fn id_of(line: &str, group: &str) -> Option<String> {
    let mut fields = line.split(':');
    (fields.next()? == group).then_some(())?;
    fields.nth(1).map(str::to_owned)
}

fn processes() -> impl Iterator<Item = (u32, PathBuf)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
}

fn has_open(process: &Path, node: &Path) -> bool {
    let files = fs::read_dir(process.join("fd"))
        .into_iter()
        .flatten()
        .flatten();
    files
        .into_iter()
        .any(|file| fs::read_link(file.path()).is_ok_and(|file| file == node))
}

fn name_of(process: &Path) -> String {
    let name = fs::read_to_string(process.join("comm")).unwrap_or_default();
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_found_by_its_whole_name() {
        assert_eq!(
            id_of("scanner:x:117:saned,ann", "scanner"),
            Some("117".to_owned())
        );
        assert_eq!(id_of("scanners:x:9:", "scanner"), None);
        assert_eq!(id_of("scanner", "scanner"), None);
    }

    #[test]
    fn whoever_has_a_file_open_is_found() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let me = PathBuf::from("/proc/self");
        assert!(has_open(&me, file.path()));
        assert!(!has_open(&me, Path::new("/dev/bus/usb/001/001")));
        assert!(!name_of(&me).is_empty());
    }
}
