//! Which server a device takes for the right one: the holder of the pinned TLS key, or whoever the
//! system's authorities vouch for.
//!
//! A pin says who the server is, so names and dates in its certificate say nothing more: they are
//! not looked at, and a device whose clock stands at 1970 syncs. **Invariant.** The server's
//! signature over the handshake is checked in either case; a certificate alone is public.

use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

use crate::pin::Pin;

/// Why a server was not taken for the right one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Distrust {
    /// It has another key than the pinned one.
    OtherKey(Pin),
    /// No authority of the system vouches for it; why, in words.
    NoAuthority(String),
}

/// Judges servers, and remembers why it refused one: the connection's error only says that it did.
#[derive(Debug)]
pub(crate) struct Judge {
    pin: Option<Pin>,
    /// The system's authorities; loaded only when nothing is pinned.
    authorities: Option<Arc<dyn ServerCertVerifier>>,
    provider: Arc<CryptoProvider>,
    refused: Mutex<Option<Distrust>>,
}

impl Judge {
    /// Takes the holder of this key, or without one whoever the system's authorities vouch for.
    pub(crate) fn new(pin: Option<Pin>) -> Self {
        let provider = Arc::new(ring::default_provider());
        let authorities = match pin {
            Some(_) => None,
            None => rustls_platform_verifier::Verifier::new(Arc::clone(&provider)).ok(),
        };
        Self {
            pin,
            authorities: authorities.map(|verifier| Arc::new(verifier) as _),
            provider,
            refused: Mutex::new(None),
        }
    }

    /// Why the last server was refused, if one was.
    pub(crate) fn refused(&self) -> Option<Distrust> {
        let refused = self.refused.lock();
        refused.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn refuse(&self, why: Distrust) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused = Some(why);
    }

    /// The settings of connections that it judges.
    pub(crate) fn config(self: &Arc<Self>) -> Result<ClientConfig, Error> {
        let verifier: Arc<Self> = Arc::clone(self);
        let builder = ClientConfig::builder_with_provider(Arc::clone(&self.provider));
        Ok(builder
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth())
    }

    fn schemes(&self) -> &rustls::crypto::WebPkiSupportedAlgorithms {
        &self.provider.signature_verification_algorithms
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(pin) = self.pin else {
            let judged = match &self.authorities {
                Some(known) => known.verify_server_cert(end_entity, intermediates, name, ocsp, now),
                None => Err(Error::General(
                    "this system has no list of authorities".to_owned(),
                )),
            };
            return judged
                .inspect_err(|error| self.refuse(Distrust::NoAuthority(error.to_string())));
        };
        let seen = Pin::of_certificate(end_entity);
        let seen = seen.ok_or(Error::InvalidCertificate(CertificateError::BadEncoding))?;
        if seen == pin {
            return Ok(ServerCertVerified::assertion());
        }
        self.refuse(Distrust::OtherKey(seen));
        let why = CertificateError::ApplicationVerificationFailure;
        Err(Error::InvalidCertificate(why))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, self.schemes())
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, self.schemes())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.schemes().supported_schemes()
    }
}

/// The settings of a TLS connection to the holder of a pinned key, or without a pin to a server
/// that the system's authorities vouch for.
pub fn client_config(pin: Option<Pin>) -> Result<ClientConfig, Error> {
    Arc::new(Judge::new(pin)).config()
}
