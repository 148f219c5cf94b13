//! The school code, *unité administrative immatriculée* (UAI, formerly RNE): seven digits and a check letter.
//!
//! Files in real use hold wrong letters, so an importer warns and an exporter refuses; hence an answer and not an error.

#[cfg(test)]
mod spec;

/// I, O and Q are left out, being too close to 1 and 0.
const LETTERS: &[u8; 23] = b"ABCDEFGHJKLMNPRSTUVWXYZ";

/// What the letter of a school code is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    /// Seven digits and the letter they call for.
    Right,
    /// The shape is right, the letter is not.
    Wrong {
        /// The letter the seven digits call for.
        expected: char,
    },
    /// Not seven digits and a capital letter.
    Shape,
}

/// Checks a code already trimmed: the letter is the one at `digits mod 23`.
pub fn check_letter(code: &str) -> Check {
    let bytes = code.as_bytes();
    let [digits @ .., letter] = bytes else {
        return Check::Shape;
    };
    if digits.len() != 7 || !digits.iter().all(u8::is_ascii_digit) || !letter.is_ascii_uppercase() {
        return Check::Shape;
    }
    let remainder = digits.iter().fold(0, |sum, digit| (sum * 10 + usize::from(digit - b'0')) % LETTERS.len());
    let expected = LETTERS[remainder];
    if *letter == expected { Check::Right } else { Check::Wrong { expected: char::from(expected) } }
}
