//! In which form a page is sent, as the request's `Accept-Encoding` weighs them (RFC 9110, 12.4.2 and 12.5.3).

use http::{HeaderMap, header};
use std::iter;

/// A form that we can send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// The page as it is, which suits everybody.
    Plain,
    /// `gzip`
    Gzip,
    /// `br`
    Brotli,
}

/// The form that weighs most; among equals the smallest.
pub(super) fn preferred(headers: &HeaderMap) -> Encoding {
    let (mut brotli, mut gzip, mut plain, mut others) = (None, None, None, None);
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    for entry in lines.flat_map(|line| line.split(',')) {
        let mut parts = entry.split(';');
        let name = parts.next().unwrap_or_default().trim();
        let weight = Some(weight(parts));
        match name.to_ascii_lowercase().as_str() {
            "br" => brotli = weight,
            "gzip" | "x-gzip" => gzip = weight,
            "identity" => plain = weight,
            "*" => others = weight,
            _ => {}
        }
    }
    let of = |named: Option<u16>| named.or(others).unwrap_or(0);
    let (brotli, gzip, plain) = (of(brotli), of(gzip), of(plain));
    if brotli > 0 && brotli >= gzip && brotli >= plain {
        Encoding::Brotli
    } else if gzip > 0 && gzip >= plain {
        Encoding::Gzip
    } else {
        Encoding::Plain
    }
}

/// A weight in thousandths. One that is not well formed counts for nothing.
fn weight<'a>(mut parameters: impl Iterator<Item = &'a str>) -> u16 {
    let q = parameters.find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim())
    });
    let Some(q) = q else { return 1000 };
    let (whole, fraction) = q.split_once('.').unwrap_or((q, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return 0;
    }
    let digits = fraction.bytes().chain(iter::repeat(b'0')).take(3);
    let thousandths = digits.fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'));
    match (whole, thousandths) {
        ("1", 0) => 1000,
        ("0", thousandths) => thousandths,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lines: &[&'static str], expected: Encoding) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::ACCEPT_ENCODING, http::HeaderValue::from_static(line));
        }
        assert_eq!(preferred(&headers), expected, "{lines:?}");
    }

    #[test]
    fn what_is_refused_is_not_sent() {
        for line in ["br;q=0", "br; q=0.0", "br ; Q=0.000", "br;q=0, gzip;q=0", "*;q=0", "deflate", "", ";", "br;q=0,"]
        {
            check(&[line], Encoding::Plain);
        }
        check(&[], Encoding::Plain);
        check(&["br;q=0, *"], Encoding::Gzip);
        check(&["gzip, br; q=0.0"], Encoding::Gzip);
        check(&["*, identity;q=0, gzip;q=0"], Encoding::Brotli);
    }

    #[test]
    fn the_heaviest_is_sent_and_among_equals_the_smallest() {
        for line in
            ["br", "gzip, deflate, br, zstd", "*", "*;q=0.1", "BR", "gzip;q=0.5, br;q=0.501", "br;q=1.000, gzip"]
        {
            check(&[line], Encoding::Brotli);
        }
        for line in ["gzip", "x-gzip", "gzip, br;q=0.5", "gzip;q=0.9,br;q=0.89", "identity;q=0.5, gzip;q=0.6"] {
            check(&[line], Encoding::Gzip);
        }
        check(&["identity, br;q=0.5"], Encoding::Plain);
        check(&["gzip;q=0.2", "br;q=0.3"], Encoding::Brotli);
    }

    #[test]
    fn a_weight_that_cannot_be_read_counts_for_nothing() {
        for line in ["br;q=", "br;q=2", "br;q=1.5", "br;q=-1", "br;q=0.1234", "br;q=.5", "br;q=0.x"] {
            check(&[line], Encoding::Plain);
        }
        check(&["br;level=4"], Encoding::Brotli);
    }
}
