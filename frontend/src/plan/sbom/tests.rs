use std::collections::BTreeSet;

use serde_json::Value;

use super::{Trees, value};
use crate::name::RelPath;
use crate::project::{self, Project};
use crate::tree::Tree;

const MANIFEST: &str = "[package]\nname = \"app\"\nversion = \"1.2.3\"\nlicense = \"MIT/Apache-2.0\"\ndescription = \"Does it.\"\n\
     [features]\njson = [\"dep:js\"]\n[dependencies]\nrun = \"1\"\njs = { version = \"1\", optional = true }\n\
     helper = { path = \"helper\" }\n[target.'cfg(windows)'.dependencies]\nwin = \"1\"\n\
     [build-dependencies]\nmaker = \"1\"\n[dev-dependencies]\ntested = \"1\"\n";

const HELPER: &str = "[package]\nname = \"helper\"\nversion = \"0.1.0\"\n[dependencies]\nbelow = { git = \"https://token@x.org/below\" }\n";

fn project() -> Project {
    let locked = |name: &str, dependencies: &str| {
        format!(
            "[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n\
             source = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"{}\"\ndependencies = [{dependencies}]\n",
            "0a".repeat(32)
        )
    };
    let own = "[[package]]\nname = \"app\"\nversion = \"1.2.3\"\n\
               dependencies = [\"helper\", \"js\", \"maker\", \"run\", \"tested\", \"win\"]\n\
               [[package]]\nname = \"helper\"\nversion = \"0.1.0\"\ndependencies = [\"below\"]\n\
               [[package]]\nname = \"below\"\nversion = \"0.3.0\"\nsource = \"git+https://token@x.org/below#0123\"\n";
    let names = ["js", "tested", "win"];
    let others: String = names.iter().map(|name| locked(name, "")).collect();
    let lockfile = format!(
        "version = 4\n{own}{others}{}{}{}{}",
        locked("maker", "\"both\", \"deep\""),
        locked("run", "\"both\""),
        locked("both", ""),
        locked("deep", "")
    );
    let mut tree = Tree::default();
    for (path, text) in [
        ("Cargo.toml", MANIFEST),
        ("Cargo.lock", &lockfile),
        ("src/main.rs", ""),
        ("build.rs", ""),
        ("helper/Cargo.toml", HELPER),
        ("helper/src/lib.rs", ""),
    ] {
        tree.insert_file(RelPath::new(path).unwrap(), text.as_bytes().to_vec());
    }
    project::load(&tree).unwrap().value
}

/// What cargo says of it for Linux without features. `both` is needed for the build and for the program.
const COMPILED: &str = "0app v1.2.3 (/workspace)\tMIT/Apache-2.0\n1helper v0.1.0 (/workspace/helper)\t\n\
     2below v0.3.0 (https://token@x.org/below#01234567)\tISC\n1run v1.0.0\tMIT\n2both v1.0.0\tMIT\n\
     1maker v1.0.0\tMIT\n2both v1.0.0\tMIT\n2deep v1.0.0\tMIT\n1run v1.0.0\tMIT (*)\nwhatever else\n1unlocked v1.0.0\tMIT\n";

const LINKED: &str = "0app v1.2.3 (/workspace)\tMIT/Apache-2.0\n1helper v0.1.0 (/workspace/helper)\t\n\
     2below v0.3.0 (https://token@x.org/below#01234567)\tISC\n1run v1.0.0\tMIT\n2both v1.0.0\tMIT\n";

fn bill() -> Value {
    let trees = Trees { compiled: COMPILED, linked: LINKED };
    value(&project(), &["app".to_owned()], "x86_64-unknown-linux-gnu", trees).unwrap()
}

fn named<'a>(bill: &'a Value, name: &str) -> Option<&'a Value> {
    bill.get("components")?.as_array()?.iter().find(|one| one.get("name").is_some_and(|found| found == name))
}

#[test]
fn only_what_cargo_names_is_in_it() {
    let bill = bill();
    let all = bill.get("components").and_then(Value::as_array).unwrap();
    let names: BTreeSet<&str> = all.iter().map(|one| one.get("name").unwrap().as_str().unwrap()).collect();
    assert_eq!(names, ["below", "both", "deep", "helper", "maker", "run"].into());
    let nothing = Trees { compiled: "error: no such package\n", linked: "" };
    assert_eq!(value(&project(), &[], "", nothing), None);
}

#[test]
fn each_component_says_where_it_is_from_and_what_it_is_for() {
    let bill = bill();
    let run = named(&bill, "run").unwrap();
    assert_eq!(run.pointer("/purl").unwrap(), "pkg:cargo/run@1.0.0");
    assert_eq!(run.pointer("/hashes/0/content").unwrap(), &"0a".repeat(32));
    let below = named(&bill, "below").unwrap();
    assert_eq!(
        below.pointer("/purl").unwrap(),
        "pkg:cargo/below@0.3.0?vcs_url=git%2Bhttps://x.org/below%400123"
    );
    assert!(!bill.to_string().contains("token"));
    // What only the build script needs is in no binary; what both need is.
    let is_excluded = |name: &str| named(&bill, name).unwrap().get("scope").is_some();
    assert_eq!(["maker", "deep", "both", "run"].map(is_excluded), [true, true, false, false]);
    assert_eq!(below.pointer("/licenses/0/expression").unwrap(), "ISC");
    let main = bill.pointer("/metadata/component").unwrap();
    assert_eq!(main.pointer("/licenses/0/expression").unwrap(), "MIT OR Apache-2.0");
    assert_eq!(main.pointer("/components/0/name").unwrap(), "app");
    let root = main.pointer("/bom-ref").unwrap();
    let edges = bill.get("dependencies").and_then(Value::as_array).unwrap();
    let on = edges.iter().find(|edge| edge.get("ref") == Some(root)).and_then(|edge| edge.get("dependsOn"));
    let expected = serde_json::json!([
        "pkg:cargo/helper@0.1.0?download_url=file://helper",
        "pkg:cargo/maker@1.0.0",
        "pkg:cargo/run@1.0.0",
    ]);
    assert_eq!(on, Some(&expected));
}

#[test]
fn every_edge_leads_to_something_that_is_listed_once() {
    let bill = bill();
    let mut listed: Vec<&Value> = bill
        .get("components")
        .and_then(Value::as_array)
        .unwrap()
        .iter()
        .chain(bill.pointer("/metadata/component"))
        .map(|one| one.get("bom-ref").unwrap())
        .collect();
    let count = listed.len();
    listed.sort_by_key(ToString::to_string);
    listed.dedup();
    assert_eq!(listed.len(), count);
    let edges = bill.get("dependencies").and_then(Value::as_array).unwrap();
    assert_eq!(edges.len(), count);
    for edge in edges {
        assert!(listed.contains(&edge.get("ref").unwrap()));
        for to in edge.get("dependsOn").and_then(Value::as_array).unwrap() {
            assert!(listed.contains(&to), "{to}");
        }
    }
}
