//! `cargo bed down`.

use anyhow::{Context, Result};
use clap::Args;
use testbed::engine::daemon::Daemon;
use testbed::engine::release;
use testbed::engine::template::Template;
use testbed::lock::Lock;
use testbed::place::Place;
use testbed::progress::say;
use testbed::registry::Registry;
use testbed::spare;

/// How far down.
#[derive(Debug, Args)]
pub(super) struct DownArgs {
    /// Remove images, build cache, downloads and base images too.
    #[arg(long)]
    purge: bool,
}

pub(super) fn run(args: &DownArgs) -> Result<()> {
    let place = Place::from_env()?;
    if !place.root().exists() {
        say("there is no bed here");
        return Ok(());
    }
    stop_all(&place)?;
    if args.purge {
        let root = place.root();
        std::fs::remove_dir_all(root).with_context(|| format!("failed to remove `{}`", root.display()))?;
        say(format!("removed {}", root.display()));
    }
    say("nothing of this bed runs any more");
    Ok(())
}

/// Stops every engine and the registry; spare engines go for good.
pub(super) fn stop_all(place: &Place) -> Result<()> {
    let _lock = Lock::acquire(place, "engine")?;
    for choice in release::all() {
        Daemon::of(place, choice).stop()?;
        Template::of(place, choice).daemon().stop()?;
    }
    spare::remove_all(place)?;
    Registry::of(place).stop()
}
