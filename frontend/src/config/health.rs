//! `image.healthcheck`.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Setting, Spanned};

/// `image.healthcheck` as it is written.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HealthTable {
    /// Asks over HTTP: `":8080/healthz"`. A status from 200 to 399 is well.
    pub http: Option<Spanned<String>>,
    /// Connects: `":5432"`.
    pub tcp: Option<Spanned<String>>,
    /// Runs a program of the image, which is well if it exits with 0; an empty list turns the base's check off.
    pub cmd: Option<Spanned<Vec<String>>>,
    /// How long between two checks, such as `"10s"`; Docker's default is 30 seconds.
    pub interval: Option<Spanned<String>>,
    /// How long a check may take, such as `"2s"`; Docker's default is 30 seconds.
    pub timeout: Option<Spanned<String>>,
    /// How long a failure does not count after the start, such as `"5s"`.
    pub start_period: Option<Spanned<String>>,
    /// How many failures in a row are needed; Docker's default is 3.
    pub retries: Option<Spanned<u32>>,
}

/// `image.healthcheck`, each part with its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// `http`.
    pub http: Option<Setting<String>>,
    /// `tcp`.
    pub tcp: Option<Setting<String>>,
    /// `cmd`.
    pub cmd: Option<Setting<Vec<String>>>,
    /// `interval`.
    pub interval: Option<Setting<String>>,
    /// `timeout`.
    pub timeout: Option<Setting<String>>,
    /// `start-period`.
    pub start_period: Option<Setting<String>>,
    /// `retries`.
    pub retries: Option<Setting<u32>>,
}
