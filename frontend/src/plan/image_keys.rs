//! Whether the keys of `[image]` can be what they say, each with its line.

use std::collections::BTreeMap;

use buildkit_llb::DisplayText;

use crate::config::{Config, REST, Setting};
use crate::diagnostic::{Diagnostic, Findings};

/// The signals that a program may be stopped with, without `SIG`.
const SIGNALS: [&str; 27] = [
    "ABRT", "ALRM", "BUS", "CHLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "KILL", "PIPE", "PROF", "PWR",
    "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "URG", "USR1", "USR2", "WINCH", "XCPU",
];

/// What is wrong with a path that would act on a terminal.
const CONTROL: &str = "contains a control character";
const CONTROL_HINT: &str = "Write the path without it.";

/// Judges every key of `[image]` that needs nothing else to be judged. Errors: one for each that cannot be.
pub(super) fn check(config: &Config, findings: &mut Findings) {
    let keys = [
        workdir(config.workdir.as_ref()),
        config.user.as_ref().and_then(|user| self::user(user, config.base.as_ref())),
        config.stop_signal.as_ref().and_then(stop_signal),
        config.entrypoint.as_ref().and_then(entrypoint),
    ];
    for finding in keys.into_iter().flatten() {
        findings.push(finding);
    }
    each(config.expose.as_ref(), findings, port);
    each(config.volumes.as_ref(), findings, volume);
    names("env", config.env.as_ref(), findings);
    names("labels", config.labels.as_ref(), findings);
}

fn each(
    setting: Option<&Setting<Vec<String>>>,
    findings: &mut Findings,
    judge: impl Fn(&Setting<Vec<String>>, &str) -> Option<Diagnostic>,
) {
    let Some(setting) = setting else { return };
    for finding in setting.value.iter().filter(|item| *item != REST).filter_map(|item| judge(setting, item)) {
        findings.push(finding);
    }
}

fn wrong<T>(
    setting: &Setting<T>,
    key: &str,
    value: &str,
    fault: &str,
    right: impl Into<DisplayText>,
) -> Diagnostic {
    setting.at(Diagnostic::error(format!("`image.{key}` value `{value}` {fault}"))).hint(right)
}

fn workdir(setting: Option<&Setting<String>>) -> Option<Diagnostic> {
    let setting = setting?;
    if setting.value.contains(char::is_control) {
        return Some(wrong(setting, "workdir", &setting.value, CONTROL, CONTROL_HINT));
    }
    let setting = Some(setting).filter(|setting| !setting.value.starts_with('/'))?;
    let right = format!("Write `workdir = \"/{}\"`.", setting.value);
    Some(wrong(setting, "workdir", &setting.value, "is not absolute", right))
}

/// `user`, `user:group`; a name needs a base that can know it.
fn user(setting: &Setting<String>, base: Option<&Setting<String>>) -> Option<Diagnostic> {
    let text = &setting.value;
    let parts: Vec<&str> = text.split(':').collect();
    let is_plain = |part: &&str| {
        !part.is_empty() && !part.chars().any(|one| one.is_whitespace() || one.is_control() || one == '/')
    };
    if !(1..=2).contains(&parts.len()) || !parts.iter().all(is_plain) {
        let right = "Write `user` or `user:group`, each a number or a name: `65532:65532`.";
        return Some(wrong(setting, "user", text, "is no user", right));
    }
    let is_named = parts.iter().any(|part| part.parse::<u32>().is_err());
    if is_named && base.is_some_and(|base| base.value == "scratch") {
        let fault = "is a name, and the base `scratch` has no /etc/passwd that could know it";
        return Some(wrong(setting, "user", text, fault, "Write numbers: `65532:65532`."));
    }
    None
}

fn stop_signal(setting: &Setting<String>) -> Option<Diagnostic> {
    let text = setting.value.to_ascii_uppercase();
    let name = text.strip_prefix("SIG").unwrap_or(&text);
    let is_real_time = ["RTMIN", "RTMAX"].iter().any(|edge| {
        name.strip_prefix(edge).is_some_and(|offset| {
            offset.is_empty()
                || offset.strip_prefix(['+', '-']).is_some_and(|digits| digits.parse::<u8>().is_ok())
        })
    });
    let is_number = text.parse::<u8>().is_ok_and(|number| (1..=64).contains(&number));
    if is_number || is_real_time || SIGNALS.contains(&name) {
        return None;
    }
    let right = "Write a name or a number: `SIGTERM`, `SIGINT`, `SIGQUIT`, `15`.";
    Some(wrong(setting, "stop-signal", &setting.value, "is no signal", right))
}

fn entrypoint(setting: &Setting<Vec<String>>) -> Option<Diagnostic> {
    let is_empty = setting.value.first().is_some_and(String::is_empty);
    let right = "Leave the key out for the binary itself, or name a program: `[\"/usr/bin/env\", \"...\"]`.";
    is_empty.then(|| wrong(setting, "entrypoint", "", "names no program", right))
}

/// `8080/tcp`, also a range of ports as in `EXPOSE`.
fn port(setting: &Setting<Vec<String>>, text: &str) -> Option<Diagnostic> {
    let (ports, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let mut numbers =
        ports.splitn(2, '-').map(|number| number.parse::<u16>().ok().filter(|number| *number > 0));
    let is_right = match (numbers.next().flatten(), numbers.next()) {
        (Some(_), None) => true,
        (Some(first), Some(Some(last))) => first <= last,
        _ => false,
    };
    if is_right && matches!(protocol, "tcp" | "udp" | "sctp") {
        return None;
    }
    let right = "Write a port such as `8080`, `\"9000/udp\"` or `\"8000-8010/tcp\"`.";
    Some(wrong(setting, "expose", text, "is no port", right))
}

fn volume(setting: &Setting<Vec<String>>, text: &str) -> Option<Diagnostic> {
    if text.contains(char::is_control) {
        return Some(wrong(setting, "volumes", text, CONTROL, CONTROL_HINT));
    }
    let right = format!("Write `\"/{}\"`.", text.trim_start_matches('/'));
    (!text.starts_with('/')).then(|| wrong(setting, "volumes", text, "is not absolute", right))
}

fn names(key: &str, setting: Option<&Setting<BTreeMap<String, String>>>, findings: &mut Findings) {
    let Some(setting) = setting else { return };
    let is_wrong = |one: char| one == '=' || one.is_control();
    let is_wrong =
        |name: &&String| name.is_empty() || name.contains(is_wrong) || name.trim() != name.as_str();
    for name in setting.value.keys().filter(is_wrong) {
        let right = "A name is not empty, and has no `=`, no control character and no blank at its ends.";
        findings.push(wrong(setting, key, name, "is no name", right));
    }
    let has_nul = setting.value.iter().find(|(_, value)| value.contains('\0'));
    if let Some((name, _)) = has_nul {
        findings.push(wrong(setting, key, name, "holds a NUL", "No text of an image may hold one."));
    }
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::config::{Config, Origin, Setting};
    use crate::diagnostic::Findings;

    fn set<T>(value: T) -> Setting<T> {
        Setting { value, origin: Origin::BuildArg("X".to_owned()) }
    }

    fn text(value: &str) -> Setting<String> {
        set(value.to_owned())
    }

    fn list(value: &str) -> Setting<Vec<String>> {
        set(vec![value.to_owned()])
    }

    fn fault(config: &Config) -> Option<String> {
        let mut findings = Findings::default();
        check(config, &mut findings);
        findings.finish(()).err().and_then(|errors| Some(errors.first()?.message.to_string()))
    }

    #[test]
    fn what_docker_takes_is_taken() {
        for user in ["0", "65532:65532", "app", "app:1000"] {
            assert_eq!(fault(&Config { user: Some(text(user)), ..Config::default() }), None, "{user}");
        }
        for signal in ["SIGTERM", "term", "15", "SIGRTMIN+3", "RTMAX"] {
            assert_eq!(
                fault(&Config { stop_signal: Some(text(signal)), ..Config::default() }),
                None,
                "{signal}"
            );
        }
        for port in ["8080/tcp", "9000/udp", "8000-8010/tcp", "..."] {
            assert_eq!(fault(&Config { expose: Some(list(port)), ..Config::default() }), None, "{port}");
        }
    }

    #[test]
    fn what_cannot_be_is_said() {
        let env = |name: &str| Some(set([(name.to_owned(), "v".to_owned())].into()));
        let none = Config::default;
        let cases = vec![
            (Config { workdir: Some(text("app")), ..none() }, "`image.workdir` value `app` is not absolute"),
            (Config { user: Some(text("a:b:c")), ..none() }, "`image.user` value `a:b:c` is no user"),
            (Config { user: Some(text(":1")), ..none() }, "`image.user` value `:1` is no user"),
            (
                Config { user: Some(text("app")), base: Some(text("scratch")), ..none() },
                "`image.user` value `app` is a name",
            ),
            (
                Config { stop_signal: Some(text("SIGNAL")), ..none() },
                "`image.stop-signal` value `SIGNAL` is no signal",
            ),
            (Config { stop_signal: Some(text("0")), ..none() }, "`image.stop-signal` value `0` is no signal"),
            (
                Config { expose: Some(list("http/tcp")), ..none() },
                "`image.expose` value `http/tcp` is no port",
            ),
            (Config { expose: Some(list("1/icmp")), ..none() }, "`image.expose` value `1/icmp` is no port"),
            (Config { expose: Some(list("9-1/tcp")), ..none() }, "`image.expose` value `9-1/tcp` is no port"),
            (
                Config { volumes: Some(list("data")), ..none() },
                "`image.volumes` value `data` is not absolute",
            ),
            (Config { entrypoint: Some(list("")), ..none() }, "`image.entrypoint` value `` names no program"),
            (Config { env: env("A=B"), ..none() }, "`image.env` value `A=B` is no name"),
            (Config { labels: env(""), ..none() }, "`image.labels` value `` is no name"),
        ];
        for (config, expected) in cases {
            let fault = fault(&config).unwrap();
            assert!(fault.starts_with(expected), "{fault}");
        }
    }
}
