//! Large letters for what is read from a distance: a location's number, what a scan came to, how
//! much there is. Half blocks or blocks, which every terminal has.

/// How a pixel becomes cells of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// Two pixels above one another in a cell: three rows.
    Half,
    /// A pixel is two cells side by side: five rows.
    Whole,
}

/// Each letter in five rows of pixels.
const LETTERS: [(char, [&str; 5]); 44] = [
    ('0', ["###", "# #", "# #", "# #", "###"]),
    ('1', [" # ", "## ", " # ", " # ", "###"]),
    ('2', ["###", "  #", "###", "#  ", "###"]),
    ('3', ["###", "  #", " ##", "  #", "###"]),
    ('4', ["# #", "# #", "###", "  #", "  #"]),
    ('5', ["###", "#  ", "###", "  #", "###"]),
    ('6', ["###", "#  ", "###", "# #", "###"]),
    ('7', ["###", "  #", "  #", " # ", " # "]),
    ('8', ["###", "# #", "###", "# #", "###"]),
    ('9', ["###", "# #", "###", "  #", "###"]),
    ('A', [" # ", "# #", "###", "# #", "# #"]),
    ('B', ["## ", "# #", "## ", "# #", "## "]),
    ('C', [" ##", "#  ", "#  ", "#  ", " ##"]),
    ('D', ["## ", "# #", "# #", "# #", "## "]),
    ('E', ["###", "#  ", "## ", "#  ", "###"]),
    ('F', ["###", "#  ", "## ", "#  ", "#  "]),
    ('G', [" ##", "#  ", "# #", "# #", " ##"]),
    ('H', ["# #", "# #", "###", "# #", "# #"]),
    ('I', ["###", " # ", " # ", " # ", "###"]),
    ('J', ["  #", "  #", "  #", "# #", " # "]),
    ('K', ["# #", "# #", "## ", "# #", "# #"]),
    ('L', ["#  ", "#  ", "#  ", "#  ", "###"]),
    ('M', ["#   #", "## ##", "# # #", "#   #", "#   #"]),
    ('N', ["#  #", "## #", "# ##", "#  #", "#  #"]),
    ('O', [" # ", "# #", "# #", "# #", " # "]),
    ('P', ["## ", "# #", "## ", "#  ", "#  "]),
    ('Q', [" ## ", "#  #", "#  #", "# ##", " ###"]),
    ('R', ["## ", "# #", "## ", "# #", "# #"]),
    ('S', [" ##", "#  ", " # ", "  #", "## "]),
    ('T', ["###", " # ", " # ", " # ", " # "]),
    ('U', ["# #", "# #", "# #", "# #", "###"]),
    ('V', ["# #", "# #", "# #", "# #", " # "]),
    ('W', ["#   #", "#   #", "# # #", "## ##", "#   #"]),
    ('X', ["# #", "# #", " # ", "# #", "# #"]),
    ('Y', ["# #", "# #", " # ", " # ", " # "]),
    ('Z', ["###", "  #", " # ", "#  ", "###"]),
    ('-', ["   ", "   ", "###", "   ", "   "]),
    ('.', [" ", " ", " ", " ", "#"]),
    ('/', ["  #", "  #", " # ", "#  ", "#  "]),
    ('_', ["   ", "   ", "   ", "   ", "###"]),
    (':', [" ", "#", " ", "#", " "]),
    ('+', ["   ", " # ", "###", " # ", "   "]),
    (' ', ["  ", "  ", "  ", "  ", "  "]),
    ('>', ["#  ", " # ", "  #", " # ", "#  "]),
];

fn letter(c: char) -> Option<&'static [&'static str; 5]> {
    let known = LETTERS.iter().find(|(known, _)| *known == c);
    known.map(|(_, pixels)| pixels)
}

/// The rows of pixels of a text; none where a letter is not among ours.
fn pixels(text: &str) -> Option<[Vec<bool>; 5]> {
    let mut rows: [Vec<bool>; 5] = Default::default();
    for c in text.chars() {
        let pixels = letter(c)?;
        for (row, pixels) in rows.iter_mut().zip(pixels) {
            if !row.is_empty() {
                row.push(false);
            }
            row.extend(pixels.chars().map(|pixel| pixel == '#'));
        }
    }
    Some(rows)
}

const fn half(upper: bool, lower: bool) -> char {
    match (upper, lower) {
        (true, true) => '█',
        (true, false) => '▀',
        (false, true) => '▄',
        (false, false) => ' ',
    }
}

/// A text in large letters, row by row; none where a letter is not among ours, or where it is wider
/// than so many columns.
pub(super) fn large(text: &str, scale: Scale, columns: usize) -> Option<Vec<String>> {
    let [a, b, c, d, e] = pixels(text)?;
    let rows: Vec<String> = match scale {
        Scale::Half => {
            let none = vec![false; e.len()];
            [(a, b), (c, d), (e, none)]
                .into_iter()
                .map(|(upper, lower)| {
                    let pairs = upper.into_iter().zip(lower);
                    pairs.map(|(upper, lower)| half(upper, lower)).collect()
                })
                .collect()
        }
        Scale::Whole => [a, b, c, d, e]
            .into_iter()
            .map(|row| {
                let cells = row.into_iter().map(|on| if on { "██" } else { "  " });
                cells.collect()
            })
            .collect(),
    };
    let is_narrow = rows.iter().all(|row| row.chars().count() <= columns);
    (is_narrow && !text.is_empty()).then_some(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_even_and_differ() {
        for (c, rows) in LETTERS {
            let width = rows[0].chars().count();
            assert!(rows.iter().all(|row| row.chars().count() == width), "{c}");
            let same = LETTERS.iter().filter(|(_, others)| *others == rows);
            assert_eq!(same.count(), 1, "{c}");
        }
    }

    #[test]
    fn a_number_is_drawn_where_it_fits() {
        let drawn = large("A-1", Scale::Half, 11).unwrap();
        assert_eq!(drawn, ["▄▀▄     ▄█ ", "█▀█ ▀▀▀  █ ", "▀ ▀     ▀▀▀"]);
        assert_eq!(large("A-1", Scale::Half, 10), None);
        assert_eq!(large("Ä-1", Scale::Half, 40), None);
        assert_eq!(large("7", Scale::Whole, 6).unwrap().len(), 5);
    }
}
