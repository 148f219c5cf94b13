//! STS as what it wants: the school, its services and their timetable. It is a whole for the services of its school and year,
//! and never for people: it ends no role and deactivates nobody.

use std::collections::BTreeMap;

use domain::directory::group::Sort;
use domain::directory::person::Role;
use infra::importers::sts::{self, CoTaught, Document, Sts, TaughtTo, Timetable};

use super::FeedError;
use super::aaf::role_of;
use super::desired::{Described, Desired, GroupSaid, Lesson, Site, SiteId, StsSchool, StsService, Wanted, of_sts};

pub fn take(desired: &mut Desired, document: Document) -> Result<(), FeedError> {
    match document {
        Document::Descending(sts) => descending(desired, *sts),
        Document::Ascending(timetable) => ascending(desired, timetable),
    }
}

/// The school as known so far; two files of different years do not belong together.
fn school<'a>(desired: &'a mut Desired, uai: &str, year: i16) -> Result<&'a mut StsSchool, FeedError> {
    let site = desired.site(Site::Uai(uai.to_owned()));
    let known = desired.sts.entry(uai.to_owned()).or_insert_with(|| StsSchool {
        site,
        year,
        starts_on: None,
        ends_on: None,
        described: Described::default(),
        services: BTreeMap::new(),
        timetable: false,
        staff: false,
        alternances: BTreeMap::new(),
        subjects: BTreeMap::new(),
        form_tutors: vec![],
    });
    if known.year == year {
        Ok(known)
    } else {
        Err(FeedError::Mismatch(sts::Mismatch::Year { services: known.year, timetable: year }))
    }
}

fn descending(desired: &mut Desired, sts: Sts) -> Result<(), FeedError> {
    let mut tutors = Vec::new();
    let site = desired.site(Site::Uai(sts.uai.clone()));
    for teacher in &sts.teachers {
        let number = of_sts(&sts.uai, &teacher.kind, &teacher.id);
        tutors.extend(teacher.form_tutor_of.iter().map(|code| (code.clone(), number.clone())));
        desired.say(number, person(site, teacher));
    }
    let name = [sts.school.denomination, sts.school.complement];
    let name: Vec<String> = name.into_iter().flatten().collect();
    let known = school(desired, &sts.uai, sts.year)?;
    known.staff = true;
    known.form_tutors.extend(tutors);
    known.starts_on = known.starts_on.or(sts.starts_on);
    known.ends_on = known.ends_on.or(sts.ends_on);
    known.described.uai = Some(sts.uai);
    known.described.name = Some(name.join(" ")).filter(|name| !name.is_empty());
    known.described.town = sts.school.town;
    known.described.academy = sts.school.academy;
    known.described.kind = sts.school.nature;
    known.subjects.extend(sts.subjects.into_iter().filter_map(|subject| Some((subject.code, subject.label?))));
    groups(known, sts.divisions, sts.groups);
    services(known, sts.services);
    Ok(())
}

fn ascending(desired: &mut Desired, timetable: Timetable) -> Result<(), FeedError> {
    let known = school(desired, &timetable.uai, timetable.year)?;
    known.timetable = true;
    known.described.uai = Some(timetable.uai);
    for alternance in timetable.alternances {
        let weeks = known.alternances.entry(alternance.code).or_default();
        weeks.extend(alternance.week_starts);
        weeks.sort();
        weeks.dedup();
    }
    groups(known, timetable.divisions, timetable.groups);
    services(known, timetable.services);
    Ok(())
}

fn person(site: SiteId, teacher: &sts::Teacher) -> Wanted {
    let labels: Vec<Option<&str>> = teacher.disciplines.iter().map(|discipline| discipline.label.as_deref()).collect();
    let role = teacher.function.as_deref().map_or(Role::Teacher, |code| role_of(code, &labels, false));
    Wanted {
        whole: true,
        family: teacher.family_name.clone().or_else(|| teacher.birth_name.clone()),
        given: Some(teacher.given_name.clone().unwrap_or_default()),
        title: Some(teacher.title.clone().unwrap_or_default()),
        birth_date: teacher.birth_date,
        teaches_at: [(site, role)].into(),
        ..Wanted::default()
    }
}

fn groups(known: &mut StsSchool, divisions: Vec<sts::Division>, groups: Vec<sts::Group>) {
    let divisions = divisions.into_iter().map(|division| GroupSaid {
        sort: Sort::Class,
        code: division.code,
        label: division.label,
        curricula: division.mefs,
        classes: vec![],
    });
    let groups = groups.into_iter().map(|group| GroupSaid {
        sort: Sort::Group,
        code: group.code,
        label: group.label,
        curricula: vec![],
        classes: group.divisions,
    });
    known.described.groups.extend(divisions.chain(groups));
}

fn services(known: &mut StsSchool, services: Vec<sts::Service>) {
    let uai = known.described.uai.clone().unwrap_or_default();
    for service in services {
        let (sort, code) = match service.taught_to {
            TaughtTo::Division(code) => (Sort::Class, code),
            TaughtTo::Group(code) => (Sort::Group, code),
        };
        let nothing =
            StsService { sort, together: false, teachers: std::collections::BTreeSet::new(), lessons: vec![] };
        let held = known.services.entry((code, service.subject)).or_insert(nothing);
        held.together |= service.co_teaching == CoTaught::Together;
        for teaching in service.teachers {
            held.teachers.insert(of_sts(&uai, &teaching.kind, &teaching.id));
            for lesson in teaching.lessons {
                let lesson = Lesson {
                    alternance: lesson.alternance,
                    weekday: lesson.weekday as i8,
                    starts_at: lesson.starts,
                    minutes: lesson.minutes,
                    room: lesson.room,
                };
                // The same lesson under two teachers is one lesson.
                if !held.lessons.contains(&lesson) {
                    held.lessons.push(lesson);
                }
            }
        }
    }
}
