//! What ties a device to a server's TLS key: the pin, and the text of the enrolment QR that brings
//! it.
//!
//! A pin is the SHA-256 hash of a certificate's public key (its SubjectPublicKeyInfo), not of the
//! certificate: one that is renewed for the same key keeps its pin.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::pki_types::CertificateDer;
use rustls::server::ParsedCertificate;

/// The hash of a TLS key, written as 43 letters of base64url.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pin([u8; 32]);

/// A text that is no pin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no pin of a TLS key: it has 43 letters, digits, - and _")]
pub struct BadPin(pub String);

impl Pin {
    /// The pin of the key in a certificate; none when it cannot be read.
    #[must_use]
    pub fn of_certificate(certificate: &CertificateDer<'_>) -> Option<Self> {
        let parsed = ParsedCertificate::try_from(certificate).ok()?;
        let key = parsed.subject_public_key_info();
        let hash = ring::digest::digest(&ring::digest::SHA256, &key);
        hash.as_ref().try_into().ok().map(Self)
    }

    /// A pin of its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pin({self})")
    }
}

impl FromStr for Pin {
    type Err = BadPin;

    fn from_str(text: &str) -> Result<Self, BadPin> {
        let bytes = URL_SAFE_NO_PAD.decode(text.trim().as_bytes()).ok();
        let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| BadPin(text.to_owned()))
    }
}

/// What an enrolment QR says, or what somebody typed in its place: `URL/#pin=PIN&code=CODE`.
///
/// Pin and code stand behind the #, so that a browser that opens the text sends them nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolText {
    /// The server's address.
    pub url: String,
    /// The pin of its TLS key, when it is not to be trusted for its name.
    pub pin: Option<Pin>,
    /// The one-time code.
    pub code: Option<String>,
}

impl FromStr for EnrolText {
    type Err = BadPin;

    /// Reads the text; what it says besides is left for later versions.
    fn from_str(text: &str) -> Result<Self, BadPin> {
        let (url, said) = text.trim().split_once('#').unwrap_or((text.trim(), ""));
        let value = |key: &str| {
            let mut pairs = said.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(name, _)| *name == key).map(|(_, value)| value)
        };
        Ok(Self {
            url: url.to_owned(),
            pin: value("pin").map(str::parse).transpose()?,
            code: value("code").map(|code| code.trim().to_owned()),
        })
    }
}

impl fmt::Display for EnrolText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/", self.url.trim_end_matches('/'))?;
        let pin = self.pin.map(|pin| format!("pin={pin}"));
        let code = self.code.as_ref().map(|code| format!("code={code}"));
        let mut mark = '#';
        for said in pin.into_iter().chain(code) {
            write!(f, "{mark}{said}")?;
            mark = '&';
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may")]

    use proptest::prelude::*;

    use super::*;

    const PIN: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

    #[test]
    fn a_pin_is_43_letters_and_nothing_else() {
        let bytes: Vec<u8> = (0..32).collect();
        let pin: Pin = format!(" {PIN}\n").parse().unwrap();
        assert_eq!(pin.as_bytes().as_slice(), bytes);
        assert_eq!(pin.to_string(), PIN);
        for bad in [
            "",
            "AAEC",
            &PIN[1..],
            &format!("{PIN}A"),
            &format!("{PIN}="),
            &PIN.replace('A', "+"),
            // The last letter has bits that no byte needs; a second way to write one pin is none.
            &format!("{}9", &PIN[..42]),
            "ü",
        ] {
            assert_eq!(bad.parse::<Pin>(), Err(BadPin(bad.to_owned())), "{bad:?}");
        }
    }

    #[test]
    fn texts_with_and_without_pin_and_code_are_read() {
        let read = |text: &str| {
            let read: EnrolText = text.parse().unwrap();
            let pin = read.pin.map(|pin| pin.to_string());
            (
                read.url,
                pin.unwrap_or_default(),
                read.code.unwrap_or_default(),
            )
        };
        let told =
            |url: &str, pin: &str, code: &str| (url.to_owned(), pin.to_owned(), code.to_owned());
        for (text, expected) in [
            ("http://h:1", told("http://h:1", "", "")),
            ("http://h:1/#code=A-B", told("http://h:1/", "", "A-B")),
            (
                &format!("https://h#pin={PIN}&code=C"),
                told("https://h", PIN, "C"),
            ),
            (
                &format!("https://h/#code=C&later=1&pin={PIN}"),
                told("https://h/", PIN, "C"),
            ),
            (
                &format!(" https://h/#pin={PIN}\n"),
                told("https://h/", PIN, ""),
            ),
            ("https://h/#&&x&code=C", told("https://h/", "", "C")),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
        assert!("https://h/#pin=short&code=C".parse::<EnrolText>().is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            bytes: Option<[u8; 32]>,
            code in proptest::option::of("[A-Z0-9-]{1,20}"),
            host in "[a-z]{1,9}(:[0-9]{1,4})?",
        ) {
            let text = EnrolText {
                url: format!("https://{host}/"),
                pin: bytes.map(Pin::from_bytes),
                code,
            };
            prop_assert_eq!(text.to_string().parse::<EnrolText>(), Ok(text));
        }

        #[test]
        fn no_text_is_too_odd_to_be_judged(text in "\\PC{0,120}") {
            if let Ok(read) = text.parse::<EnrolText>() {
                prop_assert!(text.contains(&read.url));
            }
            if let Ok(pin) = text.parse::<Pin>() {
                prop_assert_eq!(pin.to_string(), text.trim());
            }
        }
    }
}
