//! `sobrado worker`: what happens behind the pages, in a process of its own beside `serve --no-worker`, until it is told to
//! stop.

use clap::Args;
use std::process::ExitCode;
use tenancy::{Clock, Deployment, RegistryOptions};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::serve::{Told, close, end};
use crate::config::Config;
use crate::listen::Patience;
use crate::{boot, worker};

/// Do jobs, carry outboxes and finish agencies in the making
#[derive(Debug, Args)]
pub(super) struct Worker {}

impl Worker {
    pub(super) async fn run(&self, config: Config) -> anyhow::Result<ExitCode> {
        let deployment = boot::open_deployment(&config).await?;
        let result = work(&config, &deployment).await;
        deployment.close().await?;
        result.map(|()| ExitCode::SUCCESS)
    }
}

async fn work(config: &Config, deployment: &Deployment) -> anyhow::Result<()> {
    deployment.require_current().await?;
    let settings = config.settings(None);
    let (state, committed) =
        boot::open_state(deployment, config.files.clone(), settings, Clock::system(), RegistryOptions::one_by_one())
            .await?;
    let stop = CancellationToken::new();
    let mut told = Told::listen()?;
    let mut working = tokio::spawn(worker::run(
        state.house.clone(),
        deployment.provisioner().keeping(config.prepared),
        committed,
        stop.clone(),
    ));
    let heads = worker::heads::run(
        state.house.central.clone(),
        state.house.key.clone(),
        state.house.clock.clone(),
        config.data_dir.clone(),
        stop.clone(),
    );
    tokio::spawn(heads);
    tracing::info!("the worker is here");
    tokio::select! {
        ended = &mut working => anyhow::bail!("the worker ended by itself: {ended:?}"),
        _ = told.wait() => {}
    }
    tracing::info!("stopping: what is under way finishes first");
    stop.cancel();
    if let Some(mut committed) = end(working, Instant::now() + Patience::default().finish).await {
        worker::elsewhere::tell(deployment.central(), None, &mut committed).await;
    }
    close(&state.house.registry).await;
    Ok(())
}
