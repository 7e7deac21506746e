//! Connections beside the pools: as who makes databases, as an owner, or for a look.

use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use std::io::{Error, ErrorKind};
use std::time::Duration;

/// How long a server may take to let somebody in. One that is cut off says nothing, and TCP alone would wait for minutes.
const ANSWER: Duration = Duration::from_secs(5);

/// Opens one.
///
/// # Errors
/// The server's; `TimedOut` where it says nothing.
pub(crate) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    connect_within(ANSWER, options).await
}

async fn connect_within(answer: Duration, options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let silent = |_| Err(Error::new(ErrorKind::TimedOut, "the server does not answer").into());
    tokio::time::timeout(answer, options.connect()).await.unwrap_or_else(silent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_server_that_takes_the_call_and_says_nothing_is_not_waited_for() {
        let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = silent.local_addr().expect("bound").port();
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port);
        // It would wait for ever: that is what ends the test when nothing else does.
        let asked = connect_within(Duration::from_millis(50), &options);
        let given_up = tokio::time::timeout(ANSWER * 2, asked).await.expect("it has given up by itself");
        assert!(matches!(given_up, Err(sqlx::Error::Io(error)) if error.kind() == ErrorKind::TimedOut));
    }
}
