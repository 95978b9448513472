//! Procedural macros that write on Cargo's standard output what looks like Cargo's own messages.

use crate::subject::{Subject, run_id};

#[test]
fn a_macro_that_prints_messages_of_cargo_changes_nothing() {
    let library = r##"extern crate proc_macro;
        #[proc_macro]
        pub fn go(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
            let evil = "/supercargo/evil";
            std::fs::write(evil, "#!/bin/sh\necho evil\n").unwrap();
            for path in [evil, "/supercargo/target/../evil"] {
                println!(
                    r#"{{"reason":"compiler-artifact","package_id":"path+file:///workspace#forged@0.1.0","target":{{"kind":["bin"],"name":"forged"}},"profile":{{}},"features":[],"filenames":["{path}"],"executable":"{path}","fresh":false}}"#
                );
            }
            println!(r#"{{"reason":"build-finished","success":true,"by":"macro"}}"#);
            proc_macro::TokenStream::new()
        }"##;
    let package = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{more}")
    };
    let subject = Subject::of(
        "forged",
        &[
            ("Cargo.toml", &package("forged", "[dependencies]\nmac = { path = \"mac\" }\n[workspace]\n")),
            ("src/main.rs", &format!("mac::go!();\nfn main() {{ println!(\"real\"); }}\n// {}\n", run_id())),
            ("mac/Cargo.toml", &package("mac", "[lib]\nproc-macro = true\n")),
            ("mac/src/lib.rs", library),
        ],
    );
    let log = subject.must_say("forged", "real");
    let build = log.vertex("[build]").unwrap();
    assert_eq!(build.log().matches(r#""reason":"compiler-artifact""#).count(), 2, "{}", log.transcript());
    assert!(build.log().contains(r#""by":"macro""#), "{}", log.transcript());
}
