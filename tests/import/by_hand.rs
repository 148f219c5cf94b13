//! What the school made by itself, and no file names.

use api::app::Said;
use domain::actor::Actor;
use domain::directory::group::{Command, Description, Group};
use domain::directory::person::{self, Names, Person};
use domain::ids::StreamId;
use uuid::Uuid;

use super::*;

#[tokio::test]
async fn a_group_that_the_school_made_is_left_as_it_is_but_by_who_leaves_the_school() {
    let world = World::new().await;
    let (app, dir) = (world.app().await, tempfile::tempdir().unwrap());
    let all = a_small_school(dir.path(), 10, "20260914");
    import(&app, &all, &options()).await.unwrap();
    let (school, head) = (SchoolId::of(UAI), PersonId(Uuid::from_u128(77)));
    let names = Names { family: "Roux".into(), given: "Hélène".into(), title: None };
    let registered = person::Command::Register { person: head, names, origin: None };
    let leads = person::Command::TakeRole { school, role: Role::Head, from: date(2026, 9, 1), until: None };
    let commands = person::Command::Several { commands: vec![registered, leads] };
    let stream = StreamId::new("person", head, SchoolYear::NONE);
    let told = app.in_directory::<Person>(Actor::Import, school, stream, Said::default(), commands).await;
    app.await_readers(told.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap()).await;

    let group = GroupId::of(school, YEAR, "Besoins 2");
    let (stays, leaves) = (named(&app, "PUPIL0"), named(&app, "PUPIL9"));
    let (code, label, classes) = ("Besoins 2".to_owned(), "Besoins 2".to_owned(), vec!["4A".to_owned()]);
    let description = Description { sort: Sort::Group, code, label, curricula: vec![], classes };
    for command in [
        Command::Open { school, year: YEAR, description },
        Command::ChangeMembers { joined: vec![stays, leaves], left: vec![], on: date(2026, 9, 14) },
    ] {
        let stream = StreamId::new("group", group, YEAR);
        let told = app.in_directory::<Group>(Actor::Person(head), school, stream, Said::default(), command).await;
        app.await_readers(told.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap()).await;
    }
    nothing_more(&world, &app, &all, &options()).await;

    let later = tempfile::tempdir().unwrap();
    let fewer = a_small_school(later.path(), 9, "20261012");
    import(&app, &fewer, &options()).await.unwrap();
    let books = app.register.read();
    let members = |on| books.members(group, on).collect::<BTreeSet<_>>();
    assert_eq!(members(date(2026, 10, 11)), BTreeSet::from([stays, leaves]));
    assert_eq!(members(date(2026, 10, 12)), BTreeSet::from([stays]));
}
