//! Whether the device is told not to use the network: a small synced file beside the keys, with
//! the moment since when. It is not in the log, and works while another program has the store.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::UNIX_EPOCH;

use ledger_core::Timestamp;
use ledger_store::Disk;

use crate::error::NodeError;

const FILE: &str = "offline";

/// Since when the device with this store is told not to use the network; none when it may. What
/// the file says is of less weight than that it is there.
pub fn offline_since(store: &Path) -> Result<Option<Timestamp>, NodeError> {
    let path = store.join(FILE);
    let said = match fs::read_to_string(&path) {
        Ok(text) => text.trim().parse().ok().map(Timestamp::from_millis),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == ErrorKind::InvalidData => None,
        Err(source) => return Err(NodeError::File { path, source }),
    };
    Ok(Some(said.unwrap_or_else(|| changed_at(&path))))
}

/// When a file was written, as its directory says.
fn changed_at(path: &Path) -> Timestamp {
    let changed = fs::metadata(path).and_then(|file| file.modified()).ok();
    let since = changed.and_then(|changed| changed.duration_since(UNIX_EPOCH).ok());
    let millis = since.and_then(|since| u64::try_from(since.as_millis()).ok());
    Timestamp::from_millis(millis.unwrap_or_default())
}

/// Tells the device not to use the network any more; durable on return. Gives since when that is
/// so, which is earlier when it was told so before.
pub fn go_offline(store: &Path, now: Timestamp) -> Result<Timestamp, NodeError> {
    if let Some(since) = offline_since(store)? {
        return Ok(since);
    }
    let path = store.join(FILE);
    let line = format!("{}\n", now.millis());
    let kept = Disk::new().replace(&path, line.as_bytes());
    kept.map_err(|source| NodeError::File { path, source })?;
    Ok(now)
}

/// Lets the device use the network again; durable on return. Says whether it was told not to.
pub fn go_online(store: &Path) -> Result<bool, NodeError> {
    let path = store.join(FILE);
    let gone = Disk::new().take_away(&path);
    gone.map_err(|source| NodeError::File { path, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_switch_is_remembered_with_its_moment() {
        let dir = tempfile::tempdir().unwrap();
        let at = Timestamp::from_millis;
        assert_eq!(offline_since(dir.path()).unwrap(), None);
        assert_eq!(go_offline(dir.path(), at(7)).unwrap(), at(7));
        assert_eq!(go_offline(dir.path(), at(9)).unwrap(), at(7));
        assert_eq!(offline_since(dir.path()).unwrap(), Some(at(7)));
        assert!(go_online(dir.path()).unwrap());
        assert!(!go_online(dir.path()).unwrap());
        assert_eq!(offline_since(dir.path()).unwrap(), None);
    }

    #[test]
    fn a_switch_that_cannot_be_read_is_on() {
        let dir = tempfile::tempdir().unwrap();
        for text in [&b""[..], b"soon", b"\xFF\xFE"] {
            fs::write(dir.path().join(FILE), text).unwrap();
            let since = offline_since(dir.path()).unwrap().unwrap();
            assert!(since > Timestamp::ZERO, "{text:?}");
        }
    }
}
