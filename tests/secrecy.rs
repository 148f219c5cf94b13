//! What is personal is never on disk in clear: not in a table, not in the write-ahead log, not in a log file, not in a key file.
//!
//! The search covers every file of a data directory of its own, `pg_wal` included. The files of the feed are the school's own input
//! and lie elsewhere here. Planted texts are short, so that no compression of a wide row could hide them.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use api::app::{App, Mode, Said, lasting};
use api::facts::{LessonAt, REGISTER};
use api::feed;
use base64::Engine as _;
use domain::actor::Actor;
use domain::directory::person::{Command as OfPerson, Contacts, Names, Origin, Person, Role};
use domain::ids::{EntryId, HomeworkId, PersonId, SchoolId};
use domain::textbook::Command;
use domain::textbook::entry::{LessonRef, NewFraming, NewResource, Purpose};
use domain::textbook::homework::{DueRef, HomeworkKind, NewHomework};
use infra::clock::ManualClock;
use infra::devdb::{self, Cluster, Options};
use infra::generator;
use jiff::civil::date;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tests::tuesday_evening;
use uuid::Uuid;

const PUPIL: &str = "Zyqueplante";
const FAMILY: &str = "Wolkenjungfer";
const GIVEN: &str = "Quintiliana";
const STREET: &str = "77 rue du Palimpseste";
const TOWN: &str = "Vieillegrattoir";
const PHONE: &str = "0639981742";
const MAIL: &str = "quintiliana@parchemin.example";
const NUMBER: &str = "987650123INE";
const TEXT: &str = "Le théorème de Thalès appliqué au gnomon";
const CORRECTED: &str = "Corrigé du gnomon, seconde lecture";
const TITLE: &str = "Fiche gnomonique";
const LINK: &str = "https://gnomon.example/fiche-secrete";
const WORK: &str = "Mesurer une ombre portée";
const REASON: &str = "Mauvaise classe, pardon";
const JOINED: &str = "Le gnomon, fiche jointe";
const STATED: &str = "1931-02-27";
const REFUSED: &str = "Ceci sera refusé au guichet";
const CONTROL: &str = "Temoin en clair dans une table";

const PLANTED: [&str; 17] = [
    PUPIL, FAMILY, GIVEN, STREET, TOWN, PHONE, MAIL, NUMBER, TEXT, CORRECTED, TITLE, LINK, WORK, REASON, JOINED,
    STATED, REFUSED,
];

/// The forms under which a text could lie there: as it is, in other cases, in UTF-16, escaped as JSON, and in the middle of base64.
fn forms(text: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![text.as_bytes().to_vec(), text.to_lowercase().into_bytes(), text.to_uppercase().into_bytes()];
    forms.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    let escape = |c: char| if c.is_ascii() { c.to_string() } else { format!("\\u{:04x}", u32::from(c)) };
    forms.push(text.chars().map(escape).collect::<String>().into_bytes());
    for offset in 0..3 {
        let shifted = [&vec![0; offset], text.as_bytes()].concat();
        let whole = shifted.len() / 3 * 3;
        let encoded = base64::engine::general_purpose::STANDARD_NO_PAD.encode(&shifted[..whole]);
        // The first characters also hold bits of what stood before.
        forms.push(encoded.as_bytes()[[0, 2, 3][offset]..].to_vec());
    }
    forms
}

/// Where each planted text is found under a folder.
fn found(root: &Path, texts: &[&str]) -> BTreeMap<String, Vec<PathBuf>> {
    let mut needles: Vec<Vec<(usize, Vec<u8>)>> = vec![Vec::new(); 1 << 16];
    for (number, text) in texts.iter().enumerate() {
        for form in forms(text) {
            needles[usize::from(u16::from_le_bytes([form[0], form[1]]))].push((number, form));
        }
    }
    let (mut found, mut folders, mut bytes_read) = (BTreeMap::<String, Vec<PathBuf>>::new(), vec![root.to_owned()], 0);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            // A socket, or a file that the server has just removed, holds nothing.
            let Ok(bytes) = std::fs::read(&path) else { continue };
            bytes_read += bytes.len();
            for at in 0..bytes.len().saturating_sub(1) {
                for (number, form) in &needles[usize::from(u16::from_le_bytes([bytes[at], bytes[at + 1]]))] {
                    if bytes[at..].starts_with(form) {
                        found.entry(texts[*number].to_owned()).or_default().push(path.clone());
                    }
                }
            }
        }
    }
    assert!(bytes_read > 10_000_000, "only {bytes_read} bytes were read: this is not a cluster");
    found
}

#[test]
fn a_text_is_recognised_in_the_middle_of_base64_wherever_it_stands() {
    for before in ["", "a", "bc", "def"] {
        let line = base64::engine::general_purpose::STANDARD.encode(format!("{before}{TEXT} et la suite"));
        assert!(forms(TEXT).iter().any(|form| line.as_bytes().windows(form.len()).any(|window| window == form)));
    }
}

/// A school of twenty pupils, one of them of the planted name, comes in.
async fn a_school_comes_in(app: &App, feed_dir: &Path) -> SchoolId {
    let mut school = generator::generate(&generator::Options { pupils: 20, ..generator::Options::default() });
    PUPIL.clone_into(&mut school.pupils[3].surname);
    let paths = generator::write_files(&school, feed_dir).unwrap();
    assert!(std::fs::read_to_string(&paths[1]).unwrap().contains(PUPIL) || paths.iter().any(|path| says(path, PUPIL)));
    feed::import(app, &paths, &feed::Options::default(), |_, _| {}).await.unwrap();
    SchoolId::of(&school.uai)
}

fn says(path: &Path, text: &str) -> bool {
    std::fs::read(path).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
}

/// A person of planted names, numbers and contacts; then the same request again, and one that is refused.
async fn a_person_is_registered(app: &App, school: SchoolId) -> PersonId {
    let person = PersonId(Uuid::from_u128(42));
    let names = |family: &str| Names { family: family.into(), given: GIVEN.into(), title: None };
    let contacts = Contacts {
        address: vec![STREET.into()],
        postal_code: Some("99999".into()),
        town: Some(TOWN.into()),
        phones: vec![PHONE.into()],
        mail: Some(MAIL.into()),
    };
    let origin = Origin {
        source: "aaf".into(),
        category: "Eleve".into(),
        number: NUMBER.into(),
        ine: Some(NUMBER.into()),
        birth_date: Some(date(2013, 2, 14)),
    };
    let commands = |family: &str| OfPerson::Several {
        commands: vec![
            OfPerson::Register { person, names: names(family), origin: Some(origin.clone()) },
            OfPerson::SetContacts { contacts: contacts.clone() },
            OfPerson::TakeRole { school, role: Role::Pupil, from: date(2026, 9, 1), until: None },
        ],
    };
    let said = || Said { key: Some("register-42".into()), expected: None };
    let stream = lasting("person", person);
    let send = |family| app.in_directory::<Person>(Actor::Operator, school, stream, said(), commands(family));
    let receipt = send(FAMILY).await.unwrap();
    assert_eq!(send(FAMILY).await.unwrap(), receipt);
    assert_eq!(send(PUPIL).await.unwrap_err().status, 422);
    let stated = OfPerson::StateBirthDate { born_on: STATED.parse().unwrap() };
    let said = Said { key: Some("born-42".into()), expected: None };
    let receipt = app.in_directory::<Person>(Actor::Operator, school, stream, said, stated).await.unwrap();
    assert_eq!(app.born_on(person).await.unwrap(), Some(STATED.parse().unwrap()));
    app.await_readers(receipt.last_position.unwrap()).await;
    person
}

/// A lesson of the week, and who teaches it.
fn a_lesson(app: &App, school: SchoolId) -> (PersonId, LessonAt) {
    let books = app.register.read();
    let monday = date(2026, 11, 16);
    let lessons = books.services_of_school(school).filter_map(|service| {
        let teacher = service.assignments.iter().find(|held| held.holds(date(2026, 11, 17)))?.teacher;
        Some((teacher, books.lessons(service.textbook, monday, monday).pop()?))
    });
    lessons.into_iter().next().expect("a lesson on Monday")
}

async fn a_teacher_writes(app: &App, school: SchoolId) {
    let (teacher, lesson) = a_lesson(app, school);
    let textbook = lesson.textbook;
    let entry = EntryId::of(textbook, &lesson.slot.to_string(), lesson.date);
    let mut arriving = app.arriving(teacher, textbook, 0).await.unwrap();
    arriving.write(format!("%PDF-1.7\n{JOINED}").as_bytes()).await.unwrap();
    let file = arriving.finish().await.unwrap().deposit().await.unwrap().address;
    let resources = || {
        let (link, purpose) = (Some(LINK.into()), Purpose::Lesson);
        let linked = NewResource { title: TITLE.into(), link, purpose, file: None };
        vec![linked, NewResource { title: TITLE.into(), link: None, purpose, file: Some(file) }]
    };
    let homework = NewHomework {
        homework: HomeworkId(Uuid::from_u128(7)),
        text: WORK.into(),
        due: DueRef::Date { date: date(2026, 11, 20) },
        kind: HomeworkKind::Exercise,
        minutes: Some(20),
        written: true,
        resources: resources(),
        audience: None,
    };
    let publish = |content: &str| Command::PublishEntry {
        lesson: LessonRef::Slot { slot: lesson.slot, date: lesson.date },
        content: content.into(),
        framing: NewFraming::default(),
        copied_from: None,
        resources: resources(),
        homework: vec![homework.clone()],
    };
    let said = |key: &str| Said { key: Some(key.into()), expected: None };
    let send = |key, command| app.in_textbook(teacher, textbook, said(key), command);
    send("publish", publish(TEXT)).await.unwrap();
    send("publish", publish(TEXT)).await.unwrap();
    send("publish again", publish(REFUSED)).await.unwrap_err();
    send("publish", publish(REFUSED)).await.unwrap_err();
    let (content, homework) = (Some(CORRECTED.to_owned()), vec![]);
    send(
        "revise",
        Command::ReviseEntry { entry, content, framing: NewFraming::default(), resources: resources(), homework },
    )
    .await
    .unwrap();
    let withdraw = Command::WithdrawEntry { entry, reason: REASON.into(), with_homework: true };
    let stranger = app.in_textbook(PersonId(Uuid::from_u128(42)), textbook, said("stranger"), withdraw.clone()).await;
    stranger.unwrap_err();
    let receipt = send("withdraw", withdraw).await.unwrap();
    app.await_readers(receipt.last_position.unwrap()).await;
}

/// Everything in memory goes to the files.
async fn flushed(cluster: &Cluster) {
    let mut superuser = PgConnection::connect(cluster.superuser_url()).await.unwrap();
    superuser.execute("checkpoint").await.unwrap();
    superuser.execute("select pg_switch_wal()").await.unwrap();
    superuser.execute("checkpoint").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_personal_is_in_the_data_directory_in_clear() {
    let (home, feed_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::set_permissions(home.path(), PermissionsExt::from_mode(0o711)).unwrap();
    let options = Options { download: true, ..Options::throwaway(home.path()) };
    let cluster = devdb::open(&options, &mut |_| {}).await.unwrap();
    assert!(cluster.directory().starts_with(home.path()), "the cluster lies elsewhere");
    let clock = Arc::new(ManualClock::at(tuesday_evening()));
    let app = App::open(home.path(), cluster.url(), cluster.vault_url(), clock, Mode::Serve).await.unwrap();
    let school = a_school_comes_in(&app, feed_dir.path()).await;
    let person = a_person_is_registered(&app, school).await;
    a_teacher_writes(&app, school).await;
    // It was all understood, and can be read by who has the keys.
    let head = infra::subscriptions::head(&app.reader).await.unwrap();
    for name in app.subscriptions.names().into_iter().chain([REGISTER]) {
        app.subscriptions.wait_for(name, head, Duration::from_secs(20)).await.unwrap();
    }
    assert_eq!(app.register.read().person(person).unwrap().full(), format!("{GIVEN} {FAMILY}"));
    let texts: i64 = sqlx::query_scalar("select count(*) from inspector.version").fetch_one(&app.reader).await.unwrap();
    assert!(texts >= 3);
    assert_eq!(std::fs::read_dir(home.path().join("files/waiting")).unwrap().count(), 1, "the file is kept here");
    flushed(&cluster).await;
    let nothing = BTreeMap::new();
    assert_eq!(found(home.path(), &PLANTED), nothing);
    // The search finds what is there: a text written in clear in a table is in its file and in the log.
    let mut owner = PgConnection::connect(cluster.url()).await.unwrap();
    owner.execute("create table scratch (text text)").await.unwrap();
    sqlx::query("insert into scratch values ($1)").bind(CONTROL).execute(&mut owner).await.unwrap();
    flushed(&cluster).await;
    let control = found(home.path(), &[CONTROL]).remove(CONTROL).unwrap_or_default();
    for part in ["base", "pg_wal"] {
        let within = cluster.directory().join(part);
        assert!(control.iter().any(|path| path.starts_with(&within)), "not found in {part}: {control:?}");
    }
    app.close().await;
    cluster.stop();
}
