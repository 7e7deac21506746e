//! Where a property is: a point in Brazil, or a warning.

use rust_decimal::Decimal;

use super::numbers::Numbers;
use super::report::Kind;

/// What the table admits (`properties_place_check`): Brazil with its islands.
const LATITUDES: (i64, i64) = (-34, 6);
const LONGITUDES: (i64, i64) = (-74, -28);

/// Latitude and longitude out of two cells. Neither is unknown, which is fine.
pub(super) fn read(lat: &str, lng: &str, numbers: Numbers) -> Result<Option<(Decimal, Decimal)>, Kind> {
    if lat.is_empty() && lng.is_empty() {
        return Ok(None);
    }
    let (Some(lat), Some(lng)) = (numbers.read(lat), numbers.read(lng)) else { return Err(Kind::PlaceUnreadable) };
    if lat.is_zero() && lng.is_zero() {
        return Err(Kind::PlaceZero);
    }
    if is_brazil(lat, lng) {
        // The column keeps six decimals: eleven centimetres.
        return Ok(Some((lat.round_dp(6), lng.round_dp(6))));
    }
    Err(if is_brazil(lng, lat) { Kind::PlaceSwapped } else { Kind::PlaceAbroad })
}

fn is_brazil(lat: Decimal, lng: Decimal) -> bool {
    let within = |value: Decimal, (from, to): (i64, i64)| value >= Decimal::from(from) && value <= Decimal::from(to);
    within(lat, LATITUDES) && within(lng, LONGITUDES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_outside_brazil_is_none() {
        let numbers = Numbers { decimal: '.', thousands: None };
        let point = |lat: &str, lng: &str| read(lat, lng, numbers);
        let there = (Decimal::new(-23_543_138, 6), Decimal::new(-46_479_486, 6));
        assert_eq!(point("-23.5431382", "-46.479486"), Ok(Some(there)));
        assert_eq!(point("", ""), Ok(None));
        assert_eq!(point("0.0", "0.0"), Err(Kind::PlaceZero));
        assert_eq!(point("-46.648904", "-23.652027"), Err(Kind::PlaceSwapped));
        assert_eq!(point("-34.6251236", "-58.3643522"), Err(Kind::PlaceAbroad));
        assert_eq!(point("-23.5", ""), Err(Kind::PlaceUnreadable));
        assert_eq!(point("aqui", "-46.5"), Err(Kind::PlaceUnreadable));
    }
}
