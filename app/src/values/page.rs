//! One page of a list, and the way to the next.

use serde::{Deserialize, Serialize};

use crate::words::Lang;

/// Rows with the cursors of the pages around them. A cursor is opaque: the key of the row that the next page begins after.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Cursor of the page after, when there is one.
    pub next: Option<String>,
    /// Cursor of the page before, when there is one.
    pub previous: Option<String>,
    /// How many rows there are in all.
    pub total: Total,
    /// The same, ready to read: `7.234 imóveis`.
    pub counted: String,
}

/// A count that says how good it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Total {
    /// Counted.
    Exactly(i64),
    /// Counted up to this, and there are more.
    MoreThan(i64),
}

/// `12.345` in Portuguese, `12,345` in English.
pub fn format_count(count: i64, lang: Lang) -> String {
    let digits = count.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            shown.push(if lang == Lang::Pt { '.' } else { ',' });
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_has_its_thousands_apart() {
        assert_eq!(format_count(0, Lang::Pt), "0");
        assert_eq!(format_count(7_228, Lang::Pt), "7.228");
        assert_eq!(format_count(1_234_567, Lang::En), "1,234,567");
    }
}
