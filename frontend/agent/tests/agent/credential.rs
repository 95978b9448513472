//! The agent as git's credential helper and as Cargo's credential provider.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::bed::{Outcome, outcome};

/// What the helper for `git.corp` answers to a question of git's.
fn asked(question: &str) -> Outcome {
    let directory = tempfile::tempdir().unwrap();
    let token = directory.path().join("token");
    std::fs::write(&token, "hunter2\n").unwrap();
    let mut helper = Command::new(env!("CARGO_BIN_EXE_supercargo-agent"));
    answered(helper.args(["git-credential", "git.corp"]).arg(token).arg("get"), question)
}

fn answered(helper: &mut Command, question: &str) -> Outcome {
    let mut helper =
        helper.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    helper.stdin.take().unwrap().write_all(question.as_bytes()).unwrap();
    outcome(&helper.wait_with_output().unwrap())
}

#[test]
fn a_token_goes_to_its_host_over_https() {
    let outcome = asked("protocol=https\nhost=git.corp:8443\n\n");
    assert_eq!(outcome.stdout, "username=x-access-token\npassword=hunter2\n", "{outcome:?}");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

#[test]
fn a_token_never_goes_over_plain_http() {
    let outcome = asked("protocol=http\nhost=GIT.corp:3000\nusername=me\n\n");
    assert_eq!((outcome.stdout.as_str(), outcome.code), ("quit=1\n", Some(70)), "{outcome:?}");
    let said = "the token in the secret `git-token-git.corp` is not sent to `http://git.corp`";
    assert!(outcome.stderr.contains(said) && outcome.stderr.contains("use an `https://` URL"), "{outcome:?}");
    assert!(!outcome.stderr.contains("hunter2"), "{outcome:?}");
}

#[test]
fn other_questions_have_no_answer() {
    for question in [
        "protocol=ssh\nhost=git.corp\n\n",
        "protocol=HTTP\nhost=git.corp\n\n",
        "host=git.corp\n\n",
        "protocol=http\nhost=elsewhere\n\n",
        "protocol=https\nhost=git.corp.elsewhere\n\n",
        "",
    ] {
        let outcome = asked(question);
        assert_eq!((outcome.stdout.as_str(), outcome.code), ("", Some(0)), "{question}: {outcome:?}");
    }
}

/// What the provider answers to Cargo about an index, with tokens for the name `corp` and, maybe, for its host.
fn provided(index: &str, has_host_token: bool) -> String {
    let directory = tempfile::tempdir().unwrap();
    let secret = |id: &str| {
        let path = directory.path().join(id);
        serde_json::json!({"id": id, "path": path.to_str().unwrap()})
    };
    std::fs::write(directory.path().join("cargo-token-corp"), "by-name\n").unwrap();
    if has_host_token {
        std::fs::write(directory.path().join("registry-token-crates.corp"), "by-host\n").unwrap();
    }
    let registries = serde_json::json!([{
        "name": "corp",
        "index": "sparse+https://crates.corp/index/",
        "token": secret("cargo-token-corp"),
        "host-token": secret("registry-token-crates.corp"),
    }]);
    let mut provider = Command::new(env!("CARGO_BIN_EXE_supercargo-agent"));
    provider.arg("--cargo-plugin").env("SUPERCARGO_REGISTRIES", registries.to_string());
    let question = serde_json::json!({
        "v": 1, "registry": {"index-url": index, "name": "corp"}, "kind": "get", "operation": "read", "args": [],
    });
    let outcome = answered(&mut provider, &format!("{question}\n"));
    let (hello, answer) = outcome.stdout.split_once('\n').unwrap();
    assert_eq!((hello, outcome.code), ("{\"v\":[1]}", Some(0)), "{outcome:?}");
    let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
    let text = |pointer: &str| answer.pointer(pointer).and_then(|text| text.as_str()).map(str::to_owned);
    text("/Ok/token").or_else(|| text("/Err/kind")).unwrap()
}

#[test]
fn a_token_of_a_registry_goes_to_its_index_only() {
    for (index, has_host_token, expected) in [
        ("sparse+https://crates.corp/index/", true, "by-host"),
        ("sparse+https://crates.corp/index/", false, "by-name"),
        ("https://Crates.corp/index", true, "by-host"),
        // Another index of the same name.
        ("sparse+https://elsewhere/index/", true, "not-found"),
        ("sparse+https://crates.corp.elsewhere/index/", true, "not-found"),
        ("sparse+http://crates.corp/index/", true, "not-found"),
        ("sparse+https://crates.corp/Index/", true, "not-found"),
        ("", true, "not-found"),
    ] {
        assert_eq!(provided(index, has_host_token), expected, "{index}");
    }
}
