//! What one subscriber is given of the address space: what limits count by.

use std::net::{IpAddr, Ipv6Addr};

/// The line that an address belongs to: an IPv4 address, or the first 64 bits of one of IPv6, whose rest is the subscriber's
/// to choose (RFC 6177). An IPv4 address that is written as one of IPv6 is the same line.
pub fn line_of(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_of_ones_own_is_one_line() {
        let of = |text: &str| line_of(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2:aaaa::1"), of("2001:db8:1:2:bbbb::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:203.0.113.7"), of("203.0.113.7"));
        assert_ne!(of("203.0.113.7"), of("203.0.113.8"));
    }
}
