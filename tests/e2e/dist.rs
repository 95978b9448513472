//! A server of toolchains, laid out as rust-lang.org's: the machine's own toolchain under a date of its own, and a few
//! made-up packages beside it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use testbed::bed::Bed;
use testbed::place::hex;
use testbed::process::Cmd;

use crate::served::Website;

/// The channel that it has, which is the machine's own toolchain.
pub(crate) const CHANNEL: &str = "nightly-2026-01-01";
/// A target that no compiler can compile for: it is there to be installed.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
const DATE: &str = "2026-01-01";
/// What the machine's toolchain may have besides. rustup adds nothing to a toolchain of which the server lacks a part.
const OTHERS: [&str; 3] = ["clippy-preview", "rust-docs", "rustfmt-preview"];

/// A running server.
pub(crate) struct Dist {
    site: Website,
    folder: PathBuf,
}

/// The server, which all tests share. What it serves stays for the next run: it is made of the machine's toolchain.
pub(crate) fn dist() -> &'static Dist {
    static DIST: OnceLock<Dist> = OnceLock::new();
    DIST.get_or_init(|| {
        let about = Cmd::new("rustc").arg("-vV").run().unwrap();
        let name = format!("dist-{}", &hex(&Sha256::digest(&about))[..16]);
        let folder = Bed::ensure().unwrap().place().folder("dist").unwrap().join(name);
        let dist = Dist { site: Website::folder(&folder), folder };
        if !dist.manifest_file().exists() {
            dist.fill();
        }
        dist
    })
}

impl Dist {
    /// The value of `RUSTUP_DIST_SERVER`.
    pub(crate) fn url(&self) -> String {
        self.site.url("")
    }

    /// The folder that is served.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The manifest of the channel, as a toolchain that was installed from here keeps it.
    pub(crate) fn manifest(&self) -> String {
        fs::read_to_string(self.manifest_file()).unwrap()
    }

    fn manifest_file(&self) -> PathBuf {
        self.folder.join(format!("dist/{DATE}/channel-rust-nightly.toml"))
    }

    /// The manifest comes last, as the sign that everything is there.
    fn fill(&self) {
        let sysroot = PathBuf::from(Cmd::new("rustc").args(["--print", "sysroot"]).run().unwrap().trim());
        let host = host();
        let date = self.folder.join("dist").join(DATE);
        fs::create_dir_all(&date).unwrap();
        let mut manifest = format!(
            "manifest-version = \"2\"\ndate = \"{DATE}\"\n\n[profiles]\nminimal = [\"rustc\", \"cargo\", \"rust-std\"]\n\n\
             [pkg.rust]\nversion = \"1.95.0\"\n[pkg.rust.target.{host}]\navailable = true\n\
             url = \"https://static.rust-lang.org/none\"\nhash = \"00\"\n"
        );
        let mut list = |kind: &str, name: &str, target: &str| {
            let table = format!("[[pkg.rust.target.{host}.{kind}]]");
            writeln!(manifest, "{table}\npkg = \"{name}\"\ntarget = \"{target}\"").unwrap();
        };
        for name in ["rustc", "cargo", "rust-std"] {
            list("components", name, &host);
        }
        for name in OTHERS {
            list("extensions", name, &host);
        }
        list("extensions", "rust-std", TARGET);
        list("extensions", "rust-src", "*");
        for name in OTHERS {
            let table =
                format!("[pkg.{name}]\nversion = \"1.95.0\"\n[pkg.{name}.target.{host}]\navailable = true");
            writeln!(manifest, "{table}\nurl = \"https://static.rust-lang.org/none\"\nhash = \"00\"")
                .unwrap();
        }
        for name in ["rustc", "cargo", "rust-std"] {
            let listed =
                fs::read_to_string(sysroot.join(format!("lib/rustlib/manifest-{name}-{host}"))).unwrap();
            let files: Vec<String> = listed
                .lines()
                .filter_map(|line| line.strip_prefix("file:"))
                .filter(|file| !file.starts_with("share/"))
                .map(str::to_owned)
                .collect();
            let component = if name == "rust-std" { format!("{name}-{host}") } else { name.to_owned() };
            let archive = self.pack(&format!("{name}-{host}"), &component, &sysroot, &files);
            writeln!(manifest, "[pkg.{name}]\nversion = \"1.95.0\"\n{}", entry(name, &host, &archive))
                .unwrap();
        }
        let made_up = tempfile::tempdir().unwrap();
        for (name, target, file) in [
            ("rust-std", TARGET, format!("lib/rustlib/{TARGET}/lib/libcore-0.rlib")),
            ("rust-src", "*", "lib/rustlib/src/rust/library/mark".to_owned()),
        ] {
            let path = made_up.path().join(&file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "made up").unwrap();
            let component = if target == "*" { name.to_owned() } else { format!("{name}-{target}") };
            let archive = self.pack(&component, &component, made_up.path(), &[file]);
            let version =
                if target == "*" { format!("[pkg.{name}]\nversion = \"1.95.0\"\n") } else { String::new() };
            writeln!(manifest, "{version}{}", entry(name, target, &archive)).unwrap();
        }
        let digest = format!("{}  channel-rust-nightly.toml\n", hex(&Sha256::digest(&manifest)));
        fs::write(date.join("channel-rust-nightly.toml.sha256"), digest).unwrap();
        fs::write(self.manifest_file(), &manifest).unwrap();
    }

    /// Packs `files` of `root` as the component of one package, and gives the archive.
    fn pack(&self, package: &str, component: &str, root: &Path, files: &[String]) -> PathBuf {
        let scratch = tempfile::tempdir().unwrap();
        let top = scratch.path().join(package);
        let tree = top.join(component);
        fs::create_dir_all(&tree).unwrap();
        fs::write(top.join("rust-installer-version"), "3").unwrap();
        fs::write(top.join("components"), format!("{component}\n")).unwrap();
        let manifest: Vec<String> = files.iter().map(|file| format!("file:{file}")).collect();
        fs::write(tree.join("manifest.in"), manifest.join("\n") + "\n").unwrap();
        for file in files {
            let to = tree.join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(root.join(file), to).unwrap();
        }
        let archive = self.folder.join("dist").join(DATE).join(format!("{package}.tar.gz"));
        Cmd::new("tar")
            .args(["--use-compress-program=gzip -1", "--sort=name", "--mtime=@0", "-cf"])
            .arg(&archive)
            .arg("-C")
            .arg(scratch.path())
            .arg(package)
            .run()
            .unwrap();
        archive
    }
}

/// One package for one target in the manifest. rustup puts its server's address in the place of the usual one.
fn entry(name: &str, target: &str, archive: &Path) -> String {
    let file = archive.file_name().unwrap().to_str().unwrap();
    format!(
        "[pkg.{name}.target.\"{target}\"]\navailable = true\n\
         url = \"https://static.rust-lang.org/dist/{DATE}/{file}\"\nhash = \"{}\"\n",
        sha256(archive)
    )
}

/// The triple of this machine.
pub(crate) fn host() -> String {
    let about = Cmd::new("rustc").arg("-vV").run().unwrap();
    about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

fn sha256(file: &Path) -> String {
    let digest = Sha256::digest(fs::read(file).unwrap());
    hex(&digest)
}
