//! E-mail addresses, as far as a form can judge them: the rest is for a confirmation to find out.

use super::fields::Problem;

/// Lower case, one `@` with something on both sides and a dot after it, at most 254 bytes (RFC 5321), of the characters that
/// need no quotes (RFC 5322, dot-atom) and host names are made of (RFC 1123): what passes here can be sent to.
///
/// # Errors
/// [`Problem::Required`], [`Problem::NotAnEmail`].
pub fn parse(raw: &str) -> Result<String, Problem> {
    let email = raw.trim().to_lowercase();
    if email.is_empty() {
        return Err(Problem::Required);
    }
    let fine = email.len() <= 254
        && email.split_once('@').is_some_and(|(local, domain)| {
            local.len() <= 64
                && local.split('.').all(|atom| !atom.is_empty() && atom.bytes().all(is_atext))
                && domain.contains('.')
                && domain.split('.').all(is_label)
        });
    if fine { Ok(email) } else { Err(Problem::NotAnEmail) }
}

/// RFC 5322, 3.2.3.
const fn is_atext(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'/' | b'=' | b'?' | b'^'..=b'`' | b'{'..=b'~')
}

/// RFC 1123, 2.1.
fn is_label(label: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&label.len()) && label.bytes().all(fine) && !label.starts_with('-') && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_judged_by_their_shape() {
        assert_eq!(parse(" Ana@Casa-Azul.example "), Ok("ana@casa-azul.example".into()));
        assert_eq!(parse("o'brien+casa_1@b-c.com.br"), Ok("o'brien+casa_1@b-c.com.br".into()));
        for bad in ["ana", "@b.c", "a@b", "a@b..c", "a b@c.d", "a@b@c.d", "a@.c"] {
            assert_eq!(parse(bad), Err(Problem::NotAnEmail), "{bad}");
        }
        // What mailers read as several addresses, as an address with a name, or not at all.
        for bad in [
            "a,b@x.y",
            "<x@y.z>",
            "a;b@x.y",
            "\"a\"@x.y",
            "a.@x.y",
            ".a@x.y",
            "a..b@x.y",
            "a@-x.y",
            "a@x_y.z",
            "á@x.y",
            "a@[1.2.3.4]",
            "a(b)@x.y",
            "a\\b@x.y",
            "a:b@x.y",
        ] {
            assert_eq!(parse(bad), Err(Problem::NotAnEmail), "{bad}");
        }
        assert_eq!(parse("  "), Err(Problem::Required));
    }
}
