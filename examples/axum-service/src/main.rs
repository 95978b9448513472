//! Keeps a list of things to do and serves it over HTTP.
//!
//! Here the service starts and stops; `routes` says what it answers, `store` keeps the list and
//! `webhook` tells others of new entries.

mod routes;
mod store;
mod webhook;

use std::{io::IsTerminal, net::Ipv4Addr};

use anyhow::Context;
use clap::Parser;
use reqwest::Url;
use tokio::{
    net::TcpListener,
    select,
    signal::unix::{SignalKind, signal},
};
use tracing::info;
use tracing_subscriber::EnvFilter;

use crate::{store::Store, webhook::Webhook};

/// Keeps a list of things to do and serves it over HTTP
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Port to listen on
    #[arg(long, env, default_value_t = 8080)]
    port: u16,

    /// Post every new entry to this address
    #[arg(long, env)]
    webhook: Option<Url>,

    /// What to log, as in `info` or `tower_http=debug`
    #[arg(long, env, default_value = "info,tower_http=debug")]
    log: EnvFilter,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    start_logging(args.log);

    let webhook = args.webhook.map(Webhook::new).transpose()?;
    let app = routes::router(Store::default(), webhook);
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, args.port))
        .await
        .with_context(|| format!("cannot listen on port {}", args.port))?;
    info!(version = env!("CARGO_PKG_VERSION"), address = %listener.local_addr()?, "started");

    axum::serve(listener, app)
        .with_graceful_shutdown(stop_requested()?)
        .await?;
    info!("stopped");
    Ok(())
}

/// A person reads lines, a log collector reads JSON.
fn start_logging(filter: EnvFilter) {
    let log = tracing_subscriber::fmt().with_env_filter(filter);
    if std::io::stdout().is_terminal() {
        log.init();
    } else {
        log.json().init();
    }
}

/// Waits for `docker stop` or Ctrl-C. The first process of a container gets neither unless it asks.
fn stop_requested() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
