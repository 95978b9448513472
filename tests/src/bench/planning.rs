//! The frontend's own time, which it tells the engine's log.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What the frontend writes before the number of milliseconds.
const MARK: &str = "supercargo: planned in ";
/// The engine copies a frontend's words to its log a moment after the frontend has ended.
const PATIENCE: Duration = Duration::from_millis(500);

/// The engine's log, from now on.
#[derive(Debug)]
pub struct Watch {
    log: PathBuf,
    from: u64,
}

impl Watch {
    /// Looks at what is written from now on.
    pub fn begin(log: PathBuf) -> Result<Self> {
        let from = log.metadata().with_context(|| format!("failed to find `{}`", log.display()))?.len();
        Ok(Self { log, from })
    }

    /// The milliseconds that the frontend took, once it has said so. Nothing when it is not sure whose line it is:
    /// somebody else may build on the same engine.
    pub fn end(&self) -> Result<Option<u64>> {
        let until = Instant::now() + PATIENCE;
        loop {
            let said = times(&self.written()?);
            if !said.is_empty() || Instant::now() >= until {
                let [only] = said.as_slice() else { return Ok(None) };
                return Ok(Some(*only));
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn written(&self) -> Result<String> {
        let mut bytes = Vec::new();
        File::open(&self.log)
            .and_then(|mut file| {
                file.seek(SeekFrom::Start(self.from))?;
                file.read_to_end(&mut bytes)
            })
            .with_context(|| format!("failed to read `{}`", self.log.display()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn times(log: &str) -> Vec<u64> {
    log.lines()
        .filter_map(|line| line.split_once(MARK)?.1.split_once(" ms"))
        .filter_map(|(number, _)| number.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::times;

    #[test]
    fn the_frontends_line_is_found_among_the_engines() {
        let log = "time=\"now\" level=info msg=\"x\"\nsupercargo: planned in 143 ms\nsupercargo: planned in";
        assert_eq!(times(log), [143]);
    }
}
