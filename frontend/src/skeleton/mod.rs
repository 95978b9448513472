//! The skeleton: generated files that let Cargo compile every dependency of a selection and none of its code.
//!
//! External units do not depend on local packages, so one synthetic package with the resolved union of the
//! external dependencies compiles to exactly the units of the real build. Where that does not hold, a
//! canonicalised copy of every local manifest takes over ([`Form::PerMember`]).

mod activation;
mod canonical;
mod config;
mod crates;
mod external;
mod feature_value;
mod flatten;
mod form;
mod graph;
mod lock;
mod make;
mod member;
mod needed;
mod patches;
mod per_member;
mod platform;
mod profile;
mod reason;
mod referenced;
mod root_overlay;
mod selection;
mod stub;
mod units;
mod view;

pub use crates::{Crate, Crates, crates};
pub use form::{Form, Outcome, Skeleton};
pub use graph::target_flags;
pub use make::{closure, make};
pub(crate) use platform::is_active;
pub use platform::{has_target_flags, words as flags};
pub use profile::written as written_profile;
pub use selection::{Features, Selection};
pub use view::{SourceView, source_view};
