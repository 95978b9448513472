//! Takes files from the builder, laid out as they will lie in the image.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::examine::Examined;
use super::owners;
use super::root::Root;
use crate::elf::{self, Elf};
use crate::error::Error;
use crate::files;

/// Where distroless images keep what scanners read of their packages.
const STATUS: &str = "/var/lib/dpkg/status.d";

/// Parts of a package that no program reads.
const LEFT_OUT: [&str; 4] =
    ["/usr/share/doc/", "/usr/share/man/", "/usr/share/locale/", "/usr/share/lintian/"];

/// The taking of files.
#[derive(Debug)]
pub(super) struct Taking<'a> {
    base: &'a Root,
    builder: &'a Root,
    into: &'a Path,
}

impl<'a> Taking<'a> {
    /// From `builder`, for `base`, into the directory `into`.
    pub(super) fn new(base: &'a Root, builder: &'a Root, into: &'a Path) -> Self {
        Self { base, builder, into }
    }

    /// Takes what a binary lacks, each library under the name that it is asked for with, with the packages' licences.
    pub(super) fn libraries(&mut self, examined: &Examined) -> Result<(), Error> {
        let directory = self.directory(examined.directory.as_deref().unwrap_or("/usr/lib"));
        let mut taken = BTreeSet::new();
        for (name, library) in &examined.lacking {
            taken.insert(library.found.inner.clone());
            if name.contains('/') {
                self.copy(&library.found.outer, Path::new(name))?;
                continue;
            }
            let file = library.found.inner.file_name().unwrap_or(name.as_ref());
            self.copy(&library.found.outer, &directory.join(file))?;
            if file != name.as_str() {
                self.link(Path::new(file), &directory.join(name))?;
            }
        }
        if taken.is_empty() {
            return Ok(());
        }
        owners::owners(self.builder, &taken).iter().try_for_each(|package| self.papers(package))
    }

    /// Takes every file of a package, and gives the libraries among them.
    pub(super) fn package(&mut self, package: &str) -> Result<Vec<Elf>, Error> {
        let plain = package.split([':', '=']).next().unwrap_or(package);
        let Some(names) = owners::files_of(self.builder, plain) else {
            return Err(Error::NotInBuilder { package: package.to_owned() });
        };
        let mut libraries = Vec::new();
        for name in names.iter().filter(|name| !LEFT_OUT.iter().any(|part| name.starts_with(part))) {
            let Some((parent, file)) = name.rsplit_once('/') else { continue };
            // What lies in the root are directories, and links of the system such as /lib.
            if parent.is_empty() {
                continue;
            }
            let Some(real) = self.builder.find(Path::new(parent)) else { continue };
            let (from, to) = (real.outer.join(file), real.inner.join(file));
            let Ok(metadata) = fs::symlink_metadata(&from) else { continue };
            if metadata.is_symlink() {
                let target = fs::read_link(&from).map_err(Error::file("read the link", &from))?;
                self.link(&target, &to)?;
            } else if metadata.is_file() {
                self.copy(&from, &to)?;
                libraries.extend(elf::read(&from)?);
            }
        }
        self.papers(plain)?;
        Ok(libraries)
    }

    /// Takes the licence of a package, and what scanners of an image without dpkg read of it.
    fn papers(&self, package: &str) -> Result<(), Error> {
        let licence = format!("/usr/share/doc/{package}/copyright");
        if let Some(found) = self.builder.find(Path::new(&licence)) {
            self.copy(&found.outer, Path::new(&licence))?;
        }
        if self.base.find(Path::new(STATUS)).is_some()
            && let Some(paragraph) = owners::paragraph(self.builder, package)
        {
            files::write(&self.below(&Path::new(STATUS).join(package)), paragraph.as_bytes())?;
        }
        Ok(())
    }

    /// Where the loader of the base looks even if nobody tells it: the directory of the C library, where it really is.
    fn directory(&self, libc: &str) -> PathBuf {
        let directory = if libc.starts_with("/usr/") { libc.to_owned() } else { format!("/usr{libc}") };
        let found = self.base.find(Path::new(&directory)).map(|found| found.inner);
        found.unwrap_or_else(|| PathBuf::from(directory))
    }

    fn copy(&self, from: &Path, to: &Path) -> Result<(), Error> {
        let to = self.below(to);
        files::create_parent(&to)?;
        fs::copy(from, &to).map(drop).map_err(Error::file("copy", from))
    }

    fn link(&self, target: &Path, path: &Path) -> Result<(), Error> {
        let path = self.below(path);
        files::create_parent(&path)?;
        files::remove(&path)?;
        symlink(target, &path).map_err(Error::file("link", &path))
    }

    fn below(&self, path: &Path) -> PathBuf {
        self.into.join(path.strip_prefix("/").unwrap_or(path))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::{Path, PathBuf};

    use super::Taking;
    use crate::audit::examine::Examined;
    use crate::audit::root::{Found, Root};
    use crate::audit::search::Library;
    use crate::elf::Elf;

    #[test]
    fn a_library_keeps_its_name_its_link_and_its_papers() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let write = |name: &str, text: &str| {
            fs::create_dir_all(at(name).parent().unwrap()).unwrap();
            fs::write(at(name), text).unwrap();
        };
        write("builder/usr/lib/x/libz.so.1.3", "z");
        write("builder/usr/share/doc/zlib1g/copyright", "free");
        write("builder/usr/share/doc/zlib1g/changelog", "long");
        write(
            "builder/var/lib/dpkg/info/zlib1g:amd64.list",
            "/lib\n/lib/x/libz.so.1.3\n/lib/x/libz.so.1\n/usr/share/doc/zlib1g/changelog\n",
        );
        write("builder/var/lib/dpkg/status", "Package: zlib1g\nVersion: 1\n");
        symlink("usr/lib", at("builder/lib")).unwrap();
        symlink("libz.so.1.3", at("builder/usr/lib/x/libz.so.1")).unwrap();
        fs::create_dir_all(at("base/usr/lib/x")).unwrap();
        fs::create_dir_all(at("base/var/lib/dpkg/status.d")).unwrap();
        let (base, builder) = (Root::new(at("base").to_str()), Root::new(at("builder").to_str()));
        let library = Library {
            directory: PathBuf::from("/lib/x"),
            found: Found {
                inner: PathBuf::from("/usr/lib/x/libz.so.1.3"),
                outer: at("builder/usr/lib/x/libz.so.1.3"),
            },
            elf: Elf::default(),
        };
        let examined = Examined {
            lacking: [("libz.so.1".to_owned(), library)].into(),
            directory: Some("/lib/x".to_owned()),
            ..Examined::default()
        };
        for by in ["library", "package"] {
            let into = at(by);
            let mut taking = Taking::new(&base, &builder, &into);
            match by {
                "library" => taking.libraries(&examined).unwrap(),
                _ => assert!(taking.package("zlib1g").unwrap().is_empty(), "none is an ELF file"),
            }
            assert_eq!(fs::read_to_string(into.join("usr/lib/x/libz.so.1.3")).unwrap(), "z", "{by}");
            assert_eq!(fs::read_link(into.join("usr/lib/x/libz.so.1")).unwrap(), Path::new("libz.so.1.3"));
            assert_eq!(fs::read_to_string(into.join("usr/share/doc/zlib1g/copyright")).unwrap(), "free");
            assert!(into.join("var/lib/dpkg/status.d/zlib1g").is_file());
            assert!(!into.join("usr/share/doc/zlib1g/changelog").exists() && !into.join("lib").exists());
        }
        assert!(Taking::new(&base, &builder, &at("none")).package("nosuch").is_err());
    }
}
