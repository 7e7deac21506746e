//! Many properties at once: those of a list that an agency brings along, and all of them away again.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use tenancy::{TenantDb, TenantTx};

use super::publish::creci_held;
use super::{limit, row, take_places};
use crate::audit::db::{Event, diff, record_all_by_program, record_by_program};
use crate::error::AppError;
use crate::properties::rules::code_prefix;
use crate::properties::types::{PropertyId, PropertyInput};
use crate::values::fields::Problem;
use crate::values::slug::slugify;

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
    /// Rows of the file.
    pub rows_read: usize,
    /// Rows that stayed outside.
    pub rows_refused: usize,
    /// Everything that is to be said of it.
    pub report: &'a Value,
}

/// What came in.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The import.
    pub id: BatchId,
    /// The code of each property, in the order of the list.
    pub codes: Vec<String>,
}

/// What became of an import that was to be taken back.
#[derive(Debug, Clone, PartialEq)]
pub enum Undone {
    /// It is taken back.
    Now {
        /// How many properties are gone.
        removed: u64,
        /// Code and title of those that people have worked on since: they stay.
        kept: Vec<(String, String)>,
    },
    /// It was taken back before; this is when, in UTC.
    Before(String),
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
pub async fn find_by_file(db: &TenantDb, sha256: &str) -> Result<Option<BatchId>, sqlx::Error> {
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

/// Registers all of them or none. `written` hears of every chunk.
///
/// # Errors
/// [`AppError::PlanLimit`] when the plan does not hold all of them, [`Clash::CodeTaken`](crate::error::Clash), and
/// [`AppError::Invalid`] when some are to be published and the agency's registration is gone meanwhile.
pub async fn import(
    tx: &mut TenantTx,
    batch: &Batch<'_>,
    listings: &[Listing],
    mut written: impl FnMut(usize),
) -> Result<Imported, AppError> {
    // Counter, then codes, then rows: the order of every creation, so that two never wait for each other.
    take_places(tx, number(listings.len())).await?;
    let published = listings.iter().filter(|l| l.is_published).count();
    if published > 0 && creci_held(tx).await?.is_none_or(|creci| creci.is_empty()) {
        return Err(AppError::invalid("creci", Problem::Required));
    }
    let codes = codes(tx, listings).await?;
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
    for (listings, codes) in listings.chunks(CHUNK).zip(codes.chunks(CHUNK)) {
        insert(tx, id, listings, codes).await?;
        written(listings.len());
    }
    let changes = json!({
        "file_name": [null, batch.file_name], "imported": [null, listings.len()],
        "refused": [null, batch.rows_refused], "published": [null, published],
    });
    let event = Event { action: "import.run", entity_type: "import", entity_id: id.0, changes };
    record_by_program(tx, event).await?;
    Ok(Imported { id, codes })
}

/// Takes an import back: what nobody has touched since goes and frees its place, everything else stays.
///
/// # Errors
/// [`AppError::NotFound`] when this agency has no such import.
pub async fn undo(tx: &mut TenantTx, id: BatchId) -> Result<Undone, AppError> {
    let batch = sqlx::query!(
        r#"select state = 'undone' as "is_undone!",
                  to_char((report -> 'undone' ->> 'at')::timestamptz at time zone 'UTC', 'YYYY-MM-DD HH24:MI') as at
           from import_batches
           where id = $1
           for update"#,
        id.0
    )
    .fetch_one(&mut *tx)
    .await?;
    if batch.is_undone {
        return Ok(Undone::Before(batch.at.unwrap_or_default()));
    }
    // Whoever is saving one of them now finishes first, and theirs is kept.
    sqlx::query!("select id from properties where import_batch_id = $1 order by id for update", id.0)
        .fetch_all(&mut *tx)
        .await?;
    let removed = remove_untouched(tx, id).await?;
    let kept = sqlx::query!("select code, title from properties where import_batch_id = $1 order by code", id.0)
        .fetch_all(&mut *tx)
        .await?;
    let kept: Vec<(String, String)> = kept.into_iter().map(|row| (row.code, row.title)).collect();
    let codes: Vec<&str> = kept.iter().map(|(code, _)| code.as_str()).collect();
    sqlx::query!(
        "update import_batches
         set state = 'undone',
             report = report || jsonb_build_object('undone', $2::jsonb || jsonb_build_object('at', now()))
         where id = $1",
        id.0,
        json!({"removed": removed, "kept": codes})
    )
    .execute(&mut *tx)
    .await?;
    let changes = json!({"removed": [null, removed], "kept": [null, codes]});
    record_by_program(tx, Event { action: "import.undo", entity_type: "import", entity_id: id.0, changes }).await?;
    Ok(Undone::Now { removed, kept })
}

/// The version is the import's own, and nobody has hung a photograph on it.
async fn remove_untouched(tx: &mut TenantTx, id: BatchId) -> Result<u64, sqlx::Error> {
    let mut removed = 0;
    loop {
        let gone = sqlx::query!(
            "delete from properties
             where id in (
                 select p.id
                 from properties p
                 where p.import_batch_id = $1 and p.version = 1
                   and not exists (select from property_photos f where f.property_id = p.id)
                 limit $2)",
            id.0,
            number(CHUNK)
        )
        .execute(&mut *tx)
        .await?
        .rows_affected();
        if gone == 0 {
            return Ok(removed);
        }
        removed += gone;
    }
}

/// A code for each: the one that was chosen, else the next ones of its prefix, in the order of the list.
async fn codes(tx: &mut TenantTx, listings: &[Listing]) -> Result<Vec<String>, sqlx::Error> {
    let chosen: HashSet<&str> = listings.iter().filter_map(|l| l.input.code.as_deref()).collect();
    let mut wanted: BTreeMap<&str, usize> = BTreeMap::new();
    for listing in listings.iter().filter(|l| l.input.code.is_none()) {
        *wanted.entry(code_prefix(listing.input.kind)).or_default() += 1;
    }
    let mut free = BTreeMap::new();
    for (prefix, count) in wanted {
        free.insert(prefix, next_codes(tx, (prefix, count), &chosen).await?.into_iter());
    }
    let code = |listing: &Listing| match &listing.input.code {
        Some(code) => code.clone(),
        None => {
            let of_prefix = free.get_mut(code_prefix(listing.input.kind));
            of_prefix.and_then(Iterator::next).expect("as many were taken as there are")
        }
    };
    Ok(listings.iter().map(code).collect())
}

/// The next codes of a prefix, none that was given before. Codes that people chose are stepped over.
async fn next_codes(
    tx: &mut TenantTx,
    (prefix, count): (&str, usize),
    chosen: &HashSet<&str>,
) -> Result<Vec<String>, sqlx::Error> {
    let mut codes = Vec::with_capacity(count);
    while codes.len() < count {
        let more = number(count - codes.len());
        let last = sqlx::query_scalar!(
            "insert into property_codes (prefix, last_number) values ($1, $2)
             on conflict on constraint property_codes_pkey do update set last_number = property_codes.last_number + $2
             returning last_number",
            prefix,
            more
        )
        .fetch_one(&mut *tx)
        .await?;
        let given: Vec<String> = (last - more + 1..=last).map(|number| format!("{prefix}{number:04}")).collect();
        let taken = sqlx::query_scalar!("select code from properties where code = any($1)", &given);
        let taken: HashSet<String> = taken.fetch_all(&mut *tx).await?.into_iter().collect();
        codes.extend(given.into_iter().filter(|code| !taken.contains(code) && !chosen.contains(code.as_str())));
    }
    Ok(codes)
}

/// One statement for the rows, one for their lines. The row is sent as the history writes it, and the table reads it back.
async fn insert(tx: &mut TenantTx, batch: BatchId, listings: &[Listing], codes: &[String]) -> Result<(), sqlx::Error> {
    let (mut rows, mut records, mut published) = (Vec::new(), Vec::new(), Vec::new());
    for (listing, code) in listings.iter().zip(codes) {
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
            published.push(id.0);
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
              lat, lng, visibility, slug, import_batch_id, published_at)
         select r.id, r.code, r.type, r.usage, r.purposes, r.status, r.status_reason, r.condition, r.title,
                r.description, r.internal_notes, r.sale_price, r.sale_price_public, r.rent, r.rent_period,
                r.season_price, r.condo, r.iptu, r.iptu_period, r.area_private, r.area_total, r.area_built, r.area_land,
                r.bedrooms, r.suites, r.bathrooms, r.lavabos, r.parking, r.floor, r.floors_total, r.year_built,
                r.furnished, r.elevator, r.pool, r.pets, r.cep, r.uf, r.city, r.neighborhood, r.street, r.number,
                r.complement, r.lat, r.lng, r.visibility, r.slug, $2, case when r.id = any($3) then now() end
         from jsonb_populate_recordset(null::properties, $1) r",
        Value::Array(rows),
        batch.0,
        &published
    )
    .execute(&mut *tx)
    .await?;
    record_all_by_program(tx, ("property.create", "property"), records).await
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn small(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
