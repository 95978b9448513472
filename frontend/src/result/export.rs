//! The keys of a result that exporters read.

use std::collections::BTreeMap;

use buildkit_llb::Platform;
use buildkit_proto::gateway::{Ref, RefMap, Result as GatewayResult, result};
use serde_json::json;

use super::annotations;

/// One platform's result.
#[derive(Clone, Debug, PartialEq)]
pub struct Built {
    /// The platform.
    pub platform: Platform,
    /// The id of the solved result; `None` is the empty file system.
    pub reference: Option<String>,
    /// The image's configuration as JSON; `None` where files and no image come out.
    pub config: Option<Vec<u8>>,
    /// The base image's configuration, by which an exporter tells the base's layers from ours.
    pub base_config: Option<Vec<u8>>,
}

/// Assembles the answer of the build.
///
/// One platform that was not asked for as a map is a plain reference: exporters that cannot write an index refuse a
/// map even of one. `annotates` says that the engine can write annotations. Source: `exporter/containerimage/exptypes` of BuildKit.
#[must_use]
pub fn metadata(built: Vec<Built>, as_map: bool, epoch: Option<u64>, annotates: bool) -> GatewayResult {
    let mut metadata: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let platforms: Vec<_> = built.iter().map(|one| platform_json(&one.platform)).collect();
    metadata.insert("refs.platforms".to_owned(), json!({ "Platforms": platforms }).to_string().into_bytes());
    if let Some(epoch) = epoch {
        metadata.insert("source.date.epoch".to_owned(), epoch.to_string().into_bytes());
    }
    let as_map = as_map || built.len() > 1;
    // In an index, a client that names a platform is heard before us only if we name none.
    let said: Vec<_> = built.iter().map(annotations_of).collect();
    let is_common = said.windows(2).all(|two| two.first() == two.last());
    let mut references = BTreeMap::new();
    for (one, annotations) in built.into_iter().zip(said) {
        let id = one.platform.to_string();
        let suffix = if as_map { format!("/{id}") } else { String::new() };
        if let Some(config) = one.config {
            metadata.insert(format!("containerimage.config{suffix}"), config);
        }
        if let Some(config) = one.base_config {
            metadata.insert(format!("containerimage.base.config{suffix}"), config);
        }
        let platform = if is_common { String::new() } else { format!("[{id}]") };
        for (key, value) in annotations.into_iter().filter(|_| annotates) {
            metadata.insert(format!("annotation-manifest{platform}.{key}"), value.into_bytes());
        }
        if let Some(reference) = one.reference {
            references.insert(id, Ref { id: reference, def: None });
        }
    }
    let result = if as_map {
        Some(result::Result::Refs(RefMap { refs: references.into_iter().collect() }))
    } else {
        references.into_values().next().map(result::Result::Ref)
    };
    GatewayResult { metadata: metadata.into_iter().collect(), result, ..GatewayResult::default() }
}

fn annotations_of(built: &Built) -> BTreeMap<String, String> {
    built.config.as_deref().map(annotations).unwrap_or_default()
}

fn platform_json(platform: &Platform) -> serde_json::Value {
    let mut description = json!({"architecture": platform.architecture(), "os": platform.os()});
    if let Some(object) = description.as_object_mut().filter(|_| !platform.variant().is_empty()) {
        object.insert("variant".to_owned(), json!(platform.variant()));
    }
    json!({"ID": platform.to_string(), "Platform": description})
}

#[cfg(test)]
mod tests {
    use super::{Built, metadata};

    const KEY: &str = "org.opencontainers.image.base.name";

    fn built(platform: &str, base: &str) -> Built {
        Built {
            platform: platform.parse().unwrap(),
            reference: None,
            config: Some(format!(r#"{{"config":{{"Labels":{{"{KEY}":"{base}"}}}}}}"#).into_bytes()),
            base_config: None,
        }
    }

    #[test]
    fn an_annotation_names_platforms_only_where_they_differ() {
        let keys = |built: Vec<Built>| {
            let mut keys: Vec<String> = metadata(built, false, None, true).metadata.into_keys().collect();
            keys.retain(|key| key.starts_with("annotation"));
            keys.sort();
            keys
        };
        assert_eq!(keys(vec![built("linux/amd64", "a")]), [format!("annotation-manifest.{KEY}")]);
        let (one, same, other) =
            (built("linux/amd64", "a"), built("linux/arm64", "a"), built("linux/arm64", "b"));
        assert_eq!(keys(vec![one.clone(), same]), [format!("annotation-manifest.{KEY}")]);
        assert_eq!(
            keys(vec![one, other]),
            ["linux/amd64", "linux/arm64"].map(|platform| format!("annotation-manifest[{platform}].{KEY}"))
        );
    }
}
