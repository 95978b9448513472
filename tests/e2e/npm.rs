//! The preset `npm`: Node.js beside the compile, with packages of the public registry.

use testbed::base::node;
use testbed::bed::Bed;
use testbed::image;

use crate::story;
use crate::subject::{Subject, run_id};

/// One package of a few lines.
const PACKAGE: &str = r#"{
  "name": "web",
  "private": true,
  "scripts": { "build": "node build.js" },
  "dependencies": { "escape-html": "1.0.3" }
}
"#;

const LOCK: &str = r#"{
  "name": "web",
  "lockfileVersion": 3,
  "requires": true,
  "packages": {
    "": { "name": "web", "dependencies": { "escape-html": "1.0.3" } },
    "node_modules/escape-html": {
      "version": "1.0.3",
      "resolved": "https://registry.npmjs.org/escape-html/-/escape-html-1.0.3.tgz",
      "integrity": "sha512-NiSupZ4OeuGwr68lGIeym/ksIZMJodUGOSCZ/FSnTxcrekbvqrgdUxlJOMpijaKZVjAJrWrGs/6Jy8OMuyj9ow==",
      "license": "MIT"
    }
  }
}
"#;

/// What npm checks of the two versions that the test uses.
const DIGESTS: [&str; 2] = [
    "NiSupZ4OeuGwr68lGIeym/ksIZMJodUGOSCZ/FSnTxcrekbvqrgdUxlJOMpijaKZVjAJrWrGs/6Jy8OMuyj9ow==",
    "J5ahyCRC4liskWVAfkmosNWfG0eHQxI0W+Ko7k3cZaYVMfgt05dwZ68vw6S/TZM1BPvuTv3kq6CRCb7WWtBUVA==",
];

/// Says the version of the package, and what it makes of the page.
const BUILD: &str = r"const fs = require('fs');
const escape = require('escape-html');
const { version } = require('escape-html/package.json');
fs.mkdirSync('dist');
fs.writeFileSync('dist/page.txt', version + ' ' + escape(fs.readFileSync('page.txt', 'utf8').trim()));
console.log('bundled');
";

const DOCKERFILE: &str = "[assets.web]\npreset = \"npm\"\n\
                          # What this machine's own network needs.\n\
                          env = { NODE_EXTRA_CA_CERTS = \"/etc/ssl/certs/ca-certificates.crt\" }\n";

fn subject(image: &str, main: &str, dockerfile: &str) -> Subject {
    let bed = Bed::ensure().unwrap();
    node::provide(bed).unwrap();
    let manifest = "[package]\nname = \"bundled\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nitoa = \"1\"\n";
    let subject = Subject::of(
        image,
        &[
            ("Cargo.toml", manifest),
            ("src/main.rs", main),
            ("web/package.json", PACKAGE),
            ("web/package-lock.json", LOCK),
            ("web/build.js", BUILD),
            ("web/page.txt", &format!("<{image} {}>\n", run_id())),
        ],
    );
    subject.project.write("Dockerfile", format!("{}{dockerfile}", bed.syntax())).unwrap();
    subject
}

#[test]
fn the_bundle_is_compiled_in_and_each_file_reruns_what_reads_it() {
    let main = "fn main() { print!(\"{}\", include_str!(\"../web/dist/page.txt\")); itoa::Buffer::new().format(1u8); }\n";
    let subject = subject("npm", main, DOCKERFILE);
    let id = run_id();
    let log = subject.must_say("first", &format!("1.0.3 &lt;npm {id}&gt;"));
    assert!(
        log.vertex("[assets web] npm run build").unwrap().log().contains("bundled"),
        "{}",
        log.transcript()
    );

    subject.project.append("src/main.rs", "// An edit.\n").unwrap();
    let log = subject.build();
    for step in ["[assets web] npm ci", "[assets web] npm run build"] {
        assert!(!log.vertex(step).unwrap().has_run(), "{}", log.transcript());
    }

    subject.edit("web/page.txt", "<", "<b ");
    let log = subject.must_say("edited page", &format!("1.0.3 &lt;b npm {id}&gt;"));
    assert!(!log.vertex("[assets web] npm ci").unwrap().has_run(), "{}", log.transcript());
    story::assert_dependencies_reused(&log);

    for file in ["web/package.json", "web/package-lock.json"] {
        let text = subject.project.read(file).unwrap();
        let text = text.replace("1.0.3", "1.0.2").replace(DIGESTS[0], DIGESTS[1]);
        subject.project.write(file, text).unwrap();
    }
    let log = subject.must_say("another package", &format!("1.0.2 &lt;b npm {id}&gt;"));
    assert!(log.vertex("[assets web] npm ci").unwrap().has_run(), "{}", log.transcript());
    story::assert_dependencies_reused(&log);
}

#[test]
fn the_bundle_can_lie_beside_the_program_and_its_packages_do_not() {
    let main = "fn main() { print!(\"{}\", std::fs::read_to_string(\"/srv/www/page.txt\").unwrap()) }\n";
    let subject = subject("npm-beside", main, &format!("{DOCKERFILE}to = \"/srv/www\"\n"));
    subject.must_say("first", &format!("1.0.3 &lt;npm-beside {}&gt;", run_id()));
    let files = image::files(Bed::ensure().unwrap().docker(), &subject.image).unwrap();
    assert!(files.iter().any(|file| file == "srv/www/page.txt"), "{files:?}");
    assert!(
        !files.iter().any(|file| file.contains("node_modules") || file.ends_with("build.js")),
        "{files:?}"
    );
}
