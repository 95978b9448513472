//! Says which versions of two libraries it runs with.

use std::ffi::CStr;

unsafe extern "C" {
    safe fn ZSTD_versionNumber() -> u32;
}

fn main() {
    // SAFETY: SQLite returns a text that is never changed and never freed.
    let sqlite = unsafe { CStr::from_ptr(libsqlite3_sys::sqlite3_libversion()) };
    let zstd = ZSTD_versionNumber();
    println!("SQLite {}", sqlite.to_string_lossy());
    println!("zstd {}.{}.{}", zstd / 10000, zstd / 100 % 100, zstd % 100);
}
