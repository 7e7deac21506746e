//! A form that comes after its session has ended: it is sealed, its sender signs in again, and it stands there as it was.
//!
//! The server keeps nothing of it meanwhile. The seal binds it to the person whose session it was, for an hour: whoever else
//! signs in at the same screen gets none of it.

use app::values::fields::Fields;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use serde::{Deserialize, Serialize};
use tenancy::{Key, PersonId, TenantId, UserId};
use time::{Duration, OffsetDateTime};

/// A seal is opened for this long.
const KEPT: Duration = Duration::hours(1);
/// More than this does not fit into the form of the sign-in page.
const LARGEST: usize = 48 * 1024;
const NONCE: usize = 24;

/// A form, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LateForm {
    /// Whose session it was.
    pub(super) person: PersonId,
    /// Their account.
    pub(super) user: UserId,
    /// Their agency.
    pub(super) tenant: TenantId,
    /// The page that the form stood on.
    pub(super) path: String,
    /// What was typed.
    pub(super) fields: Fields,
    /// When it was sent.
    pub(super) at: i64,
}

impl LateForm {
    /// Closes the form up; none when it is too large to travel.
    pub(super) fn seal(&self, key: &Key) -> Option<String> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).ok()?;
        let plain = serde_json::to_vec(self).ok()?;
        let closed = cipher(key).encrypt(&XNonce::from(nonce), plain.as_slice()).ok()?;
        let sealed = URL_SAFE_NO_PAD.encode([nonce.as_slice(), &closed].concat());
        (sealed.len() <= LARGEST).then_some(sealed)
    }

    /// Opens what [`LateForm::seal`] closed; none when it is somebody's invention or too old.
    pub(super) fn open(key: &Key, sealed: &str, now: OffsetDateTime) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, closed) = bytes.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let plain = cipher(key).decrypt(&XNonce::from(nonce), closed).ok()?;
        let form: Self = serde_json::from_slice(&plain).ok()?;
        let age = now.unix_timestamp() - form.at;
        (0..=KEPT.whole_seconds()).contains(&age).then_some(form)
    }
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.derive("late form", &[]).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> LateForm {
        LateForm {
            person: PersonId::generate(),
            user: UserId::generate(),
            tenant: TenantId::generate(),
            path: "/app/properties/new".into(),
            fields: Fields::default().with("title", "Casa com jardim"),
            at: 1_000_000,
        }
    }

    #[test]
    fn only_our_own_seal_of_the_last_hour_is_opened() {
        let at = |seconds: i64| OffsetDateTime::from_unix_timestamp(1_000_000 + seconds).expect("a time");
        let (key, other) = (Key::parse(&"k".repeat(40)).expect("long"), Key::parse(&"l".repeat(40)).expect("long"));
        let (form, sealed) = (form(), form().seal(&key).expect("sealed"));
        assert!(!sealed.contains("Casa"));
        assert_eq!(LateForm::open(&key, &sealed, at(3600)).map(|f| f.path), Some(form.path));
        assert_eq!(LateForm::open(&key, &sealed, at(3601)), None, "an hour later it is too late");
        assert_eq!(LateForm::open(&key, &sealed, at(-1)), None, "not from the future");
        assert_eq!(LateForm::open(&other, &sealed, at(0)), None, "another installation's");
        let mut bent = sealed.clone().into_bytes();
        let last = bent.len() - 3;
        bent[last] = if bent[last] == b'A' { b'B' } else { b'A' };
        assert_eq!(LateForm::open(&key, &String::from_utf8(bent).expect("text"), at(0)), None, "one letter changed");
        for junk in ["", "x", "AAAA", &sealed[..sealed.len() / 2]] {
            assert_eq!(LateForm::open(&key, junk, at(0)), None, "{junk}");
        }
    }

    #[test]
    fn what_is_too_large_does_not_travel() {
        let key = Key::parse(&"k".repeat(40)).expect("long");
        let large = LateForm { fields: Fields::default().with("about", &"a".repeat(60_000)), ..form() };
        assert_eq!(large.seal(&key), None);
    }
}
