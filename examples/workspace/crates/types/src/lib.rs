//! What the depot stores.

use db::Record;
use serde::Serialize;

/// Something to deliver.
#[derive(Debug, Record, Serialize)]
#[record(table = "parcels")]
pub struct Parcel {
    /// Number on the label.
    pub id: u32,
    /// Who is waiting for it.
    pub recipient: String,
    /// What it weighs.
    pub grams: u32,
}

impl Parcel {
    /// The parcels that are in the depot when it opens.
    #[must_use]
    pub fn at_opening() -> Vec<Self> {
        [(1, "Ada", 250), (2, "Grace", 1_200), (3, "Barbara", 730)]
            .map(|(id, recipient, grams)| Self {
                id,
                recipient: recipient.to_owned(),
                grams,
            })
            .into()
    }
}
