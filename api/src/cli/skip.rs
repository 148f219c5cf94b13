//! `palimpseste skip MODEL --position N --because WHY`.

use infra::postgres::{Role, connect, migrate_journal};
use infra::subscriptions::{Decision, SkipError, skip, skip_in_memory};

use super::{Failure, Format, Setting, say};
use crate::facts::REGISTER;

#[derive(clap::Args)]
pub struct Skip {
    /// The reader that is stopped, live or while it is rebuilt: pupil, teacher, principal, inspector, or register.
    model: String,
    /// The position at which it is stopped, as `doctor` and /readyz show it.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    position: i64,
    /// Why the record may be read without this event. Kept for ever: name no pupil here.
    #[arg(long, value_name = "WHY")]
    because: String,
    /// Who answers for it.
    #[arg(long, value_name = "NAME", env = "USER", default_value = "operator")]
    by: String,
}

impl Skip {
    pub(super) async fn run(self, setting: Setting) -> Result<(), Failure> {
        let databases = setting.location.databases(false, |_| {}).await?;
        let outcome = self.decide(&databases.url).await;
        databases.close();
        outcome?;
        let (model, position) = (&self.model, self.position);
        match setting.format {
            Format::Text => say(format!("{model} goes on without the event at position {position}; this is recorded")),
            Format::Json => say(serde_json::json!({"model": model, "position": position, "skipped": true})),
        }
        Ok(())
    }

    async fn decide(&self, url: &str) -> Result<(), SkipError> {
        migrate_journal(url).await?;
        let pool = connect(url, Role::Writer, 1).await?;
        let decision = Decision { position: self.position, by: &self.by, because: &self.because };
        if self.model == REGISTER {
            skip_in_memory(&pool, REGISTER, decision).await
        } else {
            skip(&pool, &self.model, decision).await
        }
    }
}
