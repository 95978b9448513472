//! What git needs: a home with the ways to log in.
//!
//! Where nothing was passed, nothing changes, and cargo fetches with what is built into it. Otherwise it asks git
//! itself, which knows `.netrc`, every way of SSH and the protocols of old servers; an image without git is left with
//! what cargo can do alone, and gets the same home.

use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use supercargo_report::GitAccess;

use super::{Granted, known_hosts, secret};
use crate::error::Error;
use crate::files;

/// What was found out on the way, for the hints.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Found {
    /// The client passed an SSH agent.
    pub(super) agent: bool,
    /// Git, and ssh where it is needed, are in the image.
    pub(super) programs: bool,
}

/// Grants what was passed.
pub(super) fn grant(git: &GitAccess, place: &Path, granted: &mut Granted) -> Result<Found, Error> {
    let agent = std::fs::metadata(&git.agent).is_ok_and(|metadata| metadata.file_type().is_socket());
    let mut config = String::new();
    for host in &git.hosts {
        let Some(token) = secret::token(&host.token)? else { continue };
        config.extend([
            "[credential]\n\thelper = \"",
            &super::own_program()?.display().to_string(),
            " git-credential ",
            &host.host,
            " ",
            &host.token.path,
            "\"\n",
        ]);
        granted.values.extend(token.split_once(':').map(|(_, password)| password.to_owned()));
        granted.values.push(token);
    }
    let netrc = secret::text(&git.netrc)?;
    let known = secret::text(&git.known_hosts)?;
    let is_private = agent || !config.is_empty() || netrc.is_some() || known.is_some();
    let programs = on_path("git") && (!agent || on_path("ssh"));
    if !is_private {
        return Ok(Found { agent, programs });
    }
    let home = place.join("home");
    let own = std::env::var_os("HOME").map(PathBuf::from);
    if let Some(own) = &own {
        config.insert_str(0, &format!("[include]\n\tpath = \"{}/.gitconfig\"\n", own.display()));
        let rustup = own.join(".rustup");
        if std::env::var_os("RUSTUP_HOME").is_none() && rustup.is_dir() {
            granted.variables.push(("RUSTUP_HOME".to_owned(), rustup.into_os_string()));
        }
    }
    if netrc.is_some() {
        // curl would send a password of the file over plain http too, where everybody on the way can read it.
        config.push_str("[protocol \"http\"]\n\tallow = never\n");
    }
    files::write(&home.join(".gitconfig"), config.as_bytes())?;
    granted.variables.push(("HOME".to_owned(), home.clone().into_os_string()));
    granted.variables.push(("GIT_TERMINAL_PROMPT".to_owned(), "0".into()));
    if let Some(text) = netrc {
        granted.values.extend(passwords(&text));
        let link = home.join(".netrc");
        std::os::unix::fs::symlink(&git.netrc.path, &link).map_err(Error::file("write", &link))?;
    }
    let file = home.join(".ssh/known_hosts");
    let given = git.known.iter().map(String::as_str).chain(known.as_deref());
    files::write(&file, known_hosts::text(given).as_bytes())?;
    if agent {
        granted.variables.push(("SSH_AUTH_SOCK".to_owned(), (&git.agent).into()));
    }
    granted.variables.push(("GIT_SSH_COMMAND".to_owned(), ssh(&file).into()));
    if programs {
        granted.variables.push(("CARGO_NET_GIT_FETCH_WITH_CLI".to_owned(), "true".into()));
    }
    Ok(Found { agent, programs })
}

/// The ssh command of git. It refuses a host whose key is not in the file: the client's SSH agent signs for whoever
/// answers.
fn ssh(known_hosts: &Path) -> String {
    format!(
        "ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile={}",
        known_hosts.display()
    )
}

/// The passwords of a `.netrc`.
fn passwords(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let pairs = words.iter().zip(words.iter().skip(1));
    pairs.filter(|(key, _)| **key == "password").map(|(_, value)| (*value).to_owned()).collect()
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|place| place.join(program).is_file())
}

#[cfg(test)]
mod tests {
    use super::passwords;

    #[test]
    fn passwords_are_found_wherever_the_lines_break() {
        let text = "machine a login x password one\nmachine b\n  login y\n  password two\n";
        assert_eq!(passwords(text), ["one", "two"]);
    }
}
