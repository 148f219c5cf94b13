//! How much work falls on all the classes of a week, at one glance, for whom; and how far a month is filled, class by class?

use super::*;

/// The line of a class, as it is read.
fn line(text: &str, class: &str) -> String {
    plain(between(text, &format!("{class}</a></th>"), "</tr>"))
}

/// Each cell of it, without its tags.
fn cells(text: &str, class: &str) -> Vec<String> {
    let strip = |cell: &str| {
        let pieces = cell.split('<').filter_map(|piece| piece.split_once('>').map(|(_, said)| said));
        pieces.collect::<Vec<_>>().concat().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    line(text, class).split("<td").skip(1).map(|cell| strip(&format!("<td{cell}"))).collect()
}

const NOTHING: &str = "—aucun travail";
const OF_HEAD: &str = "/direction/charge/classes?semaine=2026-11-16";

#[tokio::test]
async fn ct_11_the_head_sees_the_week_of_every_class_whatever_group_gives_the_work() {
    let pages = Pages::open().await;
    let monday = LessonRef::Slot { slot: slot("4ANG1", crate::school::ENGLISH, 1), date: MONDAY };
    let give = Command::GiveHomework { given_in: monday, homework: exercise(8, "Learn", THURSDAY) };
    let told = pages.school.tell(OTHER_TEACHER, &format!("textbooks/{}", english()), &[], &give).await;
    assert_eq!(told.status, 200, "{}", told.text);
    pages.school.app.await_readers(pages.school.head().await).await;
    for (who, path) in [(HEAD, OF_HEAD), (SCHOOL_LIFE, "/vie-scolaire/charge?semaine=2026-11-16")] {
        let week = pages.sees(who, path).await;
        assert_eq!(
            cells(&week, "4<sup>e</sup>\u{a0}B"),
            [NOTHING, NOTHING, NOTHING, "40 min 2 travaux", NOTHING],
            "{week}"
        );
        assert_eq!(
            cells(&week, "4<sup>e</sup>\u{a0}A"),
            [NOTHING, NOTHING, NOTHING, "20 min 1 travail", NOTHING],
            "{week}"
        );
        assert!(week.contains("<caption id=\"par-jour\">") && week.contains("<th scope=\"col\""), "a real table");
    }
    let next = pages.sees(HEAD, "/direction/charge/classes?semaine=2026-11-23").await;
    assert_eq!(cells(&next, "4<sup>e</sup>\u{a0}B"), [NOTHING; 5], "another week");
}

#[tokio::test]
async fn ct_11_a_teacher_sees_the_classes_they_teach_today_and_no_other() {
    const PATH: &str = "/enseignant/charge?semaine=2026-11-16";
    let pages = Pages::open().await;
    for who in [TEACHER, FORM_TUTOR] {
        let week = pages.sees(who, PATH).await;
        assert_eq!(cells(&week, "4<sup>e</sup>\u{a0}B")[3], "20 min 1 travail", "{week}");
        assert!(!week.contains("4<sup>e</sup>\u{a0}A</a>"), "{week}");
    }
    // Of the group of two classes, both are theirs.
    let week = pages.sees(OTHER_TEACHER, PATH).await;
    assert!(week.contains("4<sup>e</sup>\u{a0}A</a>") && week.contains("4<sup>e</sup>\u{a0}B</a>"), "{week}");
    let week = pages.sees(FORMER_TEACHER, PATH).await;
    assert!(!week.contains("4<sup>e</sup>"), "who has left the class no longer counts its work: {week}");
    for who in [PUPIL, PARENT, TEACHER, OTHER_HEAD] {
        let (status, text) = pages.call(Some(who), "GET", OF_HEAD, "").await;
        assert!(status == 404 || !text.contains("4<sup>e</sup>"), "{status}: {text}");
    }
}

#[tokio::test]
async fn ct_11_a_sheet_for_each_half_is_one_work_in_the_table_too() {
    let pages = Pages::open().await;
    let monday = LessonRef::Slot { slot: slot("4ANG1", crate::school::ENGLISH, 1), date: MONDAY };
    for (id, pupil, minutes) in [(8, PUPIL, 20), (9, SIBLING, 30)] {
        let audience = Some([pupil].into());
        let homework = NewHomework { audience, minutes: Some(minutes), ..exercise(id, "Sheet", NEXT_MONDAY) };
        let give = Command::GiveHomework { given_in: monday, homework };
        let told = pages.school.tell(OTHER_TEACHER, &format!("textbooks/{}", english()), &[], &give).await;
        assert_eq!(told.status, 200, "{}", told.text);
    }
    pages.school.app.await_readers(pages.school.head().await).await;
    let week = pages.sees(HEAD, &format!("/direction/charge/classes?semaine={NEXT_MONDAY}")).await;
    assert_eq!(cells(&week, "4<sup>e</sup>\u{a0}B")[0], "20 min 1 travail", "{week}");
    assert_eq!(cells(&week, "4<sup>e</sup>\u{a0}A")[0], "30 min 1 travail", "{week}");
}

#[tokio::test]
async fn ct_11_a_cell_is_of_one_pupil_and_never_the_minutes_of_one_with_the_works_of_another() {
    let pages = Pages::open().await;
    let monday = LessonRef::Slot { slot: slot("4A", MATHS, 1), date: MONDAY };
    // One pupil has a long sheet, another two short ones.
    for (id, pupil, minutes) in [(8, SIBLING, 60), (9, ADULT, 10), (10, ADULT, 15)] {
        let homework = NewHomework {
            audience: Some([pupil].into()),
            minutes: Some(minutes),
            ..exercise(id, "Sheet", NEXT_MONDAY)
        };
        let give = Command::GiveHomework { given_in: monday, homework };
        let told = pages.school.tell(OTHER_TEACHER, &format!("textbooks/{}", maths("4A")), &[], &give).await;
        assert_eq!(told.status, 200, "{}", told.text);
    }
    pages.school.app.await_readers(pages.school.head().await).await;
    let week = pages.sees(HEAD, &format!("/direction/charge/classes?semaine={NEXT_MONDAY}")).await;
    assert_eq!(cells(&week, "4<sup>e</sup>\u{a0}A")[0], "1 h 1 travail", "{week}");
    let class = format!("/direction/charge?classe={}", crate::school::class("4A"));
    assert!(plain(&pages.sees(HEAD, &class).await).contains("1 travail, environ 1 h"));
}

#[tokio::test]
async fn ct_11_work_weighs_in_the_week_where_its_lesson_is_held() {
    let pages = Pages::open().await;
    pages.gives(7, "Exercice 3", thursday_in_4b()).await;
    let later = Date::constant(2026, 11, 24);
    assert_eq!(pages.moves(&lesson_of("4B", 4, THURSDAY), &format!("jour={later}&heure=14:00")).await.0, 303);
    let this = cells(&pages.sees(HEAD, OF_HEAD).await, "4<sup>e</sup>\u{a0}B");
    assert_eq!(this[3], "20 min 1 travail", "what is due for the day stays there");
    let next = cells(&pages.sees(HEAD, "/direction/charge/classes?semaine=2026-11-23").await, "4<sup>e</sup>\u{a0}B");
    assert_eq!(next, [NOTHING, "20 min 1 travail", NOTHING, NOTHING, NOTHING]);
}

#[tokio::test]
async fn ct_01_the_month_of_a_class_is_counted_like_its_year() {
    const MONTH: &str = "/direction/mois?mois=2026-11-01";
    let pages = Pages::open().await;
    // Friday: Thursday's lesson is over.
    pages.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    let row = |text: String| cells(&text, "4<sup>e</sup>\u{a0}B").pop().unwrap();
    let empty = row(pages.sees(HEAD, MONTH).await);
    assert!(empty.contains("0 séance remplie sur 1"), "{empty}");
    assert_eq!(empty, row(pages.sees(HEAD, "/direction").await));
    let lesson = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    pages.writes(TEACHER, &lesson, "Pourcentages").await;
    let full = row(pages.sees(HEAD, MONTH).await);
    assert!(full.contains("1 séance remplie sur 1"), "{full}");
    assert_eq!(full, row(pages.sees(HEAD, "/direction").await));
    let beside = pages.sees(HEAD, &format!("{MONTH}&classe={}", crate::school::class("4B"))).await;
    assert_eq!(row(beside.clone()), full, "the class, and below it the groups of its pupils");
    assert!(beside.matches("<th scope=\"row\">").count() > 1, "{beside}");
    let ahead = pages.sees(HEAD, "/direction/mois?mois=2027-03-01").await;
    assert!(ahead.contains("Aucune séance tenue ce mois-ci"), "{ahead}");
    for who in [TEACHER, SCHOOL_LIFE, PUPIL] {
        assert_eq!(pages.call(Some(who), "GET", MONTH, "").await.0, 404);
    }
}
