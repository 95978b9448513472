//! System calls of other processes, reported before the kernel makes them: seccomp's user notification.
//!
//! A [`Listener`] is installed by a thread, which then starts a process. That process and everything it starts stop at
//! each call that was asked for until the listener lets it go on. Nothing is changed or refused, and no privilege is
//! needed beyond what a container has by default.
//!
//! Source: `seccomp_unotify(2)`.

mod filter;

use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

use libc::{seccomp_notif, seccomp_notif_resp, sock_fprog};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::pipe::{PipeFlags, pipe_with};

/// `SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP` of the kernel's `linux/seccomp.h`, which libc lacks.
const SYNC_WAKE_UP: libc::c_ulong = 1;

/// Receives the system calls of the threads below it.
#[derive(Debug)]
pub struct Listener {
    notifications: OwnedFd,
    stop: OwnedFd,
}

/// Ends a [`Listener`] that waits: dropping it is the signal.
#[derive(Debug)]
pub struct Stop {
    _end: OwnedFd,
}

/// One system call that a thread is about to make. It waits for [`Listener::proceed`].
#[derive(Clone, Copy, Debug)]
pub struct Call {
    id: u64,
    /// The thread, as the process that listens sees it.
    pub thread: u32,
    /// The call's number; `None` if it is one of another architecture, which has other numbers.
    pub number: Option<u32>,
    /// Its arguments, as the registers hold them.
    pub arguments: [u64; 6],
}

impl Listener {
    /// Reports the system calls `numbers` of this thread, and of all threads and processes that it starts from now on.
    /// Another thread must be receiving before this one makes such a call.
    ///
    /// Errors: `InvalidInput` for more than 250 numbers or a 32-bit architecture; the kernel's own where it is too old (before Linux 5.5), where
    /// a sandbox forbids it, or where these processes have a listener already.
    pub fn install(numbers: &[u32]) -> io::Result<(Self, Stop)> {
        let program = filter::program(numbers).ok_or(io::ErrorKind::InvalidInput)?;
        let (stop, end) = pipe_with(PipeFlags::CLOEXEC)?;
        rustix::thread::set_no_new_privs(true)?;
        let notifications = install(&program)?;
        Ok((Self { notifications, stop }, Stop { _end: end }))
    }

    /// Waits for the next call. `None` once no process is left or [`Stop`] was dropped; what still runs then gets an
    /// error for each call, as soon as the listener is dropped.
    pub fn receive(&self) -> io::Result<Option<Call>> {
        loop {
            let mut sources =
                [PollFd::new(&self.notifications, PollFlags::IN), PollFd::new(&self.stop, PollFlags::IN)];
            match poll(&mut sources, None) {
                Err(rustix::io::Errno::INTR) => continue,
                polled => polled?,
            };
            let [notifications, stop] = sources.map(|source| source.revents());
            if notifications.contains(PollFlags::IN) {
                match receive(&self.notifications) {
                    // The thread was killed, or a signal reached it and it will make the call again.
                    Err(error) if is_gone(&error) => continue,
                    received => return received.map(Some),
                }
            }
            if !stop.is_empty() || !notifications.is_empty() {
                return Ok(None);
            }
        }
    }

    /// True if the thread still waits, so that what was read of its memory is what the kernel will see.
    #[must_use]
    pub fn is_waiting(&self, call: &Call) -> bool {
        is_valid(&self.notifications, call.id)
    }

    /// Lets the kernel make the call, unless its thread has gone by now.
    pub fn proceed(&self, call: &Call) -> io::Result<()> {
        match proceed(&self.notifications, call.id) {
            Err(error) if is_gone(&error) => Ok(()),
            sent => sent,
        }
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::EINTR))
}

#[expect(unsafe_code, reason = "std and rustix have no seccomp")]
fn install(program: &[libc::sock_filter]) -> io::Result<OwnedFd> {
    let program = sock_fprog {
        len: u16::try_from(program.len()).map_err(|_| io::ErrorKind::InvalidInput)?,
        filter: program.as_ptr().cast_mut(),
    };
    // SAFETY: `program` and what it points to outlive the call, and the kernel copies both.
    let returned = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            libc::SECCOMP_FILTER_FLAG_NEW_LISTENER,
            std::ptr::from_ref(&program),
        )
    };
    let descriptor = i32::try_from(returned).ok().filter(|descriptor| *descriptor >= 0);
    let descriptor = descriptor.ok_or_else(io::Error::last_os_error)?;
    // SAFETY: with this flag the kernel returns a new descriptor, closed on exec, that nothing else owns.
    let notifications = unsafe { OwnedFd::from_raw_fd(descriptor) };
    // SAFETY: the argument is a number. Listener and thread then take turns on one processor, which is many times
    // faster; kernels before Linux 6.6 refuse, and all that is lost is time.
    unsafe {
        libc::ioctl(notifications.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_SET_FLAGS, SYNC_WAKE_UP);
    }
    Ok(notifications)
}

#[expect(unsafe_code, reason = "std and rustix have no such ioctl")]
fn receive(notifications: &OwnedFd) -> io::Result<Call> {
    // The kernel refuses a structure that is not all zero.
    let empty = libc::seccomp_data { nr: 0, arch: 0, instruction_pointer: 0, args: [0; 6] };
    let mut received = seccomp_notif { id: 0, pid: 0, flags: 0, data: empty };
    // SAFETY: the kernel writes one `seccomp_notif`, which `received` is.
    let result = unsafe {
        libc::ioctl(
            notifications.as_raw_fd(),
            libc::SECCOMP_IOCTL_NOTIF_RECV,
            std::ptr::from_mut(&mut received),
        )
    };
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    let number = u32::try_from(received.data.nr).ok();
    let number = number.filter(|number| filter::is_native(received.data.arch, *number));
    Ok(Call { id: received.id, thread: received.pid, number, arguments: received.data.args })
}

#[expect(unsafe_code, reason = "std and rustix have no such ioctl")]
fn is_valid(notifications: &OwnedFd, id: u64) -> bool {
    // SAFETY: the kernel reads one 64-bit number, which `id` is.
    let result = unsafe {
        libc::ioctl(notifications.as_raw_fd(), libc::SECCOMP_IOCTL_NOTIF_ID_VALID, std::ptr::from_ref(&id))
    };
    result == 0
}

#[expect(unsafe_code, reason = "std and rustix have no such ioctl")]
fn proceed(notifications: &OwnedFd, id: u64) -> io::Result<()> {
    let flags = u32::try_from(libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE).unwrap_or(1);
    let mut response = seccomp_notif_resp { id, val: 0, error: 0, flags };
    // SAFETY: the kernel reads one `seccomp_notif_resp`, which `response` is.
    let result = unsafe {
        libc::ioctl(
            notifications.as_fd().as_raw_fd(),
            libc::SECCOMP_IOCTL_NOTIF_SEND,
            std::ptr::from_mut(&mut response),
        )
    };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
