//! Who is asking. A bearer token, minted with a key of the data directory, names a person; nothing else does until a real identity
//! provider is plugged in. In `demo` a person is chosen from a list, which mints the same token into a cookie.

use domain::ids::PersonId;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

const ISSUER: &str = "palimpseste";

/// The cookie that carries a token for the pages.
pub const COOKIE: &str = "palimpseste";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    sub: PersonId,
    iat: u64,
    exp: u64,
}

/// Mints and checks tokens (HS256).
pub struct Tokens {
    signing: EncodingKey,
    checking: DecodingKey,
    validation: Validation,
}

impl Tokens {
    pub fn new(secret: &[u8; 32]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.leeway = 0;
        Self { signing: EncodingKey::from_secret(secret), checking: DecodingKey::from_secret(secret), validation }
    }

    /// A token for a person, good for so many hours of the machine's clock.
    pub fn mint(&self, person: PersonId, hours: u32) -> Result<String, jsonwebtoken::errors::Error> {
        let iat = jiff::Timestamp::now().as_second() as u64;
        let claims = Claims { iss: ISSUER.into(), sub: person, iat, exp: iat + u64::from(hours) * 3600 };
        encode(&Header::new(Algorithm::HS256), &claims, &self.signing)
    }

    /// The person a token names; `None` when it is not ours, or is over.
    pub fn check(&self, token: &str) -> Option<PersonId> {
        let claims = decode::<Claims>(token, &self.checking, &self.validation).ok()?.claims;
        // The library lets the last second pass: an hour that is over is over.
        (claims.exp > jiff::Timestamp::now().as_second() as u64).then_some(claims.sub)
    }
}

/// The token in an `Authorization: Bearer` header.
pub fn bearer(headers: &axum::http::HeaderMap) -> Option<&str> {
    let value = headers.get(axum::http::header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The token in the pages' cookie.
pub fn cookie(headers: &axum::http::HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(axum::http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|cookies| cookies.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

#[cfg(test)]
mod spec {
    use super::*;

    #[test]
    fn a_token_names_its_person_until_it_is_over_and_only_here() {
        let tokens = Tokens::new(&[1; 32]);
        let person = PersonId(uuid::Uuid::from_u128(7));
        let token = tokens.mint(person, 1).unwrap();
        assert_eq!(tokens.check(&token), Some(person));
        assert_eq!(Tokens::new(&[2; 32]).check(&token), None);
        assert_eq!(tokens.check(&tokens.mint(person, 0).unwrap()), None);
        assert_eq!(tokens.check("x.y.z"), None);
    }
}
