//! The day of birth of a pupil: a head states it, or mends it, and what it gives at eighteen follows.

use jiff::civil::Date;

use super::*;

fn page_of(pupil: PersonId) -> String {
    format!("/direction/eleves/{pupil}")
}

impl Pages {
    async fn states(&self, who: PersonId, pupil: PersonId, born_on: &str) -> (u16, String) {
        let (status, page) = self.call(Some(who), "GET", &page_of(pupil), "").await;
        assert_eq!(status, 200, "{page}");
        let hidden = |name: &str| {
            let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
            after.split('"').next().unwrap().to_owned()
        };
        let form = format!("ne_le={born_on}&version={}&cle={}", hidden("version"), hidden("cle"));
        self.call(Some(who), "POST", &page_of(pupil), &form).await
    }

    async fn born(&self, pupil: PersonId) -> Option<Date> {
        self.school.app.born_on(pupil).await.unwrap()
    }
}

#[tokio::test]
async fn a_head_states_the_day_of_birth_that_no_feed_gave_and_the_pupil_of_age_may_object() {
    let pages = Pages::open().await;
    assert_eq!(pages.born(PUPIL).await, None);
    let objects = || domain::directory::entourage::Command::Object;
    let object = || pages.school.app.in_entourage(PUPIL, here(), PUPIL, api::app::Said::default(), objects());
    assert_eq!(object().await.unwrap_err().code, "birth-date-unknown");
    assert_eq!(pages.states(DEPUTY, PUPIL, "2008-11-17").await.0, 303);
    assert_eq!(pages.born(PUPIL).await, Some(Date::constant(2008, 11, 17)));
    let (_, page) = pages.call(Some(HEAD), "GET", &page_of(PUPIL), "").await;
    assert!(page.contains("value=\"2008-11-17\""), "{page}");
    object().await.unwrap();
}

#[tokio::test]
async fn a_day_of_birth_is_mended_once_and_the_last_that_was_stated_holds() {
    let pages = Pages::open().await;
    assert_eq!(pages.states(HEAD, ADULT, "2010-11-02").await.0, 303);
    assert_eq!(pages.states(HEAD, ADULT, "2009-11-02").await.0, 303);
    assert_eq!(pages.born(ADULT).await, Some(Date::constant(2009, 11, 2)), "and no longer what the feed said");
    let before = pages.school.head().await;
    assert_eq!(pages.states(HEAD, ADULT, "2009-11-02").await.0, 303);
    assert_eq!(pages.school.head().await, before, "nothing changes");
}

#[tokio::test]
async fn a_day_that_cannot_be_meant_is_refused_and_of_nobody_else_is_it_asked() {
    let pages = Pages::open().await;
    let before = pages.school.head().await;
    for (typed, told) in
        [("demain", "par exemple"), ("2026-11-18", "Vérifiez l’année"), ("1826-11-18", "Vérifiez l’année")]
    {
        let (status, text) = pages.states(HEAD, PUPIL, typed).await;
        assert!((400..500).contains(&status), "{typed}");
        assert!(text.contains("id=\"ne_le-erreur\"") && text.contains(told), "{typed}: {text}");
        assert!(text.contains(&format!("value=\"{typed}\"")), "{typed}: {text}");
    }
    for (who, pupil) in [(HEAD, TEACHER), (HEAD, PARENT), (OTHER_HEAD, PUPIL), (TEACHER, PUPIL), (PUPIL, PUPIL)] {
        assert_eq!(pages.call(Some(who), "GET", &page_of(pupil), "").await.0, 404);
        let form = "ne_le=2010-02-01&version=1&cle=x";
        assert_eq!(pages.call(Some(who), "POST", &page_of(pupil), form).await.0, 404);
    }
    assert_eq!(pages.school.head().await, before);
}
