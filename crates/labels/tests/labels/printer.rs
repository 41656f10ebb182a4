//! A label printer for the part of ZPL that labels use, written after its manual.
//!
//! It knows nothing of the crate: Code 128 is drawn from the printer's own data with its escapes, by
//! the encoder of the decoder's makers' table of patterns. Texts leave no dots; their escapes are
//! undone and kept.

use crate::picture::Picture;

/// The widths of bars and spaces of each symbol of Code 128, the stop last.
const PATTERNS: &str = "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 \
    231212 112232 122132 122231 113222 123122 123221 223211 221132 221231 213212 223112 312131 311222 \
    321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 112313 132113 132311 \
    211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 \
    213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 \
    141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 111242 \
    121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 \
    114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112";

/// Prints all labels of a document.
pub(crate) fn print(zpl: &str) -> Vec<Picture> {
    let formats = zpl.split("^XA").skip(1);
    formats.map(|format| label(format).0).collect()
}

/// The texts of the first label, as they are printed.
pub(crate) fn texts(zpl: &str) -> Vec<String> {
    let format = zpl.split("^XA").nth(1).unwrap();
    label(format).1
}

struct Head {
    paper: Picture,
    x: u32,
    y: u32,
    module: u32,
    height: u32,
    bars: bool,
    escapes: bool,
    texts: Vec<String>,
}

fn label(format: &str) -> (Picture, Vec<String>) {
    assert!(format.trim_end().ends_with("^XZ"), "a label ends");
    let mut head = Head {
        paper: Picture {
            width: 0,
            height: 0,
            grey: Vec::new(),
        },
        x: 0,
        y: 0,
        module: 2,
        height: 10,
        bars: false,
        escapes: false,
        texts: Vec::new(),
    };
    for command in format.split('^').skip(1) {
        let command = command.trim_end_matches('\n');
        let (name, parameters) = command.split_at(2);
        head.take(name, parameters);
    }
    (head.paper, head.texts)
}

fn numbers(parameters: &str) -> Vec<u32> {
    parameters
        .split(',')
        .filter_map(|number| number.parse().ok())
        .collect()
}

impl Head {
    fn take(&mut self, name: &str, parameters: &str) {
        let given = numbers(parameters);
        match name {
            "PW" => self.paper.width = given[0],
            "LL" => {
                self.paper.height = given[0];
                self.paper.grey = vec![255; (self.paper.width * given[0]) as usize];
            }
            "FO" => (self.x, self.y) = (given[0], given[1]),
            "BY" => self.module = given[0],
            "BC" => (self.bars, self.height) = (true, given[0]),
            "FH" => self.escapes = true,
            "FD" if self.bars => self.code128(parameters),
            "FD" => self.text(parameters),
            "GB" => self.frame(&given),
            "GF" => self.picture(parameters),
            "FS" => (self.bars, self.escapes) = (false, false),
            "A0" | "CI" | "LH" | "XZ" => {}
            other => panic!("the printer does not know ^{other}"),
        }
    }

    fn dots(&mut self, x: u32, y: u32, width: u32, height: u32) {
        assert!(
            x + width <= self.paper.width && y + height <= self.paper.height,
            "on the label"
        );
        for row in y..y + height {
            for column in x..x + width {
                self.paper.grey[(row * self.paper.width + column) as usize] = 0;
            }
        }
    }

    fn frame(&mut self, given: &[u32]) {
        let &[width, height, thick] = given else {
            panic!("three numbers: {given:?}")
        };
        let (x, y) = (self.x, self.y);
        self.dots(x, y, width, thick);
        self.dots(x, y + height - thick, width, thick);
        self.dots(x, y, thick, height);
        self.dots(x + width - thick, y, thick, height);
    }

    fn picture(&mut self, parameters: &str) {
        let parts: Vec<&str> = parameters.splitn(5, ',').collect();
        let &[kind, total, again, bytes, data] = parts.as_slice() else {
            panic!("five parameters: {parameters}")
        };
        assert_eq!((kind, total), ("A", again));
        let (total, bytes): (usize, usize) = (total.parse().unwrap(), bytes.parse().unwrap());
        let mut rows: Vec<Vec<u32>> = Vec::new();
        let mut row: Vec<u32> = Vec::new();
        for sign in data.chars() {
            if sign == ':' {
                assert!(row.is_empty());
                rows.push(rows.last().unwrap().clone());
                continue;
            }
            row.push(sign.to_digit(16).unwrap());
            if row.len() == bytes * 2 {
                rows.push(std::mem::take(&mut row));
            }
        }
        assert_eq!(rows.len() * bytes, total);
        for (down, row) in (0..).zip(&rows) {
            for (right, digit) in (0..).zip(row) {
                for bit in (0..4).filter(|bit| digit & (8 >> bit) != 0) {
                    self.dots(self.x + right * 4 + bit, self.y + down, 1, 1);
                }
            }
        }
    }

    fn text(&mut self, data: &str) {
        assert!(self.escapes && !data.contains('~'), "{data}");
        let mut parts = data.split('_');
        let mut text = parts.next().unwrap().to_owned();
        for part in parts {
            let (code, rest) = part.split_at(2);
            text.push(char::from(u8::from_str_radix(code, 16).unwrap()));
            text.push_str(rest);
        }
        self.texts.push(text);
    }

    fn code128(&mut self, data: &str) {
        let patterns: Vec<&str> = PATTERNS.split_whitespace().collect();
        assert_eq!(patterns.len(), 107);
        let mut values = values(data);
        let sum: u32 = (1..)
            .zip(&values[1..])
            .map(|(place, value)| place * value)
            .sum();
        values.push((values[0] + sum) % 103);
        values.push(106);
        let mut x = self.x;
        for value in values {
            for (place, width) in patterns[value as usize].chars().enumerate() {
                let width = width.to_digit(10).unwrap() * self.module;
                if place % 2 == 0 {
                    self.dots(x, self.y, width, self.height);
                }
                x += width;
            }
        }
    }
}

/// The symbols of a field's data, the start first.
fn values(data: &str) -> Vec<u32> {
    let mut values = Vec::new();
    let mut set = ' ';
    let mut rest = data.chars();
    while let Some(sign) = rest.next() {
        let value = match (sign, set) {
            ('>', _) => {
                let invoked = rest.next().unwrap();
                match invoked {
                    '9' | '7' => set = 'A',
                    ':' | '6' => set = 'B',
                    ';' | '5' => set = 'C',
                    _ => {}
                }
                match invoked {
                    '9' => 103,
                    ':' => 104,
                    ';' => 105,
                    '7' => 101,
                    '6' => 100,
                    '5' => 99,
                    '0' => 30,
                    '<' => 62,
                    '=' => 94,
                    '1' => 95,
                    '8' => 102,
                    other => panic!("an escape that the printer does not know: {other}"),
                }
            }
            (sign, 'B') => u32::from(sign) - 32,
            (tens, _) => {
                let ones = rest.next().unwrap();
                tens.to_digit(10).unwrap() * 10 + ones.to_digit(10).unwrap()
            }
        };
        values.push(value);
    }
    values
}
