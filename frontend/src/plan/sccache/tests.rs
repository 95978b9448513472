use std::collections::BTreeMap;

use super::{Sccache, choose};
use crate::config::Layers;
use crate::name::RelPath;
use crate::options::Options;
use crate::plan::caches::{Namespace, digest};
use crate::plan::mount_id::MountIds;

/// What a line of configuration comes to, or the first error with its line and hints.
fn chosen(line: &str, arguments: &[(&str, &str)]) -> Result<Option<Sccache>, String> {
    let arguments = arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (file, root) = (RelPath::new("Dockerfile").unwrap(), RelPath::new("Cargo.toml").unwrap());
    let body = format!("# syntax=x\n[cache]\n{line}\n");
    let said = |errors: Vec<crate::diagnostic::Diagnostic>| {
        let error = errors.into_iter().next().unwrap();
        let line = error.span.map_or(0, |span| span.start);
        format!("{line}: {} | {}", error.message, error.hints.join(" "))
    };
    let layers = Layers::read(&arguments, Some((&file, &body)), (&root, "")).map_err(said)?.value;
    let config = layers.merge((&root, "")).map_err(said)?.value;
    let mounts = MountIds::new(&Options::default(), Namespace::Given("project".to_owned()));
    let chosen = choose(config.sccache.as_ref(), &mounts).map_err(said)?.value;
    Ok(chosen.map(|chosen| chosen.value))
}

fn environment(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn a_switch_is_a_directory_of_the_project() {
    let on = chosen("sccache = true", &[]).unwrap().unwrap();
    let mount = on.mount.as_ref().map(ToString::to_string).unwrap_or_default();
    assert_eq!(on.backend, "local");
    let project = digest("project");
    assert!(mount.starts_with(&format!("supercargo/1/sccache/{project}/")), "{mount}");
    assert_eq!(on.environment, environment(&[("SCCACHE_DIR", "/supercargo/sccache")]));
    assert_eq!(chosen("sccache = {}", &[]).unwrap(), Some(on.clone()));
    assert_eq!(chosen("", &[("CACHE_SCCACHE", "true")]).unwrap(), Some(on));
    for (line, arguments) in [
        ("", &[][..]),
        ("sccache = false", &[]),
        ("sccache = \"auto\"", &[]),
        ("sccache = true", &[("CACHE_SCCACHE", "false")]),
    ] {
        assert_eq!(chosen(line, arguments).unwrap(), None, "{line} {arguments:?}");
    }
}

#[test]
fn projects_share_a_directory_only_if_they_say_so() {
    let mount = |line| chosen(line, &[]).unwrap().unwrap().mount.unwrap().to_string();
    let team = mount("sccache = { namespace = \"team\", size = \"20G\" }");
    assert!(
        team != mount("sccache = true") && team != mount("sccache = { namespace = \"other\" }"),
        "{team}"
    );
    assert!(!team.contains("team"), "a namespace may hold anything: {team}");
}

#[test]
fn the_keys_of_a_backend_become_its_variables() {
    let s3 = "sccache = { backend = \"s3\", bucket = \"b\", region = \"auto\", use-ssl = true, read-only = true, secret = \"id\" }";
    let s3 = chosen(s3, &[]).unwrap().unwrap();
    let expected = [
        ("SCCACHE_BUCKET", "b"),
        ("SCCACHE_REGION", "auto"),
        ("SCCACHE_S3_RW_MODE", "READ_ONLY"),
        ("SCCACHE_S3_USE_SSL", "true"),
    ];
    assert_eq!((s3.mount, s3.environment), (None, environment(&expected)));
    let secret = s3.secret.unwrap();
    assert_eq!(secret.id, "id");
    assert!(secret.variables.contains(&"AWS_SECRET_ACCESS_KEY".to_owned()), "{secret:?}");
    assert!(!secret.variables.contains(&"SCCACHE_REDIS_PASSWORD".to_owned()), "{secret:?}");

    let gcs =
        chosen("sccache = { backend = \"gcs\", bucket = \"b\", secret = \"s\" }", &[]).unwrap().unwrap();
    assert_eq!(gcs.environment.get("SCCACHE_GCS_RW_MODE").map(String::as_str), Some("READ_WRITE"));
    assert_eq!(gcs.secret.unwrap().file_variable.as_deref(), Some("SCCACHE_GCS_KEY_PATH"));

    let cluster = "sccache = { backend = \"redis\", cluster-endpoints = [\"a:1\", \"b:1\"], db = 3 }";
    let cluster = chosen(cluster, &[]).unwrap().unwrap();
    let expected = [("SCCACHE_REDIS_CLUSTER_ENDPOINTS", "a:1,b:1"), ("SCCACHE_REDIS_DB", "3")];
    assert_eq!((cluster.environment, cluster.secret), (environment(&expected), None));
}

#[test]
fn what_cannot_be_meant_is_an_error_with_its_line() {
    for (line, says) in [
        ("\nsccache = 3", &["4: ", "`true`, `false`", "backend"][..]),
        ("sccache = \"s3\"", &["3: ", "`true`, `false`", "backend"]),
        ("sccache = { backend = \"s4\" }", &["3: there is no sccache backend `s4`", "`s3`, `redis`"]),
        (
            "[cache.sccache]\nbackend = \"s3\"\nbuckt = \"b\"",
            &["5: unknown key `buckt`", "`bucket`", "`region`"],
        ),
        ("sccache = { bucket = \"b\" }", &["3: unknown key `bucket`", "`local`", "`size`"]),
        ("sccache = { backend = \"s3\" }", &["3: the sccache backend `s3` needs `bucket`", "bucket = \""]),
        ("sccache = { backend = \"redis\" }", &["needs `endpoint` or `cluster-endpoints`"]),
        (
            "sccache = { backend = \"webdav\", endpoint = \"http://h\", token = \"t\" }",
            &["unknown key `token`", "--secret id="],
        ),
        (
            "sccache = { backend = \"redis\", endpoint = \"redis://u:p@h\" }",
            &["holds a password", "SCCACHE_REDIS_PASSWORD"],
        ),
        ("sccache = { size = \"lots\" }", &["3: `lots` is no size", "20G"]),
    ] {
        let error = chosen(line, &[]).unwrap_err();
        for word in says {
            assert!(error.contains(word), "{line}: no {word:?} in {error}");
        }
        assert!(!error.contains("u:p@"), "{error}");
    }
    let error = chosen("", &[("CACHE_SCCACHE", "yes")]).unwrap_err();
    assert!(error.contains("CACHE_SCCACHE") && error.contains("`yes`"), "{error}");
}

#[test]
fn a_secret_may_bring_what_would_be_missing() {
    let line = "sccache = { backend = \"redis\", secret = \"sccache\" }";
    assert_eq!(chosen(line, &[]).unwrap().unwrap().environment, BTreeMap::new());
}
