//! Every edit in every layout.

use std::fmt::Write;

use crate::case::Case;
use crate::difference;
use crate::edit::{Edit, Expect};
use crate::inputs::steps;
use crate::layouts::LAYOUTS;
use crate::rows;

/// Where an edit is not to do what its row says: the row, the layout, what is to happen, and why.
const OTHERWISE: &[(&str, &str, Expect, &str)] = &[];

/// The edits that there are not in a layout, and why.
const NOT_THERE: &[(&str, &str, &str)] = &[];

#[test]
fn dependencies_are_compiled_again_for_what_reaches_them_and_for_nothing_else() {
    let mut wrong = String::new();
    let mut absent = Vec::new();
    for layout in LAYOUTS {
        let project = Case::new(layout);
        let before = steps(&project).unwrap_or_else(|error| panic!("{}: {error}", layout.name));
        for edit in rows::all() {
            let mut case = project.clone();
            if let Err(why) = (edit.apply)(&mut case) {
                absent.push((edit.row, layout.name, why));
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
    assert_eq!(absent, NOT_THERE);
}

fn expected(edit: &Edit, layout: &str) -> Expect {
    let otherwise = OTHERWISE.iter().find(|(row, name, ..)| (*row, *name) == (edit.row, layout));
    otherwise.map_or(edit.expect, |(_, _, expect, _)| *expect)
}
