//! The form of a lesson, beyond its text: for part of the class, taken over from another class, kept as a draft, with a word to oneself.

use std::collections::BTreeSet;

use api::app::Said;
use domain::actor::{Actor, Capacity};
use domain::directory::group;
use domain::directory::service::{self, Assignment};
use domain::ids::{ServiceId, StreamId};
use domain::personal::SealedCell;
use domain::textbook::Command;
use domain::textbook::entry::{LessonRef, NewFraming, NewResource, Purpose};
use domain::textbook::homework::{DueRef, NewHomework};
use infra::desk::Place;
use jiff::civil::{Date, date};

use super::*;

fn english_of_thursday() -> String {
    format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", english(), slot("4ANG1", ENGLISH, 4))
}

fn maths_of(code: &str, date: Date) -> String {
    let weekday = if date.weekday().to_monday_one_offset() == 1 { 1 } else { 4 };
    format!("/enseignant/cahiers/{}/seances/{}/{date}", maths(code), slot(code, MATHS, weekday))
}

/// The value of a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let field = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no field {name}"));
    field.split('"').next().unwrap().to_owned()
}

impl Pages {
    /// Sends a form of a lesson as a teacher does: with the version and the key of the page.
    pub(super) async fn sends(&self, who: PersonId, lesson: &str, to: &str, fields: &str) -> (u16, String) {
        let (_, page) = self.call(Some(who), "GET", lesson, "").await;
        let form = format!("version={}&cle={}&{fields}", hidden(&page, "version"), hidden(&page, "cle"));
        self.call(Some(who), "POST", to, &form).await
    }

    /// The teacher of 4B takes mathematics in 4A too.
    async fn teaches_4a_too(&self) {
        let held = Assignment { teacher: TEACHER, capacity: Capacity::CoTeacher, from: RENTREE, until: None };
        let stream = StreamId::new("service", ServiceId::of(class("4A"), MATHS), YEAR);
        let assign = service::Command::Assign { assignment: held };
        let app = &self.school.app;
        let done = app.in_directory::<service::Service>(Actor::Import, here(), stream, Said::default(), assign).await;
        let position = done.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap();
        app.await_readers(position).await;
    }
}

#[tokio::test]
async fn work_for_part_of_the_class_is_read_by_these_pupils_their_relatives_and_the_team() {
    let pages = Pages::open().await;
    pages.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    let lesson = english_of_thursday();
    let fields = format!(
        "contenu=Past+simple&travail_1_texte=Fiche+de+soutien&travail_1_pour=2026-11-23&travail_1_eleve_{PUPIL}=oui"
    );
    let (status, text) = pages.sends(OTHER_TEACHER, &lesson, &lesson, &fields).await;
    assert_eq!(status, 303, "{text}");
    for (who, path) in [
        (PUPIL, "/eleve".to_owned()),
        (PUPIL, "/eleve/travail".into()),
        (PUPIL, format!("/eleve/cahiers/{}", english())),
        (PARENT, format!("/parent/enfants/{PUPIL}")),
        (SEPARATED, format!("/parent/enfants/{PUPIL}/travail")),
        (OTHER_TEACHER, format!("/enseignant/cahiers/{}", english())),
    ] {
        assert!(pages.sees(who, &path).await.contains("Fiche de soutien"), "{path}");
    }
    for (who, path) in [
        (SIBLING, "/eleve".to_owned()),
        (SIBLING, "/eleve/travail".into()),
        (SIBLING, format!("/eleve/cahiers/{}", english())),
        (PARENT, format!("/parent/enfants/{SIBLING}")),
        (PARENT, format!("/parent/enfants/{SIBLING}/travail")),
    ] {
        let text = pages.sees(who, &path).await;
        assert!(!text.contains("Fiche de soutien"), "{path}");
    }
    assert!(pages.sees(SIBLING, "/eleve").await.contains("Past simple"), "the lesson is everybody's");
    // Who else has it is the team's to know, not the pupils'.
    let team = pages.sees(OTHER_TEACHER, &format!("/enseignant/cahiers/{}", english())).await;
    assert!(team.contains("pour Mme Famille-pupil of 4B"), "{team}");
    let pupil = pages.sees(PUPIL, "/eleve/travail").await;
    assert!(pupil.contains("pour une partie de la classe") && !pupil.contains("pour Mme"));
    let json = pages.school.read(PUPIL, "/api/v1/me/homework").await;
    assert!(json.text.contains("\"for_part_of_group\":true") && !json.text.contains("audience"));
    assert!(!pages.school.read(SIBLING, "/api/v1/me/homework").await.text.contains("Fiche de soutien"));
}

#[tokio::test]
async fn who_is_no_longer_named_for_a_work_no_longer_reads_it() {
    let pages = Pages::open().await;
    let work = |pupils: &[PersonId]| NewHomework {
        due: DueRef::Date { date: THURSDAY },
        audience: Some(pupils.iter().copied().collect::<BTreeSet<_>>()),
        ..exercise(31, "Préparer un exposé", THURSDAY)
    };
    let given_in = LessonRef::Slot { slot: slot("4ANG1", ENGLISH, 1), date: MONDAY };
    let write = async |command| {
        let done = pages.school.app.in_textbook(OTHER_TEACHER, english(), Said::default(), command).await;
        let position = done.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap();
        pages.school.app.await_readers(position).await;
    };
    write(Command::GiveHomework { given_in, homework: work(&[]) }).await;
    assert!(pages.sees(SIBLING, "/eleve/travail").await.contains("Préparer un exposé"));
    write(Command::ReviseHomework { homework: work(&[PUPIL]) }).await;
    assert!(!pages.sees(SIBLING, "/eleve/travail").await.contains("Préparer un exposé"));
    assert!(pages.sees(PUPIL, "/eleve/travail").await.contains("Préparer un exposé"));
    let stranger = Command::ReviseHomework { homework: work(&[PUPIL, STRANGER]) };
    let refused = pages.school.app.in_textbook(OTHER_TEACHER, english(), Said::default(), stranger).await;
    assert_eq!(refused.unwrap_err().code, "pupil-not-in-group");
}

#[tokio::test]
async fn a_lesson_is_taken_over_for_a_parallel_class_and_says_so_to_the_inspector_alone() {
    let pages = Pages::open().await;
    pages.teaches_4a_too().await;
    let document = |title: &str| {
        vec![NewResource {
            title: title.into(),
            link: Some("https://exemple.fr/f".into()),
            purpose: Purpose::Lesson,
            file: None,
        }]
    };
    let thursday = DueRef::Lesson { slot: slot("4B", MATHS, 4), date: THURSDAY };
    let homework = NewHomework {
        due: thursday,
        resources: document("Fiche du travail"),
        ..exercise(41, "Exercice 7 page 12", THURSDAY)
    };
    let lesson = LessonRef::Slot { slot: slot("4B", MATHS, 1), date: date(2026, 11, 9) };
    let command = Command::PublishEntry {
        lesson,
        content: "Théorème de Thalès".into(),
        framing: NewFraming { sequence: Some("4. Thalès".into()), programme: None },
        resources: document("Figure"),
        homework: vec![NewHomework {
            due: DueRef::Lesson { slot: slot("4B", MATHS, 4), date: date(2026, 11, 12) },
            ..homework
        }],
        copied_from: None,
    };
    let done = pages.school.app.in_textbook(CO_TEACHER, maths("4B"), Said::default(), command).await.unwrap();
    pages.school.app.await_readers(done.last_position.unwrap()).await;
    // From the lesson that is written, the first free one of the other class; the form there is filled.
    let written = pages.sees(TEACHER, &maths_of("4B", date(2026, 11, 9))).await;
    assert!(written.contains("Reprendre cette séance pour une autre classe"), "{written}");
    let target = maths_of("4A", date(2026, 11, 19));
    let offered = pages.sees(TEACHER, &target).await;
    let href = offered.split("href=\"").find(|rest| rest.contains("?reprise=") && rest.contains("Thalès"));
    let href = href.unwrap_or_else(|| panic!("{offered}")).split('"').next().unwrap().to_owned();
    let filled = pages.sees(TEACHER, &href).await;
    for text in
        ["Théorème de Thalès", "4. Thalès", "Figure", "Exercice 7 page 12", "reprise du cahier de la classe 4e B, "]
    {
        assert!(filled.contains(text), "{text}");
    }
    // Due for the lesson after, there; for the lesson after, here.
    assert!(filled.contains("<option value=\"2026-11-23\" selected>"), "{filled}");
    let fields = format!(
        "reprise={}&contenu=Théorème+de+Thalès&sequence=4.+Thalès&travail_1_texte=Exercice+7+page+12\
         &travail_1_pour=2026-11-23&travail_1_repris={}",
        hidden(&filled, "reprise"),
        hidden(&filled, "travail_1_repris"),
    );
    let (status, text) = pages.sends(TEACHER, &target, &target, &fields).await;
    assert_eq!(status, 303, "{text}");
    pages.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    let read = pages.sees(SIBLING, &format!("/eleve/cahiers/{}", maths("4A"))).await;
    assert!(read.contains("4. Thalès") && read.contains("Fiche du travail") && !read.contains("reprise"));
    let history = pages.school.read(TEACHER, &format!("/api/v1/textbooks/{}/history", maths("4A"))).await;
    assert!(history.text.contains(&format!("\"copied_from\":{{\"textbook\":\"{}\"", maths("4B"))), "{}", history.text);
}

#[tokio::test]
async fn nobody_takes_over_what_they_may_not_read() {
    let pages = Pages::open().await;
    // The teacher of 4B does not teach 4A: that entry is no source of hers, neither in a form nor by the API.
    let entry = domain::ids::EntryId::of(maths("4A"), &slot("4A", MATHS, 1).to_string(), MONDAY);
    let named = format!("{}_{entry}_2", maths("4A"));
    let form = pages.sees(CO_TEACHER, &format!("{}?reprise={named}", maths_of("4B", THURSDAY))).await;
    assert!(!form.contains("Pythagore"));
    let source = domain::textbook::entry::Source { textbook: maths("4A"), entry, version: 2 };
    let lesson = LessonRef::Slot { slot: slot("4B", MATHS, 4), date: THURSDAY };
    let Command::PublishEntry { content, framing, resources, homework, .. } = publish(lesson, "Pythagore") else {
        unreachable!()
    };
    let copy =
        |source| Command::PublishEntry { lesson, content, framing, resources, homework, copied_from: Some(source) };
    let refused = pages.school.app.in_textbook(CO_TEACHER, maths("4B"), Said::default(), copy(source)).await;
    assert_eq!(refused.unwrap_err().code, "source-unknown");
}

#[tokio::test]
async fn a_draft_is_its_author_s_alone_and_no_event() {
    let pages = Pages::open().await;
    let lesson = maths_of("4B", THURSDAY);
    let head = pages.school.head().await;
    let draft = "contenu=Racines+carrées&travail_1_texte=Exercice&travail_1_pour=&ressource_1_lien=pas+un+lien";
    let (status, text) = pages.sends(SUBSTITUTE, &lesson, &format!("{lesson}/brouillon"), draft).await;
    assert_eq!(status, 303, "unfinished and wrong as it is: {text}");
    assert_eq!(pages.school.head().await, head, "nothing is written in the journal");
    let mine = pages.sees(SUBSTITUTE, &lesson).await;
    let after = pages.sees(SUBSTITUTE, &format!("{lesson}?fait=brouillon")).await;
    assert!(after.contains("Le brouillon est enregistré.") && !after.contains("Enregistré aujourd"), "once: {after}");
    assert_eq!(after.matches("Personne d’autre que vous ne le voit").count(), 1, "{after}");
    assert!(pages.sees(SUBSTITUTE, &lesson).await.contains("Enregistré aujourd"), "and later, when");
    for text in ["Racines carrées", "pas un lien", "Personne d’autre que vous ne le voit", "Jeter le brouillon"] {
        assert!(mine.contains(text), "{text}");
    }
    assert!(pages.sees(SUBSTITUTE, "/enseignant").await.contains("brouillon"));
    // Neither the other teacher of the class, nor the head, nor an inspector, nor a pupil.
    assert!(!pages.sees(TEACHER, &lesson).await.contains("Racines"));
    for (who, path) in [
        (TEACHER, lesson.clone()),
        (CO_TEACHER, lesson.clone()),
        (CO_TEACHER, "/enseignant".into()),
        (INSPECTOR, format!("/inspection/cahiers/{}", maths("4B"))),
        (PUPIL, "/eleve".into()),
    ] {
        let (_, text) = pages.call(Some(who), "GET", &path, "").await;
        assert!(!text.contains("Racines") && !text.contains("brouillon</span>"), "{path}");
    }
    // Published: history starts, and the draft is gone.
    let (status, text) = pages.sends(SUBSTITUTE, &lesson, &lesson, "contenu=Racines+carrées").await;
    assert_eq!(status, 303, "{text}");
    let after = pages.sees(SUBSTITUTE, &lesson).await;
    assert!(!after.contains("Jeter le brouillon") && after.contains("Racines carrées"));
    assert!(!pages.sees(SUBSTITUTE, "/enseignant").await.contains("brouillon</span>"));
}

#[tokio::test]
async fn a_draft_thrown_away_is_gone_and_one_overtaken_says_so() {
    let pages = Pages::open().await;
    let lesson = maths_of("4B", MONDAY);
    let draft = format!("{lesson}/brouillon");
    pages.sends(TEACHER, &lesson, &draft, "contenu=Ma+version").await;
    let revise = Command::ReviseEntry {
        entry: entry_of_monday_in_4b(),
        content: Some("Écrit par ma collègue".into()),
        framing: NewFraming::default(),
        resources: vec![],
        homework: vec![],
    };
    let done = pages.school.app.in_textbook(CO_TEACHER, maths("4B"), Said::default(), revise).await.unwrap();
    pages.school.app.await_readers(done.last_position.unwrap()).await;
    let text = pages.sees(TEACHER, &lesson).await;
    assert!(text.contains("Ma version") && text.contains("Le cahier a changé depuis ce brouillon"));
    assert!(text.contains("Ce qui est publié") && text.contains("Écrit par ma collègue"), "{text}");
    assert!(text.contains("par Mme Famille-co-teacher"), "{text}");
    // What is written of another lesson does not make it old.
    let thursday = maths_of("4B", THURSDAY);
    pages.sends(TEACHER, &thursday, &format!("{thursday}/brouillon"), "contenu=Jeudi").await;
    // Publishing it as it is would write over what nobody showed: it is refused, and the text kept.
    let (status, text) = pages.sends(TEACHER, &lesson, &lesson, "contenu=Ma+version").await;
    assert_eq!(status, 412, "{text}");
    assert!(text.contains("Ma version"));
    assert!(text.contains("Ce qui est publié") && text.contains("Écrit par ma collègue"), "{text}");
    assert_eq!(pages.call(Some(TEACHER), "POST", &format!("{draft}/jeter"), "").await.0, 303);
    let text = pages.sees(TEACHER, &lesson).await;
    assert!(text.contains("Écrit par ma collègue") && !text.contains("Ma version"));
    assert!(!text.contains("Ce qui est publié"), "it is in the form");
    // Of two who keep a textbook, each is told what the other wrote.
    let book = format!("/enseignant/cahiers/{}", maths("4B"));
    let read = pages.sees(TEACHER, &book).await;
    assert!(read.contains("écrite par Mme Famille-co-teacher"), "{read}");
    // The school came here on that Tuesday: Monday is there to read, and in no figure, here as in the week.
    assert!(read.replace('\u{a0}', " ").contains("0 séance remplie sur 0"), "{read}");
    assert!(!pages.sees(CO_TEACHER, &book).await.contains("écrite par Mme Famille-co-teacher"));
    assert!(!pages.sees(CO_TEACHER, &lesson).await.contains("par Mme Famille-co-teacher"));
    let jeudi = pages.sees(TEACHER, &thursday).await;
    assert!(jeudi.contains("Jeudi") && !jeudi.contains("Le cahier a changé"), "nothing of Thursday was written");
    let (status, text) = pages.sends(TEACHER, &thursday, &thursday, "contenu=Jeudi").await;
    assert_eq!(status, 303, "{text}");
}

#[tokio::test]
async fn a_draft_outside_the_timetable_is_found_again_on_the_week() {
    let pages = Pages::open().await;
    let lesson = format!("/enseignant/cahiers/{}/hors-emploi-du-temps/{THURSDAY}T14:00", english());
    let at = format!("{lesson}?duree=55");
    let draft = format!("{lesson}/brouillon?duree=55");
    let (status, text) = pages.sends(OTHER_TEACHER, &at, &draft, "contenu=Sortie+au+théâtre").await;
    assert_eq!(status, 303, "{text}");
    let week = pages.sees(OTHER_TEACHER, "/enseignant").await;
    assert!(week.contains(&at) && week.contains("brouillon</span>"), "{week}");
    assert!(pages.sees(OTHER_TEACHER, &at).await.contains("Sortie au théâtre"));
}

#[tokio::test]
async fn a_note_that_is_saved_loses_nothing_of_the_lesson_being_typed() {
    let pages = Pages::open().await;
    let lesson = maths_of("4B", THURSDAY);
    let fields = "contenu=En+cours+d%27écriture&note=Penser+aux+copies";
    let (status, text) = pages.sends(SUBSTITUTE, &lesson, &format!("{lesson}/note"), fields).await;
    assert_eq!(status, 200, "{text}");
    assert!(text.contains("En cours d’écriture") || text.contains("En cours d&#39;écriture"), "{text}");
    assert!(text.contains("Penser aux copies"));
    let fields = "contenu=Fini&note=Penser+aux+copies+rouges";
    assert_eq!(pages.sends(SUBSTITUTE, &lesson, &lesson, fields).await.0, 303);
    assert!(pages.sees(SUBSTITUTE, &lesson).await.contains("Penser aux copies rouges"));
}

#[tokio::test]
async fn work_of_a_pupil_who_left_stays_theirs_when_the_lesson_is_corrected() {
    let pages = Pages::open().await;
    pages.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    let lesson = english_of_thursday();
    let fields = format!(
        "contenu=Past+simple&travail_1_texte=Fiche+de+soutien&travail_1_pour=2026-11-23&travail_1_eleve_{PUPIL}=oui"
    );
    assert_eq!(pages.sends(OTHER_TEACHER, &lesson, &lesson, &fields).await.0, 303);
    let leave = group::Command::ChangeMembers { joined: vec![], left: vec![PUPIL], on: date(2026, 11, 20) };
    let (app, stream) = (&pages.school.app, StreamId::new("group", class("4ANG1"), YEAR));
    let done = app.in_directory::<group::Group>(Actor::Import, here(), stream, Said::default(), leave).await;
    app.await_readers(done.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap()).await;
    let form = pages.sees(OTHER_TEACHER, &lesson).await;
    assert!(form.contains("n’est plus dans le groupe"), "{form}");
    let id = hidden(&form, "travail_1_id");
    let fields = format!(
        "contenu=Past+simple+(2)&travail_1_id={id}&travail_1_texte=Fiche+de+soutien&travail_1_pour=2026-11-23\
         &travail_1_eleve_{PUPIL}=oui&travail_1_type=other"
    );
    assert_eq!(pages.sends(OTHER_TEACHER, &lesson, &lesson, &fields).await.0, 303);
    assert!(!pages.sees(SIBLING, "/eleve/travail").await.contains("Fiche de soutien"));
}

#[tokio::test]
async fn a_note_to_oneself_is_read_by_nobody_else_and_gone_with_the_year() {
    let pages = Pages::open().await;
    let (lesson, note) = (maths_of("4B", MONDAY), format!("{}/note", maths_of("4B", MONDAY)));
    assert_eq!(pages.call(Some(TEACHER), "POST", &note, "note=Revoir+avec+Zoé").await.0, 200);
    assert!(pages.sees(TEACHER, &lesson).await.contains("Revoir avec Zoé"));
    for who in [CO_TEACHER, SUBSTITUTE] {
        assert!(!pages.sees(who, &lesson).await.contains("Revoir"));
    }
    assert_eq!(pages.call(Some(PUPIL), "POST", &note, "note=x").await.0, 404);
    // A note emptied is a note thrown away.
    assert_eq!(pages.call(Some(TEACHER), "POST", &note, "note=+").await.0, 200);
    assert!(!pages.sees(TEACHER, &lesson).await.contains("Revoir"));
    pages.call(Some(TEACHER), "POST", &note, "note=Revoir+avec+Zoé").await;
    let desk = &pages.school.app.desk;
    let sealed = "select sealed from desk.papers";
    let sealed: String = sqlx::query_scalar(sealed).fetch_one(&mut pages.school.world.owner().await).await.unwrap();
    assert!(!sealed.contains("Revoir"));
    let sealed = SealedCell::from_column(&sealed).unwrap();
    assert_eq!(pages.school.app.vault.open_one(&sealed).await.unwrap().as_deref(), Some("Revoir avec Zoé"));
    let place = Place { author: TEACHER, textbook: maths("4B"), entry: entry_of_monday_in_4b() };
    let (last_day, after) = (date(2027, 7, 3), date(2027, 7, 4));
    assert_eq!(desk.clear(last_day).await.unwrap(), 0);
    assert!(desk.find(place, last_day).await.unwrap().1.is_some());
    assert!(desk.find(place, after).await.unwrap().1.is_none(), "the year is over");
    assert_eq!(desk.clear(after).await.unwrap(), 1, "with the key of that teacher and year");
    assert!(desk.find(place, last_day).await.unwrap().1.is_none());
    // What a copy of the database still holds opens for nobody: not here, not in a process that starts anew.
    assert_eq!(pages.school.app.vault.open_one(&sealed).await.unwrap(), None);
    let again = pages.school.world.app().await;
    assert_eq!(again.vault.open_one(&sealed).await.unwrap(), None);
    again.close().await;
}

#[tokio::test]
async fn a_withdrawn_lesson_is_not_offered_to_copy_into() {
    let pages = Pages::open().await;
    pages.teaches_4a_too().await;
    let source = maths_of("4B", MONDAY);
    let offered = async || {
        let page = pages.sees(TEACHER, &source).await;
        let there = format!("/enseignant/cahiers/{}/", maths("4A"));
        let found = page.split("href=\"").find(|rest| rest.starts_with(&there) && rest.contains("?reprise="));
        found.unwrap_or_else(|| panic!("{page}")).split('?').next().unwrap().to_owned()
    };
    let target = offered().await;
    assert_eq!(pages.sends(TEACHER, &target, &target, "contenu=Une+erreur").await.0, 303);
    assert_ne!(offered().await, target, "it is written");
    assert_eq!(pages.sends(TEACHER, &target, &format!("{target}/retirer"), "motif=Erreur").await.0, 303);
    assert_ne!(offered().await, target, "withdrawn, it is not a free one");
}
