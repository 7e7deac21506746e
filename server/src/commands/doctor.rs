//! `sobrado doctor`: a line for each thing that must be so, with what to do where it is not.

use clap::Args;
use nix::sys::statvfs::statvfs;
use serde_json::json;
use std::path::Path;
use std::process::ExitCode;
use tenancy::central::alerts;
use tenancy::doctor::Finding;

use super::output;
use crate::boot;
use crate::config::Config;

/// Below this nothing is said to be well: a template, an agency's first photographs and a day of log need as much.
const ROOM: u64 = 1 << 30;

/// Look at the database server and the disk, and say what is to be done
#[derive(Debug, Args)]
pub(super) struct Doctor {
    /// As JSON
    #[arg(long)]
    json: bool,
    /// Close the alerts that are open: somebody has seen to them. They are listed once more
    #[arg(long)]
    close_alerts: bool,
}

impl Doctor {
    pub(super) async fn run(&self, config: &Config) -> anyhow::Result<ExitCode> {
        let deployment = boot::open_unprepared(config).await?;
        // Asked before the look: what happens after it stays open.
        let seen = if self.close_alerts { alerts::list_open(deployment.central()).await? } else { Vec::new() };
        let mut findings = deployment.examine().await;
        if !seen.is_empty() {
            alerts::close_seen(deployment.central(), &seen).await?;
        }
        let cluster = deployment.cluster().map(|cluster| cluster.data_directory().to_owned());
        deployment.close().await?;
        // Whatever lies below DATA_DIR is on its disk, unless somebody has arranged it otherwise.
        let elsewhere = [Some(config.files.clone()), cluster].into_iter().flatten();
        let elsewhere = elsewhere.filter(|folder| !folder.starts_with(&config.data_dir));
        for folder in std::iter::once(config.data_dir.clone()).chain(elsewhere) {
            findings.push(disk(&folder));
        }
        let mark = |finding: &Finding| if finding.is_well { "ok" } else { "TO DO" };
        let lines: Vec<String> =
            findings.iter().map(|f| format!("{:<6} {:<15} {}", mark(f), f.check, f.says)).collect();
        let values: Vec<_> =
            findings.iter().map(|f| json!({"check": f.check, "ok": f.is_well, "says": f.says})).collect();
        output::print(self.json, &json!(values), &lines);
        Ok(if findings.iter().all(|finding| finding.is_well) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// How much room there is where a folder lies, or will lie.
fn disk(folder: &Path) -> Finding {
    let there = folder.ancestors().find(|step| step.exists()).unwrap_or(Path::new("."));
    match statvfs(there) {
        Ok(stat) => room(folder, stat.blocks_available().saturating_mul(stat.fragment_size())),
        Err(error) => Finding::fault("disk", format!("{} cannot be looked at: {error}", folder.display())),
    }
}

fn room(folder: &Path, free: u64) -> Finding {
    let says = format!("{} MB free for {}", free / 1_000_000, folder.display());
    if free < ROOM { Finding::fault("disk", format!("{says}: make room")) } else { Finding::well("disk", says) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_is_nearly_full_is_a_fault() {
        assert!(!room(Path::new(".data"), ROOM - 1).is_well);
        let fine = room(Path::new(".data"), 5_000_000_000);
        assert_eq!((fine.is_well, fine.says.as_str()), (true, "5000 MB free for .data"));
    }
}
