//! Many properties at once: those of a list that an agency brings along, and all of them away again.
//!
//! An agency goes on working meanwhile. What everybody else passes, the plan's counter and the row of settings, is held from
//! the last statement on and not while the rows are written; the codes' numbers are taken beforehand.

mod codes;
mod undo;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::HashSet;
use tenancy::{TenantDb, TenantTx};
use uuid::Uuid;

use super::publish::creci_held;
use super::{limit, row, take_places};
use crate::audit::db::{Event, diff, record_all_by_program, record_by_program};
use crate::error::AppError;
use crate::properties::types::{PropertyId, PropertyInput};
use crate::values::fields::Problem;
use crate::values::slug::slugify;

pub use codes::reserve_codes;
pub use undo::{Undone, undo};

/// Rows of one statement: each must end well within an agency's `statement_timeout`.
const CHUNK: usize = 500;

crate::id! {
    /// An import: what came in together and can be taken back together.
    BatchId
}

/// A property of a list, with what its form has no field for.
#[derive(Debug, Clone, PartialEq)]
pub struct Listing {
    /// What the form has fields for.
    pub input: PropertyInput,
    /// Latitude and longitude.
    pub place: Option<(Decimal, Decimal)>,
    /// Whether the building has an elevator.
    pub elevator: Option<bool>,
    /// Whether there is a pool.
    pub pool: Option<bool>,
    /// Whether pets are welcome.
    pub pets: Option<bool>,
    /// Whether visitors are to see it at once; [`missing`](crate::properties::readiness::missing) was asked.
    pub is_published: bool,
}

/// What is kept of an import beside its properties.
#[derive(Debug, Clone)]
pub struct Batch<'a> {
    /// What the file is called.
    pub file_name: &'a str,
    /// SHA-256 of its bytes, in hexadecimal; `report` says it too.
    pub sha256: &'a str,
    /// Whether the same bytes may come in once more.
    pub is_again: bool,
    /// Rows of the file.
    pub rows_read: usize,
    /// Rows that stayed outside.
    pub rows_refused: usize,
    /// Everything that is to be said of it.
    pub report: &'a Value,
}

/// What became of a list that was to come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// It is in.
    Now(BatchId),
    /// The same bytes came in before and were not taken back: this import.
    Before(BatchId),
    /// The same bytes are coming in at this moment.
    Meanwhile,
}

/// Whether the plan holds so many more, without taking their places.
///
/// # Errors
/// [`AppError::PlanLimit`].
pub async fn check_places(db: &TenantDb, count: usize) -> Result<(), AppError> {
    let fits = sqlx::query_scalar!(
        r#"select (l.max_value is null or u.used + $1 <= l.max_value) as "fits!"
           from usage_counters u
           join plan_limits l on l.resource = u.resource
           where u.resource = 'properties'"#,
        number(count)
    )
    .fetch_one(db)
    .await?;
    if fits { Ok(()) } else { Err(AppError::PlanLimit(limit(db).await?)) }
}

/// Which of these codes belong to a property already, archived ones too.
///
/// # Errors
/// The database's.
pub async fn taken_codes(db: &TenantDb, codes: &[String]) -> Result<HashSet<String>, sqlx::Error> {
    let taken = sqlx::query_scalar!("select code from properties where code = any($1)", codes).fetch_all(db).await?;
    Ok(taken.into_iter().collect())
}

/// The last import of a file with these bytes that was not taken back: `report.sha256` of [`Batch`].
///
/// # Errors
/// The database's.
pub async fn find_by_file(db: impl sqlx::PgExecutor<'_>, sha256: &str) -> Result<Option<BatchId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select id as "id: BatchId"
           from import_batches
           where state = 'done' and report ->> 'sha256' = $1
           order by created_at desc
           limit 1"#,
        sha256
    )
    .fetch_optional(db)
    .await
}

/// Registers all of them or none, each with the code that [`reserve_codes`] gave it. `written` hears of every chunk.
///
/// # Errors
/// [`AppError::PlanLimit`] when the plan does not hold all of them, [`Clash::CodeTaken`](crate::error::Clash), and
/// [`AppError::Invalid`] when some are to be published and the agency's registration is gone meanwhile.
pub async fn import(
    tx: &mut TenantTx,
    batch: &Batch<'_>,
    listings: &[(String, Listing)],
    mut written: impl FnMut(usize),
) -> Result<Arrival, AppError> {
    if let Some(other) = find_double(tx, batch).await? {
        return Ok(other);
    }
    take_time(tx).await?;
    let id = BatchId::generate();
    sqlx::query!(
        "insert into import_batches
             (id, file_name, state, rows_read, rows_imported, rows_refused, report, finished_at)
         values ($1, $2, 'done', $3, $4, $5, $6, now())",
        id.0,
        batch.file_name,
        small(batch.rows_read),
        small(listings.len()),
        small(batch.rows_refused),
        batch.report
    )
    .execute(&mut *tx)
    .await?;
    let mut ready = Vec::new();
    for chunk in listings.chunks(CHUNK) {
        ready.extend(insert(tx, id, chunk).await?);
        written(chunk.len());
    }
    let changes = json!({
        "file_name": [null, batch.file_name], "imported": [null, listings.len()],
        "refused": [null, batch.rows_refused], "published": [null, ready.len()],
    });
    let event = Event { action: "import.run", entity_type: "import", entity_id: id.0, changes };
    record_by_program(tx, event).await?;
    if ready.is_empty() {
        take_places(tx, number(listings.len())).await?;
    } else {
        publish(tx, &ready, number(listings.len())).await?;
    }
    Ok(Arrival::Now(id))
}

/// The same file, there already or on its way: of two at once, one passes, and the other is told instead of waiting.
async fn find_double(tx: &mut TenantTx, batch: &Batch<'_>) -> Result<Option<Arrival>, sqlx::Error> {
    let is_first =
        sqlx::query_scalar!(r#"select pg_try_advisory_xact_lock(hashtextextended($1, 0)) as "first!""#, batch.sha256)
            .fetch_one(&mut *tx)
            .await?;
    if !is_first {
        return Ok(Some(Arrival::Meanwhile));
    }
    if batch.is_again {
        return Ok(None);
    }
    Ok(find_by_file(&mut *tx, batch.sha256).await?.map(Arrival::Before))
}

/// A statement over a whole list takes longer than one of a page may (`statement_timeout` of an agency's database).
async fn take_time(tx: &mut TenantTx) -> Result<(), sqlx::Error> {
    sqlx::query!("set local statement_timeout = '10min'").execute(tx).await?;
    Ok(())
}

/// Shows visitors those that are ready, and takes the places of the whole list, in one statement: its rows come first, which
/// takes long, then the counter, then the settings, whose content version the trigger raises at the statement's end. That is
/// also the order in which archiving and undoing take the two: the table's triggers fire in the order of their names, and
/// those that count stand before those that raise the version.
async fn publish(tx: &mut TenantTx, ready: &[Uuid], count: i64) -> Result<(), AppError> {
    // To count the rows, the second part waits for the first.
    let taken = sqlx::query_scalar!(
        "with shown as (
             update properties set published_at = now() where id = any($1) returning id)
         update usage_counters u
         set used = used + $2
         from plan_limits l
         where (select count(*) from shown) > 0
           and u.resource = 'properties' and l.resource = u.resource
           and (l.max_value is null or u.used + $2 <= l.max_value)
         returning used",
        ready,
        count
    )
    .fetch_optional(&mut *tx)
    .await?;
    if taken.is_none() {
        return Err(AppError::PlanLimit(limit(tx).await?));
    }
    if creci_held(tx).await?.is_none_or(|creci| creci.is_empty()) {
        return Err(AppError::invalid("creci", Problem::Required));
    }
    Ok(())
}

/// One statement for the rows, one for their lines. The row is sent as the history writes it, and the table reads it back.
/// Gives those that are ready for visitors, who do not see them yet.
async fn insert(tx: &mut TenantTx, batch: BatchId, listings: &[(String, Listing)]) -> Result<Vec<Uuid>, sqlx::Error> {
    let (mut rows, mut records, mut ready) = (Vec::new(), Vec::new(), Vec::new());
    for (code, listing) in listings {
        let id = PropertyId::generate();
        let mut row = row::as_json(code, &listing.input);
        for (name, value) in [("elevator", listing.elevator), ("pool", listing.pool), ("pets", listing.pets)] {
            row[name] = json!(value);
        }
        row["lat"] = json!(listing.place.map(|(lat, _)| lat.to_string()));
        row["lng"] = json!(listing.place.map(|(_, lng)| lng.to_string()));
        let mut changes = diff(&json!({}), &row);
        changes["import"] = json!([null, batch]);
        if listing.is_published {
            changes["is_published"] = json!([null, true]);
            ready.push(id.0);
        }
        row["id"] = json!(id);
        row["slug"] = json!(slugify(&listing.input.title));
        records.push((id.0, changes));
        rows.push(row);
    }
    sqlx::query!(
        "insert into properties
             (id, code, type, usage, purposes, status, status_reason, condition, title, description, internal_notes,
              sale_price, sale_price_public, rent, rent_period, season_price, condo, iptu, iptu_period, area_private,
              area_total, area_built, area_land, bedrooms, suites, bathrooms, lavabos, parking, floor, floors_total,
              year_built, furnished, elevator, pool, pets, cep, uf, city, neighborhood, street, number, complement,
              lat, lng, visibility, slug, import_batch_id)
         select r.id, r.code, r.type, r.usage, r.purposes, r.status, r.status_reason, r.condition, r.title,
                r.description, r.internal_notes, r.sale_price, r.sale_price_public, r.rent, r.rent_period,
                r.season_price, r.condo, r.iptu, r.iptu_period, r.area_private, r.area_total, r.area_built, r.area_land,
                r.bedrooms, r.suites, r.bathrooms, r.lavabos, r.parking, r.floor, r.floors_total, r.year_built,
                r.furnished, r.elevator, r.pool, r.pets, r.cep, r.uf, r.city, r.neighborhood, r.street, r.number,
                r.complement, r.lat, r.lng, r.visibility, r.slug, $2
         from jsonb_populate_recordset(null::properties, $1) r",
        Value::Array(rows),
        batch.0
    )
    .execute(&mut *tx)
    .await?;
    record_all_by_program(tx, ("property.create", "property"), records).await?;
    Ok(ready)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn small(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
