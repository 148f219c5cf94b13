//! What is not kept for ever, and is no event: swept at each start and then each hour.

use std::sync::Arc;
use std::time::Duration;

use infra::clock::Clock;
use infra::desk::Desk;
use infra::looks::Looks;
use tokio_util::sync::CancellationToken;

/// How often what is over is looked for.
const ROUND: Duration = Duration::from_hours(1);

/// Throws away the drafts and notes of school years that are over, and the looks whose delay has passed.
pub(super) async fn keep_swept(desk: Desk, looks: Looks, clock: Arc<dyn Clock>, cancel: CancellationToken) {
    while !cancel.is_cancelled() {
        // A day of Greenwich: whatever its zone, a school has a day of grace.
        let yesterday = clock.now() - jiff::SignedDuration::from_hours(24);
        let yesterday = yesterday.to_zoned(jiff::tz::TimeZone::UTC).date();
        match desk.clear(yesterday).await {
            Ok(0) => {}
            Ok(keys) => tracing::info!(keys, "drafts and notes of a school year that is over are gone"),
            Err(problem) => tracing::warn!(%problem, "drafts and notes cannot be cleared now"),
        }
        match looks.clear(yesterday).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "what was kept of who looked is gone, after its delay"),
            Err(problem) => tracing::warn!(%problem, "what is kept of who looked cannot be cleared now"),
        }
        tokio::select! { () = cancel.cancelled() => {}, () = tokio::time::sleep(ROUND) => {} }
    }
}
