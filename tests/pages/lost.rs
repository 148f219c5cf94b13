//! A session that is over when a form comes: what becomes of what was typed?

use super::*;

#[tokio::test]
async fn a_form_sent_after_the_session_is_over_comes_back_with_its_text_and_is_sent_again() {
    let pages = Pages::open().await;
    let before = pages.school.head().await;
    let lesson = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    let (_, form) = pages.call(Some(TEACHER), "GET", &lesson, "").await;
    let version = form.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = format!("version={version}&cle={}&contenu=%22Thalès%22%0D%0Aet+%3Cb%3E", Uuid::new_v4());
    let (status, text) = pages.call(None, "POST", &lesson, &fields).await;
    assert_eq!(status, 401, "{text}");
    assert!(text.contains(&format!("action=\"{lesson}\"")) && text.contains("Votre session est finie"), "{text}");
    assert!(text.contains("name=\"contenu\" value=\"&#34;Thalès&#34;\r\net &#60;b&#62;\""), "{text}");
    assert!(!text.contains("Thalès%"), "it is in no address");
    assert_eq!(pages.school.head().await, before);
    // Signed in again, the same fields to the same address.
    assert_eq!(pages.call(Some(TEACHER), "POST", &lesson, &fields).await.0, 303);
    assert!(pages.school.head().await > before);
    // A page that is only read leads to the door, as before.
    assert_eq!(pages.call(None, "GET", &lesson, "").await.0, 303);
}

#[tokio::test]
async fn work_given_alone_after_the_session_is_over_comes_back_and_is_sent_again() {
    let pages = Pages::open().await;
    let lesson = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    let (_, form) = pages.call(Some(TEACHER), "GET", &lesson, "").await;
    let version = form.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let key = Uuid::new_v4().to_string();
    let typed = [
        ("version", version),
        ("cle", &key),
        ("contenu", ""),
        ("travail_1_texte", "Lire le chapitre 3"),
        ("travail_1_pour", "2026-11-23"),
        ("travail_1_type", "reading"),
        ("travail_1_duree", "25"),
        ("note", "Penser aux copies"),
    ];
    let of = |(name, value): &(&str, &str)| format!("{name}={}", value.replace(' ', "+"));
    let fields = typed.iter().map(of).chain([format!("travail_1_eleve_{PUPIL}=oui")]).collect::<Vec<_>>().join("&");
    let before = pages.school.head().await;
    let (status, text) = pages.call(None, "POST", &lesson, &fields).await;
    assert!(status == 401 && text.contains("Votre session est finie"), "{text}");
    for (name, value) in typed.into_iter().chain([(&*format!("travail_1_eleve_{PUPIL}"), "oui")]) {
        assert!(text.contains(&format!("name=\"{name}\" value=\"{value}\"")), "{name}: {text}");
    }
    assert_eq!(pages.school.head().await, before);
    // Signed in again, what came back gives the work, and the lesson stays to be written.
    assert_eq!(pages.call(Some(TEACHER), "POST", &lesson, &fields).await.0, 303);
    let work = pages.call(Some(PUPIL), "GET", "/eleve/travail", "").await.1;
    assert!(work.contains("Lire le chapitre 3"), "{work}");
    let form = pages.call(Some(TEACHER), "GET", &lesson, "").await.1;
    assert!(form.contains("Un travail est déjà donné") && form.contains("Penser aux copies"), "{form}");
}
