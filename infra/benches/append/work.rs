//! The commands all three stores are given, and ours.

use std::sync::Arc;

use domain::actor::{Actor, Capacity};
use domain::calendar::{YearBounds, national_pauses};
use domain::decider::{Context, Decider};
use domain::ids::{EntryId, GroupId, PersonId, SchoolId, SchoolYear, StreamId, TextbookId};
use domain::textbook::entry::{LessonRef, NewFraming};
use domain::textbook::{Command, Event, Facts, Textbook};
use infra::clock::{Clock as _, SystemClock};
use infra::journal::{Envelope, Journal};
use infra::keys::KeyDirectory;
use infra::postgres::{Role, connect};
use infra::vault::{Address, Sealer, Vault};
use jiff::civil::{Date, date, time};
use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::callers::{Failure, Store};
use crate::cluster::Cluster;

pub const BOOKS: usize = 10_000;
/// Who write the textbooks before the measure.
const CALLERS: usize = 64;
const YEAR: SchoolYear = SchoolYear(2026);
const DAY: Date = date(2026, 11, 16);
/// 200 bytes, as a teacher writes them.
const TEXT: &str = "Correction des exercices 12 et 13 page 40. Equations du premier degre a une inconnue : methode, \
    verification, redaction. Debut du probleme ouvert du jardin : schema et mise en equation, fin au propre.";

/// A textbook, and what is known of it when a command is decided.
pub struct Book {
    pub stream: StreamId,
    pub entry: EntryId,
    facts: Facts,
}

pub struct World {
    pub journal: Journal,
    pub vault: Vault,
    pub keys: KeyDirectory,
    pub books: Vec<Book>,
    pub teacher: Actor,
}

impl World {
    /// Ten thousand textbooks, each with so many lessons written, at most ten a day, through the journal.
    pub async fn open(cluster: &Cluster, lessons: usize) -> Result<Self, Failure> {
        assert_eq!(TEXT.len(), 200);
        let keys = KeyDirectory::open(cluster.data_dir.path())?;
        let vault = Vault::new(connect(&cluster.vault_url, Role::Login, 2).await?, &keys);
        let pool = connect(&cluster.url, Role::Writer, 8).await?;
        let commit = connect(&cluster.url, Role::Appender, 1).await?;
        let journal = Journal::open(pool, commit, vault.clone(), &keys, Arc::new(SystemClock))?;
        let school = SchoolId::of("0990001X");
        let books = (0..BOOKS).map(|number| book(school, number)).collect();
        let teacher = Actor::Person(PersonId(Uuid::from_u128(7)));
        let world = Arc::new(Self { journal, vault, keys, books, teacher });
        let opening = (0..CALLERS).map(|caller| tokio::spawn(open_some(world.clone(), caller, lessons)));
        for opened in opening.collect::<Vec<_>>() {
            opened.await??;
        }
        Arc::into_inner(world).ok_or_else(|| "the world is still in use".into())
    }

    pub fn context(&self, book: &Book) -> Context<Facts> {
        let (capacity, now) = (Capacity::Teacher, SystemClock.now());
        Context { actor: self.teacher, capacity, now, facts: book.facts.clone(), facts_position: 1 }
    }

    pub fn revise(book: &Book) -> Command {
        Command::ReviseEntry {
            entry: book.entry,
            content: Some(TEXT.into()),
            framing: NewFraming::default(),
            resources: vec![],
            homework: vec![],
        }
    }

    /// The stored text of an event, sealed as the journal seals it.
    pub fn sealed(
        &self,
        stream: StreamId,
        sequence: i64,
        event: &Event,
    ) -> Result<(String, Vec<infra::ledger::leaf::Part>), Failure> {
        use domain::event::DomainEvent as _;
        let sealer = std::rc::Rc::new(Sealer::new(&self.vault, Address { stream, sequence, event: event.name() }));
        let payload = domain::personal::sealing(sealer.clone(), || serde_json::to_string(event))?;
        let parts = sealer.finish().map_err(|_| "a key is missing")?;
        Ok((payload, parts))
    }
}

fn book(school: SchoolId, number: usize) -> Book {
    let group = GroupId::of(school, YEAR, &format!("G{number}"));
    let textbook = TextbookId::of(group, "061300");
    let facts = Facts {
        textbook,
        school,
        group,
        subject: "061300".into(),
        degree: domain::textbook::written::Degree::Second,
        zone: TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC),
        pauses: national_pauses(),
        bounds: YearBounds { year: YEAR, starts_on: date(2026, 9, 1), ends_on: date(2027, 7, 3) },
        closures: vec![],
        slots: vec![],
        not_held: std::collections::BTreeMap::new(),
        members: std::collections::BTreeSet::new(),
        source: None,
        moved: std::collections::BTreeMap::new(),
        received: domain::textbook::file::Received::default(),
    };
    let entry = EntryId::of(textbook, "08:00", DAY);
    Book { stream: StreamId::new(Textbook::TYPE, textbook, YEAR), entry, facts }
}

async fn open_some(world: Arc<World>, caller: usize, lessons: usize) -> Result<(), Failure> {
    for book in world.books.iter().skip(caller).step_by(CALLERS) {
        for number in 0..lessons as i64 {
            let (date, hour) = (DAY.checked_sub(jiff::Span::new().try_days(number / 10)?)?, 8 + (number % 10) as i8);
            let lesson = LessonRef::Exceptional { date, starts_at: time(hour, 0, 0, 0), minutes: 55 };
            let command = Command::PublishEntry {
                lesson,
                content: TEXT.into(),
                framing: NewFraming::default(),
                copied_from: None,
                resources: vec![],
                homework: vec![],
            };
            world.journal.execute::<Textbook>(Envelope::to(book.stream), command, world.context(book)).await?;
        }
    }
    Ok(())
}

/// The journal, by its whole path.
pub struct Ours(pub Arc<World>);

#[async_trait::async_trait]
impl Store for Ours {
    fn name(&self) -> &'static str {
        "palimpseste"
    }

    async fn ready(&self, _: usize) -> Result<(), Failure> {
        Ok(())
    }

    async fn revise(&self, book: usize) -> Result<(), Failure> {
        let book = &self.0.books[book];
        let envelope = Envelope { key: Some(Uuid::now_v7().to_string()), ..Envelope::to(book.stream) };
        self.0.journal.execute::<Textbook>(envelope, World::revise(book), self.0.context(book)).await?;
        Ok(())
    }
}
