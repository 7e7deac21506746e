//! E-mail addresses, as far as a form can judge them: the rest is for a confirmation to find out.

use super::fields::Problem;

/// Lower case, one `@` with something on both sides and a dot after it, at most 254 bytes (RFC 5321).
///
/// # Errors
/// [`Problem::Required`], [`Problem::NotAnEmail`].
pub fn parse(raw: &str) -> Result<String, Problem> {
    let email = raw.trim().to_lowercase();
    if email.is_empty() {
        return Err(Problem::Required);
    }
    let fine = email.len() <= 254
        && email.chars().all(|c| !c.is_whitespace() && !c.is_control())
        && email.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && local.len() <= 64
                && !domain.contains('@')
                && domain.contains('.')
                && domain.split('.').all(|label| !label.is_empty())
        });
    if fine { Ok(email) } else { Err(Problem::NotAnEmail) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_by_their_shape() {
        assert_eq!(parse(" Ana@Casa-Azul.example "), Ok("ana@casa-azul.example".into()));
        for bad in ["ana", "@b.c", "a@b", "a@b..c", "a b@c.d", "a@b@c.d", "a@.c"] {
            assert_eq!(parse(bad), Err(Problem::NotAnEmail), "{bad}");
        }
        assert_eq!(parse("  "), Err(Problem::Required));
    }
}
