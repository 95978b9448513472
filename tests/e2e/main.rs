//! End to end: builds on a real engine, containers that run.

mod bed;
mod frontend_image;
