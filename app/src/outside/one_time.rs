//! Codes that are good once: those of a telephone (RFC 6238) and those on paper. Secrets are sealed, and bound to their person.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use qrcode::{Color, QrCode};
use std::fmt::{self, Write as _};
use tenancy::{Key, PersonId};
use time::OffsetDateTime;
use totp_rs::{Builder, Totp};

use super::password::{Checked, Place};

/// Bytes of a secret: as many as HMAC-SHA-1 has (RFC 4226, 4).
const SECRET: usize = 20;
const NONCE: usize = 24;
/// Recovery codes that a person gets.
pub const RECOVERY_CODES: usize = 10;
/// Letters that a recovery code is found by. They are kept in clear, and count for nothing.
const LABEL: usize = 4;
/// Letters of a recovery code, five bits each.
const LETTERS: usize = 20;
/// Crockford's: none of them looks like another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// What a person's telephone and the house know.
pub struct Secret(Totp);

/// A picture of squares, for the camera of a telephone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Squares {
    /// The dark ones, as the path of an SVG.
    pub path: String,
    /// How many there are on a side, the quiet zone included.
    pub side: usize,
}

impl Secret {
    /// A new one.
    pub fn new() -> Option<Self> {
        let mut bytes = [0; SECRET];
        getrandom::fill(&mut bytes).ok()?;
        Self::of(&bytes)
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        Builder::new().with_secret(bytes.to_vec()).build().ok().map(Self)
    }

    /// Closed up for the database: of use with the installation's key alone, and for this person alone.
    pub fn seal(&self, key: &Key, person: PersonId) -> Option<Vec<u8>> {
        seal(key, person, self.0.secret().as_bytes())
    }

    /// Opens what [`Secret::seal`] has closed.
    pub fn open(key: &Key, person: PersonId, sealed: &[u8]) -> Option<Self> {
        Self::of(&open(key, person, sealed)?)
    }

    /// In letters, for who has no camera.
    pub fn letters(&self) -> String {
        self.0.secret().to_base32()
    }

    /// The same for a camera, as authenticator apps read it (Google's Key Uri Format).
    pub fn squares(&self, email: &str) -> Option<Squares> {
        let account: String = form_urlencoded::byte_serialize(email.as_bytes()).collect();
        let secret = self.letters();
        let address = format!("otpauth://totp/Sobrado:{account}?secret={secret}&issuer=Sobrado");
        let code = QrCode::new(address).ok()?;
        let (width, mut path) = (code.width(), String::new());
        for (at, _) in code.to_colors().iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
            // Four squares of quiet on each side (ISO/IEC 18004).
            write!(path, "M{} {}h1v1h-1z", at % width + 4, at / width + 4).ok()?;
        }
        Some(Squares { path, side: width + 8 })
    }

    /// The time step whose code this is, of the present one and its two neighbours.
    pub fn step_of(&self, code: &str, now: OffsetDateTime) -> Option<i64> {
        let now = u64::try_from(now.unix_timestamp()).ok()?;
        self.0.check(code, now).and_then(|step| i64::try_from(step).ok())
    }
}

/// Closes something up that is for one person alone.
pub fn seal(key: &Key, person: PersonId, plain: &[u8]) -> Option<Vec<u8>> {
    let mut nonce = [0; NONCE];
    getrandom::fill(&mut nonce).ok()?;
    let whose = person.as_uuid();
    let plain = Payload { msg: plain, aad: whose.as_bytes() };
    let closed = cipher(key).encrypt(&XNonce::from(nonce), plain).ok()?;
    Some([nonce.as_slice(), &closed].concat())
}

/// Opens what [`seal`] has closed.
pub fn open(key: &Key, person: PersonId, sealed: &[u8]) -> Option<Vec<u8>> {
    let (nonce, closed) = sealed.split_at_checked(NONCE)?;
    let nonce: [u8; NONCE] = nonce.try_into().ok()?;
    let whose = person.as_uuid();
    let closed = Payload { msg: closed, aad: whose.as_bytes() };
    cipher(key).decrypt(&XNonce::from(nonce), closed).ok()
}

fn cipher(key: &Key) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&key.derive("second factor", &[]).into())
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What somebody has typed where a code is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Typed {
    /// Six digits of a telephone.
    Digits(String),
    /// A recovery code: the letters that it is found by, and the rest.
    Recovery(String, String),
    /// Neither.
    Neither,
}

impl Typed {
    /// Reads it as people copy it: with spaces and dashes, in capitals, an O for a nought and an l for a one.
    pub fn read(typed: &str) -> Self {
        let is_mark = |c: char| c.is_whitespace() || c == '-';
        let plain = typed.chars().filter(|c| !is_mark(*c)).flat_map(char::to_lowercase).take(LETTERS + 1);
        let plain: String = plain
            .map(|c| match c {
                'o' => '0',
                'i' | 'l' => '1',
                other => other,
            })
            .collect();
        if plain.len() == 6 && plain.bytes().all(|b| b.is_ascii_digit()) {
            return Self::Digits(plain);
        }
        if plain.len() == LETTERS && plain.bytes().all(|b| ALPHABET.contains(&b)) {
            let (label, rest) = plain.split_at(LABEL);
            return Self::Recovery(label.to_owned(), rest.to_owned());
        }
        Self::Neither
    }
}

/// Makes a person's recovery codes: as they are shown this once, and as they are kept. Eighty bits of each are hashed.
pub async fn recovery_codes(place: &Place) -> Option<Vec<(String, (String, String))>> {
    let mut codes: Vec<(String, (String, String))> = Vec::new();
    while codes.len() < RECOVERY_CODES {
        let mut bytes = [0; LETTERS];
        getrandom::fill(&mut bytes).ok()?;
        let letters: String = bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        let (label, rest) = letters.split_at(LABEL);
        if codes.iter().all(|(_, (other, _))| other != label) {
            let kept = (label.to_owned(), place.hash(rest.to_owned()).await?);
            codes.push((grouped(&letters), kept));
        }
    }
    Some(codes)
}

/// Whether the rest of a recovery code is the one that is kept; where none is, it takes as long.
pub async fn is_kept(place: &Place, rest: String, kept: Option<&str>) -> bool {
    matches!(place.verify(rest, kept).await, Checked::Right(_))
}

/// In groups of four, which are easier to copy.
pub fn grouped(letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    groups.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::password::Passwords;

    fn at(seconds: i64) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp(seconds).expect("a time")
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, of whose eight digits authenticator apps show the last six.
        let secret = Secret::of(b"12345678901234567890").expect("of the right length");
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(secret.step_of(code, at(seconds)), Some(seconds / 30), "{seconds}");
        }
        assert_eq!(secret.letters(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn a_code_is_good_a_step_before_and_after_and_no_longer() {
        let secret = Secret::of(b"12345678901234567890").expect("of the right length");
        let began = 1_111_111_110;
        for (seconds, expected) in [(-31, false), (-30, true), (0, true), (29, true), (59, true), (60, false)] {
            let step = secret.step_of("050471", at(began + seconds));
            assert_eq!(step, expected.then_some(began / 30), "{seconds} seconds from its beginning");
        }
        for other in ["050472", "50471", "0504711", "", "abcdef"] {
            assert_eq!(secret.step_of(other, at(began)), None, "{other}");
        }
    }

    #[test]
    fn a_seal_is_opened_for_its_person_with_the_houses_key_alone() {
        let (key, other) = (Key::parse(&"k".repeat(40)).expect("long"), Key::parse(&"l".repeat(40)).expect("long"));
        let (person, stranger) = (PersonId::generate(), PersonId::generate());
        let secret = Secret::new().expect("random");
        let sealed = secret.seal(&key, person).expect("sealed");
        let open = |key, person, sealed: &[u8]| Secret::open(key, person, sealed).map(|secret| secret.letters());
        assert_eq!(open(&key, person, &sealed), Some(secret.letters()));
        assert_eq!(open(&key, stranger, &sealed), None, "moved to another's row");
        assert_eq!(open(&other, person, &sealed), None, "another installation's");
        let mut bent = sealed.clone();
        bent[NONCE + 3] ^= 1;
        assert_eq!(open(&key, person, &bent), None, "one bit changed");
        assert_eq!(open(&key, person, &sealed[..10]), None);
        assert_ne!(sealed, secret.seal(&key, person).expect("sealed"), "no two seals are alike");
        assert!(!sealed.windows(SECRET).any(|part| part == secret.0.secret().as_bytes()));
        assert_eq!(format!("{secret:?}"), "Secret(..)");
    }

    #[test]
    fn what_is_typed_is_read_as_people_copy_it() {
        let digits = |text: &str| Typed::Digits(text.into());
        assert_eq!(Typed::read("123456"), digits("123456"));
        assert_eq!(Typed::read(" 123 456 "), digits("123456"));
        let recovery = Typed::Recovery("k3vd".into(), "0123456789abcd1f".into());
        assert_eq!(Typed::read("k3vd-0123-4567-89ab-cd1f"), recovery);
        assert_eq!(Typed::read("K3VD O123 4567 89AB CDLF"), recovery);
        for neither in ["", "12345", "1234567", "k3vd-0123", "k3vd-0123-4567-89ab-cd1f-0", "k3vd-0123-4567-89ab-cdu!"] {
            assert_eq!(Typed::read(neither), Typed::Neither, "{neither}");
        }
    }

    #[tokio::test]
    async fn ten_recovery_codes_are_made_and_kept_as_passwords_are() {
        let place = Passwords::default().place().await;
        let codes = recovery_codes(&place).await.expect("made");
        assert_eq!(codes.len(), 10);
        for (shown, (label, hash)) in &codes {
            assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
            let Typed::Recovery(found_by, rest) = Typed::read(shown) else { panic!("{shown} is read as none") };
            assert_eq!(found_by, *label);
            assert_eq!(rest.len(), 16, "eighty bits");
        }
        let Typed::Recovery(_, rest) = Typed::read(&codes[0].0) else { panic!("it was one") };
        assert!(is_kept(&place, rest.clone(), Some(&codes[0].1.1)).await);
        assert!(!is_kept(&place, rest.clone(), Some(&codes[1].1.1)).await);
        assert!(!is_kept(&place, rest, None).await);
    }

    #[test]
    fn the_squares_hold_what_the_letters_say() {
        let secret = Secret::of(b"12345678901234567890").expect("of the right length");
        let squares = secret.squares("olga@casa-azul.example").expect("drawn");
        assert!(squares.side > 29 && squares.path.starts_with("M4 4h1v1h-1z"), "the corner of a finder pattern");
        assert_ne!(Some(squares), secret.squares("bruno@casa-azul.example"));
    }
}
