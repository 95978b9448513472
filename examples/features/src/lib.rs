//! Greets in the language that the build was configured for.

#[cfg(feature = "frame")]
mod frame;

use std::fmt;

#[cfg(feature = "frame")]
pub use frame::framed;

/// What to say, and to whom.
#[derive(Debug)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
pub struct Greeting {
    /// Where the words come from: `GREETER_LANGUAGE` in `.cargo/config.toml`.
    pub language: &'static str,
    /// The words, which the build script found in `greetings.toml`.
    pub words: &'static str,
    /// Who is greeted.
    pub name: String,
    /// Whether the flag `--cfg polite` of `.cargo/config.toml` reached the compiler.
    pub polite: bool,
}

impl Greeting {
    /// Greets whom the first argument names, or the world.
    #[must_use]
    pub fn from_args() -> Self {
        Self {
            language: env!("GREETER_LANGUAGE"),
            words: env!("GREETING"),
            name: std::env::args()
                .nth(1)
                .unwrap_or_else(|| "world".to_owned()),
            polite: cfg!(polite),
        }
    }
}

impl fmt::Display for Greeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { words, name, .. } = self;
        let end = if self.polite { "!" } else { "." };
        write!(f, "{words}, {name}{end}")
    }
}
