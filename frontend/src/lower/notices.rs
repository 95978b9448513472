//! Warnings for engines that have no call for them: steps whose names say it.

use buildkit_llb::Output;
use buildkit_llb::file::{FileOp, MkFile};

/// How a step begins whose name is a warning.
const LABEL: &str = "WARNING: ";

/// Steps named after these lines, in their order; solving the result shows each of them in the build's output.
///
/// They write one small file that no image gets to see.
pub fn notices<'a>(lines: impl IntoIterator<Item = &'a str>) -> Output {
    lines.into_iter().fold(Output::scratch(), |before, line| {
        FileOp::on(before)
            .mkfile(MkFile::new("/warning", line).timestamp(0))
            .name(format!("{LABEL}{line}"))
            .export_cache(false)
            .output()
    })
}

#[cfg(test)]
mod tests {
    use super::notices;

    #[test]
    fn each_line_is_a_step_on_the_one_before() {
        let definition = notices(["first", "second"]).marshal().unwrap();
        let names: Vec<_> =
            definition.ops().iter().map(|op| op.metadata().description.values().next().cloned()).collect();
        assert_eq!(names[..2], [Some("WARNING: first".to_owned()), Some("WARNING: second".to_owned())]);
        assert!(notices([]).is_scratch());
    }
}
