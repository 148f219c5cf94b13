//! `palimpseste token PERSON --hours N`.

use domain::ids::PersonId;
use infra::keys::KeyDirectory;

use super::{Failure, Format, Setting, say};
use crate::auth::Tokens;

#[derive(clap::Args)]
pub struct Token {
    /// The person's id, as the API and the demonstration show it.
    person: uuid::Uuid,
    /// How long it is good for.
    #[arg(long, default_value_t = 8, value_parser = clap::value_parser!(u32).range(1..=24 * 31))]
    hours: u32,
}

impl Token {
    pub(super) fn run(self, setting: &Setting) -> Result<(), Failure> {
        let keys = KeyDirectory::open(&setting.location.data_dir)?;
        let token = Tokens::new(&keys.derive("token")).mint(PersonId(self.person), self.hours)?;
        match setting.format {
            Format::Text => say(token),
            Format::Json => say(serde_json::json!({"token": token, "person": self.person, "hours": self.hours})),
        }
        Ok(())
    }
}
