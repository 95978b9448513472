//! Says good evening, once or for ever.

use std::{env, fs, io, thread, time::Duration};

fn main() -> io::Result<()> {
    let once = env::args().any(|argument| argument == "--once");
    loop {
        print!("{}", fs::read_to_string("/etc/greetings/evening.txt")?);
        if once {
            return Ok(());
        }
        thread::sleep(Duration::from_secs(1));
    }
}
