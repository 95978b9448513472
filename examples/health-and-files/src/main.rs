//! Answers `/morning` and `/evening` with the greeting of that name and counts them; `/healthz` is well while it can.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};

const GREETINGS: &str = "/etc/greetings";
const COUNTS: &str = "/var/spool/greetings";

fn main() -> io::Result<()> {
    let listener = TcpListener::bind("0.0.0.0:8080")?;
    for stream in listener.incoming() {
        // One client that leaves early is no reason to stop.
        if let Err(error) = answer(stream?) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn answer(mut stream: TcpStream) -> io::Result<()> {
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line)?;
    let path = line.split_whitespace().nth(1).unwrap_or("/");
    let (status, body) = match path {
        "/healthz" => match fs::read_dir(COUNTS) {
            Ok(_) => ("200 OK", "well\n".to_owned()),
            Err(error) => ("500 Internal Server Error", format!("{COUNTS}: {error}\n")),
        },
        "/morning" | "/evening" => ("200 OK", greet(path.trim_start_matches('/'))?),
        _ => (
            "404 Not Found",
            "There is /morning and /evening.\n".to_owned(),
        ),
    };
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
}

fn greet(name: &str) -> io::Result<String> {
    let greeting = fs::read_to_string(format!("{GREETINGS}/{name}.txt"))?;
    let file = format!("{COUNTS}/{name}");
    let count: u64 = fs::read_to_string(&file)
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0);
    fs::write(&file, format!("{}\n", count + 1))?;
    Ok(format!("{} ({})\n", greeting.trim_end(), count + 1))
}
