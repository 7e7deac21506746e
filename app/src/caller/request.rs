//! A request, and who does something in it: what the log says of both.

use std::net::IpAddr;
use tenancy::central::second_factors::Actor;
use tenancy::central::{companies, team};
use tenancy::{TenantId, UserId};
use uuid::Uuid;

/// What the audit log and the error page say of a request.
#[derive(Debug, Clone)]
pub struct Request {
    /// Made by us, or taken from a proxy that we trust.
    pub id: String,
    /// The peer, or the untrusted hop nearest to a trusted proxy.
    pub ip: IpAddr,
    /// What the browser calls itself, at most 300 characters.
    pub user_agent: Option<String>,
}

impl Request {
    /// A person who does something to what the platform keeps, from where they do it.
    pub fn by(&self, person: Uuid) -> companies::By {
        companies::By {
            person: Some(person),
            ip_address: Some(self.ip.to_string()),
            user_agent: self.user_agent.clone(),
            request_id: Some(self.id.clone()),
        }
    }

    /// The same of a member of an agency.
    pub fn by_member(&self, tenant: TenantId, user: UserId) -> team::By {
        team::By {
            tenant,
            user,
            ip_address: self.ip.to_string(),
            user_agent: self.user_agent.clone(),
            request_id: self.id.clone(),
        }
    }

    /// The same of whoever does something to a second factor, as far as anybody knows who it is.
    pub fn actor(&self, tenant: Option<TenantId>, user: Option<Uuid>) -> Actor {
        Actor {
            tenant,
            user,
            ip_address: Some(self.ip.to_string()),
            user_agent: self.user_agent.clone(),
            request_id: Some(self.id.clone()),
            reason: None,
        }
    }
}
