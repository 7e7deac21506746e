//! A CSV file as rows of cells, each with the line it stands on. What is no table is refused with a sentence.

use anyhow::{Context as _, bail, ensure};

/// A file may be this large: it is read whole, because it comes in whole or not at all.
const LARGEST: usize = 64 * 1024 * 1024;
/// And have this many rows.
const MOST: usize = 100_000;
/// What may stand between cells.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// A file's columns and rows.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Names of the columns.
    pub(super) header: Vec<String>,
    /// What follows them.
    pub(super) rows: Vec<Row>,
}

/// One row, with as many cells as it has.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Line that it begins on; the header's is 1.
    pub(super) line: u64,
    /// Its cells, trimmed.
    pub(super) cells: Vec<String>,
}

impl Table {
    /// Reads a file. Without a delimiter it is the one that the header has most of.
    pub(super) fn read(bytes: &[u8], delimiter: Option<u8>) -> anyhow::Result<Self> {
        ensure!(bytes.len() <= LARGEST, "it has more than {} MB: split it", LARGEST / 1024 / 1024);
        let text = text(bytes)?;
        ensure!(!text.trim().is_empty(), "it is empty");
        let delimiter = delimiter.unwrap_or_else(|| detect(text));
        if let Some(line) = unclosed_quote(text, delimiter) {
            bail!("the quote that opens on line {line} is never closed");
        }
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes());
        let (mut header, mut rows) = (None, Vec::new());
        let mut lines = Lines::of(text);
        for record in reader.records() {
            let record = record.context("it is no CSV")?;
            let line = lines.at(record.position().map_or(0, csv::Position::byte));
            let cells = record.iter().map(str::to_owned).collect();
            if header.is_none() {
                header = Some(cells);
                continue;
            }
            ensure!(rows.len() < MOST, "it has more than {MOST} rows: split it");
            rows.push(Row { line, cells });
        }
        let header = header.unwrap_or_default();
        distinct(&header)?;
        ensure!(!rows.is_empty(), "it has a header and no rows");
        Ok(Self { header, rows })
    }
}

/// The bytes as text, without the mark that some programs put in front.
fn text(bytes: &[u8]) -> anyhow::Result<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.trim_start_matches('\u{feff}')),
        Err(error) => {
            let line = 1 + bytes[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count();
            bail!("it is not UTF-8 (line {line}): save it as \"CSV UTF-8\"");
        }
    }
}

fn distinct(header: &[String]) -> anyhow::Result<()> {
    for (position, name) in header.iter().enumerate() {
        ensure!(!header[..position].contains(name), "its header names the column `{name}` twice");
    }
    Ok(())
}

fn detect(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut quoted = false;
    let mut counts = [0_usize; DELIMITERS.len()];
    for byte in header.bytes() {
        quoted ^= byte == b'"';
        if let Some(found) = DELIMITERS.iter().position(|d| *d == byte && !quoted) {
            counts[found] += 1;
        }
    }
    // The first of the list wins a tie.
    let best = (0..DELIMITERS.len()).rev().max_by_key(|i| counts[*i]).unwrap_or_default();
    DELIMITERS[best]
}

/// The line on which a quote opens that nothing closes (RFC 4180): the reader would take the rest of the file for a cell.
fn unclosed_quote(text: &str, delimiter: u8) -> Option<usize> {
    let (mut line, mut at_start, mut opened) = (1, true, None);
    for byte in text.bytes() {
        match byte {
            b'"' if opened.is_some() => opened = None,
            // Also the second of two, which stands for one: it opens again at once.
            b'"' if at_start => opened = Some(line),
            _ if opened.is_none() => at_start = byte == delimiter || matches!(byte, b'\n' | b'\r'),
            _ => {}
        }
        line += usize::from(byte == b'\n');
    }
    opened
}

/// Lines of a text by position, asked for in order.
struct Lines<'a> {
    rest: &'a [u8],
    passed: u64,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text.as_bytes(), passed: 0, line: 1 }
    }

    /// The line of what stands at this byte or behind the line ends that follow it.
    fn at(&mut self, byte: u64) -> u64 {
        let is_end = |b: u8| matches!(b, b'\n' | b'\r');
        while let Some((&first, rest)) = self.rest.split_first().filter(|(f, _)| self.passed < byte || is_end(**f)) {
            self.line += u64::from(first == b'\n');
            self.passed += 1;
            self.rest = rest;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(bytes: impl AsRef<[u8]>, expected: &str) {
        let error = Table::read(bytes.as_ref(), None).expect_err("refused");
        assert_eq!(format!("{error:#}"), expected);
    }

    fn read(text: &str) -> Table {
        Table::read(text.as_bytes(), None).expect("a table")
    }

    fn lines(table: &Table) -> Vec<u64> {
        table.rows.iter().map(|row| row.line).collect()
    }

    #[test]
    fn what_is_no_table_is_refused_with_a_sentence() {
        refused("", "it is empty");
        refused("\u{feff} \r\n", "it is empty");
        refused("a,b\r\n", "it has a header and no rows");
        refused(b"a,b\n1,2\nS\xe3o,3\n", "it is not UTF-8 (line 3): save it as \"CSV UTF-8\"");
        refused("a,b,a\n1,2,3\n", "its header names the column `a` twice");
        refused("a,b\n1,2\n\"3,4\n5,6\n", "the quote that opens on line 3 is never closed");
        refused(vec![b'x'; LARGEST + 1], "it has more than 64 MB: split it");
        refused(format!("a\n{}", "1\n".repeat(MOST + 1)), "it has more than 100000 rows: split it");
    }

    #[test]
    fn line_ends_marks_and_separators_of_every_program_are_read() {
        for (name, text) in [
            ("unix", "a,b\n1,x\n2,y\n"),
            ("windows", "a,b\r\n1,x\r\n2,y\r\n"),
            ("mark", "\u{feff}a,b\n1,x\n2,y"),
            ("semicolons", "a;b\n1;x\n2;y\n"),
            ("tabs", "a\tb\n1\tx\n2\ty\n"),
            ("quoted header", "\"a\",\"b\"\n1,x\n2,y\n"),
        ] {
            let table = read(text);
            assert_eq!(table.header, ["a", "b"], "{name}");
            let cells: Vec<_> = table.rows.iter().map(|row| row.cells.clone()).collect();
            assert_eq!(cells, [["1", "x"], ["2", "y"]], "{name}");
            assert_eq!(lines(&table), [2, 3], "{name}");
        }
        assert_eq!(read("\"a;b\",c\n1,2\n").header, ["a;b", "c"], "what is quoted separates nothing");
    }

    #[test]
    fn a_row_keeps_its_line_and_its_cells_however_many() {
        let table = read("a,b\n\n\"two\nlines\",x\n1\n1,2,3\n\n\"say \"\"so\"\"\",y\n");
        assert_eq!(lines(&table), [3, 5, 6, 8]);
        let cells: Vec<usize> = table.rows.iter().map(|row| row.cells.len()).collect();
        assert_eq!(cells, [2, 1, 3, 2]);
        assert_eq!(table.rows[3].cells[0], "say \"so\"");
    }

    #[test]
    fn a_delimiter_that_the_map_names_is_the_one() {
        let table = Table::read(b"a;b,c\n1;2,3\n", Some(b';')).expect("a table");
        assert_eq!(table.header, ["a", "b,c"]);
    }

    proptest::proptest! {
        #[test]
        fn no_file_makes_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
            let _ = Table::read(&bytes, None);
        }

        #[test]
        fn a_quote_is_closed_as_the_reader_sees_it(cells in proptest::collection::vec("[a\", ]{0,5}", 1..8)) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(["a"]).expect("written");
            for cell in &cells {
                writer.write_record([cell.as_str()]).expect("written");
            }
            let text = String::from_utf8(writer.into_inner().expect("whole")).expect("text");
            proptest::prop_assert_eq!(unclosed_quote(&text, b','), None, "{}", text);
        }
    }
}
