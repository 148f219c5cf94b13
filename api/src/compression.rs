//! Answers made of words go out compressed, where that tells nobody what is in them.
//!
//! The length of a compressed answer says whether two parts of it are alike. Someone who reads lengths on the network, and can make
//! a reader's browser ask for a page with words of their choosing in it, would learn the rest of that page piece by piece (BREACH, 2013).
//! So a page that another site makes a browser ask for, with anything chosen in its address, goes out as it is: see [`wary`].

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use tower_http::compression::predicate::{And, Predicate as _, SizeAbove};
use tower_http::compression::{CompressionLayer, CompressionLevel};

/// Below, a packet is a packet.
const BYTES_MIN: u64 = 1024;

/// Kinds of answers that are words. Files are not: a sound or a PDF is compressed already.
const WORDS: [&str; 5] =
    ["text/", "application/json", "application/problem+json", "application/manifest+json", "image/svg+xml"];

type Worth = And<SizeAbove, fn(StatusCode, Version, &HeaderMap, &axum::http::Extensions) -> bool>;

/// Compresses what is worth it, for who accepts it (`Accept-Encoding`, RFC 9110 §12.5.3), and says so (`Vary`).
pub fn layer() -> CompressionLayer<Worth> {
    let worth: fn(StatusCode, Version, &HeaderMap, &axum::http::Extensions) -> bool =
        |_, _, headers, _| of_words(headers);
    CompressionLayer::new().quality(CompressionLevel::Default).compress_when(SizeAbove::new(BYTES_MIN).and(worth))
}

/// A strong tag names the very bytes (RFC 9110 §8.8.1): what carries one is sent as it is.
fn of_words(headers: &HeaderMap) -> bool {
    let starts = |name, with: &[u8]| headers.get(name).is_some_and(|value| value.as_bytes().starts_with(with));
    let strong = starts(header::ETAG, b"\"");
    !strong && WORDS.iter().any(|kind| starts(header::CONTENT_TYPE, kind.as_bytes()))
}

/// Forgets that a client accepts compressed answers, where their length could be used.
pub async fn wary(mut request: Request, next: Next) -> Response {
    if !is_safe(&request) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    next.run(request).await
}

/// Whoever asks from a page of ours, or by typing the address, chose the words; a token in `Authorization` is added by a program, never
/// by a browser that is led here; without a query an address of ours holds nothing that its answer repeats. Older browsers do not say
/// where they come from: they are treated as led here.
fn is_safe(request: &Request) -> bool {
    let headers = request.headers();
    let by_a_reader = headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin" || site == "none");
    let repeats = request.uri().query().is_some() && !request.uri().path().starts_with("/static/");
    let by_a_program =
        headers.get(header::AUTHORIZATION).map(HeaderValue::as_bytes).is_some_and(|by| by.starts_with(b"Bearer "));
    by_a_reader || (request.method().is_safe() && (by_a_program || !repeats))
}

#[cfg(test)]
mod spec {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::http::HeaderName;
    use axum::middleware;
    use axum::routing::get;
    use tower::ServiceExt as _;

    const LONG: usize = 4000;

    /// The encoding of an answer of this kind and length, and its `Vary`.
    async fn asked(
        path: &'static str,
        with: &[(&'static str, &'static str)],
        kind: &'static str,
        length: usize,
    ) -> (String, String) {
        let answer = move || async move { ([(header::CONTENT_TYPE, kind)], "mot ".repeat(length / 4)) };
        let router = Router::new().route("/{*any}", get(answer)).layer(layer()).layer(middleware::from_fn(wary));
        let mut request = Request::builder().uri(path).header("accept-encoding", "br, gzip;q=0.8");
        for (name, value) in with {
            request = request.header(HeaderName::from_static(name), *value);
        }
        let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let said = |name| response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        (said(header::CONTENT_ENCODING), said(header::VARY))
    }

    async fn encoding(path: &'static str, with: &[(&'static str, &'static str)]) -> String {
        asked(path, with, "text/html; charset=utf-8", LONG).await.0
    }

    #[tokio::test]
    async fn words_are_compressed_and_the_answer_says_so() {
        for kind in ["text/html; charset=utf-8", "text/css; charset=utf-8", "application/json", "image/svg+xml"] {
            assert_eq!(asked("/x", &[], kind, LONG).await, ("gzip".into(), "accept-encoding".into()), "{kind}");
        }
    }

    #[tokio::test]
    async fn files_and_what_is_short_go_out_as_they_are() {
        for kind in ["audio/mpeg", "application/pdf", "image/png", "application/octet-stream"] {
            assert_eq!(asked("/x", &[], kind, LONG).await.0, "", "{kind}");
        }
        assert_eq!(asked("/x", &[], "text/html", 1000).await.0, "");
    }

    #[tokio::test]
    async fn a_page_another_site_leads_to_with_words_of_its_own_is_not_compressed() {
        assert_eq!(encoding("/x?jour=Ines", &[("sec-fetch-site", "cross-site")]).await, "");
        assert_eq!(encoding("/x?jour=Ines", &[("sec-fetch-site", "same-site")]).await, "");
        assert_eq!(encoding("/x?jour=Ines", &[]).await, "", "a browser that does not say where it comes from");
        assert_eq!(encoding("/x?jour=Ines", &[("sec-fetch-site", "same-origin")]).await, "gzip");
        assert_eq!(encoding("/x?jour=Ines", &[("sec-fetch-site", "none")]).await, "gzip");
        assert_eq!(encoding("/x", &[("sec-fetch-site", "cross-site")]).await, "gzip", "nothing was chosen");
        assert_eq!(encoding("/x?after=2", &[("authorization", "Bearer e30")]).await, "gzip", "a program");
        assert_eq!(encoding("/static/style.css?v=0", &[]).await, "gzip", "the same for everybody");
    }
}
