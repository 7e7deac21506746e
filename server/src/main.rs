//! `sobrado`: one binary for the server, the worker and every command.

use clap::Parser;
use std::process::ExitCode;

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
    server::telemetry::end_logs();
    match ended {
        Ok(code) => code,
        Err(error) => {
            eprintln!("sobrado: {error:#}");
            ExitCode::FAILURE
        }
    }
}
