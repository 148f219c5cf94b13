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

#[tokio::test]
async fn an_objection_stands_when_the_day_of_birth_is_mended_and_once_lifted_follows_the_mended_one() {
    let pages = Pages::open().await;
    let say = async |act: &str, confirm: &str| {
        let (_, page) = pages.call(Some(ADULT), "GET", "/eleve/droits", "").await;
        let version =
            page.split("name=\"version\" value=\"").nth(1).map_or("0", |rest| rest.split('"').next().unwrap());
        let form = format!("acte={act}&version={version}&cle={}{confirm}", Uuid::new_v4());
        pages.call(Some(ADULT), "POST", "/eleve/droits", &form).await
    };
    let read = async || pages.call(Some(OF_ADULT), "GET", &format!("/parent/enfants/{ADULT}"), "").await.0;
    // By the day that the head states, the pupil was not of age when they objected.
    assert_eq!(pages.states(HEAD, ADULT, "2009-11-02").await.0, 303);
    assert_eq!(read().await, 404, "nothing is taken from the pupil by that");
    assert!(pages.sees(OF_ADULT, "/parent").await.contains("s’oppose"));
    assert!(pages.sees(ADULT, "/eleve/droits").await.contains("Lever mon opposition"));
    assert_eq!(say("lever", "&confirmer=oui").await.0, 303);
    assert_eq!(read().await, 200);
    let page = pages.sees(ADULT, "/eleve/droits").await;
    assert!(page.contains("2027") && page.contains("tu pourras t’y opposer"), "{page}");
    let (status, text) = say("opposer", "").await;
    assert!(status == 403 && text.contains("à partir de la majorité"), "{text}");
    let object = domain::directory::entourage::Command::Object;
    pages.school.tell(ADULT, &format!("entourages/{ADULT}"), &[], &object).await.refused(403, "still-minor");
    assert_eq!(read().await, 200);
    // Mended again, they are of age today.
    assert_eq!(pages.states(HEAD, ADULT, "2008-11-17").await.0, 303);
    assert_eq!(say("opposer", "&confirmer=oui").await.0, 303);
    assert_eq!(read().await, 404);
}

#[tokio::test]
async fn a_day_of_birth_that_is_stated_is_shown_to_who_leads_and_to_nobody_else() {
    let pages = Pages::open().await;
    assert_eq!(pages.states(HEAD, PUPIL, "2012-03-07").await.0, 303);
    let tells = |text: &str| {
        let text = text.replace(['\u{a0}', '\u{202f}'], " ");
        ["2012-03-07", "07/03/2012", "7 mars 2012", "2030-03-07", "7 mars 2030"].iter().any(|day| text.contains(day))
    };
    let own = page_of(PUPIL);
    let everybody = PEOPLE.into_iter().map(|(title, person)| (title, Some(person))).chain([("nobody", None)]);
    let mut shown = Vec::new();
    for (title, person) in everybody {
        let pages_of = addresses().into_iter().filter(|(method, ..)| *method == "GET").map(|(.., path)| path);
        for path in pages_of.collect::<std::collections::BTreeSet<_>>() {
            if tells(&pages.call(person, "GET", &path, "").await.1) {
                shown.push((title, path));
            }
        }
        let Some(person) = person else { continue };
        for path in
            ["/api/v1/me".to_owned(), "/api/v1/me/week".into(), format!("/api/v1/textbooks/{}/history", maths("4B"))]
        {
            assert!(!tells(&pages.school.read(person, &path).await.text), "{title}: {path}");
        }
    }
    // The pupil is told from which day they may object, and it is theirs.
    let expected = [("head", own.clone()), ("deputy", own), ("pupil of 4B", "/eleve/droits".to_owned())];
    assert_eq!(shown, expected);
}
