//! A file that goes with work to do: who finds it, under what, and what the form keeps of it?

use super::*;

fn english_of_thursday() -> String {
    format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", english(), slot("4ANG1", ENGLISH, 4))
}

const WORK: [(&str, &str); 3] =
    [("contenu", "Pourcentages"), ("travail_1_texte", "Exercice 7 page 12"), ("travail_1_pour", "2026-11-23")];

#[tokio::test]
async fn a_sheet_joined_to_a_work_is_found_under_it_by_pupils_and_parents() {
    let desk = Desk::open().await;
    let sheet = pdf(4_000);
    let told = desk.fills_in(&WORK, &[("travail_1_ressource_1_fichier", "Énoncé.pdf", &sheet)]).await;
    assert_eq!(told.status, 303, "{}", told.text());
    for (who, page) in [
        (PUPIL, "/eleve/travail".to_owned()),
        (PUPIL, format!("/eleve/cahiers/{}", maths("4B"))),
        (PARENT, format!("/parent/enfants/{PUPIL}/travail")),
        (INSPECTOR, format!("/inspection/cahiers/{}", maths("4B"))),
    ] {
        let text = desk.sees(who, &page).await.text();
        assert!(text.contains("Énoncé") && text.contains("PDF, 4 ko"), "{page}: {text}");
        let link = desk.link(who, &page).await;
        assert!(desk.sees(who, &link).await.bytes == sheet, "{page}");
    }
}

#[tokio::test]
async fn the_form_shows_the_files_of_a_work_keeps_them_and_does_without_them_when_told() {
    let desk = Desk::open().await;
    desk.fills_in(&WORK, &[("travail_1_ressource_1_fichier", "Énoncé.pdf", &pdf(4_000))]).await;
    let head = desk.school.head().await;
    let form = desk.sees(TEACHER, &thursday()).await;
    let (id, kept) = (form.field("travail_1_id"), form.field("travail_1_ressource_1_depot"));
    let text = form.text();
    assert!(text.contains("name=\"travail_1_ressource_1_titre\" type=\"text\" value=\"Énoncé\""), "{text}");
    let given = [&WORK[..], &[("travail_1_id", &*id), ("travail_1_type", "other")]].concat();
    let named = [("travail_1_ressource_1_titre", "Énoncé"), ("travail_1_ressource_1_depot", &*kept)];
    let told = desk.fills_in(&[&given[..], &named].concat(), &[]).await;
    assert_eq!((told.status, desk.school.head().await), (303, head), "nothing changed: {}", told.text());
    // A form that says nothing of documents, as one opened before there were any, leaves them alone.
    assert_eq!(desk.fills_in(&given, &[]).await.status, 303);
    assert_eq!(desk.school.head().await, head);
    let without = [("travail_1_ressource_1_depot", &*kept), ("travail_1_ressource_1_sans_fichier", "oui")];
    assert_eq!(desk.fills_in(&[&given[..], &without].concat(), &[]).await.status, 303);
    assert!(desk.school.head().await > head);
    let work = desk.sees(PUPIL, "/eleve/travail").await.text();
    assert!(work.contains("Exercice 7 page 12") && !work.contains("/fichiers/"), "{work}");
    let former = format!("/fichiers/{}/{kept}", maths("4B"));
    assert_eq!(desk.sees(PUPIL, &former).await.status, 404);
    assert_eq!(desk.sees(INSPECTOR, &former).await.status, 200, "the record holds it for ever");
}

#[tokio::test]
async fn a_file_of_a_work_is_kept_when_something_else_is_to_be_mended() {
    let desk = Desk::open().await;
    let fields = [&WORK[..2], &[("travail_1_pour", "")]].concat();
    let page = b"<!doctype html><script>alert(1)</script>";
    let sheet = pdf(4_000);
    let files = [
        ("travail_1_ressource_1_fichier", "Énoncé.pdf", &sheet[..]),
        ("travail_1_ressource_2_fichier", "Corrigé.pdf", &page[..]),
        ("travail_2_ressource_1_fichier", "Seul.pdf", &sheet[..]),
    ];
    let told = desk.fills_in(&fields, &files).await;
    let text = told.text();
    assert_eq!(told.status, 422, "{text}");
    assert!(
        text.contains("id=\"travail_1_ressource_2_fichier-erreur\"") && text.contains("id=\"travail_1_pour-erreur\"")
    );
    assert!(text.contains("id=\"travail_2_texte-erreur\""), "documents are for something: {text}");
    let kept = told.field("travail_1_ressource_1_depot");
    let named = [("travail_1_ressource_1_titre", "Énoncé"), ("travail_1_ressource_1_depot", &*kept)];
    assert_eq!(desk.fills_in(&[&WORK[..], &named].concat(), &[]).await.status, 303);
    let link = desk.link(PUPIL, "/eleve/travail").await;
    assert!(link.ends_with(&kept));
}

#[tokio::test]
async fn a_file_of_work_for_part_of_the_class_is_found_by_these_pupils_alone() {
    let desk = Desk::open().await;
    let lesson = english_of_thursday();
    let form = desk.sees(OTHER_TEACHER, &lesson).await;
    let (version, key, named) = (form.field("version"), form.field("cle"), format!("travail_1_eleve_{SIBLING}"));
    let fields = [&WORK[..], &[(&*named, "oui"), ("version", &*version), ("cle", &*key)]].concat();
    let sheet = pdf(2_000);
    let body = multipart(&fields, &[("travail_1_ressource_1_fichier", "Soutien.pdf", &sheet)]);
    let request = desk.page(OTHER_TEACHER, "POST", &lesson).header("sec-fetch-site", "same-origin");
    let told = desk.send(request.header("content-type", MULTIPART).body(Body::from(body)).unwrap()).await;
    assert_eq!(told.status, 303, "{}", told.text());
    let link = desk.link(SIBLING, "/eleve/travail").await;
    for who in [SIBLING, PARENT, OTHER_TEACHER, HEAD] {
        assert!(desk.sees(who, &link).await.bytes == sheet, "{who}");
    }
    for who in [PUPIL, SEPARATED, TEACHER] {
        assert_eq!(desk.sees(who, &link).await.status, 404, "{who}");
    }
    assert!(!desk.sees(PUPIL, "/eleve/travail").await.text().contains("Soutien"));
}

#[tokio::test]
async fn a_sheet_joined_to_work_given_alone_is_found_and_stays_when_the_lesson_is_written() {
    let desk = Desk::open().await;
    let (sheet, alone) = (pdf(4_000), [&[("contenu", "")], &WORK[1..]].concat());
    let told = desk.fills_in(&alone, &[("travail_1_ressource_1_fichier", "Énoncé.pdf", &sheet)]).await;
    assert_eq!(told.status, 303, "{}", told.text());
    let link = desk.link(PUPIL, "/eleve/travail").await;
    for who in [PUPIL, PARENT, TEACHER, HEAD] {
        assert!(desk.sees(who, &link).await.bytes == sheet, "{who}");
    }
    for who in [SIBLING, OTHER_TEACHER] {
        assert_eq!(desk.sees(who, &link).await.status, 404, "{who}");
    }
    // In the evening, the form holds the work with its file: the content is written beside it.
    let form = desk.sees(TEACHER, &thursday()).await;
    assert!(form.text().contains("PDF, 4 ko"), "{}", form.text());
    let (id, kept) = (form.field("travail_1_id"), form.field("travail_1_ressource_1_depot"));
    assert!(link.ends_with(&kept));
    let row = [
        ("travail_1_id", &*id),
        ("travail_1_type", "other"),
        ("travail_1_ressource_1_titre", "Énoncé"),
        ("travail_1_ressource_1_depot", &*kept),
    ];
    let told = desk.fills_in(&[&WORK[..], &row].concat(), &[]).await;
    assert_eq!(told.status, 303, "{}", told.text());
    assert!(desk.sees(PUPIL, "/eleve").await.text().contains("Pourcentages"));
    assert_eq!(desk.link(PUPIL, "/eleve/travail").await, link);
    assert!(desk.sees(PUPIL, &link).await.bytes == sheet);
}
