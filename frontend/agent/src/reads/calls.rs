//! The system calls that tell what a process looks at, by number.
//!
//! `readlink` is not among them, because linkers make thousands of those; links have a rule of their own
//! (`changes`). Calls that only work on a descriptor need a call of this list to get it.

use rustix::fs::{AtFlags, OFlags};

/// Where a call has a path: the argument with its directory's descriptor, if it has one, and the one with its address.
pub(crate) type Place = (Option<usize>, usize);

/// What a call does to what its paths name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effect {
    /// Opens it; the argument holds the flags.
    Open(usize),
    /// Opens it; the argument is the address of a structure that begins with the flags.
    OpenHow(usize),
    /// Makes it a new file.
    Create,
    /// Asks whether it is there and what it is. The argument, if there is one, holds flags that may say not to follow a link.
    Ask(Option<usize>),
    /// Asks that of a link itself.
    AskLink,
    /// Gives or takes a name.
    Rename,
    /// Runs it.
    Execute,
    /// Hides from us what comes next.
    Hide,
}

struct Row(libc::c_long, &'static [Place], Effect);

/// None: the listener knows no 32-bit architecture.
#[cfg(not(target_pointer_width = "64"))]
const ROWS: &[Row] = &[];

/// All that there are on every architecture, then those that only the older ones have.
#[cfg(target_pointer_width = "64")]
const ROWS: &[Row] = &[
    Row(libc::SYS_openat, &[(Some(0), 1)], Effect::Open(2)),
    Row(libc::SYS_openat2, &[(Some(0), 1)], Effect::OpenHow(2)),
    Row(libc::SYS_newfstatat, &[(Some(0), 1)], Effect::Ask(Some(3))),
    Row(libc::SYS_statx, &[(Some(0), 1)], Effect::Ask(Some(2))),
    Row(libc::SYS_faccessat, &[(Some(0), 1)], Effect::Ask(None)),
    Row(libc::SYS_faccessat2, &[(Some(0), 1)], Effect::Ask(Some(3))),
    Row(libc::SYS_renameat2, &[(Some(0), 1), (Some(2), 3)], Effect::Rename),
    Row(libc::SYS_linkat, &[(Some(0), 1), (Some(2), 3)], Effect::Rename),
    Row(libc::SYS_symlinkat, &[(Some(1), 2)], Effect::Rename),
    Row(libc::SYS_unlinkat, &[(Some(0), 1)], Effect::Rename),
    Row(libc::SYS_mkdirat, &[(Some(0), 1)], Effect::Rename),
    Row(libc::SYS_truncate, &[(None, 0)], Effect::Rename),
    Row(libc::SYS_execve, &[(None, 0)], Effect::Execute),
    Row(libc::SYS_execveat, &[(Some(0), 1)], Effect::Execute),
    Row(libc::SYS_chroot, &[], Effect::Hide),
    Row(libc::SYS_pivot_root, &[], Effect::Hide),
    Row(libc::SYS_mount, &[], Effect::Hide),
    Row(libc::SYS_open_by_handle_at, &[], Effect::Hide),
    Row(libc::SYS_io_uring_setup, &[], Effect::Hide),
    #[cfg(not(target_arch = "riscv64"))]
    Row(libc::SYS_renameat, &[(Some(0), 1), (Some(2), 3)], Effect::Rename),
    #[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
    Row(libc::SYS_open, &[(None, 0)], Effect::Open(1)),
    #[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
    Row(libc::SYS_creat, &[(None, 0)], Effect::Create),
    #[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
    Row(libc::SYS_stat, &[(None, 0)], Effect::Ask(None)),
    #[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
    Row(libc::SYS_lstat, &[(None, 0)], Effect::AskLink),
    #[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
    Row(libc::SYS_access, &[(None, 0)], Effect::Ask(None)),
    #[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
    Row(libc::SYS_rename, &[(None, 0), (None, 1)], Effect::Rename),
    #[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
    Row(libc::SYS_link, &[(None, 0), (None, 1)], Effect::Rename),
    #[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
    Row(libc::SYS_symlink, &[(None, 1)], Effect::Rename),
    #[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
    Row(libc::SYS_unlink, &[(None, 0)], Effect::Rename),
    #[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
    Row(libc::SYS_mkdir, &[(None, 0)], Effect::Rename),
    #[cfg(not(any(target_arch = "aarch64", target_arch = "riscv64")))]
    Row(libc::SYS_rmdir, &[(None, 0)], Effect::Rename),
];

/// What a call does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deed {
    pub(crate) access: Access,
    /// Whether a link at the end of the path is followed.
    pub(crate) follows: bool,
    /// Whether another program runs in the process from here on.
    pub(crate) executes: bool,
}

/// What a call does to what its path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Asks whether it is there, what it is and how large.
    Asks,
    /// Reads what it holds: a file's contents, a directory's names.
    Reads,
    /// Writes it, and may read it.
    Writes,
    /// Gives or takes the name.
    Names,
}

const ASKS: Deed = Deed { access: Access::Asks, follows: true, executes: false };

/// What a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It does this to what these places name.
    Paths(&'static [Place], Deed),
    /// From here on we cannot see what the process does.
    Hidden,
}

/// The numbers of all calls that tell something.
pub(crate) fn numbers() -> Vec<u32> {
    ROWS.iter().filter_map(|row| u32::try_from(row.0).ok()).collect()
}

/// What the call `number` with these `arguments` is about. `peek` reads a number in the memory of the process.
pub(crate) fn meaning(number: u32, arguments: [u64; 6], peek: impl FnOnce(u64) -> Option<u64>) -> Meaning {
    let Some(row) = ROWS.iter().find(|row| row.0 == libc::c_long::from(number)) else {
        return Meaning::Hidden;
    };
    let argument = |index: usize| arguments.get(index).copied().unwrap_or_default();
    let deed = match row.2 {
        Effect::Open(flags) => opens(argument(flags)),
        // What cannot be read may be anything.
        Effect::OpenHow(how) => {
            opens(peek(argument(how)).unwrap_or_else(|| u64::from(OFlags::CREATE.bits())))
        }
        Effect::Create => Deed { access: Access::Writes, ..ASKS },
        Effect::Ask(flags) => {
            let flags = flags.map(argument).unwrap_or_default();
            Deed { follows: flags & u64::from(AtFlags::SYMLINK_NOFOLLOW.bits()) == 0, ..ASKS }
        }
        Effect::AskLink => Deed { follows: false, ..ASKS },
        Effect::Rename => Deed { access: Access::Names, follows: false, ..ASKS },
        Effect::Execute => Deed { access: Access::Reads, executes: true, ..ASKS },
        Effect::Hide => return Meaning::Hidden,
    };
    Meaning::Paths(row.1, deed)
}

fn opens(flags: u64) -> Deed {
    let has = |flag: OFlags| flags & u64::from(flag.bits()) != 0;
    let writes = [OFlags::WRONLY, OFlags::RDWR, OFlags::CREATE, OFlags::TRUNC].into_iter().any(has);
    let access = match () {
        () if has(OFlags::PATH) => Access::Asks,
        () if writes => Access::Writes,
        () => Access::Reads,
    };
    Deed { access, follows: !has(OFlags::NOFOLLOW), executes: false }
}

#[cfg(test)]
mod tests {
    use super::{Access, Deed, Meaning, meaning, numbers};

    fn deed(number: libc::c_long, arguments: [u64; 6], peeked: Option<u64>) -> Deed {
        let number = u32::try_from(number).unwrap();
        let Meaning::Paths(_, deed) = meaning(number, arguments, |_| peeked) else { panic!("{number}") };
        deed
    }

    #[test]
    fn flags_say_what_a_call_does() {
        let flags = |flags: i32| [0, 0, u64::try_from(flags).unwrap(), 0, 0, 0];
        for (number, arguments, peeked, access, follows) in [
            (libc::SYS_openat, flags(libc::O_RDONLY | libc::O_CLOEXEC), None, Access::Reads, true),
            (libc::SYS_openat, flags(libc::O_RDWR), None, Access::Writes, true),
            (libc::SYS_openat, flags(libc::O_WRONLY | libc::O_CREAT), None, Access::Writes, true),
            (libc::SYS_openat, flags(libc::O_PATH | libc::O_NOFOLLOW), None, Access::Asks, false),
            (libc::SYS_openat2, [0; 6], Some(0), Access::Reads, true),
            (libc::SYS_openat2, [0; 6], None, Access::Writes, true),
            (libc::SYS_statx, flags(libc::AT_SYMLINK_NOFOLLOW), None, Access::Asks, false),
            (libc::SYS_statx, [0; 6], None, Access::Asks, true),
            (libc::SYS_unlinkat, [0; 6], None, Access::Names, false),
            (libc::SYS_execve, [0; 6], None, Access::Reads, true),
        ] {
            let executes = number == libc::SYS_execve;
            let expected = Deed { access, follows, executes };
            assert_eq!(deed(number, arguments, peeked), expected, "{number} {arguments:?}");
        }
        for hidden in [libc::SYS_io_uring_setup, libc::SYS_chroot, 9_999] {
            assert_eq!(meaning(u32::try_from(hidden).unwrap(), [0; 6], |_| None), Meaning::Hidden);
        }
        assert!(numbers().len() < 250, "as many as a filter can hold");
    }
}
