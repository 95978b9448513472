//! The project model.
