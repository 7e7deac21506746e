//! Amounts in reais and areas in square metres: decimals, never floats.

use rust_decimal::Decimal;

use super::fields::Problem;
use crate::words::Lang;

/// Characters of the longest number that is read: reading takes stack for every digit, and some amounts are sent with
/// sixty thousand of them.
pub const LONGEST: usize = 40;

/// Reads what people type: `1.234,56`, `1234,56`, `R$ 1.234`, `1234.56`. Two decimals at most, below 10^12.
///
/// # Errors
/// [`Problem::NotMoney`].
pub fn parse(raw: &str) -> Result<Option<Decimal>, Problem> {
    let text = raw.trim().trim_start_matches("R$").trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > LONGEST || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b',') {
        return Err(Problem::NotMoney);
    }
    let plain = match (text.rfind(','), text.rfind('.')) {
        (Some(comma), Some(dot)) if comma > dot => text.replace('.', "").replace(',', "."),
        (Some(_), Some(_)) => text.replace(',', ""),
        // "1.234" is a thousand in Brazil, and "1,234" in English; "1234.56" can only be decimals.
        (Some(comma), None) if text.len() - comma == 4 => text.replace(',', ""),
        (None, Some(dot)) if text.len() - dot == 4 => text.replace('.', ""),
        (Some(_), None) => text.replace(',', "."),
        _ => text.to_owned(),
    };
    let amount: Decimal = plain.parse().map_err(|_| Problem::NotMoney)?;
    if amount.scale() > 2 || amount >= Decimal::from(1_000_000_000_000_i64) {
        return Err(Problem::NotMoney);
    }
    Ok(Some(amount.normalize()))
}

/// `1.234.567,89` in Portuguese, `1,234,567.89` in English; cents only where there are some.
pub fn format_number(amount: Decimal, lang: Lang) -> String {
    let (thousands, point) = match lang {
        Lang::Pt => ('.', ','),
        Lang::En => (',', '.'),
    };
    let rounded = amount.round_dp(2);
    let text = if rounded.fract().is_zero() { rounded.trunc().to_string() } else { format!("{rounded:.2}") };
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |d| ("-", d));
    let (whole, cents) = digits.split_once('.').map_or((digits, None), |(w, c)| (w, Some(c)));
    let mut out = String::from(sign);
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(thousands);
        }
        out.push(c);
    }
    if let Some(cents) = cents {
        out.push(point);
        out.push_str(cents);
    }
    out
}

/// `R$ 1.234.567,89`.
pub fn format_money(amount: Decimal, lang: Lang) -> String {
    format!("R$\u{a0}{}", format_number(amount, lang))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: Result<Option<&str>, Problem>) {
        let expected = expected.map(|e| e.map(|e| e.parse::<Decimal>().expect("a number")));
        assert_eq!(parse(raw), expected, "{raw:?}");
    }

    #[test]
    fn money_is_read_as_it_is_typed() {
        check("", Ok(None));
        check("450000", Ok(Some("450000")));
        check("450.000", Ok(Some("450000")));
        check("R$ 1.234.567,89", Ok(Some("1234567.89")));
        check("1,234,567.89", Ok(Some("1234567.89")));
        check("1,234", Ok(Some("1234")));
        check("1234.56", Ok(Some("1234.56")));
        check("1234,5", Ok(Some("1234.5")));
        for bad in ["abc", "-5", "1,234,5", "1e9", "1,2345", "9999999999999"] {
            check(bad, Err(Problem::NotMoney));
        }
        for endless in [format!("{}1", "0".repeat(60_000)), format!("1,{}", "0".repeat(60_000))] {
            assert_eq!(parse(&endless), Err(Problem::NotMoney));
        }
    }

    #[test]
    fn money_is_shown_in_the_language() {
        let amount: Decimal = "1234567.8".parse().expect("a number");
        assert_eq!(format_money(amount, Lang::Pt), "R$\u{a0}1.234.567,80");
        assert_eq!(format_number(amount, Lang::En), "1,234,567.80");
        assert_eq!(format_money(Decimal::from(930), Lang::Pt), "R$\u{a0}930");
    }

    proptest::proptest! {
        #[test]
        fn what_is_shown_in_an_input_is_read_back(cents in 0_i64..100_000_000_000) {
            let amount = Decimal::new(cents, 2).normalize();
            for lang in [Lang::Pt, Lang::En] {
                let shown = format_number(amount, lang);
                // Three decimals do not occur: what stands before three digits is never a decimal point.
                proptest::prop_assert_eq!(parse(&shown), Ok(Some(amount)));
            }
        }
    }
}
