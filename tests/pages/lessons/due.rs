//! Work for a lesson that is not held, or that comes too soon: what is the teacher told?

use super::*;

#[tokio::test]
async fn work_due_for_a_cancelled_lesson_is_refused_and_work_may_be_left_in_it() {
    let pages = Pages::open().await;
    pages.cancels(&asked(&of_class("4B"), THURSDAY, THURSDAY, ""), "teacher-absent").await;
    let thursday = slot("4B", MATHS, 4);
    let homework = NewHomework { due: thursday_in_4b(), ..exercise(7, "Exercice 3", THURSDAY) };
    let give = Command::GiveHomework { given_in: monday_in_4b(), homework };
    let textbook = format!("textbooks/{}", maths("4B"));
    pages.school.tell(TEACHER, &textbook, &[], &give).await.refused(400, "due-lesson-not-held");
    let lesson = format!("/enseignant/cahiers/{}/seances/{thursday}/{THURSDAY}", maths("4B"));
    let form = pages.sees(TEACHER, &lesson).await;
    assert!(form.contains("Cette séance est annulée") && form.contains("Travail laissé à la classe"));
    assert!(!form.contains("Ce qui a été fait en classe"));
    let left = crate::school::publish(LessonRef::Slot { slot: thursday, date: THURSDAY }, "Lire la page 42");
    assert_eq!(pages.school.tell(TEACHER, &textbook, &[], &left).await.status, 200);
    pages.school.app.await_readers(pages.school.head().await).await;
    let text = pages.sees(PUPIL, "/eleve").await;
    assert!(text.contains("annulé") && text.contains("Lire la page 42"));
}

#[tokio::test]
async fn work_already_due_for_a_lesson_cancelled_later_says_so() {
    let pages = Pages::open().await;
    let due = DueRef::Lesson { slot: slot("4B", MATHS, 1), date: NEXT_MONDAY };
    let publish = Command::PublishEntry {
        lesson: LessonRef::Slot { slot: slot("4B", MATHS, 4), date: THURSDAY },
        content: "Pourcentages".into(),
        framing: domain::textbook::entry::NewFraming::default(),
        copied_from: None,
        resources: vec![],
        homework: vec![NewHomework { due, ..exercise(7, "Exercice 3", NEXT_MONDAY) }],
    };
    let told = pages.school.tell(TEACHER, &format!("textbooks/{}", maths("4B")), &[], &publish).await;
    assert_eq!(told.status, 200, "{}", told.text);
    pages.school.app.await_readers(pages.school.head().await).await;
    pages.now_is("2026-11-20T10:00:00Z");
    let readers = [
        (PUPIL, "/eleve/travail".to_owned()),
        (PARENT, format!("/parent/enfants/{PUPIL}/travail")),
        (PARENT, "/parent".to_owned()),
        (TEACHER, format!("/enseignant/cahiers/{}", maths("4B"))),
    ];
    for (who, path) in &readers {
        let text = pages.sees(*who, path).await;
        assert!(text.contains("Exercice 3") && !text.contains("séance annulée"), "{path}");
    }
    pages.cancels(&asked(&of_class("4B"), NEXT_MONDAY, NEXT_MONDAY, ""), "outing").await;
    for (who, path) in &readers {
        assert_eq!(pages.sees(*who, path).await.matches("séance annulée").count(), 1, "{path}");
    }
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
