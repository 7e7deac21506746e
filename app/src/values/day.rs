//! Instants as people in Brazil read them.

use time::{OffsetDateTime, UtcOffset};

use crate::words::Lang;

/// Brasília time, as `tenancy::BRASILIA`, which no browser has.
pub(crate) const BRASILIA: UtcOffset = match UtcOffset::from_hms(-3, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

fn local(at: OffsetDateTime) -> OffsetDateTime {
    at.to_offset(BRASILIA)
}

/// `23/11/2026 17:05` in Portuguese, `2026-11-23 17:05` in English; Brasília time.
pub fn format_instant(at: OffsetDateTime, lang: Lang) -> String {
    let at = local(at);
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    format!("{} {time}", format_parts(at, lang))
}

/// The day alone.
pub fn format_day(at: OffsetDateTime, lang: Lang) -> String {
    format_parts(local(at), lang)
}

/// The beginning of a day that is written `2026-11-30`, in Brasília time; nothing for what is no day.
pub fn parse_day(day: &str) -> Option<OffsetDateTime> {
    let mut parts = day.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let year: i32 = year.parse().ok().filter(|year| (1970..=9999).contains(year))?;
    let month = time::Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let day = time::Date::from_calendar_date(year, month, day.parse().ok()?).ok()?;
    Some(day.midnight().assume_offset(BRASILIA))
}

/// The beginning of the day after.
pub fn day_after(at: OffsetDateTime) -> OffsetDateTime {
    at.saturating_add(time::Duration::days(1))
}

/// The year in which an instant is, in Brasília time.
pub fn year(at: OffsetDateTime) -> i16 {
    i16::try_from(local(at).year()).unwrap_or(i16::MAX)
}

fn format_parts(at: OffsetDateTime, lang: Lang) -> String {
    let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
    match lang {
        Lang::Pt => format!("{day:02}/{month:02}/{year}"),
        Lang::En => format!("{year}-{month:02}-{day:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_shown_in_brasilia_time() {
        let at = OffsetDateTime::from_unix_timestamp(1_795_489_500).expect("in range");
        assert_eq!(format_instant(at, Lang::Pt), "24/11/2026 00:05", "03:05 in UTC");
        assert_eq!(format_day(at, Lang::En), "2026-11-24");
    }

    #[test]
    fn a_day_begins_at_midnight_in_brasilia() {
        let day = parse_day("2026-11-30").expect("a day");
        assert_eq!(day.unix_timestamp(), 1_796_007_600, "03:00 in UTC");
        assert_eq!(format_instant(day_after(day), Lang::Pt), "01/12/2026 00:00");
        for none in ["", "2026-02-30", "30/11/2026", "2026-11", "2026-13-01", "x-y-z", "99999-01-01"] {
            assert_eq!(parse_day(none), None, "{none}");
        }
    }

    #[test]
    fn the_year_is_over_when_it_is_over_in_brasilia() {
        let at = |hour| time::Date::from_ordinal_date(2027, 1).expect("a day").with_hms(hour, 0, 0).expect("an hour");
        assert_eq!([2, 3].map(|hour| year(at(hour).assume_utc())), [2026, 2027]);
    }
}
