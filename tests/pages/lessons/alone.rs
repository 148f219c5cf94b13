//! Work given alone: may a teacher give the work in class, and write the content of the lesson in the evening?

use super::*;

const IN_CLASS: &str = "2026-11-19T09:20:00Z";
const WORK: &str = "travail_1_texte=Lire+le+chapitre+3&travail_1_pour=2026-11-23";

fn english_form() -> String {
    format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", english(), slot("4ANG1", ENGLISH, 4))
}

fn named(page: &str, field: &str) -> String {
    between(page, &format!("name=\"{field}\" value=\""), "\"").to_owned()
}

impl Pages {
    async fn in_class() -> Self {
        let pages = Self::open().await;
        pages.now_is(IN_CLASS);
        pages
    }

    async fn gives_work_alone(&self, fields: &str) {
        let form = english_form();
        let (status, text) = self.sends(OTHER_TEACHER, &form, &form, &format!("contenu=&{fields}")).await;
        assert_eq!(status, 303, "{text}");
    }

    /// Versions of lessons and of works of the English textbook.
    async fn versions(&self) -> (usize, usize) {
        let history = self.school.read(OTHER_TEACHER, &format!("/api/v1/textbooks/{}/history", english())).await;
        let items = history.json["items"].as_array().unwrap_or_else(|| panic!("{}", history.text)).clone();
        let of = |what: &str| items.iter().filter(|item| !item[what].is_null()).count();
        (of("entry"), of("homework"))
    }
}

#[tokio::test]
async fn work_is_given_in_class_and_its_lesson_stays_to_be_written() {
    let pages = Pages::in_class().await;
    let form = english_form();
    assert!(plain(&pages.sees(OTHER_TEACHER, &form).await).contains("Laissé vide, seul le travail"));
    let (status, text) = pages.sends(OTHER_TEACHER, &form, &form, "contenu=").await;
    assert!(status == 422 && text.contains("Écrivez ce qui a été fait pendant la séance"), "{text}");
    let before = pages.counted(MONDAY, THURSDAY).await;
    let two =
        format!("{WORK}&travail_1_eleve_{PUPIL}=oui&travail_2_texte=Apprendre+la+leçon&travail_2_date=2026-11-24");
    pages.gives_work_alone(&two).await;
    assert_eq!(pages.versions().await, (0, 2), "no lesson is written by that");
    let said = plain(&pages.sees(OTHER_TEACHER, "/enseignant?fait=donne-seul").await);
    assert!(said.contains("Le travail est donné. Le contenu de la séance reste à écrire."), "{said}");
    let day = on_day(&said, THURSDAY);
    assert!(day.contains("travail donné") && day.contains("à écrire") && !day.contains("remplie"), "{day}");
    // Read at once, each work by those it is for.
    for (who, first) in [(PUPIL, true), (SIBLING, false)] {
        let list = plain(&pages.sees(who, "/eleve/travail").await);
        assert!(list.contains("Apprendre la leçon") && list.contains("Lire le chapitre 3") == first, "{list}");
        let week = plain(&pages.sees(who, "/eleve").await);
        assert!(week.contains("Apprendre la leçon"), "{week}");
    }
    let textbook = pages.sees(OTHER_TEACHER, &format!("/enseignant/cahiers/{}", english())).await;
    let lesson = between(&textbook, "jeudi 19", "</article>");
    assert!(lesson.contains("à écrire") && lesson.contains("Apprendre la leçon"), "{lesson}");
    // It is in no figure as written, that evening and after.
    assert_eq!(pages.counted(MONDAY, THURSDAY).await, before);
    pages.now_is("2026-11-20T10:00:00Z");
    assert_eq!(pages.counted(MONDAY, THURSDAY).await, (before.0 + 3, before.1));
    let week = pages.sees(OTHER_TEACHER, "/enseignant").await;
    assert!(between(&week, "id=\"a-completer\"", "</section>").contains(&form), "{week}");
    assert!(on_day(&week, THURSDAY).contains("vide"));
}

#[tokio::test]
async fn in_the_evening_the_content_is_written_and_the_work_may_be_corrected_in_the_same_form() {
    let pages = Pages::in_class().await;
    pages.gives_work_alone(WORK).await;
    pages.now_is("2026-11-19T17:00:00Z");
    let form = english_form();
    let page = pages.sees(OTHER_TEACHER, &form).await;
    assert!(page.contains("Un travail est déjà donné dans cette séance") && page.contains("Lire le chapitre 3"));
    let id = named(&page, "travail_1_id");
    // Sent as it stands, it gives nothing: what is missing is said.
    let same = format!("contenu=&travail_1_id={id}&{WORK}&travail_1_type=other");
    let (status, text) = pages.sends(OTHER_TEACHER, &form, &form, &same).await;
    assert!(status == 422 && text.contains("id=\"contenu-erreur\""), "{text}");
    let corrected = format!("travail_1_id={id}&travail_1_texte=Lire+le+chapitre+4&travail_1_pour=2026-11-23");
    pages.gives_work_alone(&corrected).await;
    assert_eq!(pages.versions().await, (0, 2));
    let corrected = corrected.replace('4', "5").replace(&id.replace('4', "5"), &id);
    let (status, text) = pages.sends(OTHER_TEACHER, &form, &form, &format!("contenu=Past+simple&{corrected}")).await;
    assert_eq!(status, 303, "{text}");
    assert_eq!(pages.versions().await, (1, 3));
    let list = pages.sees(PUPIL, "/eleve/travail").await;
    assert!(list.contains("Lire le chapitre 5") && list.matches("Lire le chapitre").count() < 3, "{list}");
    assert_eq!(pages.counted(THURSDAY, THURSDAY).await, (1, 1));
    // Published, it is not emptied: to withdraw is another button.
    let more = format!("contenu=&travail_1_id={id}&{WORK}");
    let (status, text) = pages.sends(OTHER_TEACHER, &form, &form, &more).await;
    assert!(status == 422 && text.contains("id=\"contenu-erreur\""), "{text}");
    assert_eq!(pages.versions().await, (1, 3));
}

#[tokio::test]
async fn what_goes_with_the_content_is_not_lost_when_the_work_is_given_without_it() {
    let pages = Pages::in_class().await;
    let form = english_form();
    for with in ["sequence=2.+Past+tenses", "ressource_1_titre=Fiche&ressource_1_lien=https://exemple.fr/f"] {
        let (status, text) = pages.sends(OTHER_TEACHER, &form, &form, &format!("contenu=&{with}&{WORK}")).await;
        assert!(status == 422 && text.contains("vont avec son contenu"), "{text}");
    }
    // A content prepared as a draft stays one, and knows that its work is given.
    let draft = format!("contenu=Past+simple&sequence=2.+Past+tenses&{WORK}");
    assert_eq!(pages.sends(OTHER_TEACHER, &form, &format!("{form}/brouillon"), &draft).await.0, 303);
    pages.gives_work_alone(WORK).await;
    let page = pages.sees(OTHER_TEACHER, &form).await;
    assert!(page.contains("Jeter le brouillon") && page.contains("Past simple") && !page.contains("a changé depuis"));
    let fields = format!(
        "contenu=Past+simple&sequence=2.+Past+tenses&travail_1_id={}&{WORK}&travail_1_type=other",
        named(&page, "travail_1_id")
    );
    assert_eq!(pages.sends(OTHER_TEACHER, &form, &form, &fields).await.0, 303);
    assert_eq!(pages.versions().await, (1, 1), "it is not given twice");
    assert!(!pages.sees(OTHER_TEACHER, &form).await.contains("Jeter le brouillon"));
}

#[tokio::test]
async fn a_draft_of_work_alone_is_gone_when_it_is_given_and_a_note_is_kept() {
    let pages = Pages::in_class().await;
    let form = english_form();
    assert_eq!(pages.sends(OTHER_TEACHER, &form, &format!("{form}/brouillon"), WORK).await.0, 303);
    pages.gives_work_alone(&format!("{WORK}&note=Penser+aux+copies")).await;
    let page = pages.sees(OTHER_TEACHER, &form).await;
    assert!(!page.contains("Jeter le brouillon") && page.contains("Penser aux copies"), "{page}");
}

#[tokio::test]
async fn work_alone_is_confirmed_when_it_is_late_and_given_back_when_somebody_else_wrote() {
    let pages = Pages::open().await;
    let form = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    // A Friday evening, for Monday at eight.
    pages.now_is("2026-11-20T20:00:00Z");
    let (status, text) = pages.sends(TEACHER, &form, &form, &format!("contenu=&{WORK}")).await;
    assert!(status == 422 && text.contains("Donner quand même ce travail"), "{text}");
    let page = pages.sees(TEACHER, &form).await;
    pages.gives(7, "Exercice 3", DueRef::Date { date: NEXT_MONDAY }).await;
    let fields = format!("version={}&cle={}&contenu=&confirmer=oui&{WORK}", named(&page, "version"), Uuid::new_v4());
    let (status, text) = pages.call(Some(TEACHER), "POST", &form, &fields).await;
    assert!(status == 412 && text.contains("Lire le chapitre 3"), "what was typed is kept: {text}");
    let (status, text) = pages.sends(TEACHER, &form, &form, &format!("contenu=&confirmer=oui&{WORK}")).await;
    assert_eq!(status, 303, "{text}");
    // Sent twice, it is given once.
    let head = pages.school.head().await;
    let again = format!("version={}&cle={}&contenu=&confirmer=oui&{WORK}", named(&page, "version"), Uuid::new_v4());
    assert_eq!(pages.call(Some(TEACHER), "POST", &form, &again).await.0, 412);
    assert_eq!(pages.school.head().await, head);
}

#[tokio::test]
async fn work_given_alone_outside_the_timetable_leads_back_to_its_lesson() {
    let pages = Pages::in_class().await;
    let bare = format!("/enseignant/cahiers/{}/hors-emploi-du-temps/{THURSDAY}T14:00", english());
    let form = format!("{bare}?duree=55");
    let (status, text) = pages.sends(OTHER_TEACHER, &form, &form, &format!("contenu=&{WORK}")).await;
    assert_eq!(status, 303, "{text}");
    let week = pages.sees(OTHER_TEACHER, "/enseignant").await;
    let day = on_day(&week, THURSDAY);
    assert!(day.contains(&bare) && day.contains("hors emploi du temps") && day.contains("travail donné"), "{day}");
    let textbook = pages.sees(OTHER_TEACHER, &format!("/enseignant/cahiers/{}", english())).await;
    assert!(textbook.contains(&bare) && textbook.contains("Lire le chapitre 3"), "{textbook}");
    let lesson = between(&textbook, &format!("<h2><time datetime=\"{THURSDAY}\">"), "</article>");
    assert!(day.contains("à venir") && lesson.contains("à venir"), "it has not begun: {day} {lesson}");
    assert!(pages.sees(PUPIL, "/eleve/travail").await.contains("Lire le chapitre 3"));
    // Its address says no more how long it lasts: the work does.
    let page = pages.sees(OTHER_TEACHER, &bare).await;
    let fields =
        format!("contenu=Rattrapage&travail_1_id={}&{WORK}&travail_1_type=other", named(&page, "travail_1_id"));
    assert_eq!(pages.sends(OTHER_TEACHER, &bare, &bare, &fields).await.0, 303);
    assert_eq!(pages.versions().await, (1, 1));
    let day = on_day(&pages.sees(OTHER_TEACHER, "/enseignant").await, THURSDAY);
    assert!(day.contains("Rattrapage") && day.matches("hors emploi du temps").count() == 1, "{day}");
}

#[tokio::test]
async fn work_is_taken_out_of_sight_alone_whether_its_lesson_is_written_or_not() {
    let pages = Pages::in_class().await;
    let form = english_form();
    assert!(!pages.sees(OTHER_TEACHER, &form).await.contains("name=\"quoi\""), "nothing is in sight yet");
    pages.gives_work_alone(&format!("{WORK}&travail_2_texte=Apprendre+la+leçon&travail_2_pour=2026-11-23")).await;
    let page = pages.sees(OTHER_TEACHER, &form).await;
    let choices = between(&page, "name=\"quoi\">", "</select>").to_owned();
    assert!(choices.contains("Lire le chapitre 3") && !choices.contains("seance"), "{choices}");
    let id = |text: &str| {
        let option = choices.split("value=\"").find(|option| option.contains(text)).unwrap_or_default();
        option.split('"').next().unwrap_or_default().to_owned()
    };
    let (first, second) = (id("Lire le chapitre 3"), id("Apprendre la leçon"));
    let withdraw = format!("{form}/retirer");
    let (status, text) = pages.sends(OTHER_TEACHER, &form, &withdraw, &format!("quoi={first}&motif=")).await;
    assert!(status == 422 && text.contains(&format!("value=\"{first}\" selected")), "{text}");
    assert_eq!(pages.sends(OTHER_TEACHER, &form, &withdraw, &format!("quoi={first}&motif=Erreur")).await.0, 303);
    let list = pages.sees(PUPIL, "/eleve/travail").await;
    assert!(!list.contains("Lire le chapitre 3") && list.contains("Apprendre la leçon"), "{list}");
    let said = plain(&pages.sees(OTHER_TEACHER, "/enseignant?fait=retire-travail").await);
    assert!(said.contains("Le travail est retiré de la vue"), "{said}");
    // The lesson is written; the other work goes, and it stays.
    let fields = format!(
        "contenu=Past+simple&travail_1_id={second}&travail_1_texte=Apprendre+la+leçon&travail_1_pour=2026-11-23"
    );
    assert_eq!(pages.sends(OTHER_TEACHER, &form, &form, &fields).await.0, 303);
    let page = pages.sees(OTHER_TEACHER, &form).await;
    let choices = between(&page, "name=\"quoi\">", "</select>");
    assert!(choices.contains("La séance et tout son travail") && choices.contains(&second), "{choices}");
    assert_eq!(pages.sends(OTHER_TEACHER, &form, &withdraw, &format!("quoi={second}&motif=Erreur")).await.0, 303);
    let list = pages.sees(PUPIL, "/eleve/travail").await;
    assert!(!list.contains("Apprendre la leçon"), "{list}");
    assert!(pages.sees(PUPIL, "/eleve").await.contains("Past simple"));
    // Withdrawn already, it is refused, and the reason typed is kept.
    let (status, text) = pages.sends(OTHER_TEACHER, &form, &withdraw, &format!("quoi={second}&motif=Encore")).await;
    assert!(status == 409 && text.contains("Ce travail est déjà retiré de la vue"), "{status} {text}");
    assert!(text.contains("value=\"Encore\""), "{text}");
}

#[tokio::test]
async fn a_form_of_work_alone_that_comes_twice_gives_it_once_and_goes_on_with_the_content() {
    let pages = Pages::in_class().await;
    let form = english_form();
    let (_, page) = pages.call(Some(OTHER_TEACHER), "GET", &form, "").await;
    let sent = |page: &str, fields: &str| {
        format!("version={}&cle={}&{WORK}&{fields}", named(page, "version"), named(page, "cle"))
    };
    for _ in 0..2 {
        let (status, text) = pages.call(Some(OTHER_TEACHER), "POST", &form, &sent(&page, "contenu=")).await;
        assert_eq!(status, 303, "{text}");
    }
    assert_eq!(pages.versions().await, (0, 1));
    // The way back of the browser leads to the form as it was: the content typed there is kept, and the work not given anew.
    let (status, again) = pages.call(Some(OTHER_TEACHER), "POST", &form, &sent(&page, "contenu=Past+simple")).await;
    assert!(status != 303 && again.contains("Past simple"), "{again}");
    let id = named(&again, "travail_1_id");
    let fields = format!("contenu=Past+simple&travail_1_id={id}&travail_1_type=other");
    assert_eq!(pages.call(Some(OTHER_TEACHER), "POST", &form, &sent(&again, &fields)).await.0, 303);
    assert_eq!(pages.versions().await, (1, 1));
}

#[tokio::test]
async fn a_draft_goes_on_without_the_work_that_was_withdrawn_since() {
    let pages = Pages::in_class().await;
    let form = english_form();
    let draft = format!("contenu=Past+simple&{WORK}");
    assert_eq!(pages.sends(OTHER_TEACHER, &form, &format!("{form}/brouillon"), &draft).await.0, 303);
    pages.gives_work_alone(WORK).await;
    let id = named(&pages.sees(OTHER_TEACHER, &form).await, "travail_1_id");
    let withdraw = format!("quoi={id}&motif=Erreur");
    assert_eq!(pages.sends(OTHER_TEACHER, &form, &format!("{form}/retirer"), &withdraw).await.0, 303);
    let page = pages.sees(OTHER_TEACHER, &form).await;
    assert!(page.contains("Past simple") && !page.contains("Lire le chapitre 3") && !page.contains(&id), "{page}");
    // A form that was open meanwhile names it still: it is told so, and then goes on.
    let open = format!("contenu=Past+simple&travail_1_id={id}&{WORK}");
    let (status, text) = pages.sends(OTHER_TEACHER, &form, &form, &open).await;
    assert!(status == 409 && text.contains("déjà retiré de la vue") && !text.contains(&id), "{status} {text}");
    assert_eq!(pages.sends(OTHER_TEACHER, &form, &form, "contenu=Past+simple").await.0, 303);
    assert_eq!(pages.versions().await, (1, 2), "given, and withdrawn");
}

#[tokio::test]
async fn what_is_withdrawn_is_one_of_what_the_form_offers() {
    let pages = Pages::in_class().await;
    let form = english_form();
    pages.gives_work_alone(WORK).await;
    for unknown in ["tout", "00000000-0000-4000-8000-000000000000"] {
        let fields = format!("quoi={unknown}&motif=Erreur");
        let (status, text) = pages.sends(OTHER_TEACHER, &form, &format!("{form}/retirer"), &fields).await;
        assert!(status == 422 && text.contains("id=\"quoi-erreur\""), "{status} {text}");
    }
    assert_eq!(pages.versions().await, (0, 1));
}

/// The cell of a week that leads to a lesson.
fn cell(week: &str, day: Date, lesson: &str) -> String {
    between(between(week, &format!("id=\"jour-{day}\""), "<section"), &format!("href=\"{lesson}\""), "</a>").to_owned()
}

#[tokio::test]
async fn a_lesson_whose_work_is_given_ahead_is_said_in_the_same_words_in_the_week_and_in_the_textbook() {
    let pages = Pages::in_class().await;
    let next = Date::constant(2026, 11, 26);
    let form = format!("/enseignant/cahiers/{}/seances/{}/{next}", english(), slot("4ANG1", ENGLISH, 4));
    let fields = "contenu=&travail_1_texte=Lire+le+chapitre+3&travail_1_date=2026-12-03";
    assert_eq!(pages.sends(OTHER_TEACHER, &form, &form, fields).await.0, 303);
    for (at, said) in [
        ("2026-11-19T09:20:00Z", "à venir"),
        ("2026-11-26T08:59:00Z", "à venir"),
        ("2026-11-26T09:00:00Z", "à écrire"),
        ("2026-11-26T22:59:00Z", "à écrire"),
        ("2026-11-26T23:00:00Z", "vide"),
    ] {
        pages.now_is(at);
        let week = cell(&pages.sees(OTHER_TEACHER, "/enseignant?semaine=2026-11-23").await, next, &form);
        let textbook = pages.sees(OTHER_TEACHER, &format!("/enseignant/cahiers/{}", english())).await;
        let lesson = between(&textbook, &format!("<h2><time datetime=\"{next}\">"), "</article>");
        for shown in [&week, lesson] {
            let states = ["à venir", "à écrire", "vide"].map(|state| shown.contains(&format!("\">{state}</span>")));
            assert_eq!(states, ["à venir", "à écrire", "vide"].map(|state| state == said), "{at}: {shown}");
        }
    }
}

#[tokio::test]
async fn work_given_alone_in_a_withdrawn_lesson_is_noted_in_the_week_as_in_the_textbook() {
    let pages = Pages::in_class().await;
    let outside = format!("/enseignant/cahiers/{}/hors-emploi-du-temps/{THURSDAY}T14:00", english());
    let opened = format!("{outside}?duree=55");
    for (form, opened) in [(english_form(), english_form()), (outside, opened)] {
        assert_eq!(pages.sends(OTHER_TEACHER, &opened, &opened, "contenu=Past+simple").await.0, 303);
        let withdraw = "quoi=seance&motif=Erreur";
        assert_eq!(pages.sends(OTHER_TEACHER, &form, &format!("{form}/retirer"), withdraw).await.0, 303);
        assert_eq!(pages.sends(OTHER_TEACHER, &form, &form, &format!("contenu=&{WORK}")).await.0, 303);
        let week = pages.sees(OTHER_TEACHER, "/enseignant").await;
        let shown = cell(&week, THURSDAY, &form);
        assert!(shown.contains("retirée de la vue") && shown.contains("travail donné"), "{shown}");
        assert_eq!(week.matches(&format!("class=\"slot\" href=\"{form}\"")).count(), 1, "one cell: {week}");
        let textbook = pages.sees(OTHER_TEACHER, &format!("/enseignant/cahiers/{}", english())).await;
        let before = textbook.split(&format!("href=\"{form}\"")).next().unwrap_or_default();
        let lesson = before.rsplit("<article").next().unwrap_or_default();
        assert!(lesson.contains("retirée de la vue") && lesson.contains("Lire le chapitre 3"), "{lesson}");
    }
}
