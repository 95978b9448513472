//! Which unit a process that cargo starts works for, by what cargo gives it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::unit;

/// The unit that a process works for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Identity {
    /// As [`unit::of`] has it; nothing if the arguments do not say it, and then it is any unit of the package.
    pub(crate) unit: Option<String>,
    /// The package's name.
    pub(crate) package: String,
    /// The package's directory.
    pub(crate) directory: PathBuf,
}

impl Identity {
    /// That of a process with these arguments and variables, each ended by a zero byte as the kernel shows them; nothing
    /// if cargo runs it for no unit: a test, or a question to the compiler.
    pub(crate) fn of(target_dir: &Path, arguments: &[u8], variables: &[u8]) -> Option<Self> {
        let variable = |name: &str| {
            let mut all = variables.split(|byte| *byte == 0);
            all.find_map(|one| one.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
        };
        let directory = path(variable("CARGO_MANIFEST_DIR")?);
        let package = String::from_utf8_lossy(variable("CARGO_PKG_NAME")?).into_owned();
        let arguments: Vec<&[u8]> = arguments.split(|byte| *byte == 0).collect();
        let unit = if arguments.contains(&b"--crate-name".as_slice()) {
            let is_rustdoc = |name: &&[u8]| path(name).file_name() == Some(OsStr::new("rustdoc"));
            if arguments.iter().take(2).any(is_rustdoc) && arguments.contains(&b"--test".as_slice()) {
                return None;
            }
            compiled(target_dir, &arguments)
        } else {
            // These three together are what cargo gives to build scripts alone.
            variable("HOST").and(variable("NUM_JOBS"))?;
            unit::of(target_dir, &path(variable("OUT_DIR")?))
        };
        Some(Self { unit, package, directory })
    }
}

/// The unit that a compiler with these arguments makes.
fn compiled(target_dir: &Path, arguments: &[&[u8]]) -> Option<String> {
    let value = |option: &str, key: &str| {
        arguments.windows(2).find_map(|pair| match pair {
            [name, value] if *name == option.as_bytes() => value.strip_prefix(key.as_bytes()),
            _ => None,
        })
    };
    let hash = value("-C", "extra-filename=").or_else(|| value("-C", "metadata="))?;
    let hash = hash.strip_prefix(b"-").unwrap_or(hash);
    let beside = |directory: &[u8]| unit::of(target_dir, &path(directory).join(OsStr::from_bytes(hash)));
    // What rustdoc makes lies in no place of a unit's, but what it reads does.
    value("--out-dir", "").and_then(beside).or_else(|| value("-L", "dependency=").and_then(beside))
}

fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Identity;

    fn identity(arguments: &str, variables: &str) -> Option<Identity> {
        let zeroed = |text: &str| text.replace(' ', "\0").into_bytes();
        let variables = format!("CARGO_MANIFEST_DIR=/ws/a CARGO_PKG_NAME=a {variables}");
        Identity::of(Path::new("/t"), &zeroed(arguments), &zeroed(&variables))
    }

    #[test]
    fn arguments_and_variables_lead_to_the_unit() {
        const HASH: &str = "0123456789abcdef";
        let script = "HOST=x NUM_JOBS=2 OUT_DIR=/t/release/build/a-0123456789abcdef/out";
        for (arguments, variables, root) in [
            (
                format!("rustc --crate-name a --out-dir /t/release/deps -C extra-filename=-{HASH}"),
                "",
                Some("release"),
            ),
            (
                format!("/agent /bin/rustc --crate-name a --out-dir /t/x/dev/deps -C metadata={HASH}"),
                "",
                Some("x/dev"),
            ),
            (
                format!(
                    "rustdoc --crate-name a -o /t/x/doc -C metadata={HASH} -L dependency=/t/x/debug/deps"
                ),
                "",
                Some("x/debug"),
            ),
            ("rustc --crate-name a".to_owned(), "", None),
            (format!("/t/release/build/a-{HASH}/build-script-build"), script, Some("release")),
        ] {
            let expected = Identity {
                unit: root.map(|root| format!("{root}/{HASH}")),
                package: "a".to_owned(),
                directory: "/ws/a".into(),
            };
            assert_eq!(identity(&arguments, variables), Some(expected), "{arguments}");
        }
    }

    #[test]
    fn tests_and_questions_to_the_compiler_are_of_no_unit() {
        let tested =
            identity("/t/release/deps/a-0123456789abcdef", "OUT_DIR=/t/release/build/a-0123456789abcdef/out");
        assert_eq!(tested, None);
        assert_eq!(identity("rustdoc --test --crate-name a", ""), None);
        assert_eq!(Identity::of(Path::new("/t"), b"rustc\0-vV\0", b"PATH=/bin\0"), None);
    }
}
