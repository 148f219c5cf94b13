//! Slots as they really go: a lesson that is not held, held elsewhere or taken by a colleague is said so, seen so, and not expected where
//! it is not; and lessons that the timetable does not have.

mod ahead;
mod alone;
mod assured;
mod counting;
mod due;
mod heat;
mod moved;
mod outside;
mod workload;

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

#[tokio::test]
async fn a_teacher_reads_the_figures_that_the_head_reads_of_them() {
    let pages = Pages::open().await;
    // Friday: two lessons of Thursday would be expected, and one was cancelled.
    pages.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    pages.cancels(&asked(&of_class("4A"), THURSDAY, THURSDAY, ""), "outing").await;
    let plain = |text: String| plain(&text);
    let me = plain(pages.sees(OTHER_TEACHER, "/enseignant/moi").await);
    assert!(me.contains("0 séance remplie sur 1."), "{me}");
    assert!(
        plain(pages.sees(HEAD, "/direction").await).contains("0 séance remplie sur 1"),
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
