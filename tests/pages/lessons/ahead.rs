//! What is ahead: when is work still to be done, and where is a lesson that is written before it is held?

use super::*;

fn thursday_form() -> String {
    format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4))
}

#[tokio::test]
async fn work_for_a_lesson_is_to_be_done_until_that_lesson_is_over() {
    let pages = Pages::open().await;
    pages.gives(7, "Exercice 3", thursday_in_4b()).await;
    let lists = [(PUPIL, "/eleve/travail".to_owned()), (PARENT, format!("/parent/enfants/{PUPIL}/travail"))];
    // Thursday's lesson is held from 10:00 to 10:55.
    for (now, still) in [("2026-11-19T09:30:00Z", true), ("2026-11-19T10:30:00Z", false)] {
        pages.now_is(now);
        for (who, path) in &lists {
            let list = pages.sees(*who, path).await;
            assert_eq!(list.contains("Exercice 3"), still, "{path}, {now}");
            assert!(list.contains("Exercice 12 page 40"), "work for a day is for the whole of it: {path}");
        }
    }
    assert!(pages.sees(PUPIL, "/eleve").await.contains("Exercice 3"), "the week keeps it");
}

#[tokio::test]
async fn work_for_a_cancelled_lesson_stays_in_the_list_of_its_day() {
    let pages = Pages::open().await;
    pages.gives(7, "Exercice 3", thursday_in_4b()).await;
    pages.cancels(&asked(&of_class("4B"), THURSDAY, THURSDAY, ""), "outing").await;
    pages.now_is("2026-11-19T15:00:00Z");
    assert!(pages.sees(PUPIL, "/eleve/travail").await.contains("Exercice 3"));
}

#[tokio::test]
async fn a_lesson_written_ahead_is_in_its_textbook_which_leads_to_the_next_one_to_write() {
    let pages = Pages::open().await;
    let textbook = format!("/enseignant/cahiers/{}", maths("4B"));
    let next = |page: &str| between(&plain(page), "<p class=\"go\">", "</p>").to_owned();
    // The substitute is there until Friday: this Thursday is theirs to write, next Monday is the teacher's.
    let before = pages.sees(SUBSTITUTE, &textbook).await;
    assert!(next(&before).contains(&thursday_form()) && next(&before).contains("jeudi 19 novembre, 10 h"), "{before}");
    assert!(next(&pages.sees(TEACHER, &textbook).await).contains("lundi 23 novembre, 8 h"));
    pages.writes(SUBSTITUTE, &thursday_form(), "Pourcentages").await;
    let after = pages.sees(SUBSTITUTE, &textbook).await;
    assert!(after.contains("Pourcentages") && !after.contains("<p class=\"go\">"), "{after}");
    let filled = |page: &str| between(&plain(page), "<p class=\"lead\">", " · ").to_owned();
    assert_eq!(filled(&after), filled(&before), "it counts once it is over");
}

#[tokio::test]
async fn the_list_of_an_inspector_counts_lessons_that_are_over_and_not_withdrawn() {
    let pages = Pages::open().await;
    pages.writes(TEACHER, &thursday_form(), "Pourcentages").await;
    let said = async || plain(&pages.sees(INSPECTOR, "/inspection").await);
    assert!(said().await.contains("0 séance remplie sur 0"), "Thursday is not held yet: {}", said().await);
    pages.now_is("2026-11-20T10:00:00Z");
    assert!(said().await.contains("1 séance remplie sur 1"), "{}", said().await);
    let form = pages.sees(TEACHER, &thursday_form()).await;
    let version = between(&form, "name=\"version\" value=\"", "\"");
    let withdraw = format!("motif=Erreur&version={version}&cle={}", Uuid::new_v4());
    assert_eq!(pages.call(Some(TEACHER), "POST", &format!("{}/retirer", thursday_form()), &withdraw).await.0, 303);
    assert!(said().await.contains("0 séance remplie sur 1"), "{}", said().await);
}

#[tokio::test]
async fn a_date_alone_is_when_the_work_is_due_and_beside_a_lesson_it_is_asked_about() {
    let pages = Pages::open().await;
    let (form, work) = (thursday_form(), "contenu=Aires&travail_1_texte=Lire+la+page+12");
    let version = |page: &str| between(page, "name=\"version\" value=\"", "\"").to_owned();
    let fields = |page: &str, due: &str| format!("version={}&cle={}&{work}&{due}", version(page), Uuid::new_v4());
    let page = pages.sees(TEACHER, &form).await;
    let both = fields(&page, "travail_1_pour=2026-11-23&travail_1_date=2026-11-24");
    let (status, text) = pages.call(Some(TEACHER), "POST", &form, &both).await;
    assert!(status == 422 && text.contains("id=\"travail_1_date-erreur\""), "{text}");
    assert!(
        text.contains("Lire la page 12") && text.contains("value=\"2026-11-24\""),
        "what was typed is kept: {text}"
    );
    let alone = fields(&page, "travail_1_pour=&travail_1_date=2026-11-24");
    assert_eq!(pages.call(Some(TEACHER), "POST", &form, &alone).await.0, 303);
    let list = plain(&pages.sees(PUPIL, "/eleve/travail").await);
    assert!(list.contains("Lire la page 12") && list.contains("mardi 24 novembre"), "{list}");
}

#[tokio::test]
async fn what_was_published_is_said_with_its_class_and_its_day() {
    let pages = Pages::open().await;
    let said = async |textbook| {
        let path = format!("/enseignant?semaine={MONDAY}&fait=publie&cahier={textbook}&jour={THURSDAY}");
        plain(&pages.sees(TEACHER, &path).await)
    };
    let own = said(maths("4B")).await;
    assert!(
        own.contains("La séance est publiée.") && own.contains("jeudi 19 novembre. Visible dès maintenant"),
        "{own}"
    );
    let other = said(english()).await;
    assert!(other.contains("La séance est publiée.") && !other.contains("jeudi 19 novembre. Visible"), "{other}");
}
