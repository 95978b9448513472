//! Every edit in every layout.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::absent::ABSENT;
use crate::case::Case;
use crate::difference;
use crate::edit::Expect::Change;
use crate::edit::{Edit, Expect};
use crate::inputs::steps;
use crate::layouts::LAYOUTS;
use crate::rows;

/// Where an edit is not to do what its row says: the row, the layout, what is to happen, and why.
const OTHERWISE: &[(&str, &str, Expect, &str)] = &[
    ("18", "path patch", Change, OFF),
    ("19a", "path patch", Change, OFF),
    ("21", "path patch", Change, OFF),
    ("16", "first resolver", Change, FIRST),
    ("18", "first resolver", Change, OFF),
    ("19a", "first resolver", Change, OFF),
    ("21", "first resolver", Change, OFF),
    ("18", "optimised at link time", Change, OFF),
    ("19a", "optimised at link time", Change, OFF),
    ("21", "optimised at link time", Change, OFF),
];

const OFF: &str = "every manifest is copied, with what is off in it";
const FIRST: &str = "the first resolver unifies features over dev-dependencies";

#[test]
fn dependencies_are_compiled_again_for_what_reaches_them_and_for_nothing_else() {
    let mut wrong = String::new();
    let mut absent = BTreeSet::new();
    for layout in LAYOUTS {
        let project = Case::new(layout);
        let before = steps(&project).unwrap_or_else(|error| panic!("{}: {error}", layout.name));
        for edit in rows::all() {
            let mut case = project.clone();
            if let Err(why) = (edit.apply)(&mut case) {
                absent.insert((edit.row, layout.name, why));
                continue;
            }
            let expect = expected(&edit, layout.name);
            let mut complain = |what: &str| {
                writeln!(
                    wrong,
                    "{}: {} {}: {expect:?} is expected, but {what}",
                    layout.name, edit.row, edit.name
                )
                .unwrap();
            };
            match steps(&case) {
                Err(error) => complain(&error),
                Ok(after) => match (expect, difference::first(&before.deps, &after.deps)) {
                    (Expect::Keep, Some(difference)) => complain(&difference),
                    (Expect::Change, None) => complain("everything is as it was"),
                    _ => {}
                },
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    let listed: BTreeSet<_> = ABSENT
        .iter()
        .flat_map(|(rows, layouts, why)| {
            rows.iter().flat_map(move |row| layouts.iter().map(move |layout| (*row, *layout, *why)))
        })
        .collect();
    let unlisted: Vec<_> = absent.difference(&listed).collect();
    let outdated: Vec<_> = listed.difference(&absent).collect();
    assert!(unlisted.is_empty() && outdated.is_empty(), "not listed: {unlisted:?}\nthere: {outdated:?}");
}

fn expected(edit: &Edit, layout: &str) -> Expect {
    let otherwise = OTHERWISE.iter().find(|(row, name, ..)| (*row, *name) == (edit.row, layout));
    otherwise.map_or(edit.expect, |(_, _, expect, _)| *expect)
}
