//! Scans and news for people and for programs.

use firmware_bridge::decode::Decoded;
use firmware_bridge::{Notice, Scan};
use serde_json::json;

use super::warn;

/// A scan as one line: what it says, its bytes, how it came.
pub(crate) fn scan_text(scan: &Scan) -> String {
    let aim = scan
        .aim
        .as_deref()
        .map(|aim| format!("{aim} "))
        .unwrap_or_default();
    let stale = if scan.is_stale {
        ", before anybody read"
    } else {
        ""
    };
    format!(
        "{aim}{}\n  {} bytes: {}\n  from {} as {}, ended by {}{stale}",
        readable(&scan.data),
        scan.data.len(),
        spaced_hex(&scan.data),
        scan.device,
        scan.mode,
        scan.framing,
    )
}

/// What a decoder gave as one line for people.
pub(crate) fn decoded_text(decoded: &Decoded) -> String {
    let aim = decoded.aim.map(|aim| format!("{aim} ")).unwrap_or_default();
    let (data, framing) = (readable(&decoded.data), decoded.framing);
    format!(
        "{aim}{data}\n  {} bytes, ended by {framing}",
        decoded.data.len()
    )
}

/// Bytes as text, with names for what cannot be seen.
fn readable(data: &[u8]) -> String {
    let text = String::from_utf8_lossy(data);
    text.chars()
        .map(|c| match u32::from(c) {
            // Unicode has a picture for each control character.
            code @ 0..0x20 => char::from_u32(0x2400 + code).unwrap_or(c),
            0x7f => '␡',
            _ => c,
        })
        .collect()
}

fn spaced_hex(data: &[u8]) -> String {
    let bytes: Vec<String> = data.iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.join(" ")
}

/// Tells news on standard error.
pub(crate) fn notice(notice: &Notice, json: bool) {
    if json {
        warn(&json!({ "notice": notice }).to_string());
        return;
    }
    warn(&notice.text);
    if let Some(hint) = notice.hint.as_ref().filter(|_| notice.is_trouble) {
        warn(&format!("hint: {hint}"));
    }
}
