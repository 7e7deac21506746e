//! `sobrado routes`: the access table.

use clap::Args;
use std::process::ExitCode;

use app::access::{Access, ROWS};

use super::output;

/// Print every route with its method, audience and permission
#[derive(Debug, Args)]
pub(super) struct Routes {
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Routes {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        let line = |row: &Access| {
            let changes = if row.mutating { "changes" } else { "" };
            format!("{:<5} {:<34} {:<32} {changes}", row.method, row.path, format!("{:?}", row.audience))
        };
        let lines: Vec<String> = ROWS.iter().map(line).collect();
        output::print(self.json, &serde_json::to_value(ROWS)?, &lines);
        Ok(ExitCode::SUCCESS)
    }
}
