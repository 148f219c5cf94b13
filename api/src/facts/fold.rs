//! The fold of the register: one event, and the names opened for it.

use std::collections::BTreeSet;

use domain::access::{Grant, Stay, Tutoring};
use domain::calendar::{customary_notice, national_pauses};
use domain::decider::Decider as _;
use domain::directory::{entourage, establishment, group, person, service};
use domain::event::{Fact, Recorded};
use domain::ids::{GroupId, PersonId, ServiceId, StreamId};
use domain::inspection::mandate;
use domain::personal::Sealable as _;
use domain::textbook::file::customary_limits;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::books::{Books, GroupBook, MandateBook, RoleHeld, SchoolBook, ServiceBook};

pub(super) fn fold(books: &mut Books, recorded: &Recorded, opened: Option<String>) {
    match &recorded.fact {
        Fact::School(event) => school(books, event, recorded.recorded_at),
        Fact::Person(event) => person(books, event, opened.as_deref()),
        Fact::Entourage(event) => entourage(books, event),
        Fact::Group(event) => group(books, event, recorded),
        Fact::Service(event) => service(books, event),
        Fact::Mandate(event) => mandate(books, event, recorded),
        // The register knows the directory; what is written in textbooks is for the read models.
        Fact::Textbook(_) => {}
    }
    version(books, recorded.stream, recorded.sequence);
    books.position = recorded.position;
}

/// The versions that commands name as what their right rests on.
pub(super) fn version(books: &mut Books, stream: StreamId, version: i64) {
    let held = match stream.aggregate {
        person::Person::TYPE => books.persons.get_mut(&PersonId(stream.id)).map(|book| &mut book.version),
        service::Service::TYPE => {
            let textbook = books.textbook_of_service.get(&ServiceId(stream.id));
            textbook.and_then(|textbook| books.services.get_mut(textbook)).map(|book| &mut book.version)
        }
        // Of the others, no command names a version.
        _ => None,
    };
    if let Some(held) = held {
        *held = version.max(*held);
    }
}

fn school(books: &mut Books, event: &establishment::Event, recorded_at: Timestamp) {
    use establishment::Event;
    match event {
        Event::SchoolRegistered { school, identity } | Event::SchoolDescribed { school, identity } => {
            let zone = TimeZone::get(&identity.time_zone).unwrap_or(TimeZone::UTC);
            let book = books.schools.entry(*school).or_insert_with(|| SchoolBook {
                school: *school,
                identity: identity.clone(),
                since: zone.to_datetime(recorded_at).date(),
                zone: TimeZone::UTC,
                years: std::collections::BTreeMap::new(),
                closures: std::collections::BTreeMap::new(),
                subjects: std::collections::BTreeMap::new(),
                pauses: national_pauses(),
                notices: customary_notice(),
                file_limits: customary_limits(),
            });
            book.identity = identity.clone();
            book.zone = zone;
        }
        Event::YearOpened { school, bounds } => {
            if let Some(book) = books.schools.get_mut(school) {
                book.years.insert(bounds.year, bounds.clone());
            }
        }
        Event::ClosuresSet { school, year, closures } => {
            if let Some(book) = books.schools.get_mut(school) {
                book.closures.insert(*year, closures.clone());
            }
        }
        Event::SubjectsNamed { school, subjects } => {
            if let Some(book) = books.schools.get_mut(school) {
                book.subjects.extend(subjects.clone());
            }
        }
        Event::PauseAdopted { school, policy } => {
            if let Some(book) = books.schools.get_mut(school) {
                book.pauses.push(policy.clone());
            }
        }
        Event::FileLimitsAdopted { school, limits } => {
            if let Some(book) = books.schools.get_mut(school) {
                book.file_limits.push(limits.clone());
            }
        }
    }
}

fn person(books: &mut Books, event: &person::Event, opened: Option<&str>) {
    use person::Event;
    let names = opened.and_then(person::Names::from_plaintext);
    match event {
        Event::PersonRegistered { person, origin, .. } => {
            let book = books.persons.entry(*person).or_default();
            (book.names, book.fed) = (names, origin.is_some());
        }
        Event::NamesCorrected { person, .. } => {
            if let Some(book) = books.persons.get_mut(person) {
                book.names = names;
            }
        }
        Event::ContactsChanged { person, .. } => {
            let contacts = opened.and_then(person::Contacts::from_plaintext);
            if let Some(book) = books.persons.get_mut(person) {
                book.contacts = contacts.as_ref().map(super::PersonBook::contacts_digest);
            }
        }
        Event::RoleTaken { person, school, role, from } => {
            if let Some(book) = books.persons.get_mut(person) {
                book.roles.push(RoleHeld { school: *school, role: *role, from: *from, until: None });
            }
        }
        Event::RoleEnded { person, school, role, on } => {
            let book = books.persons.get_mut(person).into_iter().flat_map(|book| book.roles.iter_mut());
            for held in book.filter(|held| held.school == *school && held.role == *role && held.until.is_none()) {
                held.until = Some(*on);
            }
        }
        Event::GuardiansSet { pupil, guardians, from } => {
            let Some(book) = books.persons.get_mut(pupil) else { return };
            book.guardians.clone_from(guardians);
            book.guardian_sets.push((*from, guardians.clone()));
            // Who answered for the pupil before stays in this index: whether they still do is asked of the set of the day.
            for link in guardians {
                books.children_of.entry(link.relative).or_default().insert(*pupil);
            }
        }
        Event::PersonDeactivated { person, on } => {
            if let Some(book) = books.persons.get_mut(person) {
                book.inactive_since = Some(*on);
            }
        }
        Event::PersonReactivated { person, .. } => {
            if let Some(book) = books.persons.get_mut(person) {
                book.inactive_since = None;
            }
        }
    }
}

fn entourage(books: &mut Books, event: &entourage::Event) {
    let pupil = event.pupil();
    let Some(book) = books.persons.get_mut(&pupil) else { return };
    entourage::Entourage::evolve(&mut book.entourage, event);
    // Whoever accompanied the pupil stays in this index: whether they still do is asked of the day.
    if let entourage::Event::CompanionNamed { companion, .. } = event {
        books.accompanied_by.entry(*companion).or_default().insert(pupil);
    }
}

fn group(books: &mut Books, event: &group::Event, recorded: &Recorded) {
    use group::Event;
    let id = GroupId(recorded.stream.id);
    if let Some(book) = books.groups.get_mut(&id) {
        book.version = recorded.sequence;
    }
    match event {
        Event::GroupOpened { group, school, year, description } => {
            let book = GroupBook {
                group: *group,
                school: *school,
                year: *year,
                description: description.clone(),
                by_hand: recorded.actor.person().is_some(),
                version: recorded.sequence,
                stays: vec![],
                form_tutors: BTreeSet::new(),
                tutorings: vec![],
            };
            books.groups.insert(*group, book);
        }
        Event::GroupDescribed { group, description } => {
            if let Some(book) = books.groups.get_mut(group) {
                book.description = description.clone();
            }
        }
        Event::MemberJoined { group, pupil, from } => {
            stay(books, *group, *pupil, |stays| group::join(stays, *group, *from));
        }
        Event::MemberLeft { group, pupil, on } => {
            stay(books, *group, *pupil, |stays| group::leave(stays, *group, *on));
        }
        Event::FormTutorsNamed { group, teachers, from } => {
            let recorded_on = books.groups.get(group).and_then(|book| books.schools.get(&book.school));
            let recorded_on = recorded_on.map(|school| school.local(recorded.recorded_at).date());
            if let Some(from) = from.or(recorded_on) {
                tutors(books, *group, teachers, from);
            }
        }
    }
}

/// The whole set, from that day: what was said of later days no longer counts.
fn tutors(books: &mut Books, group: GroupId, teachers: &BTreeSet<PersonId>, from: Date) {
    let Some(book) = books.groups.get_mut(&group) else { return };
    book.form_tutors.clone_from(teachers);
    book.tutorings.retain(|held| held.from < from);
    for held in book.tutorings.iter_mut().filter(|held| held.until.is_none_or(|until| from <= until)) {
        held.until = Some(from).filter(|_| !teachers.contains(&held.tutor));
    }
    for tutor in teachers {
        if !book.tutorings.iter().any(|held| held.tutor == *tutor && held.until.is_none()) {
            book.tutorings.push(Tutoring { tutor: *tutor, from, until: None });
        }
        books.tutored_by.entry(*tutor).or_default().insert(group);
    }
}

/// What a group knows of a pupil's stays is what the pupil's own list says.
fn stay(books: &mut Books, group: GroupId, pupil: PersonId, change: impl FnOnce(&mut Vec<Stay>)) {
    let own = books.stays_of.entry(pupil).or_default();
    let known = own.iter().any(|stay| stay.group == group);
    change(own);
    let Some(book) = books.groups.get_mut(&group) else { return };
    if known {
        book.stays.retain(|(member, _)| *member != pupil);
    }
    book.stays.extend(own.iter().filter(|stay| stay.group == group).map(|stay| (pupil, *stay)));
}

fn service(books: &mut Books, event: &service::Event) {
    use service::Event;
    let textbook_of = |books: &Books, service| books.textbook_of_service.get(service).copied();
    match event {
        Event::ServiceOpened { service, school, year, group, subject, textbook } => {
            books.textbook_of_service.insert(*service, *textbook);
            books.services_of_group.entry(*group).or_default().insert(*textbook);
            books.services.insert(
                *textbook,
                ServiceBook {
                    service: *service,
                    textbook: *textbook,
                    school: *school,
                    year: *year,
                    group: *group,
                    subject: subject.clone(),
                    version: 0,
                    assignments: vec![],
                    slots: vec![],
                    not_held: std::collections::BTreeMap::new(),
                    moved: std::collections::BTreeMap::new(),
                    replaced: std::collections::BTreeMap::new(),
                },
            );
        }
        Event::TeacherAssigned { service, assignment } => {
            let Some(textbook) = textbook_of(books, service) else { return };
            books.services_of_teacher.entry(assignment.teacher).or_default().insert(textbook);
            if let Some(book) = books.services.get_mut(&textbook) {
                book.assignments.retain(|held| held.teacher != assignment.teacher || held.from != assignment.from);
                book.assignments.push(*assignment);
            }
        }
        Event::TeacherReleased { service, teacher, on } => {
            let book = textbook_of(books, service).and_then(|textbook| books.services.get_mut(&textbook));
            let held = book.into_iter().flat_map(|book| book.assignments.iter_mut());
            held.filter(|held| held.teacher == *teacher && held.outlasts(*on)).for_each(|held| held.until = Some(*on));
        }
        Event::SlotScheduled { service, slot } => {
            let Some(textbook) = textbook_of(books, service) else { return };
            books.textbook_of_slot.insert(slot.slot, textbook);
            if let Some(book) = books.services.get_mut(&textbook) {
                book.slots.retain(|(known, ended)| known.slot != slot.slot || ended.is_some());
                book.slots.push((slot.clone(), None));
            }
        }
        Event::SlotEnded { service, slot, on } => {
            let book = textbook_of(books, service).and_then(|textbook| books.services.get_mut(&textbook));
            let held = book.into_iter().flat_map(|book| book.slots.iter_mut());
            held.filter(|(known, ended)| known.slot == *slot && ended.is_none())
                .for_each(|(_, ended)| *ended = Some(*on));
        }
        Event::LessonCancelled { service, .. }
        | Event::LessonReinstated { service, .. }
        | Event::LessonMoved { service, .. }
        | Event::LessonMovedBack { service, .. }
        | Event::LessonReplaced { service, .. }
        | Event::ReplacementCalledOff { service, .. } => {
            let book = textbook_of(books, service).and_then(|textbook| books.services.get_mut(&textbook));
            if let Some(book) = book {
                lesson(book, event);
            }
        }
    }
}

/// What is said of one lesson.
fn lesson(book: &mut ServiceBook, event: &service::Event) {
    use service::Event;
    match event {
        Event::LessonCancelled { lesson, because, .. } => {
            book.not_held.insert(*lesson, *because);
        }
        Event::LessonReinstated { lesson, .. } => {
            book.not_held.remove(lesson);
        }
        Event::LessonMoved { lesson, to, .. } => {
            let moved = book.moved.entry(*lesson).or_default();
            moved.ever.push((to.date, to.starts_at));
            moved.now = Some(to.clone());
        }
        Event::LessonMovedBack { lesson, .. } => {
            if let Some(moved) = book.moved.get_mut(lesson) {
                moved.now = None;
            }
        }
        Event::LessonReplaced { lesson, by, .. } => {
            book.replaced.insert(*lesson, *by);
        }
        Event::ReplacementCalledOff { lesson, .. } => {
            book.replaced.remove(lesson);
        }
        Event::ServiceOpened { .. }
        | Event::TeacherAssigned { .. }
        | Event::TeacherReleased { .. }
        | Event::SlotScheduled { .. }
        | Event::SlotEnded { .. } => {}
    }
}

fn mandate(books: &mut Books, event: &mandate::Event, recorded: &Recorded) {
    use mandate::Event;
    match event {
        Event::MandateOpened { mandate, school, inspector, textbooks, from, until } => {
            let grant = Grant {
                inspector: *inspector,
                textbooks: textbooks.clone(),
                from: *from,
                until: *until,
                closed: false,
            };
            let opened_by = recorded.actor.person();
            let book = MandateBook { mandate: *mandate, school: *school, grant, closed_on: None, opened_by };
            books.mandates.insert(*mandate, book);
        }
        Event::MandateClosed { mandate, school } => {
            let closed_on = books.schools.get(school).map(|school| school.local(recorded.recorded_at).date());
            if let Some(book) = books.mandates.get_mut(mandate) {
                (book.grant.closed, book.closed_on) = (true, closed_on);
            }
        }
    }
}
