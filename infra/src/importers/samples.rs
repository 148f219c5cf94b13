//! Where the specs find the published sample files, which are not part of the repository.

use std::path::PathBuf;

/// The folder or file `name` under `PALIMPSESTE_SAMPLES`; says so and answers none when the variable is unset.
pub fn find(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("PALIMPSESTE_SAMPLES") else {
        eprintln!("skipped, PALIMPSESTE_SAMPLES is unset: {name}");
        return None;
    };
    Some(PathBuf::from(folder).join(name))
}
