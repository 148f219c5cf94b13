use super::*;
use uuid::Uuid;

fn secret() -> Personal {
    Personal::new(Subject::Person(PersonId(Uuid::nil())), Retention::Identity, "Inès".to_owned())
}

struct Fake;
impl Seal for Fake {
    fn seal(&self, about: &Subject, class: Retention, _: &str) -> Result<Sealed, String> {
        Ok(Sealed { about: about.clone(), class, part: 0, dek: vec![], sealed_box: "x".into(), commit: "y".into() })
    }
}

#[test]
fn a_clear_value_cannot_be_written_without_the_vault() {
    assert!(serde_json::to_string(&secret()).is_err());
}

#[test]
fn through_the_vault_it_is_written_sealed_and_read_back_sealed() {
    let text = sealing(Rc::new(Fake), || serde_json::to_string(&secret())).unwrap();
    assert!(!text.contains("Inès"));
    let back: Personal = serde_json::from_str(&text).unwrap();
    assert!(back.clear().is_none());
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    assert!(serde_json::to_string(&secret()).is_err());
}

#[test]
fn a_cell_holds_the_text_of_the_event_as_it_stands_and_reads_back_the_same() {
    let text = sealing(Rc::new(Fake), || serde_json::to_string(&secret())).unwrap();
    let value: Personal = serde_json::from_str(&text).unwrap();
    let (aggregate, stream, event) = ("person".into(), "x@0".to_owned(), "Named".into());
    let cell = SealedCell { aggregate, stream, sequence: 3, event, sealed: value.kept().unwrap() };
    let column = cell.to_column();
    assert_eq!(column, format!(r#"{{"a":"person","i":"x@0","s":3,"e":"Named",{}"#, &text[1..]));
    let back = SealedCell::from_column(&column).unwrap();
    assert!(back == cell && back.to_column() == column);
    assert_eq!(serde_json::to_string(&[&cell, &back]).unwrap(), format!("[{column},{column}]"));
}

#[test]
fn a_value_that_is_neither_clear_nor_whole_is_refused() {
    let whole = sealing(Rc::new(Fake), || serde_json::to_value(secret())).unwrap();
    assert!(serde_json::from_value::<Personal>(whole.clone()).is_ok());
    for field in ["about", "class", "part", "dek", "box", "commit"] {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(serde_json::from_value::<Personal>(less).is_err(), "without {field}");
    }
    let mut both = whole;
    both.as_object_mut().unwrap().insert("clear".into(), "Inès".into());
    assert!(serde_json::from_value::<Personal>(both).is_err());
}

#[test]
fn its_content_is_not_in_its_debug_output() {
    assert!(!format!("{:?}", secret()).contains("Inès"));
}
