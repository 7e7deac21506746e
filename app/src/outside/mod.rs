//! The world, behind small structs.

pub mod edge;
pub mod files;
pub mod mail;
pub mod names;
pub mod one_time;
pub mod password;
pub mod pictures;

use tracing::Instrument as _;
use tracing::instrument::WithSubscriber as _;

/// Goes on also when whoever asked has gone: for work that must not be left half done.
pub async fn to_its_end<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    match tokio::spawn(work.in_current_span().with_current_subscriber()).await {
        Ok(done) => done,
        // Nobody ends it early: it has panicked, and that is for whoever asked.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}
