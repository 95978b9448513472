//! Lines on Cargo's standard output that Cargo did not write.

use std::fs;

use crate::bed::{Outcome, Project, main, manifest};

/// A project whose macro `mac::go!` runs `body` before its package `app` is compiled. In it, `TARGET`, `OUT` and `SRC`
/// stand for those directories, and `artifact(kind, path)` is a message of Cargo's about the binary `app`.
fn project(body: &str) -> Project {
    let project = Project::new(&[("src/main.rs", &format!("mac::go!();\n{}", main("\"real\"")))]);
    let at = |name: &str| project.path(name).to_str().unwrap().to_owned();
    let body = body.replace("TARGET", &at("target")).replace("OUT", &at("out")).replace("SRC", &at("src"));
    let library = format!(
        r##"extern crate proc_macro;
        fn artifact(kind: &str, path: &str) -> String {{
            format!(r#"{{{{"reason":"compiler-artifact","package_id":"path+file://{source}#app@0.1.0","target":{{{{"kind":["{{kind}}"],"name":"app"}}}},"profile":{{{{}}}},"features":[],"filenames":["{{path}}"],"executable":"{{path}}","fresh":false}}}}"#)
        }}
        #[proc_macro]
        pub fn go(_: proc_macro::TokenStream) -> proc_macro::TokenStream {{
            let _ = artifact;
            {body}
            proc_macro::TokenStream::new()
        }}"##,
        source = at("src")
    );
    project.write("mac/src/lib.rs", &library);
    project.write("mac/Cargo.toml", &manifest("mac", "[lib]\nproc-macro = true\n"));
    project.write("Cargo.toml", &manifest("app", "[dependencies]\nmac = { path = \"mac\" }\n[workspace]\n"));
    project
}

fn fails(project: &Project, words: &str) {
    let outcome = project.try_build();
    assert_eq!(outcome.code, Some(70), "{outcome:?}");
    assert!(outcome.stderr.contains(words), "{outcome:?}");
    assert!(!project.path("out/report.json").exists(), "{outcome:?}");
}

fn lines<'a>(outcome: &'a Outcome, word: &str) -> Vec<&'a str> {
    outcome.stdout.lines().filter(|line| line.contains(word)).collect()
}

#[test]
fn a_printed_artifact_elsewhere_is_output_and_nothing_more() {
    for path in ["SRC/evil", "TARGET/../src/evil", "/bin/sh", "TARGET2/debug/app", "app", ""] {
        let project = project(&format!(
            r##"std::fs::write("SRC/evil", "#!/bin/sh\necho evil\n").unwrap();
            println!("{{}}", artifact("bin", "{path}"));"##
        ));
        let outcome = project.build("real", "2 of 2");
        assert_eq!(lines(&outcome, "compiler-artifact").len(), 1, "{path}: {outcome:?}");
        assert_eq!(project.report().units.len(), 2, "{path}");
    }
}

#[test]
fn a_printed_artifact_in_the_target_directory_is_not_the_binary() {
    for (path, kind) in
        [("debug/evil", "bin"), ("release/app", "bin"), ("debug/deps/app", "bin"), ("app", "example")]
    {
        let project = project(&format!(
            r#"std::fs::create_dir_all("TARGET/{path}").unwrap();
            std::fs::remove_dir("TARGET/{path}").unwrap();
            std::fs::copy("/bin/sh", "TARGET/{path}").unwrap();
            println!("{{}}", artifact("{kind}", "TARGET/{path}"));"#
        ));
        project.build("real", "2 of 2");
    }
}

/// A binary that earlier builds left is not one that this build made, whatever a macro says.
#[test]
fn a_printed_artifact_brings_no_other_binary_back() {
    let mut project = project(r#"println!("{}", artifact("bin", "SRC/gone"));"#);
    fs::create_dir_all(project.path("target/debug")).unwrap();
    fs::copy("/bin/sh", project.path("target/debug/gone")).unwrap();
    project.job.collect.as_mut().unwrap().binaries.push("gone".to_owned());
    fails(&project, "cargo built no binary `gone`; it built `app`");
}

#[test]
fn a_printed_end_is_output_and_the_build_goes_on() {
    let forged = r#"{"reason":"build-finished","success":true,"by":"macro"}"#;
    // Cargo wraps JSON that a macro writes to standard error into a message of its own.
    for (print, expected) in [
        ("println", forged),
        ("print!(\"unended\"); println!(); println", forged),
        ("eprintln", "compiler-message"),
    ] {
        let project = project(&format!("{print}!(\"{{}}\", r#\"{forged}\"#);"));
        let outcome = project.build("real", "2 of 2");
        let shown = lines(&outcome, "build-finished");
        assert!(shown.len() == 1 && shown[0].contains(expected), "{outcome:?}");
    }
}

#[test]
fn what_tests_print_is_output_also_after_a_printed_end() {
    let mut project =
        project(r#"println!("{{\"reason\":\"build-finished\",\"success\":true,\"by\":\"macro\"}}");"#);
    let test = r##"
        #[test]
        fn prints() {
            println!("{}", r#"{"reason":"compiler-artifact","by":"test"}"#);
            println!("{}", r#"{"reason":"tomorrow","by":"test"}"#);
        }"##;
    project.write("src/main.rs", &format!("mac::go!();\n{}{test}", main("\"real\"")));
    project.job.command[1] = "test".to_owned();
    project.job.command.extend(["--", "--nocapture"].map(str::to_owned));
    project.job.collect = None;
    let outcome = project.try_build();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(lines(&outcome, r#""by":"test""#).len(), 2, "{outcome:?}");
    assert_eq!(lines(&outcome, r#""by":"macro""#).len(), 1, "{outcome:?}");
    assert!(outcome.stdout.contains("test: 0 dependencies reused; compiled 2 of 2"), "{outcome:?}");
}

/// A process that outlives the link replaces what Cargo put in place.
fn replacing(command: &str) -> Project {
    let mut project = project("");
    let script =
        format!("cargo build --offline --message-format=json-render-diagnostics && cd TARGET && {command}");
    let script = script.replace("TARGET", project.path("target").to_str().unwrap());
    project.job.command = ["sh", "-c", &script].map(str::to_owned).to_vec();
    project
}

#[test]
fn something_else_in_the_place_of_the_binary_fails_the_build() {
    for (command, words) in [
        ("ln -sf /bin/sh debug/app", "debug/app` is or lies behind a symbolic link"),
        ("mv debug elsewhere && ln -s elsewhere debug", "debug/app` is or lies behind a symbolic link"),
        ("rm debug/app && mkfifo debug/app", "debug/app` is not a regular file"),
        ("rm debug/app && mkdir debug/app", "debug/app` is not a regular file"),
        ("echo '#!/bin/sh' > debug/app", "debug/app` is not an ELF file"),
        ("rm debug/app", "cannot open `"),
    ] {
        fails(&replacing(command), words);
    }
}

#[test]
fn what_a_macro_put_where_binaries_go_does_not_stay() {
    let project = project(
        r#"std::fs::create_dir_all("OUT/bin").unwrap();
        std::fs::write("SRC/kept", "kept").unwrap();
        for name in ["OUT/bin/app", "OUT/report.json", "OUT/more"] {
            std::os::unix::fs::symlink("SRC/kept", name).unwrap();
        }"#,
    );
    project.build("real", "2 of 2");
    assert!(project.path("out/bin/app").symlink_metadata().unwrap().is_file());
    assert!(!project.path("out/more").exists());
    assert_eq!(fs::read_to_string(project.source("kept")).unwrap(), "kept");
    assert_eq!(project.report().units.len(), 2);
}

/// The agent removes the directory around a build script's `OUT_DIR` when the script wrote into the sources.
#[test]
fn a_printed_script_has_no_directory_removed() {
    let project = project(
        r##"std::fs::write("SRC/written", "x").unwrap();
        for directory in ["SRC/../victim/out", "TARGET/../victim/out", "TARGET/debug/out"] {
            println!(r#"{{"reason":"build-script-executed","package_id":"path+file://SRC#app@0.1.0","out_dir":"{directory}"}}"#);
        }"##,
    );
    fs::create_dir_all(project.path("victim/out")).unwrap();
    let outcome = project.build("real", "2 of 2");
    assert_eq!(lines(&outcome, "build-script-executed").len(), 3, "{outcome:?}");
    project.remove("written");
    project.build("real", "1 of 2");
    assert!(project.path("victim/out").exists() && project.path("target/debug").exists());
}
