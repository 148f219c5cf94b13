//! What is not taken, from whom, and what becomes of the form?

use super::*;

#[tokio::test]
async fn a_page_disguised_as_a_sheet_is_refused_and_the_form_is_kept() {
    let desk = Desk::open().await;
    let head = desk.school.head().await;
    let fields = [("contenu", "Pourcentages & fractions"), ("ressource_1_titre", "Fiche 3")];
    let page = b"<!doctype html><script>alert(1)</script>";
    let told = desk.fills_in(&fields, &[("ressource_1_fichier", "fiche.pdf", page)]).await;
    assert_eq!(told.status, 422);
    let text = told.text();
    assert!(text.contains("id=\"ressource_1_fichier-erreur\"") && text.contains("n’est pas accepté"), "{text}");
    assert!(text.contains("Pourcentages &#38; fractions") && text.contains("value=\"Fiche 3\""));
    assert!(desk.kept().is_empty());
    assert_eq!(desk.school.head().await, head);
    let told = desk.receives(TEACHER, maths("4B"), Body::from(&page[..])).await;
    told.refused(415, "file-not-taken");
    desk.receives(TEACHER, maths("4B"), Body::empty()).await.refused(400, "file-empty");
    assert!(desk.kept().is_empty());
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_in_words_and_the_form_is_kept_with_its_other_file() {
    let desk = Desk::open().await;
    let most = customary_limits()[0].document_bytes_max as usize;
    let fields = [("contenu", "Pourcentages"), ("ressource_1_titre", "Fiche"), ("ressource_2_titre", "Manuel entier")];
    let (sheet, book) = (pdf(5_000), pdf(most + 1));
    let files = [("ressource_1_fichier", "fiche.pdf", &sheet[..]), ("ressource_2_fichier", "manuel.pdf", &book[..])];
    let told = desk.fills_in(&fields, &files).await;
    let text = told.text();
    assert_eq!(told.status, 413, "{text}");
    assert!(text.contains("id=\"ressource_2_fichier-erreur\"") && text.contains("20 Mo au plus"), "{text}");
    assert!(text.contains("Pourcentages") && text.contains("Manuel entier") && text.contains("PDF, 5 ko"));
    assert_eq!(desk.kept().len(), 1, "nothing is kept of the one that is too large");
    // The one that was taken need not be sent again.
    let kept = told.field("ressource_1_depot");
    let fields = [("contenu", "Pourcentages"), ("ressource_1_titre", "Fiche"), ("ressource_1_depot", &*kept)];
    assert_eq!(desk.fills_in(&fields, &[]).await.status, 303);
    let link = desk.link(PUPIL, &format!("/eleve/cahiers/{}", maths("4B"))).await;
    assert!(link.ends_with(&kept));
    assert!(desk.sees(PUPIL, &link).await.bytes == sheet);
    desk.receives(TEACHER, maths("4B"), Body::from(book)).await.refused(413, "file-too-large");
}

#[tokio::test]
async fn a_form_with_something_else_to_mend_keeps_its_file_and_its_name_is_a_title() {
    let desk = Desk::open().await;
    let sheet = pdf(2_000);
    let told = desk.fills_in(&[("contenu", "")], &[("ressource_1_fichier", "C:\\cours\\Fiche 3.pdf", &sheet)]).await;
    assert_eq!(told.status, 422);
    let text = told.text();
    assert!(text.contains("value=\"Fiche 3\"") && !text.contains("C:\\"), "the path of the sender is nowhere: {text}");
    let kept = told.field("ressource_1_depot");
    let both = [
        ("contenu", "x"),
        ("ressource_1_titre", "Fiche"),
        ("ressource_1_depot", &*kept),
        ("ressource_1_lien", "https://exemple.fr/x"),
    ];
    let told = desk.fills_in(&both, &[]).await;
    assert!(told.status == 422 && told.text().contains("pas les deux"));
    let without = [("contenu", "Sans fichier"), ("ressource_1_depot", &*kept), ("ressource_1_sans_fichier", "oui")];
    assert_eq!(desk.fills_in(&without, &[]).await.status, 303);
    let text = desk.sees(PUPIL, &format!("/eleve/cahiers/{}", maths("4B"))).await.text();
    assert!(text.contains("Sans fichier") && !text.contains("/fichiers/"));
}

#[tokio::test]
async fn who_does_not_write_in_a_textbook_sends_nothing_to_it() {
    let desk = Desk::open().await;
    for (who, status, code) in [
        (PUPIL, 403, "not-your-textbook"),
        (PARENT, 403, "not-your-textbook"),
        (HEAD, 403, "not-your-textbook"),
        (FORMER_TEACHER, 403, "not-your-textbook"),
        (OTHER_TEACHER, 404, "unknown"),
        (STRANGER, 404, "unknown"),
    ] {
        desk.receives(who, maths("4B"), Body::from(pdf(100))).await.refused(status, code);
    }
    let body = multipart(&[("contenu", "x"), ("version", "1")], &[("ressource_1_fichier", "a.pdf", &pdf(100))]);
    let request = desk.page(FORMER_TEACHER, "POST", &thursday()).header("content-type", MULTIPART);
    let told = desk.send(request.body(Body::from(body)).unwrap()).await;
    assert!((400..500).contains(&told.status), "{}", told.status);
    assert!(desk.kept().is_empty());
}
