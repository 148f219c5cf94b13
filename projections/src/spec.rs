//! What the read models promise together. What needs a database is a story of the tests: `tests/read_models.rs`.

#[test]
fn a_read_model_is_named_once() {
    let names: std::collections::BTreeSet<_> = crate::all().iter().map(|model| model.name()).collect();
    assert_eq!(names.len(), crate::all().len());
    assert!(crate::statements().iter().all(|statement| names.contains(statement.model)));
}
