//! What is said of an import: totals, every row that stayed outside and why, what was dropped on the way.

use serde::Serialize;
use std::collections::BTreeMap;

use app::properties::db::import::BatchId;

/// Line numbers that a group shows; `--json` has all of them.
const SHOWN: usize = 12;
/// Characters of a cell that a refusal repeats.
const CELL: usize = 60;

/// The whole of it, as `--json` prints it and the batch keeps it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// The import; none: nothing was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
    /// Whether it was only looked at.
    pub dry_run: bool,
    /// What the file is called.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// An earlier import of the same bytes, still there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<BatchId>,
    /// Rows of the file.
    pub rows: usize,
    /// Rows that came in, or would.
    pub imported: usize,
    /// Of these, how many visitors see.
    pub published: usize,
    /// First and last code of each prefix.
    pub codes: Vec<(String, String)>,
    /// Rows that stayed outside.
    pub refused: Vec<Refused>,
    /// Rows that came in and are not shown to visitors, though that was asked for.
    pub unpublished: Vec<Refused>,
    /// What was dropped of rows that came in: the lines of each kind.
    pub warnings: BTreeMap<Kind, Vec<u64>>,
    /// Rows that came in and say exactly what an earlier one says.
    pub repeats: Vec<Repeat>,
    /// Columns of the file that nothing comes from.
    pub unused_columns: Vec<String>,
}

/// A row, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Line of the file.
    pub line: u64,
    /// Each thing that is wrong.
    pub why: Vec<Trouble>,
}

/// One thing that is wrong with a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trouble {
    /// The property's field, when it is one field's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The file's column that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// What the file says there, at most so much of it.
    pub value: String,
    /// The rule's sentence.
    pub sentence: String,
}

/// What was dropped of a row that came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Coordinates 0/0.
    PlaceZero,
    /// Latitude and longitude changed places.
    PlaceSwapped,
    /// A point outside Brazil.
    PlaceAbroad,
    /// Not two numbers.
    PlaceUnreadable,
}

/// A row that says what an earlier one says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Repeat {
    /// Its line.
    pub line: u64,
    /// The line of the first that says it.
    pub of: u64,
}

impl Trouble {
    /// Something wrong with a cell; a long one is cut.
    pub(super) fn new(field: Option<&str>, (column, value): (Option<String>, String), sentence: String) -> Self {
        let mut value: String = value.chars().take(CELL + 1).collect();
        if value.chars().count() > CELL {
            value = value.chars().take(CELL).chain(['…']).collect();
        }
        Self { field: field.map(str::to_owned), column, value, sentence }
    }

    fn line(&self) -> String {
        let name = self.column.as_ref().or(self.field.as_ref());
        match name {
            Some(name) if self.value.is_empty() => format!("{name}: {}", self.sentence),
            Some(name) => format!("{name} \"{}\": {}", self.value.escape_debug(), self.sentence),
            None => self.sentence.clone(),
        }
    }
}

impl Kind {
    const fn sentence(self) -> &'static str {
        match self {
            Self::PlaceZero => "at 0/0",
            Self::PlaceSwapped => "with latitude and longitude swapped",
            Self::PlaceAbroad => "outside Brazil",
            Self::PlaceUnreadable => "that are not two numbers",
        }
    }
}

impl Report {
    /// For people.
    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(batch) = self.batch {
            lines.push(format!("batch {batch}"));
        }
        let codes: Vec<String> = self.codes.iter().map(|(first, last)| format!("{first} to {last}")).collect();
        let codes = if codes.is_empty() { String::new() } else { format!(": {}", codes.join(", ")) };
        let came = if self.batch.is_some() { "came in" } else { "can come in" };
        lines.push(format!("{} of {} rows {came}{codes}", self.imported, self.rows));
        if self.published > 0 {
            let verb = if self.batch.is_some() { "are" } else { "would be" };
            lines.push(format!("{} {verb} on the storefront", self.published));
        }
        if let Some(before) = self.same_as {
            let way_on = if self.dry_run { "it comes in once more with --again" } else { "--undo takes either back" };
            lines.push(format!("the same file came in before: batch {before}; {way_on}"));
        }
        rows(&mut lines, "stayed outside", &self.refused);
        rows(&mut lines, "are not on the storefront yet", &self.unpublished);
        let dropped: usize = self.warnings.values().map(Vec::len).sum();
        if dropped > 0 {
            lines.push(format!("{dropped} lost their coordinates"));
        }
        for (kind, at) in &self.warnings {
            lines.push(format!("  {} {}: {}", at.len(), kind.sentence(), shown(at.iter().map(u64::to_string))));
        }
        if !self.repeats.is_empty() {
            let pairs = self.repeats.iter().map(|repeat| format!("{} = {}", repeat.line, repeat.of));
            lines.push(format!("{} repeat an earlier row exactly: {}", self.repeats.len(), shown(pairs)));
        }
        if !self.unused_columns.is_empty() {
            lines.push(format!("columns that nothing comes from: {}", self.unused_columns.join(", ")));
        }
        if self.dry_run {
            lines.push("nothing was written: --dry-run".into());
        }
        lines
    }
}

/// Every row, each on a line of its own.
fn rows(lines: &mut Vec<String>, what: &str, refused: &[Refused]) {
    if !refused.is_empty() {
        lines.push(format!("{} {what}", refused.len()));
    }
    for row in refused {
        let why: Vec<String> = row.why.iter().map(Trouble::line).collect();
        lines.push(format!("  line {}: {}", row.line, why.join(" ")));
    }
}

fn shown(all: impl ExactSizeIterator<Item = String>) -> String {
    let count = all.len();
    let first: Vec<String> = all.take(SHOWN).collect();
    if count == 1 {
        return format!("line {}", first.concat());
    }
    match count.checked_sub(SHOWN).filter(|more| *more > 0) {
        Some(more) => format!("lines {} and {more} more", first.join(", ")),
        None => format!("lines {}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_read_totals_then_every_refused_row_then_what_was_dropped() {
        let trouble = |value: &str| {
            Trouble::new(
                Some("suites"),
                (Some("Suites".into()), value.into()),
                "It cannot be more than the total.".into(),
            )
        };
        let ragged = Trouble::new(None, (None, String::new()), "It has 2 cells, the header 3.".into());
        let report = Report {
            rows: 30,
            imported: 28,
            dry_run: true,
            refused: vec![
                Refused { line: 7, why: vec![trouble("3")] },
                Refused { line: 9, why: vec![ragged, trouble(&"x".repeat(61))] },
            ],
            warnings: [(Kind::PlaceZero, (2..16).collect()), (Kind::PlaceAbroad, vec![20])].into(),
            repeats: vec![Repeat { line: 5, of: 4 }],
            ..Report::default()
        };
        let expected = format!(
            "28 of 30 rows can come in
2 stayed outside
  line 7: Suites \"3\": It cannot be more than the total.
  line 9: It has 2 cells, the header 3. Suites \"{}…\": It cannot be more than the total.
15 lost their coordinates
  14 at 0/0: lines 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 and 2 more
  1 outside Brazil: line 20
1 repeat an earlier row exactly: line 5 = 4
nothing was written: --dry-run",
            "x".repeat(60)
        );
        assert_eq!(report.lines().join("\n"), expected);
    }
}
