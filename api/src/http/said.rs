//! What a client says of its command: `Idempotency-Key` and `If-Match`.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};

use crate::app::Said;
use crate::problem::Problem;

/// The two headers, well made.
pub struct Told {
    key: Option<String>,
    /// The aggregate and the version an entity tag names.
    seen: Option<(String, i64)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Told {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = once(&parts.headers, "idempotency-key")?.map(key).transpose()?;
        let seen = once(&parts.headers, header::IF_MATCH.as_str())?.map(seen).transpose()?;
        Ok(Self { key, seen })
    }
}

impl Told {
    /// For a command on an aggregate. `revises`: it replaces or hides what the caller must have read.
    pub fn of(self, aggregate: &str, revises: bool) -> Result<Said, Problem> {
        let expected = match self.seen {
            Some((named, version)) if named == aggregate => Some(version),
            Some(_) => return Err(if_match_malformed(aggregate)),
            None if revises => {
                let detail = format!("send the version you read: If-Match: \"{aggregate}-<version>\"");
                return Err(
                    Problem::new(StatusCode::PRECONDITION_REQUIRED, "if-match-required", detail).at("/header/If-Match")
                );
            }
            None => None,
        };
        Ok(Said { key: self.key, expected })
    }
}

fn if_match_malformed(aggregate: &str) -> Problem {
    let detail = format!("If-Match holds one strong entity tag, as in ETag: \"{aggregate}-7\"");
    Problem::invalid("if-match-malformed", detail).at("/header/If-Match")
}

fn once<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(|value| value.to_str());
    match (value, values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(value)), None) => Ok(Some(value)),
        _ => {
            Err(Problem::invalid("header-malformed", "this header is given once, in ASCII")
                .at(format!("/header/{name}")))
        }
    }
}

fn key(text: &str) -> Result<String, Problem> {
    if (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(text.to_owned())
    } else {
        let detail = "an Idempotency-Key has 1 to 200 visible ASCII characters";
        Err(Problem::invalid("idempotency-key-malformed", detail).at("/header/Idempotency-Key"))
    }
}

fn seen(text: &str) -> Result<(String, i64), Problem> {
    let read = || {
        let (aggregate, version) = text.strip_prefix('"')?.strip_suffix('"')?.rsplit_once('-')?;
        let digits = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| version.parse().ok()).flatten().map(|version| (aggregate.to_owned(), version))
    };
    read().ok_or_else(|| if_match_malformed("textbook"))
}

#[cfg(test)]
mod spec {
    use super::*;

    #[test]
    fn an_entity_tag_names_an_aggregate_and_a_version() {
        assert_eq!(seen("\"textbook-7\"").unwrap(), ("textbook".to_owned(), 7));
        for malformed in [
            "textbook-7",
            "W/\"textbook-7\"",
            "*",
            "\"textbook-\"",
            "\"textbook--7\"",
            "\"a-1\", \"a-2\"",
            "\"a-99999999999999999999\"",
        ] {
            assert!(Told { key: None, seen: seen(malformed).ok() }.of("textbook", true).is_err(), "{malformed}");
        }
    }

    #[test]
    fn a_key_is_visible_and_short() {
        assert!(key("01938c4e").is_ok());
        for malformed in ["", "a b", &"k".repeat(201), "é"] {
            assert!(key(malformed).is_err(), "{malformed}");
        }
    }
}
