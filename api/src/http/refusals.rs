//! The refusals every route may give, for its description.

use std::collections::BTreeMap;

use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema as _};

use crate::problem::Problem;

/// Of a reading.
pub struct Reading;
/// Of a command.
pub struct Writing;

fn all(said: &[(u16, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let one = |description: &str| {
        ResponseBuilder::new().description(description).content("application/problem+json", content.clone()).build()
    };
    said.iter().map(|(status, description)| (status.to_string(), one(description).into())).collect()
}

impl IntoResponses for Reading {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        all(&[
            (400, "The address is malformed: `pointer` says where"),
            (401, "No token, or not one of ours"),
            (403, "Known, and not allowed"),
            (404, "Not there, or not for this reader"),
            (500, "Something failed here"),
            (503, "What this reads is being mended: see /readyz"),
        ])
    }
}

impl IntoResponses for Writing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        all(&[
            (400, "The request is malformed, or the command breaks a rule: `code` names it"),
            (401, "No token, or not one of ours"),
            (403, "Known, and not allowed"),
            (404, "Not there, or not for this person"),
            (409, "The state forbids it: `code` says why"),
            (412, "If-Match is stale: `version` is the one there is"),
            (413, "The body has more than 256 KiB"),
            (415, "The body is not JSON"),
            (422, "No command reads like this, or the Idempotency-Key was used for another"),
            (428, "This command needs If-Match"),
            (500, "Something failed here"),
            (503, "Nothing was written; try again"),
        ])
    }
}
