//! The published files: four cases of one school.

use jiff::civil::{date, time};

use crate::importers::sts::{Document, Sts, TaughtTo, TeacherKind, Timetable, read, weeks_mask};
use crate::importers::{Report, samples};

fn sample(case: usize) -> Option<(Sts, Timetable, Report)> {
    let folder = samples::find(&format!("sts/openent-edt/case{case}"))?;
    let mut report = Report::default();
    let mut open = |name: &str| {
        let mut input = std::fs::File::open(folder.join(name)).unwrap();
        read(name, &mut input, &mut report).unwrap()
    };
    let (Document::Descending(sts), Document::Ascending(timetable)) = (open("sts_emp.xml"), open("emp_sts.xml")) else {
        panic!("case {case}")
    };
    Some((*sts, timetable, report))
}

#[test]
fn the_published_cases_hold_one_lesson_each() {
    for case in 1..=4 {
        let Some((sts, timetable, report)) = sample(case) else {
            return;
        };
        assert_eq!(timetable.belongs_to(&sts), Ok(()));
        assert_eq!((sts.uai.as_str(), sts.year), ("0771991W", 2018));
        assert_eq!((sts.starts_on, sts.ends_on), (Some(date(2018, 9, 1)), Some(date(2019, 8, 31))));
        assert_eq!(sts.school.denomination.as_deref(), Some("COLLEGE"));
        assert_eq!(sts.school.complement.as_deref(), Some("LOUIS ARAGON"));
        assert_eq!(sts.school.town.as_deref(), Some("TORCY"));
        assert_eq!(sts.subjects[0].code, "020700");
        assert_eq!(sts.subjects[0].label.as_deref(), Some("Français"));
        assert_eq!(sts.mefs[0].mefstat.as_deref(), Some("21160010019"));
        let teacher = &sts.teachers[0];
        assert_eq!((teacher.id.as_str(), &teacher.kind), ("900001", &TeacherKind::Epp));
        assert_eq!((teacher.given_name.as_deref(), teacher.title.as_deref()), (Some("Jane"), Some("Mme")));
        assert_eq!(teacher.disciplines[0].hours_hundredths, Some(1_800));
        assert_eq!((timetable.day_hours.len(), timetable.rooms.as_slice()), (5, ["03".to_owned()].as_slice()));
        let [service] = timetable.services.as_slice() else { panic!("case {case}") };
        let [teaching] = service.teachers.as_slice() else { panic!("case {case}") };
        let [lesson] = teaching.lessons.as_slice() else { panic!("case {case}") };
        assert_eq!((teaching.id.as_str(), &teaching.kind), ("900001", &TeacherKind::Epp));
        assert_eq!((lesson.weekday, lesson.minutes), (4, 60));
        if case % 2 == 1 {
            assert_eq!(service.taught_to, TaughtTo::Division("3A".into()));
            assert_eq!(lesson.starts, time(14, 2, 0, 0));
        } else {
            assert_eq!(service.taught_to, TaughtTo::Group("3B_G2".into()));
            assert_eq!(lesson.starts, time(15, 13, 0, 0));
            assert!(timetable.divisions.is_empty());
            assert_eq!(timetable.groups[0].divisions, ["3B"]);
        }
        assert_eq!(report, Report::default());
    }
}

#[test]
fn the_published_weeks_are_thursdays_of_a_year_edited_by_hand() {
    for (case, weeks) in [(1, 1), (2, 1), (3, 2), (4, 2)] {
        let Some((sts, timetable, _)) = sample(case) else {
            return;
        };
        let starts = &timetable.alternances[0].week_starts;
        assert_eq!(starts.len(), weeks);
        let edited = weeks_mask(date(2099, 9, 1), starts);
        assert_eq!(edited.mask, if weeks == 1 { 0b1 } else { 0b11 });
        assert_eq!(&edited.moved, starts);
        let own = weeks_mask(sts.starts_on.unwrap(), starts);
        assert_eq!((own.mask, &own.out_of_range), (0, starts));
    }
}
