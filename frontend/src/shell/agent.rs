//! Finds the agent and the programs that images may need: they ship in the frontend's own image, which the engine hands over as a graph.

use buildkit_llb::source::Image;
use buildkit_llb::{Definition, ImageRef, Output, Platform};

use super::environment::Environment;
use super::failure::{Failure, Files};
use crate::diagnostic::Diagnostic;
use crate::options::Options;

/// Returns the file system that holds the agent.
///
/// Engines before BuildKit 0.10 do not hand over the graph; there the image is named again.
pub(super) fn find(
    environment: &Environment,
    options: &Options,
    platform: &Platform,
) -> Result<Output, Failure> {
    match own_definition(environment)? {
        Some(definition) => Ok(definition.to_output()),
        None => by_name(options, platform, "[internal] load the agent"),
    }
}

/// Returns the file system that holds the programs which images of `platform` may need; `own` is the engine's platform.
///
/// The graph that the engine hands over is for its own platform. It names the image that runs, by digest where the
/// engine knows one, and a digest is that of all platforms. `source` is not enough: it is a tag that may have moved,
/// or that a build context replaces.
pub(super) fn tools(
    environment: &Environment,
    options: &Options,
    platform: &Platform,
    own: &Platform,
) -> Result<Output, Failure> {
    if own == platform {
        return find(environment, options, own);
    }
    let name = "[internal] load the tools of the image";
    let Some(definition) = own_definition(environment)? else { return by_name(options, platform, name) };
    definition.on_platform(platform, name).ok_or_else(|| {
        let message = format!(
            "the frontend is a build context for {own}, so it has no health check or init program for {platform}"
        );
        let hint = "Push the frontend's image for both platforms and name it with `docker-image://`.";
        Failure::Findings { diagnostics: vec![Diagnostic::error(message).hint(hint)], files: Files::new() }
    })
}

/// Returns the graph of the image that runs, if the engine hands it over.
fn own_definition(environment: &Environment) -> Result<Option<Definition>, Failure> {
    let Ok(bytes) = std::fs::read(&environment.own_definition) else { return Ok(None) };
    Definition::from_bytes(&bytes).map(Some).map_err(|error| {
        Failure::Internal(format!("failed to read the definition of the frontend's own image: {error}"))
    })
}

fn by_name(options: &Options, platform: &Platform, name: &str) -> Result<Output, Failure> {
    let source = options.source.as_ref().ok_or_else(|| {
        Failure::Internal(
            "the engine told neither the definition nor the name of the frontend's image".to_owned(),
        )
    })?;
    let reference: ImageRef = source.parse().map_err(|error| {
        Failure::Internal(format!("failed to parse the name of the frontend's image `{source}`: {error}"))
    })?;
    Ok(Image::new(reference, platform.clone()).name(name).output())
}

#[cfg(test)]
mod tests {
    use buildkit_llb::file::MkFile;
    use buildkit_llb::source::Image;
    use buildkit_llb::{FileOp, Output, Platform};

    use super::tools;
    use crate::options::{Options, RawOptions};
    use crate::shell::environment::Environment;

    /// The sources of the tools for `platform`, if the engine handed over `own` for linux/amd64.
    fn sources(own: Option<Output>, platform: &str) -> Result<Vec<String>, String> {
        let directory = tempfile::tempdir().unwrap();
        let own_definition = directory.path().join("frontend.bin");
        if let Some(own) = own {
            std::fs::write(&own_definition, own.marshal().unwrap().to_bytes()).unwrap();
        }
        let environment =
            Environment { options: RawOptions::default(), session: String::new(), own_definition };
        let options = Options { source: Some("docker.io/a/frontend:1".to_owned()), ..Options::default() };
        let own = Platform::new("linux", "amd64");
        let output = tools(&environment, &options, &platform.parse().unwrap(), &own)
            .map_err(|failure| failure.into_status().message)?;
        let definition = output.marshal().unwrap();
        let ops = definition.ops().iter().map(|op| {
            let Some(buildkit_proto::pb::op::Op::Source(source)) = &op.op().op else { panic!("{op:?}") };
            let platform = op.op().platform.as_ref().map(Platform::from).unwrap();
            format!("{} {platform}", source.identifier)
        });
        Ok(ops.collect())
    }

    #[test]
    fn tools_come_from_the_image_that_runs() {
        let running = format!("docker.io/a/frontend:1@sha256:{}", "a".repeat(64));
        let image = |reference: &str| {
            Some(Image::new(reference.parse().unwrap(), Platform::new("linux", "amd64")).output())
        };
        for (own, platform, expected) in [
            (image(&running), "linux/amd64", format!("docker-image://{running} linux/amd64")),
            (image(&running), "linux/arm64", format!("docker-image://{running} linux/arm64")),
            // Only the engine's own store has it, so it has no digest.
            (image("own:2"), "linux/arm64", "docker-image://docker.io/library/own:2 linux/arm64".to_owned()),
            // An engine that does not hand over the graph.
            (None, "linux/arm64", "docker-image://docker.io/a/frontend:1 linux/arm64".to_owned()),
        ] {
            assert_eq!(sources(own, platform).unwrap(), [expected], "{platform}");
        }
        let built = FileOp::on_scratch().mkfile(MkFile::new("/agent", "")).output();
        let message = sources(Some(built), "linux/arm64").unwrap_err();
        assert!(message.contains("a build context for linux/amd64"), "{message}");
    }
}
