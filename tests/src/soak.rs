//! How many builds the test of many builds does.

/// Names another number of builds than the usual one.
pub const SOAK: &str = "SUPERCARGO_SOAK";
/// Enough that one thing left behind by each build is seen.
const USUAL: usize = 10;

/// The number of builds, one after another.
#[must_use]
pub fn builds() -> usize {
    std::env::var(SOAK).ok().and_then(|number| number.parse().ok()).unwrap_or(USUAL)
}
