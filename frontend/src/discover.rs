//! Which files the project model still needs.
