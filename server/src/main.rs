//! `sobrado`: one binary for the server, the worker and every command.

use clap::Parser;
use std::process::ExitCode;
use std::time::Duration;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = server::commands::Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("sobrado: the runtime does not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(server::commands::run(arguments));
    // A thread that is stuck in a system call would be waited for, and with it whoever told us to stop.
    runtime.shutdown_timeout(Duration::from_secs(1));
    server::telemetry::end_logs();
    match ended {
        Ok(code) => code,
        Err(error) => {
            eprintln!("sobrado: {error:#}");
            ExitCode::FAILURE
        }
    }
}
