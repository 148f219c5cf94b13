//! Who follows a class: what do they read of it, and from when to when?

use super::*;

#[tokio::test]
async fn the_form_tutor_reads_the_class_in_all_subjects_while_they_hold_it() {
    let pages = Pages::open().await;
    let class_4b = format!("/enseignant/classes/{}", crate::school::class("4B"));
    let week = pages.reads(FORM_TUTOR, &class_4b).await;
    assert!(week.contains("Équations à une inconnue") && week.contains("Anglais LV1, 4ANG1"), "{week}");
    assert!(!week.contains("Théorème de Pythagore"), "another class");
    assert!(pages.reads(FORM_TUTOR, "/enseignant").await.contains(&class_4b));
    let told = pages.school.read(FORM_TUTOR, &format!("/api/v1/me/week?group={}", crate::school::class("4B"))).await;
    let monday = &told.json["days"][0];
    assert_eq!(
        monday["lessons"].as_array().map(Vec::len),
        Some(2),
        "mathematics, and English in a group: {}",
        told.text
    );
    assert_eq!(told.json["group"], crate::school::class("4B").to_string());
    pages.does_not_exist(FORM_TUTOR, &format!("/enseignant/classes/{}", crate::school::class("4A"))).await;
    pages.does_not_exist(FORM_TUTOR, &format!("/enseignant/classes/{}", crate::school::class("4ANG1"))).await;
    pages.does_not_exist(TEACHER, &class_4b).await;
    // Another is named from Thursday on.
    let tutors = group::Command::NameFormTutors { teachers: [TEACHER].into(), from: Some(THURSDAY) };
    let address = format!("groups/{}", crate::school::class("4B"));
    assert_eq!(pages.school.tell(HEAD, &address, &[], &tutors).await.status, 200);
    pages.reads(FORM_TUTOR, &class_4b).await;
    pages.does_not_exist(TEACHER, &class_4b).await;
    pages.school.world.clock.set("2026-11-19T08:00:00Z".parse().unwrap());
    pages.does_not_exist(FORM_TUTOR, &class_4b).await;
    pages.reads(TEACHER, &class_4b).await;
}

#[tokio::test]
async fn form_tutors_named_for_later_are_named_earlier_or_called_off() {
    let pages = Pages::open().await;
    let class_4b = format!("/enseignant/classes/{}", crate::school::class("4B"));
    let address = format!("groups/{}", crate::school::class("4B"));
    let tell = async |teachers: &[PersonId], from| {
        let named = group::Command::NameFormTutors { teachers: teachers.iter().copied().collect(), from };
        pages.school.tell(HEAD, &address, &[], &named).await
    };
    tell(&[FORM_TUTOR], Some(date(2206, 11, 17))).await.refused(400, "day-outside-the-year");
    assert_eq!(tell(&[TEACHER], Some(date(2027, 1, 1))).await.status, 200);
    pages.reads(FORM_TUTOR, &class_4b).await;
    pages.does_not_exist(TEACHER, &class_4b).await;
    // Not in January, but today.
    assert_eq!(tell(&[TEACHER], None).await.status, 200);
    pages.does_not_exist(FORM_TUTOR, &class_4b).await;
    pages.reads(TEACHER, &class_4b).await;
    // Somebody in January, then nobody as soon as today.
    assert_eq!(tell(&[FORM_TUTOR], Some(date(2027, 1, 1))).await.status, 200);
    assert_eq!(tell(&[], Some(MONDAY)).await.status, 200);
    pages.does_not_exist(TEACHER, &class_4b).await;
    pages.school.world.clock.set("2027-01-04T08:00:00Z".parse().unwrap());
    pages.does_not_exist(FORM_TUTOR, &class_4b).await;
}

#[tokio::test]
async fn who_follows_a_class_reads_what_its_pupils_read_and_no_more() {
    let pages = Pages::open().await;
    let command = Command::PublishEntry {
        lesson: domain::textbook::entry::LessonRef::Slot { slot: slot("4B", MATHS, 1), date: date(2026, 11, 9) },
        content: "Écrit pendant la pause".into(),
        framing: domain::textbook::entry::NewFraming::default(),
        copied_from: None,
        resources: vec![],
        homework: vec![],
    };
    pages.school.world.clock.set("2026-11-17T20:00:00Z".parse().unwrap());
    let written = pages.school.tell(TEACHER, &format!("textbooks/{}", maths("4B")), &[], &command).await;
    assert_eq!(written.status, 200, "{}", written.text);
    let monday = "?semaine=2026-11-09";
    let class_4b = crate::school::class("4B");
    let pages_of = [
        (SCHOOL_LIFE, format!("/vie-scolaire/classes/{class_4b}{monday}")),
        (FORM_TUTOR, format!("/enseignant/classes/{class_4b}{monday}")),
        (AESH, format!("/accompagnement/eleves/{PUPIL}{monday}")),
        (SUPERVISING, format!("/parent/enfants/{PUPIL}{monday}")),
    ];
    for (who, path) in &pages_of {
        assert!(!pages.reads(*who, path).await.contains("Écrit pendant la pause"), "{path}");
    }
    pages.school.world.clock.set("2026-11-18T07:00:00Z".parse().unwrap());
    for (who, path) in &pages_of {
        assert!(pages.reads(*who, path).await.contains("Écrit pendant la pause"), "{path}");
    }
}

#[tokio::test]
async fn who_has_other_work_is_for_those_who_teach_and_lead_and_never_for_an_inspector() {
    let pages = Pages::open().await;
    let write = async |command| {
        let done = pages.school.app.in_textbook(TEACHER, maths("4B"), Said::default(), command).await;
        let position = done.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap();
        pages.school.app.await_readers(position).await;
    };
    let work = exercise(41, "Fiche de soutien", THURSDAY);
    let for_one = domain::textbook::homework::NewHomework { audience: Some([PUPIL].into()), ..work.clone() };
    write(Command::GiveHomework { given_in: monday_in_4b(), homework: work }).await;
    write(Command::ReviseHomework { homework: for_one }).await;
    let page = pages.reads(INSPECTOR, &format!("/inspection/cahiers/{}", maths("4B"))).await;
    assert!(page.contains("pour une partie de la classe"), "{page}");
    assert!(!page.contains("Famille-pupil of 4B"), "{page}");
    let history = format!("/api/v1/textbooks/{}/history", maths("4B"));
    for (who, named) in [(TEACHER, true), (SUBSTITUTE, true), (HEAD, true), (DEPUTY, true), (INSPECTOR, false)] {
        let told = pages.school.read(who, &history).await;
        let items = told.json["items"].as_array().unwrap();
        let apart: Vec<_> = items.iter().filter(|item| item["for_part_of_group"] == true).collect();
        assert_eq!(apart.len(), 1, "{who}: {}", told.text);
        let expected = if named { serde_json::json!([PUPIL]) } else { serde_json::Value::Null };
        assert_eq!(apart[0]["audience"], expected, "{who}");
        assert_eq!(told.text.contains(&PUPIL.to_string()), named, "{who}");
    }
}

#[tokio::test]
async fn ct_11_the_workload_is_counted_by_the_team_and_by_those_who_read_from_what_they_see() {
    let pages = Pages::open().await;
    let give = |homework, text: &str| Command::GiveHomework {
        given_in: monday_in_4b(),
        homework: exercise(homework, text, THURSDAY),
    };
    // In the evening pause: it falls on Thursday already, and pupils do not know.
    pages.school.world.clock.set("2026-11-17T20:00:00Z".parse().unwrap());
    let written = pages.school.tell(TEACHER, &format!("textbooks/{}", maths("4B")), &[], &give(7, "Ex. 7")).await;
    assert_eq!(written.status, 200, "{}", written.text);
    let class_4b = crate::school::class("4B");
    let team = [
        (TEACHER, format!("/enseignant/cahiers/{}/charge", maths("4B"))),
        (FORM_TUTOR, format!("/enseignant/classes/{class_4b}/charge")),
        (SCHOOL_LIFE, format!("/vie-scolaire/classes/{class_4b}/charge")),
        (HEAD, format!("/direction/charge?classe={class_4b}")),
    ];
    for (who, path) in &team {
        assert!(pages.reads(*who, path).await.contains("2\u{a0}travaux"), "{path}");
    }
    let readers = [
        (PUPIL, "/eleve/charge".to_owned()),
        (PARENT, format!("/parent/enfants/{PUPIL}/charge")),
        (SUPERVISING, format!("/parent/enfants/{PUPIL}/charge")),
        (AESH, format!("/accompagnement/eleves/{PUPIL}/charge")),
    ];
    for (who, path) in &readers {
        let text = pages.reads(*who, path).await;
        assert!(text.contains("1\u{a0}travail") && !text.contains("2\u{a0}travaux"), "{path}: {text}");
    }
    pages.school.world.clock.set("2026-11-18T07:00:00Z".parse().unwrap());
    for (who, path) in &readers {
        assert!(pages.reads(*who, path).await.contains("2\u{a0}travaux"), "{path}");
    }
}
