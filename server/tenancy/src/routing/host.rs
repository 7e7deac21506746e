//! The name that a request asks for, in its one form.

use std::fmt;

/// A host name in its one form: lower case, no port, no trailing dot, at most 253 bytes of letters, digits, dots and dashes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Host(String);

impl Host {
    /// Reads the authority of a request: `EXAMPLE.com.:443` is `example.com`.
    ///
    /// `None` for anything that is not one host name: lists, paths, user names, spaces, control characters.
    pub fn parse(authority: &str) -> Option<Self> {
        let (name, port) = match authority.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (authority, None),
        };
        if port.is_some_and(|p| p.is_empty() || p.len() > 5 || !p.bytes().all(|b| b.is_ascii_digit())) {
            return None;
        }
        let name = name.strip_suffix('.').unwrap_or(name);
        let ascii = idna_to_ascii(name)?;
        let fine = !ascii.is_empty()
            && ascii.len() <= 253
            && ascii.split('.').all(|label| {
                (1..=63).contains(&label.len())
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            });
        fine.then_some(Self(ascii))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as people write it: `xn--imveis-cxa.example` is `imóveis.example`.
    pub fn to_unicode(&self) -> String {
        let (name, read) = idna::domain_to_unicode(&self.0);
        if read.is_ok() { name } else { self.0.clone() }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Unicode host names become punycode (UTS 46), so that both spellings are one agency.
fn idna_to_ascii(name: &str) -> Option<String> {
    if name.is_ascii() {
        return Some(name.to_ascii_lowercase());
    }
    idna::domain_to_ascii(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(authority: &str, expected: Option<&str>) {
        assert_eq!(Host::parse(authority).as_ref().map(Host::as_str), expected, "{authority:?}");
    }

    #[test]
    fn a_host_has_one_form() {
        check("example.com", Some("example.com"));
        check("EXAMPLE.com.:443", Some("example.com"));
        check("imóveis.example", Some("xn--imveis-cxa.example"));
        check("xn--imveis-cxa.example", Some("xn--imveis-cxa.example"));
        check("casa-azul.localhost:3000", Some("casa-azul.localhost"));
    }

    #[test]
    fn what_is_not_one_host_is_refused() {
        for bad in ["", ".", "a..b", "a,b", "a b", "a/b", "user@a", "a:b", "a:", "[::1]:80", "-a.b", "a\0", "a:123456"]
        {
            check(bad, None);
        }
        check(&"a".repeat(64), None);
        check(&format!("{}a", "abc.".repeat(64)), None);
    }
}
