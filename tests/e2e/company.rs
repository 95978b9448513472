//! A company that vouches for its mirrors itself: rustup and apt believe it as cargo does.

use testbed::bed::Bed;
use testbed::container::Run;
use testbed::engine::feature::Feature;
use testbed::image;
use testbed::process::Cmd;
use testbed::project::Project;

use crate::dist::{TARGET, dist, host};
use crate::guarded::asking::Passed;
use crate::guarded::{Authority, files};
use crate::subject::Subject;
use crate::toolchain::image_with;

#[test]
fn rustup_and_apt_believe_the_secret_ca() {
    let bed = Bed::ensure().unwrap();
    let authority = Authority::new();
    // rustup adds to a toolchain that was installed from its server.
    let manifest = dist().manifest();
    let packages = repository();
    let installed = format!("/usr/local/rustup/toolchains/1.95.0-{}/lib/rustlib", host());
    let image = image_with(
        "company",
        &[("manifest", &manifest)],
        &format!(
            "COPY manifest {installed}/multirust-channel-manifest.toml\n\
             RUN rm -f /etc/apt/sources.list.d/* && echo 'deb [trusted=yes] {} ./' > /etc/apt/sources.list\n",
            files(packages.path(), &authority)
        ),
    );
    let subject = Subject::of(
        "company",
        &[
            ("Cargo.toml", "[package]\nname = \"company\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
            ("src/main.rs", "fn main() { print!(\"{}\", include_str!(\"/usr/share/company/word\")) }\n"),
        ],
    );
    let body = format!(
        "[toolchain]\nimage = \"{image}\"\ntargets = [\"{TARGET}\"]\n[build]\npackages = [\"company-word\"]\n"
    );
    subject.project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    let build = subject
        .command()
        .arg("--network=host")
        .build_arg("RUSTUP_DIST_SERVER", &files(dist().folder(), &authority));

    // Nobody believes these servers without it.
    let log = build.clone().fail().unwrap();
    assert!(log.vertex("[toolchain]").unwrap().error().is_some(), "{}", log.transcript());
    let passed = Passed::of("ca", &authority.pem());
    let log = passed.to(&build).succeed().unwrap();
    assert!(
        log.vertex("[packages]").unwrap().log().contains("installed company-word"),
        "{}",
        log.transcript()
    );
    assert_eq!(subject.says(), "believed");

    // Nothing of it stays in the image that compiles.
    let inside = "e2e-company-inside";
    passed.to(&build).target("toolchain").tag(inside).succeed().unwrap();
    let files = image::files(bed.docker(), inside).unwrap();
    assert!(files.iter().any(|file| file == "usr/share/company/word"));
    let mut left =
        files.iter().filter(|file| file.starts_with("run/secrets/") || file.ends_with("certificates.pem"));
    if bed.has(Feature::CleanMounts) {
        assert_eq!(left.next(), None);
    } else {
        let wc = Run::new(bed.docker(), inside).arg("wc").arg("-c");
        let files = left.filter(|file| !file.ends_with('/')).map(|file| format!("/{file}"));
        let sizes = files.fold(wc, Run::arg).complete().unwrap().stdout;
        assert!(sizes.lines().all(|line| line.trim_start().starts_with("0 ")), "{sizes}");
    }
}

/// A folder that apt takes for a repository, with one package.
fn repository() -> Project {
    let control = "Package: company-word\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\n\
                   Description: a word\n";
    let repository =
        Project::of(&[("tree/DEBIAN/control", control), ("tree/usr/share/company/word", "believed")])
            .unwrap();
    let here = |program: &str| Cmd::new(program).current_dir(repository.path());
    here("dpkg-deb").args(["--root-owner-group", "--build", "tree", "company-word.deb"]).run().unwrap();
    let sum = here("sha256sum").arg("company-word.deb").run().unwrap();
    let size = std::fs::metadata(repository.path().join("company-word.deb")).unwrap().len();
    let digest = sum.split_whitespace().next().unwrap();
    let listed = format!("{control}Filename: ./company-word.deb\nSize: {size}\nSHA256: {digest}\n");
    repository.write("Packages", listed).unwrap();
    repository
}
