//! The table of keys in docs/configuration.md is what the types say.
//!
//! `UPDATE_GOLDENS=1 cargo test -p supercargo --test reference` writes it anew. Default and counterpart of a key come
//! from the comment on its field; where that says nothing, what the page has is kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use supercargo::config::{Key, reference};

const HEAD: &str = "| key | build-arg | meaning | default | as in Cargo or a Dockerfile |";
const RULE: &str = "| --- | --- | --- | --- | --- |";

/// The last two cells of each row of the page, by key.
fn cells(table: &[&str]) -> BTreeMap<String, (String, String)> {
    let rows = table.iter().filter(|row| row.starts_with("| `")).map(|row| {
        let row = row.trim().trim_matches('|').replace("\\|", "\u{0}");
        let cells: Vec<String> = row.split('|').map(|cell| cell.trim().replace('\u{0}', "|")).collect();
        let last = |back: usize| cells.iter().rev().nth(back).cloned().unwrap_or_default();
        (cells.first().cloned().unwrap_or_default().replace('`', ""), (last(1), last(0)))
    });
    rows.collect()
}

fn row(key: Key, page: &BTreeMap<String, (String, String)>) -> String {
    let (default, counterpart) = page.get(&key.path).cloned().unwrap_or_default();
    let cells = [
        format!("`{}`", key.path),
        key.build_arg.map(|name| format!("`{name}`")).unwrap_or_default(),
        key.description,
        key.default.unwrap_or(default),
        key.counterpart.unwrap_or(counterpart),
    ];
    format!("| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "))
}

#[test]
fn the_page_has_a_row_for_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let page = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = page.lines().collect();
    let start = lines.iter().position(|line| line.starts_with("| key |")).unwrap();
    let end = start + lines[start..].iter().take_while(|line| line.starts_with('|')).count();
    let known = cells(&lines[start..end]);
    let table: Vec<String> = reference().into_iter().map(|key| row(key, &known)).collect();
    let head = [HEAD, RULE].map(str::to_owned);
    let wanted: Vec<String> = lines[..start]
        .iter()
        .map(|line| (*line).to_owned())
        .chain(head)
        .chain(table)
        .chain(lines[end..].iter().map(|line| (*line).to_owned()))
        .collect();
    let wanted = wanted.join("\n") + "\n";
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&path, &wanted).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap();
    assert!(page == wanted, "docs/configuration.md is not what the types say; see the head of this file");
}
