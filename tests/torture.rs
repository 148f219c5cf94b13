//! The torture test of the journal's claim: an acknowledged fact is never lost, doubled, reordered, or skipped by a reader.
//!
//! Several processes write at once, with conflicts, repeats, guards, reused keys and rows that the database refuses; readers of all
//! kinds read meanwhile; the wire breaks in every way a wire can, statements are cancelled, backends terminated, processes and the
//! whole PostgreSQL killed with -9 and started again. Afterwards every command without an answer is sent again with its key, and the
//! [`oracle`] compares everything that was asked, answered and shown with the journal as it stands.
//!
//! The load and the order of the faults come from a seed, printed at the beginning. In the environment:
//!
//! - `PALIMPSESTE_TORTURE_MINUTES=10` makes the storm last that long; without it, one deck of faults is played (half a minute);
//! - `PALIMPSESTE_TORTURE_SEED=42` gives the seed.
//!
//! `cargo test -p tests --test main torture -- --nocapture` prints what was done, and how often each thing was compared.

mod cluster;
mod dice;
mod doctored;
mod evidence;
mod load;
mod notes;
mod oracle;
mod proxy;
mod readers;
mod storm;
mod writer;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use infra::clock::SystemClock;
use infra::journal::Journal;
use infra::keys::KeyDirectory;
use infra::postgres::{Role, connect, migrate_journal, migrate_vault};
use infra::vault::Vault;
use tokio::sync::watch;
use uuid::Uuid;

use cluster::Server;
use dice::Dice;
use notes::{Answer, Ask, Note, Notes};
use oracle::Verdict;
use storm::{PATIENCE, Storm};

/// Acknowledged commands sent once more after the storm: each is answered with the receipt it had.
const REPEATED: usize = 300;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acknowledged_fact_is_never_lost_doubled_reordered_or_skipped() {
    let seed = number("PALIMPSESTE_TORTURE_SEED").unwrap_or_else(|| Uuid::new_v4().as_u64_pair().0);
    let minutes = number("PALIMPSESTE_TORTURE_MINUTES").unwrap_or(0);
    eprintln!("torture: PALIMPSESTE_TORTURE_SEED={seed}");
    let lasting = Duration::from_mins(minutes);
    let storm = tokio::time::timeout(lasting + PATIENCE * 5, torture(seed, lasting)).await;
    let (verdict, faults) = storm.expect("the storm does not end");
    for (what, times) in faults.iter().chain(&verdict.counts) {
        eprintln!("torture: {times:>9}  {what}");
    }
    for complaint in verdict.complaints.iter().take(40) {
        eprintln!("torture: COMPLAINT {complaint}");
    }
    assert!(verdict.complaints.is_empty(), "{} complaints, with seed {seed}", verdict.complaints.len());
    let never: Vec<_> = MUST_HAPPEN.iter().filter(|what| verdict.count(what) == 0).collect();
    assert!(never.is_empty(), "never compared, or never answered so: {never:?}");
    let never: Vec<_> = MUST_STRIKE.iter().chain(&proxy::FAULTS).filter(|what| !faults.contains_key(*what)).collect();
    assert!(never.is_empty(), "faults that never struck: {never:?}");
}

/// A storm in which one of these did not happen has proved nothing about it.
const MUST_HAPPEN: [&str; 18] = [
    "written",
    "the same receipt again",
    "changed nothing",
    "refused: If-Match",
    "refused: key reused",
    "refused: guard",
    "refused: by the domain",
    "refused: by the database",
    "unknown",
    "commands once without an answer",
    "If-Match held",
    "guards held",
    "acknowledged commands present",
    "refused commands absent",
    "batches shown to a reader",
    "read models",
    "MACs",
    "sealed values opened",
];

const MUST_STRIKE: [&str; 7] = [
    "writers killed",
    "servers killed",
    "backends killed",
    "backends terminated",
    "statements cancelled",
    "rebuilds",
    "commands sent again after the storm",
];

async fn torture(seed: u64, lasting: Duration) -> (Verdict, BTreeMap<&'static str, u64>) {
    let folder = tempfile::Builder::new().prefix("palimpseste-torture-").tempdir().unwrap();
    // The server's user is not ours when we are root: it must be able to walk in.
    std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o711)).unwrap();
    let server = Server::start(folder.path()).await;
    migrate_journal(&server.url()).await.unwrap();
    migrate_vault(&server.vault_url()).await.unwrap();
    let notes = Notes::open(folder.path());
    let opening = journal(&server, folder.path()).await;
    for ask in load::openings() {
        assert!(matches!(notes.send(&opening, &ask, "opening", 0, true).await, Answer::Written { .. }));
    }
    let pause_ms = if lasting.is_zero() { 25 } else { 90 };
    let mut storm = Storm::brew(folder.path(), server, seed, pause_ms).await;
    let (last, until) = watch::channel(i64::MAX);
    let mut tails = tokio::task::JoinSet::new();
    for number in 0..2 {
        let pool = tail_pool(&storm).await;
        let name = format!("tail-{number}");
        tails.spawn(readers::tail(pool, folder.path().to_owned(), name, seed + number, until.clone()));
    }
    storm.blow(lasting).await;
    storm.calm().await;
    let again = settle(&storm, &notes, seed).await;
    let head = storm.head().await;
    storm.models_reach(head).await;
    storm.leave(head).await;
    last.send_replace(head);
    while let Some(ended) = tokio::time::timeout(PATIENCE, tails.join_next()).await.expect("a tail hangs") {
        ended.unwrap();
    }
    assert_eq!(storm.head().await, head, "something is written after everybody has left");
    judge(storm, again).await
}

/// A pool that keeps trying while the storm blows.
async fn tail_pool(storm: &Storm) -> sqlx::PgPool {
    for _ in 0..100 {
        if let Ok(pool) = connect(&storm.proxy.url(&storm.server.url()), Role::Reader, 1).await {
            return pool;
        }
    }
    panic!("no connection in a hundred attempts");
}

/// A journal with nothing in memory, straight on the server.
async fn journal(server: &Server, folder: &Path) -> Journal {
    let keys = KeyDirectory::open(folder).unwrap();
    let pool = connect(&server.url(), Role::Writer, 4).await.unwrap();
    let commit = connect(&server.url(), Role::Appender, 1).await.unwrap();
    let vault = Vault::new(connect(&server.vault_url(), Role::Login, 2).await.unwrap(), &keys);
    Journal::open(pool, commit, vault, &keys, Arc::new(SystemClock)).unwrap()
}

/// Sends every command without a final answer again, with its key, until it has one; and some that have theirs.
async fn settle(storm: &Storm, notes: &Notes, seed: u64) -> u64 {
    let journal = journal(&storm.server, &storm.folder).await;
    let (mut asks, mut answered) = (BTreeMap::<Uuid, Ask>::new(), BTreeMap::<Uuid, Answer>::new());
    for note in notes.since(&mut 0).0 {
        match note {
            Note::Asked { ask, .. } => drop(asks.insert(ask.id, ask)),
            Note::Answered { id, answer, .. } if answer.is_final() => drop(answered.insert(id, answer)),
            Note::Again { .. } | Note::Answered { .. } => {}
        }
    }
    let mut unanswered: Vec<&Ask> = asks.values().filter(|ask| !answered.contains_key(&ask.id)).collect();
    let mut written: Vec<&Ask> =
        asks.values().filter(|ask| matches!(answered.get(&ask.id), Some(Answer::Written { .. }))).collect();
    let mut dice = Dice::of(seed, &[4]);
    dice.shuffle(&mut unanswered);
    dice.shuffle(&mut written);
    for ask in unanswered.iter().chain(written.iter().take(REPEATED)) {
        for attempt in 1.. {
            let answer = notes.send(&journal, ask, "settling", 0, false).await;
            if answer.is_final() {
                break;
            }
            assert!(attempt < 20, "{} is not answered on a calm day: {answer:?}", ask.id);
        }
    }
    unanswered.len() as u64
}

async fn judge(mut storm: Storm, again: u64) -> (Verdict, BTreeMap<&'static str, u64>) {
    let world = evidence::gather(&mut storm.server.administrator().await, &storm.folder).await;
    let vault_url = storm.server.vault_url();
    let mut verdict = tokio::task::spawn_blocking(move || (oracle::examine(&world), world)).await.unwrap();
    let keys = KeyDirectory::open(&storm.folder).unwrap();
    let vault = Vault::new(connect(&vault_url, Role::Login, 2).await.unwrap(), &keys);
    evidence::open(&verdict.1, &vault, &mut verdict.0).await;
    verdict.0.complaints.append(&mut storm.stopped);
    let mut faults = storm.proxy.counts();
    faults.extend(std::mem::take(&mut storm.counts));
    faults.insert("commands sent again after the storm", again);
    (verdict.0, faults)
}
