//! Which textbooks a head opens to an inspector: found by level, class and subject.

use api::app::Said;
use domain::actor::Actor;
use domain::directory::group::{self, Description, Sort};
use domain::directory::service;
use domain::ids::{ServiceId, StreamId};

use super::*;

const PAGE: &str = "/direction/mandats";

#[tokio::test]
async fn the_textbooks_of_several_levels_are_folded_by_level_and_one_level_is_not() {
    let pages = Pages::open().await;
    let form = pages.sees(HEAD, PAGE).await;
    assert!(!form.contains("class=\"level\""), "4e A, 4e B and their group are of one level: {form}");
    let (app, class) = (&pages.school.app, class("6A"));
    let description =
        Description { sort: Sort::Class, code: "6A".into(), label: "6A".into(), curricula: vec![], classes: vec![] };
    let opens = group::Command::Open { school: here(), year: YEAR, description };
    let stream = StreamId::new("group", class, YEAR);
    app.in_directory::<group::Group>(Actor::Import, here(), stream, Said::default(), opens).await.unwrap();
    let taught = service::Command::Open { school: here(), year: YEAR, group: class, subject: MATHS.into() };
    let stream = StreamId::new("service", ServiceId::of(class, MATHS), YEAR);
    let done = app.in_directory::<service::Service>(Actor::Import, here(), stream, Said::default(), taught).await;
    app.await_readers(done.unwrap().last_position.unwrap()).await;
    let form = pages.sees(HEAD, PAGE).await;
    let levels: Vec<&str> = form.split("<details class=\"level\"").skip(1).collect();
    assert_eq!(levels.len(), 2, "{form}");
    assert!(levels[0].contains(&maths("4A").to_string()) && levels[0].contains(&english().to_string()), "{form}");
    // What is chosen stays in sight when the form comes back.
    let (_, again) = pages.call(Some(HEAD), "POST", PAGE, &format!("service={}", maths("4B"))).await;
    assert_eq!(again.matches("<details class=\"level\" open>").count(), 1, "{again}");
}
