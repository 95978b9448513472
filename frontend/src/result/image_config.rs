//! The image's configuration, derived from the base's.

use serde_json::{Map, Value, json};

use crate::plan::runtime::Runtime;
use buildkit_llb::{ImageRef, Platform};

/// A base image's configuration that is not what the image format says.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It is not JSON.
    #[error("the configuration of base image `{image}` is not JSON")]
    Json {
        /// The base image.
        image: String,
        /// The fault.
        #[source]
        source: serde_json::Error,
    },
}

/// The comment on history entries of ours.
const COMMENT: &str = "supercargo.v0";

/// Labels of the base's name and digest. Source: OCI image specification, `annotations.md`.
pub(super) const BASE_LABELS: [&str; 2] =
    ["org.opencontainers.image.base.name", "org.opencontainers.image.base.digest"];

/// The configuration as JSON.
///
/// It starts from the base's raw JSON, so that keys this version does not know survive; `created` and layer digests
/// are left to the exporter, and no clock is read. Docker's rules hold: an entrypoint of ours resets the base's `Cmd`.
///
/// `base` is the base's reference and configuration, or `None` for the empty image. Source: OCI image specification, `config.md`.
pub fn image_config(
    base: Option<(&str, &[u8])>,
    runtime: &Runtime,
    platform: &Platform,
) -> Result<Vec<u8>, ConfigError> {
    let error = |source| ConfigError::Json { image: runtime.base.value.clone(), source };
    let mut image: Map<String, Value> = match base {
        Some((_, bytes)) if !bytes.is_empty() => serde_json::from_slice(bytes).map_err(error)?,
        _ => Map::new(),
    };
    image.remove("created");
    image.remove("rootfs");
    image.insert("architecture".to_owned(), json!(platform.architecture()));
    image.insert("os".to_owned(), json!(platform.os()));
    if platform.variant().is_empty() {
        image.remove("variant");
    } else {
        image.insert("variant".to_owned(), json!(platform.variant()));
    }
    image.insert("rootfs".to_owned(), json!({"type": "layers", "diff_ids": []}));

    let mut config = take_object(&mut image, "config");
    config.insert("User".to_owned(), json!(runtime.user.value));
    config.insert("Env".to_owned(), json!(environment(&config, runtime)));
    config.insert("Entrypoint".to_owned(), json!(runtime.entrypoint));
    config.remove("Cmd");
    if !runtime.cmd.is_empty() {
        config.insert("Cmd".to_owned(), json!(runtime.cmd));
    }
    match &runtime.workdir {
        Some(workdir) => config.insert("WorkingDir".to_owned(), json!(workdir)),
        None => config
            .get("WorkingDir")
            .is_none_or(|value| value.as_str().unwrap_or_default().is_empty())
            .then(|| json!("/"))
            .and_then(|root| config.insert("WorkingDir".to_owned(), root)),
    };
    extend_set(&mut config, "ExposedPorts", &runtime.expose);
    extend_set(&mut config, "Volumes", &runtime.volumes);
    let mut labels = take_object(&mut config, "Labels");
    // Of the base's own base, which is not the one that this image stands on.
    labels.retain(|label, _| !BASE_LABELS.contains(&label.as_str()));
    labels.extend(base.and_then(|(reference, _)| base_labels(reference)).into_iter().flatten());
    labels.retain(|label, _| !runtime.unlabelled.contains(label));
    labels.extend(runtime.labels.iter().map(|(key, value)| (key.clone(), json!(value))));
    if !labels.is_empty() {
        config.insert("Labels".to_owned(), Value::Object(labels));
    }
    if let Some(healthcheck) = &runtime.healthcheck {
        config.insert("Healthcheck".to_owned(), healthcheck.to_docker());
    }
    if let Some(signal) = &runtime.stop_signal {
        config.insert("StopSignal".to_owned(), json!(signal));
    }
    let history = history(&mut image, runtime);
    image.insert("history".to_owned(), history);
    image.insert("config".to_owned(), Value::Object(config));
    serde_json::to_vec(&image).map_err(error)
}

/// The name and the digest of the base, where its reference has both. What stands in for an image has none.
fn base_labels(reference: &str) -> Option<[(String, Value); 2]> {
    let parsed: ImageRef = reference.parse().ok()?;
    let digest = parsed.digest()?.to_string();
    let name = reference.split_once('@').map_or(reference, |(name, _)| name);
    let [name_label, digest_label] = BASE_LABELS.map(str::to_owned);
    Some([(name_label, json!(name)), (digest_label, json!(digest))])
}

/// The object at `key`, or an empty one where there is none; configurations in the wild have `null` here.
fn take_object(parent: &mut Map<String, Value>, key: &str) -> Map<String, Value> {
    match parent.remove(key) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

/// The base's variables in their order, replaced where ours have the same name, then ours.
fn environment(config: &Map<String, Value>, runtime: &Runtime) -> Vec<String> {
    let base = config.get("Env").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let kept = base
        .filter(|variable| variable.split_once('=').is_none_or(|(name, _)| !runtime.env.contains_key(name)));
    kept.map(str::to_owned).chain(runtime.env.iter().map(|(name, value)| format!("{name}={value}"))).collect()
}

/// Adds names to one of the sets that Docker writes as objects with empty values.
fn extend_set(config: &mut Map<String, Value>, key: &str, names: &[String]) {
    if names.is_empty() {
        return;
    }
    let mut set = take_object(config, key);
    set.extend(names.iter().map(|name| (name.clone(), json!({}))));
    config.insert(key.to_owned(), Value::Object(set));
}

/// The base's history, one entry for the layer with the binaries, and one for each change of the configuration.
fn history(image: &mut Map<String, Value>, runtime: &Runtime) -> Value {
    let mut entries = match image.remove("history") {
        Some(Value::Array(entries)) => entries,
        _ => Vec::new(),
    };
    if runtime.has_libraries {
        entries.push(json!({"created_by": "COPY libraries / # supercargo", "comment": COMMENT}));
    }
    if !runtime.tools.is_empty() {
        let paths: Vec<String> = runtime.tools.iter().map(|tool| tool.path()).collect();
        entries.push(
            json!({"created_by": format!("COPY {} # supercargo tools", paths.join(" ")), "comment": COMMENT}),
        );
    }
    if !runtime.files.is_empty() {
        let froms: Vec<&str> = runtime.files.iter().map(|file| file.from.as_str()).collect();
        entries.push(
            json!({"created_by": format!("COPY {} # supercargo files", froms.join(" ")), "comment": COMMENT}),
        );
    }
    let paths: Vec<&str> = runtime.binaries.values().map(String::as_str).collect();
    entries.push(json!({"created_by": format!("COPY {} # supercargo", paths.join(" ")), "comment": COMMENT}));
    let mut empty = |created_by: String| {
        entries.push(json!({"created_by": created_by, "comment": COMMENT, "empty_layer": true}));
    };
    for (name, value) in &runtime.env {
        empty(format!("ENV {name}={value}"));
    }
    for port in &runtime.expose {
        empty(format!("EXPOSE {port}"));
    }
    empty(format!("USER {}", runtime.user.value));
    empty(format!("ENTRYPOINT {}", json!(runtime.entrypoint)));
    if !runtime.cmd.is_empty() {
        empty(format!("CMD {}", json!(runtime.cmd)));
    }
    Value::Array(entries)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use serde_json::{Value, json};

    use super::image_config;
    use crate::plan::Chosen;
    use crate::plan::runtime::Runtime;

    const REFERENCE: &str =
        "docker.io/library/base:1@sha256:0000000000000000000000000000000000000000000000000000000000000000";

    fn runtime() -> Runtime {
        let chosen = |value: &str| Chosen { value: value.to_owned(), because: String::new() };
        Runtime {
            has_libraries: false,
            has_shell: false,
            symbols: BTreeMap::new(),
            base: chosen("base"),
            user: chosen("65532:65532"),
            workdir: None,
            entrypoint: vec!["/usr/local/bin/api".to_owned()],
            cmd: Vec::new(),
            env: BTreeMap::from([("B".to_owned(), "2".to_owned())]),
            expose: vec!["8080/tcp".to_owned()],
            volumes: Vec::new(),
            labels: BTreeMap::from([("l".to_owned(), "v".to_owned())]),
            unlabelled: BTreeSet::from(["gone".to_owned()]),
            stop_signal: None,
            healthcheck: None,
            tools: BTreeSet::new(),
            files: Vec::new(),
            binaries: BTreeMap::from([("api".to_owned(), "/usr/local/bin/api".to_owned())]),
            timestamp: 0,
        }
    }

    fn derived(base: &Value) -> Value {
        let platform = "linux/arm64".parse().unwrap();
        let bytes =
            image_config(Some((REFERENCE, base.to_string().as_bytes())), &runtime(), &platform).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    #[test]
    fn the_base_is_inherited_as_docker_inherits_it() {
        let image = derived(&json!({
            "created": "2020-01-01T00:00:00Z", "architecture": "amd64", "os": "linux", "moby.custom": 1,
            "config": {"Env": ["A=1", "B=1"], "Cmd": ["sh"], "Labels": {"k": "w", "gone": "x", "org.opencontainers.image.base.name": "older"}, "Healthcheck": {"Test": ["NONE"]}},
            "history": [{"created_by": "base"}],
        }));
        assert_eq!(image["architecture"], "arm64");
        assert_eq!(image["moby.custom"], 1);
        assert_eq!(image.get("created"), None);
        let config = &image["config"];
        assert_eq!(config["Env"], json!(["A=1", "B=2"]));
        assert_eq!(config.get("Cmd"), None);
        let labels = json!({
            "k": "w", "l": "v", "org.opencontainers.image.base.name": "docker.io/library/base:1",
            "org.opencontainers.image.base.digest": format!("sha256:{}", "0".repeat(64)),
        });
        assert_eq!(config["Labels"], labels);
        assert_eq!(config["Healthcheck"], json!({"Test": ["NONE"]}));
        assert_eq!(config["WorkingDir"], "/");
        assert_eq!(config["ExposedPorts"], json!({"8080/tcp": {}}));
        let layers =
            image["history"].as_array().unwrap().iter().filter(|entry| entry.get("empty_layer").is_none());
        assert_eq!(layers.count(), 2);
    }

    #[test]
    fn configurations_with_holes_are_read() {
        for base in [
            json!({}),
            json!({"config": null, "history": null}),
            json!({"config": {"Env": null, "Labels": null}}),
        ] {
            assert_eq!(derived(&base)["config"]["Env"], json!(["B=2"]));
        }
    }
}
