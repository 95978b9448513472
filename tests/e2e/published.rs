//! Programs that other people published, unpacked from the registry and built as they are.

use testbed::bed::Bed;
use testbed::build::Build;
use testbed::container::Run;
use testbed::project::Project;

use crate::story;

#[test]
fn hexyl_is_built_unmodified_and_runs() {
    let bed = Bed::ensure().unwrap();
    let project = Project::from_registry("hexyl", "0.17.0").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-hexyl");
    story::tell(&build, || project.append("src/main.rs", &story::edit()).unwrap(), &["hexyl"]);
    let version = Run::new(bed.docker(), "e2e-hexyl").arg("--version").complete().unwrap();
    assert_eq!(version.stdout.trim(), "hexyl 0.17.0");
}

#[test]
fn hyperfine_is_built_unmodified_and_measures() {
    let bed = Bed::ensure().unwrap();
    let project = Project::from_registry("hyperfine", "1.20.0").unwrap();
    story::prepare(bed, &project);
    let build = Build::new(bed.docker(), project.path()).tag("e2e-hyperfine");
    story::tell(&build, || project.append("src/main.rs", &story::edit()).unwrap(), &["hyperfine"]);
    let arguments = ["-N", "--runs", "3", "/usr/local/bin/hyperfine --version"];
    let run = arguments.into_iter().fold(Run::new(bed.docker(), "e2e-hyperfine"), Run::arg);
    let measured = run.complete().unwrap();
    assert!(measured.status.success() && measured.stdout.contains("Time (mean"), "{}", measured.stdout);
}
