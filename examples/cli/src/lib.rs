//! Counts what a pattern matches.
//!
//! ```
//! use tally::{Regex, tally};
//!
//! let counts = tally(&Regex::new("[a-z]+")?, "to be or not to be");
//! assert_eq!(counts[0].to_string(), "2 be");
//! # Ok::<(), tally::Error>(())
//! ```

use std::{cmp::Reverse, collections::BTreeMap, fmt};

pub use regex::{Error, Regex};

/// How often one text was matched.
#[derive(Debug, PartialEq, Eq)]
pub struct Count<'t> {
    /// The text.
    pub text: &'t str,
    /// How many matches were exactly this text.
    pub times: usize,
}

impl fmt::Display for Count<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.times, self.text)
    }
}

/// Counts the matches of `pattern` in `input`: most frequent first, and in alphabetical order where the numbers are equal.
#[must_use]
pub fn tally<'t>(pattern: &Regex, input: &'t str) -> Vec<Count<'t>> {
    let mut times = BTreeMap::new();
    for found in pattern.find_iter(input) {
        *times.entry(found.as_str()).or_default() += 1;
    }

    let mut counts: Vec<_> = times
        .into_iter()
        .map(|(text, times)| Count { text, times })
        .collect();
    // The sort is stable, so the map's alphabetical order remains within equal numbers.
    counts.sort_by_key(|count| Reverse(count.times));
    counts
}
