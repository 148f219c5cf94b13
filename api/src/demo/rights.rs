//! Who is around some pupils: what no file says, and the head records.

use domain::directory::entourage::Command;
use domain::directory::person::Role;
use domain::ids::{PersonId, SchoolId};
use infra::generator::{Kin, Member, School};
use jiff::civil::Date;

use super::setting_up::{done, named, said};
use crate::app::App;
use crate::cli::Failure;

/// The AESH of two pupils, a parent's right of supervision, and a court decision that ends another's on the first day lived.
pub(super) async fn record(app: &App, generated: &School, school: SchoolId, head: PersonId) -> Result<(), Failure> {
    let (cast, rentree) = (&generated.cast, generated.calendar.starts_on);
    let today = app.register.read().schools.get(&school).map_or(rentree, |book| book.local(app.now()).date());
    if let Some(companion) = known(app, &cast.companion, Role::Aesh) {
        for pupil in cast.accompanied.iter().filter_map(|pupil| known(app, pupil, Role::Pupil)) {
            let name = Command::NameCompanion { companion, from: rentree };
            tell(app, school, head, pupil, "companion", name).await?;
        }
    }
    for (kin, decided) in [(&cast.supervised, None), (&cast.barred, Some(today))] {
        watch_over(app, school, head, kin, (rentree, decided)).await?;
    }
    Ok(())
}

/// A parent watches over the schooling from a day, until a judge decides otherwise.
async fn watch_over(
    app: &App,
    school: SchoolId,
    head: PersonId,
    kin: &Kin,
    (from, decided): (Date, Option<Date>),
) -> Result<(), Failure> {
    let pupil = known(app, &kin.child, Role::Pupil);
    let Some((pupil, relative)) = pupil.zip(known(app, &kin.relative, Role::Relative)) else { return Ok(()) };
    tell(app, school, head, pupil, "supervision", Command::RecordSupervision { relative, from }).await?;
    if let Some(from) = decided {
        tell(app, school, head, pupil, "court", Command::EnterCourtDecision { relative, from }).await?;
    }
    Ok(())
}

async fn tell(
    app: &App,
    school: SchoolId,
    head: PersonId,
    pupil: PersonId,
    what: &str,
    command: Command,
) -> Result<(), Failure> {
    let key = said(&format!("{what}/{pupil}"));
    done(app.in_entourage(head, school, pupil, key, command).await).map(drop)
}

/// Someone of the cast; nobody plays their part in a school too small for it.
fn known(app: &App, member: &Member, role: Role) -> Option<PersonId> {
    named(app, &member.given, &member.surname, role)
}
