//! What a school lets its teachers join: who decides it, from when, and what is refused?

use super::*;

impl Desk {
    /// The head fills in the page of files.
    async fn decides(&self, who: PersonId, fields: &str) -> Got {
        let request = self.page(who, "POST", "/direction/fichiers").header("sec-fetch-site", "same-origin");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(fields.to_owned())).unwrap()).await
    }
}

const SMALL: &str = "document=1&image=1&son=1&video=1&cahier=2&type=pdf&du=2026-11-17&cle=a";

#[tokio::test]
async fn the_head_decides_how_large_files_are_and_the_page_says_who_decided_and_from_when() {
    let desk = Desk::open().await;
    let page = desk.sees(HEAD, "/direction/fichiers").await.text();
    assert!(page.contains("usage, aucun texte") && page.contains("20 Mo au plus"), "{page}");
    assert_eq!(desk.decides(HEAD, SMALL).await.status, 303);
    let page = desk.sees(HEAD, "/direction/fichiers").await.text();
    assert!(page.contains("décision de la direction") && page.contains("1 Mo au plus"), "{page}");
    let form = desk.sees(TEACHER, &thursday()).await.text();
    assert!(form.contains("PDF : 1 Mo au plus."), "{form}");
    assert!(form.contains("accept=\"application/pdf,.pdf\""), "the file chooser offers what is taken: {form}");
    for (fields, wrong) in [
        (SMALL.replace("document=1", "document=beaucoup"), "document-erreur"),
        (SMALL.replace("image=1", "image=3"), "cahier-erreur"),
        (SMALL.replace("&type=pdf", ""), "type-erreur"),
        (SMALL.replace("2026-11-17", "2026-11-16"), "du-erreur"),
    ] {
        let told = desk.decides(HEAD, &fields).await;
        assert!(told.status == 422 && told.text().contains(wrong), "{fields}: {}", told.text());
    }
    for who in [TEACHER, PUPIL, INSPECTOR] {
        assert_eq!(desk.decides(who, SMALL).await.status, 404, "{who}");
    }
}

#[tokio::test]
async fn the_referent_numerique_decides_the_limits_too_and_reads_nothing() {
    let desk = Desk::open().await;
    desk.joins("Fiche", &pdf(2_000)).await;
    let page = desk.sees(REFERENT, "/direction/fichiers").await.text();
    assert!(page.contains("Décider ces limites") && page.contains("href=\"/direction/fichiers\""), "{page}");
    assert!(!page.contains("Place prise") && !page.contains("href=\"/direction\""), "{page}");
    assert_eq!(desk.decides(REFERENT, SMALL).await.status, 303);
    let page = desk.sees(HEAD, "/direction/fichiers").await.text();
    assert!(page.contains("décision du référent numérique") && page.contains("Place prise"), "{page}");
    for path in ["/direction", "/direction/seances", "/direction/groupes", "/direction/droits", "/direction/charge"] {
        assert_eq!(desk.sees(REFERENT, path).await.status, 404, "{path}");
    }
    // The same right for a program, and no other in the school.
    let subjects = serde_json::json!({"NameSubjects": {"subjects": {"030201": "Anglais"}}});
    let told = desk.school.tell(REFERENT, &format!("schools/{}", here()), &[], &subjects).await;
    assert_eq!(told.status, 403, "{}", told.text);
}

#[tokio::test]
async fn a_file_beyond_what_the_school_decided_is_refused_in_words_and_nothing_of_it_is_kept() {
    let desk = Desk::open().await;
    desk.decides(HEAD, SMALL).await;
    let (large, picture) = (pdf(1_500_000), b"\x89PNG\r\n\x1a\n and so on".to_vec());
    let files = [("ressource_1_fichier", "a.pdf", &large[..]), ("ressource_2_fichier", "b.png", &picture[..])];
    let told = desk.fills_in(&[("contenu", "Pourcentages")], &files).await;
    let text = told.text();
    assert_eq!(told.status, 413, "{text}");
    assert!(text.contains("trop lourd (1,5 Mo) : 1 Mo au plus"), "{text}");
    assert!(text.contains("n’accepte pas ce type de fichier (image PNG)"), "{text}");
    assert!(desk.kept().is_empty());
    desk.receives(TEACHER, maths("4B"), Body::from(picture)).await.refused(415, "file-type-refused");
    desk.receives(TEACHER, maths("4B"), Body::from(large)).await.refused(413, "file-too-large");
}

#[tokio::test]
async fn a_textbook_holds_no_more_than_its_year_allows_and_the_page_counts_each_file_once() {
    let desk = Desk::open().await;
    desk.decides(HEAD, SMALL).await;
    let (one, other) = (pdf(800_000), pdf(900_000));
    let fields = [("contenu", "Pourcentages"), ("travail_1_texte", "Exercice 7"), ("travail_1_pour", "2026-11-23")];
    let files = [("ressource_1_fichier", "a.pdf", &one[..]), ("travail_1_ressource_1_fichier", "b.pdf", &other[..])];
    let told = desk.fills_in(&fields, &files).await;
    assert_eq!(told.status, 303, "{}", told.text());
    let page = desk.sees(HEAD, "/direction/fichiers").await.text();
    assert!(page.contains("1,7 Mo") && page.contains(">85"), "{page}");
    assert!(!page.contains("Vidal") && !page.contains("Famille-teacher"), "of nobody in particular");
    desk.receives(TEACHER, maths("4B"), Body::from(pdf(400_000))).await.refused(413, "file-quota-reached");
    // Two of one form are counted together.
    let sheet = pdf(200_000);
    let files = [("ressource_1_fichier", "c.pdf", &sheet[..]), ("ressource_2_fichier", "d.pdf", &sheet[..])];
    let told = desk.fills_in(&[("contenu", "Pourcentages (2)")], &files).await;
    assert_eq!(told.status, 413);
    assert!(told.text().contains("id=\"ressource_2_fichier-erreur\"") && told.text().contains("1,9 Mo, sur 2 Mo"));
    // Another textbook has its own year.
    desk.received(OTHER_TEACHER, english(), &pdf(400_000)).await;
}
