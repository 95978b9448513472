//! The triple that is compiled for: its CPU comes from the platform, its C library from the user, the project or the
//! toolchain image.

use cfg_expr::targets::get_builtin_target_by_triple;
use toml::Value;

use super::Chosen;
use crate::config::{Config, Origin, Setting};
use crate::diagnostic::{Checked, Diagnostic, Findings};
use crate::project::CargoConfig;

/// CPUs whose musl rustc links dynamically unless flags say otherwise, so that the result would run on no base of ours.
const DYNAMIC_MUSL: [&str; 2] = ["riscv64gc", "loongarch64"];

/// CPUs for which Rust has no standard library with musl.
const WITHOUT_MUSL: [&str; 1] = ["s390x"];

/// What makes a binary static where that is not the default.
const STATIC: &str = "+crt-static";

/// The same as flags of rustc.
pub const STATIC_FLAGS: [&str; 2] = ["-C", "target-feature=+crt-static"];

/// The triple of the compiler in the image: `gnu`, or its sibling with musl where the image is Alpine's.
#[must_use]
pub fn host(gnu: &str, image: Option<&Setting<String>>) -> String {
    if image.is_some_and(|image| is_alpine(&image.value)) { musl(gnu) } else { gnu.to_owned() }
}

/// The triple to compile for on the platform whose triple with glibc is `gnu`, or `None` where nobody asked for
/// another one than that.
pub fn choose(
    gnu: &str,
    config: &Config,
    cargo_config: Option<&CargoConfig>,
) -> Checked<Option<Chosen<String>>> {
    let mut findings = Findings::default();
    let chosen = match (&config.target, configured(cargo_config), &config.toolchain_image) {
        (Some(setting), ..) => match resolve(gnu, &setting.value) {
            Ok(triple) => Some(Chosen::set(triple, &setting.origin)),
            Err(diagnostic) => {
                findings.push(located(diagnostic, &setting.origin));
                None
            }
        },
        (None, Some((names, file)), _) => of_cargo(gnu, &names, &file, &mut findings),
        (None, None, Some(image)) if is_alpine(&image.value) => {
            Some(Chosen { value: musl(gnu), because: "the toolchain image is Alpine's".to_owned() })
        }
        (None, None, _) => None,
    };
    let chosen = chosen.filter(|chosen| chosen.value != gnu);
    if let Some(chosen) = &chosen
        && let Some(cpu) = cpu(&chosen.value).filter(|cpu| WITHOUT_MUSL.contains(cpu))
        && chosen.value.contains("musl")
    {
        findings.push(
            Diagnostic::error(format!(
                "Rust has no standard library with musl for {cpu}: `{}` ({})",
                chosen.value, chosen.because
            ))
            .hint("Write `target = \"gnu\"`, and `-C target-feature=+crt-static` in .cargo/config.toml for a static binary."),
        );
    }
    findings.finish(chosen)
}

/// Why the binaries need no library of the base, if they do not; `flags` are those that reach rustc for `triple`.
#[must_use]
pub fn statically_linked(triple: &str, flags: &[String]) -> Option<String> {
    let mut features = flags.iter().filter(|flag| flag.contains("crt-static"));
    // The last one counts, as it does for rustc.
    let flagged = features.next_back().map(|flag| flag.contains(STATIC));
    let is_default = triple.contains("musl") && cpu(triple).is_some_and(|cpu| !DYNAMIC_MUSL.contains(&cpu));
    match flagged {
        Some(true) => Some(format!("rustflags have `{STATIC}`")),
        None if is_default => Some(format!("{triple} is linked statically")),
        Some(false) | None => None,
    }
}

/// Whether binaries for `triple` would need a musl of the base, although nobody asked for that: `musl` means a static
/// binary on every CPU. `flags` are those that reach rustc.
#[must_use]
pub fn is_dynamic_musl(triple: &str, flags: &[String]) -> bool {
    let is_default = triple.contains("-musl") && cpu(triple).is_some_and(|cpu| DYNAMIC_MUSL.contains(&cpu));
    is_default && !flags.iter().any(|flag| flag.contains("crt-static"))
}

fn is_alpine(image: &str) -> bool {
    let name = image.split('@').next().unwrap_or(image);
    name.rsplit('/').next().unwrap_or(name).contains("alpine")
}

/// The same system with musl.
fn musl(gnu: &str) -> String {
    gnu.replace("-gnu", "-musl")
}

fn cpu(triple: &str) -> Option<&str> {
    triple.split('-').next()
}

/// The triple that `target` means: `gnu`, `musl`, or a triple of the same CPU.
fn resolve(gnu: &str, target: &str) -> Result<String, Diagnostic> {
    match target {
        "gnu" => return Ok(gnu.to_owned()),
        "musl" => return Ok(musl(gnu)),
        _ => {}
    }
    if !is_plain(target) {
        return Err(Diagnostic::error(format!("`{target}` is no target of the compiler"))
            .hint("Write `gnu`, `musl`, or a triple such as `x86_64-unknown-linux-musl`."));
    }
    if target.contains("-linux-") && is_same_cpu(gnu, target) {
        return Ok(target.to_owned());
    }
    let error = Diagnostic::error(format!("the target `{target}` does not run on the platform of the image"));
    Err(if target.contains("-linux-") {
        error.hint("The CPU comes from `--platform`: write `gnu` or `musl` here, and `docker buildx build --platform …`.")
    } else {
        error.hint("Images of Linux run targets of Linux: write `gnu`, `musl`, or a triple such as `x86_64-unknown-linux-musl`.")
    })
}

fn is_same_cpu(gnu: &str, triple: &str) -> bool {
    let arch = |triple: &str| get_builtin_target_by_triple(triple).map(|target| target.arch.clone());
    match (arch(gnu), arch(triple)) {
        (Some(one), Some(other)) => one == other,
        _ => cpu(gnu) == cpu(triple),
    }
}

/// A triple becomes an argument of cargo's and part of a path.
fn is_plain(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && text.split('-').count() >= 3
}

/// `build.target` of Cargo's configuration, and the file.
fn configured(config: Option<&CargoConfig>) -> Option<(Vec<String>, String)> {
    let config = config?;
    let names = match config.get(&["build", "target"])? {
        Value::String(name) => vec![name.clone()],
        Value::Array(names) => names.iter().filter_map(|name| Some(name.as_str()?.to_owned())).collect(),
        _ => return None,
    };
    (!names.is_empty()).then(|| (names, config.file.to_string()))
}

/// What `build.target` means for an image. Cargo would compile for each of the names; of them the first that runs on
/// the platform counts, else the C library of the first for Linux, whose CPU is then that of the platform.
fn of_cargo(gnu: &str, names: &[String], file: &str, findings: &mut Findings) -> Option<Chosen<String>> {
    let because = format!("build.target in {file}");
    let fits = names.iter().find_map(|name| resolve(gnu, name).ok());
    if let Some(value) = fits {
        return Some(Chosen { value, because });
    }
    if let Some(name) = names.iter().find(|name| name.contains("-linux-")) {
        let value = if name.contains("-musl") { musl(gnu) } else { gnu.to_owned() };
        return Some(Chosen { value, because: format!("{because}, for this CPU") });
    }
    findings.push(
        Diagnostic::warning(format!(
            "`build.target` in `{file}` is `{}`, which no image runs; it is compiled for `{gnu}`",
            names.join("`, `")
        ))
        .hint("Write `target = \"gnu\"` in the Dockerfile to say so."),
    );
    None
}

fn located(diagnostic: Diagnostic, origin: &Origin) -> Diagnostic {
    match origin.span() {
        Some(span) => diagnostic.at(span.clone()),
        None => diagnostic,
    }
}

#[cfg(test)]
mod tests {
    use super::{is_alpine, of_cargo, resolve, statically_linked};
    use crate::diagnostic::Findings;

    const GNU: &str = "x86_64-unknown-linux-gnu";
    const ARM: &str = "armv7-unknown-linux-gnueabihf";

    #[test]
    fn the_cpu_is_that_of_the_platform() {
        for (gnu, target, triple) in [
            (GNU, "gnu", Some(GNU)),
            (GNU, "musl", Some("x86_64-unknown-linux-musl")),
            (ARM, "musl", Some("armv7-unknown-linux-musleabihf")),
            (GNU, "x86_64-alpine-linux-musl", Some("x86_64-alpine-linux-musl")),
            (GNU, "aarch64-unknown-linux-musl", None),
            (GNU, "x86_64-pc-windows-gnu", None),
            (GNU, "--help", None),
            (GNU, "../../x-y-linux-z", None),
            (GNU, "mussel", None),
        ] {
            assert_eq!(resolve(gnu, target).ok().as_deref(), triple, "{target}");
        }
    }

    #[test]
    fn what_cargo_is_configured_for_is_the_default() {
        for (names, triple, warns) in [
            (&["x86_64-unknown-linux-musl"][..], Some("x86_64-unknown-linux-musl"), false),
            (
                &["aarch64-unknown-linux-gnu", "x86_64-unknown-linux-musl"],
                Some("x86_64-unknown-linux-musl"),
                false,
            ),
            (&["aarch64-unknown-linux-musl"], Some("x86_64-unknown-linux-musl"), false),
            (&["wasm32-unknown-unknown"], None, true),
        ] {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let mut findings = Findings::default();
            let chosen = of_cargo(GNU, &names, ".cargo/config.toml", &mut findings);
            assert_eq!(chosen.map(|chosen| chosen.value).as_deref(), triple, "{names:?}");
            assert_eq!(!findings.finish(()).unwrap().warnings.is_empty(), warns, "{names:?}");
        }
    }

    #[test]
    fn static_binaries_are_known() {
        let flags = |flags: &[&str]| flags.iter().map(|flag| (*flag).to_owned()).collect::<Vec<_>>();
        let is_static = |triple, all: &[&str]| statically_linked(triple, &flags(all)).is_some();
        assert!(!is_static(GNU, &[]));
        assert!(is_static(GNU, &["-C", "target-feature=+crt-static"]));
        assert!(is_static(GNU, &["-Ctarget-feature=+aes,+crt-static"]));
        assert!(!is_static(GNU, &["-Ctarget-feature=+crt-static", "-Ctarget-feature=-crt-static"]));
        assert!(is_static("x86_64-unknown-linux-musl", &["-Copt-level=3"]));
        assert!(!is_static("x86_64-unknown-linux-musl", &["-Ctarget-feature=-crt-static"]));
        assert!(!is_static("riscv64gc-unknown-linux-musl", &[]));
    }

    #[test]
    fn images_of_alpine_are_known_by_their_names() {
        for (image, expected) in [
            ("rust:1.95-alpine", true),
            ("docker.io/library/rust:1.95-alpine3.22@sha256:00", true),
            ("rust:1.95-bookworm", false),
            ("ghcr.io/alpine-team/rust:1", false),
        ] {
            assert_eq!(is_alpine(image), expected, "{image}");
        }
    }
}
