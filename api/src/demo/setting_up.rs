//! How the fictitious school comes to be: its files are imported like anybody's, then its head decides what no file says.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::actor::{Actor, Capacity};
use domain::calendar::{Closure, days_after};
use domain::decider::Decider as _;
use domain::directory::establishment::{self, School as SchoolAggregate};
use domain::directory::person::{self, Names, Person, Role};
use domain::directory::service::{self, Assignment, Service};
use domain::ids::{GroupId, MandateId, PersonId, SchoolId, SchoolYear, StreamId, TextbookId};
use domain::inspection::mandate;
use infra::generator::{self, Cast, Outsider, Replacement, School};
use infra::vault::IdentityNumber;
use jiff::civil::Date;
use uuid::Uuid;

use super::{Progress, rights, sts_number};
use crate::app::{App, Said, lasting};
use crate::cli::Failure;
use crate::facts::Books;
use crate::feed;
use crate::problem::Problem;

/// How long the inspector still reads once the demonstration is open.
const MANDATE_DAYS: i64 = 32;

/// Under the data directory: where the files of a fictitious school are while they are imported.
fn drawn_files(data_dir: &Path) -> PathBuf {
    data_dir.join("feed-drawn")
}

/// Leaves none of them behind, not even those of a start that was killed in the middle: they hold names in clear.
pub(super) fn sweep(data_dir: &Path) -> Result<(), std::io::Error> {
    match std::fs::remove_dir_all(drawn_files(data_dir)) {
        Err(problem) if problem.kind() != std::io::ErrorKind::NotFound => Err(problem),
        _ => Ok(()),
    }
}

/// Writes the school's AAF and STS files, imports them, and leaves none behind.
pub(super) async fn import(
    (app, data_dir): (&App, &Path),
    generated: &School,
    progress: &dyn Progress,
) -> Result<(), Failure> {
    import_with((app, data_dir), generated, &feed::Options::default(), progress).await
}

/// The primary school: no STS says its year, which is that of the collège; and its holidays, which are the same.
pub(super) async fn primary(
    (app, data_dir): (&App, &Path),
    village: &School,
    college: SchoolId,
    progress: &dyn Progress,
) -> Result<(), Failure> {
    let year = SchoolYear(village.calendar.starts_on.year());
    let bounds = app.register.read().schools.get(&college).and_then(|book| book.years.get(&year)).cloned();
    import_with((app, data_dir), village, &feed::Options { year: bounds, ..feed::Options::default() }, progress)
        .await?;
    let school = SchoolId::of(&village.uai);
    let stream = lasting(SchoolAggregate::TYPE, school);
    let closures = establishment::Command::SetClosures { year, closures: closures(village) };
    let key = said(&format!("closures/{}", village.uai));
    done(app.in_directory::<SchoolAggregate>(Actor::Operator, school, stream, key, closures).await)?;
    referent(app, village, school).await?;
    app.await_readers(app.head().await?).await;
    Ok(())
}

async fn import_with(
    (app, data_dir): (&App, &Path),
    generated: &School,
    options: &feed::Options,
    progress: &dyn Progress,
) -> Result<(), Failure> {
    let outcome = import_from(app, generated, &drawn_files(data_dir), options, progress).await;
    sweep(data_dir)?;
    outcome
}

async fn import_from(
    app: &App,
    generated: &School,
    folder: &Path,
    options: &feed::Options,
    progress: &dyn Progress,
) -> Result<(), Failure> {
    let paths = generator::write_files(generated, folder)?;
    progress.step("import", 0);
    let report = feed::import(app, &paths, options, |done, size| progress.of(done, size)).await?;
    tracing::info!(changes = report.changes_count(), "the school is imported");
    Ok(())
}

/// What the files do not say: holidays, who replaces whom, the inspector and his mandate, the rights recorded around some pupils.
pub(super) async fn by_the_office(
    app: &App,
    generated: &School,
    school: SchoolId,
    opens_on: Date,
) -> Result<(), Failure> {
    let year = SchoolYear(generated.calendar.starts_on.year());
    let stream = lasting(SchoolAggregate::TYPE, school);
    let closures = establishment::Command::SetClosures { year, closures: closures(generated) };
    done(app.in_directory::<SchoolAggregate>(Actor::Operator, school, stream, said("closures"), closures).await)?;
    let inspector = inspector(app, generated, school).await?;
    referent(app, generated, school).await?;
    let head = principal(app, generated)?;
    for replacement in &generated.replacements {
        replace(app, generated, school, year, head, replacement).await?;
    }
    open_mandate(app, (school, year), (head, inspector), opens_on).await?;
    rights::record(app, generated, school, head).await?;
    app.await_readers(app.head().await?).await;
    Ok(())
}

fn closures(generated: &School) -> Vec<Closure> {
    let holidays = generated.calendar.holidays.iter().map(|holiday| Closure {
        from: holiday.starts_on,
        until: days_after(holiday.resumes_on, -1).unwrap_or(holiday.starts_on),
        label: holiday.name.clone(),
    });
    let days =
        generated.calendar.days_off.iter().map(|off| Closure { from: off.on, until: off.on, label: off.name.clone() });
    holidays.chain(days).collect()
}

/// A command of the setting up, recognised when a killed start is begun again.
pub(super) fn said(what: &str) -> Said {
    Said { key: Some(format!("demo/{what}")), expected: None }
}

pub(super) fn done<T>(outcome: Result<T, Problem>) -> Result<T, Failure> {
    outcome.map_err(|problem| Failure { message: format!("{}: {}", problem.code, problem.detail), code: 1 })
}

async fn inspector(app: &App, generated: &School, school: SchoolId) -> Result<PersonId, Failure> {
    outsider(app, generated, school, (&generated.cast.inspector, Role::Inspector)).await
}

/// Who sets up the school, and the other one too.
async fn referent(app: &App, generated: &School, school: SchoolId) -> Result<PersonId, Failure> {
    outsider(app, generated, school, (&generated.cast.referent, Role::Referent)).await
}

/// Somebody who is in no file of the school has a role there from the first day of the year.
async fn outsider(
    app: &App,
    generated: &School,
    school: SchoolId,
    (cast, role): (&Outsider, Role),
) -> Result<PersonId, Failure> {
    let number = IdentityNumber { source: "demo".into(), category: role.name().into(), number: "1".into() };
    let person = *app.vault.identify(&[number]).await?.first().ok_or_else(|| Failure::unavailable("no identity"))?;
    let names = Names { family: cast.surname.into(), given: cast.given.into(), title: Some(cast.title.into()) };
    let from = generated.calendar.starts_on;
    let takes = person::Command::TakeRole { school, role, from, until: None };
    // Of the second school they are known already: to be registered again changes nothing.
    let commands = vec![person::Command::Register { person, names, origin: None }, takes];
    let (stream, command) = (lasting(Person::TYPE, person), person::Command::Several { commands });
    let key = said(&format!("{}/{school}", role.name()));
    let receipt = done(app.in_directory::<Person>(Actor::Operator, school, stream, key, command).await)?;
    app.await_readers(receipt.last_position.unwrap_or_default()).await;
    Ok(person)
}

pub(super) async fn staff(app: &App, id: Option<&String>) -> Result<Option<PersonId>, Failure> {
    let Some(id) = id else { return Ok(None) };
    Ok(app.vault.known(&[sts_number(id)]).await?.pop().flatten())
}

fn principal(app: &App, generated: &School) -> Result<PersonId, Failure> {
    let found = named(app, &generated.cast.principal.given, &generated.cast.principal.surname, Role::Head);
    found.ok_or_else(|| Failure::unavailable("the school has no principal"))
}

/// Someone of the cast, found in the register by name and role: whatever number the feed knows them by.
pub(super) fn named(app: &App, given: &str, family: &str, role: Role) -> Option<PersonId> {
    let books = app.register.read();
    let same = |names: &Names| names.family.to_lowercase() == family.to_lowercase() && names.given == given;
    let found = books
        .persons
        .iter()
        .find(|(_, book)| book.names.as_ref().is_some_and(same) && book.roles.iter().any(|held| held.role == role));
    found.map(|(person, _)| *person)
}

/// The head names a substitute, for the dates of the absence, in each service of the absent teacher.
async fn replace(
    app: &App,
    generated: &School,
    school: SchoolId,
    year: SchoolYear,
    head: PersonId,
    replacement: &Replacement,
) -> Result<(), Failure> {
    let id = |index: usize| generated.staff.get(index).and_then(|staff| staff.sts_id.as_ref());
    let Some(present) = staff(app, id(replacement.present)).await? else { return Ok(()) };
    let Replacement { absent, from, until, .. } = *replacement;
    let services = generated.services.iter().filter(|service| service.teachers.first() == Some(&absent));
    for taught in services {
        let group = GroupId::of(school, year, &taught.group);
        let service = domain::ids::ServiceId::of(group, taught.subject);
        let stream = StreamId::new(Service::TYPE, service, year);
        let assignment = Assignment { teacher: present, capacity: Capacity::Substitute, from, until: Some(until) };
        // Begun again after a kill: a release that changed nothing left no trace of its key, and would now undo the assignment.
        let textbook = TextbookId::of(group, taught.subject);
        let assigned =
            |books: &Books| books.services.get(&textbook).is_some_and(|book| book.assignments.contains(&assignment));
        if assigned(&app.register.read()) {
            continue;
        }
        // A file may already list them for the whole year, without dates: the head says which.
        if let Some(eve) = days_after(generated.calendar.starts_on, -1) {
            let release = service::Command::Release { teacher: present, on: eve };
            let what = said(&format!("release/{service}/{present}"));
            done(app.in_directory::<Service>(Actor::Person(head), school, stream, what, release).await)?;
        }
        let what = said(&format!("substitute/{service}/{present}"));
        let assign = service::Command::Assign { assignment };
        done(app.in_directory::<Service>(Actor::Person(head), school, stream, what, assign).await)?;
    }
    Ok(())
}

/// The head opens the mathematics textbooks of three classes to the inspector, from before the first lesson that is lived: however many
/// weeks that is, he still reads when the demonstration opens, and a month longer.
async fn open_mandate(
    app: &App,
    (school, year): (SchoolId, SchoolYear),
    (head, inspector): (PersonId, PersonId),
    opens_on: Date,
) -> Result<(), Failure> {
    let mathematics = |code: &str| TextbookId::of(GroupId::of(school, year, code), "061300");
    let wanted: BTreeSet<TextbookId> = [Cast::CLASS, "4A", "3B"].map(mathematics).into();
    let known = wanted.into_iter().filter(|textbook| app.register.read().services.contains_key(textbook)).collect();
    let today = app.register.read().schools.get(&school).map(|book| book.local(app.now()).date()).unwrap_or_default();
    let mandate = MandateId(Uuid::new_v5(&school.0, b"demo/mandate"));
    let until = days_after(opens_on.max(today), MANDATE_DAYS).unwrap_or(opens_on);
    let command = mandate::Command::OpenMandate { inspector, textbooks: known, from: today, until };
    done(app.in_mandate(head, school, mandate, said("mandate"), command).await)?;
    Ok(())
}
