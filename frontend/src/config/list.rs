//! `"..."`: the items that there would be without the list.

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

#[cfg(test)]
mod tests {
    use super::with_rest;

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
