//! What is under way in the operators' console, as events (WHATWG HTML, server-sent events): that something has changed, and that
//! it is over; the page then fetches itself anew. An event's identifier is a mark of what was seen: who comes back with it hears
//! at once whether anything has changed since, and nothing is kept for them meanwhile.

use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use http::HeaderMap;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tenancy::central::operation_log;
use tenancy::central::sessions::{SIGNED, Signed};
use tenancy::{OperationId, OperatorId};
use tokio::sync::broadcast;
use tokio::time::Instant;
use tower_sessions::Session;
use tower_sessions::session::Id;
use tower_sessions::session_store::SessionStore as _;
use uuid::Uuid;

use app::caller::Who;
use app::error::AppError;
use app::state::{AppState, House};
use app::words::Lang;

use crate::layers::plain;

/// How long is waited for a notice before the record is read without one, and whether the operator is still one: what is remembered
/// of a person is believed for five seconds at most.
const LOOK: Duration = Duration::from_secs(5);
/// After so long the browser asks anew: no answer lasts for ever.
const LONGEST: Duration = Duration::from_secs(120);
/// Notices that come together are one event.
const TOGETHER: Duration = Duration::from_millis(200);

/// A browser hears no event that has no data (WHATWG HTML, 9.2.6), and for an empty text none is written.
const NOTHING: &str = "-";

/// What a page has shown already, where the browser itself does not say what it has heard.
#[derive(Debug, Deserialize)]
pub struct Shown {
    #[serde(default)]
    seen: String,
}

/// `GET /platform/operations/events`: `changed` whenever something of the operations that are not done has.
pub async fn of_all(
    State(state): State<AppState>,
    Extension(who): Extension<Who>,
    session: Session,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Response {
    begin(state.house, (who, session), None, seen(&headers, shown)).await
}

/// `GET /platform/operations/{id}/events`: `changed` with each step, `done` when it goes no further by itself.
pub async fn of_one(
    State(state): State<AppState>,
    Path(id): Path<String>,
    Extension(who): Extension<Who>,
    session: Session,
    Query(shown): Query<Shown>,
    headers: HeaderMap,
) -> Response {
    let Ok(id) = id.parse::<Uuid>() else { return refuse(&AppError::NotFound) };
    begin(state.house, (who, session), Some(id), seen(&headers, shown)).await
}

fn refuse(error: &AppError) -> Response {
    plain::error(error, false, Lang::default(), "")
}

/// What a browser that comes back has heard last comes before what its page began with.
fn seen(headers: &HeaderMap, shown: Shown) -> String {
    let heard = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    heard.map_or(shown.seen, str::to_owned)
}

async fn begin(house: Arc<House>, (who, session): (Who, Session), of: Option<Uuid>, seen: String) -> Response {
    let (Who::Operator(account), Some(session)) = (who, session.id()) else {
        return refuse(&AppError::Unauthenticated);
    };
    // Before anything is read: what is committed meanwhile is heard.
    let heard = house.operations.subscribe();
    let watch = Watch { house, session, operator: account.operator, of, heard, seen, ends: Instant::now() + LONGEST };
    match watch.look().await {
        Ok(Some(_)) => {}
        Ok(None) => return refuse(&AppError::NotFound),
        Err(error) => return refuse(&error),
    }
    Sse::new(watch.events()).keep_alive(KeepAlive::default()).into_response()
}

struct Watch {
    house: Arc<House>,
    session: Id,
    operator: OperatorId,
    of: Option<Uuid>,
    heard: broadcast::Receiver<OperationId>,
    seen: String,
    ends: Instant,
}

impl Watch {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        futures::stream::unfold(Some(self), |watch| async move {
            let mut watch = watch?;
            let (event, is_over) = watch.next().await?;
            Some((Ok(event), (!is_over).then_some(watch)))
        })
    }

    /// The next thing to say, and whether it is the last. None: the browser is to ask anew, and is told then who it is.
    async fn next(&mut self) -> Option<(Event, bool)> {
        loop {
            match self.look().await {
                Ok(Some((_, true))) => return Some((Event::default().event("done").data(NOTHING), true)),
                Ok(Some((mark, false))) if mark != self.seen => {
                    self.seen.clone_from(&mark);
                    return Some((Event::default().event("changed").id(mark).data(NOTHING), false));
                }
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(%error, "what is under way could not be read");
                    return None;
                }
            }
            self.wait().await?;
            if !self.is_still_theirs().await {
                return None;
            }
        }
    }

    /// How it stands: a mark that changes with it, and whether it is over. None: there is no such operation.
    async fn look(&self) -> Result<Option<(String, bool)>, AppError> {
        match self.of {
            Some(id) => Ok(operation_log::mark(&self.house.central, id).await?),
            None => Ok(Some((operation_log::mark_of_open(&self.house.central).await?, false))),
        }
    }

    /// Until there may be something new. None: it has lasted long enough.
    async fn wait(&mut self) -> Option<()> {
        let until = self.ends.min(Instant::now() + LOOK);
        loop {
            match tokio::time::timeout_at(until, self.heard.recv()).await {
                Ok(Ok(id)) if self.of.is_some_and(|of| of != id.as_uuid()) => {}
                // Ours, or so many others' that ours may have been among them.
                Ok(Ok(_) | Err(broadcast::error::RecvError::Lagged(_))) => {
                    tokio::time::sleep(TOGETHER).await;
                    return Some(());
                }
                Ok(Err(broadcast::error::RecvError::Closed)) => return None,
                Err(_) if until == self.ends => return None,
                Err(_) => return Some(()),
            }
        }
    }

    /// Whether the session that asked goes on, and is an operator's.
    async fn is_still_theirs(&self) -> bool {
        let Ok(Some(record)) = self.house.sessions.load(&self.session).await else { return false };
        let signed = record.data.get(SIGNED).cloned();
        let signed = signed.and_then(|signed| serde_json::from_value::<Signed>(signed).ok());
        let is_theirs = signed.is_some_and(|signed| signed.operator == Some(self.operator));
        is_theirs && matches!(self.house.accounts.operator(self.operator).await, Ok(Some(_)))
    }
}
