//! The program's one secret, and everything that is derived from it.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::fmt;

use crate::{Placement, TenantId};

/// Iterations of the SCRAM verifier. They make guessing dear, and nobody guesses 256 random bits; what they cost is paid at every
/// connection. PostgreSQL's default of 4096 (RFC 7677, 4) is for passwords that people choose.
const SCRAM_ITERATIONS: u32 = 1;
/// Bytes of an XChaCha20 nonce: many enough to be drawn by lot.
const NONCE: usize = 24;

/// `SECRET_KEY`, stretched to 256 bits. Never printed, never stored in a database.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// Takes the configured secret. At least 32 characters, so that nobody guesses it.
    ///
    /// # Errors
    /// [`WeakKey`] when it is shorter.
    pub fn parse(secret: &str) -> Result<Self, WeakKey> {
        let secret = secret.trim();
        if secret.len() < 32 {
            return Err(WeakKey);
        }
        Ok(Self(Sha256::digest(secret.as_bytes()).into()))
    }

    /// HMAC-SHA256 over a purpose and parts; each part is preceded by its length, so parts cannot run together.
    pub fn derive(&self, purpose: &str, parts: &[&[u8]]) -> [u8; 32] {
        self.mac(purpose, parts).finalize().into_bytes().into()
    }

    /// Whether `tag` is what [`Key::derive`] gives, compared in constant time.
    pub fn verify(&self, purpose: &str, parts: &[&[u8]], tag: &[u8]) -> bool {
        self.mac(purpose, parts).verify_slice(tag).is_ok()
    }

    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for part in std::iter::once(purpose.as_bytes()).chain(parts.iter().copied()) {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }

    /// The password of an agency's PostgreSQL role: derived, so that the central database has none to lose.
    pub(crate) fn role_password(&self, tenant: TenantId, placement: &Placement) -> String {
        URL_SAFE_NO_PAD.encode(self.derive(
            "postgres role",
            &[&placement.server_id.to_be_bytes(), tenant.as_uuid().as_bytes(), &placement.cred_version.to_be_bytes()],
        ))
    }

    /// Closes up what is to lie in a database, so that it opens for the same purpose and parts alone.
    pub(crate) fn seal(&self, purpose: &str, parts: &[&[u8]], plain: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).expect("the operating system gives random bytes");
        let bound = self.derive(purpose, parts);
        let payload = Payload { msg: plain, aad: &bound };
        let closed = self.cipher(purpose).encrypt(&XNonce::from(nonce), payload);
        [nonce.as_slice(), &closed.expect("a cipher takes what fits into memory")].concat()
    }

    /// Opens what [`Key::seal`] closed; none when the key is another or it was closed for something else.
    pub(crate) fn unseal(&self, purpose: &str, parts: &[&[u8]], sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, closed) = sealed.split_at_checked(NONCE)?;
        let nonce: [u8; NONCE] = nonce.try_into().ok()?;
        let bound = self.derive(purpose, parts);
        self.cipher(purpose).decrypt(&XNonce::from(nonce), Payload { msg: closed, aad: &bound }).ok()
    }

    fn cipher(&self, purpose: &str) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.derive("seal", &[purpose.as_bytes()]).into())
    }

    /// The password of one of the program's own roles on the private cluster.
    pub(crate) fn house_password(&self, role: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.derive("house role", &[role.as_bytes()]))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// The configured secret is too short to be one.
#[derive(Debug, thiserror::Error)]
#[error("SECRET_KEY needs at least 32 characters; make one with `openssl rand -base64 32`")]
pub struct WeakKey;

/// What PostgreSQL stores instead of a password (RFC 5802), so that no statement and no log ever carries it.
pub(crate) fn scram_verifier(password: &str, salt: &[u8; 16]) -> String {
    let salted = pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt, SCRAM_ITERATIONS);
    let sign = |message: &[u8]| -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&salted).expect("HMAC takes a key of any length");
        mac.update(message);
        mac.finalize().into_bytes().into()
    };
    let stored = Sha256::digest(sign(b"Client Key"));
    format!(
        "SCRAM-SHA-256${SCRAM_ITERATIONS}:{}${}:{}",
        STANDARD.encode(salt),
        STANDARD.encode(stored),
        STANDARD.encode(sign(b"Server Key"))
    )
}

/// A fresh salt for [`scram_verifier`].
pub(crate) fn random_salt() -> [u8; 16] {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).expect("the operating system gives random bytes");
    salt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_secret_is_refused() {
        assert!(Key::parse("short").is_err());
        assert!(Key::parse(&"x".repeat(32)).is_ok());
    }

    #[test]
    fn parts_do_not_run_together() {
        let key = Key::parse(&"k".repeat(40)).expect("long enough");
        assert_ne!(key.derive("a", &[b"bc", b"d"]), key.derive("a", &[b"b", b"cd"]));
        assert_ne!(key.derive("ab", &[b"c"]), key.derive("a", &[b"bc"]));
        assert!(key.verify("a", &[b"b"], &key.derive("a", &[b"b"])));
        assert!(!key.verify("a", &[b"b"], &key.derive("a", &[b"c"])));
    }

    #[test]
    fn what_is_sealed_opens_for_the_same_purpose_and_row_alone() {
        let key = Key::parse(&"k".repeat(40)).expect("long enough");
        let sealed = key.seal("address", &[b"1"], b"postgres://db");
        assert_eq!(key.unseal("address", &[b"1"], &sealed).as_deref(), Some(&b"postgres://db"[..]));
        assert!(!sealed.windows(8).any(|part| part == b"postgres"));
        assert_eq!(key.unseal("address", &[b"2"], &sealed), None, "moved to another row");
        assert_eq!(key.unseal("provisioner", &[b"1"], &sealed), None, "moved to another column");
        let other = Key::parse(&"o".repeat(40)).expect("long enough");
        assert_eq!(other.unseal("address", &[b"1"], &sealed), None);
        assert_eq!(key.unseal("address", &[b"1"], &sealed[..20]), None);
        assert_ne!(sealed, key.seal("address", &[b"1"], b"postgres://db"), "the same twice looks different");
    }

    #[test]
    fn a_verifier_has_the_form_that_postgres_reads() {
        let verifier = scram_verifier("pencil", b"0123456789abcdef");
        assert!(verifier.starts_with("SCRAM-SHA-256$1:MDEyMzQ1Njc4OWFiY2RlZg==$"));
        assert!(!verifier.contains("pencil"));
    }

    #[test]
    fn a_key_is_not_printed() {
        let key = Key::parse(&"secret".repeat(8)).expect("long enough");
        assert_eq!(format!("{key:?}"), "Key(..)");
    }
}
