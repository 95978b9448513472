//! File ops as sketches.

use buildkit_proto::pb;
use pb::file_action::Action;
use pb::user_opt::User;

use super::line::{Line, content, list, word};
use super::op::edge;
use super::{Edge, Places, Sketch};

pub(super) fn sketch(file: &pb::FileOp, places: &Places<'_>) -> Sketch {
    let base = file.actions.first().map_or(-1, |action| action.input);
    let mut edges: Vec<Edge> = edge(places, base, "base".to_owned()).into_iter().collect();
    edges.extend(file.actions.iter().filter_map(|action| copy_edge(action, places)));
    Sketch {
        headline: format!("file on {}", places.name(base)),
        details: file.actions.iter().map(|action| action_line(action, places)).collect(),
        edges,
    }
}

fn copy_edge(action: &pb::FileAction, places: &Places<'_>) -> Option<Edge> {
    match &action.action {
        Some(Action::Copy(copy)) => {
            edge(places, action.secondary_input, format!("{} -> {}", copy.src, copy.dest))
        }
        _ => None,
    }
}

fn action_line(action: &pb::FileAction, places: &Places<'_>) -> String {
    match &action.action {
        Some(Action::Copy(copy)) => copy_line(copy, &places.name(action.secondary_input)),
        Some(Action::Mkfile(mkfile)) => {
            let mut line = Line::new(format!("mkfile {}", word(&mkfile.path)));
            attributes(&mut line, Some(mkfile.mode), mkfile.owner.as_ref(), mkfile.timestamp);
            line.add(content(&mkfile.data));
            line.into_string()
        }
        Some(Action::Mkdir(mkdir)) => {
            let mut line = Line::new(format!("mkdir {}", word(&mkdir.path)));
            attributes(&mut line, Some(mkdir.mode), mkdir.owner.as_ref(), mkdir.timestamp);
            line.flag(mkdir.make_parents, "parents");
            line.into_string()
        }
        Some(Action::Rm(rm)) => {
            let mut line = Line::new(format!("rm {}", word(&rm.path)));
            line.flag(rm.allow_wildcard, "wildcard");
            line.flag(rm.allow_not_found, "allow-not-found");
            line.into_string()
        }
        Some(Action::Symlink(symlink)) => {
            let mut line =
                Line::new(format!("symlink {} -> {}", word(&symlink.newpath), word(&symlink.oldpath)));
            attributes(&mut line, None, symlink.owner.as_ref(), symlink.timestamp);
            line.into_string()
        }
        None => "unknown".to_owned(),
    }
}

fn copy_line(copy: &pb::FileActionCopy, source: &str) -> String {
    let mut line = Line::new(format!("copy {source} {} -> {}", word(&copy.src), word(&copy.dest)));
    attributes(&mut line, Some(copy.mode), copy.owner.as_ref(), copy.timestamp);
    if !copy.mode_str.is_empty() {
        line.add(format!("mode={}", word(&copy.mode_str)));
    }
    line.flag(copy.create_dest_path, "parents");
    line.flag(copy.dir_copy_contents, "contents");
    line.flag(copy.follow_symlink, "follow");
    line.flag(copy.allow_wildcard, "wildcard");
    line.flag(copy.allow_empty_wildcard, "allow-empty");
    line.flag(copy.attempt_unpack_docker_compatibility, "unpack");
    line.flag(copy.always_replace_existing_dest_paths, "replace");
    for (patterns, name) in [
        (&copy.include_patterns, "include"),
        (&copy.exclude_patterns, "exclude"),
        (&copy.required_paths, "require"),
    ] {
        if !patterns.is_empty() {
            line.add(format!("{name}={}", list(patterns)));
        }
    }
    line.into_string()
}

/// Mode, owner and time, where they are set.
fn attributes(line: &mut Line, mode: Option<i32>, owner: Option<&pb::ChownOpt>, timestamp: i64) {
    if let Some(mode) = mode.filter(|mode| *mode >= 0) {
        line.add(format!("{mode:04o}"));
    }
    if let Some(owner) = owner {
        let group =
            owner.group.as_ref().map(|group| format!(":{}", account(Some(group)))).unwrap_or_default();
        line.add(format!("owner={}{group}", account(owner.user.as_ref())));
    }
    if timestamp >= 0 {
        line.add(format!("time={}", seconds(timestamp)));
    }
}

fn account(account: Option<&pb::UserOpt>) -> String {
    match account.and_then(|account| account.user.as_ref()) {
        Some(User::ById(id)) => id.to_string(),
        Some(User::ByName(named)) => word(&named.name),
        None => String::new(),
    }
}

/// Nanoseconds as seconds, with as many decimals as they need.
fn seconds(nanoseconds: i64) -> String {
    let (whole, rest) = (nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
    if rest == 0 {
        return whole.to_string();
    }
    let decimals = format!("{rest:09}");
    format!("{whole}.{}", decimals.trim_end_matches('0'))
}
