//! The libraries that one binary needs, and those that they need.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};

use supercargo_report::Linked;

use super::misfit::Misfit;
use super::root::Root;
use super::search::{Library, Search};
use crate::elf::{Elf, split};

/// The two file systems.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides<'a> {
    pub(super) base: &'a Root,
    pub(super) builder: &'a Root,
    /// Where the binaries will be.
    pub(super) directory: &'a str,
}

/// What was seen of one binary.
#[derive(Clone, Debug, Default)]
pub(super) struct Examined {
    pub(super) is_static: bool,
    pub(super) misfits: Vec<Misfit>,
    /// Libraries that the base lacks, by the names that they are asked for with.
    pub(super) lacking: BTreeMap<String, Library>,
    /// The base's directory for libraries.
    pub(super) directory: Option<String>,
    /// The highest version of glibc that anything needs.
    pub(super) needs_glibc: Option<String>,
    /// The version of the base's.
    pub(super) has_glibc: Option<String>,
}

/// A library that something needs, with the versions that it must define.
struct Need {
    by: String,
    library: String,
    versions: Vec<String>,
}

impl Sides<'_> {
    /// Examines the binary `name`.
    pub(super) fn examine(&self, name: &str, binary: &Linked) -> Examined {
        let mut found = Examined { is_static: binary.is_static(), ..Examined::default() };
        if let Some(loader) = &binary.loader
            && self.base.find(loader.as_ref()).is_none()
        {
            let other = self.other_loader(loader);
            found.misfits.push(Misfit::NoLoader { binary: name.to_owned(), loader: loader.clone(), other });
            return found;
        }
        self.follow(name, binary, binary, &mut found);
        found
    }

    /// Examines a library that nothing names but that must be there, for the loader of `binary`.
    pub(super) fn examine_library(&self, name: &str, library: &Elf, binary: &Linked) -> Examined {
        let mut found = Examined::default();
        self.follow(name, &library.linked, binary, &mut found);
        found
    }

    fn follow(&self, name: &str, first: &Linked, binary: &Linked, found: &mut Examined) {
        let base = Search::new(self.base, binary, self.directory);
        let builder = Search::new(self.builder, binary, self.directory);
        let libc = base.library("libc.so.6");
        found.has_glibc = libc.as_ref().and_then(|libc| highest(&libc.elf, "GLIBC"));
        found.directory = libc.as_ref().and_then(|libc| Some(libc.directory.to_str()?.to_owned()));
        let mut queue: VecDeque<Need> = needs(name, first).collect();
        while let Some(need) = queue.pop_front() {
            note_glibc(&need, found);
            if let Some(library) = base.library(&need.library) {
                found.misfits.extend(too_old(&need, &library.elf));
                continue;
            }
            let Entry::Vacant(place) = found.lacking.entry(need.library.clone()) else { continue };
            let taken = Some(&builder).filter(|_| !is_of_the_c_library(&need.library));
            match taken.and_then(|builder| builder.library(&need.library)) {
                Some(library) => {
                    queue.extend(needs(&need.library, &library.elf.linked));
                    place.insert(library);
                }
                None => found.misfits.push(Misfit::Nowhere { needs: need.by, library: need.library }),
            }
        }
        found.misfits.dedup();
    }

    /// The loader of a C library that the base has instead of `wanted`.
    fn other_loader(&self, wanted: &str) -> Option<String> {
        let directories = ["/lib", "/lib64"];
        directories.iter().find_map(|directory| {
            let names = self.base.names(directory);
            let loader = names.iter().filter_map(|name| name.to_str()).find(|name| {
                let is_loader = name.starts_with("ld-musl-") || name.starts_with("ld-linux");
                is_loader && !wanted.ends_with(name)
            })?;
            Some(format!("{directory}/{loader}"))
        })
    }
}

fn needs<'a>(by: &'a str, file: &'a Linked) -> impl Iterator<Item = Need> + 'a {
    file.libraries.iter().map(move |library| Need {
        by: by.to_owned(),
        library: library.clone(),
        versions: file.versions.get(library).cloned().unwrap_or_default(),
    })
}

fn too_old(need: &Need, library: &Elf) -> Option<Misfit> {
    // One without versions satisfies any, as the loader has it.
    if library.defines.is_empty() {
        return None;
    }
    let version = need.versions.iter().rfind(|version| !library.defines.contains(*version))?;
    Some(Misfit::Old {
        needs: need.by.clone(),
        library: need.library.clone(),
        version: version.clone(),
        has: highest(library, split(version).0),
    })
}

fn highest(library: &Elf, stem: &str) -> Option<String> {
    let named = library.defines.iter().filter(|name| split(name).0 == stem && !split(name).1.is_empty());
    named.max_by_key(|name| split(name).1).cloned()
}

fn note_glibc(need: &Need, found: &mut Examined) {
    for version in need.versions.iter().filter(|version| split(version).0 == "GLIBC") {
        if found.needs_glibc.as_ref().is_none_or(|known| split(known).1 < split(version).1) {
            found.needs_glibc = Some(version.clone());
        }
    }
}

/// Whether a library comes with the loader: of two releases, they never fit together.
fn is_of_the_c_library(name: &str) -> bool {
    const STEMS: [&str; 12] = [
        "ld-linux",
        "ld-musl",
        "libc.",
        "libm.",
        "libmvec.",
        "libpthread.",
        "libdl.",
        "librt.",
        "libutil.",
        "libresolv.",
        "libanl.",
        "libnss_",
    ];
    STEMS.iter().any(|stem| name.starts_with(stem))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use supercargo_report::Linked;

    use super::super::misfit::Misfit;
    use super::super::root::Root;
    use super::{Need, Sides, is_of_the_c_library, too_old};
    use crate::elf::{self, Elf};

    fn own() -> Linked {
        elf::read(&std::env::current_exe().unwrap()).unwrap().unwrap().linked
    }

    #[test]
    fn a_binary_runs_where_it_was_linked() {
        let here = Root::new(Some("/"));
        let sides = Sides { base: &here, builder: &here, directory: "/usr/local/bin" };
        let found = sides.examine("own", &own());
        assert!(found.misfits.is_empty() && found.lacking.is_empty(), "{found:?}");
        assert!(found.has_glibc.unwrap().starts_with("GLIBC_2."));
    }

    #[test]
    fn a_base_without_its_loader_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let here = Root::new(Some("/"));
        for (loader, expected) in
            [(None, None), (Some("ld-musl-x86_64.so.1"), Some("/lib/ld-musl-x86_64.so.1"))]
        {
            if let Some(loader) = loader {
                std::fs::create_dir_all(directory.path().join("lib")).unwrap();
                std::fs::write(directory.path().join("lib").join(loader), "").unwrap();
            }
            let base = Root::new(directory.path().to_str());
            let found = Sides { base: &base, builder: &here, directory: "/" }.examine("own", &own());
            let [Misfit::NoLoader { other, .. }] = found.misfits.as_slice() else { panic!("{found:?}") };
            assert_eq!(other.as_deref(), expected);
        }
    }

    #[test]
    fn a_version_that_a_library_does_not_define_is_too_new() {
        let defines: BTreeSet<String> = ["GLIBC_2.2.5", "GLIBC_2.9", "GLIBC_2.36"].map(str::to_owned).into();
        let library = Elf { defines, ..Elf::default() };
        let need = |version: &str| Need {
            by: "api".to_owned(),
            library: "libc.so.6".to_owned(),
            versions: vec![version.to_owned()],
        };
        assert_eq!(too_old(&need("GLIBC_2.9"), &library), None);
        let Some(Misfit::Old { has, .. }) = too_old(&need("GLIBC_2.39"), &library) else { panic!("it fits") };
        assert_eq!(has.as_deref(), Some("GLIBC_2.36"));
        assert_eq!(too_old(&need("GLIBC_2.39"), &Elf::default()), None);
    }

    #[test]
    fn a_library_that_nobody_has_is_named() {
        let here = Root::new(Some("/"));
        let mut binary = own();
        binary.libraries.push("libnosuch.so.1".to_owned());
        let found = Sides { base: &here, builder: &here, directory: "/" }.examine("own", &binary);
        assert_eq!(
            found.misfits,
            [Misfit::Nowhere { needs: "own".to_owned(), library: "libnosuch.so.1".to_owned() }]
        );
        assert!(is_of_the_c_library("libc.so.6") && !is_of_the_c_library("libcurl.so.4"));
    }
}
