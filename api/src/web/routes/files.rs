//! `/fichiers`: a file, wherever a page shows it. Who may read the page's resource may read it, from whatever page they come.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::routing::get;
use domain::ids::TextbookId;
use domain::textbook::file::FileAddress;

use super::{Page, Shared, Visitor, Web};
use crate::files::served;

pub fn routes() -> Router<Arc<Web>> {
    Router::new().route("/fichiers/{textbook}/{file}", get(read))
}

/// Where a page finds a file of a textbook.
pub fn address(textbook: TextbookId, file: FileAddress) -> String {
    format!("/fichiers/{textbook}/{file}")
}

async fn read(
    State(web): Shared,
    Visitor(reader): Visitor,
    Path((textbook, file)): Path<(TextbookId, String)>,
    headers: HeaderMap,
) -> Page {
    served(&web.app, reader, textbook, &file, &headers).await
}
