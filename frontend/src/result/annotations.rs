//! What a registry shows of an image without its configuration.

use std::collections::BTreeMap;

use serde_json::Value;

use super::image_config::BASE_LABELS;

/// The annotations of an image's manifest: its base's name and digest, as its labels say them.
///
/// Scanners and registries find out by them which images a new base concerns. Who takes a label away, or sets it, has
/// done so for the annotation too. Source: OCI image specification, `annotations.md`.
#[must_use]
pub fn annotations(config: &[u8]) -> BTreeMap<String, String> {
    let Ok(image) = serde_json::from_slice::<Value>(config) else { return BTreeMap::new() };
    let label = |key: &str| image.get("config")?.get("Labels")?.get(key)?.as_str().map(str::to_owned);
    BASE_LABELS.iter().filter_map(|key| Some(((*key).to_owned(), label(key)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::annotations;

    #[test]
    fn what_the_labels_say_of_the_base_is_said_again() {
        let found = annotations(
            br#"{"config": {"Labels": {"org.opencontainers.image.base.name": "debian:13", "team": "sea"}}}"#,
        );
        let found: Vec<_> = found.into_iter().collect();
        assert_eq!(found, [("org.opencontainers.image.base.name".to_owned(), "debian:13".to_owned())]);
        for config in ["", "{}", r#"{"config": null}"#, r#"{"config": {"Labels": [1]}}"#] {
            assert!(annotations(config.as_bytes()).is_empty(), "{config}");
        }
    }
}
