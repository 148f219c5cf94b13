//! What applying would do: commands by stream, in the order in which they make sense, and the numbers to note first.

use domain::decider::Decider;
use domain::directory::{establishment, group, person, service};
use domain::ids::{GroupId, PersonId, SchoolId, SchoolYear, ServiceId, StreamId};
use infra::vault::IdentityNumber;

use super::report::Report;

/// The commands of one stream.
pub struct Work<C> {
    pub stream: StreamId,
    pub school: Option<SchoolId>,
    pub commands: Vec<C>,
}

/// The difference between the files and the register.
#[derive(Default)]
pub struct Changes {
    pub(super) links: Vec<(IdentityNumber, PersonId)>,
    pub(super) schools: Vec<Work<establishment::Command>>,
    pub(super) persons: Vec<Work<person::Command>>,
    pub(super) groups: Vec<Work<group::Command>>,
    pub(super) services: Vec<Work<service::Command>>,
    pub(super) facts_position: i64,
    pub(super) force: bool,
    pub report: Report,
}

impl Changes {
    /// Whether the register already is as the files say.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How many streams would be written.
    pub fn count(&self) -> u64 {
        (self.schools.len() + self.persons.len() + self.groups.len() + self.services.len()) as u64
    }

    pub(super) fn school(&mut self, school: SchoolId, commands: Vec<establishment::Command>) {
        use establishment::Command;
        for command in &commands {
            self.report.change(match command {
                Command::Register { .. } => "schools described",
                Command::OpenYear { .. } => "school years opened",
                Command::NameSubjects { .. } => "schools whose subjects are named",
                Command::SetClosures { .. } | Command::AdoptPause { .. } | Command::AdoptFileLimits { .. } => {
                    "schools otherwise changed"
                }
            });
        }
        let stream = StreamId::new(establishment::School::TYPE, school, SchoolYear::NONE);
        push(&mut self.schools, stream, Some(school), commands);
    }

    /// One command carries all that changes for a person: it is one fact of the feed.
    pub(super) fn person(&mut self, person: PersonId, commands: Vec<person::Command>) {
        use person::Command;
        for command in &commands {
            self.report.change(match command {
                Command::Register { .. } => "persons registered",
                Command::CorrectNames { .. } => "names corrected",
                Command::SetContacts { .. } => "contacts changed",
                Command::TakeRole { .. } => "roles taken",
                Command::EndRole { .. } => "roles ended",
                Command::StateBirthDate { .. } => "days of birth stated",
                Command::SetGuardians { .. } => "pupils whose relatives are set",
                Command::Deactivate { .. } => "persons deactivated",
                Command::Reactivate { .. } => "persons reactivated",
                Command::Several { .. } => "persons changed",
            });
        }
        let commands = if commands.is_empty() { vec![] } else { vec![Command::Several { commands }] };
        push(&mut self.persons, StreamId::new(person::Person::TYPE, person, SchoolYear::NONE), None, commands);
    }

    pub(super) fn group(&mut self, group: GroupId, school: SchoolId, year: SchoolYear, commands: Vec<group::Command>) {
        use group::Command;
        for command in &commands {
            match command {
                Command::Open { .. } => self.report.change("groups described"),
                Command::NameFormTutors { .. } | Command::AddFormTutor { .. } | Command::RemoveFormTutor { .. } => {
                    self.report.change("groups whose form tutors are named");
                }
                Command::ChangeMembers { joined, left, .. } => {
                    joined.iter().for_each(|_| self.report.change("members joined"));
                    left.iter().for_each(|_| self.report.change("members left"));
                }
            }
        }
        push(&mut self.groups, StreamId::new(group::Group::TYPE, group, year), Some(school), commands);
    }

    pub(super) fn service(
        &mut self,
        service: ServiceId,
        school: SchoolId,
        year: SchoolYear,
        commands: Vec<service::Command>,
    ) {
        use service::Command;
        for command in &commands {
            self.report.change(match command {
                Command::Open { .. } => "services opened",
                Command::Assign { .. } => "teachers assigned",
                Command::Release { .. } => "teachers released",
                Command::Schedule { .. } => "timetables set",
                Command::Cancel { .. } => "lessons cancelled",
                Command::Reinstate { .. } => "lessons reinstated",
                Command::Move { .. } => "lessons moved",
                Command::Replace { .. } => "lessons taken by a colleague",
            });
        }
        push(&mut self.services, StreamId::new(service::Service::TYPE, service, year), Some(school), commands);
    }
}

fn push<C>(works: &mut Vec<Work<C>>, stream: StreamId, school: Option<SchoolId>, commands: Vec<C>) {
    if !commands.is_empty() {
        works.push(Work { stream, school, commands });
    }
}
