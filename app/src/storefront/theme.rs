//! An agency's colours as a style sheet. Its address holds them, so it is the same for everybody and for ever.

use crate::values::color::Color;

/// Counted up when the sheet changes for the same colours: browsers keep it for a year.
const EDITION: &str = "1";

/// The address of the sheet of two colours.
pub fn path(primary: &str, secondary: &str) -> String {
    let digits = |color: &str| color.trim_start_matches('#').to_owned();
    format!("/theme/{EDITION}-{}-{}.css", digits(primary), digits(secondary))
}

/// The sheet at an address of [`path`]'s, without the folder; none for any other.
pub fn sheet(file: &str) -> Option<String> {
    let mut parts = file.strip_suffix(".css")?.split('-');
    let (edition, primary, secondary, end) = (parts.next()?, parts.next()?, parts.next()?, parts.next());
    let (primary, secondary) = (Color::parse(primary).ok()?, Color::parse(secondary).ok()?);
    let ours =
        edition == EDITION && end.is_none() && path(&primary.to_string(), &secondary.to_string()).ends_with(file);
    ours.then(|| {
        let declared: String = properties(primary, secondary).iter().map(|(n, v)| format!("{n}:{v};")).collect();
        format!(":root{{{declared}}}")
    })
}

/// What the colours mean on a page: what is written on them can be read, and they can be read where they are written in.
pub fn properties(primary: Color, secondary: Color) -> [(&'static str, String); 5] {
    [
        ("--brand", primary.to_string()),
        ("--brand-ink", primary.ink().to_string()),
        ("--brand-text", primary.readable().to_string()),
        ("--brand-accent", secondary.to_string()),
        ("--brand-accent-ink", secondary.ink().to_string()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_is_found_at_its_address_and_no_other() {
        let address = path("#004AAD", "#FFA500");
        assert_eq!(address, "/theme/1-004AAD-FFA500.css");
        let sheet = |file: &str| super::sheet(file);
        assert_eq!(
            sheet("1-004AAD-FFA500.css").as_deref(),
            Some(
                ":root{--brand:#004AAD;--brand-ink:#FFFFFF;--brand-text:#004AAD;--brand-accent:#FFA500;--brand-accent-ink:#000000;}"
            )
        );
        for other in [
            "1-004aad-FFA500.css",
            "2-004AAD-FFA500.css",
            "1-04A-FA0.css",
            "1-004AAD.css",
            "1-004AAD-FFA500-1.css",
            "x",
        ] {
            assert_eq!(sheet(other), None, "{other}");
        }
    }
}
