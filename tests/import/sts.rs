//! A timetable written by hand, and what a new one changes.

use super::*;

/// Both files of a school; `services` is the inside of the class's `SERVICES`.
pub fn timetable(dir: &Path, services: &str) -> Vec<PathBuf> {
    let people: String = (1..=2)
        .map(|n| {
            format!(
                "<INDIVIDU ID=\"{n}\" TYPE=\"local\"><NOM_USAGE>T{n}</NOM_USAGE><FONCTION>ENS</FONCTION></INDIVIDU>"
            )
        })
        .collect::<Vec<_>>()
        .concat();
    let named = format!(
        "<STS_EDT><PARAMETRES><UAJ CODE=\"{UAI}\"><CODE_NATURE>340</CODE_NATURE></UAJ><ANNEE_SCOLAIRE ANNEE=\"2026\">\
         <DATE_DEBUT>2026-09-01</DATE_DEBUT><DATE_FIN>2027-08-31</DATE_FIN></ANNEE_SCOLAIRE></PARAMETRES>\
         <DONNEES><INDIVIDUS>{people}</INDIVIDUS></DONNEES></STS_EDT>"
    );
    let lessons = format!(
        "<EDT_STS><PARAMETRES><UAJ>{UAI}</UAJ><ANNEE_SCOLAIRE>2026</ANNEE_SCOLAIRE></PARAMETRES><DONNEES><ALTERNANCES>\
         <ALTERNANCE CODE=\"H\"><SEMAINES><DATE_DEBUT_SEMAINE>2026-08-31</DATE_DEBUT_SEMAINE>\
         <DATE_DEBUT_SEMAINE>2026-09-07</DATE_DEBUT_SEMAINE></SEMAINES></ALTERNANCE></ALTERNANCES>\
         <STRUCTURE><DIVISIONS><DIVISION CODE=\"4A\"><SERVICES>{services}</SERVICES></DIVISION></DIVISIONS></STRUCTURE>\
         </DONNEES></EDT_STS>"
    );
    [("sts_emp.xml", named), ("emp_sts.xml", lessons)]
        .map(|(name, text)| {
            std::fs::write(dir.join(name), text).unwrap();
            dir.join(name)
        })
        .to_vec()
}

/// A service of STS: its teachers, each with the same lesson at these hours.
pub fn service(subject: &str, together: bool, teachers: &[&str], hours: &[&str]) -> String {
    let lesson = |hour: &&str| {
        format!(
            "<COURS><CODE_ALTERNANCE>H</CODE_ALTERNANCE><JOUR>1</JOUR><HEURE_DEBUT>{hour}</HEURE_DEBUT>\
             <DUREE>0055</DUREE></COURS>"
        )
    };
    let lessons = hours.iter().map(lesson).collect::<Vec<_>>().concat();
    let teacher = |id: &&str| {
        format!("<ENSEIGNANT ID=\"{id}\" TYPE=\"local\"><COURS_RATTACHES>{lessons}</COURS_RATTACHES></ENSEIGNANT>")
    };
    let teachers = teachers.iter().map(teacher).collect::<Vec<_>>().concat();
    format!(
        "<SERVICE CODE_MATIERE=\"{subject}\"><CO_ENS>{together}</CO_ENS><ENSEIGNANTS>{teachers}</ENSEIGNANTS></SERVICE>"
    )
}

#[tokio::test]
async fn a_new_timetable_releases_ends_and_leaves_the_substitute() {
    use domain::actor::{Actor, Capacity};
    use domain::directory::service::{Assignment, Command, Service};
    let world = World::new().await;
    let (app, first) = (world.app().await, tempfile::tempdir().unwrap());
    let both = service("061300", true, &["1", "2"], &["0800", "0900"]);
    let paths = timetable(first.path(), &(both + &service("020700", false, &["2"], &["1000"])));
    import(&app, &paths, &Options::default()).await.unwrap();
    let group = GroupId::of(SchoolId::of(UAI), YEAR, "4A");
    let book = |subject: &str| {
        let books = app.register.read();
        let service = &books.services[&domain::ids::TextbookId::of(group, subject)];
        let open = service.slots.iter().filter(|(_, ended)| ended.is_none()).count();
        (service.service, service.assignments.clone(), open)
    };
    let (stream, assignments, slots) = book("061300");
    assert_eq!((assignments.len(), slots), (2, 2));
    assert!(assignments.iter().all(|held| held.capacity == Capacity::CoTeacher && held.from == date(2026, 9, 1)));
    nothing_more(&world, &app, &paths, &Options::default()).await;
    // The head names a substitute; the feed will not undo it.
    let substitute = PersonId(uuid::Uuid::from_u128(7));
    let assignment =
        Assignment { teacher: substitute, capacity: Capacity::Substitute, from: date(2026, 11, 1), until: None };
    let stream = domain::ids::StreamId::new("service", stream, YEAR);
    let (now, capacity) = (app.now(), Capacity::Machine);
    let facts = domain::directory::service::Facts::default();
    let context = domain::decider::Context { actor: Actor::Operator, capacity, now, facts, facts_position: 0 };
    let envelope = infra::journal::Envelope::to(stream);
    let assign = Command::Assign { assignment };
    let receipt = app.journal.execute::<Service>(envelope, assign, context).await.unwrap();
    app.await_readers(receipt.last_position.unwrap()).await;
    nothing_more(&world, &app, &paths, &Options::default()).await;
    let second = tempfile::tempdir().unwrap();
    let paths = timetable(second.path(), &service("061300", false, &["1"], &["0900"]));
    let report = import(&app, &paths, &Options::default()).await.unwrap();
    assert_eq!(report.changes["teachers released"], 3, "{report}");
    let (_, assignments, slots) = book("061300");
    assert_eq!(slots, 1);
    let lasting = assignments.iter().filter(|held| held.until.is_none());
    let lasting: BTreeMap<PersonId, (Capacity, Date)> =
        lasting.map(|held| (held.teacher, (held.capacity, held.from))).collect();
    assert_eq!(lasting.len(), 2);
    assert_eq!(lasting[&substitute].0, Capacity::Substitute);
    // From together to alone: another capacity from the day of the import on, the past as it was.
    assert_eq!(lasting[&named(&app, "T1")], (Capacity::Teacher, date(2026, 11, 17)));
    let (_, assignments, slots) = book("020700");
    assert_eq!((assignments[0].until, slots), (Some(date(2026, 11, 16)), 0));
    nothing_more(&world, &app, &paths, &Options::default()).await;
    app.close().await;
}
