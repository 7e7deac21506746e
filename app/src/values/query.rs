//! The query of an address: read with mercy, written one way.

/// What stands in an address, without what nobody could have meant: controls and blanks around it, and more than 80 characters.
pub fn clean(value: &str) -> String {
    value.trim().chars().filter(|c| !c.is_control()).take(80).collect()
}

/// Figures, points and commas of an amount; what they mean is read where it is used.
pub fn amount(value: &str) -> String {
    clean(value).chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect()
}

/// The address of a path with these names and values.
pub fn address<'a>(path: &str, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut address = path.to_owned();
    let mut separator = if path.contains('?') { '&' } else { '?' };
    for (name, value) in pairs {
        address.push(separator);
        address.push_str(name);
        address.push('=');
        encode(value, &mut address);
        separator = '&';
    }
    address
}

/// Percent-encodes a value for a query (RFC 3986's unreserved characters stay).
pub fn encode(value: &str, into: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => into.push(char::from(byte)),
            _ => {
                into.push('%');
                into.push(char::from(DIGITS[usize::from(byte >> 4)]));
                into.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_one_way() {
        assert_eq!(address("/imoveis", []), "/imoveis");
        assert_eq!(
            address("/imoveis", [("q", "água & luz"), ("page", "2")]),
            "/imoveis?q=%C3%A1gua%20%26%20luz&page=2"
        );
        assert_eq!(address("/imoveis?q=a", [("lang", "en")]), "/imoveis?q=a&lang=en");
    }

    #[test]
    fn what_nobody_meant_is_left_out() {
        assert_eq!(clean("  s\u{0}é\n "), "sé");
        assert_eq!(clean(&"a".repeat(500)).len(), 80);
        assert_eq!(amount("R$ 1.500,00 or so"), "1.500,00");
    }
}
