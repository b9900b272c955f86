//! Every test here starts real servers.

use crate::{Scratch, Server, Settings, identity::Identity};
use std::{
    env,
    fs::{self, Permissions},
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{self, Child, Command, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

// Where the process that is to be killed finds its data directory.
const OWNED: &str = "EMBEDDED_POSTGRES_TEST_OWNED";
// Set when the process that is to be killed has nobody to clean up after it.
const UNWATCHED: &str = "EMBEDDED_POSTGRES_TEST_UNWATCHED";

/// In memory where the system offers that, because nothing here is about the speed of disks.
fn fresh_dir() -> TempDir {
    TempDir::new_in("/dev/shm").or_else(|_| TempDir::new()).unwrap()
}

fn start(dir: &Path) -> Server {
    Server::start(&Settings::new(dir)).unwrap()
}

fn answer(server: &Server, sql: &str) -> String {
    let output =
        server.psql("postgres").args(["--tuples-only", "--no-align", "--command", sql]).output().unwrap();
    assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn a_server_answers_on_its_url_as_the_owner_and_on_no_network() {
    let dir = fresh_dir();
    let server = start(dir.path());

    assert_eq!(answer(&server, "select current_user"), "accord_owner");
    assert_eq!(answer(&server, "show listen_addresses"), "");
    assert!(server.url("postgres").starts_with("postgres://accord_owner@localhost:5432/postgres?host=%2F"));
}

#[test]
fn data_is_safe_by_checksums_and_flushes_that_a_configuration_file_cannot_turn_off() {
    let dir = fresh_dir();
    let server = start(dir.path());
    answer(&server, "alter system set fsync = off");
    answer(&server, "alter system set synchronous_commit = off");
    server.stop().unwrap();

    let server = start(dir.path());
    for setting in ["data_checksums", "fsync", "full_page_writes", "synchronous_commit"] {
        assert_eq!(answer(&server, &format!("show {setting}")), "on", "{setting}");
    }
    assert_eq!(answer(&server, "show server_encoding"), "UTF8");
}

#[test]
fn data_is_kept_between_runs() {
    let dir = fresh_dir();
    let server = start(dir.path());
    answer(&server, "create table kept as select 42 as value");
    server.stop().unwrap();

    assert_eq!(answer(&start(dir.path()), "select value from kept"), "42");
}

#[test]
fn a_database_is_created_once_whatever_its_name() {
    let dir = fresh_dir();
    let server = start(dir.path());
    let name = "it's a \"test\" 50%";
    server.create_database(name).unwrap();
    server.create_database(name).unwrap();

    let output = server.psql(name).args(["-tAc", "select current_database()"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), name);
}

#[test]
fn two_on_one_directory_are_refused_with_the_directory_the_pid_and_the_way_out() {
    let dir = fresh_dir();
    let _first = start(dir.path());
    let refused = format!("{:#}", Server::start(&Settings::new(dir.path())).unwrap_err());

    assert!(refused.contains(&format!("(pid {})", process::id())), "{refused}");
    assert!(refused.contains(&dir.path().display().to_string()), "{refused}");
    assert!(refused.contains("ACCORD_DATA_DIR"), "{refused}");
}

#[test]
fn when_the_owner_is_killed_its_server_ends_and_the_next_start_finds_the_data() {
    if let Some(dir) = env::var_os(OWNED) {
        own_until_killed(Path::new(&dir));
    }
    let dir = fresh_dir();
    let mut owner = owner_of(
        dir.path(),
        "tests::when_the_owner_is_killed_its_server_ends_and_the_next_start_finds_the_data",
        false,
    );
    owner.kill().unwrap();
    owner.wait().unwrap();

    assert_eq!(answer(&start(dir.path()), "select value from owned"), "7");
}

#[test]
fn a_server_that_outlived_its_owner_is_replaced_by_the_next_start() {
    if let Some(dir) = env::var_os(OWNED) {
        own_until_killed(Path::new(&dir));
    }
    let dir = fresh_dir();
    let mut owner =
        owner_of(dir.path(), "tests::a_server_that_outlived_its_owner_is_replaced_by_the_next_start", true);
    owner.kill().unwrap();
    owner.wait().unwrap();
    let pid_file = dir.path().join("postgres/postmaster.pid");
    let orphan = fs::read_to_string(&pid_file).unwrap();

    let server = start(dir.path());
    assert_eq!(answer(&server, "select value from owned"), "7");
    assert_ne!(fs::read_to_string(&pid_file).unwrap().lines().next(), orphan.lines().next());
}

/// Runs this very test again in a process that owns a server, and returns when the server has data.
fn owner_of(dir: &Path, test: &str, unwatched: bool) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture"]).env(OWNED, dir).stdout(Stdio::piped());
    if unwatched {
        command.env(UNWATCHED, "1");
    }
    let mut owner = command.spawn().unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line.contains("owned and ready")));
    owner
}

fn own_until_killed(dir: &Path) -> ! {
    let mut server = start(dir);
    answer(&server, "create table owned as select 7 as value");
    if env::var_os(UNWATCHED).is_some() {
        server.watcher.kill().unwrap();
    }
    println!("owned and ready");
    loop {
        std::thread::park();
    }
}

#[test]
fn after_a_crash_of_postgres_the_next_start_recovers_what_was_committed() {
    let dir = fresh_dir();
    let mut server = start(dir.path());
    answer(&server, "create table committed as select 1 as value");
    server.postmaster.kill().unwrap();
    server.postmaster.wait().unwrap();
    assert!(server.stop().unwrap_err().to_string().contains("ended by itself"));

    assert_eq!(answer(&start(dir.path()), "select value from committed"), "1");
}

#[test]
fn a_start_waits_for_what_is_left_of_a_killed_server() {
    let dir = fresh_dir();
    let leftover = Leftover::of(start(dir.path()));
    let log = fs::read_to_string(dir.path().join("postgres.log")).unwrap().len();

    thread::scope(|scope| {
        let next = scope.spawn(|| {
            Server::start(&Settings { patience: Duration::MAX, ..Settings::new(dir.path()) }).unwrap()
        });
        // Until it was in the way once.
        while !fs::read_to_string(dir.path().join("postgres.log")).unwrap()[log..].contains("is still in use")
        {
            assert!(!next.is_finished(), "started beside a process of the server before");
            thread::yield_now();
        }
        drop(leftover);
        assert_eq!(answer(&next.join().unwrap(), "select 1"), "1");
    });
}

#[test]
fn what_is_left_of_a_killed_server_for_too_long_is_named_with_the_way_out() {
    let dir = fresh_dir();
    let leftover = Leftover::of(start(dir.path()));
    let hasty = Settings { patience: Duration::ZERO, ..Settings::new(dir.path()) };
    let refused = format!("{:#}", Server::start(&hasty).unwrap_err());

    assert!(refused.contains(&dir.path().display().to_string()), "{refused}");
    let (_, kill) = refused.split_once("`kill -9 ").unwrap();
    let (pids, _) = kill.split_once('`').unwrap();
    // Others may not have noticed yet.
    assert!(pids.split(' ').any(|pid| pid == leftover.pid), "{refused}");
    drop(leftover);
    assert_eq!(answer(&start(dir.path()), "select 1"), "1");
}

/// A process of a server that was killed, halted so that it cannot notice.
struct Leftover {
    pid: String,
}

impl Leftover {
    fn of(mut server: Server) -> Self {
        let pid = answer(&server, "select pid from pg_stat_activity where backend_type = 'checkpointer'");
        let leftover = Self { pid };
        leftover.signal("-STOP");
        server.postmaster.kill().unwrap();
        server.postmaster.wait().unwrap();
        server.stop().unwrap_err();
        leftover
    }

    fn signal(&self, signal: &str) {
        assert!(Command::new("kill").args([signal, &self.pid]).status().unwrap().success());
    }
}

impl Drop for Leftover {
    fn drop(&mut self) {
        self.signal("-KILL");
    }
}

#[test]
fn a_server_crashes_and_starts_again_on_the_same_address_with_what_was_committed() {
    let mut scratch = Scratch::start().unwrap();
    let url = scratch.url("postgres");
    answer(&scratch, "create table committed as select 1 as value");
    scratch.crash().unwrap();
    let refused = scratch.psql("postgres").args(["--command", "select 1"]).output().unwrap();
    assert!(!refused.status.success());

    scratch.start_again().unwrap();
    assert_eq!(scratch.url("postgres"), url);
    assert_eq!(answer(&scratch, "select value from committed"), "1");
    // Also when nobody has ended it before.
    scratch.start_again().unwrap();
    assert_eq!(answer(&scratch, "select value from committed"), "1");
    let dir = scratch.data.path().to_owned();
    drop(scratch);
    assert!(!dir.exists());
}

#[test]
fn a_pid_file_that_names_somebody_else_is_stale() {
    let dir = fresh_dir();
    start(dir.path()).stop().unwrap();
    let pid_file = dir.path().join("postgres/postmaster.pid");
    // This process lives and is the same user's, but is no postmaster.
    fs::write(&pid_file, format!("{}\n", process::id())).unwrap();

    assert_eq!(answer(&start(dir.path()), "select 1"), "1");
}

#[test]
fn a_zombie_that_nobody_reaps_is_no_server() {
    let dir = fresh_dir();
    start(dir.path()).stop().unwrap();
    let mut zombie = Command::new("true").spawn().unwrap();
    let stat = format!("/proc/{}/stat", zombie.id());
    while !fs::read_to_string(&stat).unwrap().contains(") Z ") {
        thread::yield_now();
    }
    // As a server that was killed leaves them.
    fs::write(dir.path().join("postgres/postmaster.pid"), format!("{}\n", zombie.id())).unwrap();
    let lock = dir.path().join("run/.s.PGSQL.5432.lock");
    fs::write(&lock, format!("{}\n{}\n0\n5432\n\n\n", zombie.id(), dir.path().display())).unwrap();

    assert_eq!(answer(&start(dir.path()), "select 1"), "1");
    zombie.wait().unwrap();
}

#[test]
fn a_start_that_was_cut_short_leaves_nothing_that_hinders_the_next() {
    let dir = fresh_dir();
    fs::create_dir(dir.path().join("postgres.new")).unwrap();
    fs::write(dir.path().join("postgres.new/PG_VERSION"), "15\n").unwrap();

    assert_eq!(answer(&start(dir.path()), "select 1"), "1");
}

#[test]
fn a_directory_too_deep_for_a_socket_gets_a_short_one_for_the_run() {
    let dir = fresh_dir();
    let deep = dir.path().join("d".repeat(120));
    let server = start(&deep);
    assert_eq!(answer(&server, "select 1"), "1");
    let socket_dir = server.socket_dir.clone();
    assert!(!socket_dir.starts_with(&deep));
    server.stop().unwrap();
    assert!(!socket_dir.exists());
}

#[test]
fn a_failed_start_quotes_what_postgres_said() {
    let dir = fresh_dir();
    start(dir.path()).stop().unwrap();
    fs::write(dir.path().join("postgres/postgresql.auto.conf"), "no_such_setting = 1\n").unwrap();
    let failed = format!("{:#}", Server::start(&Settings::new(dir.path())).unwrap_err());

    assert!(failed.contains("no_such_setting"), "{failed}");
    assert!(failed.contains("postgres.log"), "{failed}");
}

#[test]
fn data_of_a_version_that_is_not_installed_is_refused_by_name() {
    let dir = fresh_dir();
    start(dir.path()).stop().unwrap();
    fs::write(dir.path().join("postgres/PG_VERSION"), "9\n").unwrap();
    let refused = format!("{:#}", Server::start(&Settings::new(dir.path())).unwrap_err());

    assert!(refused.contains("made by PostgreSQL 9"), "{refused}");
}

#[test]
fn root_is_told_which_directory_its_unprivileged_server_cannot_enter() {
    if !Identity::is_root() {
        return;
    }
    let closed = fresh_dir();
    fs::set_permissions(closed.path(), Permissions::from_mode(0o700)).unwrap();
    let refused = format!("{:#}", Server::start(&Settings::new(closed.path().join("data"))).unwrap_err());

    assert!(refused.contains(&format!("may not enter {},", closed.path().display())), "{refused}");
    assert!(refused.contains("ACCORD_DATA_DIR=/var/lib/accord"), "{refused}");
    assert!(!closed.path().join("data").exists());
}

#[test]
fn a_scratch_server_leaves_nothing_behind() {
    let scratch = Scratch::start().unwrap();
    assert_eq!(answer(&scratch, "select 1"), "1");
    let dir = scratch.data.path().to_owned();
    drop(scratch);

    assert!(!dir.exists());
}

#[test]
fn a_backup_is_restored_to_a_moment_after_it_or_to_the_end_of_the_archive() {
    let mut server = Scratch::start().unwrap();
    server.archive().unwrap();
    answer(&server, "create table kept (number int)");
    let backup = server.backup().unwrap();
    answer(&server, "insert into kept values (1)");
    answer(&server, "select pg_create_restore_point('one')");
    answer(&server, "insert into kept values (2)");
    let segment = answer(&server, "select pg_walfile_name(pg_switch_wal())");
    while answer(&server, &format!("select last_archived_wal >= '{segment}' from pg_stat_archiver")) != "t" {
        std::thread::yield_now();
    }
    // Each leaves the archive as it was to the next.
    let one = ("recovery_target_name", "one");
    for (target, kept) in [(&[one][..], "1"), (&[], "1 2"), (&[], "1 2")] {
        let restored = backup.restore(target).unwrap();
        while answer(&restored, "select pg_is_in_recovery()") == "t" {
            std::thread::yield_now();
        }
        assert_eq!(
            answer(&restored, "select string_agg(number::text, ' ' order by number) from kept"),
            kept,
            "{target:?}"
        );
        answer(&restored, "insert into kept values (3)");
    }
}

#[test]
fn a_standby_has_what_its_server_has_committed_and_takes_its_place() {
    let mut server = Scratch::start().unwrap();
    answer(&server, "create table kept (number int)");
    let standby = server.standby().unwrap();
    assert_eq!(answer(&standby, "select pg_is_in_recovery()"), "t");
    answer(&server, "alter system set synchronous_standby_names = '*'");
    answer(&server, "select pg_reload_conf()");
    while answer(&server, "select count(*) from pg_stat_replication where sync_state = 'sync'") == "0" {
        std::thread::yield_now();
    }
    answer(&server, "insert into kept values (1)");
    server.crash().unwrap();
    assert_eq!(answer(&standby, "select pg_promote()"), "t");
    answer(&standby, "insert into kept values (2)");
    assert_eq!(answer(&standby, "select string_agg(number::text, ' ' order by number) from kept"), "1 2");
}
