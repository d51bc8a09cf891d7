//! The `skep` binary: reads the command line and hands over to the library.

use std::process::ExitCode;

/// Replies and requests are many short-lived buffers; mimalloc halves the time to decode them. Its version 2: version 3 keeps what
/// each of many short-lived threads has freed, twice the resident memory where tables come and go.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Before anything can open a TLS connection.
    skep::crypto::provider_install();
    skep::cli::run_process()
}
