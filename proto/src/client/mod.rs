//! The gateway client: one HTTP/2 connection over standard input and output, and the calls a frontend makes on it.

mod bridge;
mod capabilities;
mod image;
mod stdio;

pub use bridge::{Bridge, MESSAGE_LIMIT, SolveOptions};
pub use capabilities::Capabilities;
pub use image::{ImageQuery, ImageStore, ResolvedImage};
pub use stdio::{ConnectError, connect};
