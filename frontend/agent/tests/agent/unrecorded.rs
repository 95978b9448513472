//! A sandbox in which nothing can be recorded: the kernel grants one listener to a process and those below it, and here
//! somebody else has it.

use std::process::{Command, Output, Stdio};

use supercargo_notify::Listener;

use crate::bed::{Project, main, manifest};

/// Runs `command` to its end in such a sandbox.
pub(crate) fn output(command: &mut Command) -> Output {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::scope(|threads| {
        let starter = threads.spawn(move || {
            // A call that no compile makes.
            let pivot_root = u32::try_from(libc::SYS_pivot_root).unwrap();
            sender.send(Listener::install(&[pivot_root]).unwrap()).unwrap();
            command.spawn().unwrap()
        });
        let _listener = receiver.recv().unwrap();
        starter.join().unwrap().wait_with_output().unwrap()
    })
}

#[test]
fn every_edit_compiles_everything_where_nothing_is_recorded() {
    let project = Project::new(&[
        ("Cargo.toml", &manifest("app", "[dependencies]\nlib = { path = \"lib\" }\n[workspace]\n")),
        ("src/main.rs", &main("lib::TEXT")),
        ("lib/Cargo.toml", &manifest("lib", "")),
        ("lib/src/lib.rs", "pub const TEXT: &str = include_str!(\"../text\");"),
        ("lib/text", "one"),
    ]);
    let build = |printed: &str, compiled: &str| {
        let outcome = crate::bed::outcome(&output(&mut project.agent()));
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert!(outcome.stdout.contains(&format!("compiled {compiled} local crate")), "{outcome:?}");
        assert!(outcome.stderr.contains("cannot record which files are read"), "{outcome:?}");
        let program = Command::new(project.path("out/bin/app")).output().unwrap();
        assert_eq!(String::from_utf8(program.stdout).unwrap().trim_end(), printed);
    };
    build("one", "2 of 2");
    build("one", "0 of 2");
    project.write("lib/text", "two");
    build("two", "2 of 2");
    project.write("README.md", "Read this.");
    build("two", "2 of 2");
    // Units that were recorded and those that were not are in one directory.
    project.write("lib/text", "six");
    project.build("six", "2 of 2");
    project.write("README.md", "Read that.");
    project.build("six", "0 of 2");
}
