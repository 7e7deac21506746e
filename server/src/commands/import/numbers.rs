//! Numbers as a file writes them: the map says how, and nothing is guessed.

use app::values::money::LONGEST;
use rust_decimal::Decimal;

/// What separates what in the numbers of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    /// Before the decimals.
    pub(super) decimal: char,
    /// Between thousands; none: there is nothing between them.
    pub(super) thousands: Option<char>,
}

impl Numbers {
    /// The number in a cell; none when it is none. `R$` before it is fine.
    pub(super) fn read(self, raw: &str) -> Option<Decimal> {
        let text = raw.trim().trim_start_matches("R$").trim();
        let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
        let (whole, decimals) = digits.split_once(self.decimal).map_or((digits, None), |(w, d)| (w, Some(d)));
        let whole = self.ungrouped(whole)?;
        if digits.len() > LONGEST || !is_digits(&whole) || decimals.is_some_and(|d| !is_digits(d)) {
            return None;
        }
        format!("{sign}{whole}.{}", decimals.unwrap_or("0")).parse().ok().map(|number: Decimal| number.normalize())
    }

    /// The digits before the decimals. Groups are of three, but for the first.
    fn ungrouped(self, whole: &str) -> Option<String> {
        let Some(separator) = self.thousands.filter(|s| whole.contains(*s)) else { return Some(whole.to_owned()) };
        let groups: Vec<&str> = whole.split(separator).collect();
        let fine = (1..=3).contains(&groups[0].len()) && groups[1..].iter().all(|group| group.len() == 3);
        fine.then(|| groups.concat())
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// As the form's rule reads it back without a doubt: a plain whole number, or two decimals behind a dot.
pub(super) fn as_typed(amount: Decimal) -> Option<String> {
    match amount.scale() {
        0 => Some(amount.to_string()),
        1 | 2 => Some(format!("{amount:.2}")),
        // A third decimal is none of an amount's: with it, `1.234` would be read as a thousand.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use app::values::money;

    #[track_caller]
    fn reads(numbers: (char, Option<char>), raw: &str, expected: Option<&str>) {
        let (decimal, thousands) = numbers;
        let read = Numbers { decimal, thousands }.read(raw);
        assert_eq!(read, expected.map(|e| e.parse().expect("a number")), "{raw}");
    }

    #[test]
    fn a_number_is_read_as_the_map_says_or_not_at_all() {
        let plain = ('.', None);
        for (raw, expected) in [
            ("1.234", Some("1.234")),
            ("1234.567", Some("1234.567")),
            ("-23.543138", Some("-23.543138")),
            ("R$ 930", Some("930")),
            ("930.00", Some("930")),
            ("1,234", None),
            ("1.234,56", None),
            ("", None),
            ("1e3", None),
            ("--5", None),
            (".5", None),
            ("5.", None),
            ("٣", None),
            (&"0".repeat(20_000), None),
        ] {
            reads(plain, raw, expected);
        }
        let brazilian = (',', Some('.'));
        for (raw, expected) in [
            ("1.234", Some("1234")),
            ("R$ 1.234.567,89", Some("1234567.89")),
            ("47,5", Some("47.5")),
            ("1.23", None),
            ("1234.567", None),
            ("1,234,5", None),
        ] {
            reads(brazilian, raw, expected);
        }
    }

    #[test]
    fn what_is_handed_on_cannot_be_misread() {
        for (number, typed) in [("1234.5", Some("1234.50")), ("1.234", None), ("1234", Some("1234")), ("0", Some("0"))]
        {
            assert_eq!(as_typed(number.parse().expect("a number")).as_deref(), typed, "{number}");
        }
    }

    proptest::proptest! {
        #[test]
        fn the_rule_reads_back_what_the_file_says(cents in 0_i64..10_000_000_000_000) {
            let amount = Decimal::new(cents, 2).normalize();
            let typed = as_typed(amount).expect("two decimals");
            proptest::prop_assert_eq!(money::parse(&typed), Ok(Some(amount)));
        }
    }
}
