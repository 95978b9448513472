//! What an ELF file says of itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use object::elf::{self, FileHeader32, FileHeader64};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::{Endianness, FileKind};
use supercargo_report::Linked;

use crate::error::Error;

/// A binary or a shared library.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Elf {
    /// What it needs.
    pub(crate) linked: Linked,
    /// The versions of symbols that it defines: `GLIBC_2.34`.
    pub(crate) defines: BTreeSet<String>,
}

/// Reads the file at `path`; `None` for one that is no ELF file, or a broken one.
pub(crate) fn read(path: &Path) -> Result<Option<Elf>, Error> {
    let bytes = fs::read(path).map_err(Error::file("read", path))?;
    Ok(parse(&bytes))
}

pub(crate) fn parse(bytes: &[u8]) -> Option<Elf> {
    match FileKind::parse(bytes).ok()? {
        FileKind::Elf32 => parse_as::<FileHeader32<Endianness>>(bytes, 32).ok(),
        FileKind::Elf64 => parse_as::<FileHeader64<Endianness>>(bytes, 64).ok(),
        _ => None,
    }
}

fn parse_as<H: FileHeader<Endian = Endianness>>(bytes: &[u8], bits: u8) -> object::Result<Elf> {
    let header = H::parse(bytes)?;
    let endian = header.endian()?;
    let mut found = Elf::default();
    let linked = &mut found.linked;
    (linked.machine, linked.bits) = (header.e_machine(endian), bits);
    for segment in header.program_headers(endian, bytes)? {
        if let Some(loader) = segment.interpreter(endian, bytes)? {
            linked.loader = Some(text(loader));
        }
    }
    let sections = header.sections(endian, bytes)?;
    if let Some((entries, link)) = sections.dynamic(endian, bytes)? {
        let strings = sections.strings(endian, bytes, link)?;
        for entry in entries {
            match entry.tag32(endian) {
                Some(elf::DT_NEEDED) => linked.libraries.push(text(entry.string(endian, strings)?)),
                Some(elf::DT_RPATH | elf::DT_RUNPATH) => {
                    let paths = text(entry.string(endian, strings)?);
                    linked
                        .directories
                        .extend(paths.split(':').filter(|one| !one.is_empty()).map(str::to_owned));
                }
                _ => {}
            }
        }
    }
    let mut versions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    if let Some((mut needs, link)) = sections.gnu_verneed(endian, bytes)? {
        let strings = sections.strings(endian, bytes, link)?;
        while let Some((need, mut names)) = needs.next()? {
            let of = versions.entry(text(need.file(endian, strings)?)).or_default();
            while let Some(name) = names.next()? {
                // What only weak symbols need may be absent.
                if name.vna_flags.get(endian) & elf::VER_FLG_WEAK == 0 {
                    of.insert(text(name.name(endian, strings)?));
                }
            }
        }
    }
    linked.versions = versions.into_iter().map(|(library, names)| (library, highest(names))).collect();
    if let Some((mut definitions, link)) = sections.gnu_verdef(endian, bytes)? {
        let strings = sections.strings(endian, bytes, link)?;
        while let Some((_, mut names)) = definitions.next()? {
            // The first is the version; those behind it are what it stands on.
            if let Some(name) = names.next()? {
                found.defines.insert(text(name.name(endian, strings)?));
            }
        }
    }
    Ok(found)
}

/// Of versions that go by one name, the highest: a library that defines it defines those before it.
fn highest(names: BTreeSet<String>) -> Vec<String> {
    let mut highest: BTreeMap<String, String> = BTreeMap::new();
    for name in names {
        let (stem, number) = split(&name);
        let is_higher = highest.get(stem).is_none_or(|other| split(other).1 < number);
        if is_higher || number.is_empty() {
            highest.insert(stem.to_owned(), name);
        }
    }
    highest.into_values().collect()
}

/// `GLIBC_2.34` as `GLIBC` and its numbers; what is no such name has no numbers.
pub(crate) fn split(version: &str) -> (&str, Vec<u32>) {
    let Some((stem, number)) = version.rsplit_once('_') else { return (version, Vec::new()) };
    let numbers: Option<Vec<u32>> = number.split('.').map(|part| part.parse().ok()).collect();
    numbers.map_or((version, Vec::new()), |numbers| (stem, numbers))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{highest, parse, read, split};

    #[test]
    fn this_test_itself_is_a_linked_binary() {
        let own = read(&std::env::current_exe().unwrap()).unwrap().unwrap();
        assert!(own.linked.loader.as_deref().is_some_and(|loader| loader.contains("/ld-")), "{own:?}");
        assert!(own.linked.libraries.contains(&"libc.so.6".to_owned()), "{own:?}");
        let versions = &own.linked.versions["libc.so.6"];
        assert!(versions.iter().any(|version| version.starts_with("GLIBC_2.")), "{versions:?}");
        assert!(own.defines.is_empty() && !own.linked.is_static());
    }

    #[test]
    fn what_is_no_elf_file_is_none() {
        for bytes in
            [&b""[..], b"#!/bin/sh\n", b"\x7fELF", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0"]
        {
            assert_eq!(parse(bytes), None, "{bytes:?}");
        }
        assert!(read(Path::new("/no/such/file")).is_err());
    }

    /// Whatever a file holds, reading it comes to an end.
    #[test]
    fn broken_files_are_survived() {
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        for end in [64, 100, 1000, own.len() / 2, own.len() - 1] {
            parse(&own[..end]);
        }
        let mut broken = own;
        for place in (0..broken.len().min(8192)).step_by(7) {
            broken[place] ^= 0x55;
        }
        parse(&broken);
    }

    #[test]
    fn the_highest_version_of_each_name_counts() {
        let names =
            ["GLIBC_2.2.5", "GLIBC_2.34", "GLIBC_2.9", "GLIBC_ABI_DT_RELR", "GCC_3.0", "OPENSSL_3.0.0"];
        assert_eq!(
            highest(names.map(str::to_owned).into()),
            ["GCC_3.0", "GLIBC_2.34", "GLIBC_ABI_DT_RELR", "OPENSSL_3.0.0"]
        );
        assert!(split("GLIBC_2.9").1 < split("GLIBC_2.10").1);
    }
}
