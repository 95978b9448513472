//! `image.healthcheck`: what asks the container whether it is well, and when.

use std::net::IpAddr;

use serde::Serialize;
use serde_json::{Map, Value, json};

use super::tool::Tool;
use crate::config::{Health, Setting};
use crate::diagnostic::{Diagnostic, Findings};

/// A health check as Docker has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Healthcheck {
    /// The command, exec form; empty turns the base's check off.
    pub command: Vec<String>,
    /// Nanoseconds between two checks; `None` is the engine's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<u64>,
    /// Nanoseconds that a check may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// Nanoseconds after the start in which a failure does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_period: Option<u64>,
    /// How many failures in a row are needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
}

impl Healthcheck {
    /// True if the image needs [`Tool::Health`].
    #[must_use]
    pub fn asks_with_tool(&self) -> bool {
        self.command.first().is_some_and(|program| *program == Tool::Health.path())
    }

    /// The `Healthcheck` object of Docker's image configuration.
    #[must_use]
    pub fn to_docker(&self) -> Value {
        if self.command.is_empty() {
            return json!({"Test": ["NONE"]});
        }
        let test: Vec<&str> = std::iter::once("CMD").chain(self.command.iter().map(String::as_str)).collect();
        let mut object = Map::from_iter([("Test".to_owned(), json!(test))]);
        let numbers = [
            ("Interval", self.interval),
            ("Timeout", self.timeout),
            ("StartPeriod", self.start_period),
            ("Retries", self.retries.map(u64::from)),
        ];
        object.extend(numbers.into_iter().filter_map(|(key, value)| Some((key.to_owned(), json!(value?)))));
        Value::Object(object)
    }
}

/// Reads the keys. Errors: none or several ways to ask, an address or a duration that is none.
pub(super) fn choose(setting: &Setting<Health>, findings: &mut Findings) -> Option<Healthcheck> {
    let Health { http, tcp, cmd, interval, timeout, start_period, retries } = &setting.value;
    let ask = |kind: &str, address: &Setting<String>| {
        let bare = address.value.strip_prefix("http://").unwrap_or(&address.value).to_owned();
        let fault = is_address(&bare, kind == "http").err();
        match fault {
            None => Ok(vec![Tool::Health.path(), kind.to_owned(), bare]),
            Some(fault) => Err(address.at(Diagnostic::error(format!(
                "`image.healthcheck.{kind}` value `{}` {fault}",
                address.value
            ))
            .hint(format!(
                "The check runs inside the container: `{kind} = \":8080{}\"`.",
                if kind == "http" { "/healthz" } else { "" }
            )))),
        }
    };
    let command = match (http, tcp, cmd) {
        (Some(address), None, None) => ask("http", address),
        (None, Some(address), None) => ask("tcp", address),
        (None, None, Some(command)) => Ok(command.value.clone()),
        _ => Err(setting.at(Diagnostic::error("`image.healthcheck` needs one of `http`, `tcp` and `cmd`")
            .hint("For example `healthcheck = { http = \":8080/healthz\", interval = \"10s\" }`."))),
    };
    let mut time = |key: &str, setting: &Option<Setting<String>>| {
        let setting = setting.as_ref()?;
        let nanoseconds = duration(&setting.value);
        if nanoseconds.is_none() {
            findings.push(
                setting.at(Diagnostic::error(format!(
                    "`image.healthcheck.{key}` value `{}` is no duration",
                    setting.value
                ))
                .hint("Write `\"10s\"`, `\"1m30s\"` or `\"500ms\"`; the least is a millisecond.")),
            );
        }
        nanoseconds
    };
    let (interval, timeout, start_period) =
        (time("interval", interval), time("timeout", timeout), time("start-period", start_period));
    match command {
        Ok(command) => Some(Healthcheck {
            command,
            interval,
            timeout,
            start_period,
            retries: retries.as_ref().map(|setting| setting.value),
        }),
        Err(error) => {
            findings.push(error);
            None
        }
    }
}

/// What the tool can ask: `[HOST]:PORT[/PATH]`, where a host is `localhost` or a number.
fn is_address(text: &str, has_path: bool) -> Result<(), &'static str> {
    let (authority, path) = text.find('/').map_or((text, ""), |slash| text.split_at(slash));
    if !path.is_empty() && !has_path {
        return Err("has a path, which a connection has not");
    }
    if text.chars().any(|one| one.is_whitespace() || one.is_control()) {
        return Err("holds a blank");
    }
    let (host, port) = authority.rsplit_once(':').ok_or("has no port")?;
    if !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err("has no port");
    }
    let number = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let is_bracketed = number.len() != host.len();
    match number.parse::<IpAddr>() {
        Ok(address) if address.is_ipv6() == is_bracketed => Ok(()),
        _ if matches!(host, "" | "localhost") => Ok(()),
        _ => Err("names another host"),
    }
}

/// Go's durations, as far as people write them: numbers with `h`, `m`, `s` or `ms`, one after the other. In nanoseconds.
fn duration(text: &str) -> Option<u64> {
    const UNITS: [(&str, u64); 4] =
        [("ms", 1_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000)];
    let mut rest = text;
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let end = rest.find(|one: char| !one.is_ascii_digit())?;
        let (digits, tail) = rest.split_at(end);
        let (unit, nanoseconds) = UNITS.iter().find(|(unit, _)| tail.starts_with(unit))?;
        total = total.checked_add(digits.parse::<u64>().ok()?.checked_mul(*nanoseconds)?)?;
        rest = tail.strip_prefix(unit)?;
    }
    // The engine's numbers are signed.
    (total >= 1_000_000 && i64::try_from(total).is_ok()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::{choose, duration, is_address};
    use crate::config::{Health, Origin, Setting};
    use crate::diagnostic::Findings;

    #[test]
    fn durations_are_read_as_docker_reads_them() {
        for (text, expected) in [
            ("10s", Some(10_000_000_000)),
            ("1m30s", Some(90_000_000_000)),
            ("500ms", Some(500_000_000)),
            ("1h", Some(3_600_000_000_000)),
            ("0s", None),
            ("", None),
            ("10", None),
            ("s", None),
            ("-1s", None),
            ("1.5s", None),
            ("10 s", None),
            ("99999999999h", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    #[test]
    fn only_the_container_itself_can_be_asked() {
        for text in [":8080/healthz", ":80", "localhost:80/", "127.0.0.1:8080/a?b=c", "[::1]:80/x"] {
            assert_eq!(is_address(text, true), Ok(()), "{text}");
        }
        for text in ["8080/healthz", ":0/", ":99999/", "example.org:80/", "::1:80/", ":80/a b", "", "[::1:80"]
        {
            assert!(is_address(text, true).is_err(), "{text}");
        }
        assert!(is_address(":80/x", false).is_err());
    }

    #[test]
    fn one_way_to_ask_becomes_a_command() {
        fn set<T>(value: T) -> Setting<T> {
            Setting { value, origin: Origin::BuildArg("X".to_owned()) }
        }
        let docker = |health: Health| {
            let mut findings = Findings::default();
            let chosen = choose(&set(health), &mut findings);
            (!findings.has_errors()).then(|| chosen.unwrap().to_docker().to_string())
        };
        let health = Health {
            http: Some(set("http://localhost:1/x".to_owned())),
            retries: Some(set(2)),
            ..Health::default()
        };
        let expected =
            r#"{"Retries":2,"Test":["CMD","/usr/local/bin/supercargo-health","http","localhost:1/x"]}"#;
        assert_eq!(docker(health.clone()).unwrap(), expected);
        assert_eq!(
            docker(Health { cmd: Some(set(Vec::new())), ..Health::default() }).unwrap(),
            r#"{"Test":["NONE"]}"#
        );
        assert_eq!(docker(Health { tcp: Some(set(":1".to_owned())), ..health }), None, "two ways");
        assert_eq!(docker(Health::default()), None, "no way");
        assert_eq!(
            docker(Health {
                tcp: Some(set(":1".to_owned())),
                timeout: Some(set("x".to_owned())),
                ..Health::default()
            }),
            None
        );
    }
}
