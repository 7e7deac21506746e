//! What operators do in the console, as the log keeps it.

use serde_json::Value;
use uuid::Uuid;

use super::audit::Event;
use super::companies::By;
use crate::TenantId;

impl By {
    /// The line of an act of theirs.
    pub(crate) fn event(
        self,
        tenant: Option<TenantId>,
        action: &str,
        (entity_type, entity): (&str, Uuid),
        changes: Value,
    ) -> Event {
        Event {
            tenant,
            user: self.person,
            changes,
            ip_address: self.ip_address,
            user_agent: self.user_agent,
            request_id: self.request_id,
            ..Event::of_platform(action, entity_type, entity)
        }
    }
}
