//! One bed command at a time where two would collide.

use std::fs::{File, TryLockError};

use anyhow::{Context, Result};

use crate::place::Place;
use crate::progress::say;

/// Held while a part of the bed is changed. The system lets go of it with the process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Waits until nobody else changes this part of the bed.
    pub fn acquire(place: &Place, part: &str) -> Result<Self> {
        let path = place.folder("locks")?.join(part);
        let file = File::options()
            .create(true)
            .append(true)
            .open(&path)
            .with_context(|| format!("failed to open the lock `{}`", path.display()))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                say(format!("waiting for another bed command ({part})"));
                file.lock().with_context(|| format!("failed to lock `{}`", path.display()))?;
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| format!("failed to lock `{}`", path.display()));
            }
        }
        Ok(Self { _file: file })
    }
}
