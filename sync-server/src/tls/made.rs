//! The certificate that a server makes itself, once, and keeps beside its store.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use super::Identity;
use super::files::OwnFiles;
use crate::fault::Fault;
use crate::secret_file;

/// The certificate with its key, in one file: there is never one without the other.
const FILE: &str = "tls.pem";
/// The end of the certificate. Handhelds go by the key; browsers ask once in any case.
const LAST_YEAR: i32 = 2099;

/// Reads the certificate of an earlier start, or makes one.
pub(crate) fn made_or_kept(dir: &Path, names: &[String]) -> Result<Identity, Fault> {
    let path = dir.join(FILE);
    if !path.exists() {
        make(&path, names)?;
    }
    let files = OwnFiles {
        cert: path.clone(),
        key: path,
    };
    files.read().map_err(|error| {
        let hint = "put the file back from a copy; or delete it, and the next start makes another: \
                    handhelds that know this ledger take it at their next sync";
        super::fault(&error).hint(hint)
    })
}

fn make(path: &Path, names: &[String]) -> Result<(), Fault> {
    let failed = |error: &dyn std::error::Error| Fault::system("making a certificate", error);
    let key = rcgen::KeyPair::generate().map_err(|error| failed(&error))?;
    let mut about = rcgen::CertificateParams::new(names).map_err(|error| failed(&error))?;
    about.distinguished_name = rcgen::DistinguishedName::new();
    about
        .distinguished_name
        .push(rcgen::DnType::CommonName, "Stockledger");
    about.not_after = rcgen::date_time_ymd(LAST_YEAR, 12, 31);
    let made = about.self_signed(&key).map_err(|error| failed(&error))?;
    let text = format!("{}{}", made.pem(), key.serialize_pem());
    secret_file::write(path, &text).map_err(|error| {
        let doing = format!("writing {}", path.display());
        Fault::system(&doing, &error)
    })
}

/// The names that a certificate of this machine has: what browsers compare with the address.
pub(crate) fn names(address: IpAddr) -> Vec<String> {
    let host = fs::read_to_string("/etc/hostname").unwrap_or_default();
    let host = host.trim();
    let is_name = !host.is_empty()
        && host
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.');
    let mut names = vec!["localhost".to_owned()];
    names.extend(is_name.then(|| host.to_owned()));
    for address in [
        address,
        Ipv4Addr::LOCALHOST.into(),
        Ipv6Addr::LOCALHOST.into(),
    ] {
        let name = address.to_string();
        if !address.is_unspecified() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn it_is_made_once_and_nobody_else_reads_it() {
        let dir = tempfile::tempdir().unwrap();
        let names = names(Ipv4Addr::new(192, 0, 2, 7).into());
        assert!(names.iter().any(|name| name == "192.0.2.7"), "{names:?}");
        let first = made_or_kept(dir.path(), &names).unwrap();
        let second = made_or_kept(dir.path(), &["other".to_owned()]).unwrap();
        assert_eq!(first.pin, second.pin);
        let path = dir.path().join(FILE);
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::write(&path, "nothing").unwrap();
        let fault = made_or_kept(dir.path(), &names).unwrap_err();
        assert_eq!(fault.code, "bad-certificate");
        assert!(fault.hint.unwrap().contains("delete it"));
        fs::remove_file(&path).unwrap();
        let third = made_or_kept(dir.path(), &names).unwrap();
        assert_ne!(first.pin, third.pin);
    }
}
