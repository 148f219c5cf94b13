//! Groups by hand: a head lets a pupil in, takes one out, makes a group anew from a day, or makes one from a few classes.

use domain::ids::SchoolYear;
use jiff::civil::Date;

use super::*;

/// A hidden field of the first form that has it.
fn hidden(page: &str, name: &str) -> String {
    let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    after.split('"').next().unwrap().to_owned()
}

fn of(code: &str) -> String {
    format!("/direction/groupes/{}", crate::school::class(code))
}

impl Pages {
    async fn shows(&self, who: PersonId, path: &str) -> String {
        let (status, text) = self.call(Some(who), "GET", path, "").await;
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    /// The form of a group, as its page gives it, with what is typed.
    async fn form_of(&self, path: &str, typed: &str) -> String {
        let page = self.shows(HEAD, path).await;
        let stays = page.split("name=\"sejour\" value=\"").skip(1).map(|after| after.split('"').next().unwrap());
        let stays: Vec<String> = stays.map(|stay| format!("&sejour={}", stay.replace(' ', "+"))).collect();
        format!("{typed}&version={}&cle={}{}", hidden(&page, "version"), hidden(&page, "cle"), stays.concat())
    }

    async fn is_taken(&self, path: &str, form: &str) {
        let (status, text) = self.call(Some(HEAD), "POST", path, form).await;
        assert_eq!(status, 303, "{text}");
    }

    async fn changes(&self, path: &str, typed: &str) {
        let form = self.form_of(path, typed).await;
        self.is_taken(path, &form).await;
    }

    fn members(&self, code: &str, on: Date) -> Vec<PersonId> {
        let books = self.school.app.register.read();
        let mut members: Vec<_> = books.members(crate::school::class(code), on).collect();
        members.sort();
        members
    }
}

const MAKES: &str = "faire=recomposer";

#[tokio::test]
async fn a_head_finds_the_classes_apart_from_the_groups_and_who_is_in_them() {
    let pages = Pages::open().await;
    let list = pages.shows(DEPUTY, "/direction/groupes").await;
    let (classes, groups) = list.split_once("id=\"groupes\"").unwrap();
    assert!(classes.contains(&of("4B")) && groups.contains(&of("4ANG1")) && !groups.contains(&of("4B")), "{list}");
    let page = pages.shows(HEAD, &of("4ANG1")).await;
    for told in ["depuis le premier jour de l’année", "Famille-pupil of 4B", "Entrées et sorties", "anglais LV1"] {
        assert!(page.contains(told), "{told}: {page}");
    }
    for path in ["/direction/groupes".to_owned(), of("4ANG1"), "/direction/groupes/nouveau".to_owned()] {
        assert_eq!(pages.call(Some(TEACHER), "GET", &path, "").await.0, 404, "{path}");
    }
    assert_eq!(pages.call(Some(OTHER_HEAD), "GET", &of("4ANG1"), "").await.0, 404);
    let form = format!("faire=sortir&sortant={PUPIL}&sort_le={MONDAY}&version=3&cle=x");
    assert_eq!(pages.call(Some(OTHER_HEAD), "POST", &of("4ANG1"), &form).await.0, 404);
}

#[tokio::test]
async fn a_pupil_let_in_late_reads_from_the_first_day_and_one_taken_out_up_to_that_day() {
    let pages = Pages::open().await;
    let book = format!("/eleve/cahiers/{}", english());
    assert_eq!(pages.call(Some(ADULT), "GET", &book, "").await.0, 404);
    // On Thursday: not before.
    pages.changes(&of("4ANG1"), &format!("faire=entrer&entrant={ADULT}&entre_le={THURSDAY}")).await;
    assert_eq!(pages.call(Some(ADULT), "GET", &book, "").await.0, 404);
    // Since Monday, after all.
    pages.changes(&of("4ANG1"), &format!("faire=entrer&entrant={ADULT}&entre_le={MONDAY}")).await;
    pages.shows(ADULT, &book).await;
    assert_eq!(pages.members("4ANG1", MONDAY), [PUPIL, SIBLING, ADULT]);
    // By mistake: called off before the first day, nothing is read.
    pages.changes(&of("4ANG1"), &format!("faire=sortir&sortant={ADULT}&sort_le={MONDAY}")).await;
    assert_eq!(pages.call(Some(ADULT), "GET", &book, "").await.0, 404);
    assert!(pages.shows(HEAD, &of("4ANG1")).await.contains("annulée avant ce jour"));
    // Whoever was there keeps what is dated up to that day.
    pages.changes(&of("4ANG1"), &format!("faire=sortir&sortant={PUPIL}&sort_le={MONDAY}")).await;
    pages.shows(PUPIL, &book).await;
    assert_eq!(pages.members("4ANG1", MONDAY), [SIBLING]);
}

#[tokio::test]
async fn a_group_is_made_anew_from_a_day_and_the_same_form_changes_nothing_twice() {
    let pages = Pages::open().await;
    let typed = format!("{MAKES}&eleve={SIBLING}&eleve={ADULT}&compose_le={THURSDAY}");
    let form = pages.form_of(&of("4ANG1"), &typed).await;
    pages.is_taken(&of("4ANG1"), &form).await;
    assert_eq!(pages.members("4ANG1", MONDAY), [PUPIL, SIBLING]);
    assert_eq!(pages.members("4ANG1", THURSDAY), [SIBLING, ADULT]);
    let before = pages.school.head().await;
    pages.is_taken(&of("4ANG1"), &form).await;
    assert_eq!(pages.school.head().await, before, "the same form, sent twice");
}

#[tokio::test]
async fn a_head_whose_group_was_changed_meanwhile_keeps_what_they_ticked_and_is_told_of_whom() {
    let pages = Pages::open().await;
    let path = format!("{}?classe={}", of("4ANG1"), crate::school::class("4A"));
    let stale = pages.form_of(&path, &format!("{MAKES}&eleve={PUPIL}&compose_le={THURSDAY}")).await;
    let colleague = format!("{MAKES}&eleve={SIBLING}&eleve={ADULT}&compose_le={THURSDAY}");
    pages.changes(&of("4ANG1"), &colleague).await;
    pages.changes(&of("4ANG1"), &format!("faire=sortir&sortant={SIBLING}&sort_le={MONDAY}")).await;
    let before = pages.school.head().await;
    let (status, text) = pages.call(Some(HEAD), "POST", &of("4ANG1"), &stale).await;
    assert_eq!(status, 412);
    let entered = "Entrées\u{202f}: Famille-adult pupil in 4A";
    for told in ["relisez", entered, "Sorties", "Dates changées", "entrée enregistrée entre-temps"] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let ticked = |pupil: PersonId| text.contains(&format!("value=\"{pupil}\" checked"));
    assert_eq!((ticked(PUPIL), ticked(SIBLING), ticked(ADULT)), (true, false, false), "what they had ticked: {text}");
    assert_eq!(pages.school.head().await, before);
    // What they were told of is what is now compared: the form that came back is taken.
    let again = format!(
        "{MAKES}&eleve={PUPIL}&compose_le={THURSDAY}&version={}&cle={}",
        hidden(&text, "version"),
        hidden(&text, "cle")
    );
    pages.is_taken(&of("4ANG1"), &again).await;
    assert_eq!(pages.members("4ANG1", THURSDAY), [PUPIL]);
}

#[tokio::test]
async fn a_class_added_to_the_lists_writes_nothing_and_loses_nothing() {
    let pages = Pages::open().await;
    let (path, added) = (of("4B"), crate::school::class("4A"));
    let typed = format!("faire=lister&ajouter={added}&entre_le={THURSDAY}&sortant={PUPIL}&sort_le=2026-12-01");
    let form = pages.form_of(&path, &typed).await;
    let before = pages.school.head().await;
    let (status, text) = pages.call(Some(HEAD), "POST", &path, &form).await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains(&format!("<option value=\"{SIBLING}\"")) && text.contains("Rien n’est encore enregistré"));
    for kept in [
        format!("name=\"entre_le\" type=\"date\" value=\"{THURSDAY}\""),
        format!("<option value=\"{PUPIL}\" selected>"),
        "value=\"2026-12-01\"".to_owned(),
        format!("name=\"classe\" value=\"{added}\""),
    ] {
        assert!(text.contains(&kept), "{kept}: {text}");
    }
    // In a group, the ticks too, and those that were taken away; the version is that which was read.
    let form = pages.form_of(&of("4ANG1"), &format!("faire=lister&ajouter={added}&eleve={ADULT}")).await;
    pages.changes(&of("4ANG1"), &format!("faire=sortir&sortant={SIBLING}&sort_le={THURSDAY}")).await;
    let read = form.split("version=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let (status, text) = pages.call(Some(HEAD), "POST", &of("4ANG1"), &form).await;
    assert_eq!(status, 200, "{text}");
    let ticked = |pupil: PersonId| text.contains(&format!("value=\"{pupil}\" checked"));
    assert_eq!((ticked(PUPIL), ticked(SIBLING), ticked(ADULT)), (false, false, true), "{text}");
    assert_eq!(hidden(&text, "version"), read);
    assert_eq!(pages.members("4B", MONDAY), [PUPIL]);
    assert!(pages.school.head().await > before, "what the colleague wrote, alone");
}

#[tokio::test]
async fn a_day_that_is_not_of_the_year_is_refused_beside_its_field_and_a_past_one_does_not_make_a_group_anew() {
    let pages = Pages::open().await;
    let before = pages.school.head().await;
    for (typed, field, told) in [
        (format!("faire=entrer&entrant={ADULT}&entre_le=2206-11-17"), "entre_le", "année scolaire"),
        (format!("faire=entrer&entrant={PARENT}&entre_le=demain"), "entre_le", "par exemple"),
        (format!("faire=entrer&entrant={PARENT}&entre_le={MONDAY}"), "entrant", "Choisissez l’élève"),
        (format!("faire=sortir&sortant={ADULT}&sort_le={MONDAY}"), "sortant", "Choisissez l’élève"),
        (format!("{MAKES}&eleve={PUPIL}&compose_le={MONDAY}"), "compose_le", "un jour à venir"),
    ] {
        let form = pages.form_of(&of("4ANG1"), &typed).await;
        let (status, text) = pages.call(Some(HEAD), "POST", &of("4ANG1"), &form).await;
        assert!((400..500).contains(&status), "{typed}");
        assert!(text.contains(&format!("id=\"{field}-erreur\"")) && text.contains(told), "{typed}: {text}");
    }
    assert_eq!(pages.school.head().await, before);
}

#[tokio::test]
async fn a_pupil_who_changes_class_leaves_the_former_one_on_that_day() {
    let pages = Pages::open().await;
    let path = format!("{}?classe={}", of("4B"), crate::school::class("4A"));
    assert!(pages.shows(HEAD, &path).await.contains(&format!("<option value=\"{SIBLING}\"")));
    pages.changes(&of("4B"), &format!("faire=entrer&entrant={SIBLING}&entre_le={THURSDAY}")).await;
    assert_eq!((pages.members("4A", MONDAY), pages.members("4B", MONDAY)), (vec![SIBLING, ADULT], vec![PUPIL]));
    assert_eq!((pages.members("4A", THURSDAY), pages.members("4B", THURSDAY)), (vec![ADULT], vec![PUPIL, SIBLING]));
    pages.school.world.clock.set("2026-11-19T08:00:00Z".parse().unwrap());
    assert!(pages.shows(SIBLING, &format!("/eleve/cahiers/{}", maths("4B"))).await.contains("Équations"));
    pages.shows(SIBLING, &format!("/eleve/cahiers/{}", maths("4A"))).await;
}

#[tokio::test]
async fn a_group_is_made_from_two_classes_once() {
    let pages = Pages::open().await;
    let new = "/direction/groupes/nouveau";
    let classes = format!("classe={}&classe={}", crate::school::class("4A"), crate::school::class("4B"));
    pages.shows(HEAD, &format!("{new}?{classes}")).await;
    // Its pupils are listed once a name was typed and somebody ticked, and nothing is lost.
    let listing = format!("{classes}&nom=Besoins+2&eleve={ADULT}&compose_le={THURSDAY}&cle=x&faire=lister");
    let untouched = pages.school.head().await;
    let (status, page) = pages.call(Some(HEAD), "POST", new, &listing).await;
    assert_eq!(status, 200, "{page}");
    assert!(page.contains("Famille-pupil of 4B") && page.contains("Famille-sibling in 4A"), "{page}");
    assert!(page.contains("value=\"Besoins 2\"") && page.contains(&format!("value=\"{THURSDAY}\"")), "{page}");
    assert!(page.contains(&format!("value=\"{ADULT}\" checked")), "{page}");
    // A class that is no longer chosen keeps its pupils who are ticked, and they alone.
    let without = listing.replacen(&format!("classe={}&", crate::school::class("4A")), "", 1);
    let (_, page) = pages.call(Some(HEAD), "POST", new, &without).await;
    assert!(page.contains(&format!("value=\"{ADULT}\" checked")) && !page.contains("Famille-sibling in 4A"), "{page}");
    assert_eq!(pages.school.head().await, untouched);
    let key = hidden(&page, "cle");
    let form = format!("{classes}&nom=Besoins+2&eleve={PUPIL}&eleve={ADULT}&compose_le={MONDAY}&cle={key}");
    pages.is_taken(new, &form).await;
    let group = domain::ids::GroupId::of(here(), SchoolYear(2026), "Besoins 2");
    assert_eq!(pages.members("Besoins 2", MONDAY), [PUPIL, ADULT]);
    let shown = pages.shows(HEAD, &format!("/direction/groupes/{group}")).await;
    assert!(shown.contains("Ce groupe a été créé ici") && shown.contains("Élèves de 4e A, 4e B"), "{shown}");
    let before = pages.school.head().await;
    pages.is_taken(new, &form).await;
    assert_eq!(pages.school.head().await, before, "the same form, sent twice");
    // A name that is taken, by a class even; and nothing chosen.
    for (typed, field) in [
        (format!("{classes}&nom=4B&eleve={PUPIL}&compose_le={MONDAY}&cle={}", Uuid::now_v7()), "nom"),
        (format!("{classes}&nom=+&eleve={PUPIL}&compose_le={MONDAY}&cle=x"), "nom"),
        (format!("{classes}&nom=B3&compose_le={MONDAY}&cle=x"), "eleve"),
        (format!("{classes}&nom=B3&eleve={PUPIL}&compose_le=2027-08-01&cle=x"), "compose_le"),
        ("nom=B3".to_owned(), "classe"),
    ] {
        let (status, text) = pages.call(Some(HEAD), "POST", new, &typed).await;
        assert!((400..500).contains(&status), "{typed}");
        assert!(text.contains(&format!("id=\"{field}-erreur\"")), "{typed}: {text}");
    }
    assert_eq!(pages.school.head().await, before);
}

#[tokio::test]
async fn who_stays_ticked_with_a_day_beside_their_name_keeps_that_day() {
    let pages = Pages::open().await;
    let (path, next, end) = (of("4ANG1"), Date::constant(2026, 11, 23), Date::constant(2026, 12, 1));
    pages.changes(&path, &format!("faire=sortir&sortant={SIBLING}&sort_le={end}")).await;
    pages
        .changes(
            &format!("{path}?classe={}", crate::school::class("4A")),
            &format!("faire=entrer&entrant={ADULT}&entre_le={next}"),
        )
        .await;
    let page = pages.shows(HEAD, &path).await.replace('\u{a0}', " ");
    assert!(
        page.contains("arrive le 23 novembre 2026") && page.contains("n’en sera plus le 1er décembre 2026"),
        "{page}"
    );
    let ticks = |found: &str| page.matches(found).count();
    assert_eq!((ticks("name=\"deja\""), ticks(" checked")), (2, 3), "{page}");
    // The head touches nothing, then sends PUPIL away: the two others keep their days.
    let same = format!(
        "{MAKES}&eleve={PUPIL}&eleve={SIBLING}&eleve={ADULT}&deja={SIBLING}&deja={ADULT}&compose_le={THURSDAY}"
    );
    let before = pages.school.head().await;
    pages.changes(&path, &same).await;
    assert_eq!(pages.school.head().await, before, "nothing changes");
    pages.changes(&path, &same.replace(&format!("eleve={PUPIL}&"), "")).await;
    assert_eq!(pages.members("4ANG1", THURSDAY), [SIBLING]);
    assert_eq!(pages.members("4ANG1", next), [SIBLING, ADULT]);
    assert_eq!(pages.members("4ANG1", end), [ADULT]);
}
