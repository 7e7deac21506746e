//! Colours, and whether words on them can be read (WCAG 2.2, 1.4.3).

use std::fmt;

use super::fields::Problem;

/// The least contrast between words and what they stand on (WCAG 2.2 AA).
pub const READABLE: f64 = 4.5;

/// A colour of the sRGB space: red, green, blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

impl Color {
    /// White.
    pub const WHITE: Self = Self(255, 255, 255);
    /// Black.
    pub const BLACK: Self = Self(0, 0, 0);

    /// Reads `#004AAD`, with or without the sign, in capitals or not, and the short form `#04A`.
    ///
    /// # Errors
    /// [`Problem::Required`], [`Problem::NotAColor`].
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let digits = raw.trim().trim_start_matches('#');
        if digits.is_empty() {
            return Err(Problem::Required);
        }
        let values: Option<Vec<u8>> =
            digits.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
        match values.as_deref() {
            Some([r, g, b]) => Ok(Self(r * 17, g * 17, b * 17)),
            Some([r, r2, g, g2, b, b2]) => Ok(Self(r * 16 + r2, g * 16 + g2, b * 16 + b2)),
            _ => Err(Problem::NotAColor),
        }
    }

    /// How much light it gives: 0 for black, 1 for white.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { to_the_power_of_2_4((c + 0.055) / 1.055) }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// The contrast between two colours: 1 for the same, 21 for black on white.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// What is written on it: white where that can be read, else black, which then can.
    pub fn ink(self) -> Self {
        if self.contrast(Self::WHITE) >= READABLE { Self::WHITE } else { Self::BLACK }
    }

    /// The nearest darker shade that can be read on white; itself when it can.
    pub fn readable(self) -> Self {
        let darker = |step: u16| {
            let scale = |c: u8| u8::try_from(u16::from(c) * (100 - step) / 100).unwrap_or(0);
            Self(scale(self.0), scale(self.1), scale(self.2))
        };
        (0..=100).map(darker).find(|shade| shade.contrast(Self::WHITE) >= READABLE).unwrap_or(Self::BLACK)
    }
}

/// `x^2.4` between 0 and 1, as the fifth root of `x^12` (Newton): the browser need not carry a general power for it.
fn to_the_power_of_2_4(x: f64) -> f64 {
    let square = x * x;
    let twelfth = square * square * square * square * square * square;
    (0..48).fold(1.0, |y: f64, _| {
        let fourth = y * y * y * y;
        y - (y * fourth - twelfth) / (5.0 * fourth)
    })
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02X}{:02X}{:02X}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_people_write_them() {
        assert_eq!(Color::parse(" #004aad "), Ok(Color(0, 74, 173)));
        assert_eq!(Color::parse("004AAD"), Ok(Color(0, 74, 173)));
        assert_eq!(Color::parse("#04A"), Ok(Color(0, 68, 170)));
        assert_eq!(Color::parse(" "), Err(Problem::Required));
        for bad in ["#00", "#0000", "#00000g", "red", "#1234567", "é23456"] {
            assert_eq!(Color::parse(bad), Err(Problem::NotAColor), "{bad}");
        }
        assert_eq!(Color(0, 74, 173).to_string(), "#004AAD");
    }

    /// Figures of WCAG's own formula for well-known pairs.
    #[test]
    fn contrast_is_what_wcag_says() {
        let check = |a: Color, b: Color, expected: f64| {
            assert!((a.contrast(b) - expected).abs() < 0.01, "{a} on {b}: {}", a.contrast(b));
        };
        check(Color::BLACK, Color::WHITE, 21.0);
        check(Color(119, 119, 119), Color::WHITE, 4.48);
        check(Color(0, 74, 173), Color::WHITE, 8.13);
        check(Color(255, 165, 0), Color::WHITE, 1.97);
    }

    #[test]
    fn a_power_is_what_the_standard_library_says() {
        for channel in 0..=255_u8 {
            let x = (f64::from(channel) / 255.0 + 0.055) / 1.055;
            assert!((to_the_power_of_2_4(x) - x.powf(2.4)).abs() < 1e-9, "{channel}");
        }
    }

    #[test]
    fn whatever_an_agency_chooses_can_be_read() {
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    let color = Color(r, g, b);
                    assert!(color.contrast(color.ink()) >= READABLE, "{color}");
                    assert!(color.readable().contrast(Color::WHITE) >= READABLE, "{color}");
                }
            }
        }
        assert_eq!(Color(0, 74, 173).readable(), Color(0, 74, 173), "what can be read stays");
    }
}
