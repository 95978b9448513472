//! What frontend and agent say to each other, as JSON.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;
use supercargo_report::{Job, Needs, Report};

/// What can be read is written, and read again as it was.
pub(crate) fn job(bytes: &[u8]) {
    round_trip::<Job>(bytes);
    round_trip::<Report>(bytes);
    round_trip::<Needs>(bytes);
}

fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(bytes) else { return };
    let text = serde_json::to_vec(&value).unwrap();
    assert_eq!(serde_json::from_slice::<T>(&text).unwrap(), value);
}
