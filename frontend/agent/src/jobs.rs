//! How many compilers run at once: as many as there are processors, unless memory is short.

use std::fs;
use std::path::{Path, PathBuf};

/// What one rustc may need. With less for each, a linker or a large crate is killed and the build with it.
const BYTES: u64 = 2 << 30;

/// Where a limit of the container stands, in both versions of control groups.
const LIMITS: [&str; 2] = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/// Cargo's own variable for it.
const VARIABLE: &str = "CARGO_BUILD_JOBS";

/// What cargo's environment needs: `asked` jobs, or fewer than there are processors where memory is short. Nothing
/// where cargo chooses the same by itself, or somebody else has set it.
pub(crate) fn environment(asked: Option<u32>) -> Option<(&'static str, PathBuf)> {
    let jobs = match asked {
        Some(jobs) => u64::from(jobs),
        None if std::env::var_os(VARIABLE).is_some() => return None,
        None => {
            let processors = u64::try_from(std::thread::available_parallelism().ok()?.get()).ok()?;
            fitting(memory()?).filter(|jobs| *jobs < processors)?
        }
    };
    Some((VARIABLE, PathBuf::from(jobs.to_string())))
}

/// How many fit into so many bytes, at least one.
fn fitting(bytes: u64) -> Option<u64> {
    bytes.checked_div(BYTES).map(|jobs| jobs.max(1))
}

/// The memory that this container may use.
fn memory() -> Option<u64> {
    let machine = total(&fs::read_to_string("/proc/meminfo").ok()?)?;
    let limits = LIMITS.iter().filter_map(|path| limit(Path::new(path)));
    limits.chain([machine]).min()
}

/// A limit; a file may be missing, and a container without limit says `max` or a number beyond all memory.
fn limit(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// `MemTotal` of `/proc/meminfo`, in bytes.
fn total(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::{environment, fitting, limit, memory, total};
    use std::path::PathBuf;

    #[test]
    fn memory_is_shared_out_in_parts_of_two_gibibytes() {
        for (gibibytes, jobs) in [(0, 1), (1, 1), (3, 1), (4, 2), (64, 32)] {
            assert_eq!(fitting(gibibytes << 30), Some(jobs), "{gibibytes}");
        }
        assert!(memory().unwrap() > 0, "this machine has memory");
    }

    #[test]
    fn what_the_kernel_says_is_read() {
        assert_eq!(total("MemFree: 1 kB\nMemTotal:       16315412 kB\n"), Some(16_315_412 * 1024));
        assert_eq!(total("MemTotal: much\n"), None);
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, expected) in [("max\n", None), ("4294967296\n", Some(4 << 30)), ("", None)] {
            std::fs::write(file.path(), text).unwrap();
            assert_eq!(limit(file.path()), expected, "{text}");
        }
    }

    #[test]
    fn a_number_that_was_asked_for_is_given() {
        assert_eq!(environment(Some(3)), Some(("CARGO_BUILD_JOBS", PathBuf::from("3"))));
    }
}
