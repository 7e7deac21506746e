//! The door of uploads: how many may be read into memory at once, everybody's and one agency's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tenancy::TenantId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Uploads that may be in memory at once, of up to [`MAX_BYTES`](super::MAX_BYTES) a file.
const PLACES: usize = 8;
/// How many of them one agency may have: an upload may take minutes, and its slow lines are not to keep others out.
const EACH: usize = 2;

/// Where uploads wait until there is room for them.
#[derive(Debug)]
pub(super) struct Door {
    all: Arc<Semaphore>,
    each: Each,
}

/// Each agency's own places. What is kept of those that have left goes with the next newcomer.
#[derive(Debug, Default)]
struct Each(Mutex<HashMap<TenantId, Weak<Semaphore>>>);

/// A place in memory, given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    _own: OwnedSemaphorePermit,
    _one_of_all: OwnedSemaphorePermit,
}

impl Default for Door {
    fn default() -> Self {
        Self { all: Arc::new(Semaphore::new(PLACES)), each: Each::default() }
    }
}

impl Door {
    /// Waits for a place of the agency's own first: who waits for that one takes none of the others'.
    pub(super) async fn place(&self, tenant: TenantId) -> Place {
        let own = self.each.of(tenant).acquire_owned().await.expect("the semaphore is never closed");
        let one_of_all = self.all.clone().acquire_owned().await.expect("the semaphore is never closed");
        Place { _own: own, _one_of_all: one_of_all }
    }
}

impl Each {
    fn of(&self, tenant: TenantId) -> Arc<Semaphore> {
        let mut each = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = each.get(&tenant).and_then(Weak::upgrade) {
            return own;
        }
        each.retain(|_, own| own.strong_count() > 0);
        let own = Arc::new(Semaphore::new(EACH));
        each.insert(tenant, Arc::downgrade(&own));
        own
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;

    #[tokio::test]
    async fn an_agency_has_two_places_and_does_not_keep_others_out() {
        let door = Door::default();
        let [slow, other] = [TenantId::generate(), TenantId::generate()];
        let held = [door.place(slow).await, door.place(slow).await];
        let mut third = Box::pin(door.place(slow));
        assert!(third.as_mut().now_or_never().is_none(), "the third of one agency waits");
        let others = door.place(other).now_or_never().expect("another agency's gets in");
        assert_eq!(door.all.available_permits(), PLACES - 3, "who waits takes no place");
        let [first, _second] = held;
        drop(first);
        let _third = third.now_or_never().expect("as soon as one has left");
        drop(others);
        assert_eq!(door.all.available_permits(), PLACES - 2);
    }

    #[tokio::test]
    async fn of_all_agencies_together_eight_get_in() {
        let door = Door::default();
        let mut held = Vec::new();
        for _ in 0..PLACES {
            held.push(door.place(TenantId::generate()).await);
        }
        assert!(door.place(TenantId::generate()).now_or_never().is_none());
        held.pop();
        assert!(door.place(TenantId::generate()).now_or_never().is_some());
    }

    #[tokio::test]
    async fn nothing_is_kept_of_agencies_that_have_left() {
        let door = Door::default();
        let here = TenantId::generate();
        let _held = door.place(here).await;
        for _ in 0..100 {
            drop(door.place(TenantId::generate()).await);
        }
        let kept = door.each.0.lock().expect("not poisoned");
        assert!(kept.len() <= 2 && kept.contains_key(&here), "{} are kept", kept.len());
    }
}
