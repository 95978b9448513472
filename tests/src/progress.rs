//! What the bed tells the person who waits for it.
//!
//! Everything goes to stderr: stdout belongs to commands whose output is read by a shell, such as `bed env`.

use std::time::Instant;

/// One step that takes time: announced when it starts, timed when it ends.
#[derive(Debug)]
pub struct Step {
    what: String,
    began: Instant,
}

/// Announces a step.
#[must_use]
pub fn step(what: impl Into<String>) -> Step {
    let what = what.into();
    eprintln!("bed: {what} ...");
    Step { what, began: Instant::now() }
}

/// Says one line.
pub fn say(line: impl AsRef<str>) {
    eprintln!("bed: {}", line.as_ref());
}

/// Prints the heading of a part of a longer run.
pub fn heading(title: impl AsRef<str>) {
    eprintln!("\n===== {} =====", title.as_ref());
}

impl Step {
    /// Says that the step is done and how long it took.
    pub fn done(self) {
        let Self { what, began } = self;
        eprintln!("bed: {what}: done in {:.1} s", began.elapsed().as_secs_f64());
    }
}
