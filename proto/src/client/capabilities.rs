//! What the engine can do, as it says at the first call.

use std::collections::BTreeMap;

use crate::caps::ApiCap;
use crate::gateway::PongResponse;
use crate::pb::Platform;

/// The engine's capabilities and build platforms.
#[derive(Clone, Debug, Default)]
pub struct Capabilities {
    gateway: BTreeMap<String, ApiCap>,
    llb: BTreeMap<String, ApiCap>,
    platforms: Vec<Platform>,
}

impl Capabilities {
    /// True if the gateway offers the call or field `id`, one of `frontend/gateway/pb/caps.go`.
    #[must_use]
    pub fn has_gateway(&self, id: &str) -> bool {
        self.gateway.get(id).is_some_and(|cap| cap.enabled)
    }

    /// True if graphs may use `id`, one of `solver/pb/caps.go`. Being announced is not enough: an engine on the
    /// classic image store announces merge and diff as disabled.
    #[must_use]
    pub fn has_llb(&self, id: &str) -> bool {
        self.llb.get(id).is_some_and(|cap| cap.enabled)
    }

    /// The platforms of the first worker; the first of them is the default build platform.
    #[must_use]
    pub fn platforms(&self) -> &[Platform] {
        &self.platforms
    }
}

impl From<PongResponse> for Capabilities {
    fn from(pong: PongResponse) -> Self {
        let by_id = |caps: Vec<ApiCap>| caps.into_iter().map(|cap| (cap.id.clone(), cap)).collect();
        Self {
            gateway: by_id(pong.frontend_api_caps),
            llb: by_id(pong.llb_caps),
            platforms: pong.workers.into_iter().next().map(|worker| worker.platforms).unwrap_or_default(),
        }
    }
}
