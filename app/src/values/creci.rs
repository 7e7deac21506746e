//! Registrations with the councils of real-estate brokers.

use super::fields::Problem;

/// A registration as the councils of the states write it: a company's `J-12345`, `12.345-J`, a person's `SP 12345-F`. What is
/// common to them: three digits at least, and nothing but letters, digits and what separates them. Empty is none.
///
/// # Errors
/// [`Problem::NotACreci`].
pub fn parse(raw: &str) -> Result<Option<String>, Problem> {
    let creci = raw.trim().to_uppercase();
    let creci = creci.strip_prefix("CRECI").unwrap_or(&creci).trim_start_matches([' ', '/', '-', ':']).trim();
    if creci.is_empty() {
        return Ok(None);
    }
    let digits = creci.chars().filter(char::is_ascii_digit).count();
    let fine = creci.len() <= 20 && creci.chars().all(|c| c.is_ascii_alphanumeric() || " .-/".contains(c));
    if fine && (3..=7).contains(&digits) { Ok(Some(creci.to_owned())) } else { Err(Problem::NotACreci) }
}
