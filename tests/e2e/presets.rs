//! What is set without being asked for, because the project shows that it is needed.

use crate::subject::Subject;

/// Stands for sqlx: a macro that asks its environment, as the real one does, and tells nobody.
const MACRO: &str = r#"extern crate proc_macro;

#[proc_macro]
pub fn offline(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let offline = std::env::var("SQLX_OFFLINE").unwrap_or_else(|_| "unset".into());
    format!("{offline:?}").parse().unwrap()
}
"#;

#[test]
fn sqlx_is_offline_where_it_was_prepared() {
    let package = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.8.0\"\nedition = \"2024\"\n{more}")
    };
    let subject = Subject::of(
        "prepared",
        &[
            ("Cargo.toml", &package("prepared", "[dependencies]\nsqlx = { path = \"sqlx\" }\n[workspace]\n")),
            ("src/main.rs", "fn main() { println!(\"{}\", sqlx::offline!()) }\n"),
            ("sqlx/Cargo.toml", &package("sqlx", "[lib]\nproc-macro = true\n")),
            ("sqlx/src/lib.rs", MACRO),
        ],
    );
    subject.must_say("nothing is prepared", "unset");
    subject.project.write(".sqlx/query-1.json", "{}").unwrap();
    subject.must_say("prepared", "true");
    let manifest = subject.project.read("Cargo.toml").unwrap();
    let metadata = "[package.metadata.supercargo.build]\nenv = { SQLX_OFFLINE = \"false\" }\n";
    subject.project.write("Cargo.toml", format!("{manifest}{metadata}")).unwrap();
    subject.must_say("as the user says", "false");
}
