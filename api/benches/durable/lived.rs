//! A fictitious school that has lived some weeks through real commands, on a durable cluster of its own: what the benches measure on.

use std::sync::Arc;

use api::app::{App, Mode};
use api::demo::clock::DemoClock;
use api::demo::{Demo, Memory, Silent};
use infra::devdb;
use infra::generator::{School, fictional_uai};
use jiff::Timestamp;
use jiff::civil::DateTime;

pub struct Lived {
    pub app: Arc<App>,
    // Each bench uses what it measures.
    #[allow(dead_code)]
    pub demo: Arc<Demo>,
    #[allow(dead_code)]
    pub cluster: devdb::Cluster,
    // Deleted once the cluster is stopped.
    data_dir: tempfile::TempDir,
}

impl Lived {
    /// The generated school of so many pupils, once `shaped`, that many school weeks before `at` and up to it.
    pub async fn open(pupils: usize, at: DateTime, weeks: usize, shaped: impl FnOnce(School) -> School) -> Self {
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
        let opened = App::open(data_dir.path(), cluster.url(), cluster.vault_url(), clock.clone(), Mode::Demo);
        let app = opened.await.unwrap();
        let memory = Memory { uai: fictional_uai(42), pupils, at, weeks, primary: false, ready: false, lived: 0 };
        memory.write(data_dir.path()).unwrap();
        let started = std::time::Instant::now();
        let generated = shaped(api::demo::school(&memory));
        let demo = Demo::open_school(app.clone(), clock, data_dir.path(), memory, generated, &Silent).await;
        let demo = demo.unwrap_or_else(|problem| panic!("{}", problem.message));
        eprintln!("{pupils} pupils, {weeks} weeks lived in {:.0} s", started.elapsed().as_secs_f64());
        Self { app, demo, cluster, data_dir }
    }

    pub async fn end(self) {
        self.app.close().await;
        self.cluster.stop();
        drop(self.data_dir);
    }
}

/// A number that the environment may set.
#[allow(dead_code)]
pub fn asked(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// In an order of chance, always the same.
#[allow(dead_code)]
pub fn shuffled<T: Ord>(mut all: Vec<T>) -> Vec<T> {
    all.sort_unstable();
    let mut state = 2_026_u64;
    for at in (1..all.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        all.swap(at, (state >> 33) as usize % (at + 1));
    }
    all
}
