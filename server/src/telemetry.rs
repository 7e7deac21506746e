//! Logs as JSON lines without personal data, and metrics that never name an agency.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;
use tracing_subscriber::EnvFilter;

use crate::gathered::Gathered;

static METRICS: OnceLock<PrometheusHandle> = OnceLock::new();
static LINES: OnceLock<Gathered<std::io::Stderr>> = OnceLock::new();

/// Starts writing JSON lines to standard error, of panics too. Called once, by `main`'s commands. What is written within a
/// request or a job carries its identifier, in `spans`.
///
/// # Errors
/// When the system gives no thread to write them.
pub fn start_logs(default: &str) -> std::io::Result<()> {
    let lines = Gathered::before(std::io::stderr())?;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(true)
        .with_env_filter(filter)
        .with_writer(LINES.get_or_init(|| lines).clone())
        .try_init();
    std::panic::set_hook(Box::new(|panic| {
        let at = panic.location().map(ToString::to_string);
        // A sentence that was put together may hold what somebody typed: only one that stands in the source is told.
        let said = panic.payload().downcast_ref::<&'static str>().copied();
        tracing::error!(at, said, "a panic");
    }));
    Ok(())
}

/// Writes the lines that have gathered: the last thing that a process does.
pub fn end_logs() {
    if let Some(lines) = LINES.get() {
        lines.flush();
    }
}

/// The recorder behind `/metrics`; the first call installs it.
pub fn metrics() -> &'static PrometheusHandle {
    METRICS.get_or_init(|| {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        // A test process has one already when a second router is made: then that one counts.
        let _ = metrics::set_global_recorder(recorder);
        handle
    })
}
