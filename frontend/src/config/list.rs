//! Lists and maps that more than one home has a part in.

use std::collections::BTreeMap;

use super::Setting;

/// The item of a list that stands for the items that would be there without the list.
pub const INHERITED: &str = "...";

/// An item that may stand for those of the home below.
pub trait Inherit: Clone {
    /// True for the item that does.
    fn is_inherited(&self) -> bool;
}

impl Inherit for String {
    fn is_inherited(&self) -> bool {
        self == INHERITED
    }
}

/// A list of a higher home over that of a lower one: each `"..."` becomes the lower list. Where there is none it stays, for what is detected
/// later.
pub(super) fn spliced<T: Inherit>(
    above: Option<Setting<Vec<T>>>,
    below: Option<Setting<Vec<T>>>,
) -> Option<Setting<Vec<T>>> {
    match (above, below) {
        (Some(above), Some(below)) => {
            Some(Setting { value: filled(above.value, &below.value), origin: above.origin })
        }
        (above, below) => above.or(below),
    }
}

/// A list with `items` in the place of each `"..."`.
#[must_use]
pub fn filled<T: Inherit>(list: Vec<T>, items: &[T]) -> Vec<T> {
    let filled =
        list.into_iter().flat_map(|item| if item.is_inherited() { items.to_vec() } else { vec![item] });
    filled.collect()
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
    use super::{filled, overlaid, spliced};
    use crate::config::{Origin, Setting};

    fn list(items: &[&str]) -> Option<Setting<Vec<String>>> {
        let value = items.iter().map(|item| (*item).to_owned()).collect();
        Some(Setting { value, origin: Origin::BuildArg("A".to_owned()) })
    }

    #[test]
    fn three_dots_are_the_list_below() {
        for (above, below, expected) in [
            (list(&["a"]), list(&["b"]), list(&["a"])),
            (list(&["a", "...", "c"]), list(&["b", "b2"]), list(&["a", "b", "b2", "c"])),
            (list(&["..."]), None, list(&["..."])),
            (None, list(&["b"]), list(&["b"])),
            (list(&[]), list(&["b"]), list(&[])),
        ] {
            assert_eq!(spliced(above, below), expected);
        }
        assert_eq!(filled(vec!["...".to_owned(), "x".to_owned()], &[]), ["x"]);
    }

    #[test]
    fn maps_are_merged_by_name() {
        let map = |items: &[(&str, &str)]| {
            let value = items.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            Some(Setting { value, origin: Origin::BuildArg("A".to_owned()) })
        };
        let merged = overlaid(map(&[("a", "1"), ("b", "")]), map(&[("b", "2"), ("c", "3")]));
        assert_eq!(merged, map(&[("a", "1"), ("b", ""), ("c", "3")]));
    }
}
