//! A certificate and its key in PEM files.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ledger_node::Pin;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem};
use rustls::{InconsistentKeys, ServerConfig};

use super::Identity;

/// Why a certificate cannot be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TlsError {
    #[error("{path} cannot be read")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{path} has no {what} in PEM form: {reason}")]
    NotPem {
        path: PathBuf,
        what: &'static str,
        reason: pem::Error,
    },
    #[error("{path} has no certificate that can be served")]
    BadCertificate { path: PathBuf },
    #[error("the key in {key} is not that of the certificate in {cert}")]
    Mismatch { cert: PathBuf, key: PathBuf },
    #[error("the certificate in {cert} with the key in {key} cannot be served")]
    Unusable {
        cert: PathBuf,
        key: PathBuf,
        source: rustls::Error,
    },
}

/// The two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OwnFiles {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

/// What tells a file from the one that takes its place.
pub(super) type Look = [Option<(u64, i64, i64, u64)>; 2];

impl OwnFiles {
    /// How the files look now, without reading them.
    pub(super) fn look(&self) -> Look {
        [&self.cert, &self.key].map(|path| {
            let known = fs::metadata(path).ok()?;
            Some((known.ino(), known.mtime(), known.mtime_nsec(), known.size()))
        })
    }

    /// Reads them, and checks that they belong together.
    pub(crate) fn read(&self) -> Result<Identity, TlsError> {
        let not_pem = |path: &Path, what| {
            let path = path.to_owned();
            move |reason| TlsError::NotPem { path, what, reason }
        };
        let look = self.look();
        let text = read(&self.cert)?;
        let chain: Result<Vec<CertificateDer<'static>>, pem::Error> =
            CertificateDer::pem_slice_iter(&text).collect();
        let chain = chain.map_err(not_pem(&self.cert, "certificate"))?;
        let text = read(&self.key)?;
        let key = PrivateKeyDer::from_pem_slice(&text);
        let key = key.map_err(not_pem(&self.key, "private key"))?;
        let pin = chain.first().and_then(Pin::of_certificate);
        let pin = pin.ok_or_else(|| TlsError::BadCertificate {
            path: self.cert.clone(),
        })?;
        let config = config(chain, key).map_err(|error| self.unusable(error))?;
        let config = Arc::new(config);
        Ok(Identity { config, pin, look })
    }

    fn unusable(&self, source: rustls::Error) -> TlsError {
        let (cert, key) = (self.cert.clone(), self.key.clone());
        if source == rustls::Error::InconsistentKeys(InconsistentKeys::KeyMismatch) {
            return TlsError::Mismatch { cert, key };
        }
        TlsError::Unusable { cert, key, source }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Unreadable {
        path: path.to_owned(),
        source,
    })
}

/// The settings of connections with a certificate, which is checked against its key.
fn config(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<ServerConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    fn read(cert: &str, key: &str) -> Result<Pin, String> {
        let dir = tempfile::tempdir().unwrap();
        let files = OwnFiles {
            cert: dir.path().join("cert.pem"),
            key: dir.path().join("key.pem"),
        };
        fs::write(&files.cert, cert).unwrap();
        fs::write(&files.key, key).unwrap();
        let read = files.read();
        read.map(|identity| identity.pin)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_pair_is_read_in_one_file_or_two_and_its_pin_is_that_of_the_key() {
        let (cert, key) = pair();
        let pin = read(&cert, &key).unwrap();
        let both = format!("{key}{cert}");
        assert_eq!(read(&both, &both).unwrap(), pin);
        let (other_cert, other_key) = pair();
        let chain = format!("{cert}{other_cert}");
        assert_eq!(read(&chain, &key).unwrap(), pin, "the first of a chain");
        assert_ne!(read(&other_cert, &other_key).unwrap(), pin);
    }

    #[test]
    fn what_cannot_be_served_says_which_file_is_wrong() {
        let (cert, key) = pair();
        let (_, other) = pair();
        for (cert, key, said) in [
            (
                cert.as_str(),
                other.as_str(),
                "is not that of the certificate",
            ),
            (
                "",
                key.as_str(),
                "cert.pem has no certificate that can be served",
            ),
            (key.as_str(), key.as_str(), "cert.pem has no certificate"),
            (cert.as_str(), cert.as_str(), "key.pem has no private key"),
            (cert.as_str(), "", "key.pem has no private key"),
            (
                "-----BEGIN CERTIFICATE-----\n!\n",
                key.as_str(),
                "cert.pem has no certificate",
            ),
        ] {
            let error = read(cert, key).unwrap_err();
            assert!(error.contains(said), "{said}: {error}");
        }
        let gone = OwnFiles {
            cert: "/nowhere/cert.pem".into(),
            key: "/nowhere/key.pem".into(),
        };
        let error = gone.read().unwrap_err().to_string();
        assert!(
            error.contains("/nowhere/cert.pem cannot be read"),
            "{error}"
        );
    }
}
