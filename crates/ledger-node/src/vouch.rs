//! The server's word about its TLS key, and how a device that pinned an earlier one takes it.
//!
//! A pin says which TLS key a device expects; the ledger's key, which the device has from its
//! enrolment, says whose word about another one counts. So a server can get a new certificate, or
//! come back from a backup without its old one, and no device is stranded.
//!
//! **Invariant.** A device takes another TLS key only when the ledger's key signed it, the server
//! just proved to have it, and the word is newer than any that the device took before: a key that
//! was given up does not come back.

use ledger_core::Timestamp;
use ledger_format::head::{Signature, sign_tls_key, verify_tls_key};
use ledger_format::wire::TlsKey;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteArray;

use crate::error::NodeError;
use crate::keys::Keys;
use crate::node::Node;
use crate::pin::Pin;

/// With which TLS key a server was last served, as its keys keep it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Served {
    /// None without TLS, or when it speaks behind a proxy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pin: Option<String>,
    /// Grows with each key.
    pub(crate) number: u64,
}

impl Keys {
    /// Notes the key that the server is served with; says whether it is another than before.
    fn note_served(&mut self, pin: Option<Pin>, now: Timestamp) -> Result<bool, NodeError> {
        let central = self
            .central
            .as_mut()
            .ok_or(NodeError::WrongKind("only a server is served"))?;
        let pin = pin.map(|pin| pin.to_string());
        let before = central.tls.get_or_insert_default();
        if before.pin == pin {
            return Ok(false);
        }
        // The moment, so that a server restored from a backup does not give an old number again.
        let number = before.number.saturating_add(1).max(now.millis());
        *before = Served { pin, number };
        Ok(true)
    }

    fn served_pin(&self) -> Option<Pin> {
        let served = self.central.as_ref()?.tls.as_ref()?;
        served.pin.as_deref()?.parse().ok()
    }

    /// The server's word about its TLS key.
    pub(crate) fn tls_word(&self) -> Option<TlsKey> {
        let pin = self.served_pin()?;
        let number = self.central.as_ref()?.tls.as_ref()?.number;
        let signature = sign_tls_key(&self.key(), self.ledger()?, number, pin.as_bytes());
        Some(TlsKey {
            number,
            pin: ByteArray::new(*pin.as_bytes()),
            signature: ByteArray::new(*signature.as_bytes()),
        })
    }

    /// Takes the server's word about the key that it just proved to have; says whether the bond
    /// has changed. None when the word does not hold.
    fn take_word(&mut self, word: &TlsKey, proved: Pin) -> Option<bool> {
        let (ledger, server) = (self.ledger()?, self.server_key()?);
        let bond = self.bond.as_mut()?;
        let pinned: Pin = bond.pin.as_deref()?.parse().ok()?;
        let signature = Signature::from_bytes(*word.signature);
        verify_tls_key(&server, ledger, word.number, &word.pin, &signature).ok()?;
        let is_new = word.number > bond.pin_number;
        if *word.pin != *proved.as_bytes() || !(is_new || proved == pinned) {
            return None;
        }
        if is_new {
            bond.pin = Some(proved.to_string());
            bond.pin_number = word.number;
        }
        Some(is_new)
    }
}

impl Node {
    /// Says with which TLS key this server is served from now on, if with any; its word about it
    /// is on the disk on return.
    pub fn serve_with(&self, pin: Option<Pin>) -> Result<(), NodeError> {
        let now = self.now();
        let mut inner = self.lock();
        let before = inner.keys.clone();
        if inner.keys.note_served(pin, now)?
            && let Err(error) = inner.keys.save()
        {
            inner.keys = before;
            return Err(error);
        }
        Ok(())
    }

    /// The pin of the TLS key that this server is served with, or was when it last ran.
    #[must_use]
    pub fn served_pin(&self) -> Option<Pin> {
        self.lock().keys.served_pin()
    }

    /// The pin of the server that this device is enrolled at.
    #[must_use]
    pub fn server_pin(&self) -> Option<Pin> {
        let inner = self.lock();
        inner.keys.bond.as_ref()?.pin.as_deref()?.parse().ok()
    }

    /// Takes the server's word about the key that it just proved to have; says whether it holds.
    pub(crate) fn take_tls_word(&self, word: &TlsKey, proved: Pin) -> Result<bool, NodeError> {
        let mut inner = self.lock();
        let before = inner.keys.clone();
        let taken = inner.keys.take_word(word, proved);
        if taken == Some(true)
            && let Err(error) = inner.keys.save()
        {
            inner.keys = before;
            return Err(error);
        }
        Ok(taken.is_some())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]

    use std::sync::Arc;

    use super::*;
    use crate::keys::{Bond, to_hex};
    use crate::machine::Machine;
    use crate::node::NodeKind;

    fn pin(byte: u8) -> Pin {
        Pin::from_bytes([byte; 32])
    }

    fn machine() -> Machine {
        Machine::real(Arc::new(crate::SystemClock))
    }

    fn server() -> Keys {
        Keys::make_on(&machine(), NodeKind::Server, "S").unwrap()
    }

    fn device_of(server: &Keys, pinned: Pin) -> Keys {
        let mut keys = Keys::make_on(&machine(), NodeKind::Handheld, "A").unwrap();
        keys.bond = Some(Bond {
            ledger: server.ledger().unwrap().to_string(),
            server_url: "https://h".to_owned(),
            server_key: to_hex(server.key().public().as_bytes()),
            certificate: String::new(),
            pin: Some(pinned.to_string()),
            pin_number: 0,
        });
        keys
    }

    fn word(server: &mut Keys, number: u8, now: u64) -> TlsKey {
        let now = Timestamp::from_millis(now);
        server.note_served(Some(pin(number)), now).unwrap();
        server.tls_word().unwrap()
    }

    fn pinned(keys: &Keys) -> Option<String> {
        keys.bond.as_ref().unwrap().pin.clone()
    }

    #[test]
    fn a_word_is_taken_when_it_is_the_servers_and_its_key_was_proved() {
        let mut ours = server();
        let mut device = device_of(&ours, pin(1));
        let first = word(&mut ours, 1, 1_000);
        let second = word(&mut ours, 2, 2_000);
        assert_eq!(
            device.take_word(&second, pin(3)),
            None,
            "another key was seen"
        );
        let stranger = word(&mut server(), 2, 3_000);
        assert_eq!(
            device.take_word(&stranger, pin(2)),
            None,
            "a stranger's word"
        );
        let changes: [fn(&mut TlsKey); 3] = [
            |word| word.number += 1,
            |word| word.pin = ByteArray::new([3; 32]),
            |word| word.signature = ByteArray::new([0; 64]),
        ];
        for change in changes {
            let mut changed = second;
            change(&mut changed);
            let proved = Pin::from_bytes(*changed.pin);
            assert_eq!(device.take_word(&changed, proved), None);
        }
        assert_eq!(pinned(&device), Some(pin(1).to_string()));
        assert_eq!(device.take_word(&second, pin(2)), Some(true));
        assert_eq!(pinned(&device), Some(pin(2).to_string()));
        assert_eq!(
            device.take_word(&second, pin(2)),
            Some(false),
            "known already"
        );
        assert_eq!(
            device.take_word(&first, pin(1)),
            None,
            "a key that was given up"
        );
    }

    #[test]
    fn numbers_grow_with_each_key_whatever_the_clock_says() {
        let mut ours = server();
        let numbers = [(1, 5_000), (1, 6_000), (2, 0), (3, 4_000), (1, 9_000)];
        let numbers = numbers.map(|(key, now)| word(&mut ours, key, now).number);
        assert_eq!(numbers, [5_000, 5_000, 5_001, 5_002, 9_000]);
        ours.note_served(None, Timestamp::from_millis(0)).unwrap();
        assert_eq!(ours.tls_word(), None);
        assert!(word(&mut ours, 1, 0).number > 9_000);
    }

    #[test]
    fn a_new_epoch_gives_its_word_anew() {
        let mut ours = server();
        let before = word(&mut ours, 1, 5_000).number;
        ours.begin_origin(Timestamp::ZERO).unwrap();
        assert!(word(&mut ours, 1, 0).number > before);
    }

    #[test]
    fn a_device_that_pinned_nothing_takes_no_word() {
        let mut ours = server();
        let mut device = device_of(&ours, pin(1));
        if let Some(bond) = &mut device.bond {
            bond.pin = None;
        }
        let said = word(&mut ours, 1, 1_000);
        assert_eq!(device.take_word(&said, pin(1)), None);
    }
}
