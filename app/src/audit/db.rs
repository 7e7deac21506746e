//! Writing and reading the history.

use serde_json::{Map, Value, json};
use std::collections::HashMap;
use tenancy::central::audit::Event as AuditEvent;
use tenancy::central::audit_log::Entry;
use tenancy::central::jobs::REQUEST_ID;
use tenancy::relay::JobRequest;
use tenancy::{TenantDb, TenantTx};
use time::OffsetDateTime;
use uuid::Uuid;

use super::types::HistoryLine;
use crate::caller::Staff;
use crate::values::day::format_instant;
use crate::words::Lang;

/// Something that was done to a record.
#[derive(Debug, Clone)]
pub struct Event<'a> {
    /// `property.create`.
    pub action: &'a str,
    /// `property`.
    pub entity_type: &'a str,
    /// Which one.
    pub entity_id: Uuid,
    /// `{"title": ["old", "new"]}`.
    pub changes: Value,
}

/// Writes the history line and the audit line, in the writer's transaction.
///
/// # Errors
/// The database's.
pub async fn record(tx: &mut TenantTx, staff: &Staff, event: Event<'_>) -> Result<(), sqlx::Error> {
    let user = Some(staff.account.user.as_uuid());
    let line = AuditEvent {
        user,
        impersonator: staff.acting.as_ref().map(|acting| acting.operator.person.as_uuid()),
        changes: event.changes.clone(),
        ip_address: Some(staff.request.ip.to_string()),
        user_agent: staff.request.user_agent.clone(),
        request_id: Some(staff.request.id.clone()),
        ..AuditEvent::of_platform(event.action, event.entity_type, event.entity_id)
    };
    write(tx, user, event, line).await
}

/// As [`record`], for what the program itself does: imports, the demo, jobs.
///
/// # Errors
/// The database's.
pub async fn record_by_program(tx: &mut TenantTx, event: Event<'_>) -> Result<(), sqlx::Error> {
    let line = AuditEvent {
        changes: event.changes.clone(),
        ..AuditEvent::of_platform(event.action, event.entity_type, event.entity_id)
    };
    write(tx, None, event, line).await
}

/// As [`record_by_program`], the same act on many records: one statement for all of them.
///
/// # Errors
/// The database's.
pub async fn record_all_by_program(
    tx: &mut TenantTx,
    (action, entity_type): (&str, &str),
    records: Vec<(Uuid, Value)>,
) -> Result<(), sqlx::Error> {
    let (mut ids, mut at, mut entities) = (Vec::new(), Vec::new(), Vec::new());
    let (mut changes, mut payloads) = (Vec::new(), Vec::new());
    for (entity, changed) in records {
        let line = AuditEvent { changes: changed, ..AuditEvent::of_platform(action, entity_type, entity) };
        payloads.push(serde_json::to_value(&line).map_err(|e| sqlx::Error::Encode(Box::new(e)))?);
        ids.push(line.id);
        at.push(line.at);
        entities.push(entity);
        changes.push(line.changes);
    }
    sqlx::query!(
        "with lines as (
             select *
             from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::jsonb[], $5::jsonb[])
                 with ordinality as l (id, at, entity_id, changes, payload, position)),
         history as (
             insert into activity_log (id, at, action, entity_type, entity_id, changes)
             select id, at, $6, $7, entity_id, changes from lines)
         insert into outbox (id, kind, payload)
         select id, 'audit', payload from lines order by position",
        &ids,
        &at,
        &entities,
        &changes,
        &payloads,
        action,
        entity_type
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// As [`record`], for what somebody did in the past that the demo is given.
///
/// # Errors
/// The database's.
pub async fn record_past(
    tx: &mut TenantTx,
    (user, at): (Uuid, OffsetDateTime),
    event: Event<'_>,
) -> Result<(), sqlx::Error> {
    let line = AuditEvent {
        at,
        user: Some(user),
        changes: event.changes.clone(),
        ..AuditEvent::of_platform(event.action, event.entity_type, event.entity_id)
    };
    write(tx, Some(user), event, line).await
}

async fn write(tx: &mut TenantTx, user: Option<Uuid>, event: Event<'_>, line: AuditEvent) -> Result<(), sqlx::Error> {
    let payload = serde_json::to_value(&line).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    // One round trip for both lines.
    sqlx::query!(
        "with history as (
             insert into activity_log (id, at, user_id, action, entity_type, entity_id, changes)
             values ($1, $2, $3, $4, $5, $6, $7))
         insert into outbox (id, kind, payload) values ($1, 'audit', $8)",
        line.id,
        line.at,
        user,
        event.action,
        event.entity_type,
        event.entity_id,
        event.changes,
        payload
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// Asks for a job, in the writer's transaction: it is queued if and only if the write lasts. It carries the request's
/// identifier, so that its log lines can be found with those of the request.
///
/// # Errors
/// The database's.
pub async fn enqueue(tx: &mut TenantTx, staff: &Staff, kind: &str, mut payload: Value) -> Result<(), sqlx::Error> {
    payload[REQUEST_ID] = json!(staff.request.id);
    enqueue_by_program(tx, kind, payload).await
}

/// As [`enqueue`], for what the program itself does.
///
/// # Errors
/// The database's.
pub async fn enqueue_by_program(tx: &mut TenantTx, kind: &str, payload: Value) -> Result<(), sqlx::Error> {
    let job = JobRequest { kind: kind.to_owned(), payload };
    let payload = serde_json::to_value(&job).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!("insert into outbox (id, kind, payload) values ($1, 'job', $2)", Uuid::now_v7(), payload)
        .execute(tx)
        .await?;
    Ok(())
}

/// The history of one record, newest first, at most `limit` lines.
///
/// # Errors
/// The database's.
pub async fn list(
    db: &TenantDb,
    entity_type: &str,
    entity_id: Uuid,
    (limit, lang): (i64, Lang),
) -> Result<Vec<HistoryLine>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select a.at, s.name as "who?", a.action, a.changes
           from activity_log a
           left join staff s on s.id = a.user_id
           where a.entity_type = $1 and a.entity_id = $2
           order by a.at desc, a.id desc
           limit $3"#,
        entity_type,
        entity_id,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|r| line((r.at, lang), r.who, r.action, r.changes)).collect())
}

/// Says which properties lines of the log are about: by their code, and their title as it is now. One that was deleted for good
/// keeps its number alone.
///
/// # Errors
/// The database's.
pub async fn name_properties(db: &TenantDb, entries: &mut [Entry]) -> Result<(), sqlx::Error> {
    let is_one = |entry: &Entry| entry.entity_type == "property";
    let ids: Vec<Uuid> = entries.iter().filter(|entry| is_one(entry)).filter_map(|entry| entry.entity_id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let rows = sqlx::query!("select id, code, title from properties where id = any($1)", &ids).fetch_all(db).await?;
    let name = |code: String, title: String| if title.is_empty() { code } else { format!("{code} · {title}") };
    let names: HashMap<Uuid, String> = rows.into_iter().map(|row| (row.id, name(row.code, row.title))).collect();
    for entry in entries.iter_mut().filter(|entry| is_one(entry)) {
        entry.entity_name = entry.entity_id.and_then(|id| names.get(&id).cloned());
    }
    Ok(())
}

fn line((at, lang): (OffsetDateTime, Lang), who: Option<String>, action: String, changes: Value) -> HistoryLine {
    let fields = match changes {
        Value::Object(map) => map.into_iter().map(|(field, _)| field).collect(),
        _ => Vec::new(),
    };
    HistoryLine { at: format_instant(at, lang), who, action, fields }
}

/// What differs between two records, field by field: `{"title": ["old", "new"]}`.
pub fn diff(old: &Value, new: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (old, new) else { return json!({}) };
    let mut changes = Map::new();
    for (field, value) in new {
        let before = old.get(field).unwrap_or(&Value::Null);
        if before != value {
            changes.insert(field.clone(), json!([before, value]));
        }
    }
    Value::Object(changes)
}
