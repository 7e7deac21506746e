//! Text as people type it.

use super::fields::Problem;

/// Trimmed, line ends as `\n`, and free of control characters other than line ends and tabs, those that turn the direction
/// of writing among them: with one, a title shows what is not there. Empty is fine.
///
/// # Errors
/// [`Problem::ControlCharacter`], [`Problem::TooLong`] (in characters).
pub fn parse(raw: &str, max: u32) -> Result<String, Problem> {
    let text = raw.replace("\r\n", "\n").replace('\r', "\n");
    let text = text.trim();
    if text.chars().any(|c| turns(c) || c.is_control() && c != '\n' && c != '\t') {
        return Err(Problem::ControlCharacter);
    }
    if text.chars().count() > max as usize {
        return Err(Problem::TooLong(max));
    }
    Ok(text.to_owned())
}

/// Embeds, overrides and isolates a direction of writing (UAX #9).
fn turns(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// As [`parse`], on one line: line ends and tabs are refused too.
///
/// # Errors
/// [`Problem::ControlCharacter`], [`Problem::TooLong`].
pub fn parse_line(raw: &str, max: u32) -> Result<String, Problem> {
    let text = parse(raw, max)?;
    if text.contains(['\n', '\t']) { Err(Problem::ControlCharacter) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_clean() {
        assert_eq!(parse("  a\r\nb ", 10), Ok("a\nb".into()));
        assert_eq!(parse("a\0b", 10), Err(Problem::ControlCharacter));
        assert_eq!(parse("Casa \u{202E}asac", 20), Err(Problem::ControlCharacter));
        assert_eq!(parse("ãéî", 2), Err(Problem::TooLong(2)));
        assert_eq!(parse_line("a\nb", 10), Err(Problem::ControlCharacter));
    }
}
