//! `supercargo-init -- PROGRAM ARGUMENT…`: the first process of a container.
//!
//! The kernel gives the first process what others do not need: signals that it has no handler for are not delivered to it, and it is the parent
//! of every process whose own parent has ended. So this one passes signals on to the program, reaps what is left behind, and ends when the
//! program ends, with its exit code, or 128 and the signal that ended it.

mod children;

use std::io::{self, IsTerminal as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode};

use rustix::process::{Pid, Signal, getpid, kill_process, set_child_subreaper};
use rustix::termios::tcsetpgrp;
use signal_hook::consts::signal::{
    SIGALRM, SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH,
};
use signal_hook::iterator::Signals;

/// What is passed on: everything that a program may be sent on purpose and that can be caught.
const PASSED_ON: [i32; 9] = [SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH];

/// What shells say of a program that is not there, and of one that cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_RUNNABLE: u8 = 126;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "--") {
        arguments.remove(0);
    }
    let Some((program, arguments)) = arguments.split_first() else {
        eprintln!("usage: supercargo-init -- PROGRAM [ARGUMENT]...");
        return ExitCode::from(NOT_RUNNABLE);
    };
    let mut command = Command::new(program);
    // A group of its own, so that what a terminal sends to the foreground reaches it once.
    command.args(arguments).process_group(0);
    match run(command) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("supercargo-init: failed to run `{}`: {error}", program.display());
            ExitCode::from(if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NOT_RUNNABLE })
        }
    }
}

/// Runs the program to its end.
fn run(mut command: Command) -> io::Result<u8> {
    // Before the program starts, so that its end is never missed.
    let mut signals = Signals::new(PASSED_ON.into_iter().chain([SIGCHLD]))?;
    // Where it is not the first process it still wants the orphans; an old kernel may refuse, and then has its own reaper.
    let _ = set_child_subreaper(Some(getpid()));
    let program = Pid::from_child(&command.spawn()?);
    if io::stdin().is_terminal() {
        // It may have touched the terminal before it owned it, which stops a process.
        let _ = tcsetpgrp(io::stdin(), program);
        let _ = kill_process(program, Signal::CONT);
    }
    for signal in signals.forever() {
        if signal != SIGCHLD {
            // The program may have ended in this moment; then the next signal says so.
            let _ = Signal::from_named_raw(signal).map(|signal| kill_process(program, signal));
        } else if let Some(code) = children::reap(program)? {
            return Ok(code);
        }
    }
    Err(io::Error::other("no more signals"))
}
