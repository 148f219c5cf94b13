//! Who takes an absent colleague's lesson, and where is it written?

use super::*;

impl Pages {
    /// The teacher of 4B teaches English in 4A too.
    async fn with_english_in_4a(self) -> Self {
        let (group, subject) = (crate::school::class("4A"), crate::school::ENGLISH.to_owned());
        let service = format!("services/{}", ServiceId::of(group, &subject));
        let assignment = service::Assignment {
            teacher: TEACHER,
            capacity: domain::actor::Capacity::Teacher,
            from: RENTREE,
            until: None,
        };
        let open = service::Command::Open { school: here(), year: crate::school::YEAR, group, subject };
        for command in [open, service::Command::Assign { assignment }] {
            let told = self.school.tell(HEAD, &service, &[], &command).await;
            assert_eq!(told.status, 200, "{}", told.text);
        }
        self.school.app.await_readers(self.school.head().await).await;
        self
    }
}

#[tokio::test]
async fn co_01_a_colleague_takes_a_lesson_and_writes_it_in_their_own_textbook_with_that_class() {
    let pages = Pages::open().await.with_english_in_4a().await;
    let lesson = [lesson_of("4A", 4, THURSDAY)];
    let (status, text) = pages.says(&lesson, &format!("faire=assurer&remplacant={TEACHER}")).await;
    assert_eq!(status, 303, "{text}");
    let week = plain(&pages.sees(SIBLING, "/eleve").await);
    assert!(on_day(&week, THURSDAY).contains("assurée par Mme Famille-teacher"), "{week}");
    let absent = plain(&pages.sees(OTHER_TEACHER, "/enseignant").await);
    assert!(on_day(&absent, THURSDAY).contains("assurée par Mme Famille-teacher"));
    let colleague = plain(&pages.sees(TEACHER, "/enseignant").await);
    let day = on_day(&colleague, THURSDAY);
    assert!(day.contains("en remplacement de") && day.contains("mathematiques"), "{day}");
    let english = domain::ids::TextbookId::of(crate::school::class("4A"), crate::school::ENGLISH);
    let form = format!("/enseignant/cahiers/{english}/hors-emploi-du-temps/{THURSDAY}T10:00?duree=55");
    assert!(day.contains(&form), "{day}");
    // Friday: the absent teacher's lesson is not missing, the colleague's is still to be written.
    pages.now_is("2026-11-20T10:00:00Z");
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await.0, 2, "maths of 4B and English: maths of 4A are assured");
    let missing = |text: &str| between(text, "id=\"a-completer\"", "</section>").to_owned();
    assert!(missing(&pages.sees(TEACHER, "/enseignant").await).contains(&form));
    assert!(
        !missing(&pages.sees(OTHER_TEACHER, "/enseignant").await)
            .contains(&lesson[0].replace(&maths("4A").to_string(), ""))
    );
    pages.writes(TEACHER, &form, "Le+present+perfect").await;
    let week = pages.sees(SIBLING, "/eleve").await;
    let day = on_day(&week, THURSDAY);
    assert!(day.contains("Le present perfect") && day.contains("hors emploi du temps"), "{day}");
    let colleague = plain(&pages.sees(TEACHER, "/enseignant").await);
    assert!(on_day(&colleague, THURSDAY).contains("en remplacement de") && colleague.contains("Le present perfect"));
}

#[tokio::test]
async fn co_01_the_teacher_of_the_whole_class_takes_a_half_class_and_writes_in_the_textbook_of_the_class() {
    use crate::school::ENGLISH;
    use domain::directory::group;
    let pages = Pages::open().await;
    let half = crate::school::class("4A1");
    let description = group::Description {
        sort: group::Sort::Group,
        code: "4A1".into(),
        label: "4A1".into(),
        curricula: vec![],
        classes: vec!["4A".into()],
    };
    let group = format!("groups/{half}");
    for command in [
        group::Command::Open { school: here(), year: crate::school::YEAR, description },
        group::Command::ChangeMembers { joined: vec![SIBLING], left: vec![], on: RENTREE },
    ] {
        let told = pages.school.tell(HEAD, &group, &[], &command).await;
        assert_eq!(told.status, 200, "{}", told.text);
    }
    pages.school.app.await_readers(pages.school.head().await).await;
    let (service, friday) = (
        ServiceId::of(half, ENGLISH),
        domain::ids::SlotId::of(ServiceId::of(half, ENGLISH), 5, jiff::civil::time(14, 0, 0, 0), "all"),
    );
    let slot = domain::calendar::Slot {
        slot: friday,
        weekday: 5,
        starts_at: jiff::civil::time(14, 0, 0, 0),
        minutes: 55,
        weeks: domain::calendar::Weeks::new(RENTREE, u64::MAX),
        room: None,
    };
    let assignment = service::Assignment {
        teacher: CO_TEACHER,
        capacity: domain::actor::Capacity::Teacher,
        from: RENTREE,
        until: None,
    };
    for command in [
        service::Command::Open { school: here(), year: crate::school::YEAR, group: half, subject: ENGLISH.to_owned() },
        service::Command::Assign { assignment },
        service::Command::Schedule { slots: vec![slot], on: RENTREE },
    ] {
        let told = pages.school.tell(HEAD, &format!("services/{service}"), &[], &command).await;
        assert_eq!(told.status, 200, "{}", told.text);
    }
    pages.school.app.await_readers(pages.school.head().await).await;
    let lesson = [format!("{}/{friday}/{FRIDAY}", domain::ids::TextbookId::of(half, ENGLISH))];
    let (status, text) = pages.says(&lesson, &format!("faire=assurer&remplacant={OTHER_TEACHER}")).await;
    assert_eq!(status, 303, "{text}");
    let form = format!("/enseignant/cahiers/{}/hors-emploi-du-temps/{FRIDAY}T14:00?duree=55", maths("4A"));
    let week = plain(&pages.sees(OTHER_TEACHER, "/enseignant").await);
    let day = on_day(&week, FRIDAY);
    assert!(day.contains(&form), "{day}");
    assert!(day.contains("en remplacement de Mme Famille-co-teacher, anglais LV1, 4A1"), "{day}");
    pages.now_is("2026-11-20T15:00:00Z");
    pages.writes(OTHER_TEACHER, &form, "Calcul+mental").await;
    assert!(on_day(&pages.sees(SIBLING, "/eleve").await, FRIDAY).contains("Calcul mental"));
    // The other way round: who has the half-class alone has no textbook that the whole class reads.
    let whole = [lesson_of("4A", 4, THURSDAY)];
    assert_eq!(pages.says(&whole, &format!("faire=assurer&remplacant={CO_TEACHER}")).await.0, 303);
    let week = pages.sees(CO_TEACHER, "/enseignant").await;
    let day = on_day(&week, THURSDAY);
    assert!(day.contains("en remplacement de") && !day.contains("hors-emploi-du-temps"), "{day}");
}

#[tokio::test]
async fn a_lesson_that_nobody_holds_any_more_is_taken_in_place_of_a_colleague() {
    let pages = Pages::open().await;
    let service = format!("services/{}", ServiceId::of(crate::school::class("4A"), MATHS));
    let release = service::Command::Release { teacher: OTHER_TEACHER, on: Date::constant(2026, 11, 17) };
    assert_eq!(pages.school.tell(HEAD, &service, &[], &release).await.status, 200);
    pages.school.app.await_readers(pages.school.head().await).await;
    let (status, text) =
        pages.says(&[lesson_of("4A", 4, THURSDAY)], &format!("faire=assurer&remplacant={TEACHER}")).await;
    assert_eq!(status, 303, "{text}");
    let week = plain(&pages.sees(TEACHER, "/enseignant").await);
    assert!(on_day(&week, THURSDAY).contains("en remplacement d’un collègue"), "{week}");
}

#[tokio::test]
async fn a_program_names_only_who_teaches_in_the_school_on_that_day_to_take_a_lesson() {
    use domain::directory::person::{Command as Of, Role};
    let pages = Pages::open().await;
    let path = format!("services/{}", ServiceId::of(crate::school::class("4A"), MATHS));
    let replace = |by| {
        let lesson = domain::calendar::LessonOn { date: THURSDAY, slot: slot("4A", MATHS, 4) };
        service::Command::Replace { lessons: [lesson].into(), by }
    };
    for nobody in [LIBRARIAN, HEAD, PUPIL, CLOSED, OTHER_HEAD] {
        let told = pages.school.tell(HEAD, &path, &[], &replace(nobody)).await;
        told.refused(400, "not-a-teacher-then");
    }
    // The substitute of 4B leaves the school before that Thursday.
    let leaves = Of::EndRole { school: here(), role: Role::Teacher, on: THURSDAY };
    assert_eq!(pages.school.tell(HEAD, &format!("persons/{SUBSTITUTE}"), &[], &leaves).await.status, 200);
    pages.school.app.await_readers(pages.school.head().await).await;
    pages.school.tell(HEAD, &path, &[], &replace(SUBSTITUTE)).await.refused(400, "not-a-teacher-then");
    assert_eq!(pages.school.tell(HEAD, &path, &[], &replace(CO_TEACHER)).await.status, 200);
}

#[tokio::test]
async fn a_colleague_without_that_class_still_assures_the_lesson_and_others_cannot() {
    let pages = Pages::open().await;
    let lesson = [lesson_of("4A", 4, THURSDAY)];
    for nobody in [LIBRARIAN, OTHER_HEAD, CLOSED, PUPIL] {
        let (status, text) = pages.says(&lesson, &format!("faire=assurer&remplacant={nobody}")).await;
        assert_eq!(status, 422, "{nobody}: {text}");
    }
    let (status, text) = pages.says(&lesson, &format!("faire=assurer&remplacant={OTHER_TEACHER}")).await;
    assert_eq!(status, 422, "who holds the lesson does not replace themselves: {text}");
    // The substitute has 4B at that very hour: the head is told, and decides.
    let head = pages.school.head().await;
    let again = asked(&of_class("4A"), THURSDAY, THURSDAY, "");
    let busy = format!("faire=assurer&remplacant={SUBSTITUTE}&{again}");
    let (status, text) = pages.says(&lesson, &busy).await;
    assert!(status == 422 && plain(&text).contains("a déjà la classe 4e B, jeudi 19 novembre, 10 h"), "{text}");
    assert!(text.contains("name=\"confirmer\"") && pages.school.head().await == head, "nothing is changed yet");
    // What was confirmed of one colleague says nothing of another who is taken too.
    assert!(text.contains("href=\"#confirmer\""));
    let confirmed = confirmation(&text).to_owned();
    let other = busy.replace(&SUBSTITUTE.to_string(), &TEACHER.to_string());
    let taken = format!("faire=assurer&remplacant={TEACHER}");
    let english = format!("{}/{}/{THURSDAY}", crate::school::english(), slot("4ANG1", crate::school::ENGLISH, 4));
    assert_eq!(pages.says(std::slice::from_ref(&english), &taken).await.0, 303);
    let head = pages.school.head().await;
    for form in [format!("{other}&confirmer={confirmed}"), format!("{busy}&confirmer=oui")] {
        let (status, text) = pages.says(&lesson, &form).await;
        assert!(status == 422 && text.contains("name=\"confirmer\""), "{form}: {text}");
    }
    assert_eq!(pages.school.head().await, head, "nothing is changed yet");
    let back = pages.call(Some(HEAD), "POST", "/direction/seances/retablir", &format!("seance={english}")).await;
    assert_eq!(back.0, 303);
    assert_eq!(pages.says(&lesson, &format!("{busy}&confirmer={confirmed}")).await.0, 303);
    assert_eq!(pages.says(&lesson, &format!("faire=assurer&remplacant={CO_TEACHER}")).await.0, 303, "another one");
    let week = pages.sees(CO_TEACHER, "/enseignant").await;
    assert!(on_day(&week, THURSDAY).contains("en remplacement de"));
    assert!(!week.contains("hors-emploi-du-temps"), "there is nothing to write in");
    pages.now_is("2026-11-20T10:00:00Z");
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await.0, 2);
    // Called off, it is expected again.
    let back = pages.call(Some(HEAD), "POST", "/direction/seances/retablir", &format!("seance={}", lesson[0])).await;
    assert_eq!(back.0, 303);
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await.0, 3);
}
