//! Tests of keys and signatures.

use super::*;

fn key(number: u8) -> DeviceKey {
    DeviceKey::from_seed(&[number; 32])
}

fn head() -> SignedHead {
    let (ledger, origin) = (LedgerId::from_bytes([1; 16]), Origin::from_bytes([2; 16]));
    SignedHead::sign(&key(1), ledger, origin, 7, Hash::of(b"entries"))
}

fn certificate() -> Certificate {
    let fields = CertificateFields {
        ledger: LedgerId::from_bytes([1; 16]),
        public_key: key(2).public(),
        role: 2,
        name: "Händler 1".to_owned(),
        site: Some(Code::new("main").unwrap()),
    };
    Certificate::sign(&key(1), fields).unwrap()
}

#[test]
fn a_head_is_worth_only_what_was_signed() {
    let good = head();
    let public = key(1).public();
    assert_eq!(good.verify_strict(&public), Ok(()));
    assert_eq!(
        good.verify_strict(&key(2).public()),
        Err(HeadError::Signature)
    );
    let changes: [fn(&mut SignedHead); 4] = [
        |head| head.ledger = LedgerId::from_bytes([9; 16]),
        |head| head.origin = Origin::from_bytes([9; 16]),
        |head| head.seq = 8,
        |head| head.hash = Hash::of(b"other"),
    ];
    for change in changes {
        let mut changed = good.clone();
        change(&mut changed);
        assert_eq!(changed.verify_strict(&public), Err(HeadError::Signature));
    }
    assert_eq!(good.to_bytes().len(), SIGNED_HEAD_BYTES);
    assert_eq!(SignedHead::from_bytes(&good.to_bytes()).unwrap(), good);
}

#[test]
fn a_weak_key_verifies_nothing() {
    // The neutral element: with a lax check it accepts signatures that nobody made.
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let mut forged = head();
    let mut signature = [0; 64];
    signature[0] = 1;
    forged.signature = Signature(signature);
    assert!(forged.verify_strict(&PublicKey(neutral)).is_err());
}

#[test]
fn a_certificate_reads_as_it_was_written_and_no_byte_of_it_can_change() {
    let good = certificate();
    let server = key(1).public();
    assert_eq!(good.verify_strict(&server), Ok(()));
    let bytes = good.to_bytes();
    assert_eq!(Certificate::from_bytes(&bytes).unwrap(), good);
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 0x20;
        let refused = Certificate::from_bytes(&changed)
            .and_then(|other| other.verify_strict(&server))
            .is_err();
        assert!(refused, "byte {index}");
        assert!(
            Certificate::from_bytes(&bytes[..index]).is_err(),
            "cut at {index}"
        );
    }
    let longer = [&bytes[..], &[0]].concat();
    assert!(Certificate::from_bytes(&longer).is_err());
}

#[test]
fn a_certificate_without_site_and_an_overlong_name() {
    let fields = CertificateFields {
        ledger: LedgerId::from_bytes([1; 16]),
        public_key: key(2).public(),
        role: 0,
        name: String::new(),
        site: None,
    };
    let plain = Certificate::sign(&key(1), fields.clone()).unwrap();
    assert_eq!(Certificate::from_bytes(&plain.to_bytes()).unwrap(), plain);
    let name = "x".repeat(CERTIFICATE_NAME_BYTES_MAX + 1);
    let refused = Certificate::sign(&key(1), CertificateFields { name, ..fields });
    assert_eq!(refused, Err(HeadError::NameTooLong));
}

#[test]
fn a_request_is_signed_for_one_server_nonce_and_body() {
    let (device, server, nonce) = (key(3), [5; 16], [6; 24]);
    let signature = sign_request(&device, &server, &nonce, b"body").unwrap();
    let check = |server: &[u8; 16], nonce: &[u8], body: &[u8]| {
        verify_request(&device.public(), server, nonce, body, &signature)
    };
    assert_eq!(check(&server, &nonce, b"body"), Ok(()));
    assert_eq!(check(&[4; 16], &nonce, b"body"), Err(HeadError::Signature));
    assert_eq!(check(&server, &[6; 23], b"body"), Err(HeadError::Signature));
    assert_eq!(check(&server, &nonce, b"bodY"), Err(HeadError::Signature));
    assert_eq!(check(&server, &[6; 15], b"body"), Err(HeadError::Nonce));
    assert_eq!(check(&server, &[6; 33], b"body"), Err(HeadError::Nonce));
}

#[test]
fn the_device_id_is_the_hash_of_the_key_and_the_secret_is_not_shown() {
    let device = key(3);
    let hash = blake3::hash(device.public().as_bytes());
    assert_eq!(device.device_id().as_bytes(), &hash.as_bytes()[..16]);
    assert!(!format!("{device:?}").contains("0303"));
    assert_eq!(device.seed(), &[3; 32]);
}

#[test]
fn a_word_about_a_tls_key_is_signed_for_one_ledger_number_and_pin() {
    let (ledger, pin) = (LedgerId::from_bytes([1; 16]), [5; 32]);
    let signature = sign_tls_key(&key(1), ledger, 7, &pin);
    let holds = |by: u8, ledger, number, pin: &[u8; 32]| {
        verify_tls_key(&key(by).public(), ledger, number, pin, &signature).is_ok()
    };
    assert!(holds(1, ledger, 7, &pin));
    assert!(!holds(2, ledger, 7, &pin));
    assert!(!holds(1, LedgerId::from_bytes([2; 16]), 7, &pin));
    assert!(!holds(1, ledger, 8, &pin));
    assert!(!holds(1, ledger, 7, &[6; 32]));
}
