//! What is under way on a connection: requests, each until the last byte of its answer has been handed on.

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::watch;

/// How many requests are under way on one connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Requests(watch::Sender<usize>);

impl Requests {
    /// One more, until what is returned is dropped.
    pub(super) fn begin(&self) -> Open {
        self.0.send_modify(|open| *open += 1);
        Open(self.0.clone())
    }

    /// Their number, as it changes.
    pub(super) fn seen(&self) -> watch::Receiver<usize> {
        self.0.subscribe()
    }
}

/// Returns when there was no request at all for so long, and never if there was one.
pub(super) async fn silence(mut open: watch::Receiver<usize>, time: Duration) {
    if tokio::time::timeout(time, open.changed()).await.is_ok() {
        std::future::pending().await
    }
}

/// Returns when nothing has been under way for so long without a break.
pub(super) async fn nothing_open(mut open: watch::Receiver<usize>, time: Duration) {
    loop {
        if open.wait_for(|open| *open == 0).await.is_err() {
            return;
        }
        if tokio::time::timeout(time, open.changed()).await.is_err() {
            return;
        }
    }
}

/// A request that is under way.
#[derive(Debug)]
pub(super) struct Open(watch::Sender<usize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}

/// An answer's body; its request is under way as long as it is there.
#[derive(Debug)]
pub(super) struct Answer {
    body: Body,
    _open: Open,
}

impl Answer {
    pub(super) fn new(body: Body, open: Open) -> Self {
        Self { body, _open: open }
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
