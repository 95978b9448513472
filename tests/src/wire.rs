//! A wire to a server, which a test can cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result};

/// Carries connections on the loopback interface to a server, until the tests end. Each of them may be cut after some
/// bytes, as a network does that breaks in the middle of a transfer.
#[derive(Debug)]
pub struct Wire {
    address: String,
    limit: Arc<AtomicU64>,
    cuts: Arc<AtomicUsize>,
}

impl Wire {
    /// A whole wire to this address.
    pub fn to(server: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("failed to find a free port")?;
        let address = listener.local_addr().context("failed to find a free port")?.to_string();
        let wire =
            Self { address, limit: Arc::new(AtomicU64::new(u64::MAX)), cuts: Arc::new(AtomicUsize::new(0)) };
        let (server, limit, cuts) = (server.to_owned(), Arc::clone(&wire.limit), Arc::clone(&wire.cuts));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(&server) {
                    carry(&client, &server, limit.load(Ordering::SeqCst), &cuts);
                }
            }
        });
        Ok(wire)
    }

    /// Where clients connect.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Cuts every connection that is made from now on when this many bytes have gone in one direction.
    pub fn cut_after(&self, bytes: u64) {
        self.limit.store(bytes, Ordering::SeqCst);
    }

    /// Lets new connections live again.
    pub fn mend(&self) {
        self.cut_after(u64::MAX);
    }

    /// How many connections were cut.
    #[must_use]
    pub fn cuts(&self) -> usize {
        self.cuts.load(Ordering::SeqCst)
    }
}

/// Carries one connection, in two threads of its own.
fn carry(client: &TcpStream, server: &TcpStream, limit: u64, cuts: &Arc<AtomicUsize>) {
    for (from, to) in [(client, server), (server, client)] {
        let (Ok(from), Ok(to)) = (from.try_clone(), to.try_clone()) else { return };
        let cuts = Arc::clone(cuts);
        thread::spawn(move || {
            if !pass(&from, &to, limit) {
                cuts.fetch_add(1, Ordering::SeqCst);
            }
            // Whatever ended it, the other direction has nobody to talk to either.
            for end in [from, to] {
                drop(end.shutdown(Shutdown::Both));
            }
        });
    }
}

/// Passes bytes on until one side ends, and says true; or until the limit, and says false.
fn pass(mut from: &TcpStream, mut to: &TcpStream, limit: u64) -> bool {
    let mut left = limit;
    let mut buffer = [0; 16 * 1024];
    while let Ok(count) = from.read(&mut buffer) {
        let passed = usize::try_from(left).map_or(count, |left| left.min(count));
        if count == 0 || to.write_all(buffer.get(..passed).unwrap_or_default()).is_err() {
            return true;
        }
        left = left.saturating_sub(u64::try_from(passed).unwrap_or(u64::MAX));
        if left == 0 {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::thread;

    use super::Wire;

    #[test]
    fn a_wire_carries_all_until_it_is_cut() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = listener.local_addr().unwrap().to_string();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                drop((&stream).write_all(&vec![7; 100_000]));
            }
        });
        let wire = Wire::to(&server).unwrap();
        let received = || {
            let mut bytes = Vec::new();
            drop(TcpStream::connect(wire.address()).unwrap().read_to_end(&mut bytes));
            bytes.len()
        };
        assert_eq!((received(), wire.cuts()), (100_000, 0));
        wire.cut_after(50_000);
        assert_eq!((received(), wire.cuts()), (50_000, 1));
        wire.mend();
        assert_eq!(received(), 100_000);
    }
}
