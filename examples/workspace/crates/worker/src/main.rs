//! Books the depot's parcels and says what it would store.

use clap::Parser;
use types::Parcel;

/// Books the depot's parcels and says what it would store.
#[derive(Parser)]
#[command(version)]
struct Args {
    /// Leave out parcels that weigh more than this many grams
    #[arg(long, default_value_t = u32::MAX)]
    up_to: u32,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();

    // The table comes from the build script of `db`, the fields from the derive in `macros`.
    println!("{}", db::insert::<Parcel>()?);
    for parcel in Parcel::at_opening() {
        if parcel.grams <= args.up_to {
            println!("{}", serde_json::to_string(&parcel)?);
        }
    }
    Ok(())
}
