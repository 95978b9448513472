//! The client's proxy, for the steps that have network.

use std::collections::BTreeMap;

use buildkit_llb::exec::ProxyEnv;

/// The proxy that the predefined build-args name, in either case; `None` if they name none.
///
/// BuildKit gives it to the process under both spellings and leaves it out of the cache key.
#[must_use]
pub fn from_build_args(arguments: &BTreeMap<String, String>) -> Option<ProxyEnv> {
    let given = arguments.iter().filter(|(_, value)| !value.is_empty());
    given.fold(None, |proxy: Option<ProxyEnv>, (name, value)| {
        let known = proxy.clone().unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "http_proxy" => Some(known.http(value)),
            "https_proxy" => Some(known.https(value)),
            "ftp_proxy" => Some(known.ftp(value)),
            "no_proxy" => Some(known.no_proxy(value)),
            "all_proxy" => Some(known.all(value)),
            _ => proxy,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::from_build_args;
    use buildkit_llb::exec::ProxyEnv;

    #[test]
    fn either_case_counts_and_nothing_else() {
        let arguments = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let expected = ProxyEnv::new().http("http://p:1").no_proxy("localhost");
        let given =
            arguments(&[("HTTP_PROXY", "http://p:1"), ("no_proxy", "localhost"), ("https_proxy", "")]);
        assert_eq!(from_build_args(&given), Some(expected));
        assert_eq!(from_build_args(&arguments(&[("PROFILE", "dev")])), None);
    }
}
