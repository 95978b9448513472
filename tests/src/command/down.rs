//! `cargo bed down`.

use anyhow::{Context, Result};
use clap::Args;
use testbed::engine::daemon::Daemon;
use testbed::engine::release;
use testbed::lock::Lock;
use testbed::place::Place;
use testbed::progress::say;

/// How far down.
#[derive(Debug, Args)]
pub(super) struct DownArgs {
    /// Remove images, build cache, downloads and base images too.
    #[arg(long)]
    purge: bool,
}

pub(super) fn run(args: &DownArgs) -> Result<()> {
    let place = Place::from_env()?;
    {
        let _lock = Lock::acquire(&place, "engine")?;
        for choice in release::all() {
            Daemon::of(&place, choice).stop()?;
        }
    }
    if args.purge {
        let root = place.root();
        std::fs::remove_dir_all(root).with_context(|| format!("failed to remove `{}`", root.display()))?;
        say(format!("removed {}", root.display()));
    }
    say("nothing of this bed runs any more");
    Ok(())
}
