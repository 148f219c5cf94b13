//! A village school: one class of two levels, one service for all subjects, half-days without a timetable; and no written homework.

use api::app::Said;
use domain::actor::{Actor, Capacity};
use domain::calendar::{Slot, Weeks, YearBounds};
use domain::decider::Decider;
use domain::directory::establishment::{self, Identity, Level};
use domain::directory::group::{self, Description, Sort};
use domain::directory::service::{self, ALL_SUBJECTS, Assignment};
use domain::ids::{GroupId, SchoolId, SchoolYear, ServiceId, SlotId, StreamId, TextbookId};
use domain::textbook::Command;
use domain::textbook::entry::LessonRef;
use domain::textbook::homework::HomeworkKind;
use jiff::civil::{date, time};
use serde::Serialize;

use super::*;

const UAI: &str = "0990010G";

fn group() -> GroupId {
    GroupId::of(SchoolId::of(UAI), YEAR, "CE1-CE2")
}

fn textbook() -> TextbookId {
    TextbookId::of(group(), ALL_SUBJECTS)
}

/// Monday morning or afternoon, and Thursday morning.
fn half_day(weekday: i8, hour: i8) -> Slot {
    let (service, starts_at) = (ServiceId::of(group(), ALL_SUBJECTS), time(hour, 30, 0, 0));
    let slot = SlotId::of(service, weekday, starts_at, "all");
    let weeks = Weeks::new(RENTREE, u64::MAX);
    Slot { slot, weekday, starts_at, minutes: 180, weeks, room: None }
}

fn morning() -> String {
    format!("/enseignant/cahiers/{}/seances/{}/{MONDAY}", textbook(), half_day(1, 8).slot)
}

async fn tell<D: Decider<Facts: api::facts::Known>>(
    pages: &Pages,
    id: impl Into<Uuid>,
    era: SchoolYear,
    command: D::Command,
) where
    D::Command: Serialize,
{
    let (school, stream) = (SchoolId::of(UAI), StreamId::new(D::TYPE, id, era));
    let app = &pages.school.app;
    app.in_directory::<D>(Actor::Import, school, stream, Said::default(), command).await.unwrap();
}

/// The village school, whose class Mme the teacher holds and the pupil is in.
async fn village() -> Pages {
    let pages = Pages::open().await;
    let school = SchoolId::of(UAI);
    let identity = Identity {
        uai: UAI.into(),
        name: "École des Saules".into(),
        town: None,
        academy: None,
        level: Level::Primary,
        time_zone: "Europe/Paris".into(),
        holiday_zone: None,
    };
    let bounds = YearBounds { year: YEAR, starts_on: RENTREE, ends_on: date(2027, 7, 3) };
    tell::<establishment::School>(&pages, school, SchoolYear::NONE, establishment::Command::Register { identity })
        .await;
    tell::<establishment::School>(&pages, school, SchoolYear::NONE, establishment::Command::OpenYear { bounds }).await;
    let description = Description {
        sort: Sort::Class,
        code: "CE1-CE2".into(),
        label: "CE1-CE2".into(),
        curricula: vec!["CE1".into(), "CE2".into()],
        classes: vec![],
    };
    for command in [
        group::Command::Open { school, year: YEAR, description },
        group::Command::ChangeMembers { joined: vec![PUPIL], left: vec![], on: RENTREE },
    ] {
        tell::<group::Group>(&pages, group(), YEAR, command).await;
    }
    let assignment = Assignment { teacher: TEACHER, capacity: Capacity::Teacher, from: RENTREE, until: None };
    let slots = vec![half_day(1, 8), half_day(1, 13), half_day(4, 8), half_day(4, 13)];
    for command in [
        service::Command::Open { school, year: YEAR, group: group(), subject: ALL_SUBJECTS.into() },
        service::Command::Assign { assignment },
        service::Command::Schedule { slots, on: RENTREE },
    ] {
        tell::<service::Service>(&pages, ServiceId::of(group(), ALL_SUBJECTS), YEAR, command).await;
    }
    pages.school.app.await_readers(pages.school.head().await).await;
    pages
}

fn work(text: &str, kind: &str, in_writing: bool) -> String {
    let ticked = if in_writing { "&travail_1_ecrit=oui" } else { "" };
    format!(
        "contenu=Le+pr%C3%A9sent&version=0&cle={}&travail_1_texte={text}&travail_1_pour={THURSDAY}&travail_1_type={kind}{ticked}",
        Uuid::now_v7()
    )
}

#[tokio::test]
async fn ct_13_the_form_of_a_primary_school_refuses_written_homework_cites_the_text_and_keeps_what_was_typed() {
    let pages = village().await;
    let (_, empty) = pages.call(Some(TEACHER), "GET", &morning(), "").await;
    assert!(empty.contains("seulement pour un travail fait en classe"), "said before it is refused");
    let before = pages.school.head().await;
    for (kind, in_writing) in [("exercise", true), ("take-home", false)] {
        let (status, text) =
            pages.call(Some(TEACHER), "POST", &morning(), &work("Copier+la+po%C3%A9sie", kind, in_writing)).await;
        assert_eq!(status, 422);
        assert!(text.contains("94-226") && text.contains("29 décembre 1956"), "the text is cited");
        assert!(text.contains("id=\"travail_1_ecrit-erreur\"") && text.contains("href=\"#travail_1_ecrit\""));
        assert!(text.contains("Copier la poésie") && text.contains("Le présent"), "what was typed is kept");
    }
    assert_eq!(pages.school.head().await, before);
}

#[tokio::test]
async fn ct_13_a_lesson_to_learn_and_what_is_written_in_class_are_given_in_a_primary_school() {
    for (kind, in_writing) in [("learning", false), ("class-work", true)] {
        let pages = village().await;
        let (status, text) =
            pages.call(Some(TEACHER), "POST", &morning(), &work("La+po%C3%A9sie", kind, in_writing)).await;
        assert_eq!(status, 303, "{kind}: {text}");
        let (status, text) = pages.call(Some(PARENT), "GET", &format!("/parent/enfants/{PUPIL}/travail"), "").await;
        assert_eq!(status, 200);
        // One subject for all would say nothing on each line.
        assert!(text.contains("La poésie") && !text.contains("Toutes matières"), "{kind}");
    }
}

#[tokio::test]
async fn ct_13_the_api_refuses_it_by_a_code_of_its_own_and_a_college_gives_it() {
    let pages = village().await;
    let lesson = LessonRef::Slot { slot: half_day(1, 8).slot, date: MONDAY };
    let give = |given_in, id| Command::GiveHomework { given_in, homework: exercise(id, "Copier la poésie", THURSDAY) };
    let answer = pages.school.tell(TEACHER, &format!("textbooks/{}", textbook()), &[], &give(lesson, 70)).await;
    answer.refused(400, "written-homework-in-primary");
    assert!(answer.json["detail"].as_str().unwrap().contains("94-226"), "{}", answer.text);
    let mut oral = exercise(70, "Réciter la poésie", THURSDAY);
    (oral.written, oral.kind) = (false, HomeworkKind::Learning);
    let give_oral = Command::GiveHomework { given_in: lesson, homework: oral };
    let answer = pages.school.tell(TEACHER, &format!("textbooks/{}", textbook()), &[], &give_oral).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let college = format!("textbooks/{}", maths("4B"));
    let answer = pages.school.tell(TEACHER, &college, &[], &give(monday_in_4b(), 71)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

#[tokio::test]
async fn the_two_half_days_of_a_day_are_each_offered_once_as_a_due_date_with_their_hour() {
    let pages = village().await;
    let (_, text) = pages.call(Some(TEACHER), "GET", &morning(), "").await;
    let text = text.replace(['\u{a0}', '\u{202f}'], " ");
    for work in ["travail_1_pour", "travail_2_pour"] {
        let list = text.split(&format!("name=\"{work}\"")).nth(1).unwrap_or_else(|| panic!("no {work}: {text}"));
        let list = list.split("</select>").next().unwrap();
        let options = list.split("<option ").skip(1).map(|one| one.split("</option>").next().unwrap());
        let of_thursday: Vec<_> = options.filter(|one| one.contains(&format!("value=\"{THURSDAY}"))).collect();
        let [morning, afternoon] = of_thursday[..] else { panic!("{work}: {of_thursday:?}") };
        assert!(morning.contains("8 h 30") && !morning.contains("13 h 30"), "{morning}");
        assert!(
            afternoon.contains(&format!("value=\"{THURSDAY}T13:30\"")) && afternoon.contains("13 h 30"),
            "{afternoon}"
        );
    }
    assert!(text.contains("CE1-CE2") && text.contains("Toutes matières"));
}

#[tokio::test]
async fn the_week_of_a_class_is_named_as_the_class_is() {
    let pages = village().await;
    let tutors = group::Command::NameFormTutors { teachers: [TEACHER].into(), from: Some(RENTREE) };
    tell::<group::Group>(&pages, group(), YEAR, tutors).await;
    pages.school.app.await_readers(pages.school.head().await).await;
    let class = format!("/enseignant/classes/{}", group());
    for path in [class.clone(), format!("{class}/charge")] {
        let (status, text) = pages.call(Some(TEACHER), "GET", &path, "").await;
        assert_eq!(status, 200, "{text}");
        assert!(text.contains("La semaine de la classe CE1-CE2"), "{text}");
    }
}
