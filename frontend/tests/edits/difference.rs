//! The first place in which two inputs differ.

use crate::inputs::Inputs;

/// The first file that differs and the first line of it, or nothing.
pub(crate) fn first(before: &Inputs, after: &Inputs) -> Option<String> {
    let names = before.keys().chain(after.keys());
    let mut names: Vec<&String> = names.collect();
    names.sort();
    names.into_iter().find_map(|name| match (before.get(name), after.get(name)) {
        (Some(before), Some(after)) => line(before, after).map(|line| format!("{name}:{line}")),
        (Some(_), None) => Some(format!("{name} is gone")),
        (None, _) => Some(format!("{name} is new")),
    })
}

fn line(before: &str, after: &str) -> Option<String> {
    if before == after {
        return None;
    }
    let (mut before, mut after) = (before.split('\n'), after.split('\n'));
    let mut number = 0;
    loop {
        number += 1;
        match (before.next(), after.next()) {
            (Some(before), Some(after)) if before == after => {}
            (before, after) => {
                let show = |line: Option<&str>| line.map_or("the end".to_owned(), |line| format!("`{line}`"));
                return Some(format!("{number}: {} became {}", show(before), show(after)));
            }
        }
    }
}
