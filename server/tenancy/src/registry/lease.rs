//! A connection in use. What comes back in the middle of something never serves anybody else as it is.

use futures::Stream;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use sqlx::postgres::{PgConnection, PgDatabaseError, PgQueryResult, PgRow, PgSeverity};
use sqlx::{Either, Error, Execute, Executor as _, Postgres};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;

use super::agency::Agency;
use super::server::{Seat, Server};

/// How long the rest of an abandoned statement is waited for: a little longer than an agency's `statement_timeout`. Its
/// backend works on until then, so its place is not free before.
const DRAIN: Duration = Duration::from_secs(6);

/// What a connection is in the middle of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing: everything that was asked has been answered.
    Calm,
    /// A statement was refused; that it is ready for the next has not been read yet.
    Refused,
    /// A statement: who drops it now leaves the rest of its answer behind.
    Busy,
    /// It is of no use any more.
    Broken,
}

/// One agency's connection for as long as somebody works with it.
pub(crate) struct Lease {
    /// None only as it is dropped.
    seat: Option<Seat>,
    agency: Arc<Agency>,
    state: State,
    in_transaction: bool,
    /// Of the places that the agency has; after the seat, which goes back first.
    place: Option<OwnedSemaphorePermit>,
}

impl Lease {
    pub(super) fn new(agency: &Arc<Agency>, seat: Seat, place: OwnedSemaphorePermit) -> Self {
        Self { seat: Some(seat), agency: agency.clone(), state: State::Calm, in_transaction: false, place: Some(place) }
    }

    fn parts(&mut self) -> (&mut PgConnection, &mut State, &Server) {
        let conn = self.seat.as_mut().and_then(|seat| seat.conn.as_mut());
        let conn = conn.expect("a lease has a connection until it is dropped");
        (&mut conn.raw, &mut self.state, self.agency.server())
    }

    /// As [`Executor::fetch_many`](sqlx::Executor::fetch_many).
    pub(crate) fn fetch_many<'e, 'q: 'e, E>(&'e mut self, query: E) -> Watched<'e>
    where
        E: 'q + Execute<'q, Postgres>,
    {
        let (conn, state, server) = self.parts();
        *state = State::Busy;
        Watched { rows: conn.fetch_many(query), state, server }
    }

    /// Does something whose answer is read to its end unless it fails.
    pub(crate) async fn work<'e, T>(
        &'e mut self,
        work: impl FnOnce(&'e mut PgConnection) -> BoxFuture<'e, Result<T, Error>>,
    ) -> Result<T, Error> {
        let (conn, state, server) = self.parts();
        *state = State::Busy;
        let done = work(conn).await;
        *state = done.as_ref().map_or_else(|error| after(error, server), |_| State::Calm);
        done
    }

    /// Opens a transaction that may write.
    pub(crate) async fn begin(&mut self) -> Result<(), Error> {
        // Before: from here on there may be one, whether we hear of it or not.
        self.in_transaction = true;
        self.work(|conn| conn.execute("begin read write")).await?;
        Ok(())
    }

    /// Makes the writes last. After a refused statement there are none: the server would answer such a `commit` by a quiet
    /// `rollback`.
    pub(crate) async fn commit(mut self) -> Result<(), Error> {
        if self.state == State::Refused {
            return Err(Error::Protocol("a statement of this transaction was refused: nothing of it lasts".into()));
        }
        self.end("commit").await
    }

    /// Takes the writes back.
    pub(crate) async fn rollback(mut self) -> Result<(), Error> {
        self.end("rollback").await
    }

    async fn end(&mut self, how: &'static str) -> Result<(), Error> {
        self.work(|conn| conn.execute(how)).await?;
        self.in_transaction = false;
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(mut seat) = self.seat.take() else { return };
        let Some(conn) = &mut seat.conn else { return };
        let now = Instant::now();
        conn.used = now;
        let is_kept = conn.ends > now && !self.agency.is_retired();
        if self.state == State::Calm && !self.in_transaction && is_kept {
            // The seat goes back as it is.
            return;
        }
        let settling = settle(seat, (self.state, self.in_transaction), is_kept, self.place.take());
        // Without a runtime the process is at its end: the future is dropped, and the connection with it.
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(settling);
        }
    }
}

/// Brings a connection to rest, or closes it. Until then it counts, for the server and for the agency.
async fn settle(
    mut seat: Seat,
    (state, in_transaction): (State, bool),
    is_kept: bool,
    place: Option<OwnedSemaphorePermit>,
) {
    // Out of the seat: should this task end early, nobody gets it.
    let Some(mut conn) = seat.conn.take() else { return };
    let is_calm = match state {
        State::Broken => return,
        State::Calm | State::Refused if in_transaction => conn.rolls_back(DRAIN).await,
        State::Calm => true,
        State::Refused => conn.answers(DRAIN).await,
        // What had been asked is not known here, so it is asked nothing more.
        State::Busy => {
            conn.answers(DRAIN).await;
            false
        }
    };
    if is_calm && is_kept {
        seat.conn = Some(conn);
    } else {
        conn.close().await;
    }
    drop((seat, place));
}

/// What an error leaves.
fn after(error: &Error, server: &Server) -> State {
    let is_refusal = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>())
        .is_some_and(|error| !matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic));
    if is_refusal {
        return State::Refused;
    }
    server.suspect();
    State::Broken
}

/// The rows of a statement. Dropped before the end, it leaves the connection in the middle of them.
pub(crate) struct Watched<'e> {
    rows: BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>,
    state: &'e mut State,
    server: &'e Server,
}

impl Stream for Watched<'_> {
    type Item = Result<Either<PgQueryResult, PgRow>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let step = std::task::ready!(self.rows.as_mut().poll_next(cx));
        match &step {
            Some(Ok(_)) => {}
            Some(Err(error)) => *self.state = after(error, self.server),
            // An error that came before stays.
            None if *self.state == State::Busy => *self.state = State::Calm,
            None => {}
        }
        Poll::Ready(step)
    }
}
