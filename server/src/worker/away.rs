//! Who did not answer and is left alone for a while: an agency, and a server on which one after the other does not. So whoever goes
//! from agency to agency spends three answers that do not come on a server that is down, and then one now and then; and not one
//! on each of the hundreds that lie there.

use std::collections::HashMap;
use std::time::Duration;
use tenancy::{Route, TenantId};
use tokio::time::Instant;

/// How long an agency is left alone. Longer than a server: the others there come before it when that is tried again.
const AGENCY: Duration = Duration::from_secs(90);
/// How long a server is.
const SERVER: Duration = Duration::from_secs(20);
/// After so many agencies in a row it is the server.
const ROW: u32 = 3;

/// Who is away, as one part of the work knows it.
#[derive(Debug, Default)]
pub struct Away {
    agencies: HashMap<TenantId, Instant>,
    servers: HashMap<i32, Silence>,
}

#[derive(Debug)]
struct Silence {
    in_a_row: u32,
    until: Instant,
}

impl Away {
    /// Whether an agency is left alone now.
    pub fn has(&self, route: &Route) -> bool {
        self.has_at(route.tenant, route.placement.server_id, Instant::now())
    }

    fn has_at(&self, tenant: TenantId, server: i32, now: Instant) -> bool {
        self.agencies.get(&tenant).is_some_and(|until| *until > now)
            || self.servers.get(&server).is_some_and(|silence| silence.until > now)
    }

    /// Whoever is left alone now: agencies, and servers.
    pub fn all(&mut self) -> (Vec<TenantId>, Vec<i32>) {
        let now = Instant::now();
        self.agencies.retain(|_, until| *until > now);
        let silent = self.servers.iter().filter(|(_, silence)| silence.until > now);
        (self.agencies.keys().copied().collect(), silent.map(|(server, _)| *server).collect())
    }

    /// An agency was asked: whether what was to be done there is done.
    pub fn note(&mut self, route: &Route, is_done: bool) {
        self.note_at((route.tenant, route.placement.server_id), is_done, Instant::now());
    }

    fn note_at(&mut self, (tenant, server): (TenantId, i32), is_done: bool, now: Instant) {
        if is_done {
            self.agencies.remove(&tenant);
            self.servers.remove(&server);
            return;
        }
        self.agencies.insert(tenant, now + AGENCY);
        let silence = self.servers.entry(server).or_insert(Silence { in_a_row: 0, until: now });
        silence.in_a_row += 1;
        if silence.in_a_row >= ROW {
            silence.until = now + SERVER;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOWN: i32 = 1;
    const UP: i32 = 2;

    /// One round: who is asked, of these agencies. On the server that is down nobody answers.
    fn round(away: &mut Away, all: &[(TenantId, i32)], now: Instant) -> Vec<usize> {
        let mut asked = Vec::new();
        for (number, (tenant, server)) in all.iter().enumerate() {
            if !away.has_at(*tenant, *server, now) {
                asked.push(number);
                away.note_at((*tenant, *server), *server == UP, now);
            }
        }
        asked
    }

    #[test]
    fn a_server_that_is_down_costs_three_answers_and_then_one_now_and_then() {
        let all: Vec<(TenantId, i32)> =
            (0..20).map(|n| (TenantId::generate(), if n < 18 { DOWN } else { UP })).collect();
        let (mut away, began) = (Away::default(), Instant::now());
        assert_eq!(round(&mut away, &all, began), [0, 1, 2, 18, 19], "the others have their turn");
        assert_eq!(round(&mut away, &all, began + SERVER / 2), [18, 19]);
        assert_eq!(round(&mut away, &all, began + SERVER), [3, 18, 19], "whoever has not been asked yet");
        assert_eq!(away.all().1, [DOWN]);
    }

    #[test]
    fn agencies_that_fail_for_themselves_keep_none_of_their_servers_others_waiting() {
        let broken: Vec<(TenantId, i32)> = (0..3).map(|_| (TenantId::generate(), UP)).collect();
        let (well, began) = ((TenantId::generate(), UP), Instant::now());
        let mut away = Away::default();
        for one in &broken {
            away.note_at(*one, false, began);
        }
        assert!(away.has_at(well.0, UP, began), "it looks as if it were the server");
        let later = began + SERVER;
        assert!(broken.iter().all(|(tenant, _)| away.has_at(*tenant, UP, later)), "they have had their turn");
        assert!(!away.has_at(well.0, UP, later));
        away.note_at(well, true, later);
        away.note_at(broken[0], false, later + AGENCY);
        assert!(!away.has_at(well.0, UP, later + AGENCY), "it is not the server");
    }
}
