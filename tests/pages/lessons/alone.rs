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
