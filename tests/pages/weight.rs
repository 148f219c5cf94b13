//! The first page of each role, with a heavy week in it, is light on a telephone: page and style together, as they go
//! over the wire.

use std::io::Read as _;

use api::app::Said;
use domain::textbook::Command;
use domain::textbook::homework::NewHomework;
use jiff::civil::date;

use super::*;

/// For the page and its style, both compressed.
const BOUND: usize = 60_000;
/// More than a class is ever given at once.
const WORKS: u128 = 40;

/// Words that do not repeat as a phrase would, so that compressing them is no trick.
fn text(seed: u128, words: usize) -> String {
    let vocabulary = [
        "exercice",
        "page",
        "relire",
        "leçon",
        "triangle",
        "théorème",
        "démontrer",
        "conjuguer",
        "verbe",
        "carte",
        "légende",
        "volcan",
        "schéma",
        "résumer",
        "chapitre",
        "apprendre",
        "poésie",
        "calculer",
        "fraction",
        "équation",
        "rédiger",
        "paragraphe",
        "argument",
        "exemple",
        "préparer",
        "exposé",
        "affiche",
        "groupe",
        "vocabulaire",
        "traduire",
        "phrase",
        "dessiner",
    ];
    let mut state = seed as u64 ^ 0x9E37_79B9_7F4A_7C15;
    let mut word = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        vocabulary[(state >> 59) as usize]
    };
    (0..words).map(|_| word()).collect::<Vec<_>>().join(" ")
}

/// What goes over the wire, and what it says once opened.
struct Sent {
    bytes: usize,
    headers: axum::http::HeaderMap,
    text: String,
}

impl Pages {
    /// As a browser asks for a page of the site it is on.
    async fn sent(&self, who: Option<PersonId>, path: &str, with: &[(&str, &str)]) -> Sent {
        let mut request = Request::builder().uri(path).header("accept-encoding", "gzip, deflate, br, zstd");
        if let Some(who) = who {
            request = request.header("cookie", format!("palimpseste={}", self.school.token(who)));
        }
        for (name, value) in with {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        assert!(!parts.status.is_server_error(), "{path}: {}", parts.status);
        let bytes = axum::body::to_bytes(body, 16 << 20).await.unwrap();
        let mut text = String::new();
        match parts.headers.get("content-encoding").map(|value| value.to_str().unwrap()) {
            None => (&*bytes).read_to_string(&mut text),
            Some("gzip") => flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut text),
            Some(other) => panic!("{path} is sent as {other}"),
        }
        .unwrap();
        Sent { bytes: bytes.len(), headers: parts.headers, text }
    }

    /// Work for the next three weeks, of sixty words each, in mathematics and in English.
    async fn is_heavy(&self) {
        for number in 0..WORKS {
            let day = date(2026, 11, 19).saturating_add(jiff::Span::new().days(i64::try_from(number % 20).unwrap()));
            let work = NewHomework { minutes: Some(30), ..exercise(1000 + number, &text(number, 60), day) };
            let (author, textbook, code, subject) = if number.is_multiple_of(2) {
                (TEACHER, maths("4B"), "4B", MATHS)
            } else {
                (OTHER_TEACHER, english(), "4ANG1", ENGLISH)
            };
            let given_in = domain::textbook::entry::LessonRef::Slot { slot: slot(code, subject, 1), date: MONDAY };
            let give = Command::GiveHomework { given_in, homework: work };
            let done = self.school.app.in_textbook(author, textbook, Said::default(), give).await;
            done.unwrap_or_else(|problem| panic!("{}", problem.detail));
        }
        self.school.app.await_readers(self.school.head().await).await;
    }
}

const OURS: (&str, &str) = ("sec-fetch-site", "same-origin");

#[tokio::test]
async fn the_first_page_of_each_role_weighs_less_than_sixty_kilobytes() {
    let pages = Pages::open().await;
    pages.is_heavy().await;
    let style = pages.sent(None, "/static/style.css", &[OURS]).await.bytes;
    for (who, path) in [
        (PUPIL, "/eleve"),
        (PUPIL, "/eleve/travail"),
        (PARENT, "/parent"),
        (AESH, "/accompagnement"),
        (TEACHER, "/enseignant"),
        (OTHER_TEACHER, "/enseignant"),
        (SCHOOL_LIFE, "/vie-scolaire"),
        (HEAD, "/direction"),
        (INSPECTOR, "/inspection"),
    ] {
        let page = pages.sent(Some(who), path, &[OURS]).await;
        let weight = page.bytes + style;
        assert!(weight <= BOUND, "{path}: {weight} bytes, of which {style} of style; {} before", page.text.len());
        assert_eq!(page.headers["vary"], "accept-encoding", "{path}");
        assert_eq!(page.headers["cache-control"], "no-store", "{path}");
        // It is the same page as the one sent to who accepts nothing.
        assert!(page.bytes < page.text.len() && page.text.contains("<html lang=\"fr\""), "{path}: {}", page.bytes);
    }
    // That the heavy page is heavy: all of the work is in it.
    let all = pages.sees(PUPIL, "/eleve/travail").await;
    assert!(all.matches("<li class=\"work\">").count() > usize::try_from(WORKS).unwrap(), "{}", all.len());
}

#[tokio::test]
async fn the_style_is_asked_for_once() {
    let pages = Pages::open().await;
    let page = pages.sent(Some(PARENT), "/parent", &[OURS]).await;
    let address = page.text.split("rel=\"stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = pages.sent(None, address, &[]).await;
    assert_eq!(style.headers["content-encoding"], "gzip");
    assert_eq!(style.headers["vary"], "accept-encoding");
    assert!(style.headers["cache-control"].to_str().unwrap().contains("immutable"));
    // The tag is weak, as the same style is also sent as it is; it is the digest by which the page names it.
    let tag = style.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(Some(tag.as_str()), address.split('=').nth(1).map(|version| format!("W/\"{version}\"")).as_deref());
    let again = Request::builder().uri(address).header("if-none-match", tag).body(Body::empty()).unwrap();
    assert_eq!(pages.send(again).await, (304, String::new()));
}

#[tokio::test]
async fn a_page_that_repeats_what_another_site_asked_is_not_compressed() {
    let pages = Pages::open().await;
    let path = format!("/enseignant/cahiers/{}/hors-emploi-du-temps?jour=x&heure=Vidal&duree=", maths("4B"));
    let led = pages.sent(Some(TEACHER), &path, &[("sec-fetch-site", "cross-site")]).await;
    assert!(!led.headers.contains_key("content-encoding"));
    assert!(pages.sent(Some(TEACHER), &path, &[OURS]).await.headers.contains_key("content-encoding"));
    // Where nothing is repeated, whoever led there chose nothing.
    let home = pages.sent(Some(TEACHER), "/enseignant", &[("sec-fetch-site", "cross-site")]).await;
    assert_eq!(home.headers["content-encoding"], "gzip");
}

#[tokio::test]
async fn no_page_says_again_what_is_in_its_address() {
    // The other half of the rule above: a path alone chooses no words of the page.
    let pages = Pages::open().await;
    for path in ["/eleve/cahiers/mot-choisi", "/parent/enfants/mot-choisi", "/mot-choisi", "/static/mot-choisi"] {
        let (_, text) = pages.call(Some(PARENT), "GET", path, "").await;
        assert!(!text.contains("mot-choisi"), "{path}");
    }
}
