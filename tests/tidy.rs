//! The law of the house, kept by code: who may know whom, what a file may be called, how long it may be.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(dir: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(dir)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().filter_map(Result::ok) {
            let path = entry.path();
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("node_modules") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push((path.clone(), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{dir} has no source");
    found
}

fn all() -> Vec<(PathBuf, String)> {
    ["domain", "projections", "infra", "api", "tests"].into_iter().flat_map(sources).collect()
}

/// Lines of code that name a crate by `name::`, comments left out.
fn names(text: &str, name: &str) -> bool {
    let path = format!("{name}::");
    text.lines().map(|line| line.split("//").next().unwrap_or("")).any(|line| {
        line.match_indices(&path)
            .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
    })
}

fn nobody_names(dir: &str, forbidden: &[&str]) {
    for (path, text) in sources(dir) {
        for name in forbidden {
            assert!(!names(&text, name), "{} names {name}", path.display());
        }
    }
}

#[test]
fn domain_knows_nobody() {
    nobody_names("domain", &["infra", "projections", "api", "tokio", "sqlx", "cqrs_es", "postgres_es", "axum"]);
    for (path, text) in sources("domain/src") {
        for clock in ["Timestamp::now(", "Zoned::now(", "SystemTime", "Uuid::new_v4(", "Uuid::now_v7("] {
            assert!(!text.contains(clock), "{} asks {clock}", path.display());
        }
    }
}

#[test]
fn projections_and_infra_never_know_each_other() {
    nobody_names("projections", &["infra", "api"]);
    nobody_names("infra", &["projections", "api"]);
}

#[test]
fn contexts_never_import_one_another() {
    // They share ids, actor, calendar and personal; a rule across two of them is a reaction.
    for (dir, others) in [
        ("directory", ["textbook", "inspection"]),
        ("textbook", ["inspection", "directory"]),
        ("inspection", ["textbook", "directory"]),
    ] {
        for (path, text) in sources("domain/src") {
            let inside = path.strip_prefix(root().join("domain/src")).unwrap().to_string_lossy().starts_with(dir);
            for other in others {
                assert!(!inside || !text.contains(&format!("crate::{other}")), "{} imports {other}", path.display());
            }
        }
    }
}

#[test]
fn the_two_sides_meet_in_one_file() {
    for (path, text) in sources("api/src") {
        let meets = names(&text, "infra") && text.contains("projections::ReadModel");
        assert!(!meets || path.ends_with("worker.rs"), "{} joins read models to the engine", path.display());
    }
}

/// Tables of another fold are not to be read: who names a read model asks `App::tables`, which refuses them.
#[test]
fn read_models_are_read_from_their_tables_alone() {
    for (path, text) in sources("api/src").into_iter().filter(|(path, _)| !path.ends_with("app.rs")) {
        let around = [".reader,", ".reader;", ".reader)"].iter().any(|pool| text.contains(pool));
        assert!(
            !(around && names(&text, "projections")),
            "{} reads a model without asking for its tables",
            path.display()
        );
    }
}

#[test]
fn no_file_is_a_drawer() {
    for (path, _) in all() {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let drawers = ["utils", "util", "helpers", "common", "types", "models", "manager", "misc", "mod"];
        assert!(!drawers.contains(&name.as_str()), "{} is a drawer", path.display());
    }
}

#[test]
fn no_file_is_longer_than_a_sitting() {
    for (path, text) in all() {
        let lines = text.lines().count();
        let tests = path.starts_with(root().join("tests")) || path.to_string_lossy().contains("spec");
        assert!(tests || lines <= 400, "{} has {lines} lines", path.display());
    }
}

#[test]
fn a_getter_is_named_by_what_it_gives() {
    for (path, text) in all() {
        let named = text.contains(concat!("fn ", "get_"));
        assert!(!named, "{} has a getter", path.display());
    }
}

#[test]
fn the_top_level_is_exactly_what_the_house_says() {
    let allowed = [
        "Cargo.toml",
        "Cargo.lock",
        "domain",
        "projections",
        "api",
        "infra",
        "tests",
        "benches",
        "README.md",
        "ARCHITECTURE.md",
        "LICENSE",
        "target",
    ];
    for entry in fs::read_dir(root()).unwrap().filter_map(Result::ok) {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(name.starts_with('.') || allowed.contains(&name.as_str()), "{name} does not belong at the top");
    }
}

/// Rules cited as `CT-05` in a text, in lower case with an underscore: the way a spec names them.
fn rules(text: &str) -> Vec<String> {
    let is_rule = |word: &str| {
        let bytes = word.as_bytes();
        bytes.len() == 5
            && bytes[2] == b'-'
            && bytes[..2].iter().all(u8::is_ascii_uppercase)
            && bytes[3..].iter().all(u8::is_ascii_digit)
    };
    let words = text.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '-'));
    words.filter(|word| is_rule(word)).map(|word| word.to_lowercase().replace('-', "_")).collect()
}

#[test]
fn every_rule_cited_in_the_domain_has_a_spec_named_after_it() {
    // A spec is a file of that name, or one in a folder of that name.
    let is_spec =
        |path: &Path| path.ends_with("spec.rs") || path.parent().is_some_and(|folder| folder.ends_with("spec"));
    let (specs, cited): (Vec<_>, Vec<_>) = sources("domain/src").into_iter().partition(|(path, _)| is_spec(path));
    let specs: String = specs.into_iter().map(|(_, text)| text).collect();
    let mut cited: Vec<String> = cited.iter().flat_map(|(_, text)| rules(text)).collect();
    cited.sort();
    cited.dedup();
    assert!(cited.len() >= 4, "the domain cites its rules: {cited:?}");
    for rule in cited {
        assert!(specs.contains(&format!("fn {rule}_")), "no spec is named after rule {rule}");
    }
}

#[test]
fn the_project_speaks_of_itself_only() {
    let words =
        [concat!("helper ", "session"), concat!("/work", "/"), concat!("crates", ".io"), concat!("../", "shared")];
    for (path, text) in all() {
        for word in words {
            assert!(!text.contains(word), "{} says {word:?}", path.display());
        }
    }
}
