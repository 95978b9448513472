//! What a feature activates, in Cargo's notation.

use std::collections::{BTreeMap, BTreeSet};

use crate::project::Package;

/// One entry of a feature's list.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FeatureValue {
    /// `name`: another feature.
    Feature(String),
    /// `dep:name`: an optional dependency.
    Dependency(String),
    /// `name/feature` and `name?/feature`: a feature of a dependency.
    Of {
        /// The dependency's key.
        dependency: String,
        /// The dependency's feature.
        feature: String,
        /// Written with `?`: only if something else activates the dependency.
        is_weak: bool,
    },
}

impl FeatureValue {
    pub(super) fn parse(text: &str) -> Self {
        if let Some((dependency, feature)) = text.split_once('/') {
            let weak = dependency.strip_suffix('?');
            return Self::Of {
                dependency: weak.unwrap_or(dependency).to_owned(),
                feature: feature.to_owned(),
                is_weak: weak.is_some(),
            };
        }
        match text.strip_prefix("dep:") {
            Some(dependency) => Self::Dependency(dependency.to_owned()),
            None => Self::Feature(text.to_owned()),
        }
    }
}

/// The features of `package`, with those that its optional dependencies imply.
pub(super) fn features_of(package: &Package) -> BTreeMap<String, Vec<FeatureValue>> {
    let mut features: BTreeMap<String, Vec<FeatureValue>> = package
        .features
        .iter()
        .map(|(name, values)| (name.clone(), values.iter().map(|value| FeatureValue::parse(value)).collect()))
        .collect();
    let named: BTreeSet<String> = features
        .values()
        .flatten()
        .filter_map(|value| match value {
            FeatureValue::Dependency(key) => Some(key.clone()),
            FeatureValue::Feature(_) | FeatureValue::Of { .. } => None,
        })
        .collect();
    for dependency in package.dependencies.iter().filter(|dependency| dependency.optional) {
        let key = &dependency.key;
        if !features.contains_key(key) && !named.contains(key) {
            features.insert(key.clone(), vec![FeatureValue::Dependency(key.clone())]);
        }
    }
    features
}
