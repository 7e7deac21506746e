//! `sobrado routes`: the access table.

use clap::Args;
use std::process::ExitCode;

use app::access::ROWS;

/// Print every route with its method, audience and permission
#[derive(Debug, Args)]
pub(super) struct Routes {
    /// As JSON
    #[arg(long)]
    json: bool,
}

impl Routes {
    pub(super) fn run(&self) -> anyhow::Result<ExitCode> {
        if self.json {
            println!("{}", serde_json::to_string_pretty(ROWS)?);
        } else {
            for row in ROWS {
                let changes = if row.mutating { "changes" } else { "" };
                println!("{:<5} {:<34} {:<32} {changes}", row.method, row.path, format!("{:?}", row.audience));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
