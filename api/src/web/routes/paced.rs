//! The body of a form with files, read piece by piece.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::Request;
use futures_util::Stream;

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
