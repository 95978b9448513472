//! BuildKit's wire.

pub use bollard_buildkit_proto::pb;
