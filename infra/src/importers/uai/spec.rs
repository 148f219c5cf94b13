use super::{Check, check_letter};
use crate::importers::samples;

#[test]
fn a_right_letter_is_told_from_a_wrong_one() {
    assert_eq!(check_letter("0771991W"), Check::Right);
    assert_eq!(check_letter("0382032C"), Check::Right);
    assert_eq!(check_letter("0750001A"), Check::Wrong { expected: 'U' });
    assert_eq!(check_letter("1004001V"), Check::Wrong { expected: 'F' });
    assert_eq!(check_letter("0000000V"), Check::Wrong { expected: 'A' });
}

#[test]
fn letters_out_of_the_alphabet_are_wrong_letters() {
    for letter in ["0771991I", "0771991O", "0771991Q"] {
        assert_eq!(check_letter(letter), Check::Wrong { expected: 'W' });
    }
}

#[test]
fn anything_else_is_not_a_school_code() {
    for code in ["", "W", "123ABC", "077199W", "00771991W", "0771991w", "20A0001B", "077199éW", " 0771991W", "٠٧٧١٩٩١W"]
    {
        assert_eq!(check_letter(code), Check::Shape, "{code}");
    }
}

#[test]
fn every_published_school_carries_its_right_letter() {
    let Some(list) = samples::find("schools/Liste_etablissements.csv") else {
        return;
    };
    let text = std::fs::read_to_string(list).unwrap();
    let mut rows = 0;
    for row in text.lines().skip(1) {
        let code = row.split(';').next().unwrap_or_default();
        assert_eq!(check_letter(code), Check::Right, "{code}");
        rows += 1;
    }
    assert_eq!(rows, 10_339);
}
