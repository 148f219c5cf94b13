//! A form that comes after its session is over: what was typed goes back in the answer, and is nowhere else. Once signed in again, in another
//! tab, it is sent to the same address as it was.

use axum::Form;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::paced::{FORM_BYTES_MAX, Room, TEXT_BYTES_MAX, paced};
use super::{Shared, page_with};
use crate::problem::Problem;
use crate::web::layout::Role;
use crate::web::problem::LostPage;

/// The fields of a form, and how many files came with it.
type Typed = (Vec<(String, String)>, usize);

/// Only the addresses of people's own pages need a visitor.
pub async fn given_back(State(web): Shared, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let theirs = Role::ALL.iter().any(|role| path.starts_with(role.home()));
    if request.method() != Method::POST || !theirs || web.visitor(request.headers()).is_some() {
        return next.run(request).await;
    }
    let action = request.uri().path_and_query().map_or(path.clone(), ToString::to_string);
    let Some((fields, files)) = typed(request).await else { return Problem::unauthenticated().into_response() };
    let view = LostPage { layout: web.layout(None, None, &path), action, fields, files };
    let mut response = page_with(StatusCode::UNAUTHORIZED, &view).unwrap_or_else(IntoResponse::into_response);
    // RFC 9110 §11.6.1
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// None when it is no form, or too long to be sent back. Files are let go as they come.
async fn typed(mut request: Request) -> Option<Typed> {
    let kind = request.headers().get(header::CONTENT_TYPE).map_or(&b""[..], |kind| kind.as_bytes());
    if !kind.starts_with(b"multipart/form-data") {
        DefaultBodyLimit::max(TEXT_BYTES_MAX).apply(&mut request);
        let Form(fields) = Form::<Vec<(String, String)>>::from_request(request, &()).await.ok()?;
        return Some((fields, 0));
    }
    DefaultBodyLimit::max(FORM_BYTES_MAX).apply(&mut request);
    let mut form = Multipart::from_request(paced(request), &()).await.ok()?;
    let (mut fields, mut files, mut left) = (Vec::new(), 0, Room::whole());
    while let Some(mut field) = form.next_field().await.ok()? {
        let name = field.name().unwrap_or_default().to_owned();
        left.field(&name)?;
        if let Some(file) = field.file_name() {
            files += usize::from(!file.is_empty());
            while field.chunk().await.ok()?.is_some() {}
            continue;
        }
        let mut text = Vec::new();
        while let Some(piece) = field.chunk().await.ok()? {
            left.text(piece.len())?;
            text.extend_from_slice(&piece);
        }
        fields.push((name, String::from_utf8(text).ok()?));
    }
    Some((fields, files))
}
