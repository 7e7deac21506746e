//! What a link in a mail carries: 256 random bits, of which only the digest is ever kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// Opens one door once. Printed nowhere but in the link.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// A new one, which nobody can guess.
    pub fn generate() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        Self(bytes)
    }

    /// Reads the last part of a link's address; none when no link of ours ends like this.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The last part of the link's address.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What the database keeps: it names the row and opens nothing.
    pub fn digest(&self) -> Vec<u8> {
        Sha256::digest(self.0).to_vec()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written_and_kept_as_its_digest() {
        let token = Token::generate();
        let text = token.reveal();
        assert_eq!((text.len(), Token::parse(&text)), (43, Some(token.clone())));
        assert_ne!(token.digest(), Token::generate().digest());
        assert!(!format!("{token:?}").contains(&text), "{token:?}");
        for junk in ["", "x", &text[1..], &format!("{text}A"), &text.replace(&text[..1], "!")] {
            assert_eq!(Token::parse(junk), None, "{junk}");
        }
    }
}
