//! Telephone numbers, as people write them and as they are dialled.

use super::fields::Problem;

/// A number in its usual form: `(11) 98888-7777`, `(11) 3333-4444`; from elsewhere `+351 912345678`. Empty is none.
///
/// Brazilian numbers have an area code and eight digits that begin with 2 to 5, or nine that begin with 9 (Anatel, Resolução 749/2022).
///
/// # Errors
/// [`Problem::NotAPhone`].
pub fn parse(raw: &str) -> Result<Option<String>, Problem> {
    let text = raw.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.len() > 40 || text.chars().any(|c| !(c.is_ascii_digit() || " ()+-./".contains(c))) {
        return Err(Problem::NotAPhone);
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let home = digits.strip_prefix("55").filter(|rest| matches!(rest.len(), 10 | 11)).unwrap_or(&digits);
    let from_abroad = text.starts_with('+') && home == digits;
    if from_abroad && digits.starts_with("55") {
        return Err(Problem::NotAPhone);
    }
    if from_abroad {
        return if (8..=15).contains(&digits.len()) { Ok(Some(format!("+{digits}"))) } else { Err(Problem::NotAPhone) };
    }
    // No area code has a zero, a landline begins with 2 to 5: with another digit it is a mobile number that lacks one.
    let area_is_one = home.bytes().take(2).all(|digit| digit != b'0');
    match home.len() {
        10 if area_is_one && matches!(home.as_bytes()[2], b'2'..=b'5') => {
            Ok(Some(format!("({}) {}-{}", &home[..2], &home[2..6], &home[6..])))
        }
        11 if area_is_one && home.as_bytes()[2] == b'9' => {
            Ok(Some(format!("({}) {}-{}", &home[..2], &home[2..7], &home[7..])))
        }
        _ => Err(Problem::NotAPhone),
    }
}

/// A number as it is dialled from anywhere (E.164 without the plus): Brazil's, unless it says otherwise.
pub fn dialled(number: &str) -> String {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    if number.trim_start().starts_with('+') || digits.len() > 11 { digits } else { format!("55{digits}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (raw, written) in [
            ("11988887777", "(11) 98888-7777"),
            ("(11) 3333.4444", "(11) 3333-4444"),
            ("+55 (21) 98765-4321", "(21) 98765-4321"),
            ("5511988887777", "(11) 98888-7777"),
            ("+351 912 345 678", "+351912345678"),
        ] {
            assert_eq!(parse(raw), Ok(Some(written.to_owned())), "{raw}");
        }
        assert_eq!(parse("  "), Ok(None));
        for bad in [
            "988887777",
            "11 8888 77777",
            "(01) 98888-7777",
            "(11) 9888-7777",
            "(11) 1333-4444",
            "+55 11 9888-777",
            "+55 11 9888-7777",
            "+55 9 3333-4444",
            "phone",
            "+1",
            "11988887777#2",
            "1234567890123456",
        ] {
            assert_eq!(parse(bad), Err(Problem::NotAPhone), "{bad}");
        }
    }

    #[test]
    fn numbers_are_dialled_from_anywhere() {
        assert_eq!(dialled("(11) 98888-7777"), "5511988887777");
        assert_eq!(dialled("+55 11 3333-4444"), "551133334444");
        assert_eq!(dialled("5511988887777"), "5511988887777");
        assert_eq!(dialled("+351 912 345 678"), "351912345678");
    }
}
