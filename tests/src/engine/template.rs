//! The data of an engine that has the base images and nothing else, to begin another engine from.
//!
//! Loading the images takes an engine half a minute. Unpacked layers never change, so that an engine which begins with
//! hard links to them is there at once.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::base;
use crate::bed::Bed;
use crate::engine::daemon::Daemon;
use crate::engine::release::Choice;
use crate::lock::Lock;
use crate::place::Place;
use crate::process::Cmd;
use crate::progress::step;

/// Written last: without it the data is half made.
const DONE: &str = "done";
/// Folders of an engine's data in which no file is ever written to again, for either store.
const CONSTANT: &[&str] = &[
    "containerd/daemon/io.containerd.content.v1.content/blobs",
    "containerd/daemon/io.containerd.snapshotter.v1.overlayfs/snapshots",
    "overlay2",
];

/// The template of one kind of engine.
#[derive(Debug, Clone)]
pub struct Template {
    place: Place,
    choice: Choice,
}

impl Template {
    /// The template of this kind of engine in this place.
    #[must_use]
    pub fn of(place: &Place, choice: Choice) -> Self {
        Self { place: place.clone(), choice }
    }

    /// The engine that it is made with, which does not run otherwise.
    #[must_use]
    pub fn daemon(&self) -> Daemon {
        let data = self.place.root().join("templates").join(self.choice.to_string());
        Daemon::beside(&self.place, self.choice, "template", data)
    }

    /// Lays out the data of a new engine. Base images whose recipe has changed since the template was made are not in
    /// their present form in it.
    pub fn copy_to(&self, data: &Path) -> Result<()> {
        let lock = Lock::acquire(&self.place, &format!("template-{}", self.choice))?;
        let daemon = self.daemon();
        if !daemon.data().join(DONE).is_file() {
            self.make(&daemon)?;
        }
        drop(lock);
        let (from, to) = (daemon.data().join("root"), data.join("root"));
        fs::create_dir_all(data).with_context(|| format!("failed to create `{}`", data.display()))?;
        Cmd::new("cp").args(["--archive", "--link"]).arg(&from).arg(&to).run()?;
        for file in changing(&from, Path::new(""))? {
            Cmd::new("cp")
                .args(["--archive", "--remove-destination"])
                .arg(from.join(&file))
                .arg(to.join(&file))
                .run()?;
        }
        Ok(())
    }

    fn make(&self, daemon: &Daemon) -> Result<()> {
        let doing = step(format!("preparing for spare engines like {}", self.choice));
        daemon.remove()?;
        Bed::start(&self.place, daemon)?;
        base::provide(&self.place, &Bed::docker_of(&self.place, daemon)?)?;
        daemon.stop()?;
        fs::write(daemon.data().join(DONE), "").context("failed to note that the template is done")?;
        doing.done();
        Ok(())
    }
}

/// The regular files below `root` that an engine may write to, relative to it.
fn changing(root: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    if CONSTANT.iter().any(|constant| folder == Path::new(constant)) {
        return Ok(Vec::new());
    }
    let listed = root.join(folder);
    let mut files = Vec::new();
    for entry in fs::read_dir(&listed).with_context(|| format!("failed to list `{}`", listed.display()))? {
        let entry = entry.with_context(|| format!("failed to list `{}`", listed.display()))?;
        let kind = entry.file_type().with_context(|| format!("failed to list `{}`", listed.display()))?;
        let path = folder.join(entry.file_name());
        if kind.is_dir() {
            files.extend(changing(root, &path)?);
        } else if kind.is_file() {
            files.push(path);
        }
    }
    Ok(files)
}
