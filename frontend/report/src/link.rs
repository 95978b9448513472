//! What the agent does about linking: before it, the program; after it, the symbols.

use serde::{Deserialize, Serialize};

/// Lays a linker down where the C compiler looks for one of its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Linker {
    /// The program, by its name on the `PATH` or by its absolute path.
    pub program: String,
    /// Absolute path of the link to it, `/…/ld.mold`.
    pub file: String,
    /// The package that has it, if one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}

/// Takes symbols and debug information out of binaries, into files that debuggers find by the link that the binaries keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Symbols {
    /// Names of programs that can do it, as `objcopy` does; the first that is there is taken.
    pub tools: Vec<String>,
}
