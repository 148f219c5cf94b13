//! Reading what a client sends, strictly: whatever is not understood is refused, with the place where it stands.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::problem::Problem;

/// The `{id}` of a path.
pub struct Id(pub Uuid);

impl<S: Send + Sync> FromRequestParts<S> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await.map(|Path(text)| text);
        let id = text.ok().and_then(|text| uuid(&text));
        id.map(Self).ok_or_else(|| Problem::invalid("id-malformed", "an id is a UUID").at("/path/id"))
    }
}

/// The canonical form alone, so that one thing has one address.
pub fn uuid(text: &str) -> Option<Uuid> {
    Uuid::parse_str(text).ok().filter(|_| text.len() == 36)
}

/// A day, `YYYY-MM-DD`, in years that a school may name.
pub fn date(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok().filter(|_| text.len() == 10)?;
    (1900..=2200).contains(&date.year()).then_some(date)
}

/// The query of an address. A name that the route does not know is refused: a typing error must not widen an answer.
pub struct Asked(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        pairs
            .map(|Query(pairs)| Self(pairs))
            .map_err(|problem| Problem::invalid("query-malformed", problem.body_text()))
    }
}

impl Asked {
    /// These names and no other, each at most once.
    pub fn only(self, names: &[&str]) -> Result<Self, Problem> {
        for (at, (name, _)) in self.0.iter().enumerate() {
            let pointer = format!("/query/{name}");
            if !names.contains(&name.as_str()) {
                let detail = format!(
                    "this address knows {}",
                    if names.is_empty() { "no parameter".into() } else { names.join(", ") }
                );
                return Err(Problem::invalid("parameter-unknown", detail).at(pointer));
            }
            if self.0[..at].iter().any(|(known, _)| known == name) {
                return Err(Problem::invalid("parameter-repeated", "a parameter is given once").at(pointer));
            }
        }
        Ok(self)
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn date(&self, name: &str) -> Result<Option<Date>, Problem> {
        self.read(name, date, "a day is YYYY-MM-DD")
    }

    pub fn uuid(&self, name: &str) -> Result<Option<Uuid>, Problem> {
        self.read(name, uuid, "an id is a UUID")
    }

    /// Two days, both included, at most so many days apart.
    pub fn days(&self, default: (Date, Date), days_max: i64) -> Result<(Date, Date), Problem> {
        let from = self.date("from")?.unwrap_or(default.0);
        let until = self.date("until")?.unwrap_or_else(|| default.1.max(from));
        if (0..=days_max).contains(&domain::calendar::days_between(from, until)) {
            Ok((from, until))
        } else {
            let detail = format!("until is on or after from, and at most {days_max} days later");
            Err(Problem::invalid("days-malformed", detail).at("/query/until"))
        }
    }

    pub fn read<T>(&self, name: &str, read: impl Fn(&str) -> Option<T>, rule: &str) -> Result<Option<T>, Problem> {
        let malformed = || Problem::invalid("parameter-malformed", rule).at(format!("/query/{name}"));
        self.text(name).map(|text| read(text).ok_or_else(malformed)).transpose()
    }
}

/// A command, as JSON.
pub struct Command<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Serialize> FromRequest<S> for Command<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "a command is sent as Content-Type: application/json";
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", detail));
        }
        let bytes = Bytes::from_request(request, state).await.map_err(not_read)?;
        command(&bytes).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn not_read(rejection: BytesRejection) -> Problem {
    if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("a body has at most {} bytes", super::BODY_BYTES_MAX);
        return Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", detail);
    }
    Problem::invalid("body-unreadable", "the body did not arrive whole")
}

fn command<T: DeserializeOwned + Serialize>(bytes: &[u8]) -> Result<T, Problem> {
    let sent: Value = serde_json::from_slice(bytes)
        .map_err(|problem| Problem::invalid("json-malformed", problem.to_string()).at(""))?;
    if let Some(pointer) = nul(&sent, String::new()) {
        return Err(Problem::invalid("character-refused", "a text holds no NUL character").at(pointer));
    }
    let mut text = serde_json::Deserializer::from_slice(bytes);
    let command: T = serde_path_to_error::deserialize(&mut text).map_err(|problem| {
        let pointer = pointer(problem.path());
        unprocessable("command-malformed", problem.into_inner().to_string()).at(pointer)
    })?;
    let understood = serde_json::to_value(&command).map_err(Problem::ours)?;
    match stray(&sent, &understood, String::new()) {
        Some(pointer) => Err(unprocessable("field-unknown", "no command has a field of this name here").at(pointer)),
        None => Ok(command),
    }
}

fn unprocessable(code: &str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
}

/// RFC 6901, of where serde was when it stopped.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let segment = |segment: &Segment| match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } => format!("/{}", escaped(key)),
        Segment::Enum { variant } => format!("/{variant}"),
        Segment::Unknown => String::new(),
    };
    path.iter().map(segment).collect()
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// PostgreSQL holds no NUL in a text: one would stop a read model.
fn nul(value: &Value, at: String) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then_some(at),
        Value::Array(values) => {
            values.iter().enumerate().find_map(|(index, value)| nul(value, format!("{at}/{index}")))
        }
        Value::Object(fields) => fields.iter().find_map(|(key, value)| {
            let here = format!("{at}/{}", escaped(key));
            if key.contains('\0') { Some(here) } else { nul(value, here) }
        }),
        _ => None,
    }
}

/// The first field that was sent and that the command, written again, does not have.
fn stray(sent: &Value, understood: &Value, at: String) -> Option<String> {
    match (sent, understood) {
        (Value::Object(sent), Value::Object(understood)) => sent.iter().find_map(|(key, value)| {
            let here = format!("{at}/{}", escaped(key));
            understood.get(key).map_or_else(|| Some(here.clone()), |known| stray(value, known, here.clone()))
        }),
        // A set comes back sorted and without doubles: its elements are ids.
        (Value::Array(sent), Value::Array(understood)) if sent.len() == understood.len() => {
            let mut pairs = sent.iter().zip(understood).enumerate();
            pairs.find_map(|(index, (sent, known))| stray(sent, known, format!("{at}/{index}")))
        }
        // serde reads a struct from a list too; nobody means it.
        (Value::Array(_), Value::Object(_)) => Some(at),
        _ => None,
    }
}

#[cfg(test)]
mod spec {
    use super::*;
    use domain::textbook::Command as Textbook;

    fn refused(body: &str) -> (u16, String, String) {
        let problem = command::<Textbook>(body.as_bytes()).err().unwrap();
        (problem.status, problem.code, problem.pointer.unwrap_or_default().into_string())
    }

    const ENTRY: &str = "7a9c4a34-34a2-57a6-a7a1-67f7d0a4d1f5";

    #[test]
    fn what_is_understood_passes() {
        let withdraw = format!(r#"{{"WithdrawEntry":{{"entry":"{ENTRY}","reason":"erreur"}}}}"#);
        assert!(matches!(command::<Textbook>(withdraw.as_bytes()), Ok(Textbook::WithdrawEntry { .. })));
    }

    #[test]
    fn what_is_not_understood_is_refused_where_it_stands() {
        let told = |status: u16, code: &str, pointer: &str| (status, code.to_owned(), pointer.to_owned());
        assert_eq!(refused("{"), told(400, "json-malformed", ""));
        assert_eq!(refused(r#"{"EraseEntry":{}}"#), told(422, "command-malformed", ""));
        assert_eq!(refused(r#"{"WithdrawEntry":{"entry":"7","reason":""}}"#).2, "/WithdrawEntry/entry");
        let more = format!(r#"{{"WithdrawEntry":{{"entry":"{ENTRY}","reason":"x","author":"me"}}}}"#);
        assert_eq!(refused(&more), told(422, "field-unknown", "/WithdrawEntry/author"));
        let list = format!(r#"{{"WithdrawEntry":["{ENTRY}","x"]}}"#);
        assert_eq!(refused(&list), told(422, "field-unknown", "/WithdrawEntry"));
        let nul = format!(r#"{{"WithdrawEntry":{{"entry":"{ENTRY}","reason":"a\u0000b"}}}}"#);
        assert_eq!(refused(&nul), told(400, "character-refused", "/WithdrawEntry/reason"));
        assert_eq!(refused(&"[".repeat(10_000)).1, "json-malformed");
    }
}
