//! `--target debug`: the image on a base with a shell.
//!
//! The base is kept as near as it can be to that of the image, because what misbehaves there must misbehave here too: distroless
//! images have a tag that adds a shell and nothing else. Any other base counts as having one, and the audit looks.

use super::Chosen;
use super::toolchain::DEBIAN;
use crate::config::{Config, REST, Setting};
use crate::diagnostic::{Diagnostic, Findings};

/// The base with a shell for an image whose base is `plain`.
///
/// Errors: a base that has none and whose sibling with one nobody knows.
pub(super) fn base(plain: Chosen<String>, config: &Config, findings: &mut Findings) -> Chosen<String> {
    if let Some(setting) = &config.debug.base {
        return Chosen::set(setting.value.clone(), &setting.origin);
    }
    if plain.value == "scratch" {
        let error = Diagnostic::error("the base of the image is `scratch`, which has no shell to look inside with").hint(
            format!("Write `debug.base = \"debian:{DEBIAN}-slim\"` under `[image]`, or `--build-arg IMAGE_DEBUG_BASE=…`."),
        );
        findings.push(config.base.as_ref().map_or(error.clone(), |setting| setting.at(error)));
        return plain;
    }
    match with_shell(&plain.value) {
        Some(value) => Chosen { because: format!("{} with a shell", plain.value), value },
        None => plain,
    }
}

/// The configuration of the image with a shell: its packages are also those that only it has.
pub(super) fn configured(mut config: Config) -> Config {
    let Some(more) = &config.debug.packages else { return config };
    let mut value = config.image_packages.map(|setting| setting.value).unwrap_or_default();
    value.extend(more.value.iter().filter(|name| *name != REST).cloned());
    config.image_packages = Some(Setting { value, origin: more.origin.clone() });
    config
}

/// The same image with a shell, by the names that distroless gives its tags: `nonroot` and `debug-nonroot`, `latest` and
/// `debug`, each perhaps with an architecture behind it. A digest names one image and leads to no other.
fn with_shell(reference: &str) -> Option<String> {
    let (directory, name) = reference.rsplit_once('/')?;
    if !directory.ends_with("/distroless") || name.contains('@') {
        return None;
    }
    let (name, tag) = name.split_once(':').unwrap_or((name, "latest"));
    let debug = match tag.strip_prefix("latest") {
        _ if tag.starts_with("debug") => return None,
        Some(architecture) => format!("debug{architecture}"),
        None => format!("debug-{tag}"),
    };
    Some(format!("{directory}/{name}:{debug}"))
}

#[cfg(test)]
mod tests {
    use super::{base, configured, with_shell};
    use crate::config::{Config, DebugConfig, Origin, Setting};
    use crate::diagnostic::Findings;
    use crate::plan::Chosen;

    #[test]
    fn tags_with_a_shell_are_known_by_their_names() {
        for (plain, debug) in [
            ("gcr.io/distroless/cc-debian12:nonroot", Some("gcr.io/distroless/cc-debian12:debug-nonroot")),
            ("gcr.io/distroless/cc-debian12", Some("gcr.io/distroless/cc-debian12:debug")),
            ("gcr.io/distroless/cc:latest-arm64", Some("gcr.io/distroless/cc:debug-arm64")),
            ("mirror:5000/distroless/base:nonroot", Some("mirror:5000/distroless/base:debug-nonroot")),
            ("gcr.io/distroless/cc-debian12:debug-nonroot", None),
            ("gcr.io/distroless/cc-debian12@sha256:00", None),
            ("debian:bookworm-slim", None),
            ("me/distroless:latest", None),
        ] {
            assert_eq!(with_shell(plain).as_deref(), debug, "{plain}");
        }
    }

    #[test]
    fn what_is_said_goes_first_and_nothing_is_not_enough() {
        let chosen = |plain: &str, config: &Config| {
            let mut findings = Findings::default();
            let plain = Chosen { value: plain.to_owned(), because: String::new() };
            let base = base(plain, config, &mut findings).value;
            findings.finish(base).map(|base| base.value).map_err(|errors| errors[0].message.to_string())
        };
        let nothing = Config::default();
        assert_eq!(chosen("alpine:3", &nothing).as_deref(), Ok("alpine:3"));
        assert!(chosen("scratch", &nothing).unwrap_err().contains("no shell"));
        let origin = Origin::BuildArg("IMAGE_DEBUG_BASE".to_owned());
        let base = Some(Setting { value: "mine".to_owned(), origin });
        let said = Config { debug: DebugConfig { base, packages: None }, ..Config::default() };
        assert_eq!(chosen("scratch", &said).as_deref(), Ok("mine"));
    }

    #[test]
    fn its_packages_come_on_top() {
        let list = |names: &[&str]| {
            let value = names.iter().map(|name| (*name).to_owned()).collect();
            Some(Setting { value, origin: Origin::BuildArg("X".to_owned()) })
        };
        let debug = DebugConfig { base: None, packages: list(&["...", "gdb"]) };
        let config = Config { image_packages: list(&["netbase"]), debug, ..Config::default() };
        assert_eq!(configured(config).image_packages.unwrap().value, ["netbase", "gdb"]);
        assert_eq!(configured(Config::default()).image_packages, None);
    }
}
