//! A timetable exported as a calendar, beside the academy's files or alone: what it names is placed, what it does not is listed.

mod whole;

use api::facts::ServiceBook;
use domain::ids::TextbookId;
use jiff::civil::{Time, time};

use super::*;

const MATHS: &str = "061300";
const SVT: &str = "063000";

/// One lesson of fifty-five minutes, as PRONOTE exports it to a teacher; `start` is in UTC.
fn lesson(number: u32, start: &str, subject: &str, class: &str, more: &str) -> String {
    format!(
        "BEGIN:VEVENT\r\nUID:Cours-{number}-1-20261110T190000Z-Index-Education\r\nDTSTAMP:20261110T190000Z\r\n\
         DTSTART:{start}\r\nDURATION:PT55M\r\nSUMMARY;LANGUAGE=fr:{subject} - {class}\r\n\
         DESCRIPTION;LANGUAGE=fr:Matière : {subject}\\nClasse : {class}\\n{more}Salle : 12\\n\r\nCATEGORIES:Cours\r\nEND:VEVENT\r\n"
    )
}

fn calendar(dir: &Path, name: &str, events: &[String]) -> PathBuf {
    let path = dir.join(name);
    let start = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Index Education//PRONOTE//FR\r\n";
    std::fs::write(&path, format!("{start}{}END:VCALENDAR\r\n", events.concat())).unwrap();
    path
}

/// The academy's files of a small school, its list of subjects among them.
fn academy(dir: &Path) -> Vec<PathBuf> {
    let subject = |id, label| (Category::Subject, id, vec![("ENTLibelleMatiere", one(label))]);
    let subjects = [subject(MATHS, "MATHEMATIQUES"), subject(SVT, "SCIENCES VIE &amp; TERRE")];
    let mut paths = a_small_school(dir, 10, "20260914");
    paths.push(write(dir, "ENT_Complet_20260914_MatiereEducNat_0000.xml", &adds(&subjects)));
    paths
}

/// Mathematics in 4A: Mondays at eight in summer and in winter, and one Thursday at ten.
fn of_4a() -> Vec<String> {
    let mondays = ["20261012T060000Z", "20261102T070000Z", "20261109T070000Z", "20261116T070000Z"];
    let lessons = mondays.iter().chain(["20261119T090000Z"].iter()).zip(1..);
    lessons.map(|(start, number)| lesson(number, start, "MATHEMATIQUES", "4A", "")).collect()
}

fn service<T>(app: &App, class: &str, subject: &str, read: impl Fn(&ServiceBook) -> T) -> T {
    let group = GroupId::of(SchoolId::of(UAI), YEAR, class);
    read(&app.register.read().services[&TextbookId::of(group, subject)])
}

/// The open slots of a service: weekday, hour, days.
fn slots(app: &App, class: &str, subject: &str) -> Vec<(i8, Time, Vec<Date>)> {
    service(app, class, subject, |book| {
        let open = book.slots.iter().filter(|(_, ended)| ended.is_none());
        let day = |monday: Date, weekday: i8| domain::calendar::days_after(monday, i64::from(weekday) - 1).unwrap();
        let told = open.map(|(slot, _)| {
            let days = slot.weeks.mondays().map(|monday| day(monday, slot.weekday)).collect();
            (slot.weekday, slot.starts_at, days)
        });
        let mut told: Vec<_> = told.collect();
        told.sort();
        told
    })
}

#[tokio::test]
async fn a_calendar_beside_the_academy_places_the_lessons_and_the_same_again_is_no_event() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let mut paths = academy(dir.path());
    let mut events = of_4a();
    events.push(
        lesson(9, "20261123T070000Z", "MATHEMATIQUES", "4A", "")
            .replace("CATEGORIES:Cours", "CATEGORIES:Cours - Cours annulé"),
    );
    events.push(
        "BEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261111\r\nCATEGORIES:Jours fériés\r\nEND:VEVENT\r\n".into(),
    );
    paths.push(calendar(dir.path(), "edt.ics", &events));
    let report = import(&app, &paths, &options()).await.unwrap();
    eprintln!("{report}");
    assert!(report.left_out.is_empty() && report.applied.as_ref().unwrap().refused.is_empty());
    let mondays = [date(2026, 10, 12), date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16)];
    let expected = [(1, time(8, 0, 0, 0), mondays.to_vec()), (4, time(10, 0, 0, 0), vec![date(2026, 11, 19)])];
    assert_eq!(slots(&app, "4A", MATHS), expected, "at eight on both sides of the change of clocks");
    assert_eq!(service(&app, "4A", MATHS, |book| book.slots[0].0.room.clone()).as_deref(), Some("12"));
    assert!(slots(&app, "4B", MATHS).is_empty(), "of which nothing is said");
    assert_eq!(service(&app, "4A", MATHS, |book| book.assignments[0].teacher), named(&app, "VIDAL"));
    for (reason, count) in [
        ("lessons that the calendar cancels, left out of the timetable", 1),
        ("events of calendars that are no lesson", 1),
        ("lessons held once, kept as a slot of one week", 1),
    ] {
        assert_eq!(report.skipped[reason], count, "{report}");
    }
    nothing_more(&world, &app, &paths, &options()).await;
    // Alone, and on another day: the school is the only one known, and its teachers stay.
    nothing_more(&world, &app, &paths[paths.len() - 1..], &Options::default()).await;
    nothing_more(&world, &app, &paths[..paths.len() - 1], &options()).await;
    app.close().await;
}

#[tokio::test]
async fn what_the_school_does_not_call_so_is_left_out_and_listed_until_a_person_says_what_it_is() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let mut paths = academy(dir.path());
    let starts = ["20261102T070000Z", "20261109T070000Z"];
    let of = |subject: &str, class: &str| -> Vec<String> {
        starts.iter().zip(20..).map(|(start, number)| lesson(number, start, subject, class, "")).collect()
    };
    let unknown = [of("MATHS", "4A"), of("MATHEMATIQUES", "4e B"), of("SCIENCES VIE & TERRE", "4A")].concat();
    let nameless =
        lesson(30, starts[0], "x", "y", "").replace("Matière : x\\nClasse : y\\n", "").replace("x - y", "RDV Mme ROUX");
    paths.push(calendar(dir.path(), "edt.ics", &[unknown, vec![nameless]].concat()));
    let report = import(&app, &paths, &options()).await.unwrap();
    let told: Vec<(&str, &str, u64)> =
        report.left_out.iter().map(|left| (left.lessons.as_str(), left.because, left.count)).collect();
    let [subject, class, untaught, summary] = told[..] else { panic!("{report}") };
    assert_eq!((subject.0, subject.2), ("\"MATHS\" for \"4A\"", 2));
    assert!(subject.1.contains("--subject") && class.1.contains("--group"), "{report}");
    assert!(untaught.1.contains("not taught this subject"), "{report}");
    assert_eq!(summary.2, 1);
    assert!(!report.to_string().contains("ROUX"), "a summary alone may be anybody's words: {report}");
    assert!(report.to_string().contains("first in edt.ics, line 4"), "{report}");
    assert!(slots(&app, "4A", MATHS).is_empty() && slots(&app, "4B", MATHS).is_empty());
    let said = |label: &str, code: &str| BTreeMap::from([(label.to_owned(), code.to_owned())]);
    let told = Options { subjects: said("maths", MATHS), groups: said("4e B", "4B"), ..options() };
    let report = import(&app, &paths, &told).await.unwrap();
    assert_eq!(report.left_out.len(), 2, "{report}");
    assert_eq!((slots(&app, "4A", MATHS).len(), slots(&app, "4B", MATHS).len()), (1, 1));
    nothing_more(&world, &app, &paths, &told).await;
    app.close().await;
}

#[tokio::test]
async fn a_service_that_nobody_named_opens_only_for_a_teacher_the_school_has_once() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let mut paths = academy(dir.path());
    let of = |number, teacher: &str| {
        lesson(number, "20261102T070000Z", "SCIENCES VIE & TERRE", "4A", &format!("Professeur : {teacher}\\n"))
    };
    paths.push(calendar(dir.path(), "edt.ics", &[of(1, "M. INCONNU")]));
    let report = import(&app, &paths, &options()).await.unwrap();
    assert_eq!(report.left_out_count(), 1, "{report}");
    calendar(dir.path(), "edt.ics", &[of(1, "Mme VIDAL P.")]);
    let report = import(&app, &paths, &options()).await.unwrap();
    assert_eq!((report.changes["services opened"], report.changes["teachers assigned"]), (1, 1), "{report}");
    assert_eq!(slots(&app, "4A", SVT).len(), 1);
    assert_eq!(app.register.read().schools[&SchoolId::of(UAI)].subject(SVT), "SCIENCES VIE & TERRE");
    nothing_more(&world, &app, &paths, &options()).await;
    // Someone of the same name arrives: who holds the service goes on.
    let vidal = |id| teacher(id, "VIDAL", &["4A$061300"]);
    let mut other = vidal("901");
    other.2.retain(|(name, _)| *name != "ENTPersonSTSId");
    write(dir.path(), "ENT_Complet_20260914_PersEducNat_0000.xml", &adds(&[vidal("900"), other]));
    import(&app, &paths, &options()).await.unwrap();
    assert_eq!(service(&app, "4A", SVT, |book| book.assignments.len()), 1);
    assert_eq!(slots(&app, "4A", SVT).len(), 1);
    app.close().await;
}

#[tokio::test]
async fn two_subjects_of_one_name_taught_to_the_same_class_are_not_chosen_between() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let mut paths = academy(dir.path());
    let subject = |id| (Category::Subject, id, vec![("ENTLibelleMatiere", one("MATHEMATIQUES"))]);
    paths.push(write(dir.path(), "ENT_Complet_20260914_MatiereEducNat_0001.xml", &adds(&[subject("061301")])));
    paths.push(calendar(dir.path(), "edt.ics", &of_4a()));
    let report = import(&app, &paths, &options()).await.unwrap();
    assert!(report.left_out.is_empty(), "4A is taught one of the two: {report}");
    let both = teacher("900", "VIDAL", &["4A$061300", "4A$061301"]);
    write(dir.path(), "ENT_Complet_20260914_PersEducNat_0000.xml", &adds(&[both]));
    let report = import(&app, &paths, &options()).await.unwrap();
    assert_eq!(report.left_out_count(), 5, "{report}");
    assert!(report.left_out[0].because.contains("several subjects"), "{report}");
    assert_eq!(slots(&app, "4A", MATHS).len(), 2, "what was placed stays");
    app.close().await;
}

#[tokio::test]
async fn a_later_export_ends_what_it_no_longer_holds_and_an_older_one_beside_it_says_nothing() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let mut paths = academy(dir.path());
    let first = of_4a();
    paths.push(calendar(dir.path(), "edt-1.ics", &first));
    import(&app, &paths, &options()).await.unwrap();
    // The lesson of Thursday is cancelled; the export has another time in every name.
    let mut second: Vec<String> =
        first.iter().map(|event| event.replace("20261110T190000Z", "20261117T190000Z")).collect();
    second[4] = second[4].replace("CATEGORIES:Cours", "CATEGORIES:Cours - Cours annulé");
    let later = calendar(dir.path(), "edt-2.ics", &second);
    let both = [paths[paths.len() - 1].clone(), later];
    let report = import(&app, &both, &Options::default()).await.unwrap();
    assert_eq!(report.skipped["lessons of an older export"], 5, "{report}");
    assert_eq!(slots(&app, "4A", MATHS).iter().map(|(weekday, ..)| *weekday).collect::<Vec<_>>(), [1]);
    nothing_more(&world, &app, &both, &Options::default()).await;
    app.close().await;
}

#[tokio::test]
async fn a_repeated_lesson_moved_once_is_moved_that_week_alone() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let mut paths = academy(dir.path());
    let zone = ";TZID=Europe/Paris";
    let event = |more: &str| {
        format!(
            "BEGIN:VEVENT\r\nUID:maths-4a\r\n{more}\r\nDURATION:PT1H\r\nDESCRIPTION:Matière : Mathématiques\\nClasse : 4A\r\nEND:VEVENT\r\n"
        )
    };
    let weekly = event(&format!("DTSTART{zone}:20261102T080000\r\nRRULE:FREQ=WEEKLY;COUNT=3"));
    let moved = event(&format!("DTSTART{zone}:20261110T140000\r\nRECURRENCE-ID{zone}:20261109T080000"));
    paths.push(calendar(dir.path(), "edt.ics", &[moved, weekly]));
    let report = import(&app, &paths, &options()).await.unwrap();
    let expected = [
        (1, time(8, 0, 0, 0), vec![date(2026, 11, 2), date(2026, 11, 16)]),
        (2, time(14, 0, 0, 0), vec![date(2026, 11, 10)]),
    ];
    assert_eq!(slots(&app, "4A", MATHS), expected, "{report}");
    app.close().await;
}

#[tokio::test]
async fn a_malformed_calendar_changes_nothing_and_says_where() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let mut paths = academy(dir.path());
    let broken = of_4a().concat().replacen("DTSTART:20261102T070000Z", "DTSTART:20261402T070000Z", 1);
    paths.push(calendar(dir.path(), "edt.ics", &[broken]));
    let refused = import(&app, &paths, &options()).await.unwrap_err().to_string();
    assert_eq!(refused, "edt.ics, line 16, VEVENT/DTSTART: not a time");
    assert_eq!(head(&world).await, 0);
}

#[tokio::test]
async fn a_calendar_says_its_school_by_the_name_of_its_file_where_there_are_several_and_never_beside_sts() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let nobody = [calendar(dir.path(), "edt.ics", &of_4a())];
    let refused = import(&app, &nobody, &options()).await.unwrap_err();
    assert!(matches!(&refused, FeedError::WhichSchool(file) if file == "edt.ics"), "{refused}");
    import(&app, &academy(dir.path()), &options()).await.unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let of_another = the_school().2.into_iter().map(|(name, values)| match name {
        "ENTStructureUAI" => (name, one("0990043T")),
        _ => (name, values),
    });
    let second = (Category::Structure, "78", of_another.collect());
    import(&app, &[write(elsewhere.path(), "ENT_Complet_20260914_EtabEducNat_0000.xml", &adds(&[second]))], &options())
        .await
        .unwrap();
    assert!(matches!(import(&app, &nobody, &options()).await, Err(FeedError::WhichSchool(_))));
    let named = [calendar(dir.path(), &format!("edt_{UAI}.ics"), &of_4a())];
    import(&app, &named, &options()).await.unwrap();
    assert_eq!(slots(&app, "4A", MATHS).len(), 2);
    let mut both = super::sts::timetable(dir.path(), &super::sts::service(MATHS, false, &["1"], &["0800"]));
    both.extend(named);
    let refused = import(&app, &both, &options()).await.unwrap_err().to_string();
    assert!(refused.contains(UAI) && refused.contains("import one of them"), "{refused}");
    app.close().await;
}
