//! From the platform of an image to Rust's and Debian's names for it.

use buildkit_llb::Platform;

use crate::diagnostic::Diagnostic;

/// What one platform is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Names {
    /// As in `--platform`.
    pub platform: &'static str,
    /// Rust's triple with glibc.
    pub gnu: &'static str,
    /// Debian's architecture, such as `arm64`.
    pub debian: &'static str,
    /// GNU's name of the system, with which Debian's cross compilers and library directories start, such as
    /// `aarch64-linux-gnu`.
    pub system: &'static str,
}

const fn names(
    platform: &'static str,
    gnu: &'static str,
    debian: &'static str,
    system: &'static str,
) -> Names {
    Names { platform, gnu, debian, system }
}

/// Every platform that images are made for.
pub const ALL: [Names; 8] = [
    names("linux/amd64", "x86_64-unknown-linux-gnu", "amd64", "x86_64-linux-gnu"),
    names("linux/arm64", "aarch64-unknown-linux-gnu", "arm64", "aarch64-linux-gnu"),
    names("linux/arm/v7", "armv7-unknown-linux-gnueabihf", "armhf", "arm-linux-gnueabihf"),
    names("linux/386", "i686-unknown-linux-gnu", "i386", "i686-linux-gnu"),
    names("linux/ppc64le", "powerpc64le-unknown-linux-gnu", "ppc64el", "powerpc64le-linux-gnu"),
    names("linux/s390x", "s390x-unknown-linux-gnu", "s390x", "s390x-linux-gnu"),
    names("linux/riscv64", "riscv64gc-unknown-linux-gnu", "riscv64", "riscv64-linux-gnu"),
    names("linux/loong64", "loongarch64-unknown-linux-gnu", "loong64", "loongarch64-linux-gnu"),
];

impl Names {
    /// The package with the C compiler that makes code for this platform on another.
    #[must_use]
    pub fn compiler_package(&self) -> String {
        format!("gcc-{}", self.system.replace('_', "-"))
    }

    /// The package with glibc's headers and start files for that compiler.
    #[must_use]
    pub fn libc_package(&self) -> String {
        format!("libc6-dev-{}-cross", self.debian)
    }

    /// The directory of Debian's libraries for this platform below `/usr/lib`.
    #[must_use]
    pub fn library_directory(&self) -> &'static str {
        if self.debian == "i386" { "i386-linux-gnu" } else { self.system }
    }
}

/// The names of `platform`.
pub fn names_of(platform: &Platform) -> Result<&'static Names, Diagnostic> {
    let name = platform.to_string();
    ALL.iter().find(|names| names.platform == name).ok_or_else(|| {
        let known: Vec<String> = ALL.iter().map(|names| format!("`{}`", names.platform)).collect();
        let diagnostic = Diagnostic::error(format!("cannot build for platform `{name}`"));
        match name.as_str() {
            "linux/arm/v6" => diagnostic
                .hint("Debian's libraries and compilers for 32-bit ARM are made for ARMv7: build for `linux/arm/v7`."),
            _ => diagnostic.hint(format!("Rust and its official images know {}.", known.join(", "))),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{ALL, names_of};

    #[test]
    fn every_triple_is_one_of_rustcs() {
        for names in &ALL {
            assert!(cfg_expr::targets::get_builtin_target_by_triple(names.gnu).is_some(), "{names:?}");
            assert_eq!(names_of(&names.platform.parse().unwrap()), Ok(names));
        }
    }

    #[test]
    fn debians_packages_are_spelled_as_debian_does() {
        let named = |platform: &str| {
            let names = names_of(&platform.parse().unwrap()).unwrap();
            (names.compiler_package(), names.libc_package(), names.library_directory())
        };
        let strings = |gcc: &str, libc: &str, lib: &'static str| (gcc.to_owned(), libc.to_owned(), lib);
        assert_eq!(
            named("linux/amd64"),
            strings("gcc-x86-64-linux-gnu", "libc6-dev-amd64-cross", "x86_64-linux-gnu")
        );
        assert_eq!(
            named("linux/386"),
            strings("gcc-i686-linux-gnu", "libc6-dev-i386-cross", "i386-linux-gnu")
        );
    }

    #[test]
    fn a_platform_that_cannot_be_is_told_what_can() {
        let hints = |platform: &str| names_of(&platform.parse().unwrap()).unwrap_err().hints.join(" ");
        assert!(hints("linux/mips64le").contains("`linux/arm/v7`"));
        assert!(hints("linux/arm/v6").contains("ARMv7"));
    }
}
