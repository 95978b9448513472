//! The table: what people edit, and whether dependencies are compiled again for it.

mod dependencies;
mod manifests;
mod packages;
mod settings;
mod sources;

use crate::edit::Edit;

/// Every row, in the order of the numbers.
pub(crate) fn all() -> Vec<Edit> {
    let mut rows: Vec<Edit> =
        [sources::ROWS, manifests::ROWS, dependencies::ROWS, packages::ROWS, settings::ROWS].concat();
    rows.sort_by_key(|row| number(row.row));
    rows
}

/// `31b` as 31 and `b`.
pub(crate) fn number(row: &str) -> (u32, &str) {
    let end = row.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(row.len());
    (row[..end].parse().unwrap(), &row[end..])
}
