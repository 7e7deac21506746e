//! Instants as people in Brazil read them.

use time::{OffsetDateTime, UtcOffset};

use crate::words::Lang;

/// Brasília time; Brazil has had no summer time since 2019 (Decreto 9.772/2019).
fn local(at: OffsetDateTime) -> OffsetDateTime {
    UtcOffset::from_hms(-3, 0, 0).map_or(at, |offset| at.to_offset(offset))
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
    fn the_year_is_over_when_it_is_over_in_brasilia() {
        let at = |hour| time::Date::from_ordinal_date(2027, 1).expect("a day").with_hms(hour, 0, 0).expect("an hour");
        assert_eq!([2, 3].map(|hour| year(at(hour).assume_utc())), [2026, 2027]);
    }
}
