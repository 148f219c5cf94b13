//! The demonstration comes to be, lives on when its clock moves, and is the same after any interruption.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};

use api::app::{App, Mode};
use api::demo::clock::DemoClock;
use api::demo::{Demo, Memory, Progress, Silent};
use api::facts::{Books, Standpoint};
use domain::access::Scope;
use domain::actor::Capacity;
use domain::directory::entourage;
use domain::directory::person::{Role, Standing};
use domain::directory::service::ALL_SUBJECTS;
use domain::ids::{GroupId, PersonId, SchoolId, SchoolYear, TextbookId};
use domain::textbook::written::Degree;
use infra::generator::fictional_uai;
use jiff::civil::{Date, DateTime, date};
use jiff::{SignedDuration, Timestamp};
use projections::principal::queries::written;
use tests::{World, tuesday_evening};
use tokio::sync::oneshot;
use tower::ServiceExt as _;

const TODAY: Date = date(2026, 11, 17);
const YEAR: SchoolYear = SchoolYear(2026);
const MATHS: &str = "061300";

/// As `palimpseste demo` opens it.
async fn started(world: &World, progress: &dyn Progress) -> Arc<Demo> {
    let data_dir = world.data_dir.path();
    let memory = memory(data_dir);
    let clock = DemoClock::saved(data_dir).filter(|_| memory.ready);
    let clock = Arc::new(clock.unwrap_or_else(|| DemoClock::standing_at(Timestamp::UNIX_EPOCH)));
    let app = App::open(data_dir, &world.url, &world.vault_url, clock.clone(), Mode::Demo).await.unwrap();
    let opened = Demo::open(app.clone(), clock, data_dir, memory, progress).await;
    opened.map_err(|problem| problem.message).unwrap()
}

fn memory(data_dir: &Path) -> Memory {
    let at: DateTime = TODAY.at(17, 30, 0, 0);
    let fresh = Memory { uai: fictional_uai(42), pupils: 40, at, weeks: 4, primary: true, ready: false, lived: 0 };
    Memory::read(data_dir).unwrap_or_else(|| {
        fresh.write(data_dir).unwrap();
        fresh
    })
}

async fn head(world: &World) -> i64 {
    infra::subscriptions::head(&world.reader).await.unwrap()
}

fn person(books: &Books, given: &str, family: &str, role: Role) -> PersonId {
    let same = |book: &api::facts::PersonBook| {
        let names = book.names.as_ref();
        names.is_some_and(|names| names.given == given && names.family.eq_ignore_ascii_case(family))
            && book.roles.iter().any(|held| held.role == role)
    };
    let found = books.persons.iter().find(|(_, book)| same(book));
    *found.unwrap_or_else(|| panic!("{given} {family} is not there as {role:?}")).0
}

fn class_of(books: &Books, demo: &Demo, pupil: PersonId) -> Vec<&'static str> {
    let stays = books.stays(pupil);
    let of = |code: &&&'static str| stays.iter().any(|stay| stay.group == GroupId::of(demo.school, YEAR, code));
    ["4A", "4B", "6A", "6B"].iter().filter(of).copied().collect()
}

/// What the head recorded, as the door promises it.
fn rights_around_pupils(books: &Books) {
    let pupil = |given, family| person(books, given, family, Role::Pupil);
    let ferrandi = person(books, "Odile", "Ferrandi", Role::Aesh);
    let accompanied: BTreeSet<_> = books.accompanied(ferrandi).collect();
    assert_eq!(accompanied, [pupil("Noé", "Bellanger"), pupil("Lina", "Kowalczyk")].into());
    assert_eq!(books.standpoints(ferrandi, TODAY).len(), 2);
    let (sacha, jade) = (pupil("Sacha", "Morvan"), pupil("Jade", "Tellier"));
    let morvan = person(books, "Gaël", "Morvan", Role::Relative);
    assert_eq!(books.standpoints(morvan, TODAY), [Standpoint::Guardian(sacha)]);
    let castaing = person(books, "Bruno", "Castaing", Role::Relative);
    assert!(books.children(castaing).eq([jade]) && books.standpoints(castaing, TODAY).is_empty());
    assert!(books.person(jade).unwrap().entourage.barred_since(castaing, TODAY).is_some());
}

/// A mother has a child in each school, a teacher a service in each.
fn two_schools(books: &Books, demo: &Demo) {
    let village = SchoolId::of(&fictional_uai(43));
    let of = |pupil| books.schools_of_pupil(pupil, TODAY).collect::<Vec<_>>();
    let mother = person(books, "Katell", "Ropars", Role::Relative);
    let (elder, younger) =
        (person(books, "Maël", "Ropars", Role::Pupil), person(books, "Louison", "Ropars", Role::Pupil));
    assert_eq!((of(elder), of(younger)), (vec![demo.school], vec![village]));
    assert_eq!(books.standpoints(mother, TODAY).len(), 2);
    let byrne = person(books, "Fiona", "Byrne", Role::Teacher);
    let taught: BTreeSet<_> = books.services_of_teacher(byrne).map(|service| service.school).collect();
    assert_eq!(taught, [demo.school, village].into());
    let half_days = TextbookId::of(GroupId::of(village, YEAR, "CE2-CM1"), ALL_SUBJECTS);
    let master = person(books, "Thibault", "Quéré", Role::Teacher);
    assert_eq!(books.capacity_in(master, half_days, TODAY), Capacity::Teacher);
    assert_eq!(books.schools[&village].degree(), Degree::First);
    let tanguy = person(books, "Ewen", "Tanguy", Role::Referent);
    let set_up: BTreeSet<_> = books.roles(tanguy, TODAY).map(|held| held.school).collect();
    assert_eq!(set_up, [demo.school, village].into());
}

/// What a pupil of the CM1 in a class of two levels has to do is for the CM1.
async fn one_level_alone(demo: &Demo) {
    let louison = person(&demo.app.register.read(), "Louison", "Ropars", Role::Pupil);
    let router = api::web::routes::router(demo.app.clone(), None);
    let token = demo.app.tokens.mint(louison, 1).unwrap();
    let mut works = 0;
    for path in ["/eleve/travail", "/eleve", "/eleve?semaine=2026-11-09"] {
        let request = axum::http::Request::builder().uri(path).header("cookie", format!("palimpseste={token}"));
        let answer = router.clone().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
        let bytes = axum::body::to_bytes(answer.into_body(), 16 << 20).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).replace(['\u{a0}', '\u{202f}'], " ");
        works += text.matches("CM1 : ").count();
        // The lesson is of the whole class, and names both.
        let given = text.replace("Français, CE2 : ", "").replace("Mathématiques, CE2 : ", "");
        assert!(!given.contains("CE2 : "), "{path}: {text}");
        assert!(path != "/eleve/travail" || !text.contains("Toutes matières"), "it says nothing: {text}");
    }
    assert!(works > 5, "{works}");
}

/// Lessons held since a day, and how many of them are written, up to the day of the demonstration.
async fn filling(demo: &Demo, from: Date) -> (usize, usize) {
    let scope = Scope { schools: [demo.school].into(), behind_the_scenes: true, ..Scope::default() };
    let yesterday = TODAY.yesterday().unwrap();
    let held = {
        let books = demo.app.register.read();
        let lessons = |textbook| books.lessons(textbook, from, yesterday).len();
        books.services_of_school(demo.school).map(|service| lessons(service.textbook)).sum()
    };
    (held, written(&demo.app.reader, &scope, from, yesterday).await.unwrap().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_of_forty_has_lived_four_weeks_when_it_opens() {
    let world = World::new().await;
    let demo = started(&world, &Silent).await;
    let zone = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
    assert!(demo.app.now() >= zone.to_timestamp(TODAY.at(17, 30, 0, 0)).unwrap());
    // The autumn holidays fall in between: four school weeks before this one start on 5 October.
    for monday in [date(2026, 10, 5), date(2026, 10, 12), date(2026, 11, 2), date(2026, 11, 9)] {
        let scope = Scope { schools: [demo.school].into(), behind_the_scenes: true, ..Scope::default() };
        let friday = monday.saturating_add(jiff::Span::new().days(4));
        let week = written(&demo.app.reader, &scope, monday, friday).await.unwrap();
        assert!(week.len() > 50, "{monday}: {}", week.len());
    }
    let village = Scope { schools: [SchoolId::of(&fictional_uai(43))].into(), ..Scope::default() };
    let village = Scope { behind_the_scenes: true, ..village };
    let half_days = written(&demo.app.reader, &village, date(2026, 10, 5), TODAY).await.unwrap().len();
    assert!((80..120).contains(&half_days), "{half_days} half-days of the primary school are written");
    let (held, filled) = filling(&demo, date(2026, 10, 5)).await;
    assert!((80..=99).contains(&(filled * 100 / held)), "{filled} of {held}");
    assert_eq!(demo.featured.len(), 17);
    one_level_alone(&demo).await;
    demo.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn however_many_weeks_were_lived_the_inspector_reads_when_it_opens() {
    let world = World::new().await;
    let data_dir = world.data_dir.path();
    // More than the year has had yet: it is lived from its first day.
    Memory { weeks: 36, ..memory(data_dir) }.write(data_dir).unwrap();
    let demo = started(&world, &Silent).await;
    let scope = Scope { schools: [demo.school].into(), behind_the_scenes: true, ..Scope::default() };
    let first = written(&demo.app.reader, &scope, date(2026, 9, 1), date(2026, 9, 4)).await.unwrap();
    assert!(first.len() > 30, "{}", first.len());
    let reads = demo.app.register.read().mandates.values().any(|book| {
        let grant = &book.grant;
        !grant.closed && (grant.from..=grant.until).contains(&TODAY)
    });
    assert!(reads);
    demo.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_people_of_the_story_are_all_there() {
    let world = World::new().await;
    let demo = started(&world, &Silent).await;
    {
        let books = demo.app.register.read();
        let vidal = person(&books, "Claire", "Vidal", Role::Teacher);
        let maths = TextbookId::of(GroupId::of(demo.school, YEAR, "4B"), MATHS);
        assert_eq!(books.capacity_in(vidal, maths, TODAY), Capacity::Teacher);
        let ines = person(&books, "Inès", "Fofana", Role::Pupil);
        let mariam = person(&books, "Mariam", "Fofana", Role::Pupil);
        assert_eq!((class_of(&books, &demo, ines), class_of(&books, &demo, mariam)), (vec!["4B"], vec!["6A"]));
        let guardians = &books.person(ines).unwrap().guardians;
        let standings: Vec<_> = guardians.iter().map(|guardian| guardian.standing).collect();
        assert!(standings.contains(&Standing::Legal1) && standings.contains(&Standing::Legal2), "{standings:?}");
        let legal: Vec<_> = guardians.iter().filter(|guardian| guardian.standing.holds_authority()).collect();
        assert_eq!(legal.len(), 2);
        for parent in &legal {
            let children: Vec<_> = books.children(parent.relative).collect();
            assert!(children.contains(&ines) && children.contains(&mariam));
        }
        // Each at an address of their own.
        let contacts = |parent: PersonId| books.person(parent).unwrap().contacts;
        assert_ne!(contacts(legal[0].relative), contacts(legal[1].relative));
        let andrieu = person(&books, "Lucie", "Andrieu", Role::Teacher);
        let held: Vec<_> = books
            .services_of_teacher(andrieu)
            .flat_map(|service| service.assignments.iter().filter(|held| held.teacher == andrieu))
            .filter(|held| held.until.is_none_or(|until| held.from <= until))
            .collect();
        assert!(!held.is_empty());
        assert!(held.iter().all(|held| held.capacity == Capacity::Substitute && held.until.is_some()), "{held:?}");
        let inspector = person(&books, "Yann", "Le Goff", Role::Inspector);
        let mandate = books.mandates.values().find(|mandate| mandate.grant.inspector == inspector).unwrap();
        assert!(mandate.grant.holds(TODAY) && mandate.grant.textbooks.contains(&maths));
        // AAF says that he is a deputy, STS only that he directs.
        let benali = person(&books, "Karim", "Benali", Role::Deputy);
        assert!(books.roles(benali, TODAY).all(|held| held.role == Role::Deputy));
        rights_around_pupils(&books);
        two_schools(&books, &demo);
    }
    let yonas = person(&demo.app.register.read(), "Yonas", "Tesfaye", Role::Pupil);
    let of_age = demo.app.try_entourage(yonas, demo.school, yonas, entourage::Command::Object).await;
    assert!(of_age.is_ok(), "a pupil of eighteen may object");
    demo.app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_morning_there_is_more_to_read_and_a_second_start_adds_nothing() {
    let world = World::new().await;
    let demo = started(&world, &Silent).await;
    let before = head(&world).await;
    let morning = tuesday_evening() + SignedDuration::from_hours(15);
    demo.move_to(morning).await.map_err(|problem| problem.message).unwrap();
    let after = head(&world).await;
    assert!(after > before && demo.app.now() >= morning);
    // The clock never goes back.
    demo.move_to(tuesday_evening()).await.map_err(|problem| problem.message).unwrap();
    assert!(demo.app.now() >= morning);
    demo.app.close().await;
    drop(demo);
    let again = started(&world, &Silent).await;
    assert_eq!(head(&world).await, after);
    assert!(again.app.now() >= morning);
    again.app.close().await;
}

/// Kills the setting up once so much of a step is done.
struct Killer {
    step: &'static str,
    after: u64,
    now_in: Mutex<String>,
    kill: Mutex<Option<oneshot::Sender<()>>>,
}

impl Killer {
    fn new(step: &'static str, after: u64) -> (Self, oneshot::Receiver<()>) {
        let (kill, killed) = oneshot::channel();
        (Self { step, after, now_in: Mutex::default(), kill: Mutex::new(Some(kill)) }, killed)
    }
}

impl Progress for Killer {
    fn step(&self, what: &str, _: u64) {
        what.clone_into(&mut self.now_in.lock().unwrap());
        self.at(0);
    }

    fn at(&self, done: u64) {
        if *self.now_in.lock().unwrap() == self.step && done >= self.after {
            self.kill.lock().unwrap().take().map(|kill| kill.send(()));
        }
    }

    fn of(&self, done: u64, _: u64) {
        self.at(done);
    }
}

/// How many events there are of each kind.
async fn events(world: &World) -> BTreeMap<String, i64> {
    let counts = "select event_type, count(*) from journal.events group by 1";
    sqlx::query_as::<_, (String, i64)>(counts).fetch_all(&world.reader).await.unwrap().into_iter().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_up_killed_three_times_ends_as_if_it_had_not_been() {
    let (whole, killed) = (World::new().await, World::new().await);
    started(&whole, &Silent).await.app.close().await;
    let mut before = 0;
    for (step, after) in [("import", 60), ("school life", 0), ("school life", 200)] {
        let (killer, fallen) = Killer::new(step, after);
        tokio::select! { biased; _ = fallen => {}, _ = started(&killed, &killer) => panic!("not killed in {step}") }
        let now = head(&killed).await;
        assert!(now > before, "killed in {step} before anything was written");
        before = now;
        assert!(!memory(killed.data_dir.path()).ready);
    }
    let demo = started(&killed, &Silent).await;
    assert!(!killed.data_dir.path().join("feed-drawn").exists(), "the files of a killed import hold names in clear");
    assert_eq!(events(&killed).await, events(&whole).await);
    demo.app.close().await;
}
