//! `build.linker`: the program that links, in place of the compiler's own choice.
//!
//! The C compiler is asked for it, as rustc has it link: `-fuse-ld=NAME` looks for `ld.NAME` in the directories that `-B`
//! names. The agent puts the program there under that name, which works for a compiler of another platform and for a
//! linker that the compiler has never heard of.

use serde::Serialize;

use super::native::Names;
use super::{Chosen, paths};
use crate::config::{Config, Setting};
use crate::diagnostic::{Checked, Diagnostic, Findings};

/// The name for what no C compiler has a name for.
const OTHER: &str = "bfd";

/// Linkers by name: the program, the name that C compilers have for it, and the package of Debian and of Alpine.
const KNOWN: [(&str, &str, &str, Option<&str>); 5] = [
    ("lld", "ld.lld", "lld", Some("lld")),
    ("mold", "mold", "mold", Some("mold")),
    ("wild", "wild", OTHER, None),
    ("gold", "ld.gold", "gold", None),
    ("bfd", "ld.bfd", "bfd", None),
];

/// A program that links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Linker {
    /// The program, by name or by its absolute path in the toolchain image.
    pub program: Chosen<String>,
    /// What the C compiler calls it.
    pub name: String,
    /// The package that has it, where one is known.
    #[serde(skip)]
    pub package: Option<String>,
}

impl Linker {
    /// The flags for rustc.
    pub(super) fn flags(&self) -> Vec<String> {
        let arguments = [format!("-B{}", paths::LINKER), format!("-fuse-ld={}", self.name)];
        arguments.into_iter().flat_map(|argument| ["-C".to_owned(), format!("link-arg={argument}")]).collect()
    }

    /// The name under which the agent lays it down.
    #[must_use]
    pub fn file(&self) -> String {
        format!("{}/ld.{}", paths::LINKER, self.name)
    }
}

/// Chooses the linker; nothing where nobody asks.
///
/// Errors: a name that no linker has, and a path that is not absolute.
pub(super) fn choose(config: &Config) -> Checked<Option<Linker>> {
    let mut findings = Findings::default();
    let linker = config.build.linker.as_ref().and_then(|setting| {
        let linker = of(setting);
        if linker.is_none() {
            findings.push(unknown(setting));
        }
        linker
    });
    findings.finish(linker)
}

/// The packages that bring the linker that is asked for.
pub(super) fn package(config: &Config) -> Option<Chosen<Names>> {
    let linker = of(config.build.linker.as_ref()?)?;
    Some(Chosen { value: Names::everywhere(vec![linker.package?]), because: linker.program.because })
}

fn of(setting: &Setting<String>) -> Option<Linker> {
    let chosen = |program: &str| Chosen::set(program.to_owned(), &setting.origin);
    if let Some((_, program, name, package)) = KNOWN.iter().find(|(known, ..)| *known == setting.value) {
        let package = package.map(str::to_owned);
        return Some(Linker { program: chosen(program), name: (*name).to_owned(), package });
    }
    let path = setting.value.as_str();
    let file = path.rsplit('/').next().unwrap_or_default();
    // lld does what its name says, so it must be called by that.
    let name = if file.contains("lld") { "lld" } else { OTHER };
    let is_path = path.starts_with('/') && !path.contains('\0') && !file.is_empty();
    is_path.then(|| Linker { program: chosen(path), name: name.to_owned(), package: None })
}

fn unknown(setting: &Setting<String>) -> Diagnostic {
    let known: Vec<String> = KNOWN.iter().map(|(name, ..)| format!("`{name}`")).collect();
    setting.at(Diagnostic::error(format!("`build.linker` value `{}` is no linker", setting.value))).hint(
        format!(
            "It may be {}, or the absolute path of a program in the toolchain image; a linker of `.cargo/config.toml` counts \
             without it.",
            known.join(", ")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::config::{Origin, Setting};

    #[test]
    fn each_is_asked_for_by_a_name_that_the_c_compiler_knows() {
        for (value, program, name) in [
            ("lld", "ld.lld", "lld"),
            ("mold", "mold", "mold"),
            ("wild", "wild", "bfd"),
            ("/opt/bin/wild", "/opt/bin/wild", "bfd"),
            ("/opt/bin/ld.lld", "/opt/bin/ld.lld", "lld"),
        ] {
            let setting =
                Setting { value: value.to_owned(), origin: Origin::BuildArg("BUILD_LINKER".to_owned()) };
            let linker = of(&setting).unwrap();
            assert_eq!((linker.program.value.as_str(), linker.name.as_str()), (program, name), "{value}");
            assert_eq!(linker.flags()[3], format!("link-arg=-fuse-ld={name}"));
        }
    }

    #[test]
    fn what_is_no_linker_is_none() {
        for value in ["", "ld", "ldd", "bin/wild", "-x", "/", "/opt/"] {
            let setting = Setting { value: value.to_owned(), origin: Origin::BuildArg("X".to_owned()) };
            assert_eq!(of(&setting), None, "{value}");
        }
    }
}
