//! Slots as they really go: a lesson that is not held is said so, seen so, and not expected.

use domain::textbook::Command;
use domain::textbook::entry::LessonRef;
use domain::textbook::homework::{DueRef, NewHomework};

use super::*;
use crate::school::{HEAD, MONDAY, OTHER_HEAD, OTHER_TEACHER, PARENT, SIBLING, exercise, here, monday_in_4b};

fn form(who: &str, because: &str, from: impl std::fmt::Display, until: impl std::fmt::Display, more: &str) -> String {
    format!("qui={who}&motif={because}&du={from}&au={until}&cle={}{more}", Uuid::new_v4())
}

fn of_class(code: &str) -> String {
    format!("classe:{}", crate::school::class(code))
}

fn of_teacher(teacher: PersonId) -> String {
    format!("enseignant:{teacher}")
}

impl Pages {
    async fn cancels(&self, form: &str) {
        let (status, text) = self.call(Some(HEAD), "POST", "/direction/seances", form).await;
        assert_eq!(status, 303, "{text}");
    }

    async fn sees(&self, who: PersonId, path: &str) -> String {
        let (status, text) = self.call(Some(who), "GET", path, "").await;
        assert_eq!(status, 200, "{path}");
        text
    }

    /// Lessons held in the school on those days, as the head counts them.
    async fn held(&self, from: Date, until: Date) -> u64 {
        let path = format!("/api/v1/schools/{}/fill?from={from}&until={until}", here());
        self.school.read(HEAD, &path).await.json["total"]["held"].as_u64().unwrap()
    }
}

#[tokio::test]
async fn a_class_on_an_outing_has_its_lessons_cancelled_and_those_of_mixed_groups_go_on() {
    let pages = Pages::open().await;
    pages.cancels(&form(&of_class("4B"), "outing", THURSDAY, THURSDAY, "")).await;
    for (who, path) in [(PUPIL, "/eleve".to_owned()), (PARENT, format!("/parent/enfants/{PUPIL}"))] {
        let text = pages.sees(who, &path).await;
        assert_eq!(text.matches("sortie scolaire").count(), 1, "maths are cancelled, English in a mixed group is not");
    }
    assert!(!pages.sees(SIBLING, "/eleve").await.contains("annulé"));
    assert!(pages.sees(TEACHER, "/enseignant").await.contains("sortie scolaire"));
    let list = pages.sees(HEAD, "/direction/seances").await;
    let value = list.split("name=\"seance\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let back = pages.call(Some(HEAD), "POST", "/direction/seances/retablir", &format!("seance={value}")).await;
    assert_eq!(back.0, 303);
    assert!(!pages.sees(PUPIL, "/eleve").await.contains("annulé"));
    assert!(pages.sees(HEAD, "/direction/seances").await.contains("Aucune séance annulée"));
}

#[tokio::test]
async fn ct_01_a_lesson_that_was_not_held_is_not_expected() {
    let pages = Pages::open().await;
    let held = pages.held(MONDAY, MONDAY).await;
    assert!(pages.sees(OTHER_TEACHER, "/enseignant").await.contains("à compléter"));
    // English of Monday was never written: its teacher was away.
    pages.cancels(&form(&of_teacher(OTHER_TEACHER), "teacher-absent", RENTREE, MONDAY, "")).await;
    assert_eq!(pages.held(MONDAY, MONDAY).await, held - 2, "maths in 4A and English");
    let text = pages.sees(OTHER_TEACHER, "/enseignant").await;
    assert!(text.contains("Tout est à jour") && text.contains("professeur absent"));
    assert!(pages.sees(SIBLING, "/eleve").await.contains("Théorème de Pythagore"), "what is written stays");
}

#[tokio::test]
async fn hours_narrow_what_is_cancelled_and_a_form_sent_twice_cancels_once() {
    let pages = Pages::open().await;
    let hours = "&de=06:00&a=07:00";
    let (status, text) =
        pages.call(Some(HEAD), "POST", "/direction/seances", &form(&of_class("4B"), "exam", THURSDAY, THURSDAY, hours)).await;
    assert_eq!(status, 422);
    assert!(text.contains("aucune séance") && text.contains("value=\"06:00\""), "what was typed is kept");
    let once = form(&of_class("4B"), "exam", THURSDAY, THURSDAY, "&de=06:00&a=20:00");
    pages.cancels(&once).await;
    let head = pages.school.head().await;
    pages.cancels(&once).await;
    assert_eq!(pages.school.head().await, head);
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_said_beside_each_field() {
    let pages = Pages::open().await;
    let (status, text) = pages.call(Some(HEAD), "POST", "/direction/seances", "du=x&au=2026-11-19&de=25h").await;
    assert_eq!(status, 422);
    for field in ["qui", "motif", "du", "de"] {
        assert!(text.contains(&format!("id=\"{field}-erreur\"")), "{field}");
    }
    let backwards = form(&of_class("4B"), "exam", THURSDAY, MONDAY, "");
    assert!(pages.call(Some(HEAD), "POST", "/direction/seances", &backwards).await.1.contains("au-erreur"));
}

#[tokio::test]
async fn another_school_s_head_cancels_nothing_here() {
    let pages = Pages::open().await;
    let head = pages.school.head().await;
    let form = form(&of_class("4B"), "exam", THURSDAY, THURSDAY, "");
    assert_eq!(pages.call(Some(OTHER_HEAD), "POST", "/direction/seances", &form).await.0, 422);
    let lesson = format!("seance={}/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    assert_eq!(pages.call(Some(OTHER_HEAD), "POST", "/direction/seances/retablir", &lesson).await.0, 404);
    assert_eq!(pages.call(Some(TEACHER), "POST", "/direction/seances", &form).await.0, 404);
    assert_eq!(pages.school.head().await, head);
}

#[tokio::test]
async fn work_due_for_a_cancelled_lesson_is_refused_and_work_may_be_left_in_it() {
    let pages = Pages::open().await;
    pages.cancels(&form(&of_class("4B"), "teacher-absent", THURSDAY, THURSDAY, "")).await;
    let thursday = slot("4B", MATHS, 4);
    let due = DueRef::Lesson { slot: thursday, date: THURSDAY };
    let homework = NewHomework { due, ..exercise(7, "Exercice 3", THURSDAY) };
    let give = Command::GiveHomework { given_in: monday_in_4b(), homework };
    let textbook = format!("textbooks/{}", maths("4B"));
    pages.school.tell(TEACHER, &textbook, &[], &give).await.refused(422, "due-lesson-not-held");
    let lesson = format!("/enseignant/cahiers/{}/seances/{thursday}/{THURSDAY}", maths("4B"));
    assert!(pages.sees(TEACHER, &lesson).await.contains("Cette séance est annulée"));
    let left = crate::school::publish(LessonRef::Slot { slot: thursday, date: THURSDAY }, "Lire la page 42");
    assert_eq!(pages.school.tell(TEACHER, &textbook, &[], &left).await.status, 200);
    pages.school.app.await_readers(pages.school.head().await).await;
    let text = pages.sees(PUPIL, "/eleve").await;
    assert!(text.contains("annulé") && text.contains("Lire la page 42"));
}
