//! BuildKit's wire.

pub mod attr;
pub mod cap;

pub use bollard_buildkit_proto::pb;
