//! The map: which of a property's fields comes from which column of the file, and how.

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

use app::properties::types::PropertyForm;

use super::numbers::Numbers;

/// Fields of a property that its form does not have.
pub(super) const BESIDE_THE_FORM: [&str; 5] = ["lat", "lng", "elevator", "pool", "pets"];

/// A map as its file says it. Without one, the file's columns are called as the fields are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// Between cells; detected when left out.
    delimiter: Option<char>,
    /// Before decimals.
    #[serde(default = "dot")]
    decimal: char,
    /// Between thousands.
    thousands: Option<char>,
    /// Columns whose 0 means that nobody knows.
    #[serde(default)]
    pub(super) zero_is_unknown: Vec<String>,
    /// Columns that say yes or no, in whatever words.
    #[serde(default)]
    pub(super) yes_no: Vec<String>,
    /// Columns that hold several things: cut into new columns.
    #[serde(default)]
    pub(super) split: BTreeMap<String, Split>,
    /// New columns: other words for what a column holds.
    #[serde(default)]
    pub(super) words: BTreeMap<String, Words>,
    /// The fields of a property.
    pub(super) fields: BTreeMap<String, Field>,
}

/// How a column is cut.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Split {
    /// Where.
    pub(super) at: String,
    /// Names of the new columns; the last one takes the rest.
    pub(super) into: Vec<String>,
}

/// Other words for what a column holds. An empty cell stays empty.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// The column.
    pub(super) column: String,
    /// Its values and what is said instead.
    pub(super) values: BTreeMap<String, String>,
    /// What is said instead of all others, a text with {Column}s; left out: the value itself.
    pub(super) other: Option<String>,
}

/// Where a field's value comes from: one of the three.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    column: Option<String>,
    constant: Option<String>,
    text: Option<String>,
}

/// As [`Field`], with the proof that it is one of the three.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// What a column holds.
    Column(String),
    /// The same for every row.
    Constant(String),
    /// A text with {Column}s.
    Text(String),
}

impl Map {
    /// Reads a map.
    ///
    /// # Errors
    /// With the line and what may stand there.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let map: Self = toml::from_str(text).map_err(|error| anyhow::anyhow!("{}", error.to_string().trim_end()))?;
        let known = fields();
        for (name, field) in &map.fields {
            ensure!(
                known.contains(name),
                "a property has no field `{name}`; it has {}",
                known.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
            );
            field.source().with_context(|| format!("fields.{name}"))?;
        }
        ensure!(
            map.delimiter.is_none_or(|d| d.is_ascii() && d != '"'),
            "`delimiter` is one ASCII character, not a quote"
        );
        ensure!(matches!(map.decimal, '.' | ','), "`decimal` is \".\" or \",\"");
        ensure!(map.thousands != Some(map.decimal), "`thousands` and `decimal` cannot be the same");
        for (name, split) in &map.split {
            ensure!(
                !split.at.is_empty() && split.into.len() > 1,
                "split.{name} needs `at` and two names or more in `into`"
            );
        }
        Ok(map)
    }

    /// The map of a file whose columns are called as the fields are.
    pub(super) fn of_names(header: &[String]) -> anyhow::Result<Self> {
        let known = fields();
        let field = |name: &String| (name.clone(), Field { column: Some(name.clone()), ..Field::default() });
        let fields: BTreeMap<String, Field> = header.iter().filter(|name| known.contains(*name)).map(field).collect();
        if !fields.contains_key("type") {
            bail!("no column is called `type`: say with --map which column is which field");
        }
        Ok(Self {
            delimiter: None,
            decimal: dot(),
            thousands: None,
            zero_is_unknown: Vec::new(),
            yes_no: ["elevator", "pool", "pets", "furnished"]
                .map(str::to_owned)
                .into_iter()
                .filter(|n| fields.contains_key(n))
                .collect(),
            split: BTreeMap::new(),
            words: BTreeMap::new(),
            fields,
        })
    }

    /// What stands between cells, if the map says so.
    pub(super) fn delimiter(&self) -> Option<u8> {
        self.delimiter.and_then(|d| u8::try_from(d).ok())
    }

    /// How numbers are written.
    pub(super) fn numbers(&self) -> Numbers {
        Numbers { decimal: self.decimal, thousands: self.thousands }
    }
}

impl Field {
    /// Where the value comes from.
    pub(super) fn source(&self) -> anyhow::Result<Source> {
        match (&self.column, &self.constant, &self.text) {
            (Some(column), None, None) => Ok(Source::Column(column.clone())),
            (None, Some(constant), None) => Ok(Source::Constant(constant.clone())),
            (None, None, Some(text)) => Ok(Source::Text(text.clone())),
            _ => bail!("it takes exactly one of `column`, `constant` and `text`"),
        }
    }
}

fn dot() -> char {
    '.'
}

/// Names of everything that a map can fill.
fn fields() -> BTreeSet<String> {
    let form = PropertyForm::default().into_fields().0.into_keys();
    form.chain(BESIDE_THE_FORM.map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, expected: &[&str]) {
        let error = format!("{:#}", Map::parse(text).expect_err("refused"));
        for part in expected {
            assert!(error.contains(part), "{part:?} is not in {error:?}");
        }
    }

    #[test]
    fn what_a_map_cannot_say_is_refused_with_what_it_can() {
        refused("colums = 1\n[fields]", &["line 1", "unknown field `colums`", "zero_is_unknown"]);
        refused("[fields]\nrent = { colum = \"Price\" }", &["line 2", "unknown field `colum`", "`column`"]);
        refused("[fields]\nprice = { column = \"Price\" }", &["no field `price`", "rent, rent_period", "elevator"]);
        refused("[fields]\nrent = {}", &["fields.rent", "exactly one of"]);
        refused("[fields]\nrent = { column = \"a\", constant = \"1\" }", &["fields.rent", "exactly one of"]);
        refused("[fields]\nrent = \"Price\"", &["line 2"]);
        refused("decimal = \"'\"\n[fields]", &["`decimal`"]);
        refused("thousands = \".\"\n[fields]", &["cannot be the same"]);
        refused("delimiter = \"ß\"\n[fields]", &["`delimiter`"]);
        refused("[split.District]\nat = \"/\"\ninto = [\"a\"]\n[fields]", &["split.District"]);
        refused("yes_no = []", &["missing field `fields`"]);
        refused("no toml", &["line 1"]);
    }

    #[test]
    fn without_a_map_the_columns_are_called_as_the_fields_are() {
        let header = ["type", "rent", "Nota", "pool"].map(str::to_owned);
        let map = Map::of_names(&header).expect("a map");
        assert_eq!(map.fields.keys().collect::<Vec<_>>(), ["pool", "rent", "type"]);
        assert_eq!(map.yes_no, ["pool"]);
        let error = Map::of_names(&header[1..]).expect_err("no type");
        assert_eq!(error.to_string(), "no column is called `type`: say with --map which column is which field");
    }
}
