//! The pages, without a browser: every address × everybody, kept in `golden/page_matrix.txt`; then what a form must never do.

mod births;
mod ended;
mod former;
mod groups;
mod lessons;
mod looks;
mod lost;
mod mandates;
mod primary;
mod rights;
mod roles;
mod schools;
mod staff;
mod takeover;
mod weight;
mod writing;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use domain::ids::PersonId;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::golden::kept;
use crate::school::*;

struct Pages {
    school: School,
    router: Router,
}

impl Pages {
    async fn open() -> Self {
        let school = School::open().await.written().await;
        let router = api::web::routes::router(school.app.clone(), None);
        Self { school, router }
    }

    async fn call(&self, who: Option<PersonId>, method: &str, path: &str, form: &str) -> (u16, String) {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(who) = who {
            request = request.header("cookie", format!("palimpseste={}", self.school.token(who)));
        }
        if method == "POST" {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    async fn send(&self, request: Request<Body>) -> (u16, String) {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, 16 << 20).await.unwrap();
        (parts.status.as_u16(), String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// How each address is called. An address that the pages gain has no line here, and fails.
fn addresses() -> Vec<(&'static str, &'static str, String)> {
    let lesson = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    let outside = format!("/enseignant/cahiers/{}/hors-emploi-du-temps", maths("4B"));
    let moving = format!("/direction/seances/{}/{}/{THURSDAY}/deplacer", maths("4B"), slot("4B", MATHS, 4));
    vec![
        ("GET", "/", "/".into()),
        ("GET", "/accessibilite", "/accessibilite".into()),
        ("GET", "/donnees-personnelles", "/donnees-personnelles".into()),
        ("GET", "/donnees-personnelles/eleves", "/donnees-personnelles/eleves".into()),
        ("POST", "/jeton", "/jeton".into()),
        ("GET", "/eleve", "/eleve".into()),
        ("GET", "/eleve/travail", "/eleve/travail".into()),
        ("GET", "/eleve/charge", "/eleve/charge".into()),
        ("GET", "/eleve/droits", "/eleve/droits".into()),
        ("POST", "/eleve/droits", "/eleve/droits".into()),
        ("GET", "/eleve/cahiers/{textbook}", format!("/eleve/cahiers/{}", maths("4B"))),
        ("GET", "/parent", "/parent".into()),
        ("GET", "/parent/enfants/{pupil}", format!("/parent/enfants/{PUPIL}")),
        ("GET", "/parent/enfants/{pupil}/travail", format!("/parent/enfants/{PUPIL}/travail")),
        ("GET", "/parent/enfants/{pupil}/charge", format!("/parent/enfants/{PUPIL}/charge")),
        (
            "GET",
            "/parent/enfants/{pupil}/cahiers/{textbook}",
            format!("/parent/enfants/{PUPIL}/cahiers/{}", maths("4B")),
        ),
        ("GET", "/accompagnement", "/accompagnement".into()),
        ("GET", "/accompagnement/eleves/{pupil}", format!("/accompagnement/eleves/{PUPIL}")),
        ("GET", "/accompagnement/eleves/{pupil}/travail", format!("/accompagnement/eleves/{PUPIL}/travail")),
        ("GET", "/accompagnement/eleves/{pupil}/charge", format!("/accompagnement/eleves/{PUPIL}/charge")),
        (
            "GET",
            "/accompagnement/eleves/{pupil}/cahiers/{textbook}",
            format!("/accompagnement/eleves/{PUPIL}/cahiers/{}", maths("4B")),
        ),
        ("GET", "/vie-scolaire", "/vie-scolaire".into()),
        ("GET", "/vie-scolaire/charge", "/vie-scolaire/charge".into()),
        ("GET", "/vie-scolaire/classes/{group}", format!("/vie-scolaire/classes/{}", class("4B"))),
        ("GET", "/vie-scolaire/classes/{group}/charge", format!("/vie-scolaire/classes/{}/charge", class("4B"))),
        (
            "GET",
            "/vie-scolaire/classes/{group}/cahiers/{textbook}",
            format!("/vie-scolaire/classes/{}/cahiers/{}", class("4B"), maths("4B")),
        ),
        ("GET", "/enseignant/classes/{group}", format!("/enseignant/classes/{}", class("4B"))),
        ("GET", "/enseignant/classes/{group}/charge", format!("/enseignant/classes/{}/charge", class("4B"))),
        (
            "GET",
            "/enseignant/classes/{group}/cahiers/{textbook}",
            format!("/enseignant/classes/{}/cahiers/{}", class("4B"), maths("4B")),
        ),
        ("GET", "/personnel", "/personnel".into()),
        ("GET", "/enseignant", "/enseignant".into()),
        ("GET", "/enseignant/charge", "/enseignant/charge".into()),
        ("GET", "/enseignant/moi", "/enseignant/moi".into()),
        ("GET", "/enseignant/cahiers/{textbook}", format!("/enseignant/cahiers/{}", maths("4B"))),
        ("GET", "/enseignant/cahiers/{textbook}/seances/{slot}/{date}", lesson.clone()),
        ("POST", "/enseignant/cahiers/{textbook}/seances/{slot}/{date}", lesson.clone()),
        ("POST", "/enseignant/cahiers/{textbook}/seances/{slot}/{date}/retirer", format!("{lesson}/retirer")),
        ("POST", "/enseignant/cahiers/{textbook}/seances/{slot}/{date}/brouillon", format!("{lesson}/brouillon")),
        (
            "POST",
            "/enseignant/cahiers/{textbook}/seances/{slot}/{date}/brouillon/jeter",
            format!("{lesson}/brouillon/jeter"),
        ),
        ("POST", "/enseignant/cahiers/{textbook}/seances/{slot}/{date}/note", format!("{lesson}/note")),
        ("GET", "/enseignant/cahiers/{textbook}/hors-emploi-du-temps", outside.clone()),
        (
            "GET",
            "/enseignant/cahiers/{textbook}/hors-emploi-du-temps/{at}",
            format!("{outside}/{THURSDAY}T14:00?duree=55"),
        ),
        (
            "POST",
            "/enseignant/cahiers/{textbook}/hors-emploi-du-temps/{at}",
            format!("{outside}/{THURSDAY}T14:00?duree=55"),
        ),
        (
            "POST",
            "/enseignant/cahiers/{textbook}/hors-emploi-du-temps/{at}/retirer",
            format!("{outside}/{THURSDAY}T14:00/retirer?duree=55"),
        ),
        (
            "POST",
            "/enseignant/cahiers/{textbook}/hors-emploi-du-temps/{at}/brouillon",
            format!("{outside}/{THURSDAY}T14:00/brouillon?duree=55"),
        ),
        (
            "POST",
            "/enseignant/cahiers/{textbook}/hors-emploi-du-temps/{at}/brouillon/jeter",
            format!("{outside}/{THURSDAY}T14:00/brouillon/jeter?duree=55"),
        ),
        (
            "POST",
            "/enseignant/cahiers/{textbook}/hors-emploi-du-temps/{at}/note",
            format!("{outside}/{THURSDAY}T14:00/note?duree=55"),
        ),
        ("GET", "/direction", "/direction".into()),
        ("POST", "/direction/etablissement", "/direction/etablissement".into()),
        ("GET", "/enseignant/cahiers/{textbook}/charge", format!("/enseignant/cahiers/{}/charge", maths("4B"))),
        (
            "GET",
            "/enseignant/cahiers/{textbook}/reprise-de-service",
            format!("/enseignant/cahiers/{}/reprise-de-service", maths("4B")),
        ),
        ("GET", "/direction/charge", "/direction/charge".into()),
        ("GET", "/direction/charge/classes", "/direction/charge/classes".into()),
        ("GET", "/direction/mois", "/direction/mois".into()),
        ("GET", "/direction/seances", "/direction/seances".into()),
        ("POST", "/direction/seances", "/direction/seances".into()),
        ("POST", "/direction/seances/retablir", "/direction/seances/retablir".into()),
        ("GET", "/direction/droits", "/direction/droits".into()),
        ("GET", "/direction/droits/{pupil}", format!("/direction/droits/{PUPIL}")),
        ("POST", "/direction/droits/{pupil}", format!("/direction/droits/{PUPIL}")),
        ("GET", "/direction/seances/{textbook}/{slot}/{date}/deplacer", moving.clone()),
        ("POST", "/direction/seances/{textbook}/{slot}/{date}/deplacer", moving.clone()),
        ("GET", "/direction/groupes", "/direction/groupes".into()),
        ("GET", "/direction/groupes/nouveau", "/direction/groupes/nouveau".into()),
        ("POST", "/direction/groupes/nouveau", "/direction/groupes/nouveau".into()),
        ("GET", "/direction/groupes/{group}", format!("/direction/groupes/{}", class("4ANG1"))),
        ("POST", "/direction/groupes/{group}", format!("/direction/groupes/{}", class("4ANG1"))),
        ("GET", "/direction/eleves", "/direction/eleves".into()),
        ("GET", "/direction/eleves/{pupil}", format!("/direction/eleves/{PUPIL}")),
        ("POST", "/direction/eleves/{pupil}", format!("/direction/eleves/{PUPIL}")),
        ("GET", "/direction/roles", "/direction/roles".into()),
        ("POST", "/direction/roles", "/direction/roles".into()),
        (
            "GET",
            "/direction/roles/{person}/{role}/{from}/fin",
            format!("/direction/roles/{SCHOOL_LIFE}/school-life/{RENTREE}/fin"),
        ),
        (
            "POST",
            "/direction/roles/{person}/{role}/{from}/fin",
            format!("/direction/roles/{SCHOOL_LIFE}/school-life/{RENTREE}/fin"),
        ),
        ("GET", "/direction/fichiers", "/direction/fichiers".into()),
        ("POST", "/direction/fichiers", "/direction/fichiers".into()),
        ("GET", "/direction/mandats", "/direction/mandats".into()),
        ("POST", "/direction/mandats", "/direction/mandats".into()),
        ("POST", "/direction/mandats/{mandate}/fermer", format!("/direction/mandats/{}/fermer", Uuid::from_u128(99))),
        ("GET", "/inspection", "/inspection".into()),
        ("GET", "/inspection/cahiers/{textbook}", format!("/inspection/cahiers/{}", maths("4B"))),
        // Of a file that nobody has: those that there are have stories of their own.
        ("GET", "/fichiers/{textbook}/{file}", format!("/fichiers/{}/{}", maths("4B"), "ab".repeat(32))),
        ("POST", "/demo/personne", "/demo/personne".into()),
        ("POST", "/demo/horloge", "/demo/horloge".into()),
    ]
}

#[tokio::test]
async fn the_matrix_of_pages_is_kept() {
    let pages = Pages::open().await;
    let mut matrix = String::from(
        "# Status of each page for each person, in `serve`, forms sent empty; written by tests/pages.rs, UPDATE_GOLDEN=1 refreshes it.\n",
    );
    for (method, route, path) in addresses() {
        let mut row: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
        for (title, person) in PEOPLE.into_iter().map(|(title, person)| (title, Some(person))).chain([("nobody", None)])
        {
            let (status, text) = pages.call(person, method, &path, "").await;
            assert!(status < 500, "{title}: {path}: {text}");
            row.entry(status).or_default().push(title);
        }
        writeln!(matrix, "\n{method} {route}").unwrap();
        for (status, titles) in row {
            writeln!(matrix, "  {status}  {}", titles.join(", ")).unwrap();
        }
    }
    kept("page_matrix.txt", &matrix);
}

#[test]
fn every_address_of_the_pages_is_in_the_matrix() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("api/src/web/routes");
    let known: Vec<&str> = addresses().iter().map(|(_, route, _)| *route).collect();
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap().filter_map(Result::ok).filter(|entry| entry.path().is_file()) {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        for route in text.split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            found += 1;
            assert!(known.contains(&route), "{route} is in no line of the matrix");
        }
    }
    assert!(found >= 15, "the addresses are no longer found in the source: {found}");
}

#[tokio::test]
async fn a_form_of_another_site_writes_nothing() {
    let pages = Pages::open().await;
    let before = pages.school.head().await;
    let path = format!("/enseignant/cahiers/{}/seances/{}/{THURSDAY}", maths("4B"), slot("4B", MATHS, 4));
    let forged = Request::builder()
        .method("POST")
        .uri(path)
        .header("cookie", format!("palimpseste={}", pages.school.token(TEACHER)))
        .header("sec-fetch-site", "cross-site")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from("contenu=Faux&version=1&cle=x"))
        .unwrap();
    assert_eq!(pages.send(forged).await.0, 403);
    assert_eq!(pages.school.head().await, before);
}

#[tokio::test]
async fn what_is_not_understood_is_told_in_french_and_never_as_our_fault() {
    let pages = Pages::open().await;
    for path in ["/eleve?semaine=hier", "/eleve/cahiers/pas-un-cahier", "/nulle-part", "/eleve/cahiers/x?avant=y"] {
        let (status, text) = pages.call(Some(PUPIL), "GET", path, "").await;
        assert!((400..500).contains(&status), "{path}: {status}");
        assert!(text.contains("<html lang=\"fr\""), "{path} answers something else than a page: {text}");
    }
}

#[tokio::test]
async fn the_demonstration_s_doors_do_not_exist_in_serve() {
    let pages = Pages::open().await;
    for path in ["/demo/personne", "/demo/horloge"] {
        assert_eq!(pages.call(Some(HEAD), "POST", path, "personne=x&vers=demain").await.0, 404);
    }
}
