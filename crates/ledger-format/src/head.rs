//! Keys and signatures (Ed25519): signed heads, device certificates, requests, and a server's word
//! about its TLS key.
//!
//! Every signed message begins with its own domain string, so that no signature can be shown
//! as another kind. All fields are of fixed size or carry their length; numbers are big-endian.
//!
//! ```text
//! head        = "stockledger signed head 1\0" ‖ ledger 16 ‖ origin 16 ‖ seq 8 ‖ chain hash 32
//! certificate = "stockledger certificate 1\0" ‖ certificate bytes without the signature
//! request     = "stockledger request 1\0" ‖ server id 16 ‖ nonce length 1 ‖ nonce 16…32
//!               ‖ BLAKE3(body) 32
//! TLS key     = "stockledger tls key 1\0" ‖ ledger 16 ‖ number 8 ‖ pin 32
//!
//! signed head bytes (136) = ledger 16 ‖ origin 16 ‖ seq 8 ‖ chain hash 32 ‖ signature 64
//! certificate bytes       = version 1 ‖ ledger 16 ‖ device 16 ‖ public key 32 ‖ role 1
//!                           ‖ name length 2 ‖ name ‖ site length 1 (0 = none) ‖ site
//!                           ‖ signature 64
//! ```

use std::fmt;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};
use ledger_core::{Code, DeviceId, LedgerId, Origin};

use crate::chain::Hash;

const HEAD_DOMAIN: &[u8] = b"stockledger signed head 1\0";
const CERTIFICATE_DOMAIN: &[u8] = b"stockledger certificate 1\0";
const REQUEST_DOMAIN: &[u8] = b"stockledger request 1\0";
const TLS_KEY_DOMAIN: &[u8] = b"stockledger tls key 1\0";

/// The version of the certificate layout.
const CERTIFICATE_VERSION: u8 = 1;
/// The longest name in a certificate, in bytes.
pub const CERTIFICATE_NAME_BYTES_MAX: usize = 400;
/// The bytes of a signed head.
pub const SIGNED_HEAD_BYTES: usize = 136;
/// How long the nonce of a request may be.
pub const NONCE_BYTES: std::ops::RangeInclusive<usize> = 16..=32;

/// A key, signature or signed thing that cannot be trusted or made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeadError {
    /// Not a point on the curve, or a weak one.
    #[error("not a public key")]
    Key,
    /// The signature is not of this key over this message.
    #[error("the signature is not of this key, or what it signs was changed")]
    Signature,
    /// Not the bytes of the signed thing.
    #[error("not a {0}")]
    Bytes(&'static str),
    /// The device id is not the one of the public key.
    #[error("the device id does not belong to the public key")]
    Device,
    /// A name that does not fit.
    #[error("the name is longer than {CERTIFICATE_NAME_BYTES_MAX} bytes")]
    NameTooLong,
    /// A nonce of a wrong length.
    #[error("a nonce has 16 to 32 bytes")]
    Nonce,
}

/// An Ed25519 signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// Makes a signature of its 64 bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// The 64 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Signature(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// The key with which a device or server signs. It zeroes its memory when dropped.
pub struct DeviceKey(SigningKey);

impl DeviceKey {
    /// Makes the key of its secret seed.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The secret seed, to be stored.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// The device that has this key.
    #[must_use]
    pub fn device_id(&self) -> DeviceId {
        self.public().device_id()
    }

    fn sign(&self, message: &[u8]) -> Signature {
        Signature(self.0.sign(message).to_bytes())
    }
}

impl fmt::Debug for DeviceKey {
    /// Shows whose key it is, never the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceKey({})", self.device_id())
    }
}

/// The public half of a device's or server's key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Makes a key of its 32 bytes; whether they are one shows when something is verified.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The device that has this key: the first 16 bytes of BLAKE3 of it.
    #[must_use]
    pub fn device_id(&self) -> DeviceId {
        let hash = blake3::hash(&self.0);
        let (first, _) = hash.as_bytes().split_at(16);
        let mut id = [0; 16];
        id.copy_from_slice(first);
        DeviceId::from_bytes(id)
    }

    fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), HeadError> {
        let key = VerifyingKey::from_bytes(&self.0).or(Err(HeadError::Key))?;
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify_strict(message, &signature)
            .or(Err(HeadError::Signature))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PublicKey(")?;
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

/// The end of an origin's log at some time, signed by its device for one ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// For which ledger.
    pub ledger: LedgerId,
    /// Whose log.
    pub origin: Origin,
    /// Its last entry.
    pub seq: u64,
    /// The chain hash after that entry.
    pub hash: Hash,
    /// The device's signature over the above.
    pub signature: Signature,
}

impl SignedHead {
    /// Signs a head.
    #[must_use]
    pub fn sign(key: &DeviceKey, ledger: LedgerId, origin: Origin, seq: u64, hash: Hash) -> Self {
        let signature = key.sign(&head_message(ledger, origin, seq, hash));
        Self {
            ledger,
            origin,
            seq,
            hash,
            signature,
        }
    }

    /// Checks the signature, strictly: one signature per key and message, no weak keys.
    pub fn verify_strict(&self, key: &PublicKey) -> Result<(), HeadError> {
        let message = head_message(self.ledger, self.origin, self.seq, self.hash);
        key.verify(&message, &self.signature)
    }

    /// The 136 bytes as which it is stored.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(SIGNED_HEAD_BYTES);
        out.extend_from_slice(self.ledger.as_bytes());
        out.extend_from_slice(self.origin.as_bytes());
        out.extend_from_slice(&self.seq.to_be_bytes());
        out.extend_from_slice(self.hash.as_bytes());
        out.extend_from_slice(&self.signature.0);
        out
    }

    /// Reads the 136 bytes; the signature is not checked here.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HeadError> {
        let mut rest = bytes;
        let head = Self::take(&mut rest).ok_or(HeadError::Bytes("signed head"))?;
        if rest.is_empty() {
            Ok(head)
        } else {
            Err(HeadError::Bytes("signed head"))
        }
    }

    fn take(rest: &mut &[u8]) -> Option<Self> {
        Some(Self {
            ledger: LedgerId::from_bytes(take(rest)?),
            origin: Origin::from_bytes(take(rest)?),
            seq: u64::from_be_bytes(take(rest)?),
            hash: Hash::from_bytes(take(rest)?),
            signature: Signature(take(rest)?),
        })
    }
}

fn head_message(ledger: LedgerId, origin: Origin, seq: u64, hash: Hash) -> Vec<u8> {
    let seq = seq.to_be_bytes();
    [
        HEAD_DOMAIN,
        ledger.as_bytes(),
        origin.as_bytes(),
        &seq,
        hash.as_bytes(),
    ]
    .concat()
}

/// What the server says about a device when it is enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFields {
    /// For which ledger.
    pub ledger: LedgerId,
    /// The device's public key; the device id follows from it.
    pub public_key: PublicKey,
    /// The role's stored number.
    pub role: u8,
    /// The device's name, at most [`CERTIFICATE_NAME_BYTES_MAX`] bytes.
    pub name: String,
    /// The device's site.
    pub site: Option<Code>,
}

/// The central server's word that a device belongs to a ledger, with this role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// For which ledger.
    pub ledger: LedgerId,
    /// The device, which follows from its public key.
    pub device: DeviceId,
    /// The device's public key.
    pub public_key: PublicKey,
    /// The role's stored number.
    pub role: u8,
    /// The device's name.
    pub name: String,
    /// The device's site.
    pub site: Option<Code>,
    /// The server's signature over the above.
    pub signature: Signature,
}

impl Certificate {
    /// Makes and signs a certificate with the server's key.
    pub fn sign(server: &DeviceKey, fields: CertificateFields) -> Result<Self, HeadError> {
        if fields.name.len() > CERTIFICATE_NAME_BYTES_MAX {
            return Err(HeadError::NameTooLong);
        }
        let mut certificate = Self {
            ledger: fields.ledger,
            device: fields.public_key.device_id(),
            public_key: fields.public_key,
            role: fields.role,
            name: fields.name,
            site: fields.site,
            signature: Signature([0; 64]),
        };
        certificate.signature = server.sign(&certificate.message());
        Ok(certificate)
    }

    /// Checks the server's signature and that the device id is the key's.
    pub fn verify_strict(&self, server: &PublicKey) -> Result<(), HeadError> {
        if self.device != self.public_key.device_id() {
            return Err(HeadError::Device);
        }
        server.verify(&self.message(), &self.signature)
    }

    fn message(&self) -> Vec<u8> {
        [CERTIFICATE_DOMAIN, &self.unsigned_bytes()].concat()
    }

    fn unsigned_bytes(&self) -> Vec<u8> {
        let site = self.site.as_ref().map_or("", Code::as_str);
        let mut out = vec![CERTIFICATE_VERSION];
        out.extend_from_slice(self.ledger.as_bytes());
        out.extend_from_slice(self.device.as_bytes());
        out.extend_from_slice(self.public_key.as_bytes());
        out.push(self.role);
        out.extend_from_slice(
            &u16::try_from(self.name.len())
                .unwrap_or(u16::MAX)
                .to_be_bytes(),
        );
        out.extend_from_slice(self.name.as_bytes());
        out.push(u8::try_from(site.len()).unwrap_or(u8::MAX));
        out.extend_from_slice(site.as_bytes());
        out
    }

    /// The bytes as which it is stored and sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.unsigned_bytes();
        out.extend_from_slice(&self.signature.0);
        out
    }

    /// Reads the bytes, in their one form; the signature is not checked here.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HeadError> {
        let mut rest = bytes;
        let certificate = Self::take(&mut rest).ok_or(HeadError::Bytes("certificate"))?;
        if !rest.is_empty() {
            return Err(HeadError::Bytes("certificate"));
        }
        Ok(certificate)
    }

    fn take(rest: &mut &[u8]) -> Option<Self> {
        let [CERTIFICATE_VERSION] = take::<1>(rest)? else {
            return None;
        };
        let ledger = LedgerId::from_bytes(take(rest)?);
        let device = DeviceId::from_bytes(take(rest)?);
        let public_key = PublicKey(take(rest)?);
        let [role] = take(rest)?;
        let name_len = usize::from(u16::from_be_bytes(take(rest)?));
        if name_len > CERTIFICATE_NAME_BYTES_MAX {
            return None;
        }
        let name = take_text(rest, name_len)?.to_owned();
        let [site_len] = take(rest)?;
        let site = match take_text(rest, usize::from(site_len))? {
            "" => None,
            text => Some(Code::from_normalised(text)?),
        };
        let signature = Signature(take(rest)?);
        Some(Self {
            ledger,
            device,
            public_key,
            role,
            name,
            site,
            signature,
        })
    }
}

/// Signs a request: for this server, with the nonce it gave, this body.
pub fn sign_request(
    key: &DeviceKey,
    server: &[u8; 16],
    nonce: &[u8],
    body: &[u8],
) -> Result<Signature, HeadError> {
    Ok(key.sign(&request_message(server, nonce, body)?))
}

/// Checks what [`sign_request`] signed.
pub fn verify_request(
    key: &PublicKey,
    server: &[u8; 16],
    nonce: &[u8],
    body: &[u8],
    signature: &Signature,
) -> Result<(), HeadError> {
    key.verify(&request_message(server, nonce, body)?, signature)
}

fn request_message(server: &[u8; 16], nonce: &[u8], body: &[u8]) -> Result<Vec<u8>, HeadError> {
    if !NONCE_BYTES.contains(&nonce.len()) {
        return Err(HeadError::Nonce);
    }
    let len = u8::try_from(nonce.len()).or(Err(HeadError::Nonce))?;
    let hash = Hash::of(body);
    Ok([REQUEST_DOMAIN, server, &[len], nonce, hash.as_bytes()].concat())
}

/// Signs which TLS key a ledger's server has, by its pin; of two such words the one with the
/// greater number holds.
#[must_use]
pub fn sign_tls_key(
    server: &DeviceKey,
    ledger: LedgerId,
    number: u64,
    pin: &[u8; 32],
) -> Signature {
    server.sign(&tls_key_message(ledger, number, pin))
}

/// Checks what [`sign_tls_key`] signed.
pub fn verify_tls_key(
    server: &PublicKey,
    ledger: LedgerId,
    number: u64,
    pin: &[u8; 32],
    signature: &Signature,
) -> Result<(), HeadError> {
    server.verify(&tls_key_message(ledger, number, pin), signature)
}

fn tls_key_message(ledger: LedgerId, number: u64, pin: &[u8; 32]) -> Vec<u8> {
    [
        TLS_KEY_DOMAIN,
        ledger.as_bytes(),
        &number.to_be_bytes(),
        pin,
    ]
    .concat()
}

/// Takes so many bytes off the front.
fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, behind) = rest.split_first_chunk::<N>()?;
    *rest = behind;
    Some(*first)
}

fn take_text<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a str> {
    let (text, behind) = rest.split_at_checked(len)?;
    *rest = behind;
    std::str::from_utf8(text).ok()
}

#[cfg(test)]
mod tests;
