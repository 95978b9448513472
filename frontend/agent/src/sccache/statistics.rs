//! What sccache counted, in one line.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The answer of `sccache --show-stats --stats-format=json`, as far as it matters here.
#[derive(Deserialize)]
struct Answer {
    stats: Statistics,
    #[serde(default)]
    cache_location: String,
}

#[derive(Deserialize)]
struct Statistics {
    cache_hits: Counts,
    cache_misses: Counts,
    /// How often something was not cached, by sccache's word for why.
    #[serde(default)]
    not_cached: BTreeMap<String, u64>,
    #[serde(default)]
    cache_errors: Counts,
    #[serde(default)]
    cache_timeouts: u64,
    #[serde(default)]
    cache_read_errors: u64,
    #[serde(default)]
    cache_write_errors: u64,
}

#[derive(Default, Deserialize)]
struct Counts {
    counts: BTreeMap<String, u64>,
}

/// Calls of rustc that compile nothing: cargo asks it for its version, and for what a target has.
const QUESTIONS: [&str; 2] = ["missing input", "-"];

/// `sccache: 120 hits, 22 misses (85 %), 3 not cacheable`, or nothing if the answer is none that we know.
pub(crate) fn line(answer: &[u8]) -> Option<String> {
    let Answer { stats, .. } = serde_json::from_slice(answer).ok()?;
    let sum = |counts: &Counts| counts.counts.values().copied().fold(0, u64::saturating_add);
    let (hits, misses) = (sum(&stats.cache_hits), sum(&stats.cache_misses));
    let not_cacheable: u64 = stats
        .not_cached
        .iter()
        .filter(|(reason, _)| !QUESTIONS.contains(&reason.as_str()))
        .map(|(_, count)| *count)
        .fold(0, u64::saturating_add);
    let errors = [stats.cache_timeouts, stats.cache_read_errors, stats.cache_write_errors]
        .into_iter()
        .fold(sum(&stats.cache_errors), u64::saturating_add);
    if [hits, misses, not_cacheable, errors] == [0; 4] {
        return Some("sccache: no dependency to compile".to_owned());
    }
    let total = u128::from(hits) + u128::from(misses);
    // Half a percent counts as one.
    let percent =
        (u128::from(hits) * 200 + total).checked_div(total * 2).map(|percent| format!(" ({percent} %)"));
    let misses = counted(misses, "miss", "misses") + &percent.unwrap_or_default();
    let mut parts = vec![counted(hits, "hit", "hits"), misses];
    if not_cacheable > 0 {
        parts.push(format!("{not_cacheable} not cacheable"));
    }
    if errors > 0 {
        parts.push(counted(errors, "error", "errors"));
    }
    Some(format!("sccache: {}", parts.join(", ")))
}

/// True if the answer says that the storage is a directory.
pub(super) fn is_on_disk(answer: &[u8]) -> bool {
    serde_json::from_slice::<Answer>(answer)
        .is_ok_and(|answer| answer.cache_location.starts_with("Local disk"))
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::{is_on_disk, line};

    fn answer(hits: u64, misses: u64, not_cached: &str, write_errors: u64) -> String {
        format!(
            r#"{{"stats":{{"compile_requests":7,"cache_errors":{{"counts":{{}},"adv_counts":{{}}}},
            "cache_hits":{{"counts":{{"Rust":{hits},"C/C++":0}},"adv_counts":{{}}}},
            "cache_misses":{{"counts":{{"Rust":{misses}}},"adv_counts":{{}}}},"cache_timeouts":0,
            "cache_read_errors":0,"cache_write_errors":{write_errors},"not_cached":{{{not_cached}}}}},"version":"0.16.0"}}"#
        )
    }

    #[test]
    fn what_was_compiled_is_counted_and_questions_are_not() {
        for (hits, misses, not_cached, errors, expected) in [
            (
                120,
                22,
                r#""crate-type":3,"missing input":3,"-":1"#,
                0,
                "120 hits, 22 misses (85 %), 3 not cacheable",
            ),
            (1, 1, "", 0, "1 hit, 1 miss (50 %)"),
            (0, 0, r#""crate-type":1"#, 0, "0 hits, 0 misses, 1 not cacheable"),
            (0, 2, "", 2, "0 hits, 2 misses (0 %), 2 errors"),
            (0, 0, r#""-":4"#, 0, "no dependency to compile"),
            (u64::MAX, 1, "", 0, "18446744073709551615 hits, 1 miss (100 %)"),
        ] {
            let answer = answer(hits, misses, not_cached, errors);
            assert_eq!(line(answer.as_bytes()).unwrap(), format!("sccache: {expected}"), "{answer}");
        }
        assert_eq!(line(b"not JSON"), None);
    }

    #[test]
    fn a_directory_is_told_from_the_network() {
        for (location, expected) in
            [(r#"Local disk: \"/cache/sccache\""#, true), ("redis, name: redis://h, prefix: /", false)]
        {
            let answer = answer(0, 0, "", 0)
                .replace("\"version\"", &format!("\"cache_location\":\"{location}\",\"version\""));
            assert_eq!(is_on_disk(answer.as_bytes()), expected, "{answer}");
        }
    }
}
