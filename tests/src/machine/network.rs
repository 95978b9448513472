//! A bridge for an engine, with a way out to the machine's network.
//!
//! The engine is told to leave the packet filter alone, and the bed writes the few rules that a bridge needs. Two
//! engines that both manage the filter flush one another's chains; four rules that name one bridge are easy to remove.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::{Cmd, find_program};
use crate::progress::say;

const FORWARDING: &str = "/proc/sys/net/ipv4/ip_forward";
/// Says that forwarding was off before the first bed of this machine turned it on.
const FORWARDING_WAS_OFF: &str = "/run/supercargo-bed/ip_forward-was-off";
/// Where the rules of a bridge are.
const CHAINS: [(&str, &str); 2] = [("nat", "POSTROUTING"), ("filter", "FORWARD")];
const PREFIX: &str = "bed-";

/// A network bridge of one engine.
#[derive(Debug, Clone)]
pub struct Bridge {
    name: String,
}

impl Bridge {
    /// The bridge of the engine with this short name.
    #[must_use]
    pub fn of(short_name: &str) -> Self {
        Self { name: format!("{PREFIX}{short_name}") }
    }

    /// The name of the network interface.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True when the interface exists.
    #[must_use]
    pub fn is_up(&self) -> bool {
        self.sysfs().exists()
    }

    /// Makes the bridge and its rules, as far as they are not there.
    pub fn raise(&self) -> Result<()> {
        if !self.is_up() {
            // Those of a bridge that was taken away by hand may be for another network.
            self.remove_rules()?;
            let subnet = free_subnet()?;
            say(format!("adding the network bridge {} (172.30.{subnet}.0/24)", self.name));
            // Without an address of its own a bridge takes the lowest of its ports, another one whenever a container
            // starts or ends, and the downloads of the other containers stand still until they ask for it anew.
            let address = format!("02:42:ac:1e:{subnet:02x}:01");
            ip(&["link", "add", "name", &self.name, "address", &address, "type", "bridge"])?;
            ip(&["addr", "add", &format!("172.30.{subnet}.1/24"), "dev", &self.name])?;
        }
        ip(&["link", "set", "dev", &self.name, "mtu", &outward_mtu().to_string(), "up"])?;
        allow_forwarding()?;
        let iptables = iptables()?;
        for rule in self.rules()? {
            if !rule.command(iptables, "-C").succeeds() {
                rule.command(iptables, "-I").run()?;
            }
        }
        Ok(())
    }

    /// Removes the bridge, what hangs on it, and its rules.
    pub fn lower(&self) -> Result<()> {
        self.remove_rules()?;
        if self.is_up() {
            for port in names_in(&self.sysfs().join("brif")) {
                ip(&["link", "delete", "dev", &port])?;
            }
            ip(&["link", "delete", "dev", &self.name])?;
            say(format!("removed the network bridge {}", self.name));
        }
        let another = names_in(Path::new("/sys/class/net"))
            .iter()
            .any(|name| name.starts_with(PREFIX) || name == "docker0");
        if !another && Path::new(FORWARDING_WAS_OFF).exists() {
            fs::write(FORWARDING, "0\n").context("failed to turn packet forwarding off again")?;
            fs::remove_file(FORWARDING_WAS_OFF).context("failed to forget about packet forwarding")?;
        }
        Ok(())
    }

    /// The largest packet that reaches the outside: containers with a larger one hang in the middle of a download.
    #[must_use]
    pub fn mtu(&self) -> u32 {
        outward_mtu()
    }

    /// Removes every rule that names this bridge.
    fn remove_rules(&self) -> Result<()> {
        if find_program("iptables").is_none() {
            return Ok(());
        }
        let iptables = iptables()?;
        for (table, chain) in CHAINS {
            let rules = Cmd::new(iptables).args(["-w", "10", "-t", table, "-S", chain]).run()?;
            for rule in rules.lines().filter(|rule| rule.split_whitespace().any(|word| word == self.name)) {
                let words = rule.split_whitespace().skip(1);
                Cmd::new(iptables).args(["-w", "10", "-t", table, "-D"]).args(words).run()?;
            }
        }
        Ok(())
    }

    fn sysfs(&self) -> PathBuf {
        Path::new("/sys/class/net").join(&self.name)
    }

    fn rules(&self) -> Result<Vec<Rule>> {
        let addresses = ip(&["-o", "-4", "addr", "show", "dev", &self.name])?;
        let Some(address) = addresses.split_whitespace().skip_while(|word| *word != "inet").nth(1) else {
            bail!("the bridge `{}` has no address", self.name);
        };
        let name = self.name.as_str();
        let rule =
            |table, words: &[&str]| Rule { table, words: words.iter().map(ToString::to_string).collect() };
        Ok(vec![
            rule("nat", &["POSTROUTING", "-s", address, "!", "-o", name, "-j", "MASQUERADE"]),
            rule("filter", &["FORWARD", "-i", name, "-j", "ACCEPT"]),
            rule("filter", &["FORWARD", "-o", name, "-j", "ACCEPT"]),
        ])
    }
}

struct Rule {
    table: &'static str,
    words: Vec<String>,
}

impl Rule {
    fn command(&self, iptables: &str, action: &str) -> Cmd {
        // `-w` waits for whoever else changes the tables.
        Cmd::new(iptables).args(["-w", "10", "-t", self.table, action]).args(&self.words)
    }
}

/// The variant of `iptables` that this kernel answers.
fn iptables() -> Result<&'static str> {
    for variant in ["iptables", "iptables-legacy"] {
        if Cmd::new(variant).args(["-w", "10", "-t", "nat", "-S", "POSTROUTING"]).succeeds() {
            return Ok(variant);
        }
    }
    let error = Cmd::new("iptables").args(["-w", "10", "-t", "nat", "-S", "POSTROUTING"]).run();
    match error {
        Ok(_) => Ok("iptables"),
        Err(error) => Err(error.context("failed to reach the packet filter of this machine")),
    }
}

fn allow_forwarding() -> Result<()> {
    let current = fs::read_to_string(FORWARDING).context("failed to read the state of packet forwarding")?;
    if current.trim() == "1" {
        return Ok(());
    }
    if let Some(folder) = Path::new(FORWARDING_WAS_OFF).parent() {
        fs::create_dir_all(folder).with_context(|| format!("failed to create `{}`", folder.display()))?;
    }
    fs::write(FORWARDING_WAS_OFF, "").context("failed to note that packet forwarding was off")?;
    say("turning packet forwarding on (net.ipv4.ip_forward)");
    fs::write(FORWARDING, "1\n").context("failed to turn packet forwarding on")
}

/// The third number of a `172.30.x.0/24` that no interface or route of this machine uses.
fn free_subnet() -> Result<u8> {
    let routes = ip(&["-4", "route", "show", "table", "all"])?;
    let addresses = ip(&["-o", "-4", "addr", "show"])?;
    let used: BTreeSet<&str> = routes
        .split_whitespace()
        .chain(addresses.split_whitespace())
        .filter_map(|word| word.strip_prefix("172.30.")?.split('.').next())
        .collect();
    (0..=255_u8)
        .find(|third| !used.contains(third.to_string().as_str()))
        .context("failed to find a free network in `172.30.0.0/16`")
}

/// The packet size of the interface that the default route leaves by.
fn outward_mtu() -> u32 {
    let routes = ip(&["-4", "route", "show", "default"]).unwrap_or_default();
    let interface = routes.split_whitespace().skip_while(|word| *word != "dev").nth(1).unwrap_or("lo");
    fs::read_to_string(format!("/sys/class/net/{interface}/mtu"))
        .ok()
        .and_then(|mtu| mtu.trim().parse().ok())
        .map_or(1500, |mtu: u32| mtu.min(1500))
}

fn ip(arguments: &[&str]) -> Result<String> {
    Cmd::new("ip").args(arguments).run()
}

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect()
}
