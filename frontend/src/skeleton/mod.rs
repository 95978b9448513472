//! The skeleton.
