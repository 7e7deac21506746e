//! The workloads of the house against the machine's own limits: `make bench`, or `make bench W="W1 W3"` for some.
//!
//! What counts is CPU time a request of the server's processes and PostgreSQL's, and its ratio to the limits of the same
//! run; the load's own cost is left out. Rounds are interleaved, because machines are shared: each round measures product,
//! bare and floor of a line right after each other. README.md beside this file holds the last table.
#![expect(clippy::disallowed_types, clippy::disallowed_methods, reason = "the bench looks behind the product's doors")]

#[path = "workloads/backends.rs"]
mod backends;
#[path = "workloads/cost.rs"]
mod cost;
#[path = "workloads/everybody.rs"]
mod everybody;
#[path = "workloads/fleet.rs"]
mod fleet;
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
#[path = "workloads/rollout.rs"]
mod rollout;
#[path = "../src/commands/import/sample.rs"]
#[expect(unused_imports, reason = "its tests are not built here")]
mod sample;
#[path = "workloads/seed.rs"]
mod seed;
#[path = "workloads/sign_up.rs"]
mod sign_up;
#[path = "workloads/table.rs"]
mod table;

use std::path::PathBuf;
use std::process::ExitCode;
use tokio::signal::unix::{SignalKind, signal};

use fleet::{Fleet, Schema};
use installation::Installation;
use table::Report;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The workloads of two agencies.
const OF_TWO: [&str; 7] = ["W1", "W2", "W3", "W4", "W5", "W8", "W9"];
/// Those of a fleet, which has an installation of its own: a thousand agencies would be in the way of the others.
const OF_A_FLEET: [&str; 3] = ["W6", "W7", "W13"];

/// What to run, as `make bench` hands it over.
struct Wanted {
    workloads: Vec<String>,
    binary: PathBuf,
    limits: PathBuf,
    listings: Option<PathBuf>,
    /// Only to see that it works: a round of a second each.
    is_trial: bool,
    /// Another number of agencies than a thousand.
    fleet: Option<usize>,
}

impl Wanted {
    fn from_env() -> Result<Self, Failure> {
        let path = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
        let asked = std::env::var("W").unwrap_or_default();
        let mut workloads: Vec<String> = asked.split_whitespace().map(str::to_uppercase).collect();
        let all = [OF_TWO.as_slice(), &OF_A_FLEET].concat();
        if let Some(unknown) = workloads.iter().find(|w| !all.contains(&w.as_str())) {
            return Err(format!("there is no workload {unknown}; there are {}", all.join(" ")).into());
        }
        if workloads.is_empty() {
            workloads = all.iter().map(|workload| (*workload).to_owned()).collect();
        }
        Ok(Self {
            workloads,
            binary: path("SOBRADO_BENCH_BINARY").ok_or("SOBRADO_BENCH_BINARY is not set; `make bench` sets it")?,
            limits: path("SOBRADO_BENCH_LIMITS").ok_or("SOBRADO_BENCH_LIMITS is not set; `make bench` sets it")?,
            listings: path("SOBRADO_LISTINGS_CSV"),
            is_trial: path("TRIAL").is_some(),
            fleet: path("FLEET").map(|number| number.to_string_lossy().parse()).transpose()?,
        })
    }

    fn has(&self, workload: &str) -> bool {
        self.workloads.iter().any(|w| w == workload)
    }

    fn has_some(&self, of: &[&str]) -> bool {
        of.iter().any(|workload| self.has(workload))
    }

    /// Neither some of these workloads, nor a trial, nor another fleet is a table for the house's memory.
    fn is_kept(&self, of: &[&str]) -> bool {
        of.iter().all(|workload| self.has(workload)) && !self.is_trial && self.fleet.is_none()
    }
}

fn main() -> ExitCode {
    match tokio::runtime::Runtime::new().map_err(Failure::from).and_then(|runtime| runtime.block_on(bench())) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("bench: {error}{}", causes(&*error));
            ExitCode::FAILURE
        }
    }
}

/// What lies behind an error.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.map(|cause| format!(": {cause}")).collect()
}

/// Measures until the end or until told to stop; what was started is stopped in both cases.
async fn bench() -> Result<ExitCode, Failure> {
    let wanted = Wanted::from_env()?;
    let mut is_floor_too_slow = false;
    if wanted.has_some(&OF_TWO) {
        let mut report = Report::begin();
        in_a_house(&wanted, async |house| measure(house, &wanted, &mut report).await).await?;
        report.tell(wanted.is_kept(&OF_TWO).then_some("two agencies"))?;
        is_floor_too_slow = report.is_floor_too_slow();
    }
    if wanted.has_some(&OF_A_FLEET) {
        let mut report = Report::begin();
        in_a_house(&wanted, async |house| measure_fleet(house, &wanted, &mut report).await).await?;
        report.tell(wanted.is_kept(&OF_A_FLEET).then_some("a fleet"))?;
    }
    Ok(if is_floor_too_slow { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Measures in an installation of its own, and stops what was started there.
async fn in_a_house(
    wanted: &Wanted,
    measure: impl AsyncFnOnce(&mut Installation) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut house = Installation::make(&wanted.binary).await?;
    let measured = tokio::select! {
        measured = measure(&mut house) => measured,
        _ = interrupt.recv() => Err("interrupted".into()),
        _ = terminate.recv() => Err("told to stop".into()),
    };
    if let Err(error) = &measured {
        eprintln!("bench: {error}{}; it is tidied up", causes(&**error));
    }
    house.close().await?;
    measured
}

async fn measure(house: &mut Installation, wanted: &Wanted, report: &mut Report) -> Result<(), Failure> {
    match &wanted.listings {
        Some(_) => println!("The listings are the real ones of SOBRADO_LISTINGS_CSV."),
        None => {
            println!("SOBRADO_LISTINGS_CSV is not set: the listings are generated, of the same columns and number.")
        }
    }
    let seeded = seed::seed(house, wanted.listings.as_deref()).await?;
    report.seeded(&seeded);
    if wanted.has("W9") {
        moments::start(house, report).await?;
    }
    house.serve(&lines::first_page(house)).await?;
    // What the import wrote is carried before anything is measured; later only one agency is written to.
    house.watch(&seeded.large).await?;
    house.carried().await?;
    house.watch(&seeded.written).await?;
    let lines = lines::lines(house, wanted).await?;
    house.serve_limits(&wanted.limits, [&seeded.small, &seeded.large, seed::COPY]).await?;
    measure::rounds(house, &lines, (report, wanted.is_trial)).await?;
    if wanted.has("W5") {
        moments::sign_ins(house, report).await?;
    }
    if wanted.has("W8") {
        moments::agencies(house, report).await?;
        sign_up::sign_ups(house, (report, wanted.is_trial)).await?;
    }
    Ok(())
}

/// What depends on how many agencies there are. They begin one file behind when there is to be a migration.
async fn measure_fleet(house: &mut Installation, wanted: &Wanted, report: &mut Report) -> Result<(), Failure> {
    let is_rollout = wanted.has("W13");
    let schema = if is_rollout { Schema::OneBefore } else { Schema::Newest };
    let mut fleet = Fleet::begin(house, schema, (wanted.fleet, wanted.is_trial))?;
    let (all, some) = fleet.size;
    fleet.make(house, some).await?;
    let few = if is_rollout { Some(rollout::crash(house, &fleet.members, wanted.is_trial).await?) } else { None };
    fleet.make(house, all - some).await?;
    report.made(fleet.members.len(), fleet.making);
    let members = fleet.members;
    if is_rollout {
        rollout::migrate(house, &members, report).await?;
    }
    let first = lines::get(&lines::storefront(house, &members[0].slug), "/", "");
    if wanted.has("W6") {
        house.serve(&first).await?;
        everybody::first_pages(house, &members, report).await?;
        house.stop_server().await?;
    }
    if wanted.has("W7") {
        everybody::in_turn(house, (&members, &first), (report, wanted.is_trial)).await?;
    }
    if let Some(took) = few {
        let with_all = rollout::crash(house, &members, wanted.is_trial).await?;
        rollout::recovered(report, (some, took), (members.len(), with_all));
    }
    Ok(())
}
