//! What cargo says in the log of a vertex.

/// A package that cargo compiled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Compiled {
    /// Its name.
    pub name: String,
    /// Its version, without the `v` that cargo writes before it.
    pub version: String,
    /// Where its sources are, for a package that is not of a registry.
    pub source: Option<String>,
}

/// The packages of cargo's `Compiling name v1.2.3 (source)` lines.
pub(super) fn compiled(log: &str) -> Vec<Compiled> {
    log.lines().filter_map(|line| parse(&without_colours(line))).collect()
}

fn parse(line: &str) -> Option<Compiled> {
    let rest = line.trim().strip_prefix("Compiling ")?;
    let (name, rest) = rest.split_once(" v")?;
    let (version, source) = match rest.split_once(" (") {
        Some((version, source)) => (version, Some(source.trim_end_matches(')').to_owned())),
        None => (rest, None),
    };
    Some(Compiled { name: name.to_owned(), version: version.trim().to_owned(), source })
}

/// The line without the sequences that colour it on a terminal.
fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after
            .find(|letter: char| letter.is_ascii_alphabetic())
            .map_or("", |end| after.get(end + 1..).unwrap_or_default());
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::{Compiled, compiled};

    #[test]
    fn packages_of_a_registry_and_of_a_folder_are_told_apart() {
        let log = "    Updating crates.io index\n   Compiling itoa v1.0.18\n\
             \u{1b}[1m\u{1b}[32m   Compiling\u{1b}[0m api v0.1.0 (/src/api)\n    Finished `release` profile\n";
        let package = |name: &str, version: &str, source: Option<&str>| Compiled {
            name: name.into(),
            version: version.into(),
            source: source.map(str::to_owned),
        };
        assert_eq!(
            compiled(log),
            [package("itoa", "1.0.18", None), package("api", "0.1.0", Some("/src/api"))]
        );
    }
}
