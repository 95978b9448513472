//! HTTP/2 with prior knowledge on the two pipes that BuildKit gives a frontend.
//!
//! BuildKit is the server. It waits ten seconds for the client's preface, counted from before the container exists,
//! and two more for the first SETTINGS frame, so connecting is the first thing a frontend does.

use std::io;
use std::os::fd::AsFd;

use hyper_util::rt::TokioIo;
use tokio::net::unix::pipe;
use tonic::transport::{Channel, Endpoint};
use tower::service_fn;

/// Why the channel could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Standard input or output is not a pipe: the program was not started by BuildKit.
    #[error("standard input and output are not the gateway's pipes")]
    Pipes(#[source] io::Error),
    /// The HTTP/2 handshake failed.
    #[error("failed to open the gateway channel")]
    Handshake(#[source] tonic::transport::Error),
}

/// Takes standard input and output as the gateway channel and sends the HTTP/2 preface at once.
///
/// Afterwards file descriptor 1 is standard error, so that a stray print cannot corrupt the channel. Call it once,
/// inside a tokio runtime.
pub async fn connect() -> Result<Channel, ConnectError> {
    let receiver = io::stdin().as_fd().try_clone_to_owned().map_err(ConnectError::Pipes)?;
    let sender = io::stdout().as_fd().try_clone_to_owned().map_err(ConnectError::Pipes)?;
    rustix::stdio::dup2_stdout(io::stderr().as_fd()).map_err(|error| ConnectError::Pipes(error.into()))?;

    let receiver = pipe::Receiver::from_owned_fd(receiver).map_err(ConnectError::Pipes)?;
    let sender = pipe::Sender::from_owned_fd(sender).map_err(ConnectError::Pipes)?;
    let mut stream = Some(TokioIo::new(tokio::io::join(receiver, sender)));

    // The address is never looked up: the connector hands out the one stream there is. A second call means that the
    // engine hung up, which must surface as an error and not as a new connection.
    Endpoint::from_static("http://gateway.invalid")
        .connect_with_connector(service_fn(move |_| {
            let stream = stream.take().ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected));
            async move { stream }
        }))
        .await
        .map_err(ConnectError::Handshake)
}
