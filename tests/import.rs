//! A school comes in by the files the academy and the timetable really send; what they say again is no event.

mod aaf;
mod by_hand;
mod ical;
mod sts;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use api::app::App;
use api::feed::{self, Changes, FeedError, Options, Report};
use domain::calendar::YearBounds;
use domain::directory::group::Sort;
use domain::directory::person::{Role, Standing};
use domain::ids::{GroupId, PersonId, SchoolId, SchoolYear};
use infra::importers::aaf::Category;
use jiff::civil::{Date, date};
use tests::World;

use aaf::*;

const UAI: &str = "0990042S";
const YEAR: SchoolYear = SchoolYear(2026);

fn year(starts_on: Date, ends_on: Date) -> YearBounds {
    YearBounds { year: SchoolYear(starts_on.year()), starts_on, ends_on }
}

fn options() -> Options {
    Options { year: Some(year(date(2026, 9, 1), date(2027, 7, 3))), ..Options::default() }
}

async fn import(app: &App, paths: &[PathBuf], options: &Options) -> Result<Report, FeedError> {
    feed::import(app, paths, options, |_, _| {}).await
}

async fn compared(app: &App, paths: &[PathBuf], options: &Options) -> Changes {
    feed::compare(app, feed::read(paths).unwrap(), options).await.unwrap()
}

async fn head(world: &World) -> i64 {
    infra::subscriptions::head(&world.reader).await.unwrap()
}

/// Replays and finds nothing to do, nothing done.
async fn nothing_more(world: &World, app: &App, paths: &[PathBuf], options: &Options) {
    let before = head(world).await;
    let changes = compared(app, paths, options).await;
    assert!(changes.is_empty(), "{}", changes.report);
    let report = feed::apply(app, changes, |_, _| {}).await.unwrap();
    assert_eq!(report.applied.unwrap().events, 0);
    assert_eq!(head(world).await, before);
}

fn holders(app: &App, role: Role) -> usize {
    let books = app.register.read();
    let open = |book: &&api::facts::PersonBook| {
        book.inactive_since.is_none() && book.roles.iter().any(|held| held.role == role && held.until.is_none())
    };
    books.persons.values().filter(open).count()
}

/// The persons of a name, alone in these stories.
fn named(app: &App, family: &str) -> PersonId {
    let books = app.register.read();
    let of = |book: &api::facts::PersonBook| book.names.as_ref().is_some_and(|names| names.family == family);
    *books.persons.iter().find(|(_, book)| of(book)).unwrap_or_else(|| panic!("nobody is named {family}")).0
}

#[tokio::test]
async fn the_published_set_comes_in_with_its_counts_and_says_what_it_cannot_tie() {
    let Some(samples) = tests::samples("aaf") else { return };
    let world = World::new().await;
    let app = world.app().await;
    let schools: BTreeMap<String, String> =
        (0..10).map(|n| ((52000 + n).to_string(), infra::generator::fictional_uai(100 + n))).collect();
    let bounds = year(date(2012, 9, 3), date(2013, 7, 6));
    let options = Options { schools, year: Some(bounds), ..Options::default() };
    let paths = [samples.join("scrubbed")];
    let report = import(&app, &paths, &options).await.unwrap();
    eprintln!("{report}");
    assert_eq!(report.records["Eleve add"], 642);
    assert_eq!(report.records["PersRelEleve add"], 1229);
    assert_eq!(report.records["PersEducNat add"], 701);
    assert_eq!(report.changes["persons registered"], 642 + 1229 + 701);
    assert_eq!(report.changes["schools described"], 10);
    assert_eq!(holders(&app, Role::Pupil), 642);
    assert_eq!(holders(&app, Role::Relative), 1029);
    {
        let books = app.register.read();
        let sort = |group: &&api::facts::GroupBook| group.description.sort == Sort::Class;
        assert_eq!(books.groups.values().filter(sort).count(), 173);
        // Of the 70 codes of groups, 69 are codes of classes too: one group each.
        assert_eq!(books.groups.len(), 174);
        assert_eq!(report.skipped["codes borne by a class and by a group, taken as the class"], 69);
        let pupils = books.persons.iter().filter(|(_, book)| book.roles.iter().any(|held| held.role == Role::Pupil));
        assert!(pupils.map(|(pupil, _)| books.stays(*pupil).len()).all(|stays| (1..=6).contains(&stays)));
        let links: usize = books.persons.values().map(|book| book.guardians.len()).sum();
        assert_eq!(links, 1064);
        // The services of this set name structures that nobody describes: none is opened.
        assert!(books.services.is_empty());
    }
    assert!(report.pending["services at an unknown structure"] > 1000);
    assert!(report.applied.as_ref().unwrap().refused.is_empty());
    nothing_more(&world, &app, &paths, &options).await;
    app.close().await;
}

#[tokio::test]
async fn the_four_published_timetables_place_their_lessons() {
    let Some(samples) = tests::samples("sts") else { return };
    for (case, code, hour, weeks) in [
        ("case1", "3A", (14, 2), 1),
        ("case2", "3B_G2", (15, 13), 1),
        ("case3", "3A", (14, 2), 2),
        ("case4", "3B_G2", (15, 13), 2),
    ] {
        let world = World::new().await;
        let app = world.app().await;
        let paths = [samples.join("openent-edt").join(case)];
        let report = import(&app, &paths, &Options::default()).await.unwrap();
        eprintln!("{case}\n{report}");
        {
            let books = app.register.read();
            let school = &books.schools[&SchoolId::of("0771991W")];
            assert_eq!(school.identity.name, "COLLEGE LOUIS ARAGON");
            assert_eq!(school.identity.time_zone, "Europe/Paris");
            assert_eq!(school.subject("020700"), "Français");
            let group = GroupId::of(school.school, SchoolYear(2018), code);
            let service = books.services_of_group(group).next().unwrap();
            let [(slot, None)] = service.slots.as_slice() else { panic!("{} slots", service.slots.len()) };
            assert_eq!((slot.weekday, slot.starts_at, slot.minutes), (4, jiff::civil::time(hour.0, hour.1, 0, 0), 60));
            assert_eq!(slot.weeks.from, date(2099, 8, 31));
            assert_eq!(slot.weeks.mondays().count(), weeks);
            assert_eq!(service.assignments[0].from, date(2018, 9, 1));
            assert_eq!(books.formal_name(service.assignments[0].teacher), "Mme DOE");
        }
        assert!(report.skipped["week starts that are not Mondays, taken as their week"] >= 1);
        nothing_more(&world, &app, &paths, &Options::default()).await;
        app.close().await;
    }
}

#[tokio::test]
async fn a_dry_run_writes_nothing_at_all() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let paths = a_small_school(dir.path(), 10, "20260914");
    let changes = compared(&app, &paths, &options()).await;
    assert_eq!(changes.report.changes["persons registered"], 21);
    assert_eq!(head(&world).await, 0);
    let mut vault: sqlx::PgConnection = sqlx::Connection::connect(&world.vault_url).await.unwrap();
    let kept: i64 = sqlx::query_scalar("select count(*) from vault.identities").fetch_one(&mut vault).await.unwrap();
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn a_school_comes_in_whole_and_the_same_files_are_no_event() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let paths = a_small_school(dir.path(), 10, "20260914");
    import(&app, &paths, &options()).await.unwrap();
    {
        let books = app.register.read();
        let school = SchoolId::of(UAI);
        assert_eq!(books.schools[&school].identity.name, "COLLEGE DES LILAS");
        let class = &books.groups[&GroupId::of(school, YEAR, "4A")];
        assert_eq!(class.description.label, "4EME A");
        assert_eq!(class.stays.len(), 5);
        // Present at the first import of the year: there from its first day.
        assert!(class.stays.iter().all(|(_, stay)| stay.from == date(2026, 9, 1)));
        assert_eq!(class.form_tutors.len(), 1);
        assert_eq!(books.services_of_group(class.group).count(), 1);
    }
    let pupil = named(&app, "PUPIL0");
    let guardians = app.register.read().persons[&pupil].guardians.clone();
    assert_eq!(guardians[0].relative, named(&app, "ADULT0"));
    assert_eq!((guardians[0].standing, guardians[0].relation.as_str()), (Standing::Legal1, "mother"));
    nothing_more(&world, &app, &paths, &options()).await;
    // Another process opens the register anew, contacts and all.
    app.close().await;
    let again = world.app().await;
    nothing_more(&world, &again, &paths, &Options::default()).await;
    again.close().await;
}

#[tokio::test]
async fn without_a_year_it_asks_for_one() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let paths = a_small_school(dir.path(), 1, "20260914");
    let refused = import(&app, &paths, &Options::default()).await.unwrap_err();
    assert!(matches!(&refused, FeedError::YearUnknown { on, .. } if *on == date(2026, 9, 14)));
    assert!(refused.to_string().contains("--year"), "{refused}");
}

#[tokio::test]
async fn those_absent_from_a_complete_set_are_deactivated_and_come_back() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let all = a_small_school(dir.path(), 10, "20260914");
    import(&app, &all, &options()).await.unwrap();
    let later = tempfile::tempdir().unwrap();
    let fewer = a_small_school(later.path(), 9, "20261012");
    let report = import(&app, &fewer, &options()).await.unwrap();
    assert_eq!(report.changes["persons deactivated"], 1);
    let (gone, parent) = (named(&app, "PUPIL9"), named(&app, "ADULT9"));
    {
        let books = app.register.read();
        assert_eq!(books.person(gone).unwrap().inactive_since, Some(date(2026, 10, 12)));
        assert_eq!(books.stays(gone)[0].until, Some(date(2026, 10, 12)));
        assert!(books.roles(gone, date(2026, 10, 12)).next().is_none());
        // A relative of nobody stays, without a place.
        assert_eq!(books.person(parent).unwrap().inactive_since, None);
        assert!(books.roles(parent, date(2026, 10, 12)).next().is_none());
    }
    nothing_more(&world, &app, &fewer, &options()).await;
    let back = tempfile::tempdir().unwrap();
    let report = import(&app, &a_small_school(back.path(), 10, "20261116"), &options()).await.unwrap();
    assert_eq!(report.changes["persons reactivated"], 1);
    let books = app.register.read();
    assert_eq!(books.stays(gone).last().unwrap().from, date(2026, 11, 16));
    assert!(books.roles(parent, date(2026, 11, 16)).next().is_some());
}

#[tokio::test]
async fn a_set_cut_short_asks_for_force() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    import(&app, &a_small_school(dir.path(), 10, "20260914"), &options()).await.unwrap();
    let before = head(&world).await;
    let later = tempfile::tempdir().unwrap();
    let cut = a_small_school(later.path(), 7, "20261012");
    let refused = import(&app, &cut, &options()).await.unwrap_err();
    assert!(refused.to_string().contains("the set holds 7 of the 10 known"), "{refused}");
    assert!(refused.to_string().contains("--force"));
    assert_eq!(head(&world).await, before);
    let report = import(&app, &cut, &Options { force: true, ..options() }).await.unwrap();
    assert_eq!(report.changes["persons deactivated"], 3);
    assert_eq!(holders(&app, Role::Pupil), 7);
}

#[tokio::test]
async fn a_delta_touches_only_what_it_says() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    import(&app, &a_small_school(dir.path(), 10, "20260914"), &options()).await.unwrap();
    let modify = |category, id, attributes| request("modifyRequest", &(category, id, attributes));
    let requests = [
        modify(Category::Pupil, "1", vec![("ENTEleveClasses", one("77$4B"))]),
        modify(Category::Relative, "2", vec![("sn", one("REMARIED"))]),
        modify(Category::Relative, "3", vec![("ENTPersonVille", one("LILAS-SUR-MER"))]),
        modify(Category::Relative, "404", vec![("sn", one("NOBODY"))]),
        request("addRequest", &pupil("11", "NEWCOMER", "4A", &["1$20$0$2$1$0", "405$20$0$2$1$0"])),
        request("deleteRequest", &(Category::Pupil, "10", vec![])),
        request("deleteRequest", &(Category::Pupil, "405", vec![])),
    ];
    let delta = tempfile::tempdir().unwrap();
    let paths = [write(delta.path(), "ENT_Delta_20261012_Mixed_0000.xml", &requests)];
    // Neither the year nor the school is said again: the register and the vault know them.
    let report = import(&app, &paths, &Options::default()).await.unwrap();
    eprintln!("{report}");
    assert_eq!(report.skipped["modification of someone unknown"], 1);
    assert_eq!(report.skipped["deletion of someone unknown"], 1);
    assert_eq!(report.pending["relatives not known yet"], 1);
    assert_eq!((report.changes["names corrected"], report.changes["contacts changed"]), (1, 1));
    assert_eq!((report.changes["persons registered"], report.changes["persons deactivated"]), (1, 1));
    let moved = named(&app, "PUPIL0");
    named(&app, "REMARIED");
    {
        let books = app.register.read();
        let stays = books.stays(moved);
        assert_eq!((stays[0].until, stays[1].from), (Some(date(2026, 10, 12)), date(2026, 10, 12)));
        assert_eq!(books.person(moved).unwrap().guardians.len(), 1);
        assert_eq!(holders(&app, Role::Pupil), 10);
    }
    nothing_more(&world, &app, &paths, &Options::default()).await;
}

#[tokio::test]
async fn a_malformed_file_changes_nothing_and_says_where() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let paths = a_small_school(dir.path(), 10, "20260914");
    let staff = std::fs::read_to_string(&paths[3]).unwrap();
    std::fs::write(&paths[3], &staff[..staff.len() - 80]).unwrap();
    let refused = import(&app, &paths, &options()).await.unwrap_err().to_string();
    assert!(refused.starts_with("ENT_Complet_20260914_PersEducNat_0000.xml, line 4"), "{refused}");
    assert!(!refused.contains("VIDAL"), "{refused}");
    std::fs::write(&paths[3], staff.replace("\"ficAlimMENESR.dtd\">", "\"x\" [<!ENTITY a \"b\">]>")).unwrap();
    let refused = import(&app, &paths, &options()).await.unwrap_err().to_string();
    assert!(refused.contains("declares an entity"), "{refused}");
    assert_eq!(head(&world).await, 0);
}

#[tokio::test]
async fn a_killed_import_is_finished_by_running_it_again() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let paths = a_small_school(dir.path(), 10, "20260914");
    let changes = compared(&app, &paths, &options()).await;
    let total = changes.count();
    let killed = tokio::time::timeout(std::time::Duration::from_secs(5), async {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let mut stop = Some(stop);
        let applying = feed::apply(&app, changes, |done, _| {
            if done > total / 3 {
                stop.take().map(|stop| stop.send(()));
            }
        });
        tokio::select! { biased; _ = stopped => true, _ = applying => false }
    });
    assert!(killed.await.unwrap());
    app.close().await;
    let app = world.app().await;
    let done = head(&world).await;
    assert!(done > 0);
    import(&app, &paths, &options()).await.unwrap();
    assert_eq!((holders(&app, Role::Pupil), holders(&app, Role::Relative)), (10, 10));
    let books = app.register.read().persons.len();
    assert_eq!(books, 21);
    nothing_more(&world, &app, &paths, &options()).await;
}

#[tokio::test]
async fn a_teacher_of_both_feeds_is_one_person_whichever_comes_first() {
    let Some(samples) = tests::samples("sts") else { return };
    let sts = [samples.join("openent-edt/case1")];
    for academy_first in [true, false] {
        let world = World::new().await;
        let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
        let aaf = a_small_school(dir.path(), 2, "20260914");
        if academy_first {
            import(&app, &aaf, &options()).await.unwrap();
            import(&app, &sts, &Options::default()).await.unwrap();
        } else {
            import(&app, &sts, &Options::default()).await.unwrap();
            import(&app, &aaf, &options()).await.unwrap();
        }
        let books = app.register.read();
        let teachers = books.persons.values().filter(|book| book.roles.iter().any(|held| held.role == Role::Teacher));
        assert_eq!(teachers.count(), 1);
        let vidal =
            books.persons.iter().find(|(_, book)| book.names.as_ref().is_some_and(|names| names.family == "VIDAL"));
        let (person, book) = vidal.unwrap();
        let schools: BTreeSet<SchoolId> = book.roles.iter().map(|held| held.school).collect();
        assert_eq!(schools, BTreeSet::from([SchoolId::of(UAI), SchoolId::of("0771991W")]));
        assert_eq!(books.services_of_teacher(*person).count(), 3);
    }
}

#[tokio::test]
async fn a_fictitious_school_comes_in_by_the_same_door() {
    let options = infra::generator::Options { pupils: 120, ..infra::generator::Options::default() };
    let school = infra::generator::generate(&options);
    let dir = tempfile::tempdir().unwrap();
    let paths = infra::generator::write_files(&school, dir.path()).unwrap();
    let world = World::new().await;
    let app = world.app().await;
    let report = import(&app, &paths, &Options::default()).await.unwrap();
    eprintln!("{report}");
    assert_eq!(holders(&app, Role::Pupil), school.pupils.len());
    assert!(report.applied.as_ref().unwrap().refused.is_empty());
    assert!(app.register.read().services.values().any(|service| !service.slots.is_empty()));
    nothing_more(&world, &app, &paths, &Options::default()).await;
    app.close().await;
}

/// Measured by hand: `PALIMPSESTE_PUPILS=10000 cargo test -p tests --release -- --ignored big_school --nocapture`.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measure, not a story"]
async fn a_big_school_comes_in_within_a_minute() {
    let pupils = std::env::var("PALIMPSESTE_PUPILS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    let dir = tempfile::tempdir().unwrap();
    let paths = {
        let options = infra::generator::Options { pupils, ..infra::generator::Options::default() };
        infra::generator::write_files(&infra::generator::generate(&options), dir.path()).unwrap()
    };
    let world = World::new().await;
    let app = world.app().await;
    let before = peak_rss();
    let started = std::time::Instant::now();
    let desired = feed::read(&paths).unwrap();
    let read = started.elapsed();
    let changes = feed::compare(&app, desired, &Options::default()).await.unwrap();
    let compared = started.elapsed();
    let report = feed::apply(&app, changes, |_, _| {}).await.unwrap();
    let applied = started.elapsed();
    eprintln!("{report}\nread {read:?}, compared {compared:?}, applied {applied:?}; peak {before} then {}", peak_rss());
    let replay = std::time::Instant::now();
    nothing_more(&world, &app, &paths, &Options::default()).await;
    eprintln!("replayed in {:?}; peak {}", replay.elapsed(), peak_rss());
    app.close().await;
}

fn peak_rss() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("?").to_owned()
}
