//! Pages of a long reading. A cursor is opaque: a place in the order of the list, in base64url. It gives no right: each page is
//! filtered by the scope of who asks for it.

use axum::extract::OriginalUri;
use axum::http::{HeaderValue, Uri, header};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::Serialize;

use super::answer::{Answer, Held, digested};
use super::strict::Asked;
use crate::problem::Problem;

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 200;

/// Some of a list, and the address of what follows.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// The address of the next page; none on the last one.
    pub next: Option<String>,
}

/// Where a page ends.
pub trait Placed: Sized {
    fn parts(&self) -> Vec<String>;
    fn of(parts: &[&str]) -> Option<Self>;
}

/// How many rows are wanted, after which one.
pub struct Wanted<P> {
    pub after: Option<P>,
    pub limit: usize,
    here: Uri,
}

impl<P: Placed> Wanted<P> {
    pub fn of(asked: &Asked, OriginalUri(here): OriginalUri) -> Result<Self, Problem> {
        let malformed =
            || Problem::invalid("cursor-malformed", "a cursor comes from `next`, as it stands").at("/query/cursor");
        let after = asked.text("cursor").map(|text| opened(text).ok_or_else(malformed)).transpose()?;
        let number = |text: &str| text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit));
        let limit = asked.read("limit", number, "a page has 1 to 200 items")?.unwrap_or(LIMIT_DEFAULT);
        Ok(Self { after, limit, here })
    }

    /// One more than the page holds: its presence says that another follows.
    pub fn fetch(&self) -> i64 {
        self.limit as i64 + 1
    }

    /// Cuts what was fetched, and says where the next page begins.
    pub fn cut<T>(&self, rows: &mut Vec<T>, place: impl Fn(&T) -> P) -> Option<String> {
        if rows.len() <= self.limit {
            return None;
        }
        rows.truncate(self.limit);
        rows.last().map(|last| self.next(&place(last)))
    }

    fn next(&self, place: &P) -> String {
        let cursor = BASE64.encode(place.parts().join("\n"));
        let kept = self.here.query().unwrap_or_default().split('&');
        let kept = kept.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor=")).map(|pair| format!("{pair}&"));
        format!("{}?{}cursor={cursor}", self.here.path(), kept.collect::<String>())
    }
}

fn opened<P: Placed>(cursor: &str) -> Option<P> {
    let bytes = BASE64.decode(cursor).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    P::of(&text.split('\n').collect::<Vec<_>>())
}

/// A page known by its digest.
pub fn paged<T: Serialize>(held: &Held, page: &Page<T>) -> Answer {
    Ok(linked(digested(held, page)?, page.next.as_deref()))
}

/// RFC 8288.
pub fn linked(mut response: Response, next: Option<&str>) -> Response {
    let link = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
    if let Some(link) = link {
        response.headers_mut().insert(header::LINK, link);
    }
    response
}
