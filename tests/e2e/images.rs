//! `[images.NAME]`: several images of one project.

use testbed::bed::{Bed, Ready};
use testbed::build::Build;
use testbed::container::Run;
use testbed::image::Image;
use testbed::project::Project;

/// Three binaries of two packages, which say their names and their arguments.
fn project(bed: &Ready, configuration: &str) -> Project {
    let manifest =
        |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let main = |name: &str| {
        format!(
            "fn main() {{\n    println!(\"{name} {{:?}}\", std::env::args().skip(1).collect::<Vec<_>>());\n}}\n"
        )
    };
    let lock = |name: &str| format!("[[package]]\nname = \"{name}\"\nversion = \"0.1.0\"\n\n");
    let project = Project::of(&[
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"mail\", \"web\"]\n"),
        ("Cargo.lock", &format!("version = 4\n\n{}{}", lock("mail"), lock("web"))),
        ("mail/Cargo.toml", &manifest("mail")),
        ("mail/src/bin/send.rs", &main("send")),
        ("mail/src/bin/fetch-mail.rs", &main("fetch-mail")),
        ("web/Cargo.toml", &manifest("web")),
        ("web/src/main.rs", &main("web")),
    ]);
    let project = project.unwrap();
    project.write("Dockerfile", format!("{}{configuration}", bed.syntax())).unwrap();
    project
}

const IMAGES: &str = "package = \"web\"\n[image]\nexpose = [8080]\nenv = { A = \"1\", B = \"1\" }\ncmd = [\"--all\"]\n\
                      [images.sender]\npackage = \"mail\"\nbin = \"send\"\nexpose = [\"...\", 9090]\nenv = { B = \"2\" }\n\
                      [images.fetch-mail]\npackage = \"mail\"\ncmd = [\"--queue\", \"in\"]\n";

#[test]
fn each_name_is_an_image_that_inherits_and_shares_the_compile() {
    let bed = Bed::ensure().unwrap();
    let project = project(bed, IMAGES);
    let build = Build::new(bed.docker(), project.path());

    build.clone().target("sender").tag("e2e-sender").succeed().unwrap();
    let other = build.clone().target("fetch-mail").tag("e2e-fetch-mail").succeed().unwrap();
    assert!(!other.vertex("[build]").unwrap().has_run(), "{:?}", other.ran());
    build.clone().tag("e2e-web").succeed().unwrap();

    let says = |image: &str| Run::new(bed.docker(), image).complete().unwrap().stdout;
    assert_eq!(says("e2e-sender"), "send [\"--all\"]\n");
    assert_eq!(says("e2e-fetch-mail"), "fetch-mail [\"--queue\", \"in\"]\n");
    assert_eq!(says("e2e-web"), "web [\"--all\"]\n");
    let config = Image::inspect(bed.docker(), "e2e-sender").unwrap().config;
    assert_eq!(config.exposed_ports.keys().collect::<Vec<_>>(), ["8080/tcp", "9090/tcp"]);
    assert!(
        config.env.contains(&"A=1".to_owned()) && config.env.contains(&"B=2".to_owned()),
        "{:?}",
        config.env
    );
    assert_eq!(config.entrypoint, ["/usr/local/bin/send"]);

    let listed = build.call("targets").succeed().unwrap();
    for row in
        ["sender", "an image of package mail with send", "fetch-mail", "an image of package mail", "web"]
    {
        assert!(listed.stdout().contains(row), "no {row} in:\n{}", listed.stdout());
    }
}

#[test]
fn names_that_could_mean_two_things_are_refused() {
    let bed = Bed::ensure().unwrap();
    let refused = |configuration: &str, target: Option<&str>| {
        let project = project(bed, configuration);
        let build = Build::new(bed.docker(), project.path());
        let build = target.map_or(build.clone(), |target| build.target(target));
        build.fail().unwrap().message().to_owned()
    };
    for (configuration, target, words) in [
        (
            "[images.deps]\nbin = \"web\"\n",
            None,
            "`images.deps` has the name of a target that is always there",
        ),
        (
            "[images.send]\nbin = \"web\"\n",
            None,
            "`images.send` has the name of a binary and runs another one, `web`",
        ),
        ("[images.\"a b\"]\nbin = \"web\"\n", None, "`images.a b` is no name of an image"),
        ("[images.x]\nbin = \"wob\"\n", Some("x"), "there is no binary `wob`"),
        ("[images.x]\nbin = \"web\"\n", Some("y"), "There is `x`"),
        ("[images.x]\nbin = \"web\"\nexpos = [1]\n", None, "unknown key `images.x.expos`"),
    ] {
        let message = refused(configuration, target);
        assert!(message.contains(words), "no {words} in:\n{message}");
    }
    let message = refused("[images.x]\nbin = \"wob\"\n", Some("x"));
    assert!(message.contains("Dockerfile:3"), "{message}");
}
