//! Says which machine it was compiled for.

use std::ffi::{CStr, c_char, c_uint};

use indoc::printdoc;

unsafe extern "C" {
    safe fn compass_pointer_bytes() -> c_uint;
    safe fn compass_machine() -> *const c_char;
}

fn main() {
    // SAFETY: the C part returns a literal, which ends with a zero and is never freed.
    let machine = unsafe { CStr::from_ptr(compass_machine()) };
    printdoc!(
        "
        Rust: {}, {} bits
        C:    {}, {} bits
        compiled for {} on {}
        ",
        std::env::consts::ARCH,
        usize::BITS,
        machine.to_string_lossy(),
        compass_pointer_bytes() * 8,
        env!("COMPASS_TARGET"),
        env!("COMPASS_HOST"),
    );
}
