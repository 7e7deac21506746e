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

/// A name that somebody or something goes by: one line of two characters at least. It stands in mails to people who have
/// never heard of it, whose programs make a link of whatever looks like one: a name does not.
///
/// # Errors
/// Those of [`parse_line`], [`Problem::Required`], [`Problem::TooShort`], [`Problem::LinkInName`].
pub fn parse_name(raw: &str, max: u32) -> Result<String, Problem> {
    let name = parse_line(raw, max)?;
    let letters = name.to_lowercase();
    match name.chars().count() {
        0 => Err(Problem::Required),
        1 => Err(Problem::TooShort(2)),
        _ if letters.contains("://") || letters.contains("www.") => Err(Problem::LinkInName),
        _ => Ok(name),
    }
}

/// A file's name as people are shown it: on one line, of at most so many characters, and without the marks that turn the
/// direction of what follows, behind which one ending looks like another.
pub fn shown_name(name: &str, most: usize) -> String {
    let is_mark = |c: char| matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}');
    let mut seen = name.chars().filter(|&c| !c.is_control() && !turns(c) && !is_mark(c));
    let mut shown: String = seen.by_ref().take(most).collect();
    if seen.next().is_some() {
        shown.pop();
        shown.push('…');
    }
    shown
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
    fn names_are_shown_short_and_the_way_they_are_read() {
        assert_eq!(shown_name("sala.jpg", 60), "sala.jpg");
        assert_eq!(shown_name("sala\u{202e}gpj.exe", 60), "salagpj.exe");
        assert_eq!(shown_name("\u{200e}a\u{2066}b\u{2069}\n\0c\u{200f}\u{2028}", 60), "abc");
        assert_eq!(shown_name(&"é".repeat(60), 60), "é".repeat(60));
        assert_eq!(shown_name(&"é".repeat(61), 60), format!("{}…", "é".repeat(59)));
        let turned = format!("{}\u{200e}", "é".repeat(60));
        assert_eq!(shown_name(&turned, 60), "é".repeat(60), "what is not shown does not count");
    }

    #[test]
    fn a_name_is_no_address() {
        assert_eq!(parse_name(" Casa & Cia. Ltda ", 160), Ok("Casa & Cia. Ltda".into()));
        for link in ["https://golpe.example", "Ana HTTP://x", "veja WWW.golpe.example"] {
            assert_eq!(parse_name(link, 160), Err(Problem::LinkInName), "{link}");
        }
    }

    #[test]
    fn text_is_trimmed_and_clean() {
        assert_eq!(parse("  a\r\nb ", 10), Ok("a\nb".into()));
        assert_eq!(parse("a\0b", 10), Err(Problem::ControlCharacter));
        assert_eq!(parse("Casa \u{202E}asac", 20), Err(Problem::ControlCharacter));
        assert_eq!(parse("ãéî", 2), Err(Problem::TooLong(2)));
        assert_eq!(parse_line("a\nb", 10), Err(Problem::ControlCharacter));
    }
}
