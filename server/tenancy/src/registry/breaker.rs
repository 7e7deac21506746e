//! Whether a connection is tried at all: who has failed several times in a row is left alone for a while, then asked once.

use std::time::Duration;
use tokio::time::Instant;

use crate::TenantId;

/// When it opens, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Failures in a row that open it.
    failures: u32,
    /// The first pause; each failed look after it doubles the next.
    first: Duration,
    /// No pause is longer.
    longest: Duration,
}

/// Of a server: whoever waits for it is many agencies, so it is asked often.
pub(super) const SERVER: Patience =
    Patience { failures: 5, first: Duration::from_secs(1), longest: Duration::from_secs(2) };
/// Of an agency: what is wrong with one alone is mended by hand.
pub(super) const AGENCY: Patience =
    Patience { failures: 3, first: Duration::from_secs(1), longest: Duration::from_secs(8) };

/// Counts failures. What is open lets one through when its pause is over; nobody has to say how that went, for the next
/// pause has begun with it.
#[derive(Debug)]
pub(super) struct Breaker {
    patience: Patience,
    failures: u32,
    last: Option<TenantId>,
    pause: Duration,
    until: Option<Instant>,
}

impl Breaker {
    pub(super) fn new(patience: Patience) -> Self {
        Self { patience, failures: 0, last: None, pause: patience.first, until: None }
    }

    /// Whether one may try now.
    pub(super) fn admits(&mut self, now: Instant) -> bool {
        match self.until {
            None => true,
            Some(until) if now < until => false,
            Some(_) => {
                self.until = Some(now + self.pause);
                true
            }
        }
    }

    /// Whether nobody may try now; asking changes nothing.
    pub(super) fn is_shut(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// Whether it has opened and not closed again.
    pub(super) fn is_open(&self) -> bool {
        self.until.is_some()
    }

    /// Whether nothing is remembered.
    pub(super) fn is_at_rest(&self) -> bool {
        self.failures == 0 && self.until.is_none()
    }

    pub(super) fn succeeded(&mut self) {
        *self = Self::new(self.patience);
    }

    pub(super) fn failed(&mut self, now: Instant) {
        self.failures += 1;
        if self.failures < self.patience.failures {
            return;
        }
        if self.until.is_some() {
            self.pause = (self.pause * 2).min(self.patience.longest);
        }
        self.until = Some(now + self.pause);
    }

    /// A failure that may be the agency's own: many in a row of one agency say nothing of its server.
    pub(super) fn failed_for(&mut self, tenant: TenantId, now: Instant) {
        if self.last.replace(tenant) != Some(tenant) {
            self.failed(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_opens_after_so_many_failures_and_lets_one_through_after_each_pause() {
        let (mut breaker, start) = (Breaker::new(SERVER), Instant::now());
        for _ in 0..4 {
            breaker.failed(start);
            assert!(breaker.admits(start));
        }
        breaker.failed(start);
        assert!(!breaker.admits(start) && breaker.is_shut(start) && breaker.is_open());
        let later = start + SECOND;
        assert!(breaker.admits(later), "one looks whether it is well again");
        assert!(!breaker.admits(later), "and only one: the others do not wait for what that one finds");
        breaker.failed(later);
        assert!(!breaker.admits(later + SECOND), "the next pause is longer");
        assert!(breaker.admits(later + 2 * SECOND));
        breaker.failed(later + 2 * SECOND);
        assert!(breaker.admits(later + 4 * SECOND), "and none is longer than the longest");
        breaker.succeeded();
        assert!(breaker.is_at_rest() && breaker.admits(later) && breaker.admits(later));
    }

    #[test]
    fn a_success_makes_failures_forgotten() {
        let (mut breaker, now) = (Breaker::new(AGENCY), Instant::now());
        for _ in 0..10 {
            breaker.failed(now);
            breaker.failed(now);
            breaker.succeeded();
        }
        assert!(breaker.admits(now));
    }

    #[test]
    fn a_look_that_nobody_tells_of_is_followed_by_another() {
        let (mut breaker, start) = (Breaker::new(AGENCY), Instant::now());
        for _ in 0..3 {
            breaker.failed(start);
        }
        // Whoever looked has gone away in the middle of it.
        assert!(breaker.admits(start + SECOND));
        assert!(breaker.admits(start + 2 * SECOND));
    }

    #[test]
    fn one_agency_alone_does_not_shut_its_server() {
        let (mut breaker, now) = (Breaker::new(SERVER), Instant::now());
        let (a, b) = (TenantId::generate(), TenantId::generate());
        for _ in 0..100 {
            breaker.failed_for(a, now);
        }
        assert!(!breaker.is_open());
        for tenant in [b, a, b, a] {
            breaker.failed_for(tenant, now);
        }
        assert!(breaker.is_open());
    }
}
