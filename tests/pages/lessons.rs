//! Slots as they really go: a lesson that is not held is said so, seen so, and not expected.

use domain::textbook::Command;
use domain::textbook::entry::LessonRef;
use domain::textbook::homework::{DueRef, NewHomework};
use jiff::civil::Date;

use super::*;

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

    pub(super) async fn sees(&self, who: PersonId, path: &str) -> String {
        let (status, text) = self.call(Some(who), "GET", path, "").await;
        assert_eq!(status, 200, "{path}");
        text
    }

    /// Lessons held in the school on those days, as the head counts them.
    async fn held(&self, from: Date, until: Date) -> u64 {
        let path = format!("/api/v1/schools/{}/fill?from={from}&until={until}", here());
        let fill = self.school.read(HEAD, &path).await;
        fill.json["expected"].as_u64().unwrap_or_else(|| panic!("{}", fill.text))
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
    assert!(pages.sees(SUBSTITUTE, "/enseignant").await.contains("sortie scolaire"));
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
    let (status, text) = pages
        .call(Some(HEAD), "POST", "/direction/seances", &form(&of_class("4B"), "exam", THURSDAY, THURSDAY, hours))
        .await;
    assert_eq!(status, 422);
    assert!(text.contains("aucune séance") && text.contains("value=\"06:00\""), "what was typed is kept");
    let once = form(&of_class("4B"), "exam", THURSDAY, THURSDAY, "&de=06:00&a=20:00");
    pages.cancels(&once).await;
    let head = pages.school.head().await;
    pages.cancels(&once).await;
    assert_eq!(pages.school.head().await, head);
}

#[tokio::test]
async fn a_lesson_that_two_teachers_hold_goes_on_when_one_is_absent() {
    let pages = Pages::open().await;
    // After the substitute has left, the teacher and the co-teacher hold maths in 4B together.
    let later = Date::constant(2026, 11, 23);
    for teacher in [TEACHER, CO_TEACHER] {
        let alone = form(&of_teacher(teacher), "teacher-absent", later, later, "");
        assert_eq!(pages.call(Some(HEAD), "POST", "/direction/seances", &alone).await.0, 422);
    }
}

#[tokio::test]
async fn an_inspector_reads_a_cancelled_lesson_as_cancelled_and_does_not_expect_it() {
    let pages = Pages::open().await;
    pages.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    let textbook = format!("/inspection/cahiers/{}", maths("4B"));
    let before = pages.sees(INSPECTOR, &textbook).await;
    assert!(before.contains("Rien n’a été écrit"));
    pages.cancels(&form(&of_class("4B"), "outing", THURSDAY, THURSDAY, "")).await;
    let after = pages.sees(INSPECTOR, &textbook).await;
    assert!(after.contains("sortie scolaire") && !after.contains("Rien n’a été écrit"));
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
    pages.school.tell(TEACHER, &textbook, &[], &give).await.refused(400, "due-lesson-not-held");
    let lesson = format!("/enseignant/cahiers/{}/seances/{thursday}/{THURSDAY}", maths("4B"));
    assert!(pages.sees(TEACHER, &lesson).await.contains("Cette séance est annulée"));
    let left = crate::school::publish(LessonRef::Slot { slot: thursday, date: THURSDAY }, "Lire la page 42");
    assert_eq!(pages.school.tell(TEACHER, &textbook, &[], &left).await.status, 200);
    pages.school.app.await_readers(pages.school.head().await).await;
    let text = pages.sees(PUPIL, "/eleve").await;
    assert!(text.contains("annulé") && text.contains("Lire la page 42"));
}

#[tokio::test]
async fn ct_11_the_team_of_a_class_sees_the_work_of_each_day_whatever_group_gives_it() {
    let pages = Pages::open().await;
    // Maths for Thursday in 4B (twenty minutes) is given already; English for the same day, in a group of two classes.
    let english = crate::school::english();
    let monday = LessonRef::Slot { slot: slot("4ANG1", crate::school::ENGLISH, 1), date: MONDAY };
    let give = Command::GiveHomework { given_in: monday, homework: exercise(8, "Learn", THURSDAY) };
    let told = pages.school.tell(OTHER_TEACHER, &format!("textbooks/{english}"), &[], &give).await;
    assert_eq!(told.status, 200, "{}", told.text);
    pages.school.app.await_readers(pages.school.head().await).await;
    let plain = |text: String| text.replace(['\u{a0}', '\u{202f}'], " ");
    let of_4b = plain(pages.sees(TEACHER, &format!("/enseignant/cahiers/{}/charge", maths("4B"))).await);
    assert!(of_4b.contains("2 travaux, environ 40 min"), "{of_4b}");
    let of_4a = plain(pages.sees(OTHER_TEACHER, &format!("/enseignant/cahiers/{}/charge", maths("4A"))).await);
    assert!(of_4a.contains("20 min") && !of_4a.contains("40 min"), "maths of 4B are not theirs");
    let lesson = format!("/enseignant/cahiers/{}/seances/{}/{MONDAY}", maths("4B"), slot("4B", MATHS, 1));
    assert!(plain(pages.sees(TEACHER, &lesson).await).contains("(ce jour-là : 2 travaux, environ 40 min)"));
    let class = crate::school::class("4B");
    assert!(plain(pages.sees(HEAD, &format!("/direction/charge?classe={class}")).await).contains("40 min"));
    assert_eq!(pages.call(Some(TEACHER), "GET", &format!("/enseignant/cahiers/{english}/charge"), "").await.0, 404);
}

#[tokio::test]
async fn a_teacher_reads_the_figures_that_the_head_reads_of_them() {
    let pages = Pages::open().await;
    // Friday: two lessons of Thursday would be expected, and one was cancelled.
    pages.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    pages.cancels(&form(&of_class("4A"), "outing", THURSDAY, THURSDAY, "")).await;
    let plain = |text: String| text.replace(['\u{a0}', '\u{202f}'], " ");
    let me = plain(pages.sees(OTHER_TEACHER, "/enseignant/moi").await);
    assert!(me.contains("0 séance renseignée sur 1."), "{me}");
    assert!(
        plain(pages.sees(HEAD, "/direction").await).contains("0 séance renseignée sur 1"),
        "the head reads another figure"
    );
    assert!(me.contains("sortie scolaire") && me.contains("aucun mandat"));
    let inspected = plain(pages.sees(TEACHER, "/enseignant/moi").await);
    assert!(inspected.contains("Famille-inspector with a mandate"));
}

#[tokio::test]
async fn work_that_would_appear_an_hour_before_its_lesson_is_confirmed_first() {
    let pages = Pages::open().await;
    // Friday, 21:00: in the pause, until Monday at seven.
    pages.school.world.clock.set("2026-11-20T20:00:00Z".parse().unwrap());
    let lesson = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    let before = pages.sees(TEACHER, &lesson).await;
    let version = before.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let form = format!(
        "contenu=Pourcentages&version={version}&cle={}&travail_1_texte=Exercice+5&travail_1_pour=2026-11-23&travail_1_type=exercise",
        Uuid::new_v4()
    );
    let head = pages.school.head().await;
    let (status, text) = pages.call(Some(TEACHER), "POST", &lesson, &form).await;
    assert_eq!(status, 422);
    assert!(text.contains("paraîtrait") && text.contains("Exercice 5") && text.contains("name=\"confirmer\""));
    assert_eq!(pages.school.head().await, head, "nothing is written yet");
    let (status, text) = pages.call(Some(TEACHER), "POST", &lesson, &format!("{form}&confirmer=oui")).await;
    assert_eq!(status, 303, "{text}");
    assert!(pages.school.head().await > head);
}
