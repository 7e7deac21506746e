//! The workloads of the house against the machine's own limits: `make bench`, or `make bench W="W1 W3"` for some.
//!
//! What counts is CPU time a request of the server's processes and PostgreSQL's, and its ratio to the limits of the same
//! run; the load's own cost is left out. Rounds are interleaved, because machines are shared: each round measures product,
//! bare and floor of a line right after each other. README.md beside this file holds the last table.
#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the bench looks behind the product's doors")]

#[path = "workloads/cost.rs"]
mod cost;
#[path = "workloads/installation.rs"]
mod installation;
#[path = "workloads/lines.rs"]
mod lines;
#[path = "workloads/load.rs"]
mod load;
#[path = "workloads/measure.rs"]
mod measure;
#[path = "workloads/moments.rs"]
mod moments;
#[path = "../src/commands/import/sample.rs"]
#[expect(unused_imports, reason = "its tests are not built here")]
mod sample;
#[path = "workloads/seed.rs"]
mod seed;
#[path = "workloads/table.rs"]
mod table;

use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

use installation::Installation;
use table::Report;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The workloads that there are.
const ALL: [&str; 7] = ["W1", "W2", "W3", "W4", "W5", "W8", "W9"];

/// What to run, as `make bench` hands it over.
struct Wanted {
    workloads: Vec<String>,
    binary: PathBuf,
    limits: PathBuf,
    listings: Option<PathBuf>,
    /// Only to see that it works: a round of a second each.
    is_trial: bool,
}

impl Wanted {
    fn from_env() -> Result<Self, Failure> {
        let path = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let asked = std::env::var("W").unwrap_or_default();
        let mut workloads: Vec<String> = asked.split_whitespace().map(str::to_uppercase).collect();
        if let Some(unknown) = workloads.iter().find(|w| !ALL.contains(&w.as_str())) {
            return Err(format!("there is no workload {unknown}; there are {}", ALL.join(" ")).into());
        }
        if workloads.is_empty() {
            workloads = ALL.map(str::to_owned).to_vec();
        }
        Ok(Self {
            workloads,
            binary: path("SOBRADO_BENCH_BINARY").ok_or("SOBRADO_BENCH_BINARY is not set; `make bench` sets it")?,
            limits: path("SOBRADO_BENCH_LIMITS").ok_or("SOBRADO_BENCH_LIMITS is not set; `make bench` sets it")?,
            listings: path("SOBRADO_LISTINGS_CSV"),
            is_trial: path("TRIAL").is_some(),
        })
    }

    fn has(&self, workload: &str) -> bool {
        self.workloads.iter().any(|w| w == workload)
    }
}

fn main() -> ExitCode {
    match tokio::runtime::Runtime::new().map_err(Failure::from).and_then(|runtime| runtime.block_on(bench())) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Measures until the end or until told to stop; what was started is stopped in both cases.
async fn bench() -> Result<ExitCode, Failure> {
    let wanted = Wanted::from_env()?;
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut house = Installation::make(&wanted.binary).await?;
    let measured = tokio::select! {
        measured = measure(&mut house, &wanted) => measured,
        _ = interrupt.recv() => Err("interrupted".into()),
        _ = terminate.recv() => Err("told to stop".into()),
    };
    house.close().await?;
    let report = measured?;
    println!("{}", report.table());
    // Neither a part of the workloads nor a trial is a table for the house's memory.
    if wanted.workloads.len() == ALL.len() && !wanted.is_trial {
        report.keep()?;
    }
    for line in report.verdicts() {
        eprintln!("{line}");
    }
    Ok(if report.is_floor_too_slow() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn measure(house: &mut Installation, wanted: &Wanted) -> Result<Report, Failure> {
    match &wanted.listings {
        Some(_) => println!("The listings are the real ones of SOBRADO_LISTINGS_CSV."),
        None => {
            println!("SOBRADO_LISTINGS_CSV is not set: the listings are generated, of the same columns and number.")
        }
    }
    let mut report = Report::begin();
    let seeded = seed::seed(house, wanted.listings.as_deref()).await?;
    report.seeded(&seeded);
    if wanted.has("W9") {
        moments::start(house, &mut report).await?;
    }
    house.serve(&lines::first_page(house)).await?;
    // What the import wrote is carried before anything is measured; later only one agency is written to.
    house.watch(&seeded.large).await?;
    house.carried().await?;
    house.watch(&seeded.written).await?;
    let lines = lines::lines(house, wanted).await?;
    house.serve_limits(&wanted.limits, [&seeded.small, &seeded.large, seed::COPY]).await?;
    measure::rounds(house, &lines, (&mut report, wanted.is_trial)).await?;
    if wanted.has("W5") {
        moments::sign_ins(house, &mut report).await?;
    }
    if wanted.has("W8") {
        moments::agencies(house, &mut report).await?;
    }
    Ok(report)
}
