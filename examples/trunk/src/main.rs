//! Lists the front end that it holds.

use include_dir::{Dir, include_dir};

/// Made by `[assets.web]`: it is not in the repository.
static FRONT_END: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/web/dist");

fn main() {
    let mut names: Vec<String> =
        FRONT_END.files().map(|file| file.path().display().to_string()).collect();
    names.sort();
    for name in names {
        println!("{name}");
    }
}
