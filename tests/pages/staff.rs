//! Who works in a school and reads nothing by it has a page that says so, and no other.

use super::*;

const PAGE: &str = "/personnel";

impl Pages {
    /// Where somebody begins.
    async fn begins(&self, who: PersonId) -> String {
        let form = format!("jeton={}", self.school.token(who));
        let request = Request::builder().method("POST").uri("/jeton");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let answer = self.router.clone().oneshot(request.body(Body::from(form)).unwrap()).await.unwrap();
        answer.headers()["location"].to_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn whoever_reads_nothing_is_told_so_and_why_and_not_sent_back_to_the_door() {
    let pages = Pages::open().await;
    for (who, told) in [
        (LIBRARIAN, "Professeur documentaliste"),
        (DATA_PROTECTION, "Délégué à la protection des données"),
        (ARCHIVIST, "Archiviste"),
        (OBSERVATORY, "Observatoire académique"),
        (HOST_OPERATOR, "Hébergement"),
    ] {
        assert_eq!(pages.begins(who).await, PAGE, "{told}");
        let (status, page) = pages.call(Some(who), "GET", PAGE, "").await;
        let page = page.replace('\u{a0}', " ");
        assert!(status == 200 && page.contains(told) && page.contains("Qui lit un cahier de textes"), "{told}: {page}");
        assert!(page.contains("1er septembre 2026"), "since when: {page}");
    }
    for who in [TEACHER, REFERENT, AESH, PUPIL, PARENT, CONTACT, CLOSED, STRANGER] {
        assert_eq!(pages.call(Some(who), "GET", PAGE, "").await.0, 404, "{who}");
    }
}
