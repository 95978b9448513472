//! Times of files.

const NANOSECONDS: u64 = 1_000_000_000;

/// What the wire says for "the time at which it happens".
pub(super) const UNSET: i64 = -1;

/// Seconds since the epoch as the wire's nanoseconds.
pub(super) fn from_seconds(seconds: u64) -> i64 {
    i64::try_from(seconds.saturating_mul(NANOSECONDS)).unwrap_or(i64::MAX)
}
