//! Writes down, outside of the database, how far the chains of the audit log have come: one sealed line of JSON each, in a file
//! a month under `DATA_DIR/audit`. `sobrado audit verify` compares; a copy that is kept elsewhere compares better.

use anyhow::Context as _;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tenancy::central::audit_chain::{self, Anchor};
use tenancy::{CentralDb, Clock, Key};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How often.
const EVERY: Duration = Duration::from_secs(3600);

/// Where the files are.
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("audit")
}

/// Writes the heads down at once and then every hour, until the token is cancelled. Several processes may do so.
pub async fn run(central: CentralDb, key: Key, clock: Clock, data_dir: PathBuf, stop: CancellationToken) {
    while !stop.is_cancelled() {
        if let Err(error) = write_down(&central, &key, clock.now(), &data_dir).await {
            tracing::warn!(error = format!("{error:#}"), "the heads of the audit log were not written down");
        }
        super::wait(&stop, EVERY).await;
    }
}

/// Writes down the heads that have moved since they were written down this month. Says how many.
///
/// # Errors
/// The database's, and those of the disk.
pub async fn write_down(central: &CentralDb, key: &Key, now: OffsetDateTime, data_dir: &Path) -> anyhow::Result<usize> {
    let folder = folder(data_dir);
    let path = folder.join(format!("heads-{:04}-{:02}.jsonl", now.year(), u8::from(now.month())));
    let known: BTreeMap<Uuid, i64> = match fs::read_to_string(&path) {
        Ok(text) => anchors_in(&text).into_iter().map(|anchor| (anchor.chain, anchor.lines)).collect(),
        Err(error) if error.kind() == ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    };
    let moved = audit_chain::heads(central, key, &known, now).await?;
    if moved.is_empty() {
        return Ok(0);
    }
    let mut text = String::new();
    for anchor in &moved {
        text.push_str(&serde_json::to_string(anchor)?);
        text.push('\n');
    }
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    append(&path, &text).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(moved.len())
}

/// Adds whole lines, on the disk before this returns. What a crash left of a line before stays a line of its own.
fn append(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    let torn = if is_torn(&mut file)? { "\n" } else { "" };
    file.write_all(format!("{torn}{text}").as_bytes())?;
    file.sync_all()
}

fn is_torn(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// What can be read of a file; what a crash left of a line is none.
fn anchors_in(text: &str) -> Vec<Anchor> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Everything that was written down, and how many lines of it the program did not write.
///
/// # Errors
/// Those of the disk.
pub fn read(data_dir: &Path, key: &Key) -> anyhow::Result<(Vec<Anchor>, usize)> {
    let folder = folder(data_dir);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok((Vec::new(), 0)),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", folder.display())),
    };
    let mut all = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            all.extend(anchors_in(&text));
        }
    }
    let (ours, others): (Vec<Anchor>, Vec<Anchor>) = all.into_iter().partition(|anchor| anchor.is_ours(key));
    Ok((ours, others.len()))
}
