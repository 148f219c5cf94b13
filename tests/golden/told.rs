//! What each aggregate says when it is told everything it can be told: one event of each kind, sealed by a seal that seals nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use domain::actor::Capacity;
use domain::calendar::{Closure, LessonOn, NotHeld, PausePolicy, Placement, Slot, Weeks, YearBounds};
use domain::decider::{Context, Decider};
use domain::directory::entourage;
use domain::directory::establishment::{self, Identity, Level};
use domain::directory::group::{self, Description, Sort};
use domain::directory::person::{self, Contacts, Guardian, Names, Origin, Role, Standing};
use domain::directory::service::{self, Assignment};
use domain::event::DomainEvent;
use domain::ids::{GroupId, HomeworkId, MandateId, PersonId, SchoolId, SchoolYear, ServiceId, SlotId, TextbookId};
use domain::inspection::mandate;
use domain::personal::{Retention, Seal, Sealed, Subject, sealing};
use domain::textbook::entry::{LessonRef, NewFraming, NewResource, Purpose};
use domain::textbook::homework::{DueRef, HomeworkKind, NewHomework};
use domain::textbook::{self};
use jiff::civil::{Date, date, time};
use uuid::Uuid;

struct Fake;

impl Seal for Fake {
    fn seal(&self, about: &Subject, class: Retention, _: &str) -> Result<Sealed, String> {
        let (about, dek) = (about.clone(), vec!["MDEyMzQ1Njc4OWFiY2RlZg".to_owned()]);
        Ok(Sealed { about, class, part: 0, dek, sealed_box: "AQIDBA".into(), commit: "BQYHCA".into() })
    }
}

const MONDAY: Date = date(2026, 11, 16);
const THURSDAY: Date = date(2026, 11, 19);
const YEAR: SchoolYear = SchoolYear(2026);

fn school() -> SchoolId {
    SchoolId::of("0990001X")
}

fn group_id() -> GroupId {
    GroupId::of(school(), YEAR, "4B")
}

fn someone(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}

fn slot() -> Slot {
    let service = ServiceId::of(group_id(), "061300");
    let (starts_at, weeks) = (time(8, 0, 0, 0), Weeks::new(MONDAY, 0b1111));
    Slot {
        slot: SlotId::of(service, 1, starts_at, "all"),
        weekday: 1,
        starts_at,
        minutes: 55,
        weeks,
        room: Some("B12".into()),
    }
}

/// The events of a stream that obeys these commands, by name, as they are stored.
fn told<D: Decider>(capacity: Capacity, facts: D::Facts, commands: Vec<D::Command>) -> BTreeMap<String, String> {
    let actor = domain::actor::Actor::Person(someone(9));
    let context = Context { actor, capacity, now: tests::tuesday_evening(), facts, facts_position: 1 };
    let (mut state, mut found) = (D::State::default(), BTreeMap::new());
    for command in commands {
        for event in D::decide(&state, command, &context).unwrap_or_else(|rejection| panic!("{rejection}")) {
            D::evolve(&mut state, &event);
            let text = sealing(Rc::new(Fake), || serde_json::to_string_pretty(&event)).unwrap();
            found.entry(format!("{}.{}", D::TYPE, event.name())).or_insert(format!("{text}\n"));
        }
    }
    found
}

fn of_schools() -> BTreeMap<String, String> {
    use establishment::Command;
    let identity = |name: &str| Identity {
        uai: "0990001X".into(),
        name: name.into(),
        town: Some("Tilleul".into()),
        academy: None,
        level: Level::College,
        time_zone: "Europe/Paris".into(),
        holiday_zone: Some("A".into()),
    };
    let policy = PausePolicy {
        valid_from: MONDAY,
        source: "conseil d'administration".into(),
        evening: time(19, 0, 0, 0),
        morning: time(7, 30, 0, 0),
        week_end: true,
    };
    let closure = Closure { from: date(2026, 10, 17), until: date(2026, 11, 1), label: "Toussaint".into() };
    told::<establishment::School>(
        Capacity::Machine,
        (),
        vec![
            Command::Register { identity: identity("Collège") },
            Command::Register { identity: identity("Collège des Tilleuls") },
            Command::OpenYear {
                bounds: YearBounds { year: YEAR, starts_on: date(2026, 9, 1), ends_on: date(2027, 7, 3) },
            },
            Command::SetClosures { year: YEAR, closures: vec![closure] },
            Command::NameSubjects { subjects: [("061300".to_owned(), "MATHEMATIQUES".to_owned())].into() },
            Command::AdoptPause { policy },
            Command::AdoptFileLimits {
                limits: domain::media::FileLimits {
                    valid_from: MONDAY,
                    source: "conseil d'administration".into(),
                    taken: [domain::media::Media::Pdf, domain::media::Media::Mp3].into(),
                    ..domain::media::customary_limits().remove(0)
                },
            },
        ],
    )
}

fn of_persons() -> BTreeMap<String, String> {
    use person::Command;
    let names = |given: &str| Names { family: "Fofana".into(), given: given.into(), title: None };
    let origin = Origin {
        source: "academy".into(),
        category: "pupil".into(),
        number: "1".into(),
        ine: Some("0".into()),
        birth_date: Some(date(2013, 2, 1)),
    };
    let link = Guardian { relative: someone(2), standing: Standing::Legal1, relation: "mother".into() };
    told::<person::Person>(
        Capacity::Machine,
        person::Facts::default(),
        vec![
            Command::Register { person: someone(1), names: names("Ines"), origin: Some(origin) },
            Command::CorrectNames { names: names("Inès") },
            Command::SetContacts { contacts: Contacts { mail: Some("x@exemple.fr".into()), ..Contacts::default() } },
            Command::TakeRole { school: school(), role: Role::Pupil, from: date(2026, 9, 1), until: None },
            Command::StateBirthDate { born_on: date(2013, 2, 3) },
            Command::EndRole { school: school(), role: Role::Pupil, on: date(2027, 7, 3) },
            Command::SetGuardians { guardians: vec![link], from: date(2026, 9, 1) },
            Command::Deactivate { on: MONDAY },
            Command::Reactivate { on: THURSDAY },
        ],
    )
}

fn of_entourages() -> BTreeMap<String, String> {
    use entourage::{Command, Entourage, Facts};
    let relative = someone(2);
    let link = Guardian { relative, standing: Standing::Contact, relation: "father".into() };
    let facts = Facts {
        pupil: someone(9),
        today: MONDAY,
        relatives: vec![link],
        companions: [someone(4)].into(),
        born_on: Some(date(2008, 2, 1)),
    };
    let (companion, from, on) = (someone(4), date(2026, 9, 1), THURSDAY);
    let mut events = told::<Entourage>(
        Capacity::Head,
        facts.clone(),
        vec![
            Command::RecordSupervision { relative, from },
            Command::EndSupervision { relative, on },
            Command::EnterCourtDecision { relative, from: MONDAY },
            Command::LiftCourtDecision { relative, on },
            Command::NameCompanion { companion, from },
            Command::ReleaseCompanion { companion, on },
        ],
    );
    events.extend(told::<Entourage>(Capacity::Pupil, facts, vec![Command::Object, Command::WithdrawObjection]));
    events
}

fn of_groups() -> BTreeMap<String, String> {
    use group::Command;
    let description = |label: &str| Description {
        sort: Sort::Class,
        code: "4B".into(),
        label: label.into(),
        curricula: vec!["1031001911B".into()],
        classes: vec![],
    };
    let open = |label| Command::Open { school: school(), year: YEAR, description: description(label) };
    let (pupil, on) = (someone(1), date(2026, 9, 1));
    told::<group::Group>(
        Capacity::Machine,
        group::Facts::default(),
        vec![
            open("4B"),
            open("4EME B"),
            Command::ChangeMembers { joined: vec![pupil], left: vec![], on },
            Command::ChangeMembers { joined: vec![], left: vec![pupil], on: MONDAY },
            Command::NameFormTutors { teachers: [someone(3)].into(), from: None },
        ],
    )
}

fn of_services() -> BTreeMap<String, String> {
    use service::Command;
    let assignment = Assignment {
        teacher: someone(3),
        capacity: Capacity::Substitute,
        from: date(2026, 9, 1),
        until: Some(THURSDAY),
    };
    let lesson = LessonOn { date: MONDAY, slot: slot().slot };
    let bounds = YearBounds { year: YEAR, starts_on: date(2026, 9, 1), ends_on: date(2027, 7, 3) };
    let to = Placement { date: THURSDAY, starts_at: time(14, 0, 0, 0), room: Some("C3".into()) };
    let back = || Command::Reinstate { lessons: [lesson].into() };
    told::<service::Service>(
        Capacity::Machine,
        service::Facts { bounds: Some(bounds), closures: vec![] },
        vec![
            Command::Open { school: school(), year: YEAR, group: group_id(), subject: "061300".into() },
            Command::Assign { assignment },
            Command::Release { teacher: someone(3), on: MONDAY },
            Command::Schedule { slots: vec![slot()], on: date(2026, 9, 1) },
            Command::Cancel { lessons: [lesson].into(), because: NotHeld::TeacherAbsent },
            back(),
            Command::Move { lesson, to },
            back(),
            Command::Replace { lessons: [lesson].into(), by: someone(4) },
            back(),
            Command::Schedule { slots: vec![], on: MONDAY },
        ],
    )
}

fn of_mandates() -> BTreeMap<String, String> {
    let textbook = TextbookId::of(group_id(), "061300");
    let mandate = MandateId("0193a000-0000-7000-8000-000000000001".parse().unwrap());
    let facts =
        mandate::Facts { mandate, school: school(), textbooks: [textbook].into(), inspectors: [someone(7)].into() };
    let open = mandate::Command::OpenMandate {
        inspector: someone(7),
        textbooks: [textbook].into(),
        from: MONDAY,
        until: THURSDAY,
    };
    told::<mandate::Mandate>(Capacity::Head, facts, vec![open, mandate::Command::CloseMandate])
}

fn of_textbooks() -> BTreeMap<String, String> {
    use textbook::Command;
    let textbook = TextbookId::of(group_id(), "061300");
    let facts = textbook::Facts {
        textbook,
        school: school(),
        group: group_id(),
        subject: "061300".into(),
        degree: textbook::written::Degree::Second,
        zone: jiff::tz::TimeZone::get("Europe/Paris").unwrap(),
        pauses: domain::calendar::national_pauses(),
        bounds: YearBounds { year: YEAR, starts_on: date(2026, 9, 1), ends_on: date(2027, 7, 3) },
        closures: vec![],
        slots: vec![(slot(), None)],
        not_held: BTreeMap::new(),
        members: BTreeSet::new(),
        source: None,
        moved: BTreeMap::new(),
        received: textbook::file::Received::default(),
    };
    let lesson = LessonRef::Slot { slot: slot().slot, date: MONDAY };
    let entry = domain::ids::EntryId::of(textbook, &slot().slot.to_string(), MONDAY);
    let link = Some("https://exemple.fr/fiche".to_owned());
    let resource = NewResource { title: "Fiche".into(), link, purpose: Purpose::Further, file: None };
    let homework = HomeworkId(Uuid::from_u128(42));
    let new = || NewHomework {
        homework,
        text: "Ex. 12".into(),
        due: DueRef::Date { date: THURSDAY },
        kind: HomeworkKind::Exercise,
        minutes: Some(20),
        written: true,
        resources: vec![resource.clone()],
        audience: None,
    };
    told::<textbook::Textbook>(
        Capacity::Teacher,
        facts,
        vec![
            Command::PublishEntry {
                lesson,
                content: "Équations".into(),
                framing: NewFraming::default(),
                copied_from: None,
                resources: vec![resource.clone()],
                homework: vec![new()],
            },
            Command::ReviseEntry {
                entry,
                content: Some("Équations (2)".into()),
                framing: NewFraming::default(),
                resources: vec![],
                homework: vec![],
            },
            Command::ReviseHomework { homework: new() },
            Command::WithdrawHomework { homework, reason: "erreur".into() },
            Command::WithdrawEntry { entry, reason: "erreur".into(), with_homework: false },
        ],
    )
}

/// One event of each kind there is, as it is stored.
pub(super) fn by_every_aggregate() -> BTreeMap<String, String> {
    let known =
        [of_schools(), of_persons(), of_entourages(), of_groups(), of_services(), of_mandates(), of_textbooks()];
    known.into_iter().flatten().collect()
}
