//! How many connections each peer has, so that one address cannot take everybody's places.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tenancy::line_of;

use crate::layers::request::Proxies;

/// Connections of one peer at once. A browser opens six over HTTP/1: thirty people behind one office's address fit, and
/// fifty such addresses do not fill the house.
pub const PER_PEER: usize = 200;

type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// The connections that are open, by peer.
///
/// A trusted proxy is not counted: it is everybody who comes through it. A loopback peer is, unless it is named as one.
#[derive(Debug, Clone)]
pub struct Peers {
    proxies: Proxies,
    most: usize,
    open: Counts,
}

impl Peers {
    /// Nobody yet, and at most so many connections of each.
    pub fn new(proxies: Proxies, most: usize) -> Self {
        Self { proxies, most, open: Arc::default() }
    }

    /// A place for one more connection, unless this peer has all that it may have.
    pub(super) fn let_in(&self, peer: IpAddr) -> Option<Place> {
        if self.proxies.trust(peer) {
            return Some(Place { counted: None });
        }
        let key = line_of(peer);
        let mut open = held(&self.open);
        let count = open.entry(key).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { counted: Some((self.open.clone(), key)) })
    }
}

/// A connection's place among its peer's, free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    counted: Option<(Counts, IpAddr)>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((open, key)) = &self.counted else { return };
        let mut open = held(open);
        match open.get_mut(key) {
            Some(count) if *count > 1 => *count -= 1,
            // Only who is here takes room.
            _ => drop(open.remove(key)),
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn each_peer_has_its_own_places_and_gets_them_back() {
        let peers = Peers::new(Proxies::default(), 2);
        let here = ["203.0.113.7", "::ffff:203.0.113.7"].map(|text| peers.let_in(ip(text)).expect("a place"));
        assert!(peers.let_in(ip("203.0.113.7")).is_none(), "both spellings are one peer");
        assert!(peers.let_in(ip("203.0.113.8")).is_some());
        drop(here);
        assert!(held(&peers.open).is_empty(), "who has gone takes no room");
        assert!(peers.let_in(ip("203.0.113.7")).is_some());
    }

    #[test]
    fn a_network_of_ipv6_is_one_peer() {
        let peers = Peers::new(Proxies::default(), 1);
        let _here = peers.let_in(ip("2001:db8:1:2::1")).expect("a place");
        assert!(peers.let_in(ip("2001:db8:1:2:ffff::9")).is_none());
        assert!(peers.let_in(ip("2001:db8:1:3::1")).is_some());
    }

    #[test]
    fn a_trusted_proxy_is_everybody() {
        let peers = Peers::new(Proxies([ip("127.0.0.1")].as_slice().into()), 1);
        let all = ["127.0.0.1", "127.0.0.1", "::ffff:127.0.0.1"].map(|text| peers.let_in(ip(text)));
        assert!(all.iter().all(Option::is_some));
        let _here = peers.let_in(ip("127.0.0.2")).expect("a place");
        assert!(peers.let_in(ip("127.0.0.2")).is_none(), "a loopback address alone is no proxy");
    }
}
