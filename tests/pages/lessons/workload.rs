//! How much work falls on a day, for the pupil who has most?

use super::*;

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
    let plain = |text: String| plain(&text);
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
async fn ct_11_a_sheet_for_each_half_is_one_work_for_every_pupil() {
    let pages = Pages::open().await;
    let english = crate::school::english();
    let monday = LessonRef::Slot { slot: slot("4ANG1", crate::school::ENGLISH, 1), date: MONDAY };
    for (id, pupil, minutes) in [(8, PUPIL, 20), (9, SIBLING, 30)] {
        let homework = NewHomework {
            audience: Some([pupil].into()),
            minutes: Some(minutes),
            ..exercise(id, "Sheet", NEXT_MONDAY)
        };
        let give = Command::GiveHomework { given_in: monday, homework };
        let told = pages.school.tell(OTHER_TEACHER, &format!("textbooks/{english}"), &[], &give).await;
        assert_eq!(told.status, 200, "{}", told.text);
    }
    pages.school.app.await_readers(pages.school.head().await).await;
    let class = |code| format!("/direction/charge?classe={}", crate::school::class(code));
    let of_4b = plain(&pages.sees(HEAD, &class("4B")).await);
    assert_eq!(of_4b.matches("1 travail, environ 20 min").count(), 2, "on Thursday, and on Monday: {of_4b}");
    assert!(!of_4b.contains("2 travaux"), "{of_4b}");
    let of_4a = plain(&pages.sees(HEAD, &class("4A")).await);
    assert!(of_4a.contains("1 travail, environ 30 min") && !of_4a.contains("2 travaux"), "{of_4a}");
}

#[tokio::test]
async fn ct_11_what_is_done_in_class_weighs_on_no_day_and_work_weighs_where_its_lesson_is_held() {
    use domain::textbook::homework::HomeworkKind;
    let pages = Pages::open().await;
    pages.gives(7, "Exercice 3", thursday_in_4b()).await;
    let homework = NewHomework { kind: HomeworkKind::ClassWork, ..exercise(8, "En classe", NEXT_MONDAY) };
    let give = Command::GiveHomework { given_in: monday_in_4b(), homework };
    let told = pages.school.tell(TEACHER, &format!("textbooks/{}", maths("4B")), &[], &give).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let later = Date::constant(2026, 11, 24);
    assert_eq!(pages.moves(&lesson_of("4B", 4, THURSDAY), &format!("jour={later}&heure=14:00")).await.0, 303);
    for (who, path) in [
        (PUPIL, "/eleve/charge".to_owned()),
        (PARENT, format!("/parent/enfants/{PUPIL}/charge")),
        (HEAD, format!("/direction/charge?classe={}", crate::school::class("4B"))),
    ] {
        let text = plain(&pages.sees(who, &path).await).to_lowercase();
        for day in ["jeudi 19 novembre", "mardi 24 novembre"] {
            assert!(between(&text, day, "</li>").contains("1 travail, environ 20 min"), "{path}, {day}: {text}");
        }
        assert!(!text.contains("lundi 23 novembre"), "{path}: {text}");
    }
}
