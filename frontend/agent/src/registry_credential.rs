//! This program as Cargo's credential provider: `supercargo-agent --cargo-plugin`.
//!
//! Cargo asks with the URL of an index, and a token goes to the URL that the job has for it. Variables such as
//! `CARGO_REGISTRIES_CORP_TOKEN` bind a token to a name, which other entries of the project's configuration can share.
//!
//! Every Cargo that sends tokens to download crates has this protocol: both came with 1.74.

use serde_json::{Value, json};
use supercargo_report::RegistryAccess;

use crate::access;
use crate::console;
use crate::error::Error;

/// The argument with which Cargo starts a provider.
pub(crate) const WORD: &str = "--cargo-plugin";

/// The variable with the registries of the job.
pub(crate) const REGISTRIES: &str = "SUPERCARGO_REGISTRIES";

/// Answers Cargo's requests until it closes the input.
pub(crate) fn answer() -> Result<u8, Error> {
    let registries = std::env::var(REGISTRIES).unwrap_or_default();
    let registries: Vec<RegistryAccess> = serde_json::from_str(&registries).map_err(Error::Job)?;
    console::line(&json!({"v": [1]}).to_string());
    for line in std::io::stdin().lines().map_while(Result::ok) {
        let request: Value = serde_json::from_str(&line).unwrap_or_default();
        console::line(&answer_one(&request, &registries)?.to_string());
    }
    Ok(0)
}

fn answer_one(request: &Value, registries: &[RegistryAccess]) -> Result<Value, Error> {
    if request.get("kind").is_none_or(|kind| kind != "get") {
        return Ok(json!({"Err": {"kind": "operation-not-supported"}}));
    }
    let index = request.pointer("/registry/index-url").and_then(Value::as_str).unwrap_or_default();
    let registry = registries.iter().find(|registry| plain(&registry.index) == plain(index));
    let token = registry.map(access::registry_token).transpose()?.flatten();
    Ok(match token {
        Some(token) => {
            json!({"Ok": {"kind": "get", "token": token, "cache": "session", "operation_independent": true}})
        }
        None => json!({"Err": {"kind": "not-found"}}),
    })
}

/// Returns the URL of an index without what Cargo may spell otherwise.
fn plain(url: &str) -> String {
    let url = url.strip_prefix("sparse+").unwrap_or(url).trim_end_matches('/');
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    format!("{scheme}://{}/{path}", host.to_ascii_lowercase())
}
