//! Whether a destructive command is meant: whoever types the slug once more says so, or says it from the start.

use anyhow::ensure;
use clap::Args;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use tenancy::central::companies::Company;

/// Whether it is meant
#[derive(Debug, Args)]
pub(in crate::commands) struct Meant {
    /// Do not ask for the slug once more; needed without a terminal
    #[arg(long)]
    force: bool,
}

impl Meant {
    /// Asks for the agency's slug. `what` ends a sentence that begins with the agency: what will come of it.
    ///
    /// # Errors
    /// When nobody can be asked, or something else was typed: nothing is to be done then.
    pub(in crate::commands) fn confirm(&self, company: &Company, what: &str) -> anyhow::Result<()> {
        if self.force {
            return Ok(());
        }
        let stdin = std::io::stdin();
        ensure!(stdin.is_terminal(), "nobody can be asked here whether it is meant: add --force");
        eprint!("{} ({}) {what}. Type its slug: ", company.slug, company.name);
        std::io::stderr().flush()?;
        let mut typed = String::new();
        stdin.lock().read_line(&mut typed)?;
        ensure!(typed.trim() == company.slug, "that is not `{}`: nothing was done", company.slug);
        Ok(())
    }
}
