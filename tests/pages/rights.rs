//! Who may read what around a pupil and a class: the rights that a head records, the objection of a pupil of age, the form tutor and the
//! school life.

mod classes;

use api::app::Said;
use domain::actor::Actor;
use domain::directory::group;
use domain::directory::person::{self, Guardian, Standing};
use domain::ids::{SchoolId, SchoolYear, StreamId};
use domain::textbook::Command;
use jiff::civil::date;

use super::*;

/// A hidden field of the first form that has it.
fn hidden(page: &str, name: &str) -> String {
    let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    after.split('"').next().unwrap().to_owned()
}

impl Pages {
    async fn reads(&self, who: PersonId, path: &str) -> String {
        let (status, text) = self.call(Some(who), "GET", path, "").await;
        assert_eq!(status, 200, "{path}: {text}");
        text
    }

    async fn does_not_exist(&self, who: PersonId, path: &str) {
        assert_eq!(self.call(Some(who), "GET", path, "").await.0, 404, "{path}");
    }

    /// What the feed says of somebody.
    async fn fed(&self, school: SchoolId, who: PersonId, command: person::Command) {
        let (stream, app) = (StreamId::new("person", who, SchoolYear::NONE), &self.school.app);
        let told = app.in_directory::<person::Person>(Actor::Import, school, stream, Said::default(), command).await;
        let told = told.unwrap_or_else(|problem| panic!("{}", problem.detail));
        app.await_readers(told.last_position.unwrap()).await;
    }

    /// The head asks for a change around a pupil, reads what will follow, and confirms it.
    async fn records(&self, pupil: PersonId, act: &str, who: PersonId, day: impl std::fmt::Display) -> String {
        let path = format!("/direction/droits/{pupil}");
        let page = self.reads(HEAD, &path).await;
        let (before, head) = (self.school.head().await, HEAD);
        let form = format!("acte={act}&personne={who}&le={day}&version={}&cle=x", hidden(&page, "version"));
        let (status, preview) = self.call(Some(head), "POST", &path, &form).await;
        assert_eq!(status, 200, "{preview}");
        assert!(preview.contains("<title>À confirmer\u{202f}: Proches et AESH"), "{preview}");
        assert_eq!(self.school.head().await, before, "nothing is recorded before it is confirmed");
        let (version, key) = (hidden(&preview, "version"), hidden(&preview, "cle"));
        let form = format!("acte={act}&personne={who}&le={day}&version={version}&cle={key}&confirmer=oui");
        let (status, text) = self.call(Some(head), "POST", &path, &form).await;
        assert_eq!(status, 303, "{text}");
        preview
    }
}

fn of_pupil(pupil: PersonId) -> String {
    format!("/parent/enfants/{pupil}")
}

#[tokio::test]
async fn code_civil_373_2_1_a_parent_without_authority_reads_until_a_court_decides_otherwise() {
    let pages = Pages::open().await;
    // Known to the feed, without authority: nothing yet.
    let link = |relative, standing| Guardian { relative, standing, relation: "father".into() };
    let guardians =
        vec![link(PARENT, Standing::Legal1), link(CLOSED, Standing::Other), link(OF_ADULT, Standing::Other)];
    let set = person::Command::SetGuardians { guardians, from: RENTREE };
    assert_eq!(pages.school.tell(HEAD, &format!("persons/{SIBLING}"), &[], &set).await.status, 200);
    pages.does_not_exist(OF_ADULT, &of_pupil(SIBLING)).await;
    let preview = pages.records(SIBLING, "surveillance", OF_ADULT, MONDAY).await;
    assert!(preview.contains("À confirmer") && preview.contains("droit de surveillance"), "{preview}");
    assert!(pages.reads(OF_ADULT, &of_pupil(SIBLING)).await.contains("Théorème de Pythagore"));
    assert!(pages.reads(HEAD, &format!("/direction/droits/{SIBLING}")).await.contains("droit de surveillance"));
    // The right of an account that the school has closed opens nothing.
    pages.records(SIBLING, "surveillance", CLOSED, MONDAY).await;
    pages.does_not_exist(CLOSED, &of_pupil(SIBLING)).await;
    let preview = pages.records(SIBLING, "decision", OF_ADULT, MONDAY).await;
    assert!(preview.contains("décision de justice"));
    pages.does_not_exist(OF_ADULT, &of_pupil(SIBLING)).await;
    let path = format!("/direction/droits/{SIBLING}");
    let page = pages.reads(HEAD, &path).await;
    let again = format!("acte=surveillance&personne={OF_ADULT}&le={MONDAY}&version={}&cle=y", hidden(&page, "version"));
    let (status, text) = pages.call(Some(HEAD), "POST", &path, &again).await;
    assert_eq!(status, 409);
    assert!(text.contains("id=\"acte-erreur\""), "the standing decision is said before anything is confirmed");
    pages.records(SIBLING, "levee", OF_ADULT, MONDAY).await;
    pages.reads(OF_ADULT, &of_pupil(SIBLING)).await;
}

#[tokio::test]
async fn a_right_holds_from_its_day_and_not_before() {
    let pages = Pages::open().await;
    pages.records(PUPIL, "fin-surveillance", SUPERVISING, THURSDAY).await;
    pages.reads(SUPERVISING, &of_pupil(PUPIL)).await;
    pages.school.world.clock.set("2026-11-18T23:30:00Z".parse().unwrap());
    pages.does_not_exist(SUPERVISING, &of_pupil(PUPIL)).await;
}

#[tokio::test]
async fn an_end_set_for_a_later_day_is_brought_forward() {
    let pages = Pages::open().await;
    let accompanied = format!("/accompagnement/eleves/{PUPIL}");
    pages.records(PUPIL, "fin-aesh", AESH, "2027-06-30").await;
    pages.reads(AESH, &accompanied).await;
    pages.records(PUPIL, "fin-aesh", AESH, MONDAY).await;
    pages.does_not_exist(AESH, &accompanied).await;
    let page = pages.reads(HEAD, &format!("/direction/droits/{PUPIL}")).await;
    assert!(!page.contains("accompagne</span>"), "{page}");
}

#[tokio::test]
async fn an_aesh_reads_while_they_work_in_a_school_of_the_child() {
    let pages = Pages::open().await;
    let accompanied = format!("/accompagnement/eleves/{PUPIL}");
    pages.reads(AESH, &accompanied).await;
    assert!(pages.reads(PUPIL, "/eleve/droits").await.contains("AESH</span>"));
    // The AESH goes to work in another school, and the head forgets to say so of the pupil.
    let taken = person::Command::TakeRole { school: elsewhere(), role: person::Role::Aesh, from: RENTREE, until: None };
    pages.fed(elsewhere(), AESH, taken).await;
    pages.reads(AESH, &accompanied).await;
    pages.fed(here(), AESH, person::Command::EndRole { school: here(), role: person::Role::Aesh, on: MONDAY }).await;
    pages.does_not_exist(AESH, &accompanied).await;
    assert!(!pages.reads(PUPIL, "/eleve/droits").await.contains("AESH</span>"));
}

#[tokio::test]
async fn the_head_of_a_school_that_the_pupil_has_left_takes_rights_away_and_gives_none() {
    use domain::directory::entourage::Command;
    let pages = Pages::open().await;
    pages.fed(here(), PUPIL, person::Command::EndRole { school: here(), role: person::Role::Pupil, on: MONDAY }).await;
    pages.does_not_exist(AESH, &format!("/accompagnement/eleves/{PUPIL}")).await;
    let address = format!("entourages/{PUPIL}");
    let (relative, companion, from, on) = (SUPERVISING, AESH, MONDAY, MONDAY);
    for given in [
        Command::NameCompanion { companion, from },
        Command::RecordSupervision { relative, from },
        Command::LiftCourtDecision { relative: BARRED, on },
    ] {
        pages.school.tell(HEAD, &address, &[], &given).await.refused(404, "unknown");
    }
    for taken in [
        Command::ReleaseCompanion { companion, on },
        Command::EnterCourtDecision { relative, from },
        Command::EndSupervision { relative, on },
    ] {
        pages.school.tell(OTHER_HEAD, &address, &[], &taken).await.refused(404, "unknown");
        let told = pages.school.tell(HEAD, &address, &[], &taken).await;
        assert_eq!(told.status, 200, "{}", told.text);
    }
    pages.does_not_exist(SUPERVISING, &of_pupil(PUPIL)).await;
}

#[tokio::test]
async fn the_former_head_sees_on_a_page_what_may_be_taken_away_there_and_nothing_else() {
    let pages = Pages::open().await;
    let path = format!("/direction/droits/{PUPIL}");
    let list = pages.reads(HEAD, "/direction/droits").await;
    assert!(!list.contains("Élèves partis"), "{list}");
    pages.fed(here(), PUPIL, person::Command::EndRole { school: here(), role: person::Role::Pupil, on: MONDAY }).await;
    let arrives =
        person::Command::TakeRole { school: elsewhere(), role: person::Role::Pupil, from: MONDAY, until: None };
    pages.fed(elsewhere(), PUPIL, arrives).await;
    let list = pages.reads(HEAD, "/direction/droits").await;
    assert!(list.split("Élèves partis").nth(1).is_some_and(|left| left.contains(&path)), "{list}");
    let page = pages.reads(HEAD, &path).await;
    assert!(page.contains("n’est plus dans l’établissement depuis le <time datetime=\"2026-11-16\">"), "{page}");
    for shown in ["Famille-parent with the right of supervision", "Famille-AESH of the pupil of 4B"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    for hidden in ["Famille-parent (legal 1", "Famille-separated", "Famille-grandmother", "Famille-parent barred"] {
        assert!(!page.contains(hidden), "{hidden}: {page}");
    }
    for (act, offered) in [
        ("fin-surveillance", true),
        ("decision", true),
        ("fin-aesh", true),
        ("surveillance", false),
        ("levee", false),
        ("aesh", false),
    ] {
        assert_eq!(page.contains(&format!("<option value=\"{act}\"")), offered, "{act}");
    }
    // What is not offered is refused, and names nobody.
    let (version, before) = (hidden(&page, "version"), pages.school.head().await);
    for (act, who) in [("aesh", AESH), ("fin-surveillance", PARENT), ("decision", CONTACT), ("fin-aesh", TEACHER)] {
        let form = format!("acte={act}&personne={who}&le={MONDAY}&version={version}&cle={act}");
        let (status, text) = pages.call(Some(HEAD), "POST", &path, &form).await;
        assert_eq!(status, 422, "{act}: {text}");
        assert!(!text.contains("Famille-grandmother") && !text.contains("Famille-teacher"), "{act}: {text}");
    }
    let given = format!("acte=aesh&personne={AESH}&le={MONDAY}&version={version}&cle=g&confirmer=oui");
    assert_eq!(pages.call(Some(HEAD), "POST", &path, &given).await.0, 404);
    assert_eq!(pages.school.head().await, before);
    // The last right gone, the page says so, and the list no longer leads there.
    pages.records(PUPIL, "fin-aesh", AESH, MONDAY).await;
    pages.records(PUPIL, "fin-surveillance", SUPERVISING, MONDAY).await;
    let page = pages.reads(HEAD, &path).await;
    assert!(page.contains("Rien de ce qui a été donné ici ne dure encore"), "{page}");
    assert!(!page.contains("id=\"enregistrer\""), "{page}");
    assert!(!pages.reads(HEAD, "/direction/droits").await.contains("Élèves partis"));
    pages.does_not_exist(OTHER_HEAD, &format!("/direction/droits/{SIBLING}")).await;
}

#[tokio::test]
async fn what_the_next_school_gives_is_not_shown_to_the_former_head() {
    let pages = Pages::open().await;
    let path = format!("/direction/droits/{PUPIL}");
    pages.fed(here(), PUPIL, person::Command::EndRole { school: here(), role: person::Role::Pupil, on: MONDAY }).await;
    let arrives =
        person::Command::TakeRole { school: elsewhere(), role: person::Role::Pupil, from: MONDAY, until: None };
    pages.fed(elsewhere(), PUPIL, arrives).await;
    pages.records(PUPIL, "fin-surveillance", SUPERVISING, MONDAY).await;
    let taken = person::Command::TakeRole { school: elsewhere(), role: person::Role::Aesh, from: MONDAY, until: None };
    pages.fed(elsewhere(), LIBRARIAN, taken).await;
    let named = domain::directory::entourage::Command::NameCompanion { companion: LIBRARIAN, from: MONDAY };
    let there = pages.school.app.in_entourage(OTHER_HEAD, elsewhere(), PUPIL, Said::default(), named).await;
    let there = there.unwrap_or_else(|problem| panic!("{}", problem.detail));
    pages.school.app.await_readers(there.last_position.unwrap()).await;
    let page = pages.reads(HEAD, &path).await;
    assert!(page.contains("Famille-AESH of the pupil of 4B") && !page.contains("Famille-librarian"), "{page}");
    let theirs = pages.reads(OTHER_HEAD, &path).await;
    assert!(theirs.contains("Famille-librarian") && !theirs.contains("n’est plus dans l’établissement"), "{theirs}");
}

#[tokio::test]
async fn what_is_recorded_is_what_was_read() {
    let pages = Pages::open().await;
    let path = format!("/direction/droits/{PUPIL}");
    let page = pages.reads(HEAD, &path).await;
    let version = hidden(&page, "version");
    pages.records(PUPIL, "fin-aesh", AESH, MONDAY).await;
    pages.does_not_exist(AESH, &format!("/accompagnement/eleves/{PUPIL}")).await;
    let stale = format!("acte=aesh&personne={AESH}&le={MONDAY}&version={version}&cle=z&confirmer=oui");
    let (status, text) = pages.call(Some(HEAD), "POST", &path, &stale).await;
    assert_eq!(status, 412);
    assert!(text.contains("relisez"), "{text}");
    let wrong = format!("acte=surveillance&personne={PARENT}&le={MONDAY}&version=0&cle=w");
    let (status, text) = pages.call(Some(HEAD), "POST", &path, &wrong).await;
    assert_eq!(status, 409);
    assert!(text.contains("id=\"personne-erreur\""), "who holds authority reads by it");
    let (status, text) = pages.call(Some(HEAD), "POST", &path, "le=demain").await;
    assert_eq!(status, 422);
    for field in ["acte", "personne", "le"] {
        assert!(text.contains(&format!("id=\"{field}-erreur\"")), "{field}");
    }
}

#[tokio::test]
async fn at_eighteen_parents_go_on_reading_until_the_pupil_objects_and_are_told_of_it() {
    let pages = Pages::open().await;
    let told = pages.reads(OF_ADULT, "/parent").await;
    assert!(told.contains("s’oppose") && told.contains("17\u{a0}novembre 2026"), "{told}");
    assert!(!told.contains("Aucun enfant n’est encore relié"));
    pages.does_not_exist(OF_ADULT, &of_pupil(ADULT)).await;
    let me = pages.school.read(OF_ADULT, "/api/v1/me").await;
    assert_eq!(me.json["standpoints"], serde_json::json!([]));
    assert_eq!(me.json["objections"][0]["since"], "2026-11-17");

    let page = pages.reads(ADULT, "/eleve/droits").await;
    assert!(page.contains("Opposition enregistrée"));
    let form = |page: &str, act: &str, more: &str| {
        format!("acte={act}&version={}&cle={}{more}", hidden(page, "version"), hidden(page, "cle"))
    };
    let (status, confirm) = pages.call(Some(ADULT), "POST", "/eleve/droits", &form(&page, "lever", "")).await;
    assert_eq!(status, 200);
    assert!(confirm.contains("<title>À confirmer\u{202f}: Qui lit mon cahier"), "{confirm}");
    pages.does_not_exist(OF_ADULT, &of_pupil(ADULT)).await;
    let sent = form(&confirm, "lever", "&confirmer=oui");
    assert_eq!(pages.call(Some(ADULT), "POST", "/eleve/droits", &sent).await.0, 303);
    assert!(pages.reads(OF_ADULT, &of_pupil(ADULT)).await.contains("Théorème de Pythagore"), "of age, and read");
    assert!(!pages.reads(OF_ADULT, "/parent").await.contains("s’oppose"));
}

#[tokio::test]
async fn code_civil_414_a_minor_does_not_object() {
    let pages = Pages::open().await;
    let page = pages.reads(PUPIL, "/eleve/droits").await;
    assert!(
        page.contains("Rien ne change de soi-même") && !page.contains("<form method=\"post\" action=\"/eleve/droits\"")
    );
    let before = pages.school.head().await;
    for confirm in ["", "&confirmer=oui"] {
        let (status, text) =
            pages.call(Some(PUPIL), "POST", "/eleve/droits", &format!("acte=opposer&version=4&cle=k{confirm}")).await;
        assert!((400..500).contains(&status), "{text}");
    }
    assert_eq!(pages.school.head().await, before);
    let object = domain::directory::entourage::Command::Object;
    let told = pages.school.tell(PUPIL, &format!("entourages/{PUPIL}"), &[], &object).await;
    told.refused(409, "birth-date-unknown");
    pages.school.tell(PARENT, &format!("entourages/{PUPIL}"), &[], &object).await.refused(403, "not-the-head");
    pages.school.tell(HEAD, &format!("entourages/{PUPIL}"), &[], &object).await.refused(403, "not-the-pupil");
}

#[tokio::test]
async fn a_page_that_does_not_exist_is_of_no_role_and_leads_home() {
    let pages = Pages::open().await;
    for path in ["/direction/mandats", "/enseignant/x", "/nulle-part"] {
        let (status, text) = pages.call(Some(PUPIL), "GET", path, "").await;
        assert_eq!(status, 404, "{path}");
        assert!(!text.contains("Menu principal") && text.contains("href=\"/eleve\">Ma semaine"), "{path}");
    }
    let (status, text) = pages.call(Some(HEAD), "GET", "/direction/droits/x", "").await;
    assert!((400..500).contains(&status));
    assert!(text.contains("href=\"/direction\""));
    let (status, text) = pages.call(Some(STRANGER), "GET", "/eleve", "").await;
    assert_eq!(status, 404);
    assert!(!text.contains("Menu principal") && text.contains("href=\"/\">Revenir à l’accueil"));
}

#[tokio::test]
async fn whoever_is_near_a_pupil_and_reads_nothing_is_not_told_that_nobody_knows_them() {
    let pages = Pages::open().await;
    for who in [CONTACT, BARRED] {
        let page = pages.sees(who, "/parent").await;
        assert!(page.contains("proche d’un élève") && !page.contains("Aucun enfant"), "{page}");
        assert!(!page.contains("pupil of 4B"), "of whom is not said: {page}");
    }
}

#[tokio::test]
async fn a_parent_whose_child_is_in_no_class_yet_is_told_that_and_not_that_they_may_not_read() {
    let pages = Pages::open().await;
    let child = PersonId(Uuid::from_u128(0x0193_0000_0000_4000_8000_0000_0000_00b1));
    let names = person::Names { family: "Famille".into(), given: "Sacha".into(), title: None };
    let link = |standing| Guardian { relative: STRANGER, standing, relation: "mother".into() };
    let guardians = |standing| person::Command::SetGuardians { guardians: vec![link(standing)], from: RENTREE };
    for command in [
        person::Command::Register { person: child, names, origin: None },
        person::Command::TakeRole { school: here(), role: person::Role::Pupil, from: RENTREE, until: None },
        guardians(Standing::Contact),
    ] {
        pages.fed(here(), child, command).await;
    }
    // A contact reads nothing, in a class or not, and is not told whose.
    let page = pages.sees(STRANGER, "/parent").await;
    assert!(page.contains("proche d’un élève") && !page.contains("Sacha"), "{page}");
    pages.fed(here(), child, guardians(Standing::Legal1)).await;
    let page = pages.sees(STRANGER, "/parent").await;
    assert!(page.contains("Sacha n’est encore dans aucune classe") && page.contains("1\u{a0}enfant "), "{page}");
    assert!(!page.contains("proche d’un élève") && !page.contains("Aucun enfant"), "{page}");
    pages.does_not_exist(STRANGER, &of_pupil(child)).await;
    // One who has left before being in any class is not waited for.
    let gone = PersonId(Uuid::from_u128(0x0193_0000_0000_4000_8000_0000_0000_00b2));
    let names = person::Names { family: "Famille".into(), given: "Zoé".into(), title: None };
    let until = Some(jiff::civil::date(2026, 9, 10));
    for command in [
        person::Command::Register { person: gone, names, origin: None },
        person::Command::TakeRole { school: here(), role: person::Role::Pupil, from: RENTREE, until },
        guardians(Standing::Legal1),
    ] {
        pages.fed(here(), gone, command).await;
    }
    let page = pages.sees(STRANGER, "/parent").await;
    assert!(page.contains("Sacha n’est encore dans aucune classe") && !page.contains("Zoé"), "{page}");
    // In a class from Thursday on.
    let joins = group::Command::ChangeMembers { joined: vec![child], left: vec![], on: THURSDAY };
    let (stream, app) = (StreamId::new("group", crate::school::class("4B"), YEAR), &pages.school.app);
    let told = app.in_directory::<group::Group>(Actor::Import, here(), stream, Said::default(), joins).await;
    app.await_readers(told.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap()).await;
    assert!(pages.sees(STRANGER, "/parent").await.contains("aucune classe"));
    pages.school.world.clock.set("2026-11-19T08:00:00Z".parse().unwrap());
    let page = pages.sees(STRANGER, "/parent").await;
    assert!(!page.contains("aucune classe") && page.contains(&of_pupil(child)), "{page}");
}
