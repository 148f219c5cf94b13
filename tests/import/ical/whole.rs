//! Does a whole school come in by its calendars?

use super::*;

#[tokio::test]
async fn a_village_school_comes_in_by_its_pupils_and_a_calendar_of_half_days() {
    use domain::directory::service::ALL_SUBJECTS;
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let school = the_school().2.into_iter().map(|(name, values)| match name {
        "ENTStructureTypeStruct" => (name, one("ECOLE ELEMENTAIRE")),
        "ENTStructureClasses" => (name, one("CE1-CE2$CE1-CE2")),
        "ENTStructureGroupes" => (name, vec![]),
        _ => (name, values),
    });
    let teacher = teacher("900", "VIDAL", &[]).2.into_iter().filter(|(name, _)| !name.starts_with("ENTAuxEns"));
    let half_day = |uid: &str, hour: &str| {
        format!(
            "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTART;TZID=Europe/Paris:20260901T{hour}\r\nDURATION:PT3H\r\n\
             RRULE:FREQ=WEEKLY;BYDAY=MO,TU,TH,FR;UNTIL=20270703T000000Z\r\n\
             DESCRIPTION:Matière : Toutes matières\\nClasse : CE1-CE2\\nProfesseur : Mme VIDAL\r\nEND:VEVENT\r\n"
        )
    };
    let paths = [
        write(
            dir.path(),
            "ENT_Complet_20260901_EtabEducNat_0000.xml",
            &adds(&[(Category::Structure, "77", school.collect())]),
        ),
        write(dir.path(), "ENT_Complet_20260901_Eleve_0000.xml", &adds(&[pupil("1", "PUPIL0", "CE1-CE2", &[])])),
        write(
            dir.path(),
            "ENT_Complet_20260901_PersEducNat_0000.xml",
            &adds(&[(Category::Staff, "900", teacher.collect())]),
        ),
        calendar(dir.path(), "demi-journees.ics", &[half_day("matin", "083000"), half_day("apres-midi", "133000")]),
    ];
    let report = import(&app, &paths, &options()).await.unwrap();
    assert!(report.left_out.is_empty() && report.applied.as_ref().unwrap().refused.is_empty(), "{report}");
    let told = slots(&app, "CE1-CE2", ALL_SUBJECTS);
    assert_eq!(told.len(), 8, "four days of two half-days");
    assert_eq!((told[0].0, told[0].1, told[0].2[0]), (1, time(8, 30, 0, 0), date(2026, 9, 7)));
    {
        let books = app.register.read();
        let school = &books.schools[&SchoolId::of(UAI)];
        assert_eq!(school.subject(ALL_SUBJECTS), "Toutes matières");
        assert_eq!(school.degree(), domain::textbook::written::Degree::First);
    }
    nothing_more(&world, &app, &paths, &options()).await;
    app.close().await;
}

/// By class or group and subject: every lesson of the year.
type Timetables = BTreeMap<(String, String), Vec<(Date, Time, u16)>>;

fn timetables(app: &App) -> Timetables {
    let books = app.register.read();
    let mut timetables = Timetables::new();
    for service in books.services.values() {
        let bounds = &books.schools[&service.school].years[&service.year];
        let lessons = books.lessons(service.textbook, bounds.starts_on, bounds.ends_on);
        let mut lessons: Vec<_> = lessons.iter().map(|at| (at.date, at.starts_at, at.minutes)).collect();
        lessons.sort();
        lessons.dedup();
        let code = books.groups[&service.group].description.code.clone();
        timetables.insert((code, service.subject.clone()), lessons);
    }
    timetables
}

#[tokio::test]
async fn a_whole_timetable_exported_as_calendars_places_the_lessons_that_sts_places() {
    let options = infra::generator::Options { pupils: 120, ..infra::generator::Options::default() };
    let (dir, exports) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let paths = infra::generator::write_files(&infra::generator::generate(&options), dir.path()).unwrap();
    let (by_sts, bounds) = {
        let world = World::new().await;
        let app = world.app().await;
        import(&app, &paths, &Options::default()).await.unwrap();
        let bounds = app.register.read().schools[&SchoolId::of(&options.uai)].years[&YEAR].clone();
        let told = (timetables(&app), bounds);
        app.close().await;
        told
    };
    assert!(by_sts.values().map(Vec::len).sum::<usize>() > 2_000);
    let paris = jiff::tz::TimeZone::get("Europe/Paris").unwrap();
    let mut calendars: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (number, ((group, subject), lessons)) in by_sts.iter().enumerate() {
        let label = infra::generator::subject(subject).unwrap().label;
        for (rank, (date, starts_at, minutes)) in lessons.iter().enumerate() {
            let start =
                paris.to_timestamp(date.to_datetime(*starts_at)).unwrap().strftime("%Y%m%dT%H%M%SZ").to_string();
            let event = lesson((number * 1_000 + rank) as u32, &start, label, group, "");
            calendars.entry(group).or_default().push(event.replace("PT55M", &format!("PT{minutes}M")));
        }
    }
    let of_academy = |path: &&PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy();
        !name.starts_with("sts_emp") && !name.starts_with("emp_sts")
    };
    let mut paths: Vec<PathBuf> = paths.iter().filter(of_academy).cloned().collect();
    for (rank, events) in calendars.values().enumerate() {
        calendar(exports.path(), &format!("{rank}.ics"), events);
    }
    paths.push(exports.path().to_owned());
    let world = World::new().await;
    let app = world.app().await;
    let told = Options { year: Some(bounds), ..Options::default() };
    let report = import(&app, &paths, &told).await.unwrap();
    assert!(report.left_out.is_empty() && report.applied.as_ref().unwrap().refused.is_empty(), "{report}");
    for (service, lessons) in timetables(&app) {
        assert_eq!(Some(&lessons), by_sts.get(&service), "{service:?}");
    }
    nothing_more(&world, &app, &paths, &told).await;
    app.close().await;
}

#[tokio::test]
async fn a_fictitious_primary_school_comes_in_beside_a_college_and_a_mother_has_a_child_in_each() {
    use domain::directory::service::ALL_SUBJECTS;
    use infra::generator::{self, Options as Drawn};
    let (world, of_college, of_village) =
        (World::new().await, tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let app = world.app().await;
    let drawn = Drawn { pupils: 120, ..Drawn::default() };
    let college = generator::write_files(&generator::generate(&drawn), of_college.path()).unwrap();
    import(&app, &college, &Options::default()).await.unwrap();
    let bounds = app.register.read().schools[&SchoolId::of(&drawn.uai)].years[&YEAR].clone();
    let village = generator::generate(&Drawn::primary());
    let paths = generator::write_files(&village, of_village.path()).unwrap();
    let told = Options { year: Some(bounds), ..Options::default() };
    let report = import(&app, &paths, &told).await.unwrap();
    assert!(report.left_out.is_empty() && report.applied.as_ref().unwrap().refused.is_empty(), "{report}");
    {
        let books = app.register.read();
        let school = SchoolId::of(&village.uai);
        assert_eq!(books.schools[&school].degree(), domain::textbook::written::Degree::First);
        let services: Vec<_> = books.services_of_school(school).collect();
        assert_eq!(services.len(), 3);
        assert!(
            services
                .iter()
                .all(|one| { one.subject == ALL_SUBJECTS && one.slots.len() == 8 && one.assignments.len() == 1 })
        );
        let mother = named_in(&books, "Ropars", "Katell");
        assert_eq!(books.children(mother).count(), 2);
        let schools: Vec<_> = books.person(mother).unwrap().roles.iter().map(|held| held.school).collect();
        assert_eq!(schools.len(), 2, "{schools:?}");
    }
    nothing_more(&world, &app, &paths, &told).await;
    app.close().await;
}

fn named_in(books: &api::facts::Books, family: &str, given: &str) -> PersonId {
    let is = |names: &domain::directory::person::Names| names.family == family && names.given == given;
    *books.persons.iter().find(|(_, book)| book.names.as_ref().is_some_and(is)).unwrap().0
}
