//! One question to a service, and what it answers.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// How long a service may say nothing. Whoever waits ends the check earlier.
const PATIENCE: Duration = Duration::from_mins(1);

/// How much of an answer is read: its first line is all that counts.
const LIMIT: u64 = 4096;

/// Connects to `address`.
pub(crate) fn tcp(address: &str) -> Result<String, String> {
    connect(address).map(|_| format!("{address} accepts connections"))
}

/// Asks for `address`, a host, a port and a path; every status from 200 to 399 is well.
pub(crate) fn http(address: &str) -> Result<String, String> {
    let (authority, path) = match address.find('/') {
        Some(slash) => address.split_at(slash),
        None => (address, "/"),
    };
    let mut stream = connect(authority)?;
    let host =
        if authority.starts_with(':') { format!("localhost{authority}") } else { authority.to_owned() };
    let fault = |error: std::io::Error| format!("{address}: {error}");
    // The answer ends with the connection in this version, so no length has to be understood.
    let request = format!(
        "GET {path} HTTP/1.0\r\nHost: {host}\r\nUser-Agent: supercargo-health\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).map_err(fault)?;
    let mut answer = Vec::new();
    let mut chunk = [0; 512];
    let mut stream = stream.take(LIMIT);
    while !answer.contains(&b'\n') {
        match stream.read(&mut chunk).map_err(fault)? {
            0 => break,
            count => answer.extend_from_slice(chunk.get(..count).unwrap_or_default()),
        }
    }
    judge(&answer).map(|line| format!("{address}: {line}")).map_err(|line| format!("{address}: {line}"))
}

/// The status line, which is good or bad news.
fn judge(answer: &[u8]) -> Result<String, String> {
    let text = String::from_utf8_lossy(answer);
    let line = text.lines().next().unwrap_or_default().trim().to_owned();
    let mut words = line.split_whitespace();
    let is_http = words.next().is_some_and(|version| version.starts_with("HTTP/"));
    match words.next().and_then(|status| status.parse::<u16>().ok()) {
        Some(200..=399) if is_http => Ok(line),
        Some(_) if is_http => Err(line),
        _ => Err("the answer is no HTTP".to_owned()),
    }
}

/// Without a host, both loopback addresses are tried: a service may listen on one of them alone.
fn connect(address: &str) -> Result<TcpStream, String> {
    let usage = || format!("`{address}` is no address such as `:8080` or `127.0.0.1:8080`");
    let places = match address.rsplit_once(':') {
        Some(("" | "localhost", port)) => {
            let port = port.parse().map_err(|_| usage())?;
            let hosts = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
            hosts.map(|host| SocketAddr::new(host, port)).to_vec()
        }
        _ => vec![address.parse().map_err(|_| usage())?],
    };
    let mut fault = usage();
    for place in places {
        match TcpStream::connect_timeout(&place, PATIENCE) {
            Ok(stream) => {
                let limits =
                    [stream.set_read_timeout(Some(PATIENCE)), stream.set_write_timeout(Some(PATIENCE))];
                return limits
                    .into_iter()
                    .find_map(Result::err)
                    .map_or(Ok(stream), |error| Err(error.to_string()));
            }
            Err(error) => fault = format!("{place}: {error}"),
        }
    }
    Err(fault)
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpListener;

    use super::{http, judge, tcp};

    #[test]
    fn only_good_answers_are_good() {
        for (answer, is_well) in [
            ("HTTP/1.1 200 OK\r\n", true),
            ("HTTP/1.0 204\r\n\r\n", true),
            ("HTTP/1.1 302 Found\n", true),
            ("HTTP/1.1 404 Not Found\r\n", false),
            ("HTTP/1.1 500 Internal Server Error\r\n", false),
            ("HTTP/1.1 twohundred\r\n", false),
            ("SSH-2.0-OpenSSH 200\r\n", false),
            ("", false),
            ("\u{0}\u{1}", false),
        ] {
            assert_eq!(judge(answer.as_bytes()).is_ok(), is_well, "{answer:?}");
        }
    }

    #[test]
    fn a_service_is_asked_for_the_path() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            let mut request = [0; 512];
            let count = stream.read(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
            String::from_utf8_lossy(&request[..count]).into_owned()
        });
        assert_eq!(
            http(&format!(":{port}/healthz?deep=1")).unwrap(),
            format!(":{port}/healthz?deep=1: HTTP/1.1 200 OK")
        );
        let request = server.join().unwrap();
        assert!(request.starts_with("GET /healthz?deep=1 HTTP/1.0\r\nHost: localhost:"), "{request}");
        assert!(tcp(&format!(":{port}")).is_err(), "nobody listens any more");
        assert!(http("nowhere").is_err() && tcp(":x").is_err() && tcp("example.org:80").is_err());
    }
}
