//! The world's names: what the DNS says, asked afresh each time, and of two resolvers where two are named.

use futures::future::try_join_all;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

/// Resolvers that are asked: what one alone has seen may have been made up for it.
const RESOLVERS: usize = 2;
/// How long one of them may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Asks the DNS. Cheap to clone.
#[derive(Clone)]
pub struct Names {
    resolvers: Vec<TokioResolver>,
}

/// A resolver did not answer, or could not find out: that says nothing about the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the DNS does not answer")]
pub struct NoAnswer;

impl Names {
    /// Asks these servers, or where none are named the system's.
    ///
    /// # Errors
    /// When a resolver cannot be made.
    pub fn new(servers: &[SocketAddr]) -> Result<Self, NetError> {
        let servers = if servers.is_empty() { of_the_system() } else { servers.iter().map(server).collect() };
        let resolvers = servers.into_iter().take(RESOLVERS).map(resolver).collect::<Result<_, _>>()?;
        Ok(Self { resolvers })
    }

    /// The TXT records of a name that every resolver sees.
    ///
    /// # Errors
    /// [`NoAnswer`] when one of them could not find out.
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, NoAnswer> {
        let mut seen = self.ask(name, RecordType::TXT, text).await?.into_iter();
        let first = seen.next().unwrap_or_default();
        Ok(seen.fold(first, |all, other| all.intersection(&other).cloned().collect()).into_iter().collect())
    }

    /// The addresses that a name leads to, whichever resolver sees them.
    ///
    /// # Errors
    /// As [`Self::texts`].
    pub async fn addresses(&self, name: &str) -> Result<BTreeSet<IpAddr>, NoAnswer> {
        if name == "localhost" || name.ends_with(".localhost") {
            // RFC 6761, 6.3: no DNS is asked for it.
            return Ok([IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].into());
        }
        let [v4, v6] = [RecordType::A, RecordType::AAAA].map(|kind| self.ask(name, kind, address));
        let (v4, v6) = futures::try_join!(v4, v6)?;
        Ok(v4.into_iter().chain(v6).flatten().collect())
    }

    /// What each resolver says.
    async fn ask<T: Ord>(
        &self,
        name: &str,
        kind: RecordType,
        read: impl Fn(&RData) -> Option<T> + Copy,
    ) -> Result<Vec<BTreeSet<T>>, NoAnswer> {
        if self.resolvers.is_empty() {
            return Err(NoAnswer);
        }
        // With its dot a name is whole, and is not tried below anybody's own domain.
        let name = format!("{name}.");
        let asked = self.resolvers.iter().map(|resolver| async {
            match resolver.lookup(name.as_str(), kind).await {
                Ok(found) => Ok(found.answers().iter().filter_map(|record| read(&record.data)).collect()),
                Err(error) if is_nothing(&error) => Ok(BTreeSet::new()),
                Err(error) => {
                    tracing::warn!(%error, "the DNS does not answer");
                    Err(NoAnswer)
                }
            }
        });
        try_join_all(asked).await
    }
}

/// Whether a server said that there is nothing, and not that it does not know.
fn is_nothing(error: &NetError) -> bool {
    use hickory_resolver::net::DnsError;
    use hickory_resolver::proto::op::ResponseCode;
    matches!(error, NetError::Dns(DnsError::NoRecordsFound(none))
        if matches!(none.response_code, ResponseCode::NoError | ResponseCode::NXDomain))
}

fn text(data: &RData) -> Option<String> {
    let RData::TXT(txt) = data else { return None };
    Some(String::from_utf8_lossy(&txt.txt_data.concat()).trim().to_owned())
}

fn address(data: &RData) -> Option<IpAddr> {
    match data {
        RData::A(a) => Some(IpAddr::V4(a.0)),
        RData::AAAA(a) => Some(IpAddr::V6(a.0)),
        _ => None,
    }
}

fn server(address: &SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.into())
}

/// None where the system names none: then nothing is found out, and nothing changes.
fn of_the_system() -> Vec<NameServerConfig> {
    match hickory_resolver::system_conf::read_system_conf() {
        Ok((config, _)) => config.name_servers().to_vec(),
        Err(error) => {
            tracing::warn!(%error, "the system names no DNS server; set DNS_SERVERS");
            Vec::new()
        }
    }
}

fn resolver(server: NameServerConfig) -> Result<TokioResolver, NetError> {
    let config = ResolverConfig::from_name_servers(vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    let options: &mut ResolverOpts = builder.options_mut();
    // Somebody has just changed the record, and wants it to be seen.
    options.cache_size = 0;
    options.use_hosts_file = ResolveHosts::Never;
    options.timeout = PATIENCE;
    options.attempts = 1;
    builder.build()
}
