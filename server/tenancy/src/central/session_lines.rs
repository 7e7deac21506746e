//! What the audit log says of sign-ins and sessions, each in the transaction of what it tells: who came in, who was refused, what
//! ended. A line is its agency's where somebody stands in one; else the platform's. An operator's session in a member's place has
//! none: [`super::impersonations`] tells when it begins and ends, with both names. AUTH-32.

use serde_json::json;
use uuid::Uuid;

use super::CentralTx;
use super::audit::{self, Event};
use super::sessions::Signed;
use super::sign_ins::{Attempt, Factor};
use crate::{OperatorId, TenantId, UserId};

/// Somebody has come in: by a password, a choice of agency or whatever else begins a session.
pub(super) async fn opened(tx: &mut CentralTx, signed: &Signed) -> Result<(), sqlx::Error> {
    if signed.acting.is_some() {
        return Ok(());
    }
    let person = signed.person.as_uuid();
    let event = Event {
        tenant: signed.tenant,
        user: Some(signed.user.map_or(person, UserId::as_uuid)),
        ip_address: signed.ip_address.clone(),
        user_agent: signed.user_agent.clone(),
        ..Event::of_platform("session.open", "person", person)
    };
    audit::append(tx, event).await.map(drop)
}

/// Whose session it was that has ended.
pub(super) struct Ended {
    /// The human being; none: nobody was signed in, and there is nothing to tell.
    pub(super) person_id: Option<Uuid>,
    /// The agency's account.
    pub(super) user_id: Option<Uuid>,
    /// The agency.
    pub(super) tenant_id: Option<Uuid>,
    /// Whether an operator acted in it as the account.
    pub(super) is_acting: bool,
}

/// A session has ended before its time, by its owner's hand.
pub(super) async fn ended(tx: &mut CentralTx, session: Ended) -> Result<(), sqlx::Error> {
    let Some(person) = session.person_id.filter(|_| !session.is_acting) else { return Ok(()) };
    let event = Event {
        tenant: session.tenant_id.map(TenantId::from),
        user: session.user_id.or(Some(person)),
        ..Event::of_platform("session.end", "person", person)
    };
    audit::append(tx, event).await.map(drop)
}

/// Somebody was refused at the door, for what they gave as this factor. Never what they typed: an address
/// that nobody has may be a password in the wrong field. The same statements whether or not somebody has the address (AUTH-02);
/// who works for one agency alone is told of in its log.
pub(super) async fn refused(tx: &mut CentralTx, attempt: Attempt<'_>, factor: Factor) -> Result<(), sqlx::Error> {
    let found = sqlx::query!(
        r#"select p.id as person, array_agg(u.company_id) filter (where u.id is not null) as agencies,
                  (select o.id from operators o where o.person_id = p.id and o.active) as "operator: OperatorId"
           from people p
           left join users u on u.person_id = p.id and u.active
           where p.email = $1
           group by p.id"#,
        attempt.email
    )
    .fetch_optional(&mut **tx)
    .await?;
    let person = found.as_ref().map(|found| found.person);
    let tenant = found.as_ref().and_then(|found| match (found.agencies.as_deref(), found.operator) {
        (Some([one]), None) => Some(TenantId::from(*one)),
        _ => None,
    });
    let event = Event {
        tenant,
        entity_id: person,
        changes: json!({"factor": factor.as_str()}),
        ip_address: Some(attempt.ip.to_string()),
        user_agent: attempt.user_agent.map(str::to_owned),
        request_id: attempt.request_id.map(str::to_owned),
        ..Event::of_platform("session.refused", "person", Uuid::nil())
    };
    audit::append(tx, event).await.map(drop)
}
