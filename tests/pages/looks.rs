//! Nobody feels watched, and each knows who looked: a day, never an hour.

use domain::inspection::look::{Look, Seen};
use jiff::civil::{Date, date};
use sqlx::{Executor as _, Row as _};

use super::*;

const FRIDAY: Date = date(2026, 11, 20);

impl Pages {
    /// Friday morning: Thursday's lessons are over, and none is written.
    async fn on_friday() -> Self {
        let pages = Self::open().await;
        pages.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
        pages
    }

    async fn looks_at(&self, teacher: PersonId) -> Vec<Look> {
        self.school.app.looks_at_me(teacher, FRIDAY).await.unwrap()
    }

    /// Who, at what, as stored.
    async fn kept(&self, teacher: PersonId) -> Vec<(PersonId, &'static str, Seen)> {
        let mut kept: Vec<_> = self
            .looks_at(teacher)
            .await
            .into_iter()
            .map(|look| {
                assert_eq!((look.day, look.until), (FRIDAY, date(2027, 9, 3)));
                (look.looker, look.capacity.name(), look.seen)
            })
            .collect();
        kept.sort();
        kept
    }

    async fn rows(&self) -> i64 {
        let mut owner = self.school.world.owner().await;
        owner.fetch_one("select count(*) from looks.days").await.unwrap().get(0)
    }

    /// The part of `/enseignant/moi` that says who looked, with plain spaces.
    async fn who_looked(&self, teacher: PersonId) -> String {
        let page = self.sees(teacher, "/enseignant/moi").await;
        let part = page.split("id=\"lectures\"").nth(1).unwrap_or_else(|| panic!("{page}"));
        part.split("</section>").next().unwrap().replace(['\u{a0}', '\u{202f}'], " ")
    }
}

#[tokio::test]
async fn a_teacher_reads_who_of_the_direction_looked_at_what_and_on_what_day() {
    let pages = Pages::on_friday().await;
    assert!(pages.who_looked(OTHER_TEACHER).await.contains("Personne jusqu’ici"));
    let page = pages.sees(HEAD, "/direction").await;
    assert!(page.contains("voit, sur sa page, que vous avez lu ces chiffres"), "{page}");
    assert_eq!(pages.kept(OTHER_TEACHER).await, [(HEAD, "head", Seen::Filling)]);
    pages.sees(DEPUTY, &format!("/direction?enseignant={OTHER_TEACHER}")).await;
    let told = pages.who_looked(OTHER_TEACHER).await;
    for said in [
        "Mme Famille-head</strong>",
        "<span>chef d’établissement</span> <span>taux de remplissage</span>",
        "<span>adjoint du chef d’établissement</span> <span>séances non remplies</span>",
        "20 novembre 2026",
        "jusqu’à 2 mois après la fin de l’année scolaire",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    // The cells that were opened are those of one teacher; the figures are of all who teach.
    assert!(pages.kept(SUBSTITUTE).await.iter().all(|(_, _, seen)| *seen == Seen::Filling));
    assert!(!told.contains(" h 00") && !told.contains("11 h") && !told.contains("10:00"), "{told}");
}

#[tokio::test]
async fn the_figures_of_a_month_are_figures_too() {
    let pages = Pages::on_friday().await;
    let page = pages.sees(HEAD, "/direction/mois").await;
    assert!(page.contains("voit, sur sa page, que vous avez lu ces chiffres"), "{page}");
    assert_eq!(pages.kept(OTHER_TEACHER).await, [(HEAD, "head", Seen::Filling)]);
}

#[tokio::test]
async fn lessons_that_a_head_looks_at_are_of_those_who_teach_them() {
    let pages = Pages::on_friday().await;
    let asked = |who: &str| format!("/direction/seances?qui={who}&du={MONDAY}&au={FRIDAY}");
    pages.sees(HEAD, &asked(&format!("enseignant:{OTHER_TEACHER}"))).await;
    assert_eq!(pages.kept(OTHER_TEACHER).await, [(HEAD, "head", Seen::Lessons)]);
    assert_eq!(pages.kept(SUBSTITUTE).await, [], "no lesson of theirs was shown");
    assert!(pages.who_looked(OTHER_TEACHER).await.contains("<span>séances de l’emploi du temps</span>"));
    let page = pages.sees(DEPUTY, &asked(&format!("classe:{}", class("4B")))).await;
    assert!(page.contains("que vous avez lu ses séances"), "{page}");
    assert!(pages.kept(SUBSTITUTE).await.contains(&(DEPUTY, "deputy", Seen::Lessons)), "who stands in for the holder");
    // One lesson, from the page that moves it.
    pages.school.world.clock.set("2026-11-23T10:00:00Z".parse().unwrap());
    let before = pages.rows().await;
    let one = format!("/direction/seances/{}/{}/{THURSDAY}/deplacer", maths("4B"), slot("4B", MATHS, 4));
    pages.sees(HEAD, &one).await;
    assert!(pages.rows().await > before);
}

#[tokio::test]
async fn what_falls_on_a_class_and_the_room_of_files_are_looks_at_nobody() {
    let pages = Pages::on_friday().await;
    for path in ["/direction/charge", "/direction/charge/classes", "/direction/fichiers"] {
        let page = pages.sees(HEAD, path).await;
        assert!(!page.contains("Mme Famille-teacher") && !page.contains("Mme Famille-substitute"), "{path}: {page}");
    }
    assert_eq!(pages.rows().await, 0);
}

#[tokio::test]
async fn a_class_that_the_head_opens_is_of_those_who_teach_it() {
    let pages = Pages::on_friday().await;
    pages.sees(HEAD, &format!("/direction?classe={}", class("4A"))).await;
    let gaps = (HEAD, "head", Seen::Gaps);
    assert!(pages.kept(OTHER_TEACHER).await.contains(&gaps));
    assert!(!pages.kept(SUBSTITUTE).await.contains(&gaps), "of 4B");
    // A class of nobody here shows nothing, and is kept of nobody.
    let before = pages.rows().await;
    pages.sees(HEAD, &format!("/direction?classe={}", Uuid::from_u128(7))).await;
    assert_eq!(pages.rows().await, before);
}

#[tokio::test]
async fn in_01_each_who_holds_or_held_a_textbook_reads_that_an_inspector_read_it() {
    let pages = Pages::on_friday().await;
    let list = pages.sees(INSPECTOR, "/inspection").await;
    assert!(list.contains("voient, sur leur page, que vous avez lu"), "{list}");
    let book = pages.sees(INSPECTOR, &format!("/inspection/cahiers/{}", maths("4B"))).await;
    assert!(book.contains("que vous l’avez lu, et quel jour"), "{book}");
    for teacher in [TEACHER, CO_TEACHER, SUBSTITUTE, FORMER_TEACHER] {
        let inspector = |seen| (INSPECTOR, "inspector", seen);
        assert_eq!(pages.kept(teacher).await, [inspector(Seen::Filling), inspector(Seen::History)]);
    }
    assert_eq!(pages.kept(OTHER_TEACHER).await, [], "another textbook");
    let told = pages.who_looked(TEACHER).await;
    assert!(told.contains("<span>inspection</span> <span>cahier et ses versions</span>"), "{told}");
    // What the mandate does not open is not shown, and is no look.
    let before = pages.rows().await;
    pages.call(Some(INSPECTOR), "GET", &format!("/inspection/cahiers/{}", maths("4A")), "").await;
    pages.call(Some(IDLE_INSPECTOR), "GET", "/inspection", "").await;
    assert_eq!(pages.rows().await, before);
}

#[tokio::test]
async fn what_a_program_reads_for_a_head_or_an_inspector_is_a_look_too() {
    let pages = Pages::on_friday().await;
    let book = format!("/api/v1/textbooks/{}", maths("4B"));
    let fill = format!("/api/v1/schools/{}/fill", here());
    for (who, path) in [(HEAD, &book), (HEAD, &fill), (INSPECTOR, &format!("{book}/history"))] {
        assert_eq!(pages.school.read(who, path).await.status, 200, "{path}");
    }
    let expected =
        [(HEAD, "head", Seen::Filling), (HEAD, "head", Seen::Textbook), (INSPECTOR, "inspector", Seen::History)];
    assert_eq!(pages.kept(SUBSTITUTE).await, expected);
    // Told that what it holds stands, it has looked; on the same day that is the same row.
    let tag = pages.school.read(HEAD, &book).await.header("etag").to_owned();
    let before = pages.rows().await;
    let same = pages.school.call(HEAD, "GET", &book, &[("if-none-match", &tag)], None).await;
    assert_eq!((same.status, pages.rows().await), (304, before));
}

#[tokio::test]
async fn those_who_read_what_pupils_read_and_those_who_keep_the_textbook_leave_no_row() {
    let pages = Pages::on_friday().await;
    let book = format!("/api/v1/textbooks/{}", maths("4B"));
    for who in [PUPIL, PARENT, AESH, FORM_TUTOR, SCHOOL_LIFE, TEACHER, CO_TEACHER, FORMER_TEACHER] {
        assert_eq!(pages.school.read(who, &book).await.status, 200, "{who}");
    }
    for (who, path) in [
        (PUPIL, format!("/eleve/cahiers/{}", maths("4B"))),
        (FORM_TUTOR, format!("/enseignant/classes/{}", class("4B"))),
        (SCHOOL_LIFE, format!("/vie-scolaire/classes/{}", class("4B"))),
        (CO_TEACHER, format!("/enseignant/cahiers/{}", maths("4B"))),
        (TEACHER, "/enseignant/moi".to_owned()),
    ] {
        pages.sees(who, &path).await;
    }
    assert_eq!(pages.rows().await, 0);
}

#[tokio::test]
async fn the_days_of_one_reader_stand_together_and_the_second_look_of_a_day_writes_nothing() {
    let pages = Pages::on_friday().await;
    pages.sees(HEAD, "/direction").await;
    let once = pages.rows().await;
    pages.sees(HEAD, "/direction").await;
    assert_eq!(pages.rows().await, once);
    pages.school.world.clock.set("2026-11-23T10:00:00Z".parse().unwrap());
    pages.sees(HEAD, "/direction").await;
    let told = pages.who_looked(OTHER_TEACHER).await;
    assert!(told.contains("2 jours, le dernier le <time datetime=\"2026-11-23\">"), "{told}");
    let days = told.split("</summary>").nth(1).unwrap_or_else(|| panic!("{told}"));
    assert!(days.contains("23 novembre 2026") && days.contains("20 novembre 2026"), "{days}");
}

#[tokio::test]
async fn looks_go_two_months_after_the_school_year() {
    let pages = Pages::on_friday().await;
    pages.sees(HEAD, "/direction").await;
    let (looks, last_day) = (&pages.school.app.looks, date(2027, 9, 3));
    assert_eq!(looks.clear(last_day).await.unwrap(), 0, "kept to the end of that day");
    assert_eq!(looks.of_teacher(OTHER_TEACHER, last_day).await.unwrap().len(), 1);
    // Whatever the sweep has done, the page shows nothing after that day.
    assert_eq!(looks.of_teacher(OTHER_TEACHER, date(2027, 9, 4)).await.unwrap(), []);
    assert!(looks.clear(date(2027, 9, 4)).await.unwrap() > 0);
    assert_eq!(pages.rows().await, 0);
}

#[tokio::test]
async fn the_readers_of_the_database_know_nothing_of_looks_and_no_row_is_changed() {
    let pages = Pages::on_friday().await;
    pages.sees(HEAD, "/direction").await;
    let read = pages.school.app.reader.fetch_all("select * from looks.days").await;
    assert!(read.is_err(), "the role that reads for pages");
    let changed = pages.school.world.writer.execute("update looks.days set looker = teacher").await;
    assert!(changed.is_err(), "what was noted is not noted otherwise");
    let columns = "select data_type from information_schema.columns where table_schema = 'looks'";
    let types: Vec<String> =
        pages.school.world.owner().await.fetch_all(columns).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert!(
        types.len() == 6 && types.iter().all(|kind| ["uuid", "text", "date"].contains(&kind.as_str())),
        "{types:?}"
    );
}

#[tokio::test]
async fn the_page_on_personal_data_names_this_treatment() {
    let pages = Pages::open().await;
    let (status, text) = pages.call(None, "GET", "/donnees-personnelles", "").await;
    assert_eq!(status, 200);
    assert!(text.contains("jamais l’heure. Cet enseignant est seul à le voir"), "{text}");
    assert!(text.replace('\u{a0}', " ").contains("jusqu’à 2 mois après la fin de l’année scolaire"), "{text}");
    assert!(!text.contains("ne sont pas encore enregistrées"), "{text}");
}
