//! A map laid on a file's header: every name it mentions is a column, or is made one.

use anyhow::{Context as _, bail, ensure};
use std::collections::BTreeMap;

use super::map::{Map, Source};
use super::numbers::Numbers;

/// A text with columns in it.
#[derive(Debug, Clone)]
pub(super) struct Template(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Column(usize),
}

/// Where a field's value comes from, by the number of the column.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Column(usize),
    Constant(String),
    Text(Template),
}

/// What is done with the cells of each row.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    /// Names: those of the file first, then those that the map makes.
    names: Vec<String>,
    /// The file's column that each one comes from.
    origins: Vec<usize>,
    /// How many the file has.
    pub(super) given: usize,
    zero_is_unknown: Vec<usize>,
    yes_no: Vec<usize>,
    splits: Vec<(usize, String, usize)>,
    words: Vec<(usize, BTreeMap<String, String>, Option<Template>)>,
    /// The fields and where each one comes from.
    pub(super) fields: Vec<(String, Value)>,
    numbers: Numbers,
}

impl Columns {
    /// Lays the map on the header.
    pub(super) fn new(map: &Map, header: &[String]) -> anyhow::Result<Self> {
        let mut columns = Self {
            names: header.to_vec(),
            origins: (0..header.len()).collect(),
            given: header.len(),
            zero_is_unknown: Vec::new(),
            yes_no: Vec::new(),
            splits: Vec::new(),
            words: Vec::new(),
            fields: Vec::new(),
            numbers: map.numbers(),
        };
        columns.zero_is_unknown = columns.all(&map.zero_is_unknown).context("zero_is_unknown")?;
        columns.yes_no = columns.all(&map.yes_no).context("yes_no")?;
        for (name, split) in &map.split {
            let from = columns.find(name).with_context(|| format!("split.{name}"))?;
            columns.splits.push((from, split.at.clone(), split.into.len()));
            for new in &split.into {
                columns.make(new, from)?;
            }
        }
        // Words are said of columns and pieces, not of each other: their order would matter.
        let mut made = Vec::new();
        for (name, words) in &map.words {
            let place = || format!("words.{name}");
            let from = columns.find(&words.column).with_context(place)?;
            let other = words.other.as_deref().map(|text| columns.template(text)).transpose().with_context(place)?;
            columns.words.push((from, words.values.clone(), other));
            made.push((name, from));
        }
        for (name, from) in made {
            columns.make(name, from)?;
        }
        for (name, field) in &map.fields {
            let value = columns.value(field.source()?).with_context(|| format!("fields.{name}"))?;
            columns.fields.push((name.clone(), value));
        }
        Ok(columns)
    }

    fn value(&self, source: Source) -> anyhow::Result<Value> {
        Ok(match source {
            Source::Column(name) => Value::Column(self.find(&name)?),
            Source::Constant(constant) => Value::Constant(constant),
            Source::Text(text) => Value::Text(self.template(&text)?),
        })
    }

    fn find(&self, name: &str) -> anyhow::Result<usize> {
        self.names
            .iter()
            .position(|n| n == name)
            .with_context(|| format!("there is no column `{name}`; there is {}", self.names.join(", ")))
    }

    fn all(&self, names: &[String]) -> anyhow::Result<Vec<usize>> {
        names.iter().map(|name| self.find(name)).collect()
    }

    fn make(&mut self, name: &str, from: usize) -> anyhow::Result<()> {
        ensure!(!self.names.iter().any(|n| n == name), "the map makes a column `{name}`, and there is one already");
        self.names.push(name.to_owned());
        self.origins.push(self.origins[from]);
        Ok(())
    }

    fn template(&self, text: &str) -> anyhow::Result<Template> {
        let (mut pieces, mut rest) = (Vec::new(), text);
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else {
                bail!("`{text}` opens a brace that nothing closes")
            };
            pieces.extend([Piece::Text(before.to_owned()), Piece::Column(self.find(name)?)]);
            rest = behind;
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Template(pieces))
    }

    /// The file's columns that nothing comes from.
    pub(super) fn unused(&self) -> Vec<String> {
        let words =
            self.words.iter().flat_map(|(from, _, other)| other.iter().flat_map(Template::columns).chain([*from]));
        let used: Vec<usize> =
            self.fields.iter().flat_map(|(_, value)| value.columns()).chain(words).map(|c| self.origins[c]).collect();
        (0..self.given).filter(|c| !used.contains(c)).map(|c| self.names[c].clone()).collect()
    }

    /// The file's columns that a value comes from, with what a row says in them.
    pub(super) fn told(&self, value: &Value, given: &[String]) -> (Option<String>, String) {
        match value {
            Value::Column(column) => {
                let origin = self.origins[*column];
                (Some(self.names[origin].clone()), given[origin].clone())
            }
            Value::Constant(constant) => (None, constant.clone()),
            Value::Text(template) => {
                let mut names: Vec<&str> =
                    template.columns().map(|column| self.names[self.origins[column]].as_str()).collect();
                names.dedup();
                (Some(names.join(", ")).filter(|n| !n.is_empty()), String::new())
            }
        }
    }

    /// A row's cells with those that the map makes of them. The column of a yes or no that is neither.
    pub(super) fn cells(&self, given: &[String]) -> Result<Vec<String>, usize> {
        let mut cells = given.to_vec();
        for column in &self.zero_is_unknown {
            if self.numbers.read(&cells[*column]).is_some_and(|number| number.is_zero()) {
                cells[*column].clear();
            }
        }
        for column in &self.yes_no {
            cells[*column] = yes_no(&cells[*column]).ok_or(*column)?.to_owned();
        }
        for (from, at, count) in &self.splits {
            let mut pieces: Vec<String> = cells[*from].splitn(*count, at).map(|p| p.trim().to_owned()).collect();
            pieces.resize(*count, String::new());
            cells.append(&mut pieces);
        }
        let mut words = Vec::with_capacity(self.words.len());
        for (from, values, other) in &self.words {
            let cell = &cells[*from];
            words.push(match (values.get(cell), other) {
                (Some(word), _) => word.clone(),
                (None, Some(template)) if !cell.is_empty() => template.fill(&cells),
                (None, _) => cell.clone(),
            });
        }
        cells.append(&mut words);
        Ok(cells)
    }

    /// Name and cell of a column of the file.
    pub(super) fn named(&self, column: usize, given: &[String]) -> (Option<String>, String) {
        self.told(&Value::Column(column), given)
    }
}

impl Value {
    /// The value in a row.
    pub(super) fn of(&self, cells: &[String]) -> String {
        match self {
            Self::Column(column) => cells[*column].clone(),
            Self::Constant(constant) => constant.clone(),
            Self::Text(template) => tidy(&template.fill(cells)),
        }
    }

    fn columns(&self) -> Vec<usize> {
        match self {
            Self::Column(column) => vec![*column],
            Self::Constant(_) => Vec::new(),
            Self::Text(template) => template.columns().collect(),
        }
    }
}

impl Template {
    fn fill(&self, cells: &[String]) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Column(column) => cells[*column].clone(),
        };
        self.0.iter().map(piece).collect()
    }

    fn columns(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Column(column) => Some(*column),
        })
    }
}

/// One space where empty columns left several; line ends stay.
fn tidy(text: &str) -> String {
    text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

/// `yes`, `no`, or nothing for an empty cell.
fn yes_no(cell: &str) -> Option<&'static str> {
    match cell.to_lowercase().as_str() {
        "" => Some(""),
        "1" | "yes" | "y" | "true" | "sim" | "s" | "x" => Some("yes"),
        "0" | "no" | "n" | "false" | "não" | "nao" => Some("no"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = r#"
        zero_is_unknown = ["Condo"]
        yes_no = ["Pool"]
        [split.District]
        at = "/"
        into = ["Bairro", "Cidade"]
        [words.quartos]
        column = "Rooms"
        values = { "1" = "1 quarto" }
        other = "{Rooms} quartos"
        [words.piscina]
        column = "Pool"
        values = { yes = "Com piscina.", no = "" }
        [fields]
        condo = { column = "Condo" }
        neighborhood = { column = "Bairro" }
        city = { column = "Cidade" }
        uf = { constant = "SP" }
        pool = { column = "Pool" }
        title = { text = "Apartamento de {quartos} em {Bairro}. {piscina} Veja!" }
    "#;

    fn laid(map: &str, header: &str) -> anyhow::Result<Columns> {
        let header: Vec<String> = header.split(',').map(str::to_owned).collect();
        Columns::new(&Map::parse(map).expect("a map"), &header)
    }

    fn values(columns: &Columns, row: &str) -> Vec<(String, String)> {
        let given: Vec<String> = row.split(',').map(str::to_owned).collect();
        let cells = columns.cells(&given).expect("cells");
        columns.fields.iter().map(|(name, value)| (name.clone(), value.of(&cells))).collect()
    }

    #[test]
    fn each_field_is_made_as_the_map_says() {
        let columns = laid(MAP, "Condo,Rooms,Pool,District,Note").expect("it fits");
        assert_eq!(columns.unused(), ["Note"]);
        let expected = |all: [(&str, &str); 6]| all.map(|(n, v)| (n.to_owned(), v.to_owned()));
        assert_eq!(
            values(&columns, "0,1,1,Moema/São Paulo,x"),
            expected([
                ("city", "São Paulo"),
                ("condo", ""),
                ("neighborhood", "Moema"),
                ("pool", "yes"),
                ("title", "Apartamento de 1 quarto em Moema. Com piscina. Veja!"),
                ("uf", "SP"),
            ])
        );
        assert_eq!(
            values(&columns, "300,2,0,Moema,"),
            expected([
                ("city", ""),
                ("condo", "300"),
                ("neighborhood", "Moema"),
                ("pool", "no"),
                ("title", "Apartamento de 2 quartos em Moema. Veja!"),
                ("uf", "SP"),
            ])
        );
        let given = ["0", "1", "talvez", "Moema", ""].map(str::to_owned);
        assert_eq!(columns.cells(&given), Err(2));
        assert_eq!(columns.named(2, &given), (Some("Pool".into()), "talvez".into()));
    }

    #[test]
    fn a_name_that_is_no_column_is_said_with_those_that_are() {
        let refused = |map: &str, header: &str, expected: &str| {
            let error = laid(map, header).expect_err("refused");
            assert_eq!(format!("{error:#}"), expected);
        };
        refused(
            MAP,
            "Rooms,Pool,District",
            "zero_is_unknown: there is no column `Condo`; there is Rooms, Pool, District",
        );
        refused(
            "[fields]\nrent = { column = \"Preço\" }",
            "Price",
            "fields.rent: there is no column `Preço`; there is Price",
        );
        refused(
            "[fields]\ntitle = { text = \"{Price\" }",
            "Price",
            "fields.title: `{Price` opens a brace that nothing closes",
        );
        refused(
            "[words.Price]\ncolumn = \"Price\"\nvalues = {}\n[fields]",
            "Price",
            "the map makes a column `Price`, and there is one already",
        );
    }
}
