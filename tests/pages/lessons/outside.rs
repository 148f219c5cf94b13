//! How is a lesson written that the timetable does not have?

use super::*;

#[tokio::test]
async fn a_teacher_writes_a_lesson_outside_the_timetable_revises_and_withdraws_it() {
    let pages = Pages::open().await;
    let textbook = format!("/enseignant/cahiers/{}", maths("4B"));
    assert!(pages.sees(TEACHER, &textbook).await.contains(&format!("{textbook}/hors-emploi-du-temps")));
    let ask = format!("{textbook}/hors-emploi-du-temps");
    for (wrong, field) in [
        ("jour=x&heure=14:00&duree=55", "jour"),
        ("jour=2027-08-01&heure=14:00&duree=55", "jour"),
        ("jour=2026-11-17&heure=&duree=55", "heure"),
        ("jour=2026-11-19&heure=10:00&duree=55", "heure"),
        ("jour=2026-11-17&heure=14:00&duree=2", "duree"),
    ] {
        let (status, text) = pages.call(Some(TEACHER), "GET", &format!("{ask}?{wrong}"), "").await;
        assert!(status == 422 && text.contains(&format!("id=\"{field}-erreur\"")), "{wrong}");
    }
    let tuesday = Date::constant(2026, 11, 17);
    let asked = format!("{ask}?jour={tuesday}&heure=14:00&duree=55");
    assert_eq!(pages.call(Some(TEACHER), "GET", &asked, "").await.0, 303);
    let bare = format!("{ask}/{tuesday}T14:00");
    assert_eq!(pages.call(Some(TEACHER), "GET", &bare, "").await.0, 404, "how long it was is not known");
    let form = format!("{bare}?duree=55");
    pages.writes(TEACHER, &form, "Rattrapage").await;
    for (who, path) in [
        (PUPIL, "/eleve".to_owned()),
        (PARENT, format!("/parent/enfants/{PUPIL}")),
        (PUPIL, format!("/eleve/cahiers/{}", maths("4B"))),
        (TEACHER, "/enseignant".into()),
        (TEACHER, textbook.clone()),
        (INSPECTOR, format!("/inspection/cahiers/{}", maths("4B"))),
    ] {
        let text = pages.sees(who, &path).await;
        assert!(text.contains("Rattrapage") && text.contains("hors emploi du temps"), "{path}");
    }
    // Written, it says itself how long it was.
    pages.writes(TEACHER, &bare, "Rattrapage+et+correction").await;
    assert!(pages.sees(PUPIL, "/eleve").await.contains("Rattrapage et correction"));
    let version = pages.sees(TEACHER, &bare).await;
    let version = between(&version, "name=\"version\" value=\"", "\"");
    let withdraw = format!("motif=Erreur&version={version}&cle={}", Uuid::new_v4());
    assert_eq!(pages.call(Some(TEACHER), "POST", &format!("{bare}/retirer"), &withdraw).await.0, 303);
    assert!(!pages.sees(PUPIL, "/eleve").await.contains("Rattrapage"));
    assert!(pages.sees(TEACHER, "/enseignant").await.contains("retirée de la vue"));
}

#[tokio::test]
async fn a_lesson_outside_the_timetable_that_is_written_ahead_is_listed_with_its_work() {
    let pages = Pages::open().await;
    let (textbook, later) = (format!("/enseignant/cahiers/{}", maths("4B")), Date::constant(2026, 11, 24));
    let lesson = LessonRef::Exceptional { date: later, starts_at: jiff::civil::time(14, 0, 0, 0), minutes: 55 };
    let Command::PublishEntry { content, framing, copied_from, resources, .. } =
        crate::school::publish(lesson, "Rattrapage")
    else {
        panic!()
    };
    let homework = vec![exercise(7, "Exercice 3", Date::constant(2026, 11, 26))];
    let publish = Command::PublishEntry { lesson, content, framing, copied_from, resources, homework };
    let told = pages.school.tell(TEACHER, &format!("textbooks/{}", maths("4B")), &[], &publish).await;
    assert_eq!(told.status, 200, "{}", told.text);
    pages.school.app.await_readers(pages.school.head().await).await;
    let text = pages.sees(TEACHER, &textbook).await;
    assert!(text.contains("Rattrapage") && text.contains("Exercice 3"), "{text}");
}
