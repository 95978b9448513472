//! Picks the greeting of the configured language from `greetings.toml`.

use std::{collections::BTreeMap, env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=greetings.toml");
    println!("cargo::rerun-if-env-changed=GREETER_LANGUAGE");

    let greetings: BTreeMap<String, String> =
        toml::from_str(&fs::read_to_string("greetings.toml")?)?;
    let language = env::var("GREETER_LANGUAGE")?;
    let greeting = greetings
        .get(&language)
        .ok_or_else(|| format!("greetings.toml has no greeting in `{language}`"))?;

    println!("cargo::rustc-env=GREETING={greeting}");
    Ok(())
}
