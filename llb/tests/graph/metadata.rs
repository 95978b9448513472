//! What is said about a vertex reaches `BuildKit` and changes nothing else.

use buildkit_llb::source_map::{Location, Range, SourceFile};
use buildkit_llb::{Definition, Exec, FileOp, Merge, Output, ProgressGroup, file::MkFile};

use crate::{debian, rust};

fn plain() -> Exec {
    Exec::new(rust(), ["true"])
}

fn toml() -> SourceFile {
    SourceFile::new("Cargo.toml", "[package]\n").language("TOML")
}

#[test]
fn nothing_that_is_said_changes_a_digest() {
    for (what, exec) in [
        ("name", plain().name("[deps] true")),
        ("description", plain().describe("com.docker.dockerfile.v1.command", "RUN true")),
        ("progress group", plain().progress_group(ProgressGroup::new("deps", "dependencies"))),
        ("ignore cache", plain().ignore_cache()),
        ("export cache", plain().export_cache(false)),
        ("location", plain().location(Location::new(&toml(), [Range::lines(1, 1)]))),
        ("capability", plain().require("exec.meta.network")),
    ] {
        assert_eq!(exec.root(), plain().root(), "{what}");
        let (said, unsaid) = (exec.root().marshal().unwrap(), plain().root().marshal().unwrap());
        assert_ne!(said, unsaid, "{what}");
        assert_eq!(said.to_pb().def, unsaid.to_pb().def, "{what}");
    }
}

#[test]
fn everything_that_is_said_reaches_the_message() {
    let exec = plain()
        .name("[deps] true")
        .describe("key", "value")
        .progress_group(ProgressGroup::new("deps", "dependencies").weak())
        .ignore_cache()
        .export_cache(true);
    let definition = exec.root().marshal().unwrap();
    let op = &definition.ops()[1];
    let metadata = op.metadata();
    assert_eq!(op.name(), Some("[deps] true"));
    assert_eq!(metadata.description["key"], "value");
    assert!(metadata.ignore_cache && metadata.export_cache.unwrap().value);
    let group = metadata.progress_group.as_ref().unwrap();
    assert_eq!((&*group.id, &*group.name, group.weak), ("deps", "dependencies", true));
    let terminal: Vec<_> = definition.terminal().unwrap().caps().collect();
    assert_eq!(
        terminal,
        ["constraints", "meta.description", "meta.exportcache", "meta.ignorecache", "platform"]
    );
}

#[test]
fn what_is_shown_of_a_vertex_acts_on_no_terminal() {
    let file = SourceFile::new("a\u{1b}b", "x\r\n\u{9b}y\n");
    let exec = plain()
        .name("[build] a\n::error::b")
        .describe("key", "\u{1b}[2J")
        .progress_group(ProgressGroup::new("deps", "\u{202e}x"))
        .location(Location::new(&file, [Range::lines(1, 1)]));
    let definition = exec.root().marshal().unwrap();
    let op = &definition.ops()[1];
    assert_eq!(op.name(), Some(r"[build] a\n::error::b"));
    assert_eq!(op.metadata().description["key"], r"\u{1b}[2J");
    assert_eq!(op.metadata().progress_group.as_ref().unwrap().name, r"\u{202e}x");
    let info = &definition.to_pb().source.unwrap().infos[0];
    assert_eq!((info.filename.as_str(), &*info.data), (r"a\u{1b}b", b"x\n\\u{9b}y\n".as_slice()));
}

#[test]
fn twins_are_one_vertex_that_says_what_both_say() {
    let upper = |exec: Exec| FileOp::on(exec.root()).mkfile(MkFile::new("/a", "")).output();
    let other = |exec: Exec| FileOp::on(exec.root()).mkfile(MkFile::new("/b", "")).output();
    let first = Location::new(&toml(), [Range::lines(1, 1)]);
    let second = Location::new(&toml(), [Range::lines(2, 2)]);
    let one = plain().name("first").location(first);
    let two = plain().name("second").ignore_cache().describe("key", "value").location(second);
    let definition = Merge::new([upper(one), other(two)]).output().marshal().unwrap();

    assert_eq!(definition.ops().len(), 5);
    let twin = &definition.ops()[1];
    assert_eq!(twin.name(), Some("first"));
    assert!(twin.metadata().ignore_cache);
    assert_eq!(twin.metadata().description["key"], "value");
    let source = definition.source().unwrap();
    assert_eq!(source.infos.len(), 1);
    let lines: Vec<_> = source.locations[twin.digest().as_str()]
        .locations
        .iter()
        .map(|location| (location.source_index, location.ranges[0].start.unwrap().line))
        .collect();
    assert_eq!(lines, [(0, 1), (0, 2)]);
}

#[test]
fn files_are_listed_once_and_keyed_by_the_vertex() {
    let other = SourceFile::new("Dockerfile", "# syntax=x\n").loaded_by(&debian().marshal().unwrap());
    let file = FileOp::on(debian())
        .mkfile(MkFile::new("/a", ""))
        .location(Location::new(&toml(), [Range::lines(3, 5)]))
        .location(Location::new(&other, [Range::lines(1, 1)]))
        .location(Location::new(&toml(), [Range::lines(3, 5)]))
        .output();
    let definition = file.marshal().unwrap();
    let source = definition.source().unwrap();
    let names: Vec<_> = source.infos.iter().map(|info| (&*info.filename, &*info.language)).collect();
    assert_eq!(names, [("Cargo.toml", "TOML"), ("Dockerfile", "")]);
    assert_eq!(source.infos[1].definition.as_ref().unwrap().def.len(), 2);
    let digest = file.vertex().unwrap().digest().as_str();
    assert_eq!(source.locations.keys().collect::<Vec<_>>(), [digest]);
    assert_eq!(source.locations[digest].locations.len(), 2);
}

#[test]
fn a_definition_without_places_has_no_source_map() {
    assert_eq!(plain().root().marshal().unwrap().source(), None);
    assert_eq!(Output::scratch().marshal().unwrap(), Definition::default());
}
