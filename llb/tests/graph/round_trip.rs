//! Definitions are read back as they were, drawn the same, and refused when they are broken.

use buildkit_llb::file::{Copy, MkFile, Rm};
use buildkit_llb::source_map::{Location, Range, SourceFile};
use buildkit_llb::{Definition, DefinitionError, Exec, FileOp, Mount, Output};

use crate::{amd64, context, debian, rust};

fn graph() -> Output {
    let mut exec = Exec::new(rust(), ["cargo", "build"]).name("[build] cargo");
    exec.mount(Mount::bind(context(), "/src").readonly());
    let out = exec.mount(Mount::scratch("/out"));
    let file = SourceFile::new("Cargo.toml", "[package]\n");
    FileOp::on(debian())
        .copy(Copy::new(exec.output(&out), "/app", "/app"))
        .location(Location::new(&file, [Range::lines(1, 1)]))
        .output()
}

#[test]
fn a_definition_is_read_back_as_it_was() {
    let definition = graph().marshal().unwrap();
    let read = Definition::from_bytes(&definition.to_bytes()).unwrap();
    assert_eq!(read, definition);
    assert_eq!(read.to_text(), definition.to_text());
    let (head, index) = read.head().unwrap();
    assert_eq!((head, index), (graph().vertex().unwrap().digest(), 0));
    assert_eq!(read.op(head.as_str()).unwrap().bytes(), graph().vertex().unwrap().bytes());
}

#[test]
fn an_op_that_is_listed_twice_keeps_its_metadata() {
    let definition = graph().marshal().unwrap();
    let mut message = definition.to_pb();
    message.def.insert(0, message.def[0].clone());
    let read = Definition::from_pb(message).unwrap();
    assert_eq!(read.caps(), definition.caps());
    assert_eq!(Definition::from_bytes(&read.to_bytes()).unwrap(), read);
}

#[test]
fn scratch_is_the_empty_definition_both_ways() {
    let definition = Output::scratch().marshal().unwrap();
    assert!(definition.is_scratch() && definition.to_bytes().is_empty() && definition.head().is_none());
    assert_eq!(Definition::from_bytes(&[]).unwrap(), definition);
    assert!(definition.to_output().is_scratch());
}

#[test]
fn a_definition_becomes_part_of_a_graph_without_losing_anything() {
    let definition = graph().marshal().unwrap();
    let output = definition.to_output();
    assert_eq!(output, graph());
    assert_eq!(output.platform(), Some(&amd64()));
    assert_eq!(output.marshal().unwrap(), definition);

    let longer = |base: Output| FileOp::on(base).rm(Rm::new("/app")).output().marshal().unwrap();
    assert_eq!(longer(output), longer(graph()));
}

#[test]
fn the_second_result_of_a_vertex_is_found_again() {
    let mut exec = Exec::new(rust(), ["true"]);
    let out = exec.mount(Mount::scratch("/out"));
    let output = exec.output(&out);
    let read = output.marshal().unwrap().to_output();
    assert_eq!((read.index(), read), (1, output));
}

#[test]
fn bytes_of_another_encoder_are_kept() {
    // Field 3 before field 11: legal, and not what we would write.
    let mut definition = debian().marshal().unwrap().to_pb();
    let bytes = vec![0x1a, 9, 0x0a, 7, b'l', b'o', b'c', b'a', b'l', b':', b'/', 0x5a, 0];
    let digest = buildkit_llb::Digest::of(&bytes);
    let terminal = [&[0x0a, 73, 0x0a, 71], digest.as_str().as_bytes()].concat();
    definition.def = vec![bytes.clone(), terminal];
    let read = Definition::from_pb(definition).unwrap();
    let output = FileOp::on(read.to_output()).mkfile(MkFile::new("/a", "")).output();
    assert_eq!(output.marshal().unwrap().ops()[0].bytes(), bytes);
}

#[test]
fn broken_definitions_are_refused() {
    let good = || graph().marshal().unwrap().to_pb();
    let error = |definition| Definition::from_pb(definition).unwrap_err();

    let mut garbage = good();
    garbage.def[1] = vec![0xff];
    assert!(matches!(error(garbage), DefinitionError::DecodeOp { index: 1, .. }));

    let mut hole = good();
    let lost = hole.def.remove(1);
    let lost = buildkit_llb::Digest::of(&lost).to_string();
    assert!(matches!(error(hole), DefinitionError::UnknownInput { digest, .. } if digest == lost));

    let mut open = good();
    open.def.pop();
    assert!(matches!(error(open), DefinitionError::Terminal { inputs: 2 }));

    let mut source_last = good();
    source_last.def.truncate(1);
    assert_eq!(
        error(source_last).to_string(),
        "the last op of the definition has 0 inputs; it must have one, the result"
    );

    let mut negative = debian().marshal().unwrap().to_pb();
    negative.def[1].extend([0x0a, 0]);
    assert!(matches!(error(negative), DefinitionError::UnknownInput { .. }));

    assert!(matches!(Definition::from_bytes(&[0xff]), Err(DefinitionError::Decode(_))));
}

#[test]
fn a_result_that_cannot_be_is_refused() {
    let mut definition = debian().marshal().unwrap().to_pb();
    // Index -1 in the only input of the last op.
    let digest = debian().vertex().unwrap().digest().to_string();
    let index = [0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    definition.def[1] = [&[0x0a, 84, 0x0a, 71], digest.as_bytes(), &index].concat();
    let error = Definition::from_pb(definition).unwrap_err();
    assert!(matches!(error, DefinitionError::ResultIndex { index: 1, result: -1 }), "{error}");
}
