//! The one room with effects: it talks to BuildKit in the right order and decides nothing.

mod agent;
mod answer;
mod bill;
mod build;
mod definition;
mod drive;
mod environment;
mod failure;
mod files;
mod graph;
mod lockfile;
mod materials;
mod pin;
mod replaced;
mod solve;
mod unused;
mod warn;

use std::process::ExitCode;
use std::time::Instant;

use buildkit_llb::DisplayText;
use buildkit_proto::client::Bridge;
use buildkit_proto::rpc;

use environment::Environment;
use failure::Failure;

/// Serves one build: opens the gateway, drives the build and returns its result or its error.
///
/// The exit code is a failure only if the engine could not be told what happened: once it accepted an answer, a
/// failing process would make it drop that answer.
pub async fn run() -> ExitCode {
    let start = Instant::now();
    // First of all: the engine waits for the connection from before this process existed.
    let bridge = match Bridge::open().await {
        Ok(bridge) => bridge,
        Err(error) => {
            log(&chain(&error));
            return ExitCode::FAILURE;
        }
    };
    // A panic anywhere must still reach the user as an error of the build.
    let environment = Environment::read();
    let task = tokio::spawn({
        let bridge = bridge.clone();
        async move { Box::pin(drive::drive(&bridge, &environment)).await }
    });
    let outcome = task.await;
    log(&format!("planned in {} ms", start.elapsed().as_millis()));
    let answered = match outcome {
        Ok(Ok(result)) => bridge.return_result(result).await,
        Ok(Err(failure)) => bridge.return_error(failure.into_status()).await,
        Err(panic) => bridge.return_error(internal(&panic)).await,
    };
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(status) => {
            log(&format!("failed to return the result of the build: {status}"));
            ExitCode::FAILURE
        }
    }
}

fn internal(panic: &tokio::task::JoinError) -> rpc::Status {
    Failure::Internal(format!("supercargo stopped in the middle of its work: {panic}")).into_status()
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// Tells the engine's operator: standard error of a frontend ends in the engine's own log.
fn log(message: &str) {
    eprintln!("{}", DisplayText::from(format!("supercargo: {message}")));
}
