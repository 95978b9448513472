//! Certificates of a company that stand beside those of the system.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use supercargo_report::{Access, CERTIFICATES, Secret};

use super::{Granted, secret};
use crate::error::Error;
use crate::files;

/// Where systems keep their own, the variable of OpenSSL's before them.
const OF_THE_SYSTEM: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// The variables by which cargo, git, and what else is started find a file of certificates.
const VARIABLES: [&str; 6] =
    ["CARGO_HTTP_CAINFO", "GIT_SSL_CAINFO", "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", OF_NODE];

/// The variable of Node.js, whose file stands beside the certificates that are built in.
const OF_NODE: &str = "NODE_EXTRA_CA_CERTS";

/// The variable of Alpine's `apk`.
const VARIABLE_OF_APK: &str = "SSL_CA_CERT_FILE";

/// What a certificate begins with.
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// Certificates for programs that install something: a file beside the image, for as long as this value lives.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    place: PathBuf,
    file: Option<PathBuf>,
}

impl Trust {
    /// That of the secret `ca`; without it, nobody else is trusted than the image trusts.
    pub(crate) fn granted() -> Result<Self, Error> {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let place = parent.join(format!("supercargo-{}", std::process::id()));
        let file = bundle(&Access::default(), &place)?;
        Ok(Self { place, file })
    }

    /// The file.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Variables by which programs find it.
    pub(crate) fn variables(&self) -> Vec<(String, OsString)> {
        let names = VARIABLES.into_iter().chain([VARIABLE_OF_APK]);
        let file = self.file.iter();
        file.flat_map(|file| names.clone().map(|name| (name.to_owned(), file.clone().into_os_string())))
            .collect()
    }
}

impl Drop for Trust {
    fn drop(&mut self) {
        // Memory of the container, which ends with it.
        drop(files::remove(&self.place));
    }
}

/// Grants the certificates of the secret `ca` and of the project; without any, nothing changes.
pub(super) fn grant(access: &Access, place: &Path, granted: &mut Granted) -> Result<(), Error> {
    if let Some(file) = bundle(access, place)? {
        granted.variables.extend(VARIABLES.map(|name| (name.to_owned(), file.clone().into_os_string())));
    }
    Ok(())
}

/// A file below `place` with these certificates and those of the system; none if there are no more than the system's.
fn bundle(access: &Access, place: &Path) -> Result<Option<PathBuf>, Error> {
    let ca = Secret { id: "ca".to_owned(), path: CERTIFICATES.to_owned() };
    let named = access.certificates.iter().map(|path| Secret { id: path.clone(), path: path.clone() });
    let mut more = Vec::new();
    for secret in std::iter::once(ca).chain(named) {
        let Some(text) = secret::text(&secret)? else { continue };
        if !text.contains(BEGIN) {
            return Err(Error::BadSecret { id: secret.id, reason: "holds no certificate in PEM" });
        }
        more.push(text);
    }
    if more.is_empty() {
        return Ok(None);
    }
    let named = ["CARGO_HTTP_CAINFO", "SSL_CERT_FILE"].into_iter().filter_map(std::env::var_os);
    let mut system = named.map(PathBuf::from).chain(OF_THE_SYSTEM.iter().map(PathBuf::from));
    // An image without any still has the company's.
    let mut system = system.find_map(|path| std::fs::read(path).ok()).unwrap_or_default();
    // What somebody gave Node.js already is not taken away from it.
    if let Some(given) = std::env::var_os(OF_NODE).and_then(|path| std::fs::read(path).ok()) {
        system = joined(&system, &[String::from_utf8_lossy(&given).into_owned()]);
    }
    let file = place.join("certificates.pem");
    files::write(&file, &joined(&system, &more))?;
    Ok(Some(file))
}

fn joined(system: &[u8], more: &[String]) -> Vec<u8> {
    more.iter().fold(system.to_vec(), |mut all, text| {
        // A file need not end with the end of a line.
        all.extend_from_slice(b"\n");
        all.extend_from_slice(text.as_bytes());
        all
    })
}

#[cfg(test)]
mod tests {
    use super::joined;

    #[test]
    fn files_without_a_last_line_end_stay_apart() {
        assert_eq!(joined(b"one", &["two".to_owned(), "three\n".to_owned()]), b"one\ntwo\nthree\n");
    }
}
