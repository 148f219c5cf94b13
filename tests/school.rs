//! A small school in which everybody has one person, built by the commands that schools use, and a program that calls the API.
//!
//! Collège des Tilleuls, two classes (4A, 4B) and a group that mixes them. Mathematics in each class and English in the group, each on
//! Monday and Thursday. Now is Tuesday 17 November 2026, 17:30.

use std::sync::Arc;

use api::app::{App, Said};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use domain::actor::{Actor, Capacity};
use domain::calendar::{Closure, Slot, Weeks, YearBounds};
use domain::decider::Decider;
use domain::directory::entourage;
use domain::directory::establishment::{self, Identity, Level};
use domain::directory::group::{self, Description, Sort};
use domain::directory::person::{self, Guardian, Names, Origin, Role, Standing};
use domain::directory::service::{self, Assignment};
use domain::ids::{
    EntryId, GroupId, HomeworkId, MandateId, PersonId, SchoolId, SchoolYear, ServiceId, SlotId, StreamId, TextbookId,
};
use domain::inspection::mandate;
use domain::textbook::entry::{LessonRef, NewFraming};
use domain::textbook::homework::{DueRef, HomeworkKind, NewHomework};
use domain::textbook::{self};
use jiff::civil::{Date, Time, date, time};
use serde::Serialize;
use serde_json::Value;
use tests::World;
use tower::ServiceExt as _;
use uuid::Uuid;

pub const YEAR: SchoolYear = SchoolYear(2026);
pub const RENTREE: Date = date(2026, 9, 1);
pub const MONDAY: Date = date(2026, 11, 16);
pub const THURSDAY: Date = date(2026, 11, 19);

pub const MATHS: &str = "061300";
pub const ENGLISH: &str = "030201";

/// Everybody, in the order of the access matrix.
pub const PEOPLE: [(&str, PersonId); 30] = [
    ("teacher", TEACHER),
    ("co-teacher", CO_TEACHER),
    ("substitute", SUBSTITUTE),
    ("teacher of an ended service", FORMER_TEACHER),
    ("teacher of the other class and the group", OTHER_TEACHER),
    ("head", HEAD),
    ("deputy", DEPUTY),
    ("librarian", LIBRARIAN),
    ("school life (CPE)", SCHOOL_LIFE),
    ("inspector with a mandate", INSPECTOR),
    ("inspector without", IDLE_INSPECTOR),
    ("pupil of 4B", PUPIL),
    ("sibling in 4A", SIBLING),
    ("parent (legal 1 of both)", PARENT),
    ("separated parent (legal 2 of the pupil)", SEPARATED),
    ("grandmother (contact)", CONTACT),
    ("account closed", CLOSED),
    ("stranger (no role)", STRANGER),
    ("head of another school", OTHER_HEAD),
    ("form tutor of 4B", FORM_TUTOR),
    ("AESH of the pupil of 4B", AESH),
    ("référent numérique", REFERENT),
    ("data protection officer", DATA_PROTECTION),
    ("archivist", ARCHIVIST),
    ("observatory officer", OBSERVATORY),
    ("host operator", HOST_OPERATOR),
    ("parent with the right of supervision", SUPERVISING),
    ("parent barred by a court decision", BARRED),
    ("adult pupil in 4A", ADULT),
    ("parent of the adult pupil, who objects", OF_ADULT),
];

const fn someone(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(0x0193_0000_0000_4000_8000_0000_0000_0000 + number))
}

pub const TEACHER: PersonId = someone(1);
pub const CO_TEACHER: PersonId = someone(2);
pub const SUBSTITUTE: PersonId = someone(3);
pub const FORMER_TEACHER: PersonId = someone(4);
pub const OTHER_TEACHER: PersonId = someone(5);
pub const HEAD: PersonId = someone(6);
pub const DEPUTY: PersonId = someone(7);
pub const LIBRARIAN: PersonId = someone(8);
pub const SCHOOL_LIFE: PersonId = someone(9);
pub const INSPECTOR: PersonId = someone(10);
pub const IDLE_INSPECTOR: PersonId = someone(11);
pub const PUPIL: PersonId = someone(12);
pub const SIBLING: PersonId = someone(13);
pub const PARENT: PersonId = someone(14);
pub const SEPARATED: PersonId = someone(15);
pub const CONTACT: PersonId = someone(16);
pub const CLOSED: PersonId = someone(17);
pub const STRANGER: PersonId = someone(18);
pub const OTHER_HEAD: PersonId = someone(19);
pub const FORM_TUTOR: PersonId = someone(20);
pub const AESH: PersonId = someone(21);
pub const REFERENT: PersonId = someone(22);
pub const DATA_PROTECTION: PersonId = someone(23);
pub const ARCHIVIST: PersonId = someone(24);
pub const OBSERVATORY: PersonId = someone(25);
pub const HOST_OPERATOR: PersonId = someone(26);
pub const SUPERVISING: PersonId = someone(27);
pub const BARRED: PersonId = someone(28);
pub const ADULT: PersonId = someone(29);
pub const OF_ADULT: PersonId = someone(30);

pub fn here() -> SchoolId {
    SchoolId::of("0990001X")
}

pub fn elsewhere() -> SchoolId {
    SchoolId::of("0990002Y")
}

pub fn class(code: &str) -> GroupId {
    GroupId::of(here(), YEAR, code)
}

pub fn maths(code: &str) -> TextbookId {
    TextbookId::of(class(code), MATHS)
}

pub fn english() -> TextbookId {
    TextbookId::of(class("4ANG1"), ENGLISH)
}

fn hour(weekday: i8) -> Time {
    if weekday == 1 { time(8, 0, 0, 0) } else { time(10, 0, 0, 0) }
}

/// The slot of a service on Monday (8:00) or Thursday (10:00).
pub fn slot(code: &str, subject: &str, weekday: i8) -> SlotId {
    SlotId::of(ServiceId::of(class(code), subject), weekday, hour(weekday), "all")
}

/// What Monday's lesson of mathematics in 4B is called.
pub fn monday_in_4b() -> LessonRef {
    LessonRef::Slot { slot: slot("4B", MATHS, 1), date: MONDAY }
}

pub fn entry_of_monday_in_4b() -> EntryId {
    EntryId::of(maths("4B"), &slot("4B", MATHS, 1).to_string(), MONDAY)
}

pub fn mandate() -> MandateId {
    MandateId("0193a000-0000-7000-8000-000000000001".parse().unwrap())
}

pub fn publish(lesson: LessonRef, content: &str) -> textbook::Command {
    textbook::Command::PublishEntry {
        lesson,
        content: content.into(),
        framing: NewFraming::default(),
        copied_from: None,
        resources: vec![],
        homework: vec![],
    }
}

pub fn exercise(homework: u128, text: &str, due: Date) -> NewHomework {
    NewHomework {
        homework: HomeworkId(Uuid::from_u128(homework)),
        text: text.into(),
        due: DueRef::Date { date: due },
        kind: HomeworkKind::Exercise,
        minutes: Some(20),
        written: true,
        resources: vec![],
        audience: None,
    }
}

/// The school, its application, and its API.
pub struct School {
    pub world: World,
    pub app: Arc<App>,
    router: Router,
}

impl School {
    /// The people and the timetable; nothing is written yet.
    pub async fn open() -> Self {
        let world = World::new().await;
        let app = world.app().await;
        let school = Self { world, router: api::http::router(app.clone()), app };
        school.found(here(), "0990001X", "Collège des Tilleuls").await;
        school.found(elsewhere(), "0990002Y", "Collège des Ormes").await;
        school.people().await;
        school.groups().await;
        school.services().await;
        school.caught_up().await;
        school.rights().await;
        school.caught_up().await;
        school
    }

    /// The next start, on the same databases, of an application that was closed.
    pub async fn reopen(&mut self) {
        self.app = self.world.app().await;
        self.router = api::http::router(self.app.clone());
    }

    async fn caught_up(&self) {
        let position = infra::subscriptions::head(&self.app.reader).await.unwrap();
        self.app.await_readers(position).await;
    }

    /// What is recorded around the pupils, by the commands of the head and of the pupil of age.
    async fn rights(&self) {
        use entourage::Command::{EnterCourtDecision, NameCompanion, Object, RecordSupervision};
        for (who, pupil, command) in [
            (HEAD, PUPIL, RecordSupervision { relative: SUPERVISING, from: RENTREE }),
            (HEAD, PUPIL, RecordSupervision { relative: BARRED, from: RENTREE }),
            (HEAD, PUPIL, EnterCourtDecision { relative: BARRED, from: date(2026, 11, 2) }),
            (HEAD, PUPIL, NameCompanion { companion: AESH, from: RENTREE }),
            (ADULT, ADULT, Object),
        ] {
            let written = self.app.in_entourage(who, here(), pupil, Said::default(), command).await;
            written.unwrap_or_else(|problem| panic!("{pupil}: {}", problem.detail));
        }
    }

    async fn feed<D: Decider<Facts: api::facts::Known>>(
        &self,
        school: SchoolId,
        id: impl Into<Uuid>,
        era: SchoolYear,
        command: D::Command,
    ) where
        D::Command: Serialize,
    {
        let stream = StreamId::new(D::TYPE, id, era);
        let written = self.app.in_directory::<D>(Actor::Import, school, stream, Said::default(), command).await;
        written.unwrap_or_else(|problem| panic!("{stream}: {}", problem.detail));
    }

    async fn found(&self, school: SchoolId, uai: &str, name: &str) {
        let identity = Identity {
            uai: uai.into(),
            name: name.into(),
            town: None,
            academy: None,
            level: Level::College,
            time_zone: "Europe/Paris".into(),
            holiday_zone: Some("A".into()),
        };
        let bounds = YearBounds { year: YEAR, starts_on: RENTREE, ends_on: date(2027, 7, 3) };
        let closure = Closure { from: date(2026, 10, 17), until: date(2026, 11, 1), label: "Toussaint".into() };
        let subjects = [(MATHS, "MATHEMATIQUES"), (ENGLISH, "ANGLAIS LV1")];
        let subjects = subjects.map(|(code, label)| (code.to_owned(), label.to_owned())).into();
        for command in [
            establishment::Command::Register { identity },
            establishment::Command::OpenYear { bounds },
            establishment::Command::SetClosures { year: YEAR, closures: vec![closure] },
            establishment::Command::NameSubjects { subjects },
        ] {
            self.feed::<establishment::School>(school, school, SchoolYear::NONE, command).await;
        }
    }

    async fn people(&self) {
        use Role::{
            Aesh, Archivist, DataProtection, Deputy, Head, HostOperator, Inspector, Librarian, Observatory, Pupil,
            Referent, Relative, SchoolLife, Teacher,
        };
        let roles = [
            Some(Teacher),
            Some(Teacher),
            Some(Teacher),
            Some(Teacher),
            Some(Teacher),
            Some(Head),
            Some(Deputy),
            Some(Librarian),
            Some(SchoolLife),
            Some(Inspector),
            Some(Inspector),
            Some(Pupil),
            Some(Pupil),
            Some(Relative),
            Some(Relative),
            Some(Relative),
            Some(Teacher),
            None,
            Some(Head),
            Some(Teacher),
            Some(Aesh),
            Some(Referent),
            Some(DataProtection),
            Some(Archivist),
            Some(Observatory),
            Some(HostOperator),
            Some(Relative),
            Some(Relative),
            Some(Pupil),
            Some(Relative),
        ];
        for ((title, person), role) in PEOPLE.into_iter().zip(roles) {
            let school = if person == OTHER_HEAD { elsewhere() } else { here() };
            let names =
                Names { family: format!("Famille-{title}"), given: "Camille".into(), title: Some("Mme".into()) };
            // Of age since the 2nd of November; nothing else needs a day of birth.
            let origin = (person == ADULT).then(|| Origin {
                source: "99".into(),
                category: "pupil".into(),
                number: "29".into(),
                ine: None,
                birth_date: Some(date(2008, 11, 2)),
            });
            let mut commands = vec![person::Command::Register { person, names, origin }];
            commands.extend(role.map(|role| person::Command::TakeRole { school, role, from: RENTREE }));
            if person == CLOSED {
                commands.push(person::Command::Deactivate { on: date(2026, 11, 2) });
            }
            self.feed::<person::Person>(school, person, SchoolYear::NONE, person::Command::Several { commands }).await;
        }
        let link = |relative, standing| Guardian { relative, standing, relation: "parent".into() };
        let of_pupil = vec![
            link(PARENT, Standing::Legal1),
            link(SEPARATED, Standing::Legal2),
            link(CONTACT, Standing::Contact),
            link(SUPERVISING, Standing::Other),
            link(BARRED, Standing::Other),
        ];
        let (of_sibling, of_adult) = (vec![link(PARENT, Standing::Legal1)], vec![link(OF_ADULT, Standing::Legal1)]);
        for (pupil, guardians) in [(PUPIL, of_pupil), (SIBLING, of_sibling), (ADULT, of_adult)] {
            let set = person::Command::SetGuardians { guardians, from: RENTREE };
            self.feed::<person::Person>(here(), pupil, SchoolYear::NONE, set).await;
        }
    }

    async fn groups(&self) {
        for (code, sort, members) in [
            ("4A", Sort::Class, vec![SIBLING, ADULT]),
            ("4B", Sort::Class, vec![PUPIL]),
            ("4ANG1", Sort::Group, vec![PUPIL, SIBLING]),
        ] {
            let classes = if sort == Sort::Group { vec!["4A".into(), "4B".into()] } else { vec![] };
            let description = Description { sort, code: code.into(), label: code.into(), curricula: vec![], classes };
            let open = group::Command::Open { school: here(), year: YEAR, description };
            let members = group::Command::ChangeMembers { joined: members, left: vec![], on: RENTREE };
            for command in [open, members] {
                self.feed::<group::Group>(here(), class(code), YEAR, command).await;
            }
        }
        let tutor = group::Command::NameFormTutors { teachers: [FORM_TUTOR].into(), from: Some(RENTREE) };
        self.feed::<group::Group>(here(), class("4B"), YEAR, tutor).await;
    }

    async fn services(&self) {
        let held = |teacher, capacity, from, until| Assignment { teacher, capacity, from, until };
        let whole = |teacher| held(teacher, Capacity::Teacher, RENTREE, None);
        let in_4b = vec![
            whole(TEACHER),
            held(CO_TEACHER, Capacity::CoTeacher, RENTREE, None),
            held(SUBSTITUTE, Capacity::Substitute, date(2026, 11, 9), Some(date(2026, 11, 20))),
            held(FORMER_TEACHER, Capacity::Teacher, RENTREE, Some(date(2026, 10, 31))),
            whole(CLOSED),
        ];
        for (code, subject, assignments) in [
            ("4A", MATHS, vec![whole(OTHER_TEACHER)]),
            ("4B", MATHS, in_4b),
            ("4ANG1", ENGLISH, vec![whole(OTHER_TEACHER)]),
        ] {
            let (group, weeks) = (class(code), Weeks::new(RENTREE, u64::MAX));
            let slot = |weekday| Slot {
                slot: slot(code, subject, weekday),
                weekday,
                starts_at: hour(weekday),
                minutes: 55,
                weeks,
                room: Some("B12".into()),
            };
            let mut commands =
                vec![service::Command::Open { school: here(), year: YEAR, group, subject: subject.into() }];
            commands.extend(assignments.into_iter().map(|assignment| service::Command::Assign { assignment }));
            commands.push(service::Command::Schedule { slots: vec![slot(1), slot(4)], on: RENTREE });
            for command in commands {
                self.feed::<service::Service>(here(), ServiceId::of(group, subject), YEAR, command).await;
            }
        }
    }

    /// Monday's lesson in 4B with work for Thursday, Monday's lesson in 4A, and a mandate on 4B from the 9th to the 27th.
    pub async fn written(self) -> Self {
        let with_work = textbook::Command::PublishEntry {
            lesson: monday_in_4b(),
            content: "Équations à une inconnue".into(),
            framing: NewFraming::default(),
            copied_from: None,
            resources: vec![],
            homework: vec![exercise(1, "Exercice 12 page 40", THURSDAY)],
        };
        let in_4a = LessonRef::Slot { slot: slot("4A", MATHS, 1), date: MONDAY };
        for (author, textbook, command) in
            [(TEACHER, maths("4B"), with_work), (OTHER_TEACHER, maths("4A"), publish(in_4a, "Théorème de Pythagore"))]
        {
            self.app.in_textbook(author, textbook, Said::default(), command).await.unwrap();
        }
        let open = mandate::Command::OpenMandate {
            inspector: INSPECTOR,
            textbooks: [maths("4B")].into(),
            from: date(2026, 11, 9),
            until: date(2026, 11, 27),
        };
        let receipt = self.app.in_mandate(HEAD, here(), mandate(), Said::default(), open).await.unwrap();
        self.app.await_readers(receipt.last_position.unwrap()).await;
        self
    }

    /// The last position of the journal.
    pub async fn head(&self) -> i64 {
        infra::subscriptions::head(&self.app.reader).await.unwrap()
    }

    pub fn token(&self, person: PersonId) -> String {
        self.app.tokens.mint(person, 1).unwrap()
    }

    /// Calls the API as someone. `headers` may repeat or replace nothing: they are added.
    pub async fn call(
        &self,
        who: PersonId,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", self.token(who)));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        self.send(request.body(Body::from(body.unwrap_or_default().to_owned())).unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 16 << 20).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            json: serde_json::from_str(&text).unwrap_or_default(),
            text,
        }
    }

    pub async fn read(&self, who: PersonId, path: &str) -> Answer {
        self.call(who, "GET", path, &[], None).await
    }

    /// Sends a command.
    pub async fn tell(&self, who: PersonId, path: &str, headers: &[(&str, &str)], command: &impl Serialize) -> Answer {
        let body = serde_json::to_string(command).unwrap();
        self.call(who, "POST", &format!("/api/v1/{path}/commands"), headers, Some(&body)).await
    }
}

/// What the API answered.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Value,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The code of a problem; empty for another answer.
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }

    /// That it is a problem, told as RFC 9457 wants, of this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) {
        assert_eq!((self.status, self.code()), (status, code), "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.json["status"], status);
        assert_eq!(self.json["type"], format!("urn:palimpseste:problem:{code}"));
    }
}
