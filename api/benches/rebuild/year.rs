//! A school year of the demonstration's collège, on a durable cluster of its own.

use std::sync::Arc;

use api::app::{App, Mode};
use api::demo::clock::DemoClock;
use api::demo::{Demo, Memory, Silent};
use infra::devdb;
use infra::generator::fictional_uai;
use jiff::Timestamp;

pub struct Year {
    pub app: Arc<App>,
    cluster: devdb::Cluster,
    // Deleted once the cluster is stopped.
    data_dir: tempfile::TempDir,
}

impl Year {
    pub async fn live() -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        // The server's user is not ours when we are root: it must be able to walk in.
        std::fs::set_permissions(data_dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
        let settings = [("shared_buffers", "1GB"), ("max_wal_size", "8GB")];
        let options = devdb::Options {
            download: true,
            settings: settings.map(|(name, value)| (name.into(), value.into())).into(),
            ..devdb::Options::new(data_dir.path())
        };
        let cluster = devdb::open(&options, &mut |step| eprintln!("{step}")).await.unwrap();
        let clock = Arc::new(DemoClock::standing_at(Timestamp::UNIX_EPOCH));
        let app =
            App::open(data_dir.path(), cluster.url(), cluster.vault_url(), clock.clone(), Mode::Demo).await.unwrap();
        let weeks = std::env::var("PALIMPSESTE_BENCH_WEEKS").ok().and_then(|text| text.parse().ok()).unwrap_or(36);
        // The last Monday of the school year.
        let at = jiff::civil::datetime(2027, 6, 28, 17, 30, 0, 0);
        let memory = Memory { uai: fictional_uai(42), pupils: 480, at, weeks, primary: false, ready: false, lived: 0 };
        memory.write(data_dir.path()).unwrap();
        let started = std::time::Instant::now();
        let demo = Demo::open(app.clone(), clock, data_dir.path(), memory, &Silent).await;
        if let Err(problem) = demo {
            panic!("{}", problem.message);
        }
        eprintln!("{weeks} weeks lived in {:.0} s", started.elapsed().as_secs_f64());
        Self { app, cluster, data_dir }
    }

    pub async fn end(self) {
        self.app.close().await;
        self.cluster.stop();
        drop(self.data_dir);
    }
}
