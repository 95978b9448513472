//! Which cache mode a build has: the one that was asked for, as far as the project allows it.

use super::Chosen;
use super::target::{Goal, Stage};
use crate::config::{CacheMode, CacheTrust, Config};
use crate::diagnostic::{Diagnostic, Findings};

/// The mode of a build.
///
/// `without_layer` says why dependencies cannot be compiled apart from the project, if they cannot: a fragment that
/// follows "because". Then a mode without the layer takes over, and a warning says so. A build that trusts nobody has no
/// cache mounts.
/// Errors: the stage `deps` in a mode that has none.
pub(super) fn choose(
    config: &Config,
    without_layer: Option<&str>,
    goal: &Goal,
    findings: &mut Findings,
) -> Chosen<CacheMode> {
    let asked = match &config.cache_mode {
        Some(setting) => Chosen::set(setting.value, &setting.origin),
        None => Chosen { value: CacheMode::default(), because: "default".to_owned() },
    };
    let mut chosen = match without_layer {
        Some(because) if asked.value.has_layer() => instead(&asked, because, findings),
        _ => asked,
    };
    if let Some(trust) = config.cache_trust.as_ref().filter(|trust| trust.value == CacheTrust::None) {
        let value = if chosen.value.has_layer() { CacheMode::Layers } else { CacheMode::None };
        chosen = Chosen { value, because: format!("`cache.trust` is `none`: {}", trust.origin) };
    }
    if *goal == Goal::Stage(Stage::Deps) && !chosen.value.has_layer() {
        findings.push(
            Diagnostic::error(format!("there is no target `deps` in cache mode `{}`", chosen.value))
                .hint(format!("The mode was chosen because: {}.", chosen.because)),
        );
    }
    chosen
}

/// The mode that keeps what `asked` keeps, but for the layer.
fn instead(asked: &Chosen<CacheMode>, because: &str, findings: &mut Findings) -> Chosen<CacheMode> {
    let value = if asked.value.has_mount() { CacheMode::Mounts } else { CacheMode::None };
    findings.push(
        Diagnostic::warning(format!(
            "the dependencies of this project are no layer of their own, because {because}"
        ))
        .hint(format!(
            "It is built as with `cache.mode = \"{value}\"`. A `[patch]` table can do what `[replace]` and `paths` do."
        )),
    );
    Chosen { value, because: because.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::config::{CacheMode, Config, Origin, Setting};
    use crate::diagnostic::Findings;
    use crate::plan::target::{Goal, Stage};

    #[test]
    fn a_project_without_a_layer_gets_the_next_best_mode_and_a_warning() {
        for (asked, without, expected, said) in [
            (CacheMode::Auto, None, CacheMode::Auto, 0),
            (CacheMode::Layers, None, CacheMode::Layers, 0),
            (CacheMode::Auto, Some("x"), CacheMode::Mounts, 1),
            (CacheMode::Layers, Some("x"), CacheMode::None, 1),
            (CacheMode::Mounts, Some("x"), CacheMode::Mounts, 0),
            (CacheMode::None, Some("x"), CacheMode::None, 0),
        ] {
            let mut findings = Findings::default();
            let origin = Origin::BuildArg("CACHE_MODE".to_owned());
            let config = Config {
                cache_mode: Some(Setting { value: asked, origin }).filter(|one| one.value != CacheMode::Auto),
                ..Config::default()
            };
            assert_eq!(choose(&config, without, &Goal::Image, &mut findings).value, expected, "{asked}");
            assert_eq!(findings.finish(()).unwrap().warnings.len(), said, "{asked}");
            let mut findings = Findings::default();
            choose(&config, without, &Goal::Stage(Stage::Deps), &mut findings);
            assert_eq!(findings.has_errors(), !expected.has_layer(), "{asked}");
        }
    }
}
