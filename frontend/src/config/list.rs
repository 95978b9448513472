//! Lists and maps that more than one home has a part in. `"..."` stands for the items that there would be without the list.

use std::collections::BTreeMap;

use super::Setting;

/// What stands in a list for the items that there would be if the key were absent.
pub const REST: &str = "...";

/// `list` with `rest` where it says `"..."`; an item that the list names itself is not repeated.
#[must_use]
pub fn with_rest(list: &[String], rest: &[String]) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    for item in list {
        if item == REST {
            // The rest may have dots of its own, for what lies below it in turn.
            items.extend(rest.iter().filter(|kept| *kept == REST || !list.contains(kept)).cloned());
        } else {
            items.push(item.clone());
        }
    }
    items
}

/// A map of a higher home over that of a lower one, name by name.
pub(super) fn overlaid(
    above: Option<Setting<BTreeMap<String, String>>>,
    below: Option<Setting<BTreeMap<String, String>>>,
) -> Option<Setting<BTreeMap<String, String>>> {
    match (above, below) {
        (Some(above), Some(mut below)) => {
            below.value.extend(above.value);
            Some(Setting { value: below.value, origin: above.origin })
        }
        (above, below) => above.or(below),
    }
}

#[cfg(test)]
mod tests {
    use super::{overlaid, with_rest};
    use crate::config::{Origin, Setting};

    #[test]
    fn maps_are_merged_by_name() {
        let map = |items: &[(&str, &str)]| {
            let value = items.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Some(Setting { value, origin: Origin::BuildArg("A".to_owned()) })
        };
        let merged = overlaid(map(&[("a", "1"), ("b", "")]), map(&[("b", "2"), ("c", "3")]));
        assert_eq!(merged, map(&[("a", "1"), ("b", ""), ("c", "3")]));
    }

    #[test]
    fn the_rest_comes_where_the_dots_are_and_once() {
        let texts = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
        let rest = texts(&["a", "b"]);
        assert_eq!(with_rest(&texts(&["x", "...", "y"]), &rest), texts(&["x", "a", "b", "y"]));
        assert_eq!(with_rest(&texts(&["b", "..."]), &rest), texts(&["b", "a"]));
        assert_eq!(with_rest(&texts(&["x"]), &rest), texts(&["x"]));
        assert_eq!(with_rest(&texts(&["..."]), &[]), texts(&[]));
    }
}
