//! What becomes of secrets: nothing that a build leaves behind holds one.
