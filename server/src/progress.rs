//! How far an agency is, as events (WHATWG HTML, server-sent events): each step when it is committed. Who comes back says what
//! was last seen, and gets the rest.

use axum::Extension;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use http::HeaderMap;
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tenancy::central::operation_log::{self, Recorded};
use tenancy::central::sign_ups;
use tenancy::{DatabaseError, OperationId, PersonId};
use tokio::sync::broadcast;
use tower_sessions::session::Id;
use tower_sessions::{Session, SessionStore as _};

use app::caller::Who;
use app::error::AppError;
use app::state::{AppState, House};
use app::words::Lang;

use crate::layers::plain;

/// How long is waited for a notice before the record is read without one.
const LOOK: Duration = Duration::from_secs(5);
/// After so long the browser asks anew: no answer lasts for ever.
const LONGEST: Duration = Duration::from_secs(120);
/// Streams that one person may have open: a page in as many windows as anybody looks at.
const AT_ONCE: u8 = 4;
/// Whoever has enough comes back after so many seconds.
const RETRY: u32 = 10;

/// How many streams each person has open.
#[derive(Debug, Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<PersonId, u8>>>);

impl Streams {
    /// One more, unless there are enough.
    fn open(&self, person: PersonId) -> Option<Open> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(person).or_default();
        if *count >= AT_ONCE {
            return None;
        }
        *count += 1;
        Some(Open { streams: self.clone(), person })
    }
}

/// A stream that counts until it is dropped.
struct Open {
    streams: Streams,
    person: PersonId,
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut all = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.person) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                all.remove(&self.person);
            }
        }
    }
}

/// `GET /cadastro/andamento/eventos`: `step` with its name, `held_up`, `done`; each but the last under its place in the record.
/// It ends with the session that asked: whoever was signed out hears nothing more.
pub async fn events(
    State(state): State<AppState>,
    (Extension(who), Extension(streams)): (Extension<Who>, Extension<Streams>),
    session: Session,
    headers: HeaderMap,
) -> Response {
    let house = state.house;
    let refuse = |error: &AppError| plain::error(error, false, Lang::default(), "");
    let person = match &who {
        Who::Choosing(person) => *person,
        Who::Staff { account, .. } => account.person,
        Who::Operator(_) | Who::Nobody => return refuse(&AppError::Unauthenticated),
    };
    let Some(session) = session.id() else { return refuse(&AppError::Unauthenticated) };
    let Some(open) = streams.open(person) else { return refuse(&AppError::TooMany(RETRY)) };
    // Before the record is read: what is committed meanwhile is heard.
    let heard = house.operations.subscribe();
    let under_way = match sign_ups::progress(&house.central, person).await {
        Ok(Some(progress)) => progress.operation,
        Ok(None) => return refuse(&AppError::NotFound),
        Err(error) => return refuse(&error.into()),
    };
    let seen = headers.get("last-event-id").and_then(|v| v.to_str().ok()?.parse().ok()).unwrap_or(0);
    let ends = tokio::time::Instant::now() + LONGEST;
    let watch = Watch { house, session, person, operation: under_way, heard, seen, ends, _open: open };
    Sse::new(watch.events()).keep_alive(KeepAlive::default()).into_response()
}

struct Watch {
    house: Arc<House>,
    session: Id,
    person: PersonId,
    operation: OperationId,
    heard: broadcast::Receiver<OperationId>,
    seen: i32,
    ends: tokio::time::Instant,
    _open: Open,
}

impl Watch {
    fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        let batches = futures::stream::unfold(Some(self), |watch| async move {
            let mut watch = watch?;
            let (events, is_over) = watch.next().await?;
            Some((futures::stream::iter(events.into_iter().map(Ok)), (!is_over).then_some(watch)))
        });
        futures::StreamExt::flatten(batches)
    }

    /// What is new, as soon as there is something, and whether that was the last. None: the browser is to ask anew.
    async fn next(&mut self) -> Option<(Vec<Event>, bool)> {
        loop {
            // Remembered for five seconds at most, as for every request; a look is as far from the next (AUTH-18).
            match self.house.sessions.load(&self.session).await {
                Ok(Some(_)) => {}
                Ok(None) => return None,
                Err(error) => {
                    tracing::warn!(%error, "the session of a stream could not be read");
                    return None;
                }
            }
            match self.look().await {
                Ok((events, is_over)) if is_over || !events.is_empty() => return Some((events, is_over)),
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "the progress of an agency could not be read");
                    return None;
                }
            }
            let until = self.ends.min(tokio::time::Instant::now() + LOOK);
            loop {
                match tokio::time::timeout_at(until, self.heard.recv()).await {
                    Ok(Ok(id)) if id != self.operation => {}
                    // Ours, or so many others' that ours may have been among them.
                    Ok(Ok(_) | Err(broadcast::error::RecvError::Lagged(_))) => break,
                    Ok(Err(broadcast::error::RecvError::Closed)) => return None,
                    Err(_) if until == self.ends => return None,
                    Err(_) => break,
                }
            }
        }
    }

    async fn look(&mut self) -> Result<(Vec<Event>, bool), DatabaseError> {
        // First whether it is over: a step that is recorded after that is not the last.
        let now = sign_ups::progress(&self.house.central, self.person).await?;
        let is_over = now.is_none_or(|now| now.operation != self.operation || now.state == "done");
        let lines = operation_log::recorded(&self.house.central, self.operation, self.seen).await?;
        let mut events: Vec<Event> = lines.iter().map(event).collect();
        self.seen = lines.last().map_or(self.seen, |line| line.seq);
        if is_over {
            // Without data a browser does not hear it (WHATWG HTML, 9.2.6).
            events.push(Event::default().event("done").data("-"));
        }
        Ok((events, is_over))
    }
}

fn event(line: &Recorded) -> Event {
    let event = Event::default().id(line.seq.to_string());
    if line.level == "info" { event.event("step").data(&line.step) } else { event.event("held_up").data(&line.step) }
}
