//! The depot's tables, and the statements that fill them.

use std::{error::Error, fmt};

use serde::Serialize;

pub use macros::Record;

/// The tables of `schema.sql`, in the order of the file.
///
/// The build script writes them, so the schema is part of the binary and no file is read at run time.
pub static TABLES: &[Table] = include!(concat!(env!("OUT_DIR"), "/tables.rs"));

/// A table as the schema declares it.
#[derive(Debug, Serialize)]
pub struct Table {
    /// What the table is called.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [&'static str],
}

/// A type that is stored as one row. Derive it: `#[derive(Record)] #[record(table = "parcels")]`.
pub trait Record {
    /// The table that holds the rows.
    const TABLE: &'static str;
    /// The names of the fields, in order.
    const FIELDS: &'static [&'static str];
}

/// Writes the statement that inserts an `R`.
///
/// # Errors
///
/// When the schema has no such table, or its columns are not the fields of `R`.
pub fn insert<R: Record>() -> Result<String, Mismatch> {
    let columns = TABLES
        .iter()
        .find(|table| table.name == R::TABLE)
        .map(|table| table.columns);
    if columns != Some(R::FIELDS) {
        return Err(Mismatch {
            table: R::TABLE,
            fields: R::FIELDS,
            columns,
        });
    }
    Ok(format!(
        "INSERT INTO {} ({}) VALUES ({})",
        R::TABLE,
        R::FIELDS.join(", "),
        vec!["?"; R::FIELDS.len()].join(", "),
    ))
}

/// A type and the schema disagree.
#[derive(Debug)]
pub struct Mismatch {
    table: &'static str,
    fields: &'static [&'static str],
    columns: Option<&'static [&'static str]>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            table,
            fields,
            columns,
        } = self;
        match columns {
            Some(columns) => write!(
                f,
                "table `{table}` has columns {columns:?}, the type has fields {fields:?}"
            ),
            None => write!(f, "the schema has no table `{table}`"),
        }
    }
}

impl Error for Mismatch {}

#[cfg(test)]
mod tests {
    use super::*;

    struct Route;

    impl Record for Route {
        const TABLE: &'static str = "routes";
        const FIELDS: &'static [&'static str] = &["code", "stops"];
    }

    struct Van;

    impl Record for Van {
        const TABLE: &'static str = "vans";
        const FIELDS: &'static [&'static str] = &["plate"];
    }

    #[test]
    fn a_known_table_can_be_filled() {
        assert_eq!(
            insert::<Route>().unwrap(),
            "INSERT INTO routes (code, stops) VALUES (?, ?)"
        );
    }

    #[test]
    fn an_unknown_table_is_named() {
        let error = insert::<Van>().unwrap_err();
        assert_eq!(error.to_string(), "the schema has no table `vans`");
    }
}
