//! Names for local packages that do not depend on what the user calls them.

use std::collections::BTreeMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::name::RelPath;

/// How often what a package leads to is mixed into its own identity. More rounds tell apart packages that differ
/// only far down; packages that stay equal are interchangeable but for their place.
const ROUNDS: usize = 16;

/// What identifies a package among others.
#[derive(Clone, Debug)]
pub(super) struct Shape<'p> {
    /// Everything about the package itself but its name and its place.
    pub(super) text: String,
    /// The local packages it depends on, each with how it does.
    pub(super) leads_to: Vec<(String, &'p RelPath)>,
}

/// Puts the packages in an order that is a function of their shapes, whatever their directories are called.
pub(super) fn order<'p>(shapes: &BTreeMap<&'p RelPath, Shape<'p>>) -> Vec<&'p RelPath> {
    let mut marks: BTreeMap<&RelPath, String> =
        shapes.iter().map(|(dir, shape)| (*dir, digest([shape.text.as_str()]))).collect();
    for _ in 0..ROUNDS.min(shapes.len()) {
        marks = shapes.iter().map(|(dir, shape)| (*dir, mixed(shape, &marks))).collect();
    }
    let mut ordered: Vec<_> = marks.into_iter().map(|(dir, mark)| (mark, dir)).collect();
    ordered.sort();
    ordered.into_iter().map(|(_, dir)| dir).collect()
}

fn mixed(shape: &Shape<'_>, marks: &BTreeMap<&RelPath, String>) -> String {
    let empty = String::new();
    let mut parts: Vec<String> = shape
        .leads_to
        .iter()
        .map(|(how, dir)| format!("{how}\0{}", marks.get(*dir).unwrap_or(&empty)))
        .collect();
    parts.sort();
    digest(std::iter::once(shape.text.as_str()).chain(parts.iter().map(String::as_str)))
}

fn digest<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_be_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Shape, order};
    use crate::name::RelPath;

    #[test]
    fn the_order_follows_shapes_and_not_names() {
        let shape_of = |names: [&str; 3]| {
            let [app, middle, leaf] = names.map(|name| RelPath::new(name).unwrap());
            let shape = |text: &str, leads_to: &[&RelPath]| {
                let leads_to: Vec<_> =
                    leads_to.iter().map(|dir| ("normal".to_owned(), (*dir).clone())).collect();
                (text.to_owned(), leads_to)
            };
            let all = [
                (app.clone(), shape("bin", &[&middle])),
                (middle.clone(), shape("lib", &[&leaf])),
                (leaf, shape("lib", &[])),
            ];
            let shapes: BTreeMap<&RelPath, Shape<'_>> = all
                .iter()
                .map(|(dir, (text, leads_to))| {
                    let leads_to = leads_to.iter().map(|(how, dir)| (how.clone(), dir)).collect();
                    (dir, Shape { text: text.clone(), leads_to })
                })
                .collect();
            order(&shapes)
                .into_iter()
                .map(|dir| all.iter().position(|(found, _)| found == dir))
                .collect::<Vec<_>>()
        };
        let expected = shape_of(["app", "middle", "zz"]);
        for names in [["x", "b", "a"], ["c", "b", "a"], ["m", "z", "deep/er"]] {
            assert_eq!(shape_of(names), expected, "{names:?}");
        }
    }
}
