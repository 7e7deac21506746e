//! From a row to a property, by the same rules as the form.

use std::collections::{BTreeMap, HashMap, HashSet};

use app::error::AppError;
use app::properties::db::import::Listing;
use app::properties::readiness::missing;
use app::properties::rules;
use app::properties::types::{PropertyForm, Status};
use app::values::fields::{Fields, Problem, Values};
use app::words::{Lang, problem as in_words};

use super::columns::{Columns, Value};
use super::numbers::{Numbers, as_typed};
use super::place;
use super::report::{Kind, Refused, Repeat, Trouble};
use super::table::{Row, Table};

/// Bytes of a cell: several times what the longest field takes, so that a broken file is told from a long text.
const CELL: usize = 20_000;
/// Fields that hold amounts and areas.
const AMOUNTS: [&str; 9] =
    ["sale_price", "rent", "season_price", "condo", "iptu", "area_private", "area_total", "area_built", "area_land"];
/// Fields that count.
const COUNTS: [&str; 8] =
    ["bedrooms", "suites", "bathrooms", "lavabos", "parking", "floor", "floors_total", "year_built"];

/// What the rows say.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Those that can come in, each with its line.
    pub(super) accepted: Vec<(u64, Listing)>,
    /// Those that cannot.
    pub(super) refused: Vec<Refused>,
    /// What was dropped of accepted ones.
    pub(super) warnings: BTreeMap<Kind, Vec<u64>>,
    /// Accepted ones that say what an earlier one says.
    pub(super) repeats: Vec<Repeat>,
}

/// What holds for every row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// The current year.
    pub(super) year: i16,
    /// Of properties whose row does not say any.
    pub(super) status: Status,
    /// How numbers are written.
    pub(super) numbers: Numbers,
}

/// Reads every row.
pub(super) fn read(table: &Table, columns: &Columns, standing: Standing) -> Reading {
    let mut reading = Reading::default();
    let (mut seen, mut codes) = (HashMap::new(), HashSet::new());
    for row in &table.rows {
        let (listing, warning) = match listing(row, columns, standing) {
            Ok(read) => read,
            Err(why) => {
                reading.refused.push(Refused { line: row.line, why });
                continue;
            }
        };
        if let Some(code) = listing.input.code.clone().filter(|code| !codes.insert(code.clone())) {
            reading.refused.push(taken(row.line, code));
            continue;
        }
        if let Some(kind) = warning {
            reading.warnings.entry(kind).or_default().push(row.line);
        }
        match seen.get(&row.cells) {
            Some(of) => reading.repeats.push(Repeat { line: row.line, of: *of }),
            None => drop(seen.insert(&row.cells, row.line)),
        }
        reading.accepted.push((row.line, listing));
    }
    reading
}

impl Reading {
    /// Turns away those whose code another property has.
    pub(super) fn refuse(&mut self, codes: &HashSet<String>) {
        let is_taken = |listing: &Listing| listing.input.code.as_ref().is_some_and(|code| codes.contains(code));
        for (line, listing) in self.accepted.extract_if(.., |(_, listing)| is_taken(listing)) {
            self.refused.push(taken(line, listing.input.code.unwrap_or_default()));
        }
        self.refused.sort_by_key(|refused| refused.line);
        let refused: HashSet<u64> = self.refused.iter().map(|refused| refused.line).collect();
        self.repeats.retain(|repeat| !refused.contains(&repeat.line));
        for lines in self.warnings.values_mut() {
            lines.retain(|line| !refused.contains(line));
        }
        self.warnings.retain(|_, lines| !lines.is_empty());
    }

    /// Puts on the storefront what lacks nothing; gives what does, and what it lacks.
    pub(super) fn publish(&mut self, creci: &str) -> Vec<Refused> {
        let mut unpublished = Vec::new();
        for (line, listing) in &mut self.accepted {
            let lacks = missing(&listing.input, Some(creci));
            listing.is_published = lacks.is_empty();
            if !listing.is_published {
                let trouble = |(field, problem): (String, Problem)| {
                    Trouble::new(Some(&field), (None, String::new()), sentence(&problem))
                };
                unpublished.push(Refused { line: *line, why: lacks.0.into_iter().map(trouble).collect() });
            }
        }
        unpublished
    }
}

fn taken(line: u64, code: String) -> Refused {
    Refused { line, why: vec![Trouble::new(Some("code"), (None, code), sentence(&Problem::Taken))] }
}

fn sentence(problem: &Problem) -> String {
    in_words(problem, Lang::En)
}

fn whole(sentence: String) -> Vec<Trouble> {
    vec![Trouble::new(None, (None, String::new()), sentence)]
}

/// One row, with what was dropped of it, or everything that is wrong with it.
fn listing(row: &Row, columns: &Columns, standing: Standing) -> Result<(Listing, Option<Kind>), Vec<Trouble>> {
    let given = &row.cells;
    if given.len() != columns.given {
        return Err(whole(format!("It has {} cells, the header {}.", given.len(), columns.given)));
    }
    if let Some(column) = given.iter().position(|cell| cell.len() > CELL) {
        let said = format!("It has {} bytes; a cell holds {CELL}.", given[column].len());
        return Err(vec![Trouble::new(None, columns.named(column, given), said)]);
    }
    let cells = columns
        .cells(given)
        .map_err(|column| vec![Trouble::new(None, columns.named(column, given), "It is neither yes nor no.".into())])?;
    let values: BTreeMap<&str, (&Value, String)> =
        columns.fields.iter().map(|(name, value)| (name.as_str(), (value, value.of(&cells)))).collect();
    let of = |name: &str| values.get(name).map_or("", |(_, text)| text.as_str());
    let (form, mut problems) = form(&values, standing);
    let input = match rules::parse(&form, standing.year) {
        Ok(input) => Some(input),
        Err(AppError::Invalid(errors)) => {
            problems.extend(errors.0);
            None
        }
        Err(error) => return Err(whole(error.to_string())),
    };
    for name in ["elevator", "pool", "pets"].into_iter().filter(|name| !matches!(of(name), "yes" | "no" | "")) {
        problems.push((name.to_owned(), Problem::NotAChoice));
    }
    let Some(input) = input.filter(|_| problems.is_empty()) else {
        return Err(problems
            .iter()
            .map(|(field, problem)| trouble((field, problem), columns, (given, &values)))
            .collect());
    };
    let place = place::read(of("lat"), of("lng"), standing.numbers);
    let flag = |name: &str| Some(of(name)).filter(|text| !text.is_empty()).map(|text| text == "yes");
    let listing = Listing {
        input,
        place: place.unwrap_or_default(),
        elevator: flag("elevator"),
        pool: flag("pool"),
        pets: flag("pets"),
        is_published: false,
    };
    Ok((listing, place.err()))
}

/// The form as somebody would have filled it in, and the numbers that are none.
fn form(values: &BTreeMap<&str, (&Value, String)>, standing: Standing) -> (PropertyForm, Vec<(String, Problem)>) {
    let (mut fields, mut problems) = (Fields::default(), Vec::new());
    for (name, (_, text)) in values {
        let typed = match *name {
            "purposes" => {
                let all = text.split([',', ';', '|']).map(|p| p.trim().to_owned()).filter(|p| !p.is_empty());
                fields.0.insert("purposes".into(), Values(all.collect()));
                continue;
            }
            _ if text.is_empty() => continue,
            name if AMOUNTS.contains(&name) => standing.numbers.read(text).and_then(as_typed).ok_or(Problem::NotMoney),
            name if COUNTS.contains(&name) => {
                let number = standing.numbers.read(text).filter(|number| number.scale() == 0);
                number.map(|number| number.to_string()).ok_or(Problem::NotANumber)
            }
            _ => Ok(text.clone()),
        };
        match typed {
            Ok(typed) => drop(fields.0.insert((*name).to_owned(), Values(vec![typed]))),
            Err(problem) => problems.push(((*name).to_owned(), problem)),
        }
    }
    if fields.get("status").is_empty() {
        fields = fields.with("status", standing.status.as_str());
    }
    (PropertyForm::from_fields(&fields), problems)
}

fn trouble(
    (field, problem): (&str, &Problem),
    columns: &Columns,
    (given, values): (&[String], &BTreeMap<&str, (&Value, String)>),
) -> Trouble {
    let told = match values.get(field) {
        Some((value, text)) => {
            let (column, cell) = columns.told(value, given);
            // A text is made of several cells: what was made of them says more.
            (column, if cell.is_empty() { text.clone() } else { cell })
        }
        None => (None, String::new()),
    };
    Trouble::new(Some(field), told, sentence(problem))
}

#[cfg(test)]
mod tests {
    use super::super::map::Map;
    use super::*;

    const MAP: &str = r#"
        yes_no = ["Pool"]
        zero_is_unknown = ["Suites"]
        [fields]
        code = { column = "Code" }
        type = { constant = "apartment" }
        usage = { constant = "residential" }
        purposes = { constant = "rent; sale" }
        rent = { column = "Price" }
        bedrooms = { column = "Rooms" }
        suites = { column = "Suites" }
        pool = { column = "Pool" }
        pets = { column = "Pets" }
        lat = { column = "Lat" }
        lng = { column = "Lng" }
        title = { text = "Apartamento {Rooms} {Code}" }
    "#;

    fn reading(rows: &str) -> Reading {
        let text = format!("Code,Price,Rooms,Suites,Pool,Pets,Lat,Lng\n{rows}");
        let map = Map::parse(MAP).expect("a map");
        let table = Table::read(text.as_bytes(), map.delimiter()).expect("a table");
        let columns = Columns::new(&map, &table.header).expect("it fits");
        read(&table, &columns, Standing { year: 2026, status: Status::Draft, numbers: map.numbers() })
    }

    #[track_caller]
    fn refused(row: &str, expected: &[(&str, &str, &str, &str)]) {
        let reading = reading(row);
        assert!(reading.accepted.is_empty());
        let why = reading.refused.iter().flat_map(|refused| &refused.why).map(|t| {
            let or_none = |name: &Option<String>| name.clone().unwrap_or_default();
            (or_none(&t.field), or_none(&t.column), t.value.clone(), t.sentence.clone())
        });
        let expected = expected.iter().map(|(f, c, v, s)| ((*f).into(), (*c).into(), (*v).into(), (*s).into()));
        assert_eq!(why.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }

    #[test]
    fn a_row_becomes_what_the_form_would_have_made_of_it() {
        let reading = reading("ap7,1234.5,2,0,sim,,-23.5,-46.6\n,930,1.0,,,yes,,\n");
        assert_eq!(reading.refused, []);
        let (line, first) = &reading.accepted[0];
        assert_eq!(*line, 2);
        assert_eq!(first.input.code.as_deref(), Some("AP7"));
        assert_eq!(first.input.rent.map(|r| r.to_string()).as_deref(), Some("1234.5"));
        assert_eq!((first.input.bedrooms, first.input.suites), (Some(2), None), "0 is unknown where the map says so");
        assert_eq!((first.pool, first.pets, first.elevator), (Some(true), None, None));
        assert!(first.place.is_some());
        assert_eq!(first.input.purposes.len(), 2);
        assert_eq!(first.input.title, "Apartamento 2 ap7");
        let second = &reading.accepted[1].1;
        assert_eq!((second.input.bedrooms, second.pets, second.place), (Some(1), Some(true), None));
    }

    #[test]
    fn a_refusal_is_the_rules_own_sentence_with_column_and_value() {
        refused(",930,2,3,,,,", &[("suites", "Suites", "3", "It cannot be more than the total.")]);
        let money = "Enter an amount such as 1234.56.";
        for misread in ["1.234", "1234.567", "1,234", "-5", "caro"] {
            refused(&format!(",\"{misread}\",2,1,,,,"), &[("rent", "Price", misread, money)]);
        }
        refused(
            "a-b,0,2.5,,,maybe,,",
            &[
                ("bedrooms", "Rooms", "2.5", "Enter a whole number."),
                ("code", "Code", "a-b", "Use 2 to 20 letters and digits, without spaces."),
                ("rent", "Price", "0", "The amount must be more than zero."),
                ("pets", "Pets", "maybe", "Choose one of the options."),
            ],
        );
        refused(",930,2,1,talvez,,,", &[("", "Pool", "talvez", "It is neither yes nor no.")]);
        refused(",930,2", &[("", "", "", "It has 3 cells, the header 8.")]);
        refused(",930,2,1,,,,,", &[("", "", "", "It has 9 cells, the header 8.")]);
        let long = "x".repeat(1_000_000);
        refused(
            &format!("{long},930,2,1,,,,"),
            &[("", "Code", &format!("{}…", "x".repeat(60)), "It has 1000000 bytes; a cell holds 20000.")],
        );
    }

    #[test]
    fn a_code_is_given_once_and_repeats_are_listed() {
        let reading = reading("AP1,930,2,1,,,,\nap1,950,2,1,,,,\n,930,2,1,,,0,0\n,930,2,1,,,0,0\n,930,2,1,,,0,0\n");
        let lines: Vec<u64> = reading.accepted.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [2, 4, 5, 6]);
        assert_eq!(reading.refused[0].why[0].sentence, "It is already in use.");
        assert_eq!(reading.repeats, [Repeat { line: 5, of: 4 }, Repeat { line: 6, of: 4 }]);
        assert_eq!(reading.warnings, [(Kind::PlaceZero, vec![4, 5, 6])].into());
    }

    #[test]
    fn a_code_that_the_agency_has_given_is_turned_away() {
        let mut reading = reading("AP1,930,2,1,,,0,0\nAP2,950,2,1,,,,\n");
        reading.refuse(&HashSet::from(["AP1".to_owned()]));
        assert_eq!((reading.accepted.len(), reading.refused[0].line), (1, 2));
        assert!(reading.warnings.is_empty(), "what stays outside has no warning");
    }

    #[test]
    fn what_lacks_something_stays_off_the_storefront_and_says_what() {
        let mut reading = reading(",930,2,1,,,,\n");
        let unpublished = reading.publish("J-1");
        assert!(!reading.accepted[0].1.is_published);
        let fields: Vec<_> = unpublished[0].why.iter().filter_map(|t| t.field.as_deref()).collect();
        assert_eq!(fields, ["status", "sale_price", "uf", "city", "neighborhood", "description"]);
    }

    proptest::proptest! {
        #[test]
        fn no_row_makes_it_panic(cells in proptest::collection::vec("[^\"\r\n]{0,12}", 8)) {
            let row: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
            let reading = reading(&row.join(","));
            proptest::prop_assert_eq!(reading.accepted.len() + reading.refused.len(), 1);
        }
    }
}
