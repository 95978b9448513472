//! `#[derive(Record)]`, re-exported by the `db` crate.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Error, Fields, LitStr, Result, parse_macro_input};

/// Derives `db::Record`: the table from `#[record(table = "…")]`, the columns from the field names.
#[proc_macro_derive(Record, attributes(record))]
pub fn record(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input)
        .unwrap_or_else(Error::into_compile_error)
        .into()
}

fn expand(input: &DeriveInput) -> Result<TokenStream> {
    let name = &input.ident;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let table = table(input)?;
    let fields = fields(input)?;

    Ok(quote! {
        impl #impl_generics ::db::Record for #name #type_generics #where_clause {
            const TABLE: &'static str = #table;
            const FIELDS: &'static [&'static str] = &[#(#fields),*];
        }
    })
}

/// The value of `#[record(table = "…")]`.
fn table(input: &DeriveInput) -> Result<LitStr> {
    let mut table = None;
    for attribute in input.attrs.iter().filter(|a| a.path().is_ident("record")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("table") {
                table = Some(meta.value()?.parse()?);
                Ok(())
            } else {
                Err(meta.error("expected `table = \"…\"`"))
            }
        })?;
    }
    table.ok_or_else(|| Error::new_spanned(&input.ident, "add `#[record(table = \"…\")]`"))
}

/// The names of the fields, in order.
fn fields(input: &DeriveInput) -> Result<Vec<String>> {
    match &input.data {
        Data::Struct(data) if matches!(data.fields, Fields::Named(_)) => Ok(data
            .fields
            .iter()
            .filter_map(|field| field.ident.as_ref())
            .map(ToString::to_string)
            .collect()),
        _ => Err(Error::new_spanned(
            &input.ident,
            "only a struct with named fields is a record",
        )),
    }
}
