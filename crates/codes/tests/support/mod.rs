//! The GS1 Barcode Syntax Dictionary as data, where it is there, and values made by its rules.
//!
//! Written from the dictionary's own description of itself, so that it knows nothing of the code
//! under test.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, says what it leaves out, and uses a part of this"
)]

use std::io::Write as _;
use std::path::{Path, PathBuf};

const DICTIONARY: &str = "gs1/gs1-syntax-dictionary.txt";

/// One line of the dictionary, for one AI of its range.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) ai: String,
    /// The length ends the value.
    pub(crate) is_predefined: bool,
    /// A Digital Link may have it in its query.
    pub(crate) is_attribute: bool,
    pub(crate) components: Vec<Component>,
    /// Groups of AIs, one of which must be there.
    pub(crate) needs: Vec<Vec<String>>,
    pub(crate) excludes: Vec<String>,
    /// Sequences of qualifiers, where it is the key of a Digital Link.
    pub(crate) key: Option<Vec<Vec<String>>>,
    pub(crate) title: String,
}

/// One component of a value.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    pub(crate) charset: char,
    pub(crate) length_min: usize,
    pub(crate) length_max: usize,
    pub(crate) is_optional: bool,
    pub(crate) linters: Vec<String>,
}

/// A file of the shared data folder; none where it is not there, which is said.
pub(crate) fn shared(test: &str, path: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = std::env::var_os("STOCK_SHARED").map_or(root.join("../shared"), PathBuf::from);
    let path = folder.join("data").join(path);
    let text = std::fs::read_to_string(&path).ok();
    if text.is_none() {
        skipped(&format!("SKIPPED: {test}: {} is absent", path.display()));
    }
    text
}

/// All AIs of the dictionary; none where it is not there, which is said.
pub(crate) fn dictionary(test: &str) -> Option<Vec<Entry>> {
    let text = shared(test, DICTIONARY)?;
    let lines = text.lines();
    let entries_of = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Some(entries_of.flat_map(entries).collect())
}

/// What cannot run here is said where the test run collects it.
#[track_caller]
fn skipped(line: &str) {
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "nothing may be skipped here: {line}"
    );
    println!("{line}");
    if let Some(list) = std::env::var_os("STOCK_SKIP_LIST") {
        let options = std::fs::File::options()
            .append(true)
            .create(true)
            .open(list);
        writeln!(options.expect("open the list"), "{line}").expect("note a skipped test");
    }
}

fn entries(line: &str) -> Vec<Entry> {
    let (body, title) = line.split_once("# ").unwrap_or((line, ""));
    let mut words = body.split_whitespace().peekable();
    let range = words.next().unwrap();
    let flags = words
        .next_if(|word| word.starts_with(['*', '?']))
        .unwrap_or("");
    let mut entry = Entry {
        ai: String::new(),
        is_predefined: flags.contains('*'),
        is_attribute: flags.contains('?'),
        components: Vec::new(),
        needs: Vec::new(),
        excludes: Vec::new(),
        key: None,
        title: title.trim().to_owned(),
    };
    let list = |text: &str, at: char| text.split(at).map(str::to_owned).collect::<Vec<_>>();
    for word in words {
        if let Some(groups) = word.strip_prefix("req=") {
            entry.needs = groups.split(',').map(|group| list(group, '+')).collect();
        } else if let Some(excluded) = word.strip_prefix("ex=") {
            entry.excludes = list(excluded, ',');
        } else if word == "dlpkey" {
            entry.key = Some(Vec::new());
        } else if let Some(sequences) = word.strip_prefix("dlpkey=") {
            entry.key = Some(sequences.split('|').map(|text| list(text, ',')).collect());
        } else {
            entry.components.push(component(word));
        }
    }
    let (first, last) = range.split_once('-').unwrap_or((range, range));
    let numbers = first.parse::<u32>().unwrap()..=last.parse().unwrap();
    let width = first.len();
    numbers
        .map(|number| Entry {
            ai: format!("{number:0width$}"),
            ..entry.clone()
        })
        .collect()
}

fn component(word: &str) -> Component {
    let is_optional = word.starts_with('[');
    let mut parts = word.split(',');
    let shape = parts.next().unwrap().trim_matches(['[', ']']);
    let (charset, length) = shape.split_at(1);
    let length_max: usize = length.trim_start_matches("..").parse().unwrap();
    Component {
        charset: charset.chars().next().unwrap(),
        length_min: if length.starts_with("..") {
            1
        } else {
            length_max
        },
        length_max,
        is_optional,
        linters: parts.map(str::to_owned).collect(),
    }
}

/// Digits with their check digit behind them, computed from the left.
pub(crate) fn with_check_digit(digits: &str) -> String {
    let sum: u32 = digits
        .chars()
        .enumerate()
        .map(|(place, digit)| {
            let is_odd_from_right = (digits.len() - place) % 2 == 1;
            digit.to_digit(10).unwrap() * if is_odd_from_right { 3 } else { 1 }
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// Linters whose lists change from year to year, and which the crate says it does not know.
const NOT_CHECKED: [&str; 9] = [
    "gcppos1",
    "gcppos2",
    "iso3166",
    "iso3166999",
    "iso3166alpha2",
    "iso4217",
    "packagetype",
    "couponcode",
    "couponposoffer",
];

impl Component {
    /// Values that the component takes; the shortest and the longest are among them.
    pub(crate) fn right(&self) -> Vec<String> {
        if let Some((right, _)) = self.by_linter() {
            return right;
        }
        let filler = match self.charset {
            'N' => "1234567890",
            'X' => "Az09!\"%&'()*+,-./:;<=>?_",
            'Y' => "AZ09#-/",
            'Z' => "Az09-_=",
            other => panic!("no charset {other}"),
        };
        let of = |length: usize| filler.chars().cycle().take(length).collect();
        vec![of(self.length_min), of(self.length_max)]
    }

    /// Values of the right length and characters that its linters refuse.
    pub(crate) fn refused_by_linters(&self) -> Vec<String> {
        self.by_linter().map(|(_, wrong)| wrong).unwrap_or_default()
    }

    fn by_linter(&self) -> Option<(Vec<String>, Vec<String>)> {
        let checked = |name: &&String| !NOT_CHECKED.contains(&name.as_str());
        let names: Vec<&str> = self
            .linters
            .iter()
            .filter(checked)
            .map(String::as_str)
            .collect();
        let body = "9".repeat(self.length_max - 1);
        let long = "A".repeat(self.length_max);
        let good = with_check_digit(&body);
        let bad = format!(
            "{body}{}",
            (good[self.length_max - 1..].parse::<u8>().unwrap() + 1) % 10
        );
        let (right, wrong): (&[&str], &[&str]) = match names.as_slice() {
            [] => return None,
            ["csum"] => (&[&good], &[&bad]),
            ["csumalpha"] => (
                &["1987654Ad4X4bL5ttr2310c2K"],
                &["1987654Ad4X4bL5ttr2310cK2", "2"],
            ),
            ["csumalpha", "hasnondigit"] => (
                &["1987654Ad4X4bL5ttr2310c2K"],
                &["1987654Ad4X4bL5ttr2310c22", "22"],
            ),
            ["yymmd0"] => (&["250200", "280229"], &["250230", "251301", "250001"]),
            ["yymmdd"] => (&["280229", "991231"], &["250200", "270229", "251301"]),
            ["yyyymmdd"] => (
                &["19680229", "20281231"],
                &["19000229", "20281200", "20281301"],
            ),
            ["hhmi"] => (&["0000", "2359"], &["2400", "2360"]),
            ["hh"] => (&["00", "23"], &["24"]),
            ["mi" | "ss"] => (&["00", "59"], &["60"]),
            ["pcenc"] => (&["A", "%C3%A4%20b", &long], &["%", "%4", "%4G"]),
            ["yesno"] => (&["0", "1"], &["2"]),
            ["hyphen"] => (&["-"], &["+", "1"]),
            ["latitude"] => (&["0000000000", "1800000000"], &["1800000001"]),
            ["longitude"] => (&["0000000000", "3600000000"], &["3600000001"]),
            ["zero"] => (&["0"], &["1"]),
            ["nonzero"] => {
                return Some((vec![body + "0"], vec!["0".repeat(self.length_max)]));
            }
            ["winding"] => (&["0", "1", "9"], &["2", "8"]),
            ["pieceoftotal"] => (&["0101", "0299"], &["0001", "0100", "0302"]),
            ["iban"] => (
                &["GB82WEST12345698765432"],
                &["GB83WEST12345698765432", "G"],
            ),
            ["nozeroprefix"] => (&["1", "999999999999"], &["0", "01"]),
            ["importeridx"] => (&["-", "a"], &["!", "."]),
            ["mediatype"] => (&["01", "99"], &["00", "11", "79"]),
            ["iso5218"] => (&["0", "9"], &["3"]),
            ["posinseqslash"] => (&["1/1", "2/3"], &["3/2", "0/1", "123"]),
            other => panic!("no values for the linters {other:?}: the dictionary has new ones"),
        };
        let owned = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        Some((owned(right), owned(wrong)))
    }

    /// A character that cannot stand in the component.
    pub(crate) fn foreign(&self) -> char {
        match self.charset {
            'N' => 'A',
            'X' => '^',
            'Y' => 'a',
            _ => '!',
        }
    }
}

impl Entry {
    /// Values that the AI takes: one with every choice of its components, optional ones left out
    /// from the end on.
    pub(crate) fn right(&self) -> Vec<String> {
        let mut values = Vec::new();
        let mandatory = self
            .components
            .iter()
            .filter(|part| !part.is_optional)
            .count();
        for count in mandatory..=self.components.len() {
            let parts: Vec<Vec<String>> = self.components[..count]
                .iter()
                .map(Component::right)
                .collect();
            let most = parts.iter().map(Vec::len).max().unwrap_or(0);
            // A component of variable length stands last, so the others have their full length.
            values.extend((0..most).map(|choice| {
                parts
                    .iter()
                    .map(|part| part[choice.min(part.len() - 1)].as_str())
                    .collect::<String>()
            }));
        }
        values
    }

    /// Values with one fault each.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let first = |part: &Component| part.right().swap_remove(0);
        let last = |part: &Component| part.right().pop().unwrap();
        let whole: Vec<String> = self.components.iter().map(last).collect();
        let length_max: usize = self.components.iter().map(|part| part.length_max).sum();
        let too_long = format!("{:1<width$}", whole.concat(), width = length_max + 1);
        let mut values = vec![String::new(), too_long];
        for (place, part) in self.components.iter().enumerate() {
            let before = whole[..place].concat();
            let behind: String = self.components[place + 1..].iter().map(last).collect();
            for wrong in part.refused_by_linters() {
                values.push(format!("{before}{wrong}{behind}"));
            }
            let mut foreign = first(part);
            foreign.pop();
            foreign.push(part.foreign());
            values.push(format!("{before}{foreign}{behind}"));
            if part.length_min > 1 {
                let short = first(part);
                values.push(format!("{before}{}", &short[..short.len() - 1]));
            }
        }
        values
    }
}

/// The first AI of a pattern such as `31nn` that the dictionary has.
pub(crate) fn of_pattern<'a>(dictionary: &'a [Entry], pattern: &str, but_not: &str) -> &'a Entry {
    let matches = |entry: &&Entry| {
        entry.ai.len() == pattern.len()
            && entry.ai != but_not
            && pattern
                .chars()
                .zip(entry.ai.chars())
                .all(|(p, digit)| p == 'n' || p == digit)
    };
    dictionary
        .iter()
        .find(matches)
        .unwrap_or_else(|| panic!("no AI is of {pattern}"))
}
