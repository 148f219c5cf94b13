//! `palimpseste rebuild NAME`.

use indicatif::{ProgressBar, ProgressStyle};
use infra::postgres::{Role, connect, migrate_journal};
use infra::subscriptions::Subscriptions;

use super::{Failure, Format, Setting, say};
use crate::worker::read_models;

#[derive(clap::Args)]
pub struct Rebuild {
    /// The read model: pupil, teacher, principal, inspector; all of them without a name.
    name: Option<String>,
}

impl Rebuild {
    pub(super) async fn run(self, setting: Setting) -> Result<(), Failure> {
        let databases = setting.location.databases(false, |_| {}).await?;
        migrate_journal(&databases.url).await?;
        let subscriptions = Subscriptions::new(connect(&databases.url, Role::Writer, 4).await?, read_models(), vec![]);
        let names = match &self.name {
            Some(name) => vec![name.clone()],
            None => subscriptions.names().into_iter().map(str::to_owned).collect(),
        };
        for name in names {
            let style = ProgressStyle::with_template("{msg:12} {wide_bar} {pos}/{len} events, {per_sec}, {eta} left");
            let bar = ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
            bar.set_message(name.clone());
            let started = std::time::Instant::now();
            let (mut folded, mut begun) = (0, false);
            let progress = |at: i64, head: i64| {
                folded = head;
                bar.set_length(head as u64);
                bar.set_position(at as u64);
                // One that goes on after a kill has not folded what was there before.
                if !std::mem::replace(&mut begun, true) {
                    bar.reset_eta();
                }
            };
            subscriptions.rebuild(&name, progress).await?;
            bar.finish_and_clear();
            let seconds = started.elapsed().as_secs_f64();
            match setting.format {
                Format::Text => say(format!("{name}: rebuilt from {folded} events in {seconds:.1} s")),
                Format::Json => say(serde_json::json!({"model": name, "events": folded, "seconds": seconds})),
            }
        }
        databases.close();
        Ok(())
    }
}
