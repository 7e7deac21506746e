//! What time it is: asked of this value and nowhere else, so that a test can turn it.

use std::fmt;
use std::sync::Arc;
use time::{Date, OffsetDateTime, UtcOffset};

/// Where agencies close their books. Brazil has had no summer time since 2019 (Decreto 9.772/2019).
pub const BRASILIA: UtcOffset = match UtcOffset::from_hms(-3, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// The day in Brasília.
pub fn day_of(at: OffsetDateTime) -> Date {
    at.to_offset(BRASILIA).date()
}

/// The present, in UTC.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> OffsetDateTime + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Arc::new(OffsetDateTime::now_utc))
    }

    /// A clock that a test turns.
    pub fn of(now: impl Fn() -> OffsetDateTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// Now.
    pub fn now(&self) -> OffsetDateTime {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_begins_in_brasilia() {
        let at = |hour| Date::from_ordinal_date(2027, 1).expect("a day").with_hms(hour, 0, 0).expect("an hour");
        assert_eq!([2, 3].map(|hour| day_of(at(hour).assume_utc()).year()), [2026, 2027]);
    }
}
