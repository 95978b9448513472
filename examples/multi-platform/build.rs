//! Compiles the C part, with the compiler of the machine that the program is for; this script itself runs on the
//! machine that compiles.

fn main() {
    println!("cargo::rerun-if-changed=src/needle.c");
    cc::Build::new().file("src/needle.c").compile("needle");
    for name in ["HOST", "TARGET"] {
        let triple = std::env::var(name).expect("cargo sets it");
        println!("cargo::rustc-env=COMPASS_{name}={triple}");
    }
}
