//! What all keys have in common: their homes, `"auto"`, `"..."`, unknown keys and wrong values.

use std::collections::BTreeMap;

use super::{Config, Layers, json_schema, keys};
use crate::name::RelPath;

fn merged(arguments: &[(&str, &str)], definition: &str, manifest: &str) -> Result<Config, String> {
    let arguments: BTreeMap<String, String> =
        arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let file = RelPath::new("Dockerfile").unwrap();
    let root = RelPath::new("Cargo.toml").unwrap();
    Layers::read(&arguments, Some((&file, definition)), (&root, manifest))
        .and_then(|layers| layers.value.merge((&root, manifest)))
        .map(|config| config.value)
        .map_err(|errors| {
            let error = errors.into_iter().next().unwrap();
            let line = error.span.map_or(0, |span| span.start);
            format!("{line}: {} | {}", error.message, error.hints.join(" "))
        })
}

/// Every error: line and message, and its hints.
fn faults(definition: &str, manifest: &str) -> Vec<(String, String)> {
    let file = RelPath::new("Dockerfile").unwrap();
    let root = RelPath::new("Cargo.toml").unwrap();
    let errors = Layers::read(&BTreeMap::new(), Some((&file, definition)), (&root, manifest)).err();
    let told = errors.into_iter().flatten().map(|error| {
        let line = error.span.map_or(0, |span| span.start);
        (format!("{line}: {}", error.message), error.hints.join(" "))
    });
    told.collect()
}

const MANIFEST: &str = "[package]\nname = \"a\"\n[package.metadata.supercargo]\nprofile = \"package\"\nfeatures = [\"p\"]\n\
                        [workspace.metadata.supercargo]\nprofile = \"workspace\"\n[workspace.metadata.supercargo.image]\nuser = \"7\"\n";

#[test]
fn every_unknown_key_is_named_with_its_line_and_what_was_meant() {
    let body = "# syntax=x\nprofil = \"x\"\nuser = \"1\"\n[image]\nlables = {}\n[image.sub]\na = 1\n";
    let manifest = "[workspace.metadata.supercargo]\nall_features = true\n";
    let told = faults(body, manifest);
    let what = "failed to read the configuration in `Dockerfile`: unknown key";
    assert_eq!(
        told.iter().map(|(fault, _)| fault.as_str()).collect::<Vec<_>>(),
        [
            format!("2: {what} `profil`").as_str(),
            &format!("3: {what} `user`"),
            &format!("5: {what} `image.lables`"),
            &format!("6: {what} `image.sub`"),
            "2: failed to read `metadata.supercargo` in `Cargo.toml`: unknown key `all_features`",
        ]
    );
    let hints: Vec<&str> = told.iter().map(|(_, hint)| hint.as_str()).collect();
    assert!(hints[0].starts_with("Did you mean `profile`? Here the configuration may hold"), "{}", hints[0]);
    assert!(hints[1].starts_with("Did you mean `image.user`?"), "{}", hints[1]);
    assert!(hints[2].starts_with("Did you mean `image.labels`? `image` may hold `base`, "), "{}", hints[2]);
    assert!(hints[3].starts_with("`image` may hold"), "{}", hints[3]);
    assert!(hints[4].starts_with("Did you mean `all-features`?"), "{}", hints[4]);
}

#[test]
fn auto_is_as_if_the_key_were_absent_whatever_its_type() {
    let paths = keys::paths(json_schema::types());
    // A table cannot be a text and have keys at the same time.
    let has_keys = |table: &str| paths.iter().any(|path| path.starts_with(&format!("{table}.")));
    let lines: Vec<String> =
        paths.iter().filter(|path| !has_keys(path)).map(|path| format!("{path} = \"auto\"\n")).collect();
    let every = lines.concat();
    assert!(every.contains("image.labels = ") && every.contains("cache.sccache = "), "{every}");
    assert_eq!(merged(&[], &every, "").unwrap(), Config::default());
    let tables = "toolchain = \"auto\"\nbuild = \"auto\"\ncache = \"auto\"\nimage.healthcheck = \"auto\"\n";
    assert_eq!(merged(&[], tables, "").unwrap(), Config::default());
    let tables = "toolchain = \"auto\"\nbuild = \"auto\"\ncache = \"auto\"\nimage = \"auto\"\n";
    assert_eq!(merged(&[], tables, "").unwrap(), Config::default());
    // The keys of such a table are the user's own words, and so are the values.
    let env = merged(&[], "image.env = { MODE = \"auto\" }", "").unwrap().env.unwrap().value;
    assert_eq!(env, [("MODE".to_owned(), "auto".to_owned())].into());
}

#[test]
fn dots_keep_what_the_lower_home_lists() {
    let config = merged(&[("FEATURES", "x,...")], "features = [\"y\", \"...\"]", MANIFEST).unwrap();
    assert_eq!(config.features.unwrap().value, ["x", "y", "p"]);
    let config = merged(&[], "image.expose = [\"...\", 80]", "").unwrap();
    assert_eq!(config.expose.unwrap().value, ["...", "80/tcp"]);
}

#[test]
fn every_wrong_value_is_named_with_its_line_and_what_is_right() {
    let body = "features = 3\n[image]\nuser = 7\nexpose = [80, true]\n[image.env]\nPORT = 80\n[cache]\nmode = \"off\"\n";
    let told = faults(body, "");
    let (faults, hints): (Vec<_>, Vec<_>) =
        told.iter().map(|(fault, hint)| (fault.as_str(), hint.as_str())).unzip();
    let what = "failed to read the configuration in `Dockerfile`:";
    assert_eq!(
        faults,
        [
            format!(
                "1: {what} `features` value `3` is not right: invalid type: integer `3`, expected a sequence"
            ),
            format!(
                "3: {what} `image.user` value `7` is not right: invalid type: integer `7`, expected a string"
            ),
            format!(
                "4: {what} `image.expose` value `[80, true]` is not right: a port such as `8080` or `\"9000/udp\"`"
            ),
            format!(
                "6: {what} `image.env.PORT` value `80` is not right: invalid type: integer `80`, expected a string"
            ),
            format!(
                "8: {what} `cache.mode` value `\"off\"` is not right: unknown variant `off`, expected one of `auto`, `layers`, `mounts`, `none`"
            ),
        ]
    );
    assert_eq!(
        hints,
        [
            "It may be a list of which each item is a text.",
            "It may be a text.",
            "It may be a list of which each item is a whole number or a text.",
            "It may be a text.",
            "It may be `\"auto\"`, `\"layers\"`, `\"mounts\"` or `\"none\"`.",
        ]
    );
}

#[test]
fn tables_that_are_none_end_in_errors() {
    assert!(faults("image = 3\n", "")[0].0.starts_with("1: "));
    assert!(faults("", "[workspace.metadata]\nsupercargo = []\n")[0].0.starts_with("2: "));
    assert!(faults("", "package = 3\n").is_empty());
    assert!(!faults("a = ", "")[0].0.is_empty());
}

#[test]
fn everything_that_was_said_is_told_with_who_said_it_and_what_counts() {
    let arguments =
        BTreeMap::from([("PROFILE".to_owned(), "dev".to_owned()), ("OTHER".to_owned(), "x".to_owned())]);
    let file = RelPath::new("Dockerfile").unwrap();
    let root = RelPath::new("Cargo.toml").unwrap();
    let body = "bin = [\"a\", \"b\"]\n[image]\nbase = \"auto\"\nenv = { A = \"1\", \"b c\" = \"2\" }\n";
    let layers = Layers::read(&arguments, Some((&file, body)), (&root, MANIFEST)).unwrap().value;
    let said: Vec<String> = layers
        .said(Some((&root, MANIFEST)))
        .into_iter()
        .map(|said| {
            let over = said.overridden_by.map(|by| format!(" < {by}")).unwrap_or_default();
            format!("{} = {} ({}){over}", said.key, said.value, said.origin)
        })
        .collect();
    assert_eq!(
        said,
        [
            "bin = [\"a\", \"b\"] (Dockerfile:1)",
            "features = [\"p\"] (Cargo.toml:5)",
            "image.env.\"b c\" = \"2\" (Dockerfile:4)",
            "image.env.A = \"1\" (Dockerfile:4)",
            "image.user = \"7\" (Cargo.toml:9)",
            "profile = dev (build-arg PROFILE)",
            "profile = \"package\" (Cargo.toml:4) < build-arg PROFILE",
            "profile = \"workspace\" (Cargo.toml:7) < build-arg PROFILE",
        ]
    );
}

#[test]
fn higher_homes_win_key_by_key() {
    let config = merged(&[("PROFILE", "arg")], "# syntax=x\nprofile = \"body\"\n", MANIFEST).unwrap();
    assert_eq!(config.profile.unwrap().value, "arg");
    assert_eq!(config.features.unwrap().value, ["p"]);
    assert_eq!(config.user.unwrap().value, "7");
    let body = "# syntax=x\nprofile = \"auto\"\nbin = \"auto\"\n";
    let config = merged(&[("PROFILE", "auto")], body, MANIFEST).unwrap();
    assert_eq!(config.bins, None);
    let profile = config.profile.unwrap();
    assert_eq!((profile.value.as_str(), profile.origin.to_string().as_str()), ("package", "Cargo.toml:4"));
}

#[test]
fn instructions_are_recognised() {
    let error = merged(&[], "# syntax=x\nFROM rust:1\n", "").unwrap_err();
    assert!(error.contains("no Dockerfile instructions"), "{error}");
}
