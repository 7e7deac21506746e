//! The table: every line with its limits, its ratios and whether it reached its goal. Printed, and kept in `README.md`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::process::Command;

use super::lines::{Goal, Line, Side};
use super::measure::{FEW, Figure, Key, MANY};
use super::seed::Seeded;
use super::{Failure, cost};

/// Bare's cost of the landing page where the rows of the floor were measured (performance.md), in microseconds.
const BARE_THERE: f64 = 18.0;
/// How far the floor may be above its row.
const FLOOR_MAY: f64 = 1.3;
/// How many seconds the import of the real listings may take.
const IMPORT_MOST: f64 = 30.0;
/// How many seconds the making of a fleet may take, so that the whole stays something that is run.
const MAKING_MOST: f64 = 300.0;
/// Where the kept tables lie, each between two lines that name it.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/README.md");

/// Something that is measured by itself.
pub(crate) struct Moment {
    workload: &'static str,
    name: String,
    value: String,
    goal: String,
    is_reached: bool,
}

impl Moment {
    /// A value that must not be above another.
    pub(crate) fn at_most(workload: &'static str, name: &str, value: f64, most: f64, unit: &str) -> Self {
        let (value, goal, reached) = (format!("{value:.1} {unit}"), format!("at most {most:.1} {unit}"), value <= most);
        Self { workload, name: name.to_owned(), value, goal, is_reached: reached }
    }

    /// A number of things that must not be above another. With no other known, the goal counts as missed.
    pub(crate) fn count(workload: &'static str, name: &str, value: usize, most: Option<usize>) -> Self {
        let goal = most.map_or("none known".to_owned(), |most| format!("at most {most}"));
        let is_reached = most.is_some_and(|most| value <= most);
        Self { workload, name: name.to_owned(), value: value.to_string(), goal, is_reached }
    }
}

/// The middle one.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A line as the table needs it.
struct Row {
    workload: &'static str,
    name: &'static str,
    bare: &'static str,
    /// The floor's row of performance.md.
    row: Option<f64>,
    goal: Goal,
}

/// All that was found out.
pub(crate) struct Report {
    pub(crate) figures: HashMap<Key, Vec<Figure>>,
    begun: String,
    rows: Vec<Row>,
    moments: Vec<Moment>,
    thrown_away: Vec<String>,
}

impl Report {
    pub(crate) fn begin() -> Self {
        let begun = cost::machine();
        Self { figures: HashMap::new(), begun, rows: Vec::new(), moments: Vec::new(), thrown_away: Vec::new() }
    }

    /// Told at once as well: a later workload may fail.
    pub(crate) fn moment(&mut self, moment: Moment) {
        eprintln!("{} {}: {}, {}", moment.workload, moment.name, moment.value, moment.goal);
        self.moments.push(moment);
    }

    pub(crate) fn thrown_away(&mut self, run: String) {
        eprintln!("thrown away: {run}");
        self.thrown_away.push(run);
    }

    pub(crate) fn seeded(&mut self, seeded: &Seeded) {
        let kind = if seeded.is_real { "real" } else { "generated" };
        let name = format!("import and publication of the {kind} listings: {} published", seeded.imported);
        self.moment(Moment::at_most("data", &name, seeded.import.as_secs_f64(), IMPORT_MOST, "s"));
    }

    pub(crate) fn made(&mut self, count: usize, took: std::time::Duration) {
        let each = took.as_secs_f64() * 1000.0 / count.max(1) as f64;
        let name = format!("a fleet of {count} agencies with 16 properties each, 8 at once ({each:.0} ms each)");
        self.moment(Moment::at_most("data", &name, took.as_secs_f64(), MAKING_MOST, "s"));
    }

    pub(crate) fn lines(&mut self, lines: &[Line]) {
        let row = |line: &Line| Row {
            workload: line.workload,
            name: line.name,
            bare: line.bare,
            row: line.floor.as_ref().and_then(|floor| floor.row),
            goal: line.goal,
        };
        self.rows = lines.iter().map(row).collect();
    }

    fn of(&self, name: &str, side: Side, connections: usize, what: fn(&Figure) -> f64) -> Option<(f64, f64, f64)> {
        let figures = self.figures.get(&(name.to_owned(), side, connections))?;
        let values: Vec<f64> = figures.iter().map(what).collect();
        let ends = values.iter().fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(*v), high.max(*v)));
        Some((median(&values), ends.0, ends.1))
    }

    fn cost(&self, name: &str, side: Side) -> Option<f64> {
        self.of(name, side, FEW, |figure| figure.cost).map(|(median, ..)| median)
    }

    /// What the line is to what its goal names, and what it may be.
    fn ratio(&self, row: &Row) -> (Option<f64>, f64, String) {
        let product = self.cost(row.name, Side::Product);
        let (other, most, what) = match row.goal {
            Goal::Bare(most) => (self.cost(row.bare, Side::Bare), most, "bare".to_owned()),
            Goal::Floor(most) => (self.cost(row.name, Side::Floor), most, "floor".to_owned()),
            Goal::Line(name, most) => (self.cost(name, Side::Product), most, format!("“{name}”")),
        };
        (product.zip(other).map(|(product, other)| product / other), most, format!("{most}x {what}"))
    }

    /// The floor's lines that are too far above their rows, scaled to this machine.
    fn slow_floors(&self) -> Vec<String> {
        let Some(bare) = self.cost("landing", Side::Bare) else { return Vec::new() };
        let slow = |row: &Row| {
            let (cost, most) = (self.cost(row.name, Side::Floor)?, row.row? * bare / BARE_THERE * FLOOR_MAY);
            (cost > most).then(|| format!("floor too slow: {}, {cost:.0} µs of {most:.0} µs", row.name))
        };
        self.rows.iter().filter_map(slow).collect()
    }

    pub(crate) fn is_floor_too_slow(&self) -> bool {
        !self.slow_floors().is_empty()
    }

    /// A line for each goal that was missed, and for each floor that is too slow.
    fn verdicts(&self) -> Vec<String> {
        let missed = self.rows.iter().filter_map(|row| {
            let (ratio, most, goal) = self.ratio(row);
            let ratio = ratio.filter(|ratio| *ratio > most)?;
            Some(format!("missed: {} {}, {ratio:.2} of {goal}", row.workload, row.name))
        });
        let late = self.moments.iter().filter(|moment| !moment.is_reached);
        let late = late.map(|m| format!("missed: {} {}, {}, {}", m.workload, m.name, m.value, m.goal));
        missed.chain(late).chain(self.slow_floors()).collect()
    }

    /// The table as Markdown.
    fn table(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(out, "{}; {}.", setting(), self.begun);
        if !self.rows.is_empty() {
            out.push_str(
                "\n| | CPU µs a request | product (least to most) | bare | floor | x bare | x floor | p50 / p99 ms at 16 | at 64 | goal | |\n\
                 |---|---|--:|--:|--:|--:|--:|--:|--:|---|---|\n",
            );
        }
        for row in &self.rows {
            self.write_row(&mut out, row);
        }
        out.push_str("\n| | | | goal | |\n|---|---|--:|---|---|\n");
        for m in &self.moments {
            let verdict = verdict(m.is_reached);
            let _ = writeln!(out, "| {} | {} | {} | {} | {verdict} |", m.workload, m.name, m.value, m.goal);
        }
        let lines = self.thrown_away.iter().map(|run| format!("thrown away: {run}")).chain(self.slow_floors());
        for line in lines {
            let _ = writeln!(out, "\n{line}");
        }
        out
    }

    fn write_row(&self, out: &mut String, row: &Row) {
        let number = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.0}"));
        let times = |other: Option<f64>| {
            let ratio = self.cost(row.name, Side::Product).zip(other).map(|(product, other)| product / other);
            ratio.map_or("-".to_owned(), |ratio| format!("{ratio:.2}"))
        };
        let product = self.of(row.name, Side::Product, FEW, |figure| figure.cost);
        let product = product.map_or("-".to_owned(), |(half, low, high)| format!("{half:.0} ({low:.0} to {high:.0})"));
        let latency = |connections: usize| {
            let of =
                |what: fn(&Figure) -> f64| self.of(row.name, Side::Product, connections, what).map(|(half, ..)| half);
            let both = of(|figure| figure.p50).zip(of(|figure| figure.p99));
            both.map_or("-".to_owned(), |(half, most)| format!("{half:.1} / {most:.1}"))
        };
        let (bare, floor) = (self.cost(row.bare, Side::Bare), self.cost(row.name, Side::Floor));
        let (ratio, most, goal) = self.ratio(row);
        let verdict = ratio.map_or("not measured", |ratio| verdict(ratio <= most));
        let _ = writeln!(
            out,
            "| {} | {} | {product} | {} | {} | {} | {} | {} | {} | {goal} | {verdict} |",
            row.workload,
            row.name,
            number(bare),
            number(floor),
            times(bare),
            times(floor),
            latency(FEW),
            latency(MANY),
        );
    }

    /// Prints the table and what was missed; keeps it beside the benchmarks under the name that is given.
    pub(crate) fn tell(&self, kept: Option<&str>) -> Result<(), Failure> {
        println!("{}", self.table());
        if let Some(name) = kept {
            self.keep(name)?;
        }
        for line in self.verdicts() {
            eprintln!("{line}");
        }
        Ok(())
    }

    fn keep(&self, name: &str) -> Result<(), Failure> {
        let begin = format!("<!-- the last table of {name}, written by `make bench` -->");
        let end = format!("<!-- end of the table of {name} -->");
        let lost = || format!("README.md of the benches has lost the place for the table of {name}");
        let text = std::fs::read_to_string(KEPT)?;
        let (before, rest) = text.split_once(&begin).ok_or_else(lost)?;
        let (_, after) = rest.split_once(&end).ok_or_else(lost)?;
        Ok(std::fs::write(KEPT, format!("{before}{begin}\n\n{}\n{end}{after}", self.table()))?)
    }
}

fn verdict(is_reached: bool) -> &'static str {
    if is_reached { "reached" } else { "**missed**" }
}

/// When, of what and with what.
fn setting() -> String {
    let said = |program: &str, arguments: &[&str]| {
        let output = Command::new(program).args(arguments).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned()).filter(|text| !text.is_empty())
    };
    let day = said("date", &["-u", "+%F"]).unwrap_or_default();
    let commit = said("git", &["log", "-1", "--format=%h"]).unwrap_or_default();
    let changed = said("git", &["status", "--porcelain", "--untracked-files=no"]).map_or("", |_| " and changes");
    let rust = said("rustc", &["--version"]).unwrap_or_default();
    format!("{day}, commit {commit}{changed}, {rust}")
}
