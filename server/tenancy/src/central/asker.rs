//! Whoever does something about a person's own account, as the platform's log tells of it.

use std::net::IpAddr;
use time::OffsetDateTime;

use super::audit::Event;
use crate::PersonId;

/// Who asks for a link or follows one, and from where.
#[derive(Debug, Clone)]
pub struct Asker {
    /// Address of the peer.
    pub ip: IpAddr,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// The request.
    pub request_id: String,
    /// Now.
    pub at: OffsetDateTime,
}

impl Asker {
    pub(super) fn event(&self, action: &str, person: PersonId, changes: serde_json::Value) -> Event {
        Event {
            changes,
            ip_address: Some(self.ip.to_string()),
            user_agent: self.user_agent.clone(),
            request_id: Some(self.request_id.clone()),
            ..Event::of_platform(action, "person", person.as_uuid())
        }
    }

    /// What somebody does who is signed in and has given their password: whose hand it was is known.
    pub(super) fn act(&self, action: &str, person: PersonId) -> Event {
        Event { user: Some(person.as_uuid()), ..self.event(action, person, serde_json::json!({})) }
    }
}
