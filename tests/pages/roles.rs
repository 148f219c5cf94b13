//! Roles by hand: a head gives one from a day, ends one on a day, and never leaves the school without a head.

use domain::directory::person::{self, Person, Role};
use domain::ids::{SchoolYear, StreamId};
use jiff::civil::Date;

use super::ended::elsewhere_written;
use super::*;

const LIST: &str = "/direction/roles";

/// Of a spell that began with the year.
fn end_of(person: PersonId, role: &str) -> String {
    end_from(person, role, RENTREE)
}

fn end_from(person: PersonId, role: &str, from: Date) -> String {
    format!("/direction/roles/{person}/{role}/{from}/fin")
}

fn hidden(page: &str, name: &str) -> String {
    let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    after.split('"').next().unwrap().to_owned()
}

fn tutor(code: &str) -> String {
    format!("professeur-principal-{}", crate::school::class(code))
}

impl Pages {
    async fn opens(&self, who: PersonId, path: &str) -> String {
        let (status, text) = self.call(Some(who), "GET", path, "").await;
        assert_eq!(status, 200, "{path}: {text}");
        text.replace(['\u{a0}', '\u{202f}'], " ")
    }

    /// The form of the list, as the page gives it, with what is typed.
    async fn gives_role(&self, who: PersonId, typed: &str) -> (u16, String) {
        let key = hidden(&self.opens(who, LIST).await, "cle");
        self.call(Some(who), "POST", LIST, &format!("{typed}&cle={key}")).await
    }

    /// The form that confirms an end, as the page that says what will follow gives it.
    async fn confirmation(&self, who: PersonId, person: PersonId, role: &str, on: Date) -> String {
        let form = self.opens(who, &end_of(person, role)).await;
        let typed = format!("le={on}&version={}&cle={}", hidden(&form, "version"), hidden(&form, "cle"));
        let (status, told) = self.call(Some(who), "POST", &end_of(person, role), &typed).await;
        assert_eq!(status, 200, "{told}");
        assert!(told.contains("À confirmer") && told.contains("n’aura plus le rôle"), "{told}");
        format!("le={on}&version={}&cle={}&confirmer=oui", hidden(&told, "version"), hidden(&told, "cle"))
    }

    async fn ends(&self, who: PersonId, person: PersonId, role: &str, on: Date) -> (u16, String) {
        let form = self.confirmation(who, person, role, on).await;
        self.call(Some(who), "POST", &end_of(person, role), &form).await
    }

    fn has(&self, person: PersonId, role: Role, on: Date) -> bool {
        self.school.app.register.read().roles(person, on).any(|held| held.school == here() && held.role == role)
    }
}

#[tokio::test]
async fn a_head_finds_who_is_what_and_nobody_else_does() {
    let pages = Pages::open().await;
    let list = pages.opens(DEPUTY, LIST).await;
    for told in
        ["Famille-head Camille", "chef d’établissement", "professeur principal, 4e B", "Rôles d’aujourd’hui et à venir"]
    {
        assert!(list.contains(told), "{told}: {list}");
    }
    assert!(list.contains(&format!("/direction/droits/{PUPIL}")), "whom the AESH accompanies: {list}");
    assert!(!list.contains("Famille-pupil of 4B Camille") && !list.contains("Famille-inspector"), "{list}");
    for path in [LIST.to_owned(), end_of(TEACHER, "teacher")] {
        assert_eq!(pages.call(Some(TEACHER), "GET", &path, "").await.0, 404, "{path}");
        pages.opens(HEAD, &path).await;
    }
    for (who, role) in [(TEACHER, "head"), (TEACHER, "pupil"), (PUPIL, "teacher"), (OTHER_HEAD, "head")] {
        let path = end_of(who, role);
        assert_eq!(pages.call(Some(HEAD), "GET", &path, "").await.0, 404, "{path}");
    }
    let path = end_of(TEACHER, "teacher");
    assert_eq!(pages.call(Some(OTHER_HEAD), "GET", &path, "").await.0, 404);
}

#[tokio::test]
async fn a_role_is_given_from_a_day_until_another_and_opens_pages_between_them() {
    let pages = Pages::open().await;
    let friday = Date::constant(2026, 11, 20);
    let typed = format!("personne={LIBRARIAN}&role=school-life&du={THURSDAY}&au={friday}");
    assert_eq!(pages.gives_role(HEAD, &typed).await.0, 303);
    let list = pages.opens(HEAD, LIST).await;
    assert!(list.contains("à venir") && list.contains("20 novembre 2026"), "{list}");
    for (at, status) in [("2026-11-18T08:00:00Z", 404), ("2026-11-20T08:00:00Z", 200), ("2026-11-21T08:00:00Z", 404)] {
        pages.school.world.clock.set(at.parse().unwrap());
        assert_eq!(pages.call(Some(LIBRARIAN), "GET", "/vie-scolaire", "").await.0, status, "{at}");
    }
}

#[tokio::test]
async fn a_role_ended_and_given_again_is_held_again_and_the_same_form_writes_once() {
    let pages = Pages::open().await;
    assert_eq!(pages.ends(HEAD, LIBRARIAN, "librarian", MONDAY).await.0, 303);
    assert!(!pages.has(LIBRARIAN, Role::Librarian, MONDAY));
    let key = hidden(&pages.opens(HEAD, LIST).await, "cle");
    let form = format!("personne={LIBRARIAN}&role=librarian&du={THURSDAY}&au=&cle={key}");
    assert_eq!(pages.call(Some(HEAD), "POST", LIST, &form).await.0, 303);
    let before = pages.school.head().await;
    assert_eq!(pages.call(Some(HEAD), "POST", LIST, &form).await.0, 303);
    assert_eq!(pages.school.head().await, before, "the same form, sent twice");
    assert!(!pages.has(LIBRARIAN, Role::Librarian, MONDAY) && pages.has(LIBRARIAN, Role::Librarian, THURSDAY));
    assert_eq!(pages.gives_role(HEAD, &form.replace(&format!("&cle={key}"), "")).await.0, 303);
    assert_eq!(pages.school.head().await, before, "they are that already");
}

#[tokio::test]
async fn of_two_spells_of_a_role_the_one_named_is_ended() {
    let pages = Pages::open().await;
    assert_eq!(pages.ends(HEAD, LIBRARIAN, "librarian", THURSDAY).await.0, 303);
    let later = Date::constant(2027, 1, 4);
    assert_eq!(pages.gives_role(HEAD, &format!("personne={LIBRARIAN}&role=librarian&du={later}")).await.0, 303);
    let path = end_from(LIBRARIAN, "librarian", later);
    let list = pages.opens(HEAD, LIST).await;
    assert!(list.contains(&path) && list.contains(&end_of(LIBRARIAN, "librarian")), "{list}");
    let first = end_of(LIBRARIAN, "librarian");
    let form = pages.opens(HEAD, &first).await;
    let typed = format!("le={MONDAY}&version={}&cle=y", hidden(&form, "version"));
    let (_, told) = pages.call(Some(HEAD), "POST", &first, &typed).await;
    let told = told.replace('\u{a0}', " ");
    assert!(told.contains("4 janvier 2027, il est annulé aussi"), "what was to come goes with it: {told}");
    // A day after its end would end the other one.
    let after = format!("le=2027-02-01&version={}&cle=z", hidden(&form, "version"));
    let (status, text) = pages.call(Some(HEAD), "POST", &first, &after).await;
    assert!(status == 422 && text.contains("Ce rôle finit déjà après le"), "{text}");
    let form = pages.opens(HEAD, &path).await;
    assert!(form.contains("à partir du <time datetime=\"2027-01-04\">"), "{form}");
    assert!(form.contains(&format!("value=\"{later}\"")), "the first day offered is one of that spell: {form}");
    let before = format!("le={MONDAY}&version={}&cle=x&confirmer=oui", hidden(&form, "version"));
    let (status, text) = pages.call(Some(HEAD), "POST", &path, &before).await;
    let text = text.replace('\u{a0}', " ");
    assert!(status == 422 && text.contains("commence le 4 janvier 2027"), "it would end the first one: {text}");
    let typed = format!("le={later}&version={}&cle=x&confirmer=oui", hidden(&form, "version"));
    assert_eq!(pages.call(Some(HEAD), "POST", &path, &typed).await.0, 303);
    assert!(!pages.has(LIBRARIAN, Role::Librarian, later), "the later one is called off");
    assert!(pages.has(LIBRARIAN, Role::Librarian, MONDAY), "the first one stands");
    // One that begins on no such day is not there.
    assert_eq!(pages.call(Some(HEAD), "GET", &end_from(LIBRARIAN, "librarian", MONDAY), "").await.0, 404);
}

#[tokio::test]
async fn what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays() {
    let pages = Pages::open().await;
    let before = pages.school.head().await;
    for (typed, field, told) in [
        (format!("personne={PUPIL}&role=staff&du={THURSDAY}"), "personne", "Choisissez la personne"),
        (format!("personne={TEACHER}&role=observatory&du={THURSDAY}"), "role", "Choisissez le rôle"),
        (format!("personne={TEACHER}&role=staff&du=demain"), "du", "par exemple"),
        (format!("personne={TEACHER}&role=staff&du=2206-11-17"), "du", "Vérifiez l’année"),
        (format!("personne={TEACHER}&role=staff&du={THURSDAY}&au={MONDAY}"), "au", "avant le premier"),
        (format!("personne={LIBRARIAN}&role={}&du={THURSDAY}", tutor("4B")), "role", "est enseignant"),
        (format!("personne={TEACHER}&role={}&du=2027-08-01", tutor("4B")), "du", "année scolaire"),
    ] {
        let (status, text) = pages.gives_role(HEAD, &typed).await;
        assert!((400..500).contains(&status), "{typed}");
        assert!(text.contains(&format!("id=\"{field}-erreur\"")) && text.contains(told), "{typed}: {text}");
        let person = typed.split(['=', '&']).nth(1).unwrap();
        let known = person != PUPIL.to_string();
        assert_eq!(text.contains(&format!("value=\"{person}\" selected")), known, "{typed}: {text}");
    }
    assert_eq!(pages.school.head().await, before);
}

#[tokio::test]
async fn a_form_tutor_is_added_beside_the_others_and_taken_off_alone() {
    let pages = Pages::open().await;
    let path = format!("/enseignant/classes/{}", class("4B"));
    assert_eq!(pages.call(Some(TEACHER), "GET", &path, "").await.0, 404);
    assert_eq!(pages.gives_role(HEAD, &format!("personne={TEACHER}&role={}&du={MONDAY}", tutor("4B"))).await.0, 303);
    pages.opens(TEACHER, &path).await;
    pages.opens(FORM_TUTOR, &path).await;
    assert_eq!(pages.ends(HEAD, FORM_TUTOR, &tutor("4B"), MONDAY).await.0, 303);
    assert_eq!(pages.call(Some(FORM_TUTOR), "GET", &path, "").await.0, 404);
    pages.opens(TEACHER, &path).await;
}

#[tokio::test]
async fn an_end_is_refused_when_the_role_changed_since_it_was_read() {
    let pages = Pages::open().await;
    let form = pages.confirmation(HEAD, LIBRARIAN, "librarian", THURSDAY).await;
    assert_eq!(pages.gives_role(DEPUTY, &format!("personne={LIBRARIAN}&role=staff&du={THURSDAY}")).await.0, 303);
    let (status, text) = pages.call(Some(HEAD), "POST", &end_of(LIBRARIAN, "librarian"), &form).await;
    assert_eq!(status, 412);
    assert!(text.contains("relisez ce rôle") && text.contains(&format!("value=\"{THURSDAY}\"")), "{text}");
    assert!(pages.has(LIBRARIAN, Role::Librarian, THURSDAY));
}

#[tokio::test]
async fn the_last_head_stays_until_another_takes_over() {
    let pages = Pages::open().await;
    let before = pages.school.head().await;
    for who in [HEAD, DEPUTY] {
        let form = pages.opens(who, &end_of(HEAD, "head")).await;
        let typed = format!("le={THURSDAY}&version={}&cle={}", hidden(&form, "version"), hidden(&form, "cle"));
        for confirmed in ["", "&confirmer=oui"] {
            let (status, text) =
                pages.call(Some(who), "POST", &end_of(HEAD, "head"), &format!("{typed}{confirmed}")).await;
            assert_eq!(status, 409, "{text}");
            assert!(text.contains("id=\"le-erreur\"") && text.contains("qui prend la suite"), "{text}");
        }
    }
    let closes = person::Command::Deactivate { on: THURSDAY };
    pages.school.tell(DEPUTY, &format!("persons/{HEAD}"), &[], &closes).await.refused(409, "the-last-head");
    assert_eq!(pages.school.head().await, before);
    // The deputy takes over on Thursday: the head leaves then, and not on the eve.
    assert_eq!(pages.gives_role(HEAD, &format!("personne={DEPUTY}&role=head&du={THURSDAY}")).await.0, 303);
    let wednesday = Date::constant(2026, 11, 18);
    let form = pages.opens(HEAD, &end_of(HEAD, "head")).await;
    let typed = format!("le={wednesday}&version={}&cle=x", hidden(&form, "version"));
    assert_eq!(pages.call(Some(HEAD), "POST", &end_of(HEAD, "head"), &typed).await.0, 409);
    assert_eq!(pages.ends(HEAD, HEAD, "head", THURSDAY).await.0, 303);
    pages.opens(HEAD, "/direction").await;
    pages.school.world.clock.set("2026-11-19T08:00:00Z".parse().unwrap());
    assert_eq!(pages.call(Some(HEAD), "GET", "/direction", "").await.0, 404);
    pages.opens(DEPUTY, "/direction").await;
}

#[tokio::test]
async fn two_heads_who_end_each_other_in_the_same_moment_do_not_both_win() {
    let pages = Pages::open().await;
    assert_eq!(pages.gives_role(HEAD, &format!("personne={DEPUTY}&role=head&du={MONDAY}")).await.0, 303);
    let end = || person::Command::EndRole { school: here(), role: Role::Head, on: THURSDAY };
    // While the end of one is on its way to the journal, written by another process, the other's is decided.
    let stream = StreamId::new("person", DEPUTY, SchoolYear::NONE);
    let first = Box::pin(elsewhere_written::<Person>(&pages.school.world, stream, end()));
    let form = pages.confirmation(DEPUTY, HEAD, "head", THURSDAY).await;
    let path = end_of(HEAD, "head");
    let then = pages.call(Some(DEPUTY), "POST", &path, &form);
    let (_, (status, text)) = pages.one_after_the_other(first, then).await;
    assert_eq!(status, 409, "{text}");
    assert!(text.contains("qui prend la suite"), "{text}");
    assert!(pages.has(HEAD, Role::Head, THURSDAY) && !pages.has(DEPUTY, Role::Head, THURSDAY));
}
