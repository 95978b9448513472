//! In which package Debian most likely has something.

/// Returns the package for compiling with the library `name`.
pub(super) fn of_library(name: &str) -> Option<String> {
    if name.contains('/') {
        return None;
    }
    let name = name.to_lowercase().replace('_', "-");
    let known = LIBRARIES.iter().find(|(library, _)| *library == name.trim_start_matches("lib"));
    Some(match known {
        Some((_, package)) => (*package).to_owned(),
        None if name.starts_with("lib") => format!("{name}-dev"),
        None => format!("lib{name}-dev"),
    })
}

/// Libraries whose package is not `lib<name>-dev`, without `lib` before their name.
const LIBRARIES: [(&str, &str); 24] = [
    ("asound", "libasound2-dev"),
    ("c", "libc6-dev"),
    ("crypto", "libssl-dev"),
    ("curl", "libcurl4-openssl-dev"),
    ("dl", "libc6-dev"),
    ("expat", "libexpat1-dev"),
    ("gio-2.0", "libglib2.0-dev"),
    ("glib-2.0", "libglib2.0-dev"),
    ("gobject-2.0", "libglib2.0-dev"),
    ("gssapi-krb5", "libkrb5-dev"),
    ("m", "libc6-dev"),
    ("mysqlclient", "libmariadb-dev"),
    ("ncursesw", "libncurses-dev"),
    ("openssl", "libssl-dev"),
    ("pam", "libpam0g-dev"),
    ("pthread", "libc6-dev"),
    ("ssl", "libssl-dev"),
    ("stdc++", "g++"),
    ("usb-1.0", "libusb-1.0-0-dev"),
    ("uuid", "uuid-dev"),
    ("wayland-client", "libwayland-dev"),
    ("xcb", "libxcb1-dev"),
    ("z", "zlib1g-dev"),
    ("zlib", "zlib1g-dev"),
];

/// Headers by the start of their path.
const HEADERS: [(&str, &str); 45] = [
    ("GL/", "libgl-dev"),
    ("Python.h", "python3-dev"),
    ("X11/", "libx11-dev"),
    ("alsa/", "libasound2-dev"),
    ("bits/", "libc6-dev"),
    ("blkid/", "libblkid-dev"),
    ("bpf/", "libbpf-dev"),
    ("bzlib.h", "libbz2-dev"),
    ("clang-c/", "libclang-dev"),
    ("curl/", "libcurl4-openssl-dev"),
    ("curses.h", "libncurses-dev"),
    ("dbus/", "libdbus-1-dev"),
    ("errno.h", "libc6-dev"),
    ("expat.h", "libexpat1-dev"),
    ("ffi.h", "libffi-dev"),
    ("fontconfig/", "libfontconfig-dev"),
    ("gmp.h", "libgmp-dev"),
    ("gssapi/", "libkrb5-dev"),
    ("jni.h", "default-jdk-headless"),
    ("ldap.h", "libldap-dev"),
    ("libpq-fe.h", "libpq-dev"),
    ("libudev.h", "libudev-dev"),
    ("libusb-1.0/", "libusb-1.0-0-dev"),
    ("libusb.h", "libusb-1.0-0-dev"),
    ("linux/", "linux-libc-dev"),
    ("lzma.h", "liblzma-dev"),
    ("mysql.h", "libmariadb-dev"),
    ("ncurses.h", "libncurses-dev"),
    ("numa.h", "libnuma-dev"),
    ("openssl/", "libssl-dev"),
    ("pcap", "libpcap-dev"),
    ("readline/", "libreadline-dev"),
    ("sasl/", "libsasl2-dev"),
    ("seccomp.h", "libseccomp-dev"),
    ("security/pam", "libpam0g-dev"),
    ("selinux/", "libselinux1-dev"),
    ("sqlite3.h", "libsqlite3-dev"),
    ("stdio.h", "libc6-dev"),
    ("stdlib.h", "libc6-dev"),
    ("string.h", "libc6-dev"),
    ("systemd/", "libsystemd-dev"),
    ("uuid/", "uuid-dev"),
    ("wayland-client", "libwayland-dev"),
    ("zlib.h", "zlib1g-dev"),
    ("zstd", "libzstd-dev"),
];

/// Returns the package that has the header `path`, if it is a well-known one.
pub(super) fn of_header(path: &str) -> Option<String> {
    HEADERS.iter().find(|(start, _)| path.starts_with(start)).map(|(_, package)| (*package).to_owned())
}

/// Programs whose package has another name.
const PROGRAMS: [(&str, &str); 15] = [
    ("aclocal", "automake"),
    ("autoreconf", "autoconf"),
    ("c++", "g++"),
    ("cc", "gcc"),
    ("clang++", "clang"),
    ("flatc", "flatbuffers-compiler"),
    ("go", "golang-go"),
    ("ld.lld", "lld"),
    ("libtoolize", "libtool"),
    ("musl-gcc", "musl-tools"),
    ("ninja", "ninja-build"),
    ("node", "nodejs"),
    ("protoc", "protobuf-compiler"),
    ("python", "python-is-python3"),
    ("xz", "xz-utils"),
];

/// Programs whose package has their name.
const SAME: [&str; 29] = [
    "autoconf",
    "automake",
    "bison",
    "bzip2",
    "clang",
    "cmake",
    "curl",
    "file",
    "flex",
    "g++",
    "gcc",
    "git",
    "glslc",
    "libtool",
    "lld",
    "m4",
    "make",
    "meson",
    "mold",
    "nasm",
    "npm",
    "patch",
    "perl",
    "pkg-config",
    "python3",
    "unzip",
    "wget",
    "yasm",
    "zip",
];

/// Returns the package that has the program `name`, if it is a well-known one.
pub(super) fn of_program(name: &str) -> Option<String> {
    let other = PROGRAMS.iter().find(|(program, _)| *program == name).map(|(_, package)| *package);
    let same = || SAME.iter().copied().find(|program| *program == name);
    other.or_else(same).map(str::to_owned)
}
