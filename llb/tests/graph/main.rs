//! The library as its users see it: through its public interface only.

#[cfg(test)]
mod caps;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod metadata;
#[cfg(test)]
mod picture;
#[cfg(test)]
mod round_trip;
#[cfg(test)]
mod validation;
#[cfg(test)]
mod vectors;

use buildkit_llb::source::{Image, Local};
use buildkit_llb::{Output, Platform};

fn amd64() -> Platform {
    Platform::new("linux", "amd64")
}

fn image(reference: &str) -> Image {
    Image::new(reference.parse().unwrap_or_else(|error| unreachable!("{error}")), amd64())
}

fn rust() -> Output {
    image("rust:1.95").output()
}

fn debian() -> Output {
    image("debian:bookworm-slim").output()
}

fn context() -> Output {
    Local::new("context").session("s1").output()
}
