//! Tells another service of new entries.

use std::time::Duration;

use anyhow::Context;
use reqwest::{Client, Url};
use tracing::warn;

use crate::store::Todo;

/// An address that wants to know of new entries.
#[derive(Clone)]
pub struct Webhook {
    client: Client,
    url: Url,
}

impl Webhook {
    /// Prepares the connection; the address is first asked when there is something to tell.
    pub fn new(url: Url) -> anyhow::Result<Self> {
        // Fails only if a provider is installed already, and then that one serves as well.
        _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(Duration::from_secs(5))
            .build()
            .context("cannot set up the webhook's client")?;
        Ok(Self { client, url })
    }

    /// Posts the entry in the background. Whoever added it neither waits for this nor fails with it.
    pub fn announce(&self, todo: &Todo) {
        let request = self.client.post(self.url.clone()).json(todo);
        tokio::spawn(async move {
            if let Err(error) = request
                .send()
                .await
                .and_then(reqwest::Response::error_for_status)
            {
                warn!(%error, "the webhook did not take the entry");
            }
        });
    }
}
