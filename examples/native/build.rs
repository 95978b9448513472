//! Finds zstd, for which no crate is used here.

fn main() {
    if let Err(error) = pkg_config::probe_library("libzstd") {
        panic!("{error}");
    }
}
