//! Serves the depot's parcels over HTTP.

use std::{env, net::Ipv4Addr};

use anyhow::Context;
use axum::{Json, Router, routing::get};
use db::{TABLES, Table};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use types::Parcel;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let port = match env::var("PORT") {
        Ok(port) => port.parse().context("PORT is not a port number")?,
        Err(_) => 8080,
    };
    let app = Router::new()
        .route("/", get(about))
        .route("/parcels", get(parcels))
        .route("/tables", get(tables));

    let mut terminate = signal(SignalKind::terminate())?;
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    println!("api listens on {}", listener.local_addr()?);
    axum::serve(listener, app)
        .with_graceful_shutdown(async move {
            terminate.recv().await;
        })
        .await?;
    Ok(())
}

/// The version is inherited from the workspace.
async fn about() -> &'static str {
    concat!("api ", env!("CARGO_PKG_VERSION"), "\n")
}

async fn parcels() -> Json<Vec<Parcel>> {
    Json(Parcel::at_opening())
}

/// The tables that the build script of `db` found in schema.sql.
async fn tables() -> Json<&'static [Table]> {
    Json(TABLES)
}
