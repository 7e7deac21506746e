//! Two transactions that did not go together: PostgreSQL takes one of them back, and it is done again, whole.
//!
//! Its manual asks for that (version 15, 13.5): after a serialization failure everything that the transaction did is to be done
//! anew, what it decided too; after a deadlock, likewise.

use sqlx::Error;
use std::time::Duration;

/// `serialization_failure` and `deadlock_detected` (the same, appendix A).
const CONFLICTS: [&str; 2] = ["40001", "40P01"];
/// How often an act is tried in all.
const TIMES: u32 = 3;
/// The first pause, about; the next one is four times as long.
const PAUSE: Duration = Duration::from_millis(25);

/// Whether the database has taken a transaction back because it did not go together with another.
pub(crate) fn is_conflict(error: &Error) -> bool {
    let code = error.as_database_error().and_then(|refusal| refusal.code());
    code.is_some_and(|code| CONFLICTS.contains(&&*code))
}

/// As [`is_conflict`], of an error that was made from one of the database's.
pub(crate) fn comes_from_conflict(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut chain = std::iter::successors(Some(error), |error| error.source());
    chain.any(|error| error.downcast_ref::<Error>().is_some_and(is_conflict))
}

/// What is done in a transaction `Tx`, once or more often: an async closure that takes `&mut Tx`. It can be called again, so it
/// changes nothing that it has captured.
pub trait Act<Tx: 'static, T, E>:
    AsyncFn(&mut Tx) -> Result<T, E> + for<'c> Attempt<'c, Tx, T, E> + Send + Sync
{
}

impl<Tx, T, E, F> Act<Tx, T, E> for F
where
    Tx: 'static,
    F: AsyncFn(&mut Tx) -> Result<T, E> + for<'c> Attempt<'c, Tx, T, E> + Send + Sync,
{
}

/// That the future of an [`Act`] may go on on another thread: nothing says so of an `AsyncFn` itself (Rust 1.95).
pub trait Attempt<'c, Tx, T, E> {
    /// Calls it.
    fn attempt(&self, tx: &'c mut Tx) -> impl Future<Output = Result<T, E>> + Send;
}

impl<'c, Tx, T, E, F, Doing> Attempt<'c, Tx, T, E> for F
where
    Tx: 'c,
    F: Fn(&'c mut Tx) -> Doing,
    Doing: Future<Output = Result<T, E>> + Send,
{
    fn attempt(&self, tx: &'c mut Tx) -> impl Future<Output = Result<T, E>> + Send {
        self(tx)
    }
}

/// How often an act was tried, and how long it waits before it is tried again.
#[derive(Debug, Default)]
pub(crate) struct Tries(u32);

impl Tries {
    /// One attempt has met another transaction. Waits a moment and says yes; no, when it was the last. `whose` database it was
    /// stands in the log.
    pub(crate) async fn again(&mut self, whose: impl std::fmt::Display) -> bool {
        self.0 += 1;
        let is_last = self.0 == TIMES;
        tracing::warn!(%whose, attempt = self.0, is_last, "two transactions did not go together, and one was taken back");
        if is_last {
            return false;
        }
        metrics::counter!("transactions_repeated_total").increment(1);
        tokio::time::sleep(self.pause()).await;
        true
    }

    /// Three quarters more or less: those who met do not come back in one moment.
    fn pause(&self) -> Duration {
        let chance = u32::from(uuid::Uuid::new_v4().as_bytes()[15]);
        PAUSE * 4_u32.pow(self.0 - 1) * (64 + chance * 3 / 2) / 256
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn pauses_grow_and_are_never_alike() {
        for (attempt, about) in [(1, PAUSE), (2, 4 * PAUSE)] {
            let pauses: BTreeSet<_> = (0..100).map(|_| Tries(attempt).pause()).collect();
            assert!(pauses.len() > 20);
            assert!(pauses.iter().all(|pause| *pause >= about / 4 && *pause <= about * 7 / 4));
        }
    }

    #[test]
    fn what_is_not_from_a_database_met_nobody() {
        assert!(!is_conflict(&Error::RowNotFound));
        assert!(!comes_from_conflict(&crate::central::team::TeamError::from(Error::PoolTimedOut)));
    }
}
