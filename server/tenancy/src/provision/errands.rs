//! What operators have asked for and no agency is in need of: servers, and the fleet's way to a newer schema. Done by the worker,
//! with the roles that the part which serves pages does not hold. What fails says why, and an operator tries again.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

use super::fleet::{Fleet, FleetOptions};
use super::{ProvisionError, Provisioner};
use crate::central::fleet_operations::{self, Held, Task};
use crate::central::worker_name;
use crate::doctor::sentence;
use crate::servers::{Adding, ServerError};

/// A fleet's progress is written down so many times at most.
const LINES: i64 = 50;
/// How often the end is written down when the central database does not answer, and how long is waited between.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_secs(2);

impl Provisioner {
    /// Does the next thing that was asked for: a migration, or one of the others. Says whether there was one. Called in the
    /// worker's place alone.
    ///
    /// # Errors
    /// The central database's; what was asked for and did not come about is no error here.
    pub async fn run_errand(&self, migrates: bool) -> Result<bool, sqlx::Error> {
        let claimed = fleet_operations::claim(&self.central, self.servers.key(), (&worker_name(), migrates)).await?;
        let Some(held) = claimed else { return Ok(false) };
        let outcome = match &held.task {
            Task::ServerAdd { .. } => self.add_server(&held).await.map_err(|error| sentence(&error)),
            Task::ServerCapacity { name, capacity } => {
                let set = self.servers.set_capacity(name, *capacity, held.by.clone()).await;
                set.map(|()| Some("takes as many agencies as asked".to_owned())).map_err(|error| sentence(&error))
            }
            Task::ServerDrain { name } => self.set_state(&held, (name, "draining"), "takes no agency any more").await,
            Task::ServerActivate { name } => self.set_state(&held, (name, "active"), "takes agencies again").await,
            Task::Migrate { target, only_failed } => self.migrate_all(&held, (*target, *only_failed)).await,
        };
        match &outcome {
            // It ended with what was done.
            Ok(None) => {}
            Ok(Some(said)) => self.end(&held, Ok(said)).await?,
            Err(why) => {
                tracing::error!(id = %held.id, kind = held.task.kind(), why, "what an operator asked for did not come about");
                self.end(&held, Err(why)).await?;
            }
        }
        Ok(true)
    }

    /// Writes down how it ended. Nobody else would: until another process works, it would be under way.
    async fn end(&self, held: &Held, outcome: Result<&str, &str>) -> Result<(), sqlx::Error> {
        for _ in 1..TRIES {
            match fleet_operations::finish(&self.central, held, outcome).await {
                Ok(_) => return Ok(()),
                Err(error) => tracing::warn!(id = %held.id, %error, "how it ended is not written down yet"),
            }
            tokio::time::sleep(PAUSE).await;
        }
        fleet_operations::finish(&self.central, held, outcome).await.map(drop)
    }

    async fn set_state(&self, held: &Held, (name, state): (&str, &str), said: &str) -> Result<Option<String>, String> {
        let set = self.servers.set_state(name, state, held.by.clone()).await;
        set.map(|()| Some(said.to_owned())).map_err(|error| sentence(&error))
    }

    /// Each step is written down when it is done. The last one ends the operation in its own transaction: done twice, the server
    /// would be known already.
    async fn add_server(&self, held: &Held) -> Result<Option<String>, ServerError> {
        let Task::ServerAdd { name, address, capacity } = &held.task else { return Ok(None) };
        let url = held.secret.as_deref().ok_or(ServerError::Url)?;
        let adding = Adding { name, provisioner_url: url, address: address.as_deref(), capacity: *capacity };
        let mut door = self.servers.knock(&adding).await?;
        self.note(held, ("connect", "info"), "the server lets our role in").await?;
        let findings = self.servers.make_ready(&mut door).await?;
        self.note(held, ("prepare", "info"), "roles and template are there").await?;
        for finding in findings {
            let level = if finding.is_well { "info" } else { "warning" };
            self.note(held, ("doctor", level), &format!("{}: {}", finding.check, finding.says)).await?;
        }
        self.servers.enter(door, &adding, (held.by.clone(), Some(held))).await?;
        Ok(None)
    }

    async fn note(&self, held: &Held, what: (&str, &str), message: &str) -> Result<(), sqlx::Error> {
        fleet_operations::note(&self.central, held, what, message).await.map(drop)
    }

    async fn migrate_all(&self, held: &Held, (target, only_failed): (i64, bool)) -> Result<Option<String>, String> {
        let latest = self.history.latest();
        if latest < target {
            return Err(format!(
                "this worker's program knows {latest} and no {target}: exchange it first, then try again"
            ));
        }
        let fleet = self.migrate_told(held, only_failed).await.map_err(|error| sentence(&error))?;
        let failed = fleet.agencies.iter().filter(|(_, outcome)| outcome.is_err());
        let failed: Vec<&str> = failed.map(|(slug, _)| slug.as_str()).collect();
        if let Some(stopped) = fleet.stopped {
            return Err(stopped);
        }
        match failed.as_slice() {
            [] => Ok(Some(format!("{} agencies are at {latest}", fleet.agencies.len()))),
            few => Err(format!("{} of {} agencies are not at {latest}", few.len(), fleet.agencies.len())),
        }
    }

    /// The fleet's migration, with its progress written down while it goes on.
    async fn migrate_told(&self, held: &Held, only_failed: bool) -> Result<Fleet, ProvisionError> {
        let (tell, mut heard) = mpsc::unbounded_channel();
        let last = AtomicI64::new(0);
        let told = |through: i64, all: i64| {
            let stretch = (all / LINES).max(1);
            if through == all || through - last.load(Ordering::Relaxed) >= stretch {
                last.store(through, Ordering::Relaxed);
                let _ = tell.send(format!("{through} of {all} agencies"));
            }
        };
        let options = FleetOptions { only_failed, ..FleetOptions::default() };
        let fleet = async {
            let fleet = self.migrate_fleet(&options, &told).await?;
            if fleet.stopped.is_none() {
                self.build_template().await?;
            }
            Ok::<Fleet, ProvisionError>(fleet)
        };
        tokio::pin!(fleet);
        let fleet = loop {
            tokio::select! {
                fleet = &mut fleet => break fleet?,
                Some(line) = heard.recv() => self.note(held, ("agencies", "info"), &line).await?,
            }
        };
        while let Ok(line) = heard.try_recv() {
            self.note(held, ("agencies", "info"), &line).await?;
        }
        for (slug, outcome) in &fleet.agencies {
            if let Err(why) = outcome {
                self.note(held, ("agencies", "error"), &format!("{slug}: {why}")).await?;
            }
        }
        Ok(fleet)
    }
}
