//! What is kept for ever: the form of each event, and the description of the API. A file under `tests/golden/` that no longer agrees
//! fails here; `UPDATE_GOLDEN=1` writes it again. The golden of an event is written once and never again: it is how a school's past
//! was stored, and a changed form is another version, read through `upcast.rs`.

mod told;

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::event::Fact;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden")
}

fn updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1")
}

/// Compares with the file kept under that name, or writes it when asked to.
#[track_caller]
pub fn kept(name: &str, now: &str) {
    let path = folder().join(name);
    if updating() {
        std::fs::write(&path, now).unwrap();
        return;
    }
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    let (mut old, mut new) = (before.lines(), now.lines());
    let mut drift = Vec::new();
    for number in 1.. {
        match (old.next(), new.next()) {
            (None, None) => break,
            (was, is) if was == is => {}
            (was, is) => drift.push(format!("{number:>5} - {}\n      + {}", was.unwrap_or(""), is.unwrap_or(""))),
        }
    }
    drift.truncate(20);
    assert!(
        drift.is_empty(),
        "tests/golden/{name} has drifted:\n{}\nIf this is meant: UPDATE_GOLDEN=1 cargo test -p tests",
        drift.join("\n")
    );
}

#[test]
fn the_description_of_the_api_is_kept() {
    kept("openapi.json", &format!("{}\n", api::http::openapi().to_pretty_json().unwrap()));
}

/// The variants an aggregate's events have: serde names them all when it meets one it does not know.
fn variants(aggregate: &str) -> Vec<String> {
    let Err(unknown) = Fact::decode(aggregate, r#"{"?":null}"#) else { panic!("{aggregate}") };
    let unknown = unknown.to_string();
    let (_, expected) = unknown.split_once("expected").unwrap();
    expected.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn every_event_ever_stored_is_still_read() {
    let known: BTreeMap<String, String> = told::by_every_aggregate();
    for aggregate in Fact::AGGREGATES {
        for name in variants(aggregate) {
            let path = folder().join(format!("events/{aggregate}.{name}.1.json"));
            if updating() && !path.exists() {
                let text = known.get(&format!("{aggregate}.{name}"));
                std::fs::write(&path, text.unwrap_or_else(|| panic!("no story here tells {aggregate}.{name}")))
                    .unwrap();
            }
            let file = path.display();
            let text = std::fs::read_to_string(&path)
                .unwrap_or_else(|_| panic!("{file} is missing: UPDATE_GOLDEN=1 writes it"));
            let fact = Fact::decode(aggregate, &text).unwrap_or_else(|problem| panic!("{file}: {problem}"));
            assert_eq!(fact.name(), name);
            let again: serde_json::Value = serde_json::from_str(&stored(&fact)).unwrap();
            assert_eq!(
                again,
                serde_json::from_str::<serde_json::Value>(&text).unwrap(),
                "{file} is not written as it is read"
            );
        }
    }
}

/// Goldens are of events that exist: one left alone would be a past that nobody reads.
#[test]
fn every_golden_is_of_an_event() {
    for file in std::fs::read_dir(folder().join("events")).unwrap().filter_map(Result::ok) {
        let name = file.file_name().to_string_lossy().into_owned();
        let [aggregate, event, _, "json"] = name.split('.').collect::<Vec<_>>()[..] else { panic!("{name}") };
        assert!(variants(aggregate).iter().any(|known| known == event), "{name}");
        // A later shape of it is read and written as it stands too.
        let text = std::fs::read_to_string(file.path()).unwrap();
        let fact = Fact::decode(aggregate, &text).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&stored(&fact)), read(&text), "{name}");
    }
}

fn stored(fact: &Fact) -> String {
    match fact {
        Fact::School(event) => serde_json::to_string(event),
        Fact::Person(event) => serde_json::to_string(event),
        Fact::Entourage(event) => serde_json::to_string(event),
        Fact::Group(event) => serde_json::to_string(event),
        Fact::Service(event) => serde_json::to_string(event),
        Fact::Textbook(event) => serde_json::to_string(event),
        Fact::Mandate(event) => serde_json::to_string(event),
    }
    .unwrap()
}
