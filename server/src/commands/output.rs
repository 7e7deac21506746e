//! What commands share: passwords from standard input, made ones, and output for machines.

use anyhow::Context as _;
use std::io::{ErrorKind, Read as _, Write as _};

use app::outside::password::Passwords;

/// A password and its hash.
pub(super) struct Password {
    /// As to be typed; shown once when it was made here.
    pub(super) plain: String,
    /// argon2id in PHC form.
    pub(super) hash: String,
    /// Whether it was made here.
    pub(super) made: bool,
}

/// Shortest password of a person without a second factor (NIST SP 800-63B-4).
const SHORTEST: usize = 15;

/// The password from standard input, or a made one.
pub(super) async fn password(from_stdin: bool) -> anyhow::Result<Password> {
    let plain = if from_stdin { read_stdin()? } else { make()? };
    let hash = hash(&plain).await?;
    Ok(Password { plain, hash, made: !from_stdin })
}

/// The hash of a password that is known already.
pub(super) async fn hash(plain: &str) -> anyhow::Result<String> {
    let passwords = Passwords::default();
    let hash = passwords.place().await.hash(plain.to_owned()).await;
    hash.context("the password is longer than 256 bytes")
}

fn read_stdin() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).context("no password on standard input")?;
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    anyhow::ensure!(text.chars().count() >= SHORTEST, "the password needs at least {SHORTEST} characters");
    Ok(text)
}

/// 100 random bits in letters and digits that cannot be mistaken for each other.
fn make() -> anyhow::Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789_";
    let mut bytes = [0; 20];
    getrandom::fill(&mut bytes).context("no random bytes")?;
    Ok(bytes.iter().map(|byte| char::from(LETTERS[usize::from(byte % 32)])).collect())
}

/// Prints a value for machines, or the lines for people.
pub(super) fn print(json: bool, value: &serde_json::Value, lines: &[String]) {
    let text = if json { format!("{value}\n") } else { lines.iter().map(|line| format!("{line}\n")).collect() };
    // Whoever reads no further (`| head`) has read what they wanted.
    if let Err(error) = std::io::stdout().write_all(text.as_bytes())
        && error.kind() != ErrorKind::BrokenPipe
    {
        // As `println!` does: who was to read it has not, and the command has failed.
        panic!("standard output: {error}");
    }
}
