//! `image.files`: which files of the context go where in the image.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::config::{Config, FileCopy, FileRule, Setting};
use crate::diagnostic::{Diagnostic, Findings};
use crate::name::RelPath;
use crate::pattern::{PathPattern, too_many};
use crate::tree::Tree;

/// Who files belong to unless the user says otherwise: the program can read them and not change them.
const OWNER: (u32, u32) = (0, 0);

/// One copy from the context into the image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileCopied {
    /// The path in the context, or a pattern of paths.
    pub from: String,
    /// True if `from` is a pattern.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_pattern: bool,
    /// True if `from` is a directory, of which the contents are copied.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_directory: bool,
    /// The absolute path in the image; it ends in a slash if it is a directory to copy into.
    pub to: String,
    /// User and group, by number.
    pub owner: (u32, u32),
    /// Permission bits; `None` keeps those of the context.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
}

impl FileCopied {
    /// The directory in the image that is copied into, which may be there already.
    #[must_use]
    pub fn directory(&self) -> String {
        let is_one_file = !self.is_directory && !self.to.ends_with('/');
        let parent = self.to.rsplit_once('/').filter(|_| is_one_file).map(|(parent, _)| parent);
        parent.unwrap_or(&self.to).to_owned()
    }
}

/// The copies that `image.files` asks for, in its order.
///
/// `binaries` are the binaries' names and absolute paths. Errors: a path that leads outside, a pattern that matches
/// nothing, a destination that cannot be, an owner or a mode that is none.
pub(super) fn choose(
    config: &Config,
    names: &Tree,
    binaries: &BTreeMap<String, String>,
    findings: &mut Findings,
) -> Vec<FileCopied> {
    let rules = config.files.iter().flat_map(|setting| &setting.value);
    let rules = rules.filter_map(|rule| match rule {
        FileRule::Copy(rule) => Some(rule),
        FileRule::Inherited => None,
    });
    let patterns = rules.clone().map(|rule| rule.from.value.len()).sum();
    if let (Some(error), Some(setting)) = (too_many("image.files", patterns, names), &config.files) {
        findings.push(setting.at(error));
        return Vec::new();
    }
    let mut copies = Vec::new();
    for rule in rules {
        match copy(rule, names, binaries) {
            Ok((found, warnings)) => {
                copies.extend(found);
                for warning in warnings {
                    findings.push(warning);
                }
            }
            Err(error) => findings.push(error),
        }
    }
    copies
}

type Copies = (Vec<FileCopied>, Vec<Diagnostic>);

fn copy(rule: &FileCopy, names: &Tree, binaries: &BTreeMap<String, String>) -> Result<Copies, Diagnostic> {
    let to = destination(&rule.to)?;
    let owner = owner(rule.owner.as_ref())?;
    let mode = rule.mode.as_ref().map(mode).transpose()?;
    let mut copies = Vec::new();
    let mut warnings = Vec::new();
    let mut count = 0;
    if rule.from.value.is_empty() {
        return Err(wrong(&rule.from, "from", "[]", "names nothing"));
    }
    for from in &rule.from.value {
        let path = RelPath::new(from).map_err(|error| {
            wrong(&rule.from, "from", from, &error.to_string())
                .hint("Paths are seen from the root of the build context: `config/api.toml`.")
        })?;
        let found = matches(&path, &rule.from, names)?;
        let directory = found.iter().find(|path| names.is_directory(path));
        if let (Some(directory), Some(bits), Some(setting)) = (directory, mode, &rule.mode)
            && bits & 0o111 == 0
        {
            warnings.push(setting.at(
                Diagnostic::warning(format!(
                    "`image.files` gives the directories in `{directory}` the mode `{}`, with which nobody but root can look into them",
                    setting.value
                ))
                .hint("The mode is for files and directories alike, as with `COPY --chmod`: write `0755`, or name files."),
            ));
        }
        if let ([file], Some(binary)) = (found.as_slice(), binaries.values().find(|binary| to == **binary)) {
            return Err(wrong(&rule.to, "to", &to, &format!("is where the binary goes, not `{file}`"))
                .hint(format!("Choose another path than `{binary}`.")));
        }
        count += found.len();
        copies.push(FileCopied {
            from: path.as_str().to_owned(),
            is_pattern: is_pattern(&path, names),
            is_directory: directory.is_some(),
            to: to.clone(),
            owner,
            mode,
        });
    }
    if count > 1 && !to.ends_with('/') {
        return Err(wrong(&rule.to, "to", &to, &format!("is one file, and `from` names {count}"))
            .hint(format!("A directory to copy into ends in a slash: `to = \"{to}/\"`.")));
    }
    Ok((copies, warnings))
}

/// The names of the context that `path` means; at least one.
fn matches(path: &RelPath, setting: &Setting<Vec<String>>, names: &Tree) -> Result<Vec<RelPath>, Diagnostic> {
    let text = path.as_str();
    if text.split('/').any(|part| part == "**") {
        return Err(wrong(setting, "from", text, "has a `**`, which no pattern of a copy knows")
            .hint("Name the directory: everything in it is copied, at any depth."));
    }
    if !is_pattern(path, names) {
        return match names.entry(path) {
            Some(_) => Ok(vec![path.clone()]),
            None => Err(nothing(setting, text)),
        };
    }
    let pattern = PathPattern::new(&text.replace("[^", "[!")).map_err(|error| {
        wrong(setting, "from", text, &format!("is no pattern: {} at character {}", error.msg, error.pos + 1))
    })?;
    // Directories need not be listed themselves.
    let mut known = BTreeSet::new();
    for (name, _) in names.entries() {
        let mut next = Some(name.clone());
        while let Some(name) = next.filter(|name| !name.is_root()) {
            next = name.parent();
            if !known.insert(name) {
                break;
            }
        }
    }
    let found: Vec<RelPath> = known.into_iter().filter(|name| pattern.matches(name)).collect();
    if found.is_empty() { Err(nothing(setting, text)) } else { Ok(found) }
}

/// A name with a star may be a file's own name.
fn is_pattern(path: &RelPath, names: &Tree) -> bool {
    path.as_str().contains(['*', '?', '[']) && names.entry(path).is_none()
}

fn nothing(setting: &Setting<Vec<String>>, text: &str) -> Diagnostic {
    wrong(setting, "from", text, "matches nothing in the build context").hint(
        "Paths are seen from the root of the build context, and what .dockerignore leaves out is not there.",
    )
}

fn destination(to: &Setting<String>) -> Result<String, Diagnostic> {
    let text = &to.value;
    if !text.starts_with('/') {
        return Err(wrong(to, "to", text, "is not absolute").hint(format!("Write `to = \"/{text}\"`.")));
    }
    if text.contains(char::is_control) || text.split('/').any(|part| part == "..") {
        return Err(wrong(to, "to", text, "is no plain path").hint("Write it without `..`."));
    }
    Ok(text.clone())
}

/// Numbers only: the files are laid out apart from the base, where no name is known.
fn owner(setting: Option<&Setting<String>>) -> Result<(u32, u32), Diagnostic> {
    let Some(setting) = setting else { return Ok(OWNER) };
    let text = &setting.value;
    let (user, group) = text.split_once(':').unwrap_or((text, text));
    user.parse().ok().zip(group.parse().ok()).ok_or_else(|| {
        wrong(setting, "owner", text, "is no owner by number")
            .hint("Write `user` or `user:group` in numbers, such as `65532:65532`; the names of the base are not known here.")
    })
}

fn mode(setting: &Setting<String>) -> Result<u32, Diagnostic> {
    let text = &setting.value;
    let digits = text.strip_prefix("0o").unwrap_or(text);
    let is_octal =
        (3..=4).contains(&digits.len()) && digits.bytes().all(|digit| (b'0'..=b'7').contains(&digit));
    let bits = u32::from_str_radix(digits, 8).ok().filter(|_| is_octal);
    bits.ok_or_else(|| {
        wrong(setting, "mode", text, "is no mode").hint("Write octal digits: `mode = \"0644\"`.")
    })
}

/// A value of one key of an entry that cannot be.
fn wrong<T>(setting: &Setting<T>, key: &str, value: &str, fault: &str) -> Diagnostic {
    setting.at(Diagnostic::error(format!("`image.files` {key} value `{value}` {fault}")))
}

#[cfg(test)]
mod tests {
    use super::{FileCopied, choose};
    use crate::config::{Config, FileCopy, FileRule, Origin, Setting};
    use crate::diagnostic::Findings;
    use crate::name::RelPath;
    use crate::tree::{Entry, Tree};

    fn setting<T>(value: T) -> Setting<T> {
        Setting { value, origin: Origin::BuildArg("TEST".to_owned()) }
    }

    fn chosen(
        from: &[&str],
        to: &str,
        owner: Option<&str>,
        mode: Option<&str>,
    ) -> Result<Vec<FileCopied>, String> {
        let mut names = Tree::default();
        for name in
            ["config/a.toml", "config/b.toml", "config/.c.toml", "config/deep/d.toml", "web/[id].html"]
        {
            names.insert(RelPath::new(name).unwrap(), Entry::File { size: 1 });
        }
        let rule = FileRule::Copy(Box::new(FileCopy {
            from: setting(from.iter().map(|from| (*from).to_owned()).collect()),
            to: setting(to.to_owned()),
            owner: owner.map(|owner| setting(owner.to_owned())),
            mode: mode.map(|mode| setting(mode.to_owned())),
        }));
        let config = Config { files: Some(setting(vec![rule])), ..Config::default() };
        let mut findings = Findings::default();
        let binaries = [("api".to_owned(), "/usr/local/bin/api".to_owned())].into();
        let copies = choose(&config, &names, &binaries, &mut findings);
        match findings.finish(copies) {
            Ok(warned) if warned.warnings.is_empty() => Ok(warned.value),
            Ok(warned) => Err(warned.warnings[0].message.to_string()),
            Err(errors) => Err(errors[0].message.to_string()),
        }
    }

    #[test]
    fn files_directories_and_patterns_are_found() {
        for (from, is_pattern, to) in [
            ("config/a.toml", false, "/etc/api.toml"),
            ("./config/../config/a.toml", false, "/etc/"),
            ("config", false, "/etc/api"),
            ("config/*.toml", true, "/etc/api/"),
            ("*/[^b].toml", true, "/etc/"),
            ("web/[id].html", false, "/web/"),
            (".", false, "/all"),
        ] {
            let copies = chosen(&[from], to, None, None).unwrap();
            assert_eq!((copies[0].is_pattern, copies[0].owner), (is_pattern, (0, 0)), "{from}");
        }
        let copies = chosen(&["config/a.toml", "web"], "/x/", Some("1:2"), Some("0750")).unwrap();
        assert_eq!((copies.len(), copies[1].mode, copies[1].owner), (2, Some(0o750), (1, 2)));
    }

    #[test]
    fn what_cannot_be_copied_is_said() {
        for (from, to, owner, mode, expected) in [
            ("nothing/*.x", "/etc/", None, None, "matches nothing"),
            ("config/e.toml", "/etc/", None, None, "matches nothing"),
            ("../x", "/etc/", None, None, "leads outside"),
            ("/etc/passwd", "/etc/", None, None, "is absolute"),
            ("**/a.toml", "/etc/", None, None, "has a `**`"),
            ("config/[", "/etc/", None, None, "is no pattern"),
            ("config/*.toml", "/etc/api", None, None, "is one file, and `from` names 3"),
            ("config", "etc", None, None, "is not absolute"),
            ("config", "/../etc", None, None, "is no plain path"),
            ("config/a.toml", "/usr/local/bin/api", None, None, "is where the binary goes"),
            ("config", "/etc/", Some("1:2:3"), None, "is no owner"),
            ("config", "/etc/", Some("app"), None, "is no owner by number"),
            ("config", "/etc/", None, Some("rw"), "is no mode"),
            ("config", "/etc/", None, Some("0999"), "is no mode"),
            ("config", "/etc/", None, Some("0644"), "nobody but root can look"),
        ] {
            let error = chosen(&[from], to, owner, mode).unwrap_err();
            assert!(error.contains(expected), "{from} {to}: {error}");
        }
        assert!(chosen(&[], "/etc/", None, None).unwrap_err().contains("names nothing"));
    }
}
