//! `FloatingImage`.

use buildkit_llb::ImageRef;

use super::Rule;
use crate::config::Setting;
use crate::diagnostic::Diagnostic;
use crate::request::Facts;

pub(super) const RULE: Rule = Rule {
    name: "FloatingImage",
    description: "Name images by a version, so that the next build means the same one",
    check,
};

fn check(facts: &Facts<'_>) -> Vec<Diagnostic> {
    let Some((_, config)) = facts.selected else { return Vec::new() };
    let settings = [("image.base", &config.base), ("toolchain.image", &config.toolchain_image)];
    let floating = settings.into_iter().filter_map(|(key, setting)| {
        let setting = setting.as_ref().filter(|setting| floats(setting))?;
        let warning = Diagnostic::warning(format!(
            "`{key}` value `{}` is another image after the next release",
            setting.value
        ))
        .hint("Add a tag that names a version, or a digest.");
        Some(match setting.origin.span() {
            Some(span) => warning.at(span.clone()),
            None => warning,
        })
    });
    floating.collect()
}

fn floats(setting: &Setting<String>) -> bool {
    let Ok(reference) = setting.value.parse::<ImageRef>() else { return false };
    let has_version = reference.tag().is_some_and(|tag| tag != "latest");
    setting.value != "scratch" && reference.digest().is_none() && !has_version
}
