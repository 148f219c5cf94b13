//! The body of a form with files, read piece by piece, and how much of it is read.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use futures_util::Stream;

/// Of all that a form holds besides its files.
pub const TEXT_BYTES_MAX: usize = 2 << 20;
/// Of a whole form: a few files at a time, and one that is far too large told in words.
pub const FORM_BYTES_MAX: usize = 256 << 20;
/// A field of nothing costs something all the same.
const FIELD_BYTES: usize = 64;

/// How much text a form may still bring.
pub struct Room(usize);

impl Room {
    pub const fn whole() -> Self {
        Self(TEXT_BYTES_MAX)
    }

    /// None when the name of a field is too much: it is text too.
    pub fn field(&mut self, name: &str) -> Option<()> {
        self.text(name.len() + FIELD_BYTES)
    }

    pub fn text(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.checked_sub(bytes)?;
        Some(())
    }
}

/// The same request, whose body is never held in memory by more than a piece.
pub fn paced(request: Request) -> Request {
    request.map(|body| Body::from_stream(OneByOne { pieces: body.into_data_stream(), given: false }))
}

/// The pieces of a body, and a breath after each: the reader of forms takes all that a connection has ready, and holds it in memory.
struct OneByOne {
    pieces: BodyDataStream,
    given: bool,
}

impl Stream for OneByOne {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = Pin::new(&mut self.pieces).poll_next(context);
        self.given = next.is_ready();
        next
    }
}
