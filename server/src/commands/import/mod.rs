//! `sobrado tenant import`: a list of properties that an agency brings along, whole or not at all.

mod columns;
mod map;
mod numbers;
mod place;
mod report;
mod rows;
pub mod sample;
mod table;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use tenancy::{Clock, Deployment, OpenError, RegistryOptions, Routes, TenantDb, TenantId};
use tokio::sync::mpsc;

use app::error::{AppError, Clash};
use app::outside::files::to_hex;
use app::properties::db::import::{self as db, Arrival, Batch, BatchId, Listing, Undone};
use app::properties::types::Status;
use app::values::day::year;

use super::output;
use super::tenant::{Meant, find};
use crate::worker::elsewhere;
use columns::Columns;
use rows::{Reading, Standing};
use table::Table;

pub use map::Map;
pub use report::{Kind, Refused, Repeat, Report, Trouble};

/// Which file, and what is to be done with it
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The agency's slug
    slug: String,
    /// The file
    #[arg(required_unless_present = "undo")]
    file: Option<PathBuf>,
    /// What kind of file it is
    #[arg(long, required_unless_present = "undo")]
    format: Option<Format>,
    /// Which column is which field (TOML); without it the columns are called as the fields are
    #[arg(long)]
    map: Option<PathBuf>,
    /// Put on the storefront what lacks nothing; a row that says no status is then active, else a draft
    #[arg(long)]
    publish: bool,
    /// Look and report; write nothing
    #[arg(long)]
    dry_run: bool,
    /// Bring it in though the same file came in before
    #[arg(long)]
    again: bool,
    /// Take an import back: what nobody has touched since
    #[arg(long, value_name = "BATCH", conflicts_with_all = ["file", "format", "map", "publish", "dry_run", "again"])]
    undo: Option<BatchId>,
    #[command(flatten)]
    meant: Meant,
    /// As JSON
    #[arg(long)]
    json: bool,
}

/// Kinds of file
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table with a header
    Csv,
}

/// A file and its map.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// What it is called.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
    /// Which column is which field; none: the columns are called as the fields are.
    pub map: Option<&'a Map>,
}

/// What is to be done with it.
#[derive(Debug, Clone, Copy, Default)]
pub struct How {
    /// Put on the storefront what lacks nothing.
    pub publish: bool,
    /// Look and report; write nothing.
    pub dry_run: bool,
    /// Bring it in though the same file came in before.
    pub again: bool,
}

impl Import {
    pub(super) async fn run(&self, deployment: &Deployment) -> anyhow::Result<ExitCode> {
        if let Some(batch) = self.undo {
            let company = find(deployment, &self.slug).await?;
            self.meant
                .confirm(&company, &format!("will lose what batch {batch} brought in and nobody has touched since"))?;
        }
        let (db, mut committed) = open(deployment, &self.slug).await?;
        let done = match self.undo {
            Some(batch) => self.take_back(&db, batch).await,
            None => self.bring_in(&db).await,
        };
        // Nobody carries the outbox here: a server does.
        elsewhere::tell(deployment.central(), None, &mut committed).await;
        done
    }

    async fn bring_in(&self, db: &TenantDb) -> anyhow::Result<ExitCode> {
        let path = self.file.as_deref().context("which file?")?;
        let bytes = read(path).await?;
        let map = match &self.map {
            Some(path) => Some(read_map(path).await?),
            None => None,
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let file = File { name: &name, bytes: &bytes, map: map.as_ref() };
        let bar = bar();
        let how = How { publish: self.publish, dry_run: self.dry_run, again: self.again };
        let report = bring_in(db, &file, how, |written, all| {
            bar.set_length(all as u64);
            bar.set_position(written as u64);
        })
        .await;
        bar.finish_and_clear();
        let report = report.with_context(|| path.display().to_string())?;
        output::print(self.json, &json!(report), &report.lines());
        Ok(if report.imported == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    async fn take_back(&self, db: &TenantDb, batch: BatchId) -> anyhow::Result<ExitCode> {
        let (removed, kept) = undo(db, batch).await.with_context(|| format!("{batch} is not taken back"))?;
        let mut lines = vec![format!("batch {batch} is taken back: {removed} properties are gone")];
        if !kept.is_empty() {
            lines.push(format!("{} stay: people have worked on them since", kept.len()));
        }
        lines.extend(kept.iter().map(|(code, title)| format!("  {code} {title}")));
        let kept: Vec<_> = kept.iter().map(|(code, title)| json!({"code": code, "title": title})).collect();
        output::print(self.json, &json!({"batch": batch, "removed": removed, "kept": kept}), &lines);
        Ok(ExitCode::SUCCESS)
    }
}

/// Reads a file and registers what it lists: all rows that keep to the rules, in one transaction. `written` hears how many
/// of how many there are, from the beginning again when the transaction is done again.
///
/// # Errors
/// When the file is no table, the map does not fit it, the same file came in before, or the plan does not hold what it lists:
/// then nothing is written.
pub async fn bring_in(
    db: &TenantDb,
    file: &File<'_>,
    how: How,
    written: impl FnMut(usize, usize) + Send,
) -> anyhow::Result<Report> {
    let written = Mutex::new(written);
    let (mut reading, mut report) = look(file, how)?;
    report.same_as = db::find_by_file(db, &report.sha256).await?;
    if let Some(before) = report.same_as.filter(|_| !how.again && !how.dry_run) {
        return Err(came_before(before));
    }
    let chosen: Vec<String> = reading.accepted.iter().filter_map(|(_, l)| l.input.code.clone()).collect();
    reading.refuse(&db::taken_codes(db, &chosen).await?);
    if how.publish {
        let creci = app::properties::db::creci(db).await?.filter(|creci| !creci.is_empty());
        let creci = creci.context("the agency has no CRECI, and nothing is published without it: fill it in under /app/settings/store, or leave --publish out")?;
        report.unpublished = reading.publish(&creci);
    }
    let Reading { accepted, refused, warnings, repeats } = reading;
    let listings: Vec<Listing> = accepted.into_iter().map(|(_, listing)| listing).collect();
    report = Report { refused, warnings, repeats, imported: listings.len(), ..report };
    report.published = listings.iter().filter(|l| l.is_published).count();
    db::check_places(db, listings.len()).await.map_err(|error| sentence(error, listings.len()))?;
    if how.dry_run || listings.is_empty() {
        return Ok(report);
    }
    let kept = serde_json::to_value(&report)?;
    let batch = Batch {
        file_name: file.name,
        sha256: &report.sha256,
        is_again: how.again,
        rows_read: report.rows,
        rows_refused: report.refused.len(),
        report: &kept,
    };
    let all = listings.len();
    let listings = db::reserve_codes(db, listings).await.map_err(|error| sentence(error.into(), all))?;
    let arrival = db.transact(async |tx| {
        let mut done = 0;
        db::import(tx, &batch, &listings, |count| {
            done += count;
            written.lock().unwrap_or_else(PoisonError::into_inner)(done, all);
        })
        .await
    });
    match arrival.await.map_err(|error| sentence(error, all))? {
        Arrival::Now(id) => {
            let codes = ranges(listings.into_iter().map(|(code, _)| code));
            Ok(Report { batch: Some(id), codes, ..report })
        }
        Arrival::Before(before) => Err(came_before(before)),
        Arrival::Meanwhile => bail!("the same file is coming in at this moment; nothing was written"),
    }
}

fn came_before(before: BatchId) -> anyhow::Error {
    anyhow::anyhow!(
        "the same file came in before: batch {before}. Take that back with --undo {before}, or bring the file in once more \
         with --again; nothing was written"
    )
}

/// Takes an import back. How many properties are gone, and code and title of those that stay.
///
/// # Errors
/// When the agency has no such import, or it was taken back before.
pub async fn undo(db: &TenantDb, batch: BatchId) -> anyhow::Result<(u64, Vec<(String, String)>)> {
    match db.transact(async |tx| db::undo(tx, batch).await).await {
        Ok(Undone::Now { removed, kept }) => Ok((removed, kept)),
        Ok(Undone::Before(at)) => bail!("that was done before, at {at} UTC"),
        Err(AppError::NotFound) => bail!("this agency has no such import"),
        Err(error) => Err(sentence(error, 0)),
    }
}

/// What the file says, before the agency is asked anything.
fn look(file: &File<'_>, how: How) -> anyhow::Result<(Reading, Report)> {
    let table = Table::read(file.bytes, file.map.and_then(Map::delimiter))?;
    let named;
    let map = match file.map {
        Some(map) => map,
        None => {
            named = Map::of_names(&table.header)?;
            &named
        }
    };
    let columns = Columns::new(map, &table.header).context("the map does not fit the file")?;
    let year = year(Clock::system().now());
    let status = if how.publish { Status::Active } else { Status::Draft };
    let reading = rows::read(&table, &columns, Standing { year, status, numbers: map.numbers() });
    let report = Report {
        dry_run: how.dry_run,
        file: file.name.to_owned(),
        sha256: to_hex(&Sha256::digest(file.bytes)),
        rows: table.rows.len(),
        unused_columns: columns.unused(),
        ..Report::default()
    };
    Ok((reading, report))
}

/// First and last code of each prefix.
fn ranges(codes: impl Iterator<Item = String>) -> Vec<(String, String)> {
    let mut ranges = std::collections::BTreeMap::new();
    for code in codes {
        let prefix: String = code.chars().take_while(char::is_ascii_alphabetic).collect();
        ranges
            .entry(prefix)
            .and_modify(|(_, last): &mut (String, String)| last.clone_from(&code))
            .or_insert((code.clone(), code));
    }
    ranges.into_values().collect()
}

/// What a refusal means here, and what to do.
fn sentence(error: AppError, count: usize) -> anyhow::Error {
    match error {
        AppError::PlanLimit(limit) => anyhow::anyhow!(
            "the plan holds {} properties and {} are there: {count} more do not fit. Change the plan ({}), archive what is \
             not offered any more, or bring fewer rows; nothing was written",
            limit.max,
            limit.current,
            limit.upgrade
        ),
        AppError::Conflict(Clash::CodeTaken) => {
            anyhow::anyhow!(
                "somebody gave one of these codes to another property meanwhile; nothing was written: run it again"
            )
        }
        AppError::Invalid(_) => anyhow::anyhow!("the agency's CRECI was taken out meanwhile; nothing was written"),
        AppError::Unavailable => anyhow::anyhow!(
            "the agency's database cannot be reached, or somebody holds what this needs; nothing was written: run it again"
        ),
        other => anyhow::anyhow!("{other}; nothing was written"),
    }
}

/// The agency's database, and the channel that says when its outbox may hold something.
async fn open(deployment: &Deployment, slug: &str) -> anyhow::Result<(TenantDb, mpsc::UnboundedReceiver<TenantId>)> {
    let company = super::tenant::find(deployment, slug).await?;
    let routes = Routes::load(deployment.central()).await.context("the routes cannot be read")?;
    let route = routes.by_tenant(company.id).with_context(|| format!("`{slug}` is {}", company.status))?;
    let (registry, committed) = deployment.registry(&routes, RegistryOptions::one_by_one());
    let db = registry.open(&route).await.map_err(|error| match error {
        OpenError::NotActive(_) => anyhow::anyhow!("`{slug}` is {}, not active", company.status),
        other => anyhow::Error::new(other).context(format!("the database of `{slug}` was not opened")),
    })?;
    Ok((db, committed))
}

async fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let about = || path.display().to_string();
    let found = tokio::fs::metadata(path).await.with_context(about)?;
    ensure!(found.is_file(), "{} is no file", path.display());
    tokio::fs::read(path).await.with_context(about)
}

async fn read_map(path: &Path) -> anyhow::Result<Map> {
    let text = String::from_utf8(read(path).await?).with_context(|| format!("{} is not UTF-8", path.display()))?;
    Map::parse(&text).with_context(|| format!("the map {}", path.display()))
}

/// On a terminal only.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} rows")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::no_length().with_style(style)
}
