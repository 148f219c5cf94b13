//! Where is a lesson held that was moved, and what follows it there?

use super::*;

#[tokio::test]
async fn a_moved_lesson_is_seen_where_it_is_held_and_its_work_follows() {
    let pages = Pages::open().await;
    pages.gives(7, "Exercice 3", thursday_in_4b()).await;
    let thursday = lesson_of("4B", 4, THURSDAY);
    let (status, text) = pages.moves(&thursday, &format!("jour={FRIDAY}&heure=14:00&salle=C3")).await;
    assert_eq!(status, 303, "{text}");
    for (who, path) in
        [(PUPIL, "/eleve".to_owned()), (PARENT, format!("/parent/enfants/{PUPIL}")), (SUBSTITUTE, "/enseignant".into())]
    {
        let week = pages.sees(who, &path).await;
        let (was, is) = (on_day(&week, THURSDAY), on_day(&week, FRIDAY));
        assert!(was.contains("au vendredi 20 novembre, 14 h"), "{path}: {was}");
        assert!(is.contains("déplacée du jeudi 19 novembre, 10 h") && is.contains("C3"), "{path}: {is}");
    }
    let week = pages.sees(PUPIL, "/eleve").await;
    assert!(on_day(&week, FRIDAY).contains("Exercice 3"), "the work for that lesson is for its new day");
    assert!(!on_day(&week, THURSDAY).contains("Exercice 3"));
    assert!(on_day(&week, THURSDAY).contains("Exercice 12"), "work for a day stays");
    let work = plain(&pages.sees(PUPIL, "/eleve/travail").await);
    assert!(work.contains("séance déplacée au vendredi 20 novembre"));
    assert!(plain(&pages.sees(HEAD, "/direction/seances").await).contains("déplacée du jeudi 19 novembre, 10 h"));
}

#[tokio::test]
async fn a_program_finds_work_on_the_day_on_which_its_lesson_is_held_now() {
    let pages = Pages::open().await;
    pages.gives(7, "Exercice 3", thursday_in_4b()).await;
    let (thursday, later) = (lesson_of("4B", 4, THURSDAY), Date::constant(2026, 11, 24));
    let due = async |days: &str| {
        let told = pages.school.read(PUPIL, &format!("/api/v1/me/homework?{days}")).await;
        assert_eq!(told.status, 200, "{}", told.text);
        let work = |item: &serde_json::Value| (item["text"].clone(), item["due"].clone());
        told.json["items"].as_array().unwrap().iter().map(work).collect::<Vec<_>>()
    };
    let (first_week, second_week) = ("from=2026-11-16&until=2026-11-21", "from=2026-11-23&until=2026-11-28");
    assert_eq!(due(first_week).await.len(), 2);
    assert_eq!(pages.moves(&thursday, &format!("jour={later}&heure=14:00")).await.0, 303);
    let left = due(first_week).await;
    assert!(left.len() == 1 && left[0].0 == "Exercice 12 page 40", "work for a day stays: {left:?}");
    let [(text, held)] = &due(second_week).await[..] else { panic!("one work follows its lesson") };
    assert_eq!((text, &held["on"], &held["at"]), (&"Exercice 3".into(), &"2026-11-24".into(), &"14:00:00".into()));
    assert_eq!(held["given_for"], "2026-11-19");
    // Page by page, nothing is lost and nothing comes twice.
    let page = pages.school.read(PUPIL, "/api/v1/me/homework?limit=1").await;
    assert_eq!(page.json["items"][0]["text"], "Exercice 12 page 40", "{}", page.text);
    let page = pages.school.read(PUPIL, page.json["next"].as_str().unwrap()).await;
    assert_eq!((&page.json["items"][0]["text"], &page.json["next"]), (&"Exercice 3".into(), &serde_json::Value::Null));
    let list = plain(&pages.sees(PUPIL, "/eleve/travail").await);
    assert_eq!(list.matches("Exercice 3").count(), 1, "{list}");
    // Moved again, then back: each time where it is held.
    assert_eq!(pages.moves(&thursday, &format!("jour={FRIDAY}&heure=14:00")).await.0, 303);
    assert_eq!(due("from=2026-11-20&until=2026-11-20").await.len(), 1);
    assert_eq!(due(second_week).await.len(), 0);
    pages.call(Some(HEAD), "POST", "/direction/seances/retablir", &format!("seance={thursday}")).await;
    let back = due("from=2026-11-19&until=2026-11-19").await;
    assert!(back.len() == 2 && back.iter().all(|(_, due)| due["given_for"].is_null()), "{back:?}");
}

#[tokio::test]
async fn ct_01_a_moved_lesson_counts_from_where_it_is_held_whenever_it_was_written() {
    let pages = Pages::open().await;
    let thursday = lesson_of("4B", 4, THURSDAY);
    let form = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    // Written ahead, then moved to the Tuesday after: it is the same lesson.
    pages.writes(TEACHER, &form, "Pourcentages").await;
    let later = Date::constant(2026, 11, 24);
    assert_eq!(pages.moves(&thursday, &format!("jour={later}&heure=14:00")).await.0, 303);
    assert!(!pages.sees(PUPIL, "/eleve").await.contains("Pourcentages"), "not this week any more");
    let next = pages.sees(PUPIL, &format!("/eleve?semaine={NEXT_MONDAY}")).await;
    assert!(on_day(&next, later).contains("Pourcentages"));
    let api = pages.school.read(PUPIL, &format!("/api/v1/me/week?monday={NEXT_MONDAY}")).await;
    let tuesday = &api.json["days"][1]["lessons"][0];
    assert_eq!(tuesday["entry"]["content"], "Pourcentages", "{}", api.text);
    assert_eq!(tuesday["moved_from"], "2026-11-19T10:00:00");
    let api = pages.school.read(PUPIL, &format!("/api/v1/me/week?monday={MONDAY}")).await;
    assert!(!api.text.contains("Pourcentages"), "{}", api.text);
    pages.now_is("2026-11-25T10:00:00Z");
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await, (2, 0), "maths of 4A and English");
    assert_eq!(pages.counted(later, later).await, (1, 1));
    let inspected = plain(&pages.sees(INSPECTOR, &format!("/inspection/cahiers/{}", maths("4B"))).await);
    let entry = between(&inspected, &format!("id=\"seance-{later}-1400\""), "</article>");
    assert!(entry.contains("Pourcentages") && entry.contains("à temps"), "{entry}");
    let textbook = plain(&pages.sees(PUPIL, &format!("/eleve/cahiers/{}", maths("4B"))).await);
    assert!(textbook.contains("déplacée du jeudi 19 novembre, 10 h"));
    // Taken back, it is where the timetable has it.
    let back = pages.call(Some(HEAD), "POST", "/direction/seances/retablir", &format!("seance={thursday}")).await;
    assert_eq!(back.0, 303);
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await, (3, 1));
    let week = pages.sees(PUPIL, &format!("/eleve?semaine={MONDAY}")).await;
    assert!(on_day(&week, THURSDAY).contains("Pourcentages"));
}

#[tokio::test]
async fn a_lesson_written_after_its_move_is_late_from_its_new_end() {
    let pages = Pages::open().await;
    let thursday = lesson_of("4B", 4, THURSDAY);
    assert_eq!(pages.moves(&thursday, &format!("jour={FRIDAY}&heure=14:00")).await.0, 303);
    let form = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    pages.now_is("2026-11-20T17:00:00Z");
    let strip = pages.sees(SUBSTITUTE, "/enseignant").await;
    assert!(between(&strip, "id=\"a-completer\"", "</section>").contains(&form));
    pages.now_is("2026-11-23T10:00:00Z");
    pages.writes(TEACHER, &form, "Pourcentages").await;
    let path = format!("/inspection/cahiers/{}", maths("4B"));
    let inspected = pages.sees(INSPECTOR, &path).await;
    let entry = between(&inspected, &format!("id=\"seance-{FRIDAY}-1400\""), "</article>");
    assert!(entry.contains("à temps"), "the school day after Friday is Monday: {entry}");
}

#[tokio::test]
async fn a_lesson_is_not_moved_where_it_cannot_be_held() {
    let pages = Pages::open().await;
    let thursday = lesson_of("4B", 4, THURSDAY);
    let head = pages.school.head().await;
    for (to, told) in [
        ("jour=2026-10-20&heure=08:00", "fermé"),
        ("jour=2027-08-01&heure=08:00", "hors de l’année"),
        ("jour=demain&heure=8h", "Indiquez"),
    ] {
        let (status, text) = pages.moves(&thursday, to).await;
        assert!(status == 422 && text.contains(told) && text.contains("-erreur"), "{to}: {text}");
    }
    for (to, told) in [("jour=2026-11-19&heure=10:00", "déjà là"), ("jour=2026-11-23&heure=08:30", "a déjà une séance")]
    {
        let (status, text) = pages.moves_all_the_same(&thursday, to).await;
        assert!(status == 422 && text.contains(told) && text.contains("-erreur"), "{to}: {text}");
    }
    // Pupils who have something else at that hour are told of before, and the head decides.
    pages.cancels(&asked(&of_class("4B"), NEXT_MONDAY, NEXT_MONDAY, ""), "exam").await;
    let cancelled = pages.school.head().await;
    let (status, text) = pages.moves(&thursday, "jour=2026-11-23&heure=08:00").await;
    assert!(status == 422 && text.contains("Des élèves ont déjà cours") && text.contains("name=\"confirmer\""));
    assert_eq!(pages.school.head().await, cancelled, "nothing is moved yet");
    // What was confirmed is that hour: another one that is taken is warned of again.
    let confirmed = confirmation(&text).to_owned();
    for to in [
        format!("jour=2026-11-30&heure=08:00&confirmer={confirmed}"),
        "jour=2026-11-23&heure=08:00&confirmer=oui".into(),
    ] {
        let (status, text) = pages.moves(&thursday, &to).await;
        assert!(status == 422 && text.contains("Des élèves ont déjà cours"), "{to}: {text}");
        assert!(text.contains("name=\"confirmer\"") && !text.contains(" checked"), "{to}: it is asked again");
    }
    assert_eq!(pages.school.head().await, cancelled, "nothing is moved yet");
    let to = format!("jour=2026-11-23&heure=08:00&confirmer={confirmed}");
    assert_eq!(pages.moves(&thursday, &to).await.0, 303);
    assert!(pages.school.head().await > head);
}

impl Pages {
    /// One more day off, beside the holidays of autumn.
    async fn closes(&self, day: Date) {
        use domain::calendar::Closure;
        let autumn = Closure {
            from: Date::constant(2026, 10, 17),
            until: Date::constant(2026, 11, 1),
            label: "Toussaint".into(),
        };
        let closures = vec![autumn, Closure { from: day, until: day, label: "Pont".into() }];
        let set = domain::directory::establishment::Command::SetClosures { year: crate::school::YEAR, closures };
        let told = self.school.tell(HEAD, &format!("schools/{}", here()), &[], &set).await;
        assert_eq!(told.status, 200, "{}", told.text);
        self.school.app.await_readers(self.school.head().await).await;
    }
}

#[tokio::test]
async fn a_lesson_moved_before_its_day_closes_is_held_and_written_all_the_same() {
    let pages = Pages::open().await;
    pages.gives(7, "Exercice 3", thursday_in_4b()).await;
    let (status, text) = pages.moves(&lesson_of("4B", 4, THURSDAY), &format!("jour={FRIDAY}&heure=14:00")).await;
    assert_eq!(status, 303, "{text}");
    pages.closes(THURSDAY).await;
    let form = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    pages.writes(TEACHER, &form, "Pourcentages").await;
    for (who, path) in
        [(PUPIL, "/eleve".to_owned()), (PARENT, format!("/parent/enfants/{PUPIL}")), (SUBSTITUTE, "/enseignant".into())]
    {
        let week = pages.sees(who, &path).await;
        let friday = on_day(&week, FRIDAY);
        assert!(
            friday.contains("déplacée du jeudi 19 novembre, 10 h") && friday.contains("Pourcentages"),
            "{path}: {friday}"
        );
    }
    assert!(on_day(&pages.sees(PUPIL, "/eleve").await, FRIDAY).contains("Exercice 3"), "its work follows");
    pages.now_is("2026-11-23T10:00:00Z");
    assert_eq!(pages.counted(FRIDAY, FRIDAY).await, (1, 1));
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await.0, 0);
    assert!(plain(&pages.sees(HEAD, "/direction/seances").await).contains("déplacée du jeudi 19 novembre, 10 h"));
}

#[tokio::test]
async fn a_lesson_of_a_day_that_is_closed_is_found_and_moved() {
    let pages = Pages::open().await;
    pages.closes(THURSDAY).await;
    let thursday = asked(&of_class("4B"), THURSDAY, THURSDAY, "");
    let text = plain(&pages.sees(HEAD, &format!("/direction/seances?{thursday}")).await);
    let found = between(&text, "id=\"trouvees\"", "id=\"changees\"");
    assert!(found.contains("établissement fermé ce jour-là") && !found.contains(" checked"), "{found}");
    let lesson = offered(found).into_iter().find(|lesson| *lesson == lesson_of("4B", 4, THURSDAY)).unwrap();
    assert!(!on_day(&pages.sees(PUPIL, "/eleve").await, THURSDAY).contains("class=\"slots\""), "closed");
    assert_eq!(pages.call(Some(HEAD), "GET", &format!("/direction/seances/{lesson}/deplacer"), "").await.0, 200);
    let (status, text) = pages.moves(&lesson, &format!("jour={FRIDAY}&heure=14:00")).await;
    assert_eq!(status, 303, "{text}");
    assert!(on_day(&pages.sees(PUPIL, "/eleve").await, FRIDAY).contains("déplacée du jeudi 19 novembre, 10 h"));
    let week = asked(&of_class("4B"), MONDAY, FRIDAY, "");
    assert_eq!(pages.found(&week).await.len(), 2, "Monday, and what was moved to Friday");
    // That day closes in its turn: it is held nowhere, and the head still sees it.
    pages.closes(FRIDAY).await;
    assert!(!pages.sees(PUPIL, "/eleve").await.contains("déplacée du"));
    let list = plain(&pages.sees(HEAD, "/direction/seances").await);
    assert!(list.contains("établissement fermé ce jour-là") && offered(&list) == [lesson], "{list}");
}

#[tokio::test]
async fn a_textbook_that_a_program_holds_is_read_anew_once_a_lesson_of_it_has_moved() {
    let pages = Pages::open().await;
    pages.gives(7, "Exercice 3", thursday_in_4b()).await;
    let path = format!("/api/v1/textbooks/{}", maths("4B"));
    let first = pages.school.read(TEACHER, &path).await;
    let tag = first.header("etag").to_owned();
    let again = async || pages.school.call(TEACHER, "GET", &path, &[("if-none-match", &tag)], None).await;
    assert_eq!(again().await.status, 304, "nothing was written");
    let moved = pages.moves(&lesson_of("4B", 4, THURSDAY), &format!("jour={FRIDAY}&heure=14:00")).await;
    assert_eq!(moved.0, 303, "{}", moved.1);
    let told = again().await;
    assert!(told.status == 200 && told.text.contains("\"given_for\":\"2026-11-19\""), "{}", told.text);
}
