//! A form with files that comes after its session is over: its words come back, its files are chosen again.

use super::*;

impl Desk {
    /// The form of Thursday's lesson, sent by a browser whose cookie is gone.
    async fn sends_too_late(&self, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Got {
        let request = Request::builder().method("POST").uri(thursday()).header("sec-fetch-site", "same-origin");
        let body = Body::from(multipart(fields, files));
        self.send(request.header("content-type", MULTIPART).body(body).unwrap()).await
    }
}

#[tokio::test]
async fn a_form_with_a_file_comes_back_with_its_words_and_says_that_the_file_is_to_be_chosen_again() {
    let desk = Desk::open().await;
    let form = desk.sees(TEACHER, &thursday()).await;
    let (version, key, before) = (form.field("version"), form.field("cle"), desk.school.head().await);
    let fields = [
        ("contenu", "\"Thalès\"\r\net <b>"),
        ("ressource_1_titre", "Fiche 3"),
        ("version", version.as_str()),
        ("cle", key.as_str()),
    ];
    let sheet = pdf(200_000);
    let told = desk.sends_too_late(&fields, &[("ressource_1_fichier", "Fiche 3.pdf", &sheet)]).await;
    let text = told.text();
    assert_eq!((told.status, told.header("www-authenticate")), (401, "Bearer"), "{text}");
    assert!(text.contains("Les fichiers choisis ne sont pas gardés : vous les joindrez de nouveau"), "{text}");
    assert!(text.contains(&format!("action=\"{}\"", thursday())), "{text}");
    assert!(text.contains("name=\"contenu\" value=\"&#34;Thalès&#34;\r\net &#60;b&#62;\""), "{text}");
    assert!(text.contains("name=\"ressource_1_titre\" value=\"Fiche 3\""), "{text}");
    assert!(!text.contains("Fiche 3.pdf") && !text.contains("name=\"ressource_1_fichier\""), "{text}");
    assert_eq!((desk.school.head().await, desk.kept()), (before, vec![]), "nothing of it is kept");
    // Signed in again, what came back is what is sent; the file is chosen anew.
    let files = [("ressource_1_fichier", "Fiche 3.pdf", &sheet[..])];
    let again = desk.fills_in(&[("contenu", "Thalès"), ("ressource_1_titre", "Fiche 3")], &files).await;
    assert_eq!(again.status, 303, "{}", again.text());
}

#[tokio::test]
async fn a_form_whose_rows_of_files_are_empty_does_not_speak_of_files() {
    let desk = Desk::open().await;
    let told = desk.sends_too_late(&[("contenu", "Thalès")], &[("ressource_1_fichier", "", b"")]).await;
    assert_eq!(told.status, 401);
    assert!(told.text().contains("value=\"Thalès\"") && !told.text().contains("fichiers choisis"), "{}", told.text());
}

#[tokio::test]
async fn a_form_of_more_words_than_are_ever_read_is_not_sent_back() {
    let desk = Desk::open().await;
    let words = "mot ".repeat(600_000);
    let told = desk.sends_too_late(&[("contenu", &words)], &[]).await;
    assert_eq!(told.status, 401);
    assert!(!told.text().contains("mot mot"));
}
