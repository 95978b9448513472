//! Graphs that a client passes as inputs.

use buildkit_llb::Definition;

/// What can be read is written as it was, and can be shown and used as a part of another graph.
pub(crate) fn definition(bytes: &[u8]) {
    let Ok(definition) = Definition::from_bytes(bytes) else { return };
    assert_eq!(Definition::from_bytes(&definition.to_bytes()).as_ref(), Ok(&definition));
    drop((definition.to_text(), definition.to_dot(), definition.to_mermaid(), definition.caps_by_op()));
    let Ok(again) = definition.to_output().marshal() else { return };
    assert_eq!(Definition::from_bytes(&again.to_bytes()).as_ref(), Ok(&again));
    assert_eq!(again.head(), definition.head());
}
