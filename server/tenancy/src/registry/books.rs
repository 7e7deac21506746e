//! What is known of one server's connections: who holds one, which lie idle, who waits. Always `idle + in use <= limit`.
//!
//! It waits for nobody and opens nothing: whoever asks is told what to do. So all of it can be tried without a database.

use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// For as long as this the first of those who wait is passed over for one whose own agency's connection has become free: a
/// new connection costs them both more than that.
const AFFINITY: Duration = Duration::from_millis(5);
/// What background work may always have, as long as there is as much: what holds a transaction may have to read beside it.
const FEWEST_FOR_JOBS: usize = 2;

/// Whose work a connection is wanted for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Somebody waits for a page.
    Web,
    /// Nobody does.
    Jobs,
}

/// A connection that nobody uses.
#[derive(Debug)]
pub(super) struct Idle<C> {
    /// Whose.
    pub(super) agency: u64,
    /// The connection.
    pub(super) conn: C,
}

/// What whoever has asked may do.
#[derive(Debug)]
pub(super) enum Grant<C> {
    /// Use this one of the agency's own.
    Reuse(C),
    /// Open one.
    Open,
    /// Close this one of another agency's, then open one.
    Replace(Idle<C>),
}

struct Waiter<W> {
    agency: u64,
    class: Class,
    wake: W,
    /// Since when others have been let past.
    passed: Option<Instant>,
}

/// Somebody who has waited, and what they may do now.
pub(super) struct Turn<C, W> {
    pub(super) agency: u64,
    pub(super) class: Class,
    pub(super) wake: W,
    pub(super) grant: Grant<C>,
}

/// The books of one server.
pub(super) struct Books<C, W> {
    limit: usize,
    jobs_percent: usize,
    held: usize,
    held_for_jobs: usize,
    closing: usize,
    /// The one that was used last is the last.
    idle: VecDeque<Idle<C>>,
    queue: VecDeque<Waiter<W>>,
}

impl<C, W> Books<C, W> {
    /// A server of which nothing may be opened yet.
    pub(super) fn new(jobs_percent: u32) -> Self {
        Self {
            limit: 0,
            jobs_percent: jobs_percent as usize,
            held: 0,
            held_for_jobs: 0,
            closing: 0,
            idle: VecDeque::new(),
            queue: VecDeque::new(),
        }
    }

    /// A connection for an agency, if one can be had without waiting.
    pub(super) fn ask(&mut self, agency: u64, class: Class) -> Option<Grant<C>> {
        if self.admits(class) { self.grant(agency, class) } else { None }
    }

    /// Waits in turn.
    pub(super) fn queue(&mut self, agency: u64, class: Class, wake: W) {
        self.queue.push_back(Waiter { agency, class, wake, passed: None });
    }

    /// Forgets those who wait no more.
    pub(super) fn forget(&mut self, is_gone: impl Fn(&W) -> bool) {
        self.queue.retain(|waiter| !is_gone(&waiter.wake));
    }

    /// Somebody needs what they were granted no more. Their connection lies idle from now on, or comes back to be closed; it
    /// counts until [`Books::closed`].
    pub(super) fn give_back(&mut self, agency: u64, class: Class, conn: Option<C>) -> Option<C> {
        self.held -= 1;
        self.held_for_jobs -= usize::from(class == Class::Jobs);
        let conn = conn?;
        if self.occupied() >= self.limit {
            self.closing += 1;
            return Some(conn);
        }
        self.idle.push_back(Idle { agency, conn });
        None
    }

    /// Puts back a connection that was to be closed for another, who has gone: before [`Books::give_back`] of the other.
    pub(super) fn spare(&mut self, idle: Idle<C>) {
        self.idle.push_front(idle);
    }

    /// A connection that came back to be closed is closed.
    pub(super) fn closed(&mut self) {
        self.closing -= 1;
    }

    /// Takes out the idle connections that this is true of, to be closed.
    pub(super) fn take_idle(&mut self, is_due: impl Fn(&Idle<C>) -> bool) -> Vec<C> {
        let (due, kept) = self.idle.drain(..).partition::<VecDeque<_>, _>(is_due);
        self.idle = kept;
        self.closing += due.len();
        due.into_iter().map(|idle| idle.conn).collect()
    }

    /// Sets how many connections there may be. Idle ones above that come back to be closed, those used longest ago first.
    pub(super) fn set_limit(&mut self, limit: usize) -> Vec<C> {
        self.limit = limit;
        let above = self.occupied().saturating_sub(limit).min(self.idle.len());
        self.closing += above;
        self.idle.drain(..above).map(|idle| idle.conn).collect()
    }

    /// Sends everybody away who waits.
    pub(super) fn send_away(&mut self) -> Vec<W> {
        self.queue.drain(..).map(|waiter| waiter.wake).collect()
    }

    /// Those whose turn has come. To be asked after each call that frees something.
    pub(super) fn turns(&mut self, now: Instant) -> Vec<Turn<C, W>> {
        let mut turns = Vec::new();
        while let Some(place) = self.next(now) {
            let (agency, class) = (self.queue[place].agency, self.queue[place].class);
            let Some(grant) = self.grant(agency, class) else { break };
            let Some(waiter) = self.queue.remove(place) else { break };
            turns.push(Turn { agency, class, wake: waiter.wake, grant });
        }
        turns
    }

    /// Connections that there are, or are about to be.
    pub(super) fn occupied(&self) -> usize {
        self.held + self.idle.len() + self.closing
    }

    pub(super) fn held(&self) -> usize {
        self.held
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    pub(super) fn waiting(&self) -> usize {
        self.queue.len()
    }

    pub(super) fn has_idle(&self, agency: u64) -> bool {
        self.idle.iter().any(|idle| idle.agency == agency)
    }

    fn admits(&self, class: Class) -> bool {
        let for_jobs = (self.limit * self.jobs_percent / 100).max(FEWEST_FOR_JOBS);
        self.held + self.closing < self.limit && (class == Class::Web || self.held_for_jobs < for_jobs)
    }

    /// For who is admitted.
    fn grant(&mut self, agency: u64, class: Class) -> Option<Grant<C>> {
        let own = self.idle.iter().rposition(|idle| idle.agency == agency);
        let grant = match own.and_then(|place| self.idle.remove(place)) {
            Some(idle) => Grant::Reuse(idle.conn),
            None if self.occupied() < self.limit => Grant::Open,
            None => Grant::Replace(self.idle.pop_front()?),
        };
        self.held += 1;
        self.held_for_jobs += usize::from(class == Class::Jobs);
        Some(grant)
    }

    /// Whose turn it is: the first who is admitted. Somebody behind, whose own connection lies idle, is let past for a moment
    /// where the first would have another's closed.
    fn next(&mut self, now: Instant) -> Option<usize> {
        let first = (0..self.queue.len()).find(|place| self.admits(self.queue[*place].class))?;
        if self.occupied() < self.limit || self.has_idle(self.queue[first].agency) {
            return Some(first);
        }
        let passed = *self.queue[first].passed.get_or_insert(now);
        if now.duration_since(passed) >= AFFINITY {
            return Some(first);
        }
        let is_near = |place: &usize| {
            let waiter = &self.queue[*place];
            self.admits(waiter.class) && self.has_idle(waiter.agency)
        };
        Some((first + 1..self.queue.len()).find(is_near).unwrap_or(first))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Books of which `limit` may be opened, where a connection is the number of its agency and whoever waits has a name.
    fn books(limit: usize) -> Books<u64, &'static str> {
        let mut books = Books::new(30);
        assert!(books.set_limit(limit).is_empty());
        books
    }

    fn opened(books: &mut Books<u64, &'static str>, agency: u64) {
        assert!(matches!(books.ask(agency, Class::Web), Some(Grant::Open)));
    }

    fn woken(books: &mut Books<u64, &'static str>, now: Instant) -> Vec<&'static str> {
        books.turns(now).into_iter().map(|turn| turn.wake).collect()
    }

    #[test]
    fn an_agency_gets_its_own_back_and_else_the_one_used_longest_ago_goes() {
        let mut books = books(3);
        for agency in [1, 2, 3] {
            opened(&mut books, agency);
        }
        assert!(books.ask(4, Class::Web).is_none(), "all are in use");
        for agency in [2, 1, 3] {
            assert_eq!(books.give_back(agency, Class::Web, Some(agency)), None);
        }
        assert!(matches!(books.ask(1, Class::Web), Some(Grant::Reuse(1))));
        assert!(matches!(books.ask(4, Class::Web), Some(Grant::Replace(Idle { agency: 2, .. }))));
        assert_eq!((books.held(), books.occupied()), (2, 3));
        // A connection that broke leaves its place.
        assert_eq!(books.give_back(1, Class::Web, None), None);
        opened(&mut books, 5);
    }

    #[test]
    fn who_waits_is_served_in_turn_but_for_a_moment_where_their_own_is_free() {
        let (mut books, start) = (books(1), Instant::now());
        opened(&mut books, 1);
        for (agency, name) in [(2, "other"), (1, "own"), (1, "own too")] {
            books.queue(agency, Class::Web, name);
        }
        books.give_back(1, Class::Web, Some(1));
        assert_eq!(woken(&mut books, start), ["own"], "no connection is opened for it");
        books.give_back(1, Class::Web, Some(1));
        let later = start + AFFINITY;
        assert_eq!(woken(&mut books, later), ["other"], "nobody is passed over for longer");
        books.give_back(2, Class::Web, None);
        assert_eq!(woken(&mut books, later), ["own too"]);
    }

    #[test]
    fn background_work_leaves_room_for_pages() {
        let mut books = books(10);
        for _ in 0..3 {
            assert!(books.ask(1, Class::Jobs).is_some());
        }
        assert!(books.ask(1, Class::Jobs).is_none(), "three of ten are its part");
        books.queue(1, Class::Jobs, "job");
        books.queue(2, Class::Web, "page");
        assert_eq!(woken(&mut books, Instant::now()), ["page"], "a job that waits holds up no page");
        books.give_back(1, Class::Jobs, Some(1));
        assert_eq!(woken(&mut books, Instant::now()), ["job"]);
    }

    #[test]
    fn a_smaller_limit_is_kept_to_as_soon_as_connections_come_back() {
        let mut books = books(4);
        for agency in 1..=4 {
            opened(&mut books, agency);
        }
        books.give_back(1, Class::Web, Some(1));
        assert_eq!(books.set_limit(2), [1]);
        assert_eq!(books.occupied(), 4, "what is being closed is still there");
        books.closed();
        assert_eq!(books.give_back(2, Class::Web, Some(2)), Some(2));
        books.closed();
        books.queue(5, Class::Web, "next");
        assert!(woken(&mut books, Instant::now()).is_empty());
        assert_eq!(books.give_back(3, Class::Web, Some(3)), None);
        assert_eq!(woken(&mut books, Instant::now()), ["next"]);
        assert_eq!(books.occupied(), 2);
        books.set_limit(3);
        opened(&mut books, 6);
    }

    #[test]
    fn no_order_of_events_opens_more_than_the_limit() {
        let mut dice = 0x2545_F491_4F6C_DD1D_u64;
        let mut roll = |sides: u64| {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            dice % sides
        };
        let mut books: Books<u64, u32> = Books::new(30);
        let (mut held, mut now, mut limit, mut closing) = (Vec::new(), Instant::now(), 0, 0);
        for step in 0..200_000_u32 {
            now += Duration::from_millis(roll(3));
            let before = books.occupied();
            match roll(10) {
                0 => {
                    limit = usize::try_from(roll(12)).expect("small");
                    closing += books.set_limit(limit).len();
                }
                1..=4 => {
                    let (agency, class) = (roll(9), if roll(4) == 0 { Class::Jobs } else { Class::Web });
                    match books.ask(agency, class) {
                        Some(grant) => held.push((agency, class, grant)),
                        None => books.queue(agency, class, step),
                    }
                }
                5 if closing > 0 => {
                    closing -= 1;
                    books.closed();
                }
                6 => closing += books.take_idle(|idle| idle.agency == 3).len(),
                _ if !held.is_empty() => {
                    let place = usize::try_from(roll(held.len() as u64)).expect("small");
                    let (agency, class, grant) = held.swap_remove(place);
                    let conn = match grant {
                        Grant::Reuse(conn) => {
                            assert_eq!(conn, agency, "nobody is handed another agency's");
                            Some(conn)
                        }
                        Grant::Replace(idle) if roll(8) == 0 => {
                            books.spare(idle);
                            None
                        }
                        _ => (roll(5) > 0).then_some(agency),
                    };
                    closing += usize::from(books.give_back(agency, class, conn).is_some());
                }
                _ => {}
            }
            let turns = books.turns(now);
            held.extend(turns.into_iter().map(|turn| (turn.agency, turn.class, turn.grant)));
            assert!(books.occupied() <= limit.max(before), "step {step}");
            assert_eq!(books.held(), held.len());
        }
        books.set_limit(12);
        while !held.is_empty() || closing > 0 {
            for (agency, class, _) in std::mem::take(&mut held) {
                books.give_back(agency, class, None);
            }
            for _ in 0..std::mem::take(&mut closing) {
                books.closed();
            }
            held.extend(books.turns(now).into_iter().map(|turn| (turn.agency, turn.class, turn.grant)));
        }
        assert_eq!((books.held(), books.waiting()), (0, 0), "nobody is forgotten");
    }
}
