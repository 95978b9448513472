//! Files of a folder over HTTPS, from a server that only a company vouches for.

use std::path::Path;

use super::http::{Answer, Authority, listener, serve};

/// Serves what is below `folder` at the time of each request; gives the URL.
pub(crate) fn files(folder: &Path, authority: &Authority) -> String {
    let (listener, port) = listener();
    let folder = folder.to_owned();
    serve(listener, Some(authority), move |request| {
        let file = std::fs::read(folder.join(request.path.trim_start_matches('/')));
        file.map_or_else(|_| Answer::of("404 Not Found", ""), |file| Answer::of("200 OK", file))
    });
    format!("https://localhost:{port}")
}
