//! Two schools on one node: a parent with a child in each, a teacher of both, a head of both.

use api::app::Said;
use domain::actor::{Actor, Capacity};
use domain::calendar::{Closure, Slot, Weeks};
use domain::decider::Decider;
use domain::directory::establishment;
use domain::directory::group::{self, Description, Sort};
use domain::directory::person::{self, Guardian, Names, Role, Standing};
use domain::directory::service::{self, Assignment};
use domain::ids::{GroupId, SchoolYear, ServiceId, SlotId, StreamId, TextbookId};
use jiff::civil::{Date, date, time};
use serde::Serialize;

use super::*;

const BROTHER: PersonId = PersonId(Uuid::from_u128(0x0193_0000_0000_4000_8000_0000_0000_00a1));
const NEXT_MONDAY: Date = date(2026, 11, 23);

fn class_elsewhere() -> GroupId {
    GroupId::of(elsewhere(), YEAR, "6A")
}

/// From a mark to the next.
fn part<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split(from).nth(1).unwrap_or_else(|| panic!("no {from}: {text}")).split(to).next().unwrap()
}

impl Pages {
    async fn elsewhere<D: Decider<Facts: api::facts::Known>>(
        &self,
        id: impl Into<Uuid>,
        era: SchoolYear,
        command: D::Command,
    ) where
        D::Command: Serialize,
    {
        let stream = StreamId::new(D::TYPE, id, era);
        let app = &self.school.app;
        let done = app.in_directory::<D>(Actor::Import, elsewhere(), stream, Said::default(), command).await;
        done.unwrap_or_else(|problem| panic!("{stream}: {}", problem.detail));
    }

    /// In the other school, closed on Thursday and Friday: a class, a child of the same parent in it, and mathematics on Monday and Thursday
    /// at 14:00 by the teacher of 4A.
    async fn with_the_other_school(self) -> Self {
        let closures = vec![
            Closure { from: date(2026, 10, 17), until: date(2026, 11, 1), label: "Toussaint".into() },
            Closure { from: THURSDAY, until: date(2026, 11, 20), label: "Travaux".into() },
        ];
        let closed = establishment::Command::SetClosures { year: YEAR, closures };
        self.elsewhere::<establishment::School>(elsewhere(), SchoolYear::NONE, closed).await;
        let names = Names { family: "Famille".into(), given: "Sacha".into(), title: None };
        let guardian = Guardian { relative: PARENT, standing: Standing::Legal1, relation: "parent".into() };
        for command in [
            person::Command::Register { person: BROTHER, names, origin: None },
            person::Command::TakeRole { school: elsewhere(), role: Role::Pupil, from: RENTREE, until: None },
            person::Command::SetGuardians { guardians: vec![guardian], from: RENTREE },
        ] {
            self.elsewhere::<person::Person>(BROTHER, SchoolYear::NONE, command).await;
        }
        for (who, role) in [(OTHER_TEACHER, Role::Teacher), (HEAD, Role::Head)] {
            let takes = person::Command::TakeRole { school: elsewhere(), role, from: RENTREE, until: None };
            self.elsewhere::<person::Person>(who, SchoolYear::NONE, takes).await;
        }
        let group = class_elsewhere();
        let description = Description {
            sort: Sort::Class,
            code: "6A".into(),
            label: "6A".into(),
            curricula: vec![],
            classes: vec![],
        };
        for command in [
            group::Command::Open { school: elsewhere(), year: YEAR, description },
            group::Command::ChangeMembers { joined: vec![BROTHER], left: vec![], on: RENTREE },
        ] {
            self.elsewhere::<group::Group>(group, YEAR, command).await;
        }
        let service = ServiceId::of(group, MATHS);
        let slot = |weekday: i8| Slot {
            slot: SlotId::of(service, weekday, time(14, 0, 0, 0), "all"),
            weekday,
            starts_at: time(14, 0, 0, 0),
            minutes: 55,
            weeks: Weeks::new(RENTREE, u64::MAX),
            room: None,
        };
        let assignment = Assignment { teacher: OTHER_TEACHER, capacity: Capacity::Teacher, from: RENTREE, until: None };
        for command in [
            service::Command::Open { school: elsewhere(), year: YEAR, group, subject: MATHS.into() },
            service::Command::Assign { assignment },
            service::Command::Schedule { slots: vec![slot(1), slot(4)], on: RENTREE },
        ] {
            self.elsewhere::<service::Service>(service, YEAR, command).await;
        }
        self.school.app.await_readers(self.school.head().await).await;
        self
    }
}

#[tokio::test]
async fn a_parent_of_two_schools_reads_both_on_one_page_each_by_its_own_calendar() {
    let pages = Pages::open().await;
    let one = pages.sees(PARENT, "/parent").await;
    assert!(!part(&one, "<h2 id=\"enfant-1\">", "</h2>").contains("Collège"), "one school is not named: {one}");
    let pages = pages.with_the_other_school().await;
    let both = pages.sees(PARENT, "/parent").await;
    let card = |school: &str| {
        let cards = both.split("<section class=\"sheet card\"").skip(1).filter(|card| card.contains(school));
        cards.map(|card| card.split("</section>").next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (tilleuls, ormes) = (card("· Collège des Tilleuls"), card("· Collège des Ormes"));
    assert_eq!((tilleuls.len(), ormes.len()), (2, 1), "{both}");
    // Thursday has lessons in one school, and none in the other.
    assert!(tilleuls.iter().all(|card| card.contains("datetime=\"2026-11-19\"")), "{both}");
    let monday = format!("datetime=\"{NEXT_MONDAY}\"");
    assert!(ormes[0].contains(&monday) && !ormes[0].contains("2026-11-19"), "{both}");
    let child = pages.sees(PARENT, &format!("/parent/enfants/{BROTHER}")).await;
    let foot = part(&child, "<footer", "</footer>");
    assert!(foot.contains("Collège des Ormes"), "the school of a child's page is the child's: {foot}");
}

#[tokio::test]
async fn a_teacher_of_two_schools_has_one_week_and_each_school_closes_its_own_lessons() {
    let pages = Pages::open().await.with_the_other_school().await;
    let week = pages.sees(OTHER_TEACHER, "/enseignant").await;
    let day = |date: Date| part(&week, &format!("id=\"jour-{date}\""), "</section>").to_owned();
    let (monday, thursday) = (day(MONDAY), day(THURSDAY));
    assert!(monday.contains(", Collège des Tilleuls") && monday.contains(", Collège des Ormes"), "{monday}");
    assert!(thursday.contains("Travaux, Collège des Ormes"), "{thursday}");
    assert!(thursday.contains(", Collège des Tilleuls"), "the lessons of the other are held: {thursday}");
    assert_eq!(thursday.matches("<li>").count(), 2, "and no other: {thursday}");
    // Monday's lesson there is at fourteen, and over.
    let book = TextbookId::of(class_elsewhere(), MATHS);
    pages.school.world.clock.set("2026-11-23T14:00:00Z".parse().unwrap());
    let week = pages.sees(OTHER_TEACHER, "/enseignant").await;
    let strip = part(&week, "class=\"strip\"", "</section>");
    assert!(strip.contains(&book.to_string()) && strip.contains("Collège des Ormes"), "{strip}");
}

#[tokio::test]
async fn a_textbook_is_of_its_school_whichever_its_teacher_came_to_first() {
    let pages = Pages::open().await.with_the_other_school().await;
    // On Réunion it is Wednesday already when it is a Tuesday evening at the other school.
    let identity = establishment::Identity {
        uai: "0990002Y".into(),
        name: "Collège des Ormes".into(),
        town: None,
        academy: None,
        level: establishment::Level::College,
        time_zone: "Indian/Reunion".into(),
        holiday_zone: None,
    };
    let described = establishment::Command::Register { identity };
    pages.elsewhere::<establishment::School>(elsewhere(), SchoolYear::NONE, described).await;
    pages.school.app.await_readers(pages.school.head().await).await;
    pages.school.world.clock.set("2026-11-17T21:00:00Z".parse().unwrap());
    let (there, slot) = (TextbookId::of(class_elsewhere(), MATHS), slot("4A", MATHS, 4));
    let monday = SlotId::of(ServiceId::of(class_elsewhere(), MATHS), 1, time(14, 0, 0, 0), "all");
    for (path, school, today) in [
        (format!("/enseignant/cahiers/{there}"), "Collège des Ormes", None),
        (format!("/enseignant/cahiers/{there}/seances/{monday}/{NEXT_MONDAY}"), "Collège des Ormes", None),
        (format!("/enseignant/cahiers/{there}/hors-emploi-du-temps"), "Collège des Ormes", Some("2026-11-18")),
        (format!("/enseignant/cahiers/{}", maths("4A")), "Collège des Tilleuls", None),
        (format!("/enseignant/cahiers/{}/seances/{slot}/{THURSDAY}", maths("4A")), "Collège des Tilleuls", None),
        (
            format!("/enseignant/cahiers/{}/hors-emploi-du-temps", maths("4A")),
            "Collège des Tilleuls",
            Some("2026-11-17"),
        ),
    ] {
        let text = pages.sees(OTHER_TEACHER, &path).await;
        assert!(part(&text, "<footer", "</footer>").contains(school), "{path}: {text}");
        assert!(today.is_none_or(|today| text.contains(&format!("value=\"{today}\""))), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_head_of_two_schools_chooses_which_one_the_pages_are_of() {
    let pages = Pages::open().await.with_the_other_school().await;
    pages.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    assert!(!pages.sees(DEPUTY, "/direction").await.contains("name=\"etablissement\""), "of one school");
    let first = pages.sees(HEAD, "/direction").await;
    assert!(first.contains(&format!("<option value=\"{}\" selected>Collège des Ormes", elsewhere())), "{first}");
    assert!(first.contains("Aucune séance tenue"), "{first}");
    let choose = async |who, school: domain::ids::SchoolId| {
        pages.call(Some(who), "POST", "/direction/etablissement", &format!("etablissement={school}")).await.0
    };
    assert_eq!(choose(HEAD, here()).await, 303);
    let second = pages.sees(HEAD, "/direction").await;
    assert!(second.contains(&format!("<option value=\"{}\" selected>Collège des Tilleuls", here())), "{second}");
    assert!(!second.contains("Aucune séance tenue"), "{second}");
    assert!(part(&second, "<footer", "</footer>").contains("Collège des Tilleuls"));
    // The choice is of one person, and of what they lead.
    assert_eq!(choose(OTHER_HEAD, here()).await, 404);
    assert_eq!(choose(PARENT, here()).await, 404);
}

const SETTINGS: &str = "/direction/fichiers";

#[tokio::test]
async fn a_referent_of_two_schools_sets_up_each_and_one_who_teaches_finds_the_page_in_the_menu() {
    let pages = Pages::open().await.with_the_other_school().await;
    let sets_up = |school| person::Command::TakeRole { school, role: Role::Referent, from: RENTREE, until: None };
    assert!(!pages.sees(REFERENT, SETTINGS).await.contains("action=\"/direction/etablissement\""), "of one school");
    pages.elsewhere::<person::Person>(REFERENT, SchoolYear::NONE, sets_up(elsewhere())).await;
    pages.elsewhere::<person::Person>(OTHER_TEACHER, SchoolYear::NONE, sets_up(elsewhere())).await;
    pages.school.app.await_readers(pages.school.head().await).await;
    let chosen = |school| format!("<option value=\"{school}\" selected>");
    let first = pages.sees(REFERENT, SETTINGS).await;
    assert!(first.contains(&chosen(elsewhere())), "{first}");
    let choose = async |who, school: domain::ids::SchoolId| {
        let form = format!("etablissement={school}&page=fichiers");
        pages.call(Some(who), "POST", "/direction/etablissement", &form).await.0
    };
    let limits = "document=1&image=1&son=1&video=1&cahier=2&type=pdf&du=2026-11-17";
    assert_eq!(choose(REFERENT, here()).await, 303);
    let second = pages.sees(REFERENT, SETTINGS).await;
    assert!(second.contains(&chosen(here())), "{second}");
    assert!(part(&second, "<footer", "</footer>").contains("Collège des Tilleuls"), "{second}");
    let stale = format!("{limits}&cle=a&etablissement={}", elsewhere());
    assert_eq!(pages.call(Some(REFERENT), "POST", SETTINGS, &stale).await.0, 409, "the page was of the other school");
    let form = format!("{limits}&cle=b&etablissement={}", here());
    assert_eq!(pages.call(Some(REFERENT), "POST", SETTINGS, &form).await.0, 303);
    {
        let books = pages.school.app.register.read();
        let decided = |school| books.schools[&school].file_limits.len();
        assert!(decided(here()) > decided(elsewhere()), "of the school chosen alone");
    }
    // What a head leads is chosen on the pages of a head, and what is set up on its own alone.
    let form = format!("etablissement={}", here());
    assert_eq!(pages.call(Some(REFERENT), "POST", "/direction/etablissement", &form).await.0, 404);
    assert_eq!(choose(OTHER_TEACHER, here()).await, 404);
    let menu = |page: &str| part(page, "<nav aria-label=\"Menu principal\"", "</nav>").to_owned();
    let week = menu(&pages.sees(OTHER_TEACHER, "/enseignant").await);
    assert!(week.contains("href=\"/enseignant/moi\"") && week.contains("href=\"/direction/fichiers\""), "{week}");
    let settings = menu(&pages.sees(OTHER_TEACHER, SETTINGS).await);
    assert!(settings.contains("href=\"/enseignant\""), "and back: {settings}");
    assert!(!menu(&pages.sees(TEACHER, "/enseignant").await).contains("/direction"));
    // A head who teaches goes from one to the other; what the head has already is not said twice.
    assert!(menu(&pages.sees(OTHER_TEACHER, "/enseignant").await).matches("<li>").count() == 3);
}

#[tokio::test]
async fn the_pages_of_a_head_are_of_the_school_they_lead_whichever_other_they_set_up() {
    let pages = Pages::open().await.with_the_other_school().await;
    let sets_up = person::Command::TakeRole { school: elsewhere(), role: Role::Referent, from: RENTREE, until: None };
    pages.elsewhere::<person::Person>(DEPUTY, SchoolYear::NONE, sets_up).await;
    pages.school.app.await_readers(pages.school.head().await).await;
    let form = format!("etablissement={}&page=fichiers", elsewhere());
    assert_eq!(pages.call(Some(DEPUTY), "POST", "/direction/etablissement", &form).await.0, 303);
    for (path, school) in [
        (SETTINGS, "Collège des Ormes"),
        ("/direction", "Collège des Tilleuls"),
        ("/direction/roles", "Collège des Tilleuls"),
        ("/direction/mandats", "Collège des Tilleuls"),
    ] {
        let foot = part(&pages.sees(DEPUTY, path).await, "<footer", "</footer>").to_owned();
        assert!(foot.contains(school), "{path}: {foot}");
    }
    assert!(pages.sees(DEPUTY, "/direction/roles").await.contains("Famille-librarian"), "and so is what they show");
}
