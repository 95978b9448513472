//! Where a loader finds libraries in a file system.

use std::path::{Path, PathBuf};

use supercargo_report::Linked;

use super::root::{Found, Root};
use crate::elf::{self, Elf};

/// ELF's number of a processor, 64 or 32 bits, and the name of its directory on Debian and its relatives.
const MULTIARCH: [(u16, u8, &str); 8] = [
    (object::elf::EM_X86_64, 64, "x86_64-linux-gnu"),
    (object::elf::EM_AARCH64, 64, "aarch64-linux-gnu"),
    (object::elf::EM_ARM, 32, "arm-linux-gnueabihf"),
    (object::elf::EM_386, 32, "i386-linux-gnu"),
    (object::elf::EM_RISCV, 64, "riscv64-linux-gnu"),
    (object::elf::EM_PPC64, 64, "powerpc64le-linux-gnu"),
    (object::elf::EM_S390, 64, "s390x-linux-gnu"),
    (object::elf::EM_LOONGARCH, 64, "loongarch64-linux-gnu"),
];

/// How many files of directories one configuration may include.
const MOST_INCLUDED: usize = 100;

/// A library that was found.
#[derive(Clone, Debug)]
pub(super) struct Library {
    /// The directory in which the loader finds it, before links.
    pub(super) directory: PathBuf,
    pub(super) found: Found,
    pub(super) elf: Elf,
}

/// What a loader looks through.
#[derive(Clone, Debug)]
pub(super) struct Search<'a> {
    root: &'a Root,
    machine: u16,
    bits: u8,
    directories: Vec<PathBuf>,
}

impl<'a> Search<'a> {
    /// For what `binary` needs, which lies in `origin`.
    pub(super) fn new(root: &'a Root, binary: &Linked, origin: &str) -> Self {
        let own =
            binary.directories.iter().map(|one| one.replace("${ORIGIN}", origin).replace("$ORIGIN", origin));
        let mut directories: Vec<String> = own.collect();
        let musl =
            binary.loader.as_deref().and_then(|loader| loader.rsplit('/').next()?.strip_prefix("ld-musl-"));
        if let Some(name) = musl {
            let arch = name.split('.').next().unwrap_or(name);
            match root.text(&format!("/etc/ld-musl-{arch}.path")) {
                Some(text) => directories.extend(text.split([':', '\n']).map(str::to_owned)),
                None => directories.extend(["/lib", "/usr/local/lib", "/usr/lib"].map(str::to_owned)),
            }
        } else {
            configured(root, "/etc/ld.so.conf", &mut 0, &mut directories);
            let known = MULTIARCH
                .iter()
                .find(|(machine, bits, _)| (*machine, *bits) == (binary.machine, binary.bits));
            directories.extend(
                known.into_iter().flat_map(|(.., name)| [format!("/lib/{name}"), format!("/usr/lib/{name}")]),
            );
            directories.extend(["/lib64", "/usr/lib64", "/lib", "/usr/lib"].map(str::to_owned));
        }
        let directories =
            directories.into_iter().map(PathBuf::from).filter(|one| one.is_absolute()).collect();
        Self { root, machine: binary.machine, bits: binary.bits, directories }
    }

    /// The library `name`, for the processor that is meant.
    pub(super) fn library(&self, name: &str) -> Option<Library> {
        // A name with a slash is a path.
        let candidates: Vec<PathBuf> = if name.contains('/') {
            vec![PathBuf::from(name)]
        } else {
            self.directories.iter().map(|directory| directory.join(name)).collect()
        };
        candidates.into_iter().find_map(|path| {
            let found = self.root.find(&path)?;
            let elf = elf::read(&found.outer).ok()??;
            let fits = (elf.linked.machine, elf.linked.bits) == (self.machine, self.bits);
            let directory = path.parent().unwrap_or(Path::new("/")).to_owned();
            fits.then_some(Library { directory, found, elf })
        })
    }
}

/// The directories of a `ld.so.conf` and of what it includes.
fn configured(root: &Root, file: &str, count: &mut usize, directories: &mut Vec<String>) {
    *count += 1;
    if *count > MOST_INCLUDED {
        return;
    }
    for line in root.text(file).unwrap_or_default().lines() {
        let line = line.split('#').next().unwrap_or_default().trim();
        let Some(pattern) = line.strip_prefix("include ") else {
            directories.extend((!line.is_empty()).then(|| line.to_owned()));
            continue;
        };
        // Everybody writes `include /etc/ld.so.conf.d/*.conf`.
        let Some((directory, name)) = pattern.trim().rsplit_once('/') else { continue };
        let (start, end) = name.split_once('*').unwrap_or((name, ""));
        for entry in root.names(directory) {
            let Some(entry) = entry.to_str() else { continue };
            if entry.starts_with(start) && entry.ends_with(end) {
                configured(root, &format!("{directory}/{entry}"), count, directories);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use supercargo_report::Linked;

    use super::{Root, Search};

    #[test]
    fn directories_come_in_the_order_of_the_loader() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: &str| directory.path().join(name);
        fs::create_dir_all(at("etc/ld.so.conf.d")).unwrap();
        fs::write(at("etc/ld.so.conf"), "include /etc/ld.so.conf.d/*.conf\n/opt/lib # mine\n").unwrap();
        fs::write(at("etc/ld.so.conf.d/b.conf"), "/b\ninclude /etc/ld.so.conf\n").unwrap();
        fs::write(at("etc/ld.so.conf.d/a.txt"), "/a\n").unwrap();
        fs::write(at("etc/ld-musl-x86_64.path"), "/m:/n\n").unwrap();
        let root = Root::new(directory.path().to_str());
        let glibc = Linked {
            machine: object::elf::EM_X86_64,
            bits: 64,
            loader: Some("/lib64/ld-linux-x86-64.so.2".to_owned()),
            directories: vec!["$ORIGIN/../lib".to_owned()],
            ..Linked::default()
        };
        let found = Search::new(&root, &glibc, "/usr/local/bin").directories;
        let found: Vec<&str> = found.iter().filter_map(|one| one.to_str()).collect();
        assert_eq!(found[..2], ["/usr/local/bin/../lib", "/b"]);
        assert!(found.contains(&"/opt/lib") && !found.contains(&"/a"));
        let end = [
            "/lib/x86_64-linux-gnu",
            "/usr/lib/x86_64-linux-gnu",
            "/lib64",
            "/usr/lib64",
            "/lib",
            "/usr/lib",
        ];
        assert_eq!(found[found.len() - 6..], end);
        let musl =
            Linked { loader: Some("/lib/ld-musl-x86_64.so.1".to_owned()), directories: Vec::new(), ..glibc };
        let found = Search::new(&root, &musl, "/").directories;
        assert_eq!(found, ["/m", "/n"].map(std::path::PathBuf::from));
    }
}
