//! Passwords: argon2id, on half of the machine's cores, never on the threads that serve pages.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::fmt;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization as _;

/// OWASP's minimum for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
/// Longer input is refused before it costs anything.
pub const MAX_BYTES: usize = 256;

/// Hashes and verifies passwords.
#[derive(Clone)]
pub struct Passwords {
    places: Arc<Semaphore>,
    /// How many there are.
    at_once: usize,
    computed: Arc<AtomicU64>,
    load: Arc<Load>,
    /// What an unknown e-mail address is checked against, so that it takes as long.
    nobody: Arc<str>,
}

/// How many hashes are being computed, and the most that ever were at once.
#[derive(Default)]
struct Load {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Load {
    fn during<T>(&self, compute: impl FnOnce() -> T) -> T {
        let now = self.now.fetch_add(1, Ordering::AcqRel) + 1;
        self.most.fetch_max(now, Ordering::AcqRel);
        let outcome = compute();
        self.now.fetch_sub(1, Ordering::AcqRel);
        outcome
    }
}

/// A place in the queue. Held while the throttle is asked and the hash is computed, so that a flood cannot pass the first
/// before the second has been counted.
pub struct Place {
    passwords: Passwords,
    /// Shared with the hash under way: it runs on when whoever asked for it has gone, and its place is taken until it ends.
    permit: Arc<OwnedSemaphorePermit>,
}

/// How a password compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It is the password. With a new hash when the stored one was made with weaker parameters.
    Right(Option<String>),
    /// It is not.
    Wrong,
}

impl Default for Passwords {
    /// On half of the machine's cores: the other half serves pages, however many people sign in at once.
    fn default() -> Self {
        Self::at_once(std::thread::available_parallelism().map_or(1, NonZero::get) / 2)
    }
}

impl Passwords {
    /// As many hashes at once as this, and at least one.
    pub fn at_once(places: usize) -> Self {
        let nobody = hash("nobody has this password").unwrap_or_default();
        let at_once = places.max(1);
        Self {
            places: Arc::new(Semaphore::new(at_once)),
            at_once,
            computed: Arc::default(),
            load: Arc::default(),
            nobody: nobody.into(),
        }
    }

    /// How many hashes may be computed at once.
    pub fn places(&self) -> usize {
        self.at_once
    }

    /// Waits for one of the places.
    pub async fn place(&self) -> Place {
        let permit = self.places.clone().acquire_owned().await.expect("the semaphore is never closed");
        Place { passwords: self.clone(), permit: Arc::new(permit) }
    }

    /// How many hashes this process has computed: what the tests count instead of milliseconds.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// The most hashes that this process has ever computed at once.
    pub fn most_at_once(&self) -> usize {
        self.load.most.load(Ordering::Acquire)
    }
}

impl Place {
    /// Makes a hash in PHC form. None when the password is longer than [`MAX_BYTES`].
    pub async fn hash(&self, password: String) -> Option<String> {
        if password.len() > MAX_BYTES {
            return None;
        }
        self.compute(move || hash(&password)).await.flatten()
    }

    /// Compares a password with a stored hash; without one, with nobody's. One hash is computed either way.
    pub async fn verify(&self, password: String, stored: Option<&str>) -> Checked {
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.passwords.nobody).to_owned();
        let password = if password.len() > MAX_BYTES { String::new() } else { password };
        let checked = self.compute(move || verify(&password, &stored)).await.unwrap_or(Checked::Wrong);
        if known { checked } else { Checked::Wrong }
    }

    async fn compute<T: Send + 'static>(&self, hash: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        self.passwords.computed.fetch_add(1, Ordering::Relaxed);
        let (load, permit) = (self.passwords.load.clone(), self.permit.clone());
        let hashing = tokio::task::spawn_blocking(move || {
            let outcome = load.during(hash);
            drop(permit);
            outcome
        });
        hashing.await.ok()
    }
}

fn argon() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// One form of letters that keyboards compose differently (Unicode, annex 15; NIST SP 800-63B-4, 3.1.1.2).
fn one_form(password: &str) -> String {
    password.nfc().collect()
}

fn hash(password: &str) -> Option<String> {
    argon().hash_password(one_form(password).as_bytes()).ok().map(|hash| hash.to_string())
}

fn verify(password: &str, stored: &str) -> Checked {
    let Ok(parsed) = PasswordHash::new(stored) else { return Checked::Wrong };
    if argon().verify_password(one_form(password).as_bytes(), &parsed).is_err() {
        return Checked::Wrong;
    }
    let weaker = Params::try_from(&parsed).map_or(true, |p| p.m_cost() < MEMORY_KIB || p.t_cost() < PASSES);
    Checked::Right(if weaker { hash(password) } else { None })
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passwords")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_has_the_parameters_that_we_promise() {
        let passwords = Passwords::default();
        let hash = passwords.place().await.hash("sobrado-demo-2026".into()).await.expect("short enough");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let place = passwords.place().await;
        assert_eq!(place.verify("sobrado-demo-2026".into(), Some(&hash)).await, Checked::Right(None));
        assert_eq!(place.verify("another".into(), Some(&hash)).await, Checked::Wrong);
    }

    #[tokio::test]
    async fn a_long_password_counts_to_its_end_and_is_one_however_it_is_composed() {
        let passwords = Passwords::at_once(1);
        let place = passwords.place().await;
        for end in [72, 127] {
            let (long, other) = (format!("{}a", "k".repeat(end)), format!("{}b", "k".repeat(end)));
            let stored = place.hash(long.clone()).await.expect("short enough");
            assert_eq!(place.verify(other, Some(&stored)).await, Checked::Wrong, "after byte {end}");
            assert_eq!(place.verify(long, Some(&stored)).await, Checked::Right(None));
        }
        let stored = place.hash("o ga\u{302}to mia a\u{300}s tre\u{302}s".into()).await.expect("short enough");
        assert_eq!(place.verify("o g\u{e2}to mia \u{e0}s tr\u{ea}s".into(), Some(&stored)).await, Checked::Right(None));
        let before = passwords.computed();
        assert_eq!(place.hash("k".repeat(MAX_BYTES + 1)).await, None);
        assert_eq!(passwords.computed(), before, "what is too long is refused before it costs anything");
    }

    #[tokio::test]
    async fn an_unknown_person_costs_one_hash_too() {
        let passwords = Passwords::default();
        let place = passwords.place().await;
        assert_eq!(place.verify("nobody has this password".into(), None).await, Checked::Wrong);
        assert_eq!(passwords.computed(), 1);
    }

    #[tokio::test]
    async fn a_hash_keeps_its_place_when_whoever_asked_has_gone() {
        let passwords = Passwords::at_once(2);
        let mut asking = Vec::new();
        for n in 0..20 {
            let passwords = passwords.clone();
            asking.push(tokio::spawn(async move { passwords.place().await.verify("wrong".into(), None).await }));
            if n % 2 == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                asking[n].abort();
            }
        }
        for one in asking {
            let _ = one.await;
        }
        let _both = (passwords.place().await, passwords.place().await);
        assert!(passwords.computed() >= 10);
        assert_eq!(passwords.most_at_once(), 2);
    }

    #[tokio::test]
    async fn others_have_their_turn_while_a_hash_is_computed() {
        // There is one thread: what would be computed on it would hold up everybody else.
        let passwords = Passwords::default();
        let turns = Arc::new(AtomicUsize::new(0));
        let counted = turns.clone();
        let other = tokio::spawn(async move {
            loop {
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        });
        let place = passwords.place().await;
        let stored = hash("sobrado-demo-2026").expect("it hashes");
        let (mut hashing, mut comparing) = (0, 0);
        // Several, should the thread be kept from running for as long as one of them takes.
        for _ in 0..3 {
            let before = turns.load(Ordering::Relaxed);
            place.hash("sobrado-demo-2026".into()).await.expect("short enough");
            let between = turns.load(Ordering::Relaxed);
            assert_eq!(place.verify("wrong".into(), Some(&stored)).await, Checked::Wrong);
            hashing += between - before;
            comparing += turns.load(Ordering::Relaxed) - between;
        }
        other.abort();
        assert!(hashing > 0 && comparing > 0, "{hashing} turns beside hashes, {comparing} beside comparisons");
    }

    #[tokio::test]
    async fn a_weaker_hash_is_made_anew() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8_192, 1, 1, None).expect("in bounds"));
        let stored = weak.hash_password(b"secret").expect("hashes").to_string();
        let checked = Passwords::default().place().await.verify("secret".into(), Some(&stored)).await;
        assert!(matches!(checked, Checked::Right(Some(new)) if new.contains("m=19456,t=2")));
    }
}
