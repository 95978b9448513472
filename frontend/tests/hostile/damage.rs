//! What can happen to a text on its way here.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::Index;

/// One change of a text.
#[derive(Clone, Debug)]
pub(crate) enum Damage {
    /// A line is lost.
    Drop(Index),
    /// A line stands there twice.
    Twice(Index),
    /// Two lines change places.
    Swap(Index, Index),
    /// Nothing follows this byte.
    Cut(Index),
    /// These bytes are put in.
    Insert(Index, Vec<u8>),
    /// What follows the first `=` of a line becomes this.
    Value(Index, String),
}

/// Words that mean something somewhere, at the wrong place.
const WORDS: [&str; 38] = [
    "../../etc/passwd",
    "/",
    "",
    ".",
    "\0",
    "\"",
    "'''",
    "[",
    "]]",
    "{}",
    "{ workspace = true }",
    "{ path = \"../..\" }",
    "{ git = \"ssh://a@b\", rev = \"\" }",
    "[[bin]]\n",
    "[package]\n",
    "[workspace]\nmembers = [\"**\"]\n",
    "[patch.crates-io]\n",
    "[target.'cfg(all(']\n",
    "-1",
    "99999999999999999999",
    "1.0.0-\u{1f980}",
    "true",
    "null",
    "auto",
    "...",
    "[\"...\"]",
    "name = 3\n",
    "dep:",
    "a/b/c",
    "?/",
    "cfg(not(",
    "registry+https://x#1",
    "\r\n",
    "\u{feff}",
    "1970-01-01T00:00:00Z",
    "inf",
    "$(x)",
    "\\",
];

/// A word, a long one, a deep one, or any bytes.
fn word() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        6 => proptest::sample::select(&WORDS[..]).prop_map(|word| word.as_bytes().to_vec()),
        1 => Just("[".repeat(20_000).into_bytes()),
        1 => Just(format!("cfg({}", "not(".repeat(20_000)).into_bytes()),
        1 => Just("a.".repeat(20_000).into_bytes()),
        1 => Just("x".repeat(70_000).into_bytes()),
        2 => vec(any::<u8>(), 0..12),
    ]
}

/// One change.
pub(crate) fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<Index>().prop_map(Damage::Drop),
        any::<Index>().prop_map(Damage::Twice),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Damage::Swap(one, other)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), word()).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (any::<Index>(), word())
            .prop_map(|(at, bytes)| Damage::Value(at, String::from_utf8_lossy(&bytes).into_owned())),
    ]
}

impl Damage {
    /// Does it to `text`.
    pub(crate) fn apply(&self, text: &mut Vec<u8>) {
        let mut lines: Vec<Vec<u8>> =
            text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
        if lines.is_empty() {
            lines.push(Vec::new());
        }
        let count = lines.len();
        match self {
            Self::Drop(line) => {
                lines.remove(line.index(count));
            }
            Self::Twice(line) => {
                let line = line.index(count);
                lines.insert(line, lines[line].clone());
            }
            Self::Swap(one, other) => lines.swap(one.index(count), other.index(count)),
            Self::Cut(at) => {
                text.truncate(at.index(text.len() + 1));
                return;
            }
            Self::Insert(at, bytes) => {
                let at = at.index(text.len() + 1);
                text.splice(at..at, bytes.iter().copied());
                return;
            }
            Self::Value(line, value) => {
                let line = &mut lines[line.index(count)];
                if let Some(equals) = line.iter().position(|byte| *byte == b'=') {
                    line.truncate(equals + 1);
                    line.extend_from_slice(value.as_bytes());
                    line.push(b'\n');
                }
            }
        }
        *text = lines.concat();
    }
}
