//! BuildKit's wire: messages, and the gateway channel that a frontend is handed on standard input and output.
//!
//! The messages come from [`bollard_buildkit_proto`], generated from BuildKit's own definitions with ordered maps
//! wherever their bytes are hashed; they stand here under BuildKit's own names. This crate decides nothing: it has no
//! opinion on graphs, images or Cargo.
//!
//! | module | what it holds |
//! | --- | --- |
//! | [`pb`] | the operations of the build graph (`solver/pb`) |
//! | [`gateway`] | requests and responses of the gateway (`frontend/gateway/pb`) |
//! | [`attr`], [`cap`] | attribute keys of sources, and capability ids, each once |
//! | [`caps`] | capabilities as the engine announces them |
//! | [`rpc`], [`any`] | errors with typed details |
//! | [`fsutil`] | file metadata |
//! | `client` (feature `client`) | the gateway client over standard input and output |

pub mod attr;
pub mod cap;
#[cfg(feature = "client")]
pub mod client;

pub use bollard_buildkit_proto::fsutil::types as fsutil;
pub use bollard_buildkit_proto::google::protobuf as any;
pub use bollard_buildkit_proto::google::rpc;
pub use bollard_buildkit_proto::moby::buildkit::v1::apicaps as caps;
pub use bollard_buildkit_proto::moby::buildkit::v1::frontend as gateway;
pub use bollard_buildkit_proto::pb;
