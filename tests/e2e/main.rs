//! End to end: builds on a real engine, containers that run.

mod bad_input;
mod bed;
mod examples;
mod frontend_image;
mod graph;
mod image;
mod published;
mod story;
