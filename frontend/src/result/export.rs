//! The keys of a result that exporters read.

use std::collections::BTreeMap;

use buildkit_llb::Platform;
use buildkit_proto::gateway::{Ref, RefMap, Result as GatewayResult, result};
use serde_json::json;

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
    /// What the image's manifest is annotated with.
    pub annotations: BTreeMap<String, String>,
}

/// Assembles the answer of the build.
///
/// One platform that was not asked for as a map is a plain reference: exporters that cannot write an index refuse a
/// map even of one. Source: `exporter/containerimage/exptypes` of BuildKit.
#[must_use]
pub fn metadata(built: Vec<Built>, as_map: bool, epoch: Option<u64>) -> GatewayResult {
    let mut metadata: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let platforms: Vec<_> = built.iter().map(|one| platform_json(&one.platform)).collect();
    metadata.insert("refs.platforms".to_owned(), json!({ "Platforms": platforms }).to_string().into_bytes());
    if let Some(epoch) = epoch {
        metadata.insert("source.date.epoch".to_owned(), epoch.to_string().into_bytes());
    }
    let as_map = as_map || built.len() > 1;
    // The engine puts ours before the client's, unless the client names a platform and we do not.
    let is_common = built.windows(2).all(|two| two.first().map(annotations) == two.last().map(annotations));
    let mut references = BTreeMap::new();
    for one in built {
        let id = one.platform.to_string();
        let suffix = if as_map { format!("/{id}") } else { String::new() };
        if let Some(config) = one.config {
            metadata.insert(format!("containerimage.config{suffix}"), config);
        }
        if let Some(config) = one.base_config {
            metadata.insert(format!("containerimage.base.config{suffix}"), config);
        }
        let platform = if is_common { String::new() } else { format!("[{id}]") };
        for (key, value) in one.annotations {
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

fn annotations(built: &Built) -> &BTreeMap<String, String> {
    &built.annotations
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
    use std::collections::BTreeMap;

    use super::{Built, metadata};

    fn built(platform: &str, base: &str) -> Built {
        Built {
            platform: platform.parse().unwrap(),
            reference: None,
            config: None,
            base_config: None,
            annotations: BTreeMap::from([("base".to_owned(), base.to_owned())]),
        }
    }

    #[test]
    fn an_annotation_names_platforms_only_where_they_differ() {
        let keys = |built: Vec<Built>| {
            let mut keys: Vec<String> = metadata(built, false, None).metadata.into_keys().collect();
            keys.retain(|key| key.starts_with("annotation"));
            keys.sort();
            keys
        };
        assert_eq!(keys(vec![built("linux/amd64", "a")]), ["annotation-manifest.base"]);
        let (one, same, other) =
            (built("linux/amd64", "a"), built("linux/arm64", "a"), built("linux/arm64", "b"));
        assert_eq!(keys(vec![one.clone(), same]), ["annotation-manifest.base"]);
        assert_eq!(
            keys(vec![one, other]),
            ["annotation-manifest[linux/amd64].base", "annotation-manifest[linux/arm64].base"]
        );
    }
}
