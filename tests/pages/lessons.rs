//! Slots as they really go: a lesson that is not held, held elsewhere or taken by a colleague is said so, seen so, and not expected where
//! it is not; and lessons that the timetable does not have.

use domain::directory::service;
use domain::ids::ServiceId;
use domain::textbook::Command;
use domain::textbook::entry::LessonRef;
use domain::textbook::homework::{DueRef, NewHomework};
use jiff::civil::Date;

use super::*;

const FRIDAY: Date = Date::constant(2026, 11, 20);
const NEXT_MONDAY: Date = Date::constant(2026, 11, 23);

fn asked(who: &str, from: impl std::fmt::Display, until: impl std::fmt::Display, more: &str) -> String {
    format!("qui={who}&du={from}&au={until}{more}")
}

fn of_class(code: &str) -> String {
    format!("classe:{}", crate::school::class(code))
}

fn of_teacher(teacher: PersonId) -> String {
    format!("enseignant:{teacher}")
}

fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ")
}

/// What is between two marks, the first time.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split(from).nth(1).unwrap_or_else(|| panic!("no {from}: {text}")).split(to).next().unwrap()
}

/// The lessons that a list offers to tick.
fn offered(part: &str) -> Vec<String> {
    part.split("name=\"seance\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

fn ticked(lessons: &[String]) -> String {
    format!("seance={}", lessons.join("&seance="))
}

fn lesson_of(code: &str, weekday: i8, day: Date) -> String {
    format!("{}/{}/{day}", maths(code), slot(code, MATHS, weekday))
}

fn thursday_in_4b() -> DueRef {
    DueRef::Lesson { slot: slot("4B", MATHS, 4), date: THURSDAY }
}

impl Pages {
    /// The lessons that the head finds.
    async fn found(&self, asked: &str) -> Vec<String> {
        let text = self.sees(HEAD, &format!("/direction/seances?{asked}")).await;
        offered(between(&text, "id=\"trouvees\"", "id=\"changees\""))
    }

    /// What the head says of these lessons.
    async fn says(&self, lessons: &[String], what: &str) -> (u16, String) {
        let form = format!("cle={}&{}&{what}", Uuid::new_v4(), ticked(lessons));
        self.call(Some(HEAD), "POST", "/direction/seances", &form).await
    }

    /// Looks, then cancels all that was found.
    async fn cancels(&self, asked: &str, because: &str) {
        let lessons = self.found(asked).await;
        let (status, text) = self.says(&lessons, &format!("faire=annuler&motif={because}")).await;
        assert_eq!(status, 303, "{text}");
    }

    async fn moves(&self, lesson: &str, form: &str) -> (u16, String) {
        let path = format!("/direction/seances/{lesson}/deplacer");
        self.call(Some(HEAD), "POST", &path, &format!("cle={}&{form}", Uuid::new_v4())).await
    }

    /// Warned, the head confirms.
    async fn moves_all_the_same(&self, lesson: &str, form: &str) -> (u16, String) {
        let (status, text) = self.moves(lesson, form).await;
        assert!(status == 422 && text.contains("href=\"#confirmer\""), "{text}");
        self.moves(lesson, &format!("{form}&confirmer={}", confirmation(&text))).await
    }

    pub(super) async fn sees(&self, who: PersonId, path: &str) -> String {
        let (status, text) = self.call(Some(who), "GET", path, "").await;
        assert_eq!(status, 200, "{path}");
        text
    }

    /// Writes a lesson by its form.
    async fn writes(&self, who: PersonId, path: &str, content: &str) {
        let form = self.sees(who, path).await;
        let version = between(&form, "name=\"version\" value=\"", "\"");
        let body = format!("contenu={content}&version={version}&cle={}", Uuid::new_v4());
        let (status, text) = self.call(Some(who), "POST", path, &body).await;
        assert_eq!(status, 303, "{text}");
    }

    async fn gives(&self, id: u128, text: &str, due: DueRef) {
        let homework = NewHomework { due, ..exercise(id, text, THURSDAY) };
        let give = Command::GiveHomework { given_in: monday_in_4b(), homework };
        let told = self.school.tell(TEACHER, &format!("textbooks/{}", maths("4B")), &[], &give).await;
        assert_eq!(told.status, 200, "{}", told.text);
        self.school.app.await_readers(self.school.head().await).await;
    }

    /// Lessons held in the school on those days, as the head counts them, and those of them that are written.
    async fn counted(&self, from: Date, until: Date) -> (u64, u64) {
        let path = format!("/api/v1/schools/{}/fill?from={from}&until={until}", here());
        let fill = self.school.read(HEAD, &path).await;
        let figure = |name: &str| fill.json[name].as_u64().unwrap_or_else(|| panic!("{}", fill.text));
        (figure("expected"), figure("written"))
    }

    fn now_is(&self, instant: &str) {
        self.school.world.clock.set(instant.parse().unwrap());
    }
}

/// What confirms the warnings of a page.
fn confirmation(page: &str) -> &str {
    between(page, "name=\"confirmer\" value=\"", "\"")
}

/// What a week shows of one day.
fn on_day(week: &str, day: Date) -> String {
    plain(between(week, &format!("id=\"jour-{day}\""), "<section"))
}

#[tokio::test]
async fn a_class_on_an_outing_has_its_lessons_cancelled_and_those_of_mixed_groups_go_on() {
    let pages = Pages::open().await;
    pages.cancels(&asked(&of_class("4B"), THURSDAY, THURSDAY, ""), "outing").await;
    for (who, path) in [(PUPIL, "/eleve".to_owned()), (PARENT, format!("/parent/enfants/{PUPIL}"))] {
        let text = pages.sees(who, &path).await;
        assert_eq!(text.matches("sortie scolaire").count(), 1, "maths are cancelled, English in a mixed group is not");
    }
    assert!(!pages.sees(SIBLING, "/eleve").await.contains("annulé"));
    assert!(pages.sees(SUBSTITUTE, "/enseignant").await.contains("sortie scolaire"));
    let list = pages.sees(HEAD, "/direction/seances").await;
    let value = &offered(&list)[0];
    let back = pages.call(Some(HEAD), "POST", "/direction/seances/retablir", &format!("seance={value}")).await;
    assert_eq!(back.0, 303);
    assert!(!pages.sees(PUPIL, "/eleve").await.contains("annulé"));
    assert!(pages.sees(HEAD, "/direction/seances").await.contains("Aucune séance annulée"));
}

#[tokio::test]
async fn the_head_sees_the_lessons_before_saying_anything_leaves_some_out_and_takes_several_back_at_once() {
    let pages = Pages::open().await;
    let head = pages.school.head().await;
    let month = asked(&of_teacher(OTHER_TEACHER), MONDAY, NEXT_MONDAY, "");
    let lessons = pages.found(&month).await;
    assert_eq!(lessons.len(), 6, "two lessons on each of three days");
    assert_eq!(pages.school.head().await, head, "looking writes nothing");
    let (status, text) = pages.says(&lessons[1..], "faire=annuler&motif=exam").await;
    assert_eq!(status, 303, "{text}");
    let done = pages.sees(HEAD, "/direction/seances?fait=seances-annulees&nombre=5").await;
    assert!(plain(&done).contains("5 séances annulées"));
    assert_eq!(offered(&done).len(), 5, "what was left out goes on");
    let form = format!("cle={}&{}", Uuid::new_v4(), ticked(&offered(&done)));
    assert_eq!(pages.call(Some(HEAD), "POST", "/direction/seances/retablir", &form).await.0, 303);
    assert!(pages.sees(HEAD, "/direction/seances").await.contains("Aucune séance annulée"));
    assert_eq!(
        pages.call(Some(HEAD), "POST", "/direction/seances/retablir", "cle=x").await.0,
        422,
        "nothing is ticked"
    );
}

#[tokio::test]
async fn ct_01_a_lesson_that_was_not_held_is_not_expected() {
    let pages = Pages::open().await;
    pages.now_is("2026-11-20T10:00:00Z");
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await.0, 3);
    assert!(pages.sees(OTHER_TEACHER, "/enseignant").await.contains("id=\"a-completer\""));
    pages.cancels(&asked(&of_teacher(OTHER_TEACHER), RENTREE, THURSDAY, ""), "teacher-absent").await;
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await.0, 1, "maths in 4A and English are not expected");
    let text = pages.sees(OTHER_TEACHER, "/enseignant").await;
    assert!(text.contains("Tout est à jour") && text.contains("professeur absent"));
    assert!(pages.sees(SIBLING, "/eleve").await.contains("Théorème de Pythagore"), "what is written stays");
}

#[tokio::test]
async fn a_cancelled_lesson_that_is_written_says_both_on_every_page() {
    let pages = Pages::open().await;
    let form = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    pages.writes(TEACHER, &form, "Pourcentages").await;
    pages.now_is("2026-11-20T10:00:00Z");
    pages.cancels(&asked(&of_class("4B"), THURSDAY, THURSDAY, ""), "outing").await;
    let textbook = maths("4B");
    for (who, path) in [
        (PUPIL, "/eleve".to_owned()),
        (PUPIL, format!("/eleve/cahiers/{textbook}")),
        (PARENT, format!("/parent/enfants/{PUPIL}/cahiers/{textbook}")),
        (SUBSTITUTE, "/enseignant".to_owned()),
        (SUBSTITUTE, format!("/enseignant/cahiers/{textbook}")),
        (INSPECTOR, format!("/inspection/cahiers/{textbook}")),
    ] {
        let text = pages.sees(who, &path).await;
        assert!(text.contains("annulée") && text.contains("sortie scolaire"), "{path}");
        assert!(text.contains("Pourcentages"), "{path}");
    }
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await, (2, 0), "it is neither expected nor counted");
}

#[tokio::test]
async fn hours_narrow_what_is_found_and_a_form_sent_twice_cancels_once() {
    let pages = Pages::open().await;
    let early = asked(&of_class("4B"), THURSDAY, THURSDAY, "&de=06:00&a=07:00");
    let text = pages.sees(HEAD, &format!("/direction/seances?{early}")).await;
    assert!(text.contains("aucune séance") && text.contains("value=\"06:00\""), "what was typed is kept");
    let lessons = pages.found(&asked(&of_class("4B"), THURSDAY, THURSDAY, "&de=06:00&a=20:00")).await;
    let form = format!("cle={}&{}&faire=annuler&motif=exam", Uuid::new_v4(), ticked(&lessons));
    assert_eq!(pages.call(Some(HEAD), "POST", "/direction/seances", &form).await.0, 303);
    let head = pages.school.head().await;
    assert_eq!(pages.call(Some(HEAD), "POST", "/direction/seances", &form).await.0, 303);
    assert_eq!(pages.school.head().await, head);
}

#[tokio::test]
async fn a_lesson_that_two_teachers_hold_goes_on_when_one_is_absent() {
    let pages = Pages::open().await;
    // After the substitute has left, the teacher and the co-teacher hold maths in 4B together.
    for teacher in [TEACHER, CO_TEACHER] {
        assert!(pages.found(&asked(&of_teacher(teacher), NEXT_MONDAY, NEXT_MONDAY, "")).await.is_empty());
    }
}

#[tokio::test]
async fn an_inspector_reads_a_cancelled_lesson_as_cancelled_and_does_not_expect_it() {
    let pages = Pages::open().await;
    pages.now_is("2026-11-20T10:00:00Z");
    let textbook = format!("/inspection/cahiers/{}", maths("4B"));
    let before = pages.sees(INSPECTOR, &textbook).await;
    assert!(before.contains("Rien n’a été écrit"));
    pages.cancels(&asked(&of_class("4B"), THURSDAY, THURSDAY, ""), "outing").await;
    let after = pages.sees(INSPECTOR, &textbook).await;
    assert!(after.contains("sortie scolaire") && !after.contains("Rien n’a été écrit"));
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_said_beside_each_field() {
    let pages = Pages::open().await;
    let (status, text) = pages.call(Some(HEAD), "GET", "/direction/seances?du=x&au=2026-11-19&de=25h", "").await;
    assert_eq!(status, 422);
    for field in ["qui", "du", "de"] {
        assert!(text.contains(&format!("id=\"{field}-erreur\"")), "{field}");
    }
    let backwards = format!("/direction/seances?{}", asked(&of_class("4B"), THURSDAY, MONDAY, ""));
    assert!(pages.call(Some(HEAD), "GET", &backwards, "").await.1.contains("au-erreur"));
    let lessons = [lesson_of("4B", 4, THURSDAY)];
    let again = asked(&of_class("4B"), THURSDAY, THURSDAY, "");
    let (status, text) = pages.says(&lessons, &format!("faire=annuler&{again}")).await;
    assert!(status == 422 && text.contains("motif-erreur") && text.contains(" checked"), "what was ticked is kept");
    let (status, text) = pages.says(&lessons, &format!("faire=assurer&{again}")).await;
    assert!(status == 422 && text.contains("remplacant-erreur"));
}

#[tokio::test]
async fn another_school_s_head_changes_nothing_here() {
    let pages = Pages::open().await;
    let head = pages.school.head().await;
    let lesson = lesson_of("4B", 4, THURSDAY);
    let form = format!("seance={lesson}&faire=annuler&motif=exam");
    assert_eq!(pages.call(Some(OTHER_HEAD), "POST", "/direction/seances", &form).await.0, 422);
    assert_eq!(pages.call(Some(OTHER_HEAD), "POST", "/direction/seances/retablir", &form).await.0, 422);
    let moving = format!("/direction/seances/{lesson}/deplacer");
    let to = format!("jour={FRIDAY}&heure=14:00");
    assert_eq!(pages.call(Some(OTHER_HEAD), "POST", &moving, &to).await.0, 404);
    assert_eq!(pages.call(Some(TEACHER), "POST", "/direction/seances", &form).await.0, 404);
    assert_eq!(pages.call(Some(TEACHER), "POST", &moving, &to).await.0, 404);
    assert_eq!(pages.school.head().await, head);
}

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
    pages.now_is("2026-11-23T10:00:00Z");
    let form = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    let strip = pages.sees(SUBSTITUTE, "/enseignant").await;
    assert!(between(&strip, "id=\"a-completer\"", "</section>").contains(&form));
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

#[tokio::test]
async fn lessons_changed_long_ago_are_on_pages_of_their_own() {
    let pages = Pages::open().await;
    pages.cancels(&asked(&of_teacher(OTHER_TEACHER), RENTREE, MONDAY, ""), "teacher-absent").await;
    let page = plain(&pages.sees(HEAD, "/direction/seances").await);
    let total: usize =
        between(between(&page, "id=\"changees\"", "</h2>"), "<span class=\"count\">", "<").parse().unwrap();
    let recent = offered(&page);
    let days =
        |lessons: &[String]| lessons.iter().map(|one| one.rsplit('/').next().unwrap().to_owned()).collect::<Vec<_>>();
    assert!(total > 30 && !recent.is_empty() && recent.len() < 10, "{} of {total}", recent.len());
    assert!(
        page.contains("depuis le mardi 3 novembre") && days(&recent).iter().all(|day| day.as_str() >= "2026-11-03")
    );
    // Page after page, each lesson once.
    let (mut seen, mut page) = (recent.clone(), page);
    while page.contains("Voir les plus anciennes") {
        let older = page.split("href=\"").find(|rest| rest.starts_with("/direction/seances?depuis=")).unwrap();
        let older = older.split(['"', '#']).next().unwrap().to_owned();
        page = plain(&pages.sees(HEAD, &older).await);
        let more = offered(&page);
        assert!(!more.is_empty() && more.len() < total / 2, "{older}");
        assert!(page.contains("Voir les plus récentes"));
        seen.extend(more);
        assert!(seen.len() <= total, "{older} shows lessons twice");
    }
    assert_eq!(seen.iter().collect::<std::collections::BTreeSet<_>>().len(), total);
    // One of September is taken back from its page; nothing ticked, that page is shown again.
    let since = between(&page, "name=\"depuis\" value=\"", "\"").to_owned();
    let nothing = format!("cle={}&depuis={since}", Uuid::new_v4());
    let (status, text) = pages.call(Some(HEAD), "POST", "/direction/seances/retablir", &nothing).await;
    assert!(status == 422 && offered(&text) == offered(&page), "{text}");
    let first = offered(&page)[0].clone();
    let form = format!("cle={}&seance={first}&depuis={since}", Uuid::new_v4());
    assert_eq!(pages.call(Some(HEAD), "POST", "/direction/seances/retablir", &form).await.0, 303);
    assert!(!offered(&pages.sees(HEAD, &format!("/direction/seances?depuis={since}")).await).contains(&first));
}

#[tokio::test]
async fn a_long_absence_is_read_week_by_week_and_its_buttons_are_a_link_away() {
    let pages = Pages::open().await;
    let text = plain(
        &pages.sees(HEAD, &format!("/direction/seances?{}", asked(&of_class("4B"), MONDAY, NEXT_MONDAY, ""))).await,
    );
    let found = between(&text, "id=\"trouvees\"", "id=\"changees\"");
    let weeks: Vec<_> = found.split("<fieldset class=\"group\">").skip(1).collect();
    assert_eq!(weeks.iter().map(|week| offered(week).len()).collect::<Vec<_>>(), [2, 1], "{found}");
    for (week, monday) in weeks.iter().zip(["lundi 16 novembre", "lundi 23 novembre"]) {
        assert!(between(week, "<legend>", "</legend>").contains(monday), "{week}");
    }
    assert!(found.contains("href=\"#devenir\"") && found.contains("id=\"devenir\""));
    assert_eq!(text.matches("id=\"seance-").count(), 3, "each has an id of its own");
    for label in ["Heure de début", "À partir de", "Séances modifiées cette année"] {
        assert!(text.contains(label), "{label}");
    }
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

#[tokio::test]
async fn a_teacher_reads_the_figures_that_the_head_reads_of_them() {
    let pages = Pages::open().await;
    // Friday: two lessons of Thursday would be expected, and one was cancelled.
    pages.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    pages.cancels(&asked(&of_class("4A"), THURSDAY, THURSDAY, ""), "outing").await;
    let plain = |text: String| plain(&text);
    let me = plain(pages.sees(OTHER_TEACHER, "/enseignant/moi").await);
    assert!(me.contains("0 séance renseignée sur 1."), "{me}");
    assert!(
        plain(pages.sees(HEAD, "/direction").await).contains("0 séance renseignée sur 1"),
        "the head reads another figure"
    );
    assert!(me.contains("sortie scolaire") && me.contains("aucun mandat"));
    let inspected = plain(pages.sees(TEACHER, "/enseignant/moi").await);
    assert!(inspected.contains("Famille-inspector with a mandate"));
    for text in [&me, &inspected] {
        assert!(text.contains("le professeur principal et la vie scolaire"), "who else reads is always said: {text}");
        assert!(text.contains("Vos brouillons et les notes") && text.contains("Les fichiers"), "{text}");
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
