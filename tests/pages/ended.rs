//! A right that ends while what rests on it is on its way to the journal: the end comes first, and what was typed is not lost.

use api::app::Said;
use api::problem::Problem;
use domain::calendar::{Slot, Weeks};
use domain::decider::{Context, Decider};
use domain::directory::{establishment, person, service};
use domain::ids::{MandateId, ServiceId, SlotId, StreamId};
use domain::inspection::mandate;
use domain::textbook::entry::LessonRef;
use infra::journal::{Envelope, Receipt};
use jiff::civil::{date, time};
use serde::Serialize;
use sqlx::{Connection as _, Executor as _, PgConnection};

use super::*;

/// The head of the journal, held: what is written meanwhile waits, and is written in the order in which it came.
struct Line {
    holding: PgConnection,
    watching: PgConnection,
}

impl Line {
    async fn before(school: &School) -> Self {
        let (mut holding, watching) = (school.world.owner().await, school.world.owner().await);
        holding.execute("begin").await.unwrap();
        holding.execute("select from journal.heads for update").await.unwrap();
        Self { holding, watching }
    }

    /// Until so many wait for it.
    async fn holds(&mut self, waiting: i64) {
        let many =
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
        let reached = async {
            while sqlx::query_scalar::<_, i64>(many).fetch_one(&mut self.watching).await.unwrap() < waiting {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), reached).await.expect("nobody came to the line");
    }

    async fn moves(mut self) {
        self.holding.execute("commit").await.unwrap();
        self.holding.close().await.unwrap();
        self.watching.close().await.unwrap();
    }
}

/// Written by another process, of which this one learns when it reads the journal.
pub async fn elsewhere_written<D: Decider>(world: &tests::World, stream: StreamId, command: D::Command) -> Receipt
where
    D::Command: Serialize,
    D::Facts: Default,
{
    let (actor, capacity, now) = (domain::actor::Actor::Import, domain::actor::Capacity::Machine, world.journal.now());
    let context = Context { actor, capacity, now, facts: D::Facts::default(), facts_position: 0 };
    let process = world.another_process().await;
    process.execute::<D>(Envelope::to(stream), command, context).await.unwrap()
}

fn service_of_4b() -> StreamId {
    StreamId::new(service::Service::TYPE, ServiceId::of(class("4B"), MATHS), YEAR)
}

/// The substitute's last day was Monday.
fn release() -> service::Command {
    service::Command::Release { teacher: SUBSTITUTE, on: MONDAY }
}

fn thursday_in_4b() -> LessonRef {
    LessonRef::Slot { slot: slot("4B", MATHS, 4), date: THURSDAY }
}

impl Pages {
    /// While `first` waits to be written, `then` is decided: nothing of `first` is known yet. Both are written after that.
    pub async fn one_after_the_other<T>(
        &self,
        first: impl Future<Output = Receipt>,
        then: impl Future<Output = T>,
    ) -> (Receipt, T) {
        let mut line = Line::before(&self.school).await;
        let mut first = std::pin::pin!(first);
        tokio::select! {
            _ = &mut first => panic!("it did not wait"),
            () = line.holds(1) => {}
        }
        let moved = async {
            line.holds(2).await;
            line.moves().await;
        };
        let (first, then, ()) = tokio::join!(first, then, moved);
        (first, then)
    }

    async fn writes_in_4b(&self, who: PersonId, lesson: LessonRef) -> Result<Receipt, Problem> {
        self.school.app.in_textbook(who, maths("4B"), Said::default(), publish(lesson, "Équations")).await
    }
}

#[tokio::test]
async fn a_substitute_released_in_that_moment_writes_no_more() {
    let pages = Pages::open().await;
    let released = Box::pin(elsewhere_written::<service::Service>(&pages.school.world, service_of_4b(), release()));
    let (receipt, written) =
        pages.one_after_the_other(released, Box::pin(pages.writes_in_4b(SUBSTITUTE, thursday_in_4b()))).await;
    let refused = written.unwrap_err();
    assert_eq!((refused.status, refused.code.as_str()), (403, "not-your-textbook"));
    assert_eq!(pages.school.head().await, receipt.last_position.unwrap(), "nothing was written after it");
}

#[tokio::test]
async fn a_teacher_whose_account_is_closed_in_that_moment_writes_no_more() {
    let pages = Pages::open().await;
    let stream = StreamId::new(person::Person::TYPE, TEACHER, domain::ids::SchoolYear::NONE);
    let close = person::Command::Deactivate { on: date(2026, 11, 17) };
    let closed = Box::pin(elsewhere_written::<person::Person>(&pages.school.world, stream, close));
    let (_, written) = pages.one_after_the_other(closed, Box::pin(pages.writes_in_4b(TEACHER, thursday_in_4b()))).await;
    assert_eq!(written.unwrap_err().code, "not-your-textbook");
}

#[tokio::test]
async fn an_hour_added_to_the_timetable_in_that_moment_is_read_and_the_lesson_is_written() {
    let pages = Pages::open().await;
    let service = ServiceId::of(class("4B"), MATHS);
    let added = |weekday, starts_at| Slot {
        slot: SlotId::of(service, weekday, starts_at, "all"),
        weekday,
        starts_at,
        minutes: 55,
        weeks: Weeks::new(RENTREE, u64::MAX),
        room: None,
    };
    let slots = vec![added(1, time(8, 0, 0, 0)), added(4, time(10, 0, 0, 0)), added(5, time(9, 0, 0, 0))];
    let more = service::Command::Schedule { slots, on: date(2026, 11, 17) };
    let scheduled = Box::pin(elsewhere_written::<service::Service>(&pages.school.world, service_of_4b(), more));
    let friday = LessonRef::Slot { slot: SlotId::of(service, 5, time(9, 0, 0, 0), "all"), date: date(2026, 11, 20) };
    let (receipt, written) =
        pages.one_after_the_other(scheduled, Box::pin(pages.writes_in_4b(TEACHER, thursday_in_4b()))).await;
    let (added_at, written) = (receipt.last_position.unwrap(), written.unwrap().last_position.unwrap());
    let rests_on = "select facts_position from journal.events where position = $1";
    let rests_on: i64 = sqlx::query_scalar(rests_on).bind(written).fetch_one(&pages.school.world.reader).await.unwrap();
    assert!(added_at <= rests_on && rests_on < written, "decided again on what was written meanwhile");
    assert!(pages.writes_in_4b(TEACHER, friday).await.is_ok(), "the new hour is known");
}

#[tokio::test]
async fn an_import_of_another_school_in_that_moment_takes_nothing_from_anybody() {
    let pages = Pages::open().await;
    let stream = StreamId::new(establishment::School::TYPE, elsewhere(), domain::ids::SchoolYear::NONE);
    let named = establishment::Command::NameSubjects { subjects: [("030001".to_owned(), "LETTRES".to_owned())].into() };
    let imported = Box::pin(elsewhere_written::<establishment::School>(&pages.school.world, stream, named));
    let (_, written) =
        pages.one_after_the_other(imported, Box::pin(pages.writes_in_4b(TEACHER, thursday_in_4b()))).await;
    assert!(written.is_ok(), "{:?}", written.err());
}

#[tokio::test]
async fn a_head_whose_office_ends_in_that_moment_opens_no_mandate() {
    let pages = Pages::open().await;
    let stream = StreamId::new(person::Person::TYPE, HEAD, domain::ids::SchoolYear::NONE);
    let end = person::Command::EndRole { school: here(), role: person::Role::Head, on: date(2026, 11, 17) };
    let ended = Box::pin(elsewhere_written::<person::Person>(&pages.school.world, stream, end));
    let open = mandate::Command::OpenMandate {
        inspector: INSPECTOR,
        textbooks: [maths("4A")].into(),
        from: date(2026, 11, 17),
        until: date(2026, 11, 27),
    };
    let opened = pages.school.app.in_mandate(HEAD, here(), MandateId(Uuid::from_u128(7)), Said::default(), open);
    let (_, opened) = pages.one_after_the_other(ended, opened).await;
    assert_eq!(opened.unwrap_err().code, "not-the-head");
}

#[tokio::test]
async fn the_form_of_a_substitute_released_in_that_moment_says_why_and_keeps_what_was_typed() {
    let pages = Pages::open().await;
    let path = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    let (_, form) = pages.call(Some(SUBSTITUTE), "GET", &path, "").await;
    let hidden = |name: &str| {
        let field = form.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        field.split('"').next().unwrap().to_owned()
    };
    let typed =
        format!("version={}&cle={}&contenu=Th%C3%A9or%C3%A8me+de+Thal%C3%A8s", hidden("version"), hidden("cle"));
    let released = Box::pin(elsewhere_written::<service::Service>(&pages.school.world, service_of_4b(), release()));
    let sent = pages.call(Some(SUBSTITUTE), "POST", &path, &typed);
    let (_, (status, page)) = pages.one_after_the_other(released, sent).await;
    assert_eq!(status, 403, "{page}");
    assert!(page.contains("Vous ne tenez pas ce cahier aujourd’hui"), "{page}");
    assert!(page.contains("Théorème de Thalès"), "{page}");
}

#[tokio::test]
async fn the_form_of_a_service_that_is_over_is_not_offered_and_its_page_says_since_when() {
    let pages = Pages::open().await;
    let textbook = format!("/enseignant/cahiers/{}", maths("4B"));
    let lesson = format!("{textbook}/seances/{}/{THURSDAY}", slot("4B", MATHS, 4));
    let outside = format!("{textbook}/hors-emploi-du-temps");
    let draft = "contenu=Pourcentages&travail_1_texte=Exercice+7&note=Penser+aux+compas";
    assert_eq!(pages.sends(SUBSTITUTE, &lesson, &format!("{lesson}/brouillon"), draft).await.0, 303);
    // The last day of the substitute is that Friday, included.
    pages.school.world.clock.set("2026-11-20T22:00:00Z".parse().unwrap());
    assert!(pages.sees(SUBSTITUTE, &lesson).await.contains("name=\"contenu\""));
    let to_complete = "id=\"a-completer\"";
    assert!(pages.sees(SUBSTITUTE, "/enseignant").await.contains(to_complete));
    pages.school.world.clock.set("2026-11-20T23:00:00Z".parse().unwrap());
    for (who, last) in [(SUBSTITUTE, "20 novembre 2026"), (FORMER_TEACHER, "31 octobre 2026")] {
        for path in [&lesson, &format!("{outside}/{THURSDAY}T14:00?duree=55")] {
            let page = pages.sees(who, path).await.replace(['\u{a0}', '\u{202f}'], " ");
            assert!(page.contains("Votre service dans ce cours a pris fin le"), "{path}: {page}");
            assert!(page.contains(last) && page.contains(&format!("href=\"{textbook}\"")), "{path}: {page}");
            assert!(!page.contains("name=\"contenu\""), "{path}: {page}");
            // What somebody kept for themselves is theirs to read, and nobody else's.
            for own in ["Pourcentages", "Exercice 7", "Penser aux compas"] {
                assert_eq!(page.contains(own), who == SUBSTITUTE && path == &lesson, "{own}: {page}");
            }
            assert_eq!(page.contains("Jeter le brouillon"), who == SUBSTITUTE && path == &lesson, "{page}");
        }
        assert!(!pages.sees(who, "/enseignant").await.contains(to_complete), "nothing that they can no longer write");
        assert!(pages.sees(who, &textbook).await.contains("Ce cahier n’est plus à votre nom"));
        assert_eq!(pages.call(Some(who), "GET", &outside, "").await.0, 303, "nor a lesson outside the timetable");
    }
    assert_eq!(pages.call(Some(SUBSTITUTE), "POST", &format!("{lesson}/brouillon/jeter"), "").await.0, 303);
    let page = pages.sees(SUBSTITUTE, &lesson).await;
    assert!(!page.contains("Pourcentages") && !page.contains("Jeter") && page.contains("Penser aux compas"), "{page}");
    assert!(pages.sees(TEACHER, &lesson).await.contains("name=\"contenu\""));
    assert_eq!(pages.call(Some(OTHER_TEACHER), "GET", &lesson, "").await.0, 404);
}
