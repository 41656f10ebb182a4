//! The text of `devices.toml`: read into rules, and a rule written.

use std::fmt::Write as _;
use std::ops::Range;
use std::time::Duration;

use serde::Deserialize;
use toml::Spanned;

use super::{ConfigError, FeatureReport, Match, Mode, Rule};
use crate::decode::Terminator;
use crate::decode::keyboard::{Layout, Sent, Spelling, key_names};
use crate::decode::pos::PosOverrides;

/// Gaps outside these would cut scans to pieces, or let nobody see what was scanned.
const GAP_MS: Range<u64> = 10..10_001;
const MIN_LEN_MAX: usize = 100;
/// Reports have at most this many bytes; what stands further behind cannot be meant.
const REPORT_BYTES_MAX: usize = 8 * 1024;

const GS: u8 = 0x1d;
const RS: u8 = 0x1e;
const EOT: u8 = 0x04;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    device: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(rename = "match")]
    matching: MatchEntry,
    mode: Option<String>,
    layout: Option<String>,
    #[serde(alias = "terminator")]
    terminators: Option<Vec<String>>,
    gap_ms: Option<u64>,
    min_len: Option<usize>,
    #[serde(default)]
    gs: Vec<String>,
    #[serde(default)]
    rs: Vec<String>,
    #[serde(default)]
    eot: Vec<String>,
    prefix: Option<String>,
    aim: Option<bool>,
    line_end: Option<bool>,
    init: Option<Vec<InitEntry>>,
    hidpos: Option<PosEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MatchEntry {
    vid: Option<u16>,
    pid: Option<u16>,
    serial: Option<String>,
    port: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InitEntry {
    feature: u8,
    data: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PosEntry {
    report_id: Option<u8>,
    count_at: Option<usize>,
    ignore_count: Option<bool>,
    aim_at: Option<usize>,
    data_at: Option<usize>,
    data_len: Option<usize>,
    continued_at: Option<usize>,
}

/// The rules of a text, or the first thing that is wrong in it.
pub(super) fn rules(text: &str) -> Result<Vec<Rule>, ConfigError> {
    let file: File = toml::from_str(text).map_err(|error| ConfigError {
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        problem: error.message().to_owned(),
    })?;
    let rule = |entry: Spanned<Entry>| {
        let line = line_of(text, entry.span().start);
        entry
            .into_inner()
            .into_rule()
            .map_err(|problem| ConfigError { line, problem })
    };
    file.device.into_iter().map(rule).collect()
}

fn line_of(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

impl Entry {
    fn into_rule(self) -> Result<Rule, String> {
        let matching = Match {
            vid: self.matching.vid,
            pid: self.matching.pid,
            serial: self.matching.serial,
            port: self.matching.port,
        };
        let mode = self.mode.map(|word| mode(&word)).transpose()?;
        if mode == Some(Mode::Keyboard) && !matching.names_one_product() {
            let problem = "mode \"keyboard\" needs a match with vid and pid, or with port: with less \
                           it would take everybody's keyboard";
            return Err(problem.to_owned());
        }
        let mut spellings = spelled(&self.gs, GS)?;
        spellings.extend(spelled(&self.rs, RS)?);
        spellings.extend(spelled(&self.eot, EOT)?);
        Ok(Rule {
            matching,
            mode,
            layout: self.layout.map(|word| layout(&word)).transpose()?,
            terminators: self
                .terminators
                .map(|words| terminators(&words))
                .transpose()?,
            gap: self.gap_ms.map(gap).transpose()?,
            min_len: self.min_len.map(min_len).transpose()?,
            spellings,
            prefix: self.prefix,
            takes_aim: self.aim,
            line_end: self.line_end,
            init: self
                .init
                .map(|reports| reports.into_iter().map(feature).collect()),
            pos: self.hidpos.map(PosEntry::into_overrides).transpose()?,
        })
    }
}

impl PosEntry {
    fn into_overrides(self) -> Result<PosOverrides, String> {
        let places = [
            self.count_at,
            self.aim_at,
            self.data_at,
            self.data_len,
            self.continued_at,
        ];
        if places.into_iter().flatten().any(|at| at > REPORT_BYTES_MAX) {
            return Err(format!("no report has more than {REPORT_BYTES_MAX} bytes"));
        }
        if self.data_len == Some(0) {
            return Err("data_len must be at least 1".to_owned());
        }
        Ok(PosOverrides {
            report_id: self.report_id,
            count_at: self.count_at,
            ignore_count: self.ignore_count,
            aim_at: self.aim_at,
            data_at: self.data_at,
            data_len: self.data_len,
            continued_at: self.continued_at,
        })
    }
}

fn feature(entry: InitEntry) -> FeatureReport {
    FeatureReport {
        id: entry.feature,
        data: entry.data,
    }
}

fn mode(word: &str) -> Result<Mode, String> {
    Mode::from_word(word).ok_or_else(|| not_one_of("mode", word, Mode::ALL.map(Mode::word)))
}

fn layout(word: &str) -> Result<Layout, String> {
    Layout::from_word(word).ok_or_else(|| not_one_of("layout", word, Layout::ALL.map(Layout::word)))
}

fn terminators(words: &[String]) -> Result<Vec<Terminator>, String> {
    let terminator = |word: &String| {
        Terminator::from_word(word).ok_or_else(|| {
            let words = Terminator::ALL.map(Terminator::word);
            not_one_of("terminators", word, words)
        })
    };
    words.iter().map(terminator).collect()
}

fn not_one_of<const N: usize>(key: &str, word: &str, words: [&str; N]) -> String {
    format!(
        "{key} cannot be \"{word}\": it is one of {}",
        words.join(", ")
    )
}

fn gap(ms: u64) -> Result<Duration, String> {
    if GAP_MS.contains(&ms) {
        return Ok(Duration::from_millis(ms));
    }
    Err(format!(
        "gap_ms must be from {} to {}",
        GAP_MS.start,
        GAP_MS.end - 1
    ))
}

fn min_len(len: usize) -> Result<usize, String> {
    if len <= MIN_LEN_MAX {
        return Ok(len);
    }
    Err(format!("min_len must be at most {MIN_LEN_MAX}"))
}

fn spelled(words: &[String], means: u8) -> Result<Vec<Spelling>, String> {
    let spelling = |word: &String| sent(word).map(|sent| Spelling { sent, means });
    words.iter().map(spelling).collect()
}

/// `f8` and other names of keys, `ctrl+]`, `alt+029`; everything else is text that is typed.
fn sent(word: &str) -> Result<Sent, String> {
    let small = word.to_ascii_lowercase();
    if let Some(usage) = key_names::usage(&small) {
        return Ok(Sent::Key(usage));
    }
    if let Some(digits) = small.strip_prefix("alt+") {
        let number = digits.parse();
        return number
            .map(Sent::Alt)
            .map_err(|_not_a_number| format!("\"{word}\" is no number typed with Alt"));
    }
    if let Some(key) = small.strip_prefix("ctrl+") {
        let mut chars = key.chars();
        return match (chars.next(), chars.next()) {
            (Some(key), None) => Ok(Sent::Ctrl(key)),
            _ => Err(format!("\"{word}\" must name one character behind ctrl+")),
        };
    }
    if word.is_empty() {
        return Err("an empty text cannot stand for a control character".to_owned());
    }
    Ok(Sent::Text(word.to_owned()))
}

/// A rule as an entry of the file.
pub(super) fn written(rule: &Rule) -> String {
    let mut out = format!("[[device]]\nmatch = {}\n", match_text(&rule.matching));
    let mut line = |key: &str, value: String| {
        let _written = writeln!(out, "{key} = {value}");
    };
    if let Some(mode) = rule.mode {
        line("mode", quoted(mode.word()));
    }
    if let Some(layout) = rule.layout {
        line("layout", quoted(layout.word()));
    }
    if let Some(ends) = &rule.terminators {
        line(
            "terminators",
            list(ends.iter().map(|end| quoted(end.word()))),
        );
    }
    if let Some(gap) = rule.gap {
        line("gap_ms", gap.as_millis().to_string());
    }
    if let Some(min_len) = rule.min_len {
        line("min_len", min_len.to_string());
    }
    for (key, means) in [("gs", GS), ("rs", RS), ("eot", EOT)] {
        let meant = rule.spellings.iter().filter(|one| one.means == means);
        let meant: Vec<String> = meant.map(|one| quoted(&sent_text(&one.sent))).collect();
        if !meant.is_empty() {
            line(key, list(meant.into_iter()));
        }
    }
    if let Some(prefix) = &rule.prefix {
        line("prefix", quoted(prefix));
    }
    if let Some(takes_aim) = rule.takes_aim {
        line("aim", takes_aim.to_string());
    }
    if let Some(line_end) = rule.line_end {
        line("line_end", line_end.to_string());
    }
    if let Some(init) = &rule.init {
        line("init", list(init.iter().map(feature_text)));
    }
    if let Some(pos) = &rule.pos {
        line("hidpos", pos_text(pos));
    }
    out
}

fn match_text(matching: &Match) -> String {
    let number = |number: u16| format!("0x{number:04x}");
    table([
        ("vid", matching.vid.map(number)),
        ("pid", matching.pid.map(number)),
        ("serial", matching.serial.as_deref().map(quoted)),
        ("port", matching.port.as_deref().map(quoted)),
    ])
}

fn pos_text(pos: &PosOverrides) -> String {
    let number = |number: Option<usize>| number.map(|number| number.to_string());
    table([
        ("report_id", pos.report_id.map(|id| id.to_string())),
        ("count_at", number(pos.count_at)),
        ("ignore_count", pos.ignore_count.map(|is| is.to_string())),
        ("aim_at", number(pos.aim_at)),
        ("data_at", number(pos.data_at)),
        ("data_len", number(pos.data_len)),
        ("continued_at", number(pos.continued_at)),
    ])
}

fn feature_text(report: &FeatureReport) -> String {
    let data = list(report.data.iter().map(|byte| format!("0x{byte:02x}")));
    format!("{{ feature = 0x{:02x}, data = {data} }}", report.id)
}

fn sent_text(sent: &Sent) -> String {
    match sent {
        Sent::Key(usage) => key_names::name(*usage)
            .unwrap_or_default()
            .to_ascii_lowercase(),
        Sent::Ctrl(key) => format!("ctrl+{key}"),
        Sent::Alt(number) => format!("alt+{number:03}"),
        Sent::Text(text) => text.clone(),
    }
}

fn table<const N: usize>(pairs: [(&str, Option<String>); N]) -> String {
    let said = pairs
        .into_iter()
        .filter_map(|(key, value)| value.map(|value| format!("{key} = {value}")));
    let said: Vec<String> = said.collect();
    if said.is_empty() {
        return "{}".to_owned();
    }
    format!("{{ {} }}", said.join(", "))
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
