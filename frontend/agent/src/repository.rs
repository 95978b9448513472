//! Copies a git repository without believing it.
//!
//! A repository says more than what was committed: its configuration names programs and other places, hooks are
//! programs, and `alternates` are objects elsewhere. Whoever can write to a shared cache could plant them for a step
//! that has tokens. So only objects and references are copied, into a repository that is made here; git compares each
//! object with its name when it reads it, and a lockfile names commits.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use crate::error::Error;
use crate::files;

const HEAD: &[u8] = b"ref: refs/heads/master\n";

/// What a directory of objects may hold besides two digits and the rest of a name.
const PACKS: [&str; 3] = ["idx", "pack", "rev"];

/// Makes the repository `to` with the objects and references of the one at `from`, or leaves nothing of it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let copied = || {
        // A repository in a directory `.git` has a work tree beside it.
        let bare = to.file_name() != Some(OsStr::new(".git"));
        let configuration =
            format!("[core]\n\tbare = {bare}\n\trepositoryformatversion = 0\n\tfilemode = true\n");
        files::write(&to.join("config"), configuration.as_bytes())?;
        files::write(&to.join("HEAD"), HEAD)?;
        for name in ["objects/pack", "refs/heads"] {
            let directory = to.join(name);
            fs::create_dir_all(&directory).map_err(Error::file("create", &directory))?;
        }
        objects(&from.join("objects"), &to.join("objects"))?;
        references(&from.join("refs"), &to.join("refs"))?;
        for name in ["packed-refs", "shallow"] {
            text(&from.join(name), &to.join(name))?;
        }
        Ok(())
    };
    copied().inspect_err(|_| drop(files::remove(to)))
}

fn objects(from: &Path, to: &Path) -> Result<(), Error> {
    for name in names(from)? {
        let is_object = |below: &OsStr| {
            let name = [name.as_encoded_bytes(), below.as_encoded_bytes()].concat();
            matches!(name.len(), 40 | 64) && name.iter().all(u8::is_ascii_hexdigit)
        };
        let is_pack = |below: &OsStr| {
            name == "pack"
                && Path::new(below).extension().is_some_and(|suffix| PACKS.iter().any(|pack| suffix == *pack))
        };
        for below in names(&from.join(&name))?.iter().filter(|below| is_object(below) || is_pack(below)) {
            let (from, to) = (from.join(&name).join(below), to.join(&name).join(below));
            if is_file(&from) {
                files::create_parent(&to)?;
                fs::copy(&from, &to).map_err(Error::file("copy", &from))?;
            }
        }
    }
    Ok(())
}

fn references(from: &Path, to: &Path) -> Result<(), Error> {
    for name in names(from)? {
        let (from, to) = (from.join(&name), to.join(&name));
        if files::is_directory(&from) { references(&from, &to)? } else { text(&from, &to)? }
    }
    Ok(())
}

/// Copies a file in which only names of commits and of references can be.
fn text(from: &Path, to: &Path) -> Result<(), Error> {
    if is_file(from) {
        let bytes = fs::read(from).map_err(Error::file("read", from))?;
        files::write(to, &bytes)?;
    }
    Ok(())
}

/// The names in a directory; none if it is a link.
fn names(directory: &Path) -> Result<Vec<std::ffi::OsString>, Error> {
    if files::is_directory(directory) { files::names(directory) } else { Ok(Vec::new()) }
}

fn is_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|metadata| metadata.is_file())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;
    use std::process::Command;

    use super::copy;

    fn git(directory: &Path, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=x", "-c", "user.email=x@example.com"];
        let output =
            Command::new("git").args(identity).args(arguments).current_dir(directory).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn commits_come_along_and_nothing_that_acts_does() {
        let directory = tempfile::tempdir().unwrap();
        let (work, bare) = (directory.path().join("work"), directory.path().join("bare"));
        fs::create_dir(&work).unwrap();
        git(&work, &["init", "--quiet"]);
        fs::write(work.join("file"), "one").unwrap();
        git(&work, &["add", "."]);
        git(&work, &["commit", "--quiet", "-m", "one"]);
        git(directory.path(), &["clone", "--quiet", "--bare", "work", "bare"]);
        fs::write(work.join("file"), "two").unwrap();
        git(&work, &["commit", "--quiet", "-am", "two"]);
        git(&bare, &["fetch", "--quiet", "origin", "HEAD:refs/remotes/origin/HEAD"]);
        git(&bare, &["gc", "--quiet"]);
        let commit = git(&work, &["rev-parse", "HEAD"]);

        fs::write(bare.join("config"), "[url \"ext::sh -c x\"]\n\tinsteadOf = https://\n").unwrap();
        fs::create_dir_all(bare.join("hooks")).unwrap();
        for planted in
            ["hooks/post-checkout", "info/attributes", "objects/info/alternates", "commondir", "gitdir"]
        {
            fs::create_dir_all(bare.join(planted).parent().unwrap()).unwrap();
            fs::write(bare.join(planted), "planted").unwrap();
        }
        symlink("/etc/passwd", bare.join("refs/heads/link")).unwrap();
        symlink("/etc", bare.join("objects/ab")).unwrap();
        fs::write(bare.join("objects/pack/x.keep"), "").unwrap();

        let copied = directory.path().join("copied");
        copy(&bare, &copied).unwrap();
        assert_eq!(git(&copied, &["show", &format!("{commit}:file")]), "two");
        assert_eq!(git(&copied, &["rev-parse", "refs/remotes/origin/HEAD"]), commit);
        assert!(!fs::read_to_string(copied.join("config")).unwrap().contains("ext::"));
        for planted in
            ["hooks", "info", "objects/info", "commondir", "gitdir", "refs/heads/link", "objects/ab"]
        {
            assert!(!copied.join(planted).exists(), "{planted}");
        }
        assert!(!copied.join("objects/pack/x.keep").exists());
    }
}
