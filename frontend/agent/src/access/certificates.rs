//! Certificates of a company that stand beside those of the system.

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
const VARIABLES: [&str; 4] = ["CARGO_HTTP_CAINFO", "GIT_SSL_CAINFO", "SSL_CERT_FILE", "CURL_CA_BUNDLE"];

/// What a certificate begins with.
const BEGIN: &str = "-----BEGIN CERTIFICATE-----";

/// Grants the certificates of the secret `ca` and of the project; without any, nothing changes.
pub(super) fn grant(access: &Access, place: &Path, granted: &mut Granted) -> Result<(), Error> {
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
        return Ok(());
    }
    let named = ["CARGO_HTTP_CAINFO", "SSL_CERT_FILE"].into_iter().filter_map(std::env::var_os);
    let mut system = named.map(PathBuf::from).chain(OF_THE_SYSTEM.iter().map(PathBuf::from));
    // An image without any still has the company's.
    let system = system.find_map(|path| std::fs::read(path).ok()).unwrap_or_default();
    let file = place.join("certificates.pem");
    files::write(&file, &joined(&system, &more))?;
    granted.variables.extend(VARIABLES.map(|name| (name.to_owned(), file.clone().into_os_string())));
    Ok(())
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
