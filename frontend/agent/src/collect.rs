//! Copies the binaries that cargo made to where the image takes them from, and the report beside them.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use serde::Serialize;
use supercargo_report::{Collect, Compile, Needs, Report};

use crate::elf;
use crate::error::Error;
use crate::files;
use crate::messages::Artifact;
use crate::symbols::Splitter;

/// Copies each binary in `wanted` to `bin/<name>` and writes `report.json` and `needs.json`.
///
/// The command says where Cargo puts a binary. Cargo's message about it only says that it is there: anybody can print
/// such a message, but the target directory may also hold a binary of the same name that no source makes any more.
pub(crate) fn collect(
    job: &Compile,
    wanted: &Collect,
    artifacts: &[Artifact],
    report: &Report,
) -> Result<(), Error> {
    let into = Path::new(&wanted.into);
    // A build script may have put something there, such as a link in the place of a binary.
    files::clear(into)?;
    let directory = into.join("bin");
    fs::create_dir_all(&directory).map_err(Error::file("create", &directory))?;
    let splitter = wanted.symbols.as_ref().map(|symbols| Splitter::start(symbols, into)).transpose()?;
    let place = place(job);
    let mut needs = Needs::default();
    for name in &wanted.binaries {
        let from = place.join(name);
        if !binaries(artifacts).any(|built| built == from) {
            let built = binaries(artifacts).filter_map(|path| path.strip_prefix(&place).ok());
            let built = built.map(|name| name.display().to_string()).collect();
            return Err(Error::MissingBinary { wanted: name.clone(), built });
        }
        let to = directory.join(name);
        copy(&from, &to, Path::new(&job.target_dir))?;
        let unusable = || Error::NotABinary { path: from.clone(), reason: "is not an ELF file" };
        let file = elf::read(&to)?.ok_or_else(unusable)?;
        needs.binaries.insert(name.clone(), file.linked);
        if let Some(splitter) = &splitter {
            splitter.split(name, &to)?;
        }
    }
    write(&into.join("needs.json"), &needs)?;
    write(&into.join("report.json"), report)
}

/// Returns the directory in which Cargo puts the binaries of the job's command.
fn place(job: &Compile) -> PathBuf {
    let value = |option: &str| {
        let behind = job.command.iter().skip_while(|argument| *argument != option).nth(1);
        let joined =
            || job.command.iter().find_map(|argument| argument.strip_prefix(option)?.strip_prefix('='));
        behind.map(String::as_str).or_else(joined)
    };
    let mut place = PathBuf::from(&job.target_dir);
    place.extend(value("--target"));
    place.push(match value("--profile") {
        None | Some("dev" | "test") => "debug",
        Some("bench") => "release",
        Some(profile) => profile,
    });
    place
}

/// Copies the binary `from`, which lies in `target_dir`. Cargo puts a file there, so a link was put there by somebody
/// else, and may lead to any file that the step can read.
fn copy(from: &Path, to: &Path, target_dir: &Path) -> Result<(), Error> {
    let unusable = |reason| Error::NotABinary { path: from.to_owned(), reason };
    let mut binary = open(from, target_dir).map_err(|error| match error {
        Errno::LOOP => unusable("is or lies behind a symbolic link"),
        error => Error::file("open", from)(error.into()),
    })?;
    if !binary.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return Err(unusable("is not a regular file"));
    }
    File::create_new(to)
        .and_then(|mut copy| io::copy(&mut binary, &mut copy))
        .and_then(|_| fs::set_permissions(to, Permissions::from_mode(0o755)))
        .map_err(Error::file("write", to))
}

/// Opens a file below `directory` without following a link on the way. Never waits, as for the other end of a pipe.
fn open(path: &Path, directory: &Path) -> rustix::io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let top = rustix::fs::open(directory, flags, Mode::empty())?;
    let rest = path.strip_prefix(directory).map_err(|_| Errno::XDEV)?;
    let flags = flags | OFlags::NOFOLLOW;
    rest.iter()
        .try_fold(top, |above, name| rustix::fs::openat(above, name, flags, Mode::empty()))
        .map(File::from)
}

fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), Error> {
    let text = serde_json::to_vec(value).map_err(|source| Error::Json { path: path.to_owned(), source })?;
    fs::write(path, text).map_err(Error::file("write", path))
}

/// The paths at which Cargo says it has put binaries.
fn binaries(artifacts: &[Artifact]) -> impl Iterator<Item = &Path> {
    artifacts
        .iter()
        .filter(|artifact| artifact.is("bin"))
        .filter_map(|artifact| artifact.executable.as_deref())
}
