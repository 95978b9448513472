//! A company that vouches for its mirrors itself: rustup, apt, npm and commands of the user's believe it as cargo does.

use testbed::base::node;
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
        assert!(sizes.lines().all(|line| line.split_whitespace().next() == Some("0")), "{sizes}");
    }
}

#[test]
fn npm_and_commands_with_network_believe_the_secret_ca() {
    let bed = Bed::ensure().unwrap();
    node::provide(bed).unwrap();
    let authority = Authority::new();
    let served = Project::of(&[
        ("package/package.json", "{ \"name\": \"word\", \"version\": \"1.0.0\", \"main\": \"word.js\" }\n"),
        ("package/word.js", "module.exports = 'packed';\n"),
        ("said.txt", "asked"),
    ])
    .unwrap();
    Cmd::new("tar").args(["-czf", "word.tgz", "package"]).current_dir(served.path()).run().unwrap();
    let url = files(served.path(), &authority);
    let lock = format!(
        "{{ \"name\": \"web\", \"lockfileVersion\": 3, \"requires\": true, \"packages\": {{\n\
         \"\": {{ \"name\": \"web\", \"dependencies\": {{ \"word\": \"1.0.0\" }} }},\n\
         \"node_modules/word\": {{ \"version\": \"1.0.0\", \"resolved\": \"{url}/word.tgz\" }} }} }}\n"
    );
    let package = "{ \"name\": \"web\", \"private\": true, \"scripts\": { \"build\": \"node build.js\" }, \"dependencies\": { \"word\": \"1.0.0\" } }\n";
    let make =
        "const fs = require('fs'); fs.mkdirSync('dist'); fs.writeFileSync('dist/a.txt', require('word'));\n";
    let ask = format!(
        "const fs = require('fs'); const ca = process.env.NODE_EXTRA_CA_CERTS;\n\
         fetch('{url}/said.txt').then(answer => answer.text()).then(text => {{\n\
         fs.mkdirSync('made'); fs.writeFileSync('made/a.txt', text + '|' + (ca !== process.env.SSL_CERT_FILE));\n\
         }});\n"
    );
    let subject = Subject::of(
        "company-web",
        &[
            ("Cargo.toml", "[package]\nname = \"web\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
            (
                "src/main.rs",
                "fn main() { print!(\"{}|{}\", include_str!(\"../web/dist/a.txt\"), include_str!(\"../made/a.txt\")) }\n",
            ),
            ("web/package.json", package),
            ("web/package-lock.json", &lock),
            ("web/build.js", make),
            ("ask.js", &ask),
        ],
    );
    // The server is not on both of the addresses that `localhost` may have.
    let env = "env = { NODE_OPTIONS = \"--dns-result-order=ipv4first\" }";
    let body = format!(
        "[assets.web]\npreset = \"npm\"\n{env}\n\
         [[build.hook]]\nname = \"ask\"\nrun = [\"node\", \"ask.js\"]\nimage = \"node:22-bookworm-slim\"\n\
         network = \"default\"\ninputs = [\"ask.js\"]\noutputs = [\"made\"]\n{env}\n"
    );
    subject.project.write("Dockerfile", format!("{}{body}", bed.syntax())).unwrap();
    let build = subject.command().arg("--network=host");

    let log = build.clone().fail().unwrap();
    assert!(log.transcript().contains("--secret id=ca,src=FILE"), "{}", log.transcript());
    let log = Passed::of("ca", &authority.pem()).to(&build).succeed().unwrap();
    assert!(log.vertex("[assets web] npm ci").unwrap().has_run(), "{}", log.transcript());
    assert_eq!(subject.says(), "packed|asked|false");
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
