//! Files that go with a lesson: sent with its form or by a program, sealed as they come, read by who reads the lesson, and by nobody else.

mod drafted;
mod given;
mod kept;
mod limits;
mod lost;
mod refused;
mod works;

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use api::app::Said;
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request};
use domain::actor::{Actor, Capacity};
use domain::directory::service::{self, Assignment};
use domain::ids::{EntryId, PersonId, ServiceId, StreamId, TextbookId};
use domain::textbook::Command;
use domain::textbook::entry::{LessonRef, NewResource, Purpose};
use domain::textbook::file::{File, FileAddress, customary_limits};
use domain::textbook::homework::NewHomework;
use infra::files::{FileError, Files, NAMED_WITHIN, SWEPT_AFTER, Swept};
use jiff::civil::date;
use sqlx::{Connection as _, Executor as _, PgConnection};
use uuid::Uuid;

use crate::school::*;

const MARK: &str = "Le triangle de Pythagore, fiche de Mme Vidal";

struct Desk {
    school: School,
    router: Router,
}

struct Got {
    status: u16,
    headers: HeaderMap,
    bytes: Vec<u8>,
}

impl Got {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).replace(['\u{a0}', '\u{202f}'], " ")
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The value of the first hidden field of that name.
    fn field(&self, name: &str) -> String {
        let text = self.text();
        let rest =
            text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no {name}: {text}"));
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Desk {
    async fn open() -> Self {
        let school = School::open().await.written().await;
        let router = api::server::router(school.app.clone(), None);
        Self { school, router }
    }

    async fn send(&self, request: Request<Body>) -> Got {
        use tower::ServiceExt as _;
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 64 << 20).await.unwrap().to_vec();
        Got { status: parts.status.as_u16(), headers: parts.headers, bytes }
    }

    fn page(&self, who: PersonId, method: &str, path: &str) -> axum::http::request::Builder {
        let cookie = format!("palimpseste={}", self.school.token(who));
        Request::builder().method(method).uri(path).header("cookie", cookie)
    }

    async fn sees(&self, who: PersonId, path: &str) -> Got {
        self.send(self.page(who, "GET", path).body(Body::empty()).unwrap()).await
    }

    /// Sends the form of Thursday's lesson in 4B, as a browser does.
    async fn fills_in(&self, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Got {
        let form = self.sees(TEACHER, &thursday()).await;
        let (version, key) = (form.field("version"), Uuid::new_v4().to_string());
        let fields = [fields, &[("version", &version), ("cle", &key)]].concat();
        let body = multipart(&fields, files);
        let request = self.page(TEACHER, "POST", &thursday()).header("sec-fetch-site", "same-origin");
        self.send(request.header("content-type", MULTIPART).body(Body::from(body)).unwrap()).await
    }

    /// Publishes Thursday's lesson with a file under a title, and says where it is read.
    async fn joins(&self, title: &str, bytes: &[u8]) -> String {
        let fields = [("contenu", "Pourcentages"), ("ressource_1_titre", title), ("ressource_1_role", "travail")];
        let told = self.fills_in(&fields, &[("ressource_1_fichier", "envoi.bin", bytes)]).await;
        assert_eq!(told.status, 303, "{}", told.text());
        self.link(INSPECTOR, &format!("/inspection/cahiers/{}", maths("4B"))).await
    }

    /// The first file that a page leads to.
    async fn link(&self, who: PersonId, page: &str) -> String {
        let text = self.sees(who, page).await.text();
        let rest = text.split("href=\"/fichiers/").nth(1).unwrap_or_else(|| panic!("no file in {text}"));
        format!("/fichiers/{}", rest.split('"').next().unwrap())
    }

    /// A file that a program sends for a textbook.
    async fn receives(&self, who: PersonId, textbook: TextbookId, body: Body) -> Answer {
        let bearer = format!("Bearer {}", self.school.token(who));
        let request = Request::builder().method("POST").uri(format!("/api/v1/textbooks/{textbook}/files"));
        self.school.send(request.header("authorization", bearer).body(body).unwrap()).await
    }

    async fn received(&self, who: PersonId, textbook: TextbookId, bytes: &[u8]) -> FileAddress {
        let told = self.receives(who, textbook, Body::from(bytes.to_vec())).await;
        assert_eq!(told.status, 201, "{}", told.text);
        told.json["file"].as_str().unwrap().parse().unwrap()
    }

    fn folder(&self) -> PathBuf {
        self.school.world.data_dir.path().join("files")
    }

    /// All that is kept of files, whole or not.
    fn kept(&self) -> Vec<PathBuf> {
        let (mut found, mut folders) = (vec![], vec![self.folder()]);
        while let Some(folder) = folders.pop() {
            for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found
    }

    fn waiting(&self, address: FileAddress) -> PathBuf {
        self.folder().join("waiting").join(address.to_string())
    }

    /// As if it had been received so long ago.
    fn ages(&self, address: FileAddress, by: Duration) {
        let file = std::fs::File::options().write(true).open(self.waiting(address)).unwrap();
        file.set_modified(SystemTime::now() - by - Duration::from_mins(1)).unwrap();
    }
}

const MULTIPART: &str = "multipart/form-data; boundary=entre-deux";

fn multipart(fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part = format!("--entre-deux\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, file_name, bytes) in files {
        // What the sender says of the type is nobody's business here.
        let part = format!(
            "--entre-deux\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: text/html\r\n\r\n"
        );
        body.extend_from_slice(part.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--entre-deux--\r\n");
    body
}

fn thursday() -> String {
    format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4))
}

fn pdf(bytes: usize) -> Vec<u8> {
    let mut text = format!("%PDF-1.7\n{MARK}\n").into_bytes();
    text.extend((0u32..).flat_map(u32::to_be_bytes).take(bytes.saturating_sub(text.len())));
    text
}

fn sound(bytes: usize) -> Vec<u8> {
    let mut text = b"RIFF\x00\x00\x00\x00WAVEfmt ".to_vec();
    text.extend((0u32..).flat_map(u32::to_be_bytes).take(bytes - text.len()));
    text
}

fn with(file: FileAddress) -> Command {
    let resource = NewResource { title: "Fiche".into(), link: None, purpose: Purpose::Lesson, file: Some(file) };
    let lesson = LessonRef::Slot { slot: slot("4B", MATHS, 4), date: THURSDAY };
    let content = "Pourcentages".into();
    let framing = domain::textbook::entry::NewFraming::default();
    Command::PublishEntry { lesson, content, framing, resources: vec![resource], homework: vec![], copied_from: None }
}

#[tokio::test]
async fn a_sheet_joined_to_a_lesson_is_read_by_who_reads_the_lesson_and_by_nobody_else() {
    let desk = Desk::open().await;
    let sheet = pdf(200_000);
    let link = desk.joins("Fiche 3, équations", &sheet).await;
    for (who, page) in [
        (PUPIL, format!("/eleve/cahiers/{}", maths("4B"))),
        (PARENT, format!("/parent/enfants/{PUPIL}/cahiers/{}", maths("4B"))),
        (INSPECTOR, format!("/inspection/cahiers/{}", maths("4B"))),
    ] {
        let text = desk.sees(who, &page).await.text();
        assert!(text.contains(&link) && text.contains("PDF, 200 ko") && text.contains("Fiche 3, équations"), "{text}");
    }
    // Those of the textbook, behind the scenes; then those who read what pupils read.
    let behind = [TEACHER, CO_TEACHER, SUBSTITUTE, FORMER_TEACHER, HEAD, DEPUTY, INSPECTOR];
    let released = [PUPIL, PARENT, SEPARATED, SUPERVISING, AESH, FORM_TUTOR, SCHOOL_LIFE];
    let readers = [behind, released].concat();
    for who in readers.iter().copied() {
        let got = desk.sees(who, &link).await;
        assert_eq!(got.status, 200, "{who}: {}", got.text());
        assert!(got.bytes == sheet, "{who}");
    }
    let others: Vec<_> = PEOPLE.into_iter().filter(|(_, who)| !readers.contains(who)).collect();
    assert_eq!(others.len(), 16);
    for (title, who) in others {
        assert_eq!(desk.sees(who, &link).await.status, 404, "{title}");
    }
    let nobody = desk.send(Request::builder().uri(&link).body(Body::empty()).unwrap()).await;
    assert_eq!(nobody.status, 303);
    assert!(!nobody.text().contains(MARK));
    // The same file under the address of another textbook is not there, even for who reads both.
    let elsewhere = link.replace(&maths("4B").to_string(), &maths("4A").to_string());
    assert_eq!(desk.sees(HEAD, &elsewhere).await.status, 404);
}

#[tokio::test]
async fn a_file_of_work_for_one_pupil_is_read_by_that_pupil_their_relatives_and_the_team() {
    let desk = Desk::open().await;
    let file = desk.received(OTHER_TEACHER, english(), &pdf(1000)).await;
    let resource = NewResource { title: "Soutien".into(), link: None, purpose: Purpose::Homework, file: Some(file) };
    let homework = NewHomework {
        audience: Some([SIBLING].into()),
        resources: vec![resource],
        ..exercise(7, "Fiche", date(2026, 11, 23))
    };
    let monday = LessonRef::Slot { slot: slot("4ANG1", ENGLISH, 1), date: MONDAY };
    let give = Command::GiveHomework { given_in: monday, homework };
    let told = desk.school.tell(OTHER_TEACHER, &format!("textbooks/{}", english()), &[], &give).await;
    assert_eq!(told.status, 200, "{}", told.text);
    desk.school.app.await_readers(desk.school.head().await).await;
    let link = format!("/fichiers/{}/{file}", english());
    // The parent of both reads it by the second child.
    for who in [SIBLING, PARENT, OTHER_TEACHER, HEAD] {
        let got = desk.sees(who, &link).await;
        assert!(got.status == 200 && got.bytes == pdf(1000), "{who}: {}", got.text());
    }
    for who in [PUPIL, SEPARATED, TEACHER] {
        assert_eq!(desk.sees(who, &link).await.status, 404, "{who}");
    }
    // Given to the whole group, it is everybody's.
    let resource = NewResource { title: "Soutien".into(), link: None, purpose: Purpose::Homework, file: Some(file) };
    let audience = Some(std::collections::BTreeSet::new());
    let homework = NewHomework { resources: vec![resource], audience, ..exercise(7, "Fiche", date(2026, 11, 23)) };
    let etag = told.header("etag").to_owned();
    let (to, revise) = (format!("textbooks/{}", english()), Command::ReviseHomework { homework });
    let told = desk.school.tell(OTHER_TEACHER, &to, &[("if-match", &etag)], &revise).await;
    assert_eq!(told.status, 200, "{}", told.text);
    desk.school.app.await_readers(desk.school.head().await).await;
    for who in [PUPIL, SEPARATED] {
        assert_eq!(desk.sees(who, &link).await.status, 200, "{who}");
    }
}

#[tokio::test]
async fn a_file_goes_with_a_lesson_that_is_taken_over_sealed_anew_for_the_other_textbook() {
    let desk = Desk::open().await;
    desk.joins("Fiche 3", &pdf(200_000)).await;
    // The teacher of 4B takes mathematics in 4A too.
    let held = Assignment { teacher: TEACHER, capacity: Capacity::CoTeacher, from: RENTREE, until: None };
    let stream = StreamId::new("service", ServiceId::of(class("4A"), MATHS), YEAR);
    let assign = service::Command::Assign { assignment: held };
    let app = &desk.school.app;
    let done = app.in_directory::<service::Service>(Actor::Import, here(), stream, Said::default(), assign).await;
    app.await_readers(done.unwrap_or_else(|problem| panic!("{}", problem.detail)).last_position.unwrap()).await;
    let there = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4A"), slot("4A", MATHS, 4));
    let offered = desk.sees(TEACHER, &there).await.text();
    let href = offered.split("href=\"").find(|rest| rest.contains("?reprise=")).unwrap_or_else(|| panic!("{offered}"));
    let form = desk.sees(TEACHER, href.split('"').next().unwrap()).await;
    let (version, key, source) = (form.field("version"), form.field("cle"), form.field("reprise"));
    let fields = [
        ("contenu", "Pourcentages"),
        ("ressource_1_titre", "Fiche 3"),
        ("ressource_1_depot", &form.field("ressource_1_depot")),
        ("reprise", &source),
        ("version", &version),
        ("cle", &key),
    ];
    let request = desk.page(TEACHER, "POST", &there).header("sec-fetch-site", "same-origin");
    let body = Body::from(multipart(&fields, &[]));
    let told = desk.send(request.header("content-type", MULTIPART).body(body).unwrap()).await;
    assert_eq!(told.status, 303, "{}", told.text());
    desk.school.world.clock.set("2026-11-20T10:00:00Z".parse().unwrap());
    let link = desk.link(SIBLING, &format!("/eleve/cahiers/{}", maths("4A"))).await;
    assert!(link.contains(&maths("4A").to_string()), "{link}");
    let read = desk.sees(SIBLING, &link).await;
    assert_eq!((read.status, read.bytes), (200, pdf(200_000)));
    assert_eq!(desk.sees(PUPIL, &link).await.status, 404, "of the other class");
}

#[tokio::test]
async fn a_lesson_that_is_revised_keeps_its_file_until_it_is_left_out_and_only_former_versions_hold_it_then() {
    let desk = Desk::open().await;
    let sheet = pdf(2_000);
    let link = desk.joins("Fiche", &sheet).await;
    let kept = desk.sees(TEACHER, &thursday()).await.field("ressource_1_depot");
    let row = [("ressource_1_titre", "Fiche"), ("ressource_1_role", "travail"), ("ressource_1_depot", &*kept)];
    let same = [&[("contenu", "Pourcentages")], &row[..]].concat();
    let head = desk.school.head().await;
    assert_eq!(desk.fills_in(&same, &[]).await.status, 303);
    assert_eq!(desk.school.head().await, head, "nothing has changed");
    let revised = [&[("contenu", "Pourcentages (2)")], &row[..]].concat();
    assert_eq!(desk.fills_in(&revised, &[]).await.status, 303);
    assert_eq!(desk.sees(PUPIL, &link).await.status, 200);
    let left_out = [&revised[..], &[("ressource_1_sans_fichier", "oui")]].concat();
    assert_eq!(desk.fills_in(&left_out, &[]).await.status, 303);
    for who in [PUPIL, PARENT] {
        assert_eq!(desk.sees(who, &link).await.status, 404);
    }
    for who in [TEACHER, HEAD, INSPECTOR] {
        assert!(desk.sees(who, &link).await.bytes == sheet);
    }
}

#[tokio::test]
async fn the_file_of_a_withdrawn_lesson_is_for_who_reads_behind_the_scenes() {
    let desk = Desk::open().await;
    let sheet = pdf(2_000);
    let link = desk.joins("Fiche", &sheet).await;
    let version = desk.sees(TEACHER, &thursday()).await.field("version");
    let form = format!("motif=Erreur&version={version}&cle={}", Uuid::new_v4());
    let request = desk.page(TEACHER, "POST", &format!("{}/retirer", thursday()));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(desk.send(request.body(Body::from(form)).unwrap()).await.status, 303);
    for who in [PUPIL, PARENT, SEPARATED] {
        assert_eq!(desk.sees(who, &link).await.status, 404);
    }
    for who in [TEACHER, HEAD, INSPECTOR] {
        assert!(desk.sees(who, &link).await.bytes == sheet);
    }
    desk.school.world.clock.set("2026-11-28T08:00:00Z".parse().unwrap());
    assert_eq!(desk.sees(INSPECTOR, &link).await.status, 404, "the mandate is over");
}

#[tokio::test]
async fn pa_01_a_file_published_in_the_evening_waits_for_the_morning_with_its_lesson() {
    let desk = Desk::open().await;
    desk.school.world.clock.set("2026-11-17T19:30:00Z".parse().unwrap());
    let link = desk.joins("Fiche", &pdf(2_000)).await;
    assert_eq!(desk.sees(PUPIL, &link).await.status, 404);
    assert_eq!(desk.sees(TEACHER, &link).await.status, 200);
    desk.school.world.clock.set("2026-11-18T06:00:00Z".parse().unwrap());
    assert_eq!(desk.sees(PUPIL, &link).await.status, 200);
}

#[tokio::test]
async fn a_program_sends_a_file_names_it_in_a_command_and_reads_it_back() {
    let desk = Desk::open().await;
    let sheet = pdf(100_000);
    let file = desk.received(TEACHER, maths("4B"), &sheet).await;
    let textbook = format!("textbooks/{}", maths("4B"));
    let told = desk.school.tell(TEACHER, &textbook, &[("idempotency-key", "k")], &with(file)).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let again = desk.school.tell(TEACHER, &textbook, &[("idempotency-key", "k")], &with(file)).await;
    assert_eq!((again.status, again.text), (200, told.text));
    let read = desk.school.read(PUPIL, &format!("/api/v1/{textbook}")).await;
    let entries = read.json["entries"].as_array().unwrap();
    let held: Vec<_> = entries.iter().flat_map(|entry| entry["resources"].as_array().unwrap()).collect();
    let expected = serde_json::json!({"file": file.to_string(), "bytes": 100_000, "media": "pdf"});
    assert_eq!(held[0]["file"], expected);
    let request = |who: PersonId| {
        let bearer = format!("Bearer {}", desk.school.token(who));
        let path = format!("/api/v1/{textbook}/files/{file}");
        Request::builder().uri(path).header("authorization", bearer).body(Body::empty()).unwrap()
    };
    let got = desk.send(request(PUPIL)).await;
    assert!(got.status == 200 && got.bytes == sheet);
    assert_eq!(got.header("content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(desk.send(request(SIBLING)).await.status, 404);
    let other = format!("/api/v1/{textbook}/files/{}", "0".repeat(64));
    desk.school.read(PUPIL, &other).await.refused(404, "unknown");
}

#[tokio::test]
async fn a_file_is_published_in_the_textbook_it_was_sent_to_and_in_no_other() {
    let desk = Desk::open().await;
    let theirs = desk.received(OTHER_TEACHER, maths("4A"), &pdf(100)).await;
    let textbook = format!("textbooks/{}", maths("4B"));
    desk.school.tell(TEACHER, &textbook, &[], &with(theirs)).await.refused(400, "file-unknown");
    desk.school.tell(TEACHER, &textbook, &[], &with(FileAddress([9; 32]))).await.refused(400, "file-unknown");
}
