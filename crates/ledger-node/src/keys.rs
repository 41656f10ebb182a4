//! Who the node is and whom it trusts: one small file beside the journal, synced when it changes.
//!
//! Keys, certificates, verifiers and tokens live here and never in the log. Codes and tokens are
//! kept as hashes only.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use ledger_core::catalogue::Role;
use ledger_core::planted::Bug;
use ledger_core::{DeviceId, LedgerId, Origin, Timestamp};
use ledger_format::Hash;
use ledger_format::head::{Certificate, DeviceKey, PublicKey};
use ledger_store::Disk;
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use crate::error::NodeError;
use crate::machine::{Machine, Random};
use crate::node::NodeKind;
use crate::people::People;
use crate::vouch::Served;

/// The file's name in the store's directory.
pub(crate) const FILE: &str = "keys.json";
/// The version of the file's layout. Version 1 had no `check`, version 2 no people, version 3 no
/// TLS keys, version 4 no hubs.
const VERSION: u32 = 5;
/// The first version with a `check`.
const CHECKED: u32 = 2;
/// Letters and digits of a one-time code: none that are mistaken for each other.
const CODE_LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Letters of a one-time code: 80 bits.
const CODE_LENGTH: usize = 16;

/// What keys of any version say.
#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// All of a node's secrets and bonds.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Keys {
    version: u32,
    pub(crate) name: String,
    server: bool,
    /// A server that numbers nothing and has another one above it.
    #[serde(default, skip_serializing_if = "is_false")]
    hub: bool,
    seed: String,
    origin: String,
    /// Earlier origins of this device, oldest first.
    #[serde(default)]
    pub(crate) past_origins: Vec<String>,
    #[serde(default)]
    pub(crate) bond: Option<Bond>,
    #[serde(default)]
    pub(crate) central: Option<CentralKeys>,
    /// A hash of all else, in the file only: these bytes are nowhere else, and a seed or an epoch
    /// with a flipped bit looks like any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    check: Option<String>,
    #[serde(skip)]
    path: Option<PathBuf>,
    #[serde(skip)]
    disk: Disk,
    /// Worked out from the seed when it is first asked for.
    #[serde(skip)]
    device: OnceLock<DeviceId>,
    #[serde(skip)]
    pub(crate) random: Random,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys")
            .field("name", &self.name)
            .field("origin", &self.origin)
            .finish()
    }
}

/// What ties a handheld to a ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bond {
    pub(crate) ledger: String,
    pub(crate) server_url: String,
    pub(crate) server_key: String,
    pub(crate) certificate: String,
    /// The pin of the server's TLS key; none when the system's authorities vouch for it, or when
    /// it speaks plain HTTP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pin: Option<String>,
    /// The number of the server's word about that key.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) pin_number: u64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde gives fields by reference"
)]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde gives fields by reference"
)]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// What a server has beyond its key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CentralKeys {
    pub(crate) ledger: String,
    pub(crate) epoch: u64,
    pub(crate) secret: String,
    #[serde(default)]
    codes: Vec<Code>,
    #[serde(default)]
    tokens: Vec<Token>,
    #[serde(default, skip_serializing_if = "People::is_empty")]
    pub(crate) people: People,
    /// With which TLS key it is served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tls: Option<Served>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    hash: String,
    name: Option<String>,
    role: String,
    expires_millis: u64,
    used: bool,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    hash: String,
    name: String,
    role: String,
}

/// A one-time enrolment code, shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCode {
    /// The code.
    pub code: String,
    /// Until when it can be used.
    pub expires: Timestamp,
    /// The role that a device gets with it.
    pub role: Role,
}

/// What a code that was just used carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Redeemed {
    pub(crate) name: Option<String>,
    pub(crate) role: Role,
}

/// A number that no other epoch of the ledger has, and greater than an earlier one: the seconds of
/// the moment with 16 random bits, so that who hears of two can tell which is newer.
fn next_epoch(random: &Random, now: Timestamp, before: u64) -> Result<u64, NodeError> {
    let chance = u16::from_be_bytes(random.bytes::<2>()?);
    let by_clock = ((now.millis() / 1000) << 16) | u64::from(chance);
    if Bug::EpochShrinks.is_planted() && before > 0 {
        return Ok(before.saturating_sub(1));
    }
    Ok(by_clock.max(before.saturating_add(1)))
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    // The standard library takes a sign for a digit's place.
    if !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    digits.chunks(2).map(byte).collect()
}

fn fixed<const N: usize>(text: &str) -> Option<[u8; N]> {
    from_hex(text)?.try_into().ok()
}

/// A code that people can type: sixteen letters and digits in groups of four.
pub(crate) fn one_time_code(random: &Random) -> Result<String, NodeError> {
    let letters: Vec<u8> = random
        .bytes::<CODE_LENGTH>()?
        .iter()
        .filter_map(|byte| CODE_LETTERS.get(usize::from(byte % 32)).copied())
        .collect();
    let groups: Vec<String> = letters
        .chunks(4)
        .map(|group| String::from_utf8_lossy(group).into_owned())
        .collect();
    Ok(groups.join("-"))
}

pub(crate) fn secret_hash(text: &str) -> String {
    Hash::of(b"stockledger secret 1\0")
        .then(text.trim().as_bytes())
        .to_string()
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> NodeError + '_ {
    move |source| NodeError::File {
        path: path.to_owned(),
        source,
    }
}

impl Keys {
    /// New keys for a node, not yet written anywhere.
    pub(crate) fn make_on(
        machine: &Machine,
        kind: NodeKind,
        name: &str,
    ) -> Result<Self, NodeError> {
        let random = &machine.random;
        let central = match kind {
            NodeKind::Handheld => None,
            NodeKind::Server => Some(CentralKeys {
                ledger: to_hex(&random.bytes::<16>()?),
                epoch: next_epoch(random, machine.clock.now(), 0)?,
                secret: to_hex(&random.bytes::<32>()?),
                codes: Vec::new(),
                tokens: Vec::new(),
                people: People::default(),
                tls: None,
            }),
        };
        Ok(Self {
            version: VERSION,
            name: name.to_owned(),
            server: kind == NodeKind::Server,
            hub: false,
            seed: to_hex(&random.bytes::<32>()?),
            origin: to_hex(&random.bytes::<16>()?),
            past_origins: Vec::new(),
            bond: None,
            central,
            check: None,
            path: None,
            disk: machine.disk.clone(),
            device: OnceLock::new(),
            random: machine.random.clone(),
        })
    }

    /// Reads the keys of a store on this machine.
    pub(crate) fn read(dir: &Path) -> Result<Self, NodeError> {
        Self::read_from(&Disk::new(), dir)
    }

    /// Reads the keys of a store on a machine that may be simulated.
    pub(crate) fn read_on(machine: &Machine, dir: &Path) -> Result<Self, NodeError> {
        let mut keys = Self::read_from(&machine.disk, dir)?;
        keys.random = machine.random.clone();
        Ok(keys)
    }

    fn read_from(disk: &Disk, dir: &Path) -> Result<Self, NodeError> {
        let path = dir.join(FILE);
        let text = disk.read(&path).map_err(|error| NodeError::Keys {
            path: path.clone(),
            reason: error.to_string(),
        })?;
        let mut keys = Self::of_text(&text, &path)?;
        (keys.path, keys.disk) = (Some(path), disk.clone());
        Ok(keys)
    }

    /// The keys as they are kept.
    pub(crate) fn text(&self) -> Result<String, NodeError> {
        let mut kept = Self {
            version: VERSION,
            check: None,
            ..self.clone()
        };
        kept.check = Some(kept.hash()?);
        kept.json()
    }

    /// A hash of all but the check.
    fn hash(&self) -> Result<String, NodeError> {
        let bare = Self {
            check: None,
            ..self.clone()
        };
        Ok(Hash::of(bare.json()?.as_bytes()).to_string())
    }

    fn json(&self) -> Result<String, NodeError> {
        serde_json::to_string_pretty(self).map_err(|error| NodeError::Keys {
            path: self.path.clone().unwrap_or_default(),
            reason: error.to_string(),
        })
    }

    /// Reads keys as they are kept; `path` is where they are from. They are kept nowhere yet.
    pub(crate) fn of_text(text: &[u8], path: &Path) -> Result<Self, NodeError> {
        let bad = |reason: &str| NodeError::Keys {
            path: path.to_owned(),
            reason: reason.to_owned(),
        };
        let unread = |error: serde_json::Error| bad(&error.to_string());
        let Versioned { version } = serde_json::from_slice(text).map_err(unread)?;
        if version > VERSION {
            return Err(bad("they are of a newer version of the program"));
        }
        let keys: Self = serde_json::from_slice(text).map_err(unread)?;
        let whole = fixed::<32>(&keys.seed).is_some() && keys.origin.parse::<Origin>().is_ok();
        let checked = match &keys.check {
            Some(check) => *check == keys.hash()?,
            None => keys.version < CHECKED,
        };
        if !whole || !checked {
            return Err(bad("they are damaged"));
        }
        Ok(keys)
    }

    /// The directory that they are kept in, for other files of the node; none in tests and
    /// simulations, which have none.
    pub(crate) fn dir(&self) -> Option<&Path> {
        if self.disk.is_modelled() {
            return None;
        }
        self.path.as_deref()?.parent()
    }

    /// From now on kept in this directory.
    pub(crate) fn keep_in(&mut self, dir: &Path) -> Result<(), NodeError> {
        self.path = Some(dir.join(FILE));
        self.save()
    }

    /// Writes the keys: a new file, synced, in the old one's place, and the directory synced.
    pub(crate) fn save(&self) -> Result<(), NodeError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let text = self.text()?;
        let replaced = self.disk.replace(path, text.as_bytes());
        replaced.map_err(io(path))
    }

    /// Makes a change that is kept on the disk on return; where it fails, nothing has changed.
    fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Self) -> Result<T, NodeError>,
    ) -> Result<T, NodeError> {
        let mut next = self.clone();
        let done = change(&mut next)?;
        next.save()?;
        *self = next;
        Ok(done)
    }

    pub(crate) fn kind(&self) -> NodeKind {
        if self.server {
            NodeKind::Server
        } else {
            NodeKind::Handheld
        }
    }

    /// The same, for a server that numbers nothing.
    pub(crate) const fn of_hub(mut self) -> Self {
        self.hub = true;
        self
    }

    /// Whether it is a server that numbers nothing.
    pub(crate) const fn is_hub(&self) -> bool {
        self.hub
    }

    /// The epoch in which this server numbers; none where nothing is numbered.
    pub(crate) fn epoch(&self) -> Option<u64> {
        let numbers = !self.hub || Bug::HubNumbers.is_planted();
        let central = self.central.as_ref().filter(|_| numbers);
        central.map(|central| central.epoch)
    }

    pub(crate) fn key(&self) -> DeviceKey {
        DeviceKey::from_seed(&fixed(&self.seed).unwrap_or_default())
    }

    /// The device that has the key.
    pub(crate) fn device(&self) -> DeviceId {
        *self.device.get_or_init(|| self.key().device_id())
    }

    pub(crate) fn origin(&self) -> Origin {
        Origin::from_bytes(fixed(&self.origin).unwrap_or_default())
    }

    /// The role in the device's certificate.
    pub(crate) fn certified_role(&self) -> Option<Role> {
        let certificate = Certificate::from_bytes(&self.certificate()?).ok()?;
        Role::from_number(i64::from(certificate.role))
    }

    /// All origins that this device has written, oldest first; the last is the present one.
    pub(crate) fn origins(&self) -> Vec<Origin> {
        let past = self.past_origins.iter();
        past.filter_map(|origin| origin.parse().ok())
            .chain([self.origin()])
            .collect()
    }

    /// Goes on under a new origin, and on a server in a new epoch; kept on the disk on return.
    pub(crate) fn begin_origin(&mut self, now: Timestamp) -> Result<(), NodeError> {
        self.change(|keys| {
            keys.turn_over(0, now)?;
            // A backup does not know which keys came after it.
            let tls = keys.central.as_mut().and_then(|it| it.tls.as_mut());
            if let Some(tls) = tls {
                tls.pin = None;
            }
            Ok(())
        })
    }

    /// The same on a server that runs, and goes on with the TLS key that it is served with. The new
    /// epoch is later than another one.
    pub(crate) fn begin_origin_behind(
        &mut self,
        epoch: u64,
        now: Timestamp,
    ) -> Result<(), NodeError> {
        self.change(|keys| keys.turn_over(epoch, now))
    }

    fn turn_over(&mut self, epoch: u64, now: Timestamp) -> Result<(), NodeError> {
        let fresh = to_hex(&self.random.bytes::<16>()?);
        self.past_origins
            .push(std::mem::replace(&mut self.origin, fresh));
        if let Some(central) = &mut self.central
            && !Bug::KeepEpoch.is_planted()
        {
            central.epoch = next_epoch(&self.random, now, central.epoch.max(epoch))?;
        }
        Ok(())
    }

    /// The ledger that this node's heads are signed for, once it has one.
    pub(crate) fn ledger(&self) -> Option<LedgerId> {
        let bond = self.bond.as_ref().map(|bond| &bond.ledger);
        let central = self.central.as_ref().filter(|_| !self.hub);
        bond.or(central.map(|central| &central.ledger))?
            .parse()
            .ok()
    }

    /// The key that speaks for the ledger: the central server's.
    pub(crate) fn ledger_key(&self) -> Option<PublicKey> {
        let ours = self.epoch().map(|_| self.key().public());
        self.server_key().or(ours)
    }

    /// This device's certificate.
    pub(crate) fn certificate(&self) -> Option<Vec<u8>> {
        from_hex(&self.bond.as_ref()?.certificate)
    }

    /// A device's certificate, when the ledger's key signed it.
    pub(crate) fn certified(
        &self,
        certificate: Option<&ByteBuf>,
        device: DeviceId,
    ) -> Option<Certificate> {
        let certificate = Certificate::from_bytes(certificate?).ok()?;
        let holds = certificate.verify_strict(&self.ledger_key()?).is_ok();
        let is_ours = Some(certificate.ledger) == self.ledger();
        (holds && is_ours && certificate.device == device).then_some(certificate)
    }

    /// Of certificates that somebody shows those that the ledger's key signed.
    pub(crate) fn certified_all(&self, shown: &[ByteBuf]) -> Vec<Certificate> {
        let certified = shown.iter().filter_map(|bytes| {
            let device = Certificate::from_bytes(bytes).ok()?.device;
            self.certified(Some(bytes), device)
        });
        certified.collect()
    }

    pub(crate) fn server_key(&self) -> Option<PublicKey> {
        let bond = self.bond.as_ref()?;
        fixed(&bond.server_key).map(PublicKey::from_bytes)
    }

    /// Makes a one-time code.
    pub(crate) fn new_code(
        &mut self,
        name: Option<&str>,
        role: Role,
        expires: Timestamp,
    ) -> Result<NewCode, NodeError> {
        let code = one_time_code(&self.random)?;
        self.change(|keys| {
            let central = keys.central.as_mut().filter(|_| !keys.hub);
            let central = central.ok_or(NodeError::WrongKind(
                "only the central server makes codes: make one there, for the address of this hub",
            ))?;
            central.codes.push(Code {
                hash: secret_hash(&code),
                name: name.map(str::to_owned),
                role: role.word().to_owned(),
                expires_millis: expires.millis(),
                used: false,
            });
            Ok(())
        })?;
        Ok(NewCode {
            code,
            expires,
            role,
        })
    }

    /// Uses a code up; says in words why not.
    pub(crate) fn redeem(&mut self, code: &str, now: Timestamp) -> Result<Redeemed, &'static str> {
        let hash = secret_hash(&code.to_uppercase());
        let codes = self.central.as_mut().map(|central| &mut central.codes);
        let known = codes.into_iter().flatten().find(|known| known.hash == hash);
        let known = known.ok_or("this code is not known; ask for a new one")?;
        if known.used {
            return Err("this code has been used already; every device needs its own");
        }
        if known.expires_millis < now.millis() {
            return Err("this code has expired; ask for a new one");
        }
        known.used = true;
        Ok(Redeemed {
            name: known.name.clone(),
            role: Role::from_word(&known.role).unwrap_or(Role::Viewer),
        })
    }

    /// Makes a token for the API.
    pub(crate) fn new_token(&mut self, name: &str, role: Role) -> Result<String, NodeError> {
        let token = format!("stk_{}", to_hex(&self.random.bytes::<32>()?));
        self.change(|keys| {
            let central = keys.central.as_mut();
            let central = central.ok_or(NodeError::WrongKind("only a server makes tokens"))?;
            central.tokens.push(Token {
                hash: secret_hash(&token),
                name: name.to_owned(),
                role: role.word().to_owned(),
            });
            Ok(())
        })?;
        Ok(token)
    }

    /// Whose token it is.
    pub(crate) fn check_token(&self, token: &str) -> Option<(String, Role)> {
        let hash = secret_hash(token);
        let tokens = self.central.as_ref().map(|central| &central.tokens);
        let known = tokens
            .into_iter()
            .flatten()
            .find(|known| known.hash == hash)?;
        Some((known.name.clone(), Role::from_word(&known.role)?))
    }

    /// A nonce for signed requests: the moment it was made, and proof that this server made it.
    pub(crate) fn nonce(&self, now: Timestamp) -> Vec<u8> {
        let moment = now.millis().to_be_bytes();
        let secret = self.central.as_ref().map_or("", |central| &central.secret);
        let proof = Hash::of(secret.as_bytes()).then(&moment);
        moment
            .iter()
            .chain(proof.as_bytes().iter().take(16))
            .copied()
            .collect()
    }

    /// What proves that this server told a device of its snapshot in an epoch.
    pub(crate) fn snapshot_proof(&self, device: DeviceId, epoch: u64) -> String {
        let secret = self.central.as_ref().map_or("", |central| &central.secret);
        Hash::of(secret.as_bytes())
            .then(b"snapshot")
            .then(&epoch.to_be_bytes())
            .then(device.as_bytes())
            .to_string()
    }

    /// When this server made a nonce, if it did so not longer ago than `age_max_millis`.
    pub(crate) fn nonce_made(
        &self,
        nonce: &[u8],
        now: Timestamp,
        age_max_millis: u64,
    ) -> Option<Timestamp> {
        let moment = u64::from_be_bytes(*nonce.first_chunk::<8>()?);
        let made = Timestamp::from_millis(moment);
        let holds = nonce == self.nonce(made) && made.distance_millis(now) <= age_max_millis;
        holds.then_some(made)
    }
}

#[cfg(test)]
mod tests;
