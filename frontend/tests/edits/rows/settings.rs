//! Edits of profiles, of Cargo's configuration, and of the toolchain.

use toml_edit::{Array, DocumentMut, value};

use crate::case::{Case, table};
use crate::edit::Edit;
use crate::edit::Expect::{Change, Keep};

pub(super) const ROWS: &[Edit] = &[
    Edit { row: "26", name: "another profile is edited", expect: Keep, apply: other_profile },
    Edit { row: "27", name: "the profile is edited", expect: Change, apply: this_profile },
    Edit { row: "28", name: "the profile of a local package is edited", expect: Keep, apply: local_profile },
    Edit { row: "29", name: "the profile of a dependency is edited", expect: Change, apply: crate_profile },
    Edit { row: "40", name: "the toolchain's channel changes", expect: Change, apply: channel_changed },
    Edit { row: "41a", name: "the toolchain's components change", expect: Keep, apply: components_changed },
    Edit { row: "41b", name: "the toolchain file gets a comment", expect: Keep, apply: toolchain_comment },
    Edit { row: "42a", name: "an alias is added", expect: Keep, apply: alias_added },
    Edit { row: "42b", name: "a comment is added to the configuration", expect: Keep, apply: config_comment },
    Edit { row: "42c", name: "settings of the network are added", expect: Keep, apply: network_set },
    Edit { row: "43a", name: "a flag of the compiler is added", expect: Change, apply: flag_added },
    Edit { row: "43b", name: "a linker is set", expect: Change, apply: linker_set },
    Edit { row: "43c", name: "a linker of another platform is set", expect: Keep, apply: other_linker_set },
    Edit { row: "44", name: "a variable of build scripts is set", expect: Change, apply: variable_set },
    Edit { row: "49", name: "the builder's image is updated", expect: Change, apply: image_updated },
];

const CONFIG: &str = ".cargo/config.toml";

fn root(case: &mut Case, edit: impl FnOnce(&mut DocumentMut)) -> Result<(), &'static str> {
    case.toml("Cargo.toml", edit);
    Ok(())
}

fn config(case: &mut Case, edit: impl FnOnce(&mut DocumentMut)) -> Result<(), &'static str> {
    case.toml(CONFIG, edit);
    Ok(())
}

fn other_profile(case: &mut Case) -> Result<(), &'static str> {
    root(case, |root| _ = table(root, &["profile", "dev"]).insert("debug", value(2)))
}

fn this_profile(case: &mut Case) -> Result<(), &'static str> {
    root(case, |root| _ = table(root, &["profile", "release"]).insert("codegen-units", value(3)))
}

fn local_profile(case: &mut Case) -> Result<(), &'static str> {
    let name = case.name_of(case.layout.app);
    root(case, |root| {
        table(root, &["profile", "release", "package", &name]).insert("opt-level", value(1));
    })
}

fn crate_profile(case: &mut Case) -> Result<(), &'static str> {
    root(case, |root| {
        table(root, &["profile", "release", "package", "itoa"]).insert("opt-level", value(1));
    })
}

fn toolchain_file(case: &Case) -> Option<&'static str> {
    ["rust-toolchain.toml", "rust-toolchain"].into_iter().find(|file| case.has(file))
}

fn channel_changed(case: &mut Case) -> Result<(), &'static str> {
    match toolchain_file(case) {
        Some("rust-toolchain") => case.write("rust-toolchain", "1.94\n"),
        _ => case.toml("rust-toolchain.toml", |file| {
            table(file, &["toolchain"]).insert("channel", value("1.94"));
        }),
    }
    Ok(())
}

fn components_changed(case: &mut Case) -> Result<(), &'static str> {
    if toolchain_file(case) != Some("rust-toolchain.toml") {
        return Err("no file can name components");
    }
    case.toml("rust-toolchain.toml", |file| {
        let components: Array = ["clippy"].into_iter().collect();
        table(file, &["toolchain"]).insert("components", value(components));
    });
    Ok(())
}

fn toolchain_comment(case: &mut Case) -> Result<(), &'static str> {
    if toolchain_file(case) != Some("rust-toolchain.toml") {
        return Err("no file can have a comment");
    }
    case.append("rust-toolchain.toml", "# A comment.\n");
    Ok(())
}

fn alias_added(case: &mut Case) -> Result<(), &'static str> {
    config(case, |config| _ = table(config, &["alias"]).insert("r", value("run")))
}

fn config_comment(case: &mut Case) -> Result<(), &'static str> {
    let text = if case.has(CONFIG) { case.read(CONFIG) } else { String::new() };
    case.write(CONFIG, format!("# A comment.\n{text}"));
    Ok(())
}

fn network_set(case: &mut Case) -> Result<(), &'static str> {
    config(case, |config| {
        table(config, &["net"]).insert("retry", value(3));
        table(config, &["http"]).insert("timeout", value(9));
    })
}

fn flag_added(case: &mut Case) -> Result<(), &'static str> {
    config(case, |config| {
        let flags: Array = ["--cfg", "y"].into_iter().collect();
        table(config, &["build"]).insert("rustflags", value(flags));
    })
}

fn linker(case: &mut Case, triple: &str) -> Result<(), &'static str> {
    config(case, |config| _ = table(config, &["target", triple]).insert("linker", value("clang")))
}

fn linker_set(case: &mut Case) -> Result<(), &'static str> {
    linker(case, "x86_64-unknown-linux-gnu")
}

fn other_linker_set(case: &mut Case) -> Result<(), &'static str> {
    linker(case, "aarch64-apple-darwin")
}

fn variable_set(case: &mut Case) -> Result<(), &'static str> {
    config(case, |config| _ = table(config, &["env"]).insert("GREETING", value("good day")))
}

fn image_updated(case: &mut Case) -> Result<(), &'static str> {
    case.toolchain_digest = format!("sha256:{}", "2".repeat(64));
    Ok(())
}
