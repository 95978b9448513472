//! The agent as git's credential helper.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::bed::{Outcome, outcome};

/// What the helper for `git.corp` answers to a question of git's.
fn asked(question: &str) -> Outcome {
    let directory = tempfile::tempdir().unwrap();
    let token = directory.path().join("token");
    std::fs::write(&token, "hunter2\n").unwrap();
    let mut helper = Command::new(env!("CARGO_BIN_EXE_supercargo-agent"));
    helper.args(["git-credential", "git.corp"]).arg(token).arg("get");
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
