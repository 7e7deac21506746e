//! An agency's properties in its own database.
//!
//! No function of it can be called without an agency (case 17). What must not compile differs in one word from what does:
//!
//! ```no_run
//! async fn a_query_takes_the_agencys_database(db: &tenancy::TenantDb, id: app::properties::types::PropertyId) {
//!     let _ = app::properties::db::find(db, id).await;
//! }
//! ```
//! ```compile_fail,E0061
//! async fn a_query_without_an_agency_does_not_compile(db: &tenancy::TenantDb, id: app::properties::types::PropertyId) {
//!     let _ = app::properties::db::find(id).await;
//! }
//! ```
//! ```compile_fail,E0308
//! async fn a_query_on_the_central_database_does_not_compile(db: &tenancy::CentralDb, id: app::properties::types::PropertyId) {
//!     let _ = app::properties::db::find(db, id).await;
//! }
//! ```

pub mod import;
pub mod photos;
mod places;
mod prices;
mod publish;
mod responsible;
mod row;
mod search;
pub mod seed;
mod shown;

use serde_json::json;
use tenancy::{TenantDb, TenantTx};
use time::OffsetDateTime;
use uuid::Uuid;

use super::readiness::missing;
use super::rules::{blank_form, code_prefix, form_of, read};
use super::types::{
    May, Missing, Property, PropertyBlank, PropertyEditing, PropertyForm, PropertyId, PropertyInput, PropertyPage,
    Status, Unready,
};
use crate::access::Can;
use crate::audit::db::{Event, diff, list as history, record};
use crate::caller::Staff;
use crate::drafts::db::{self as drafts, Draft, Place};
use crate::error::{AppError, Clash};
use crate::values::day::year;
use crate::values::fields::Fields;
use crate::values::id::StaffId;
use crate::words::Lang;

use places::{give_place_back, limit, take_places};

pub use prices::Prices;
pub use publish::{creci, feature, publish, unpublish};
pub use row::choice;
pub use search::{every_word, list};

/// Lines of history on a property's page.
const HISTORY: i64 = 30;

/// A property, archived or not.
///
/// # Errors
/// `RowNotFound` when there is none.
pub async fn find(db: &TenantDb, id: PropertyId) -> Result<Property, sqlx::Error> {
    find_all(db, &[id.0]).await?.pop().ok_or(sqlx::Error::RowNotFound)
}

/// As [`find`], for who sees it: what somebody does not see does not exist for them.
///
/// # Errors
/// `RowNotFound` also when it is not for them.
pub async fn find_seen(staff: &Staff, id: PropertyId) -> Result<Property, sqlx::Error> {
    let (scope, member) = staff.sees();
    sqlx::query_scalar!("select id from properties p where id = $1 and may_see(p, $2, $3)", id.0, scope, member)
        .fetch_one(&staff.db)
        .await?;
    find(&staff.db, id).await
}

/// The properties of these identifiers, last changed first.
async fn find_all(db: &TenantDb, ids: &[Uuid]) -> Result<Vec<Property>, sqlx::Error> {
    let rows = sqlx::query_as!(
        row::Row,
        r#"select id as "id: PropertyId", code, type as kind, usage, purposes, status, status_reason, condition, title,
                  description, internal_notes, sale_price, sale_price_public, rent, rent_period, season_price, condo, iptu,
                  iptu_period, area_private, area_total, area_built, area_land, bedrooms, suites, bathrooms, lavabos,
                  parking, floor, floors_total, year_built, furnished, cep, uf, city, neighborhood, street, number,
                  complement, visibility, version, created_at, updated_at, deleted_at is not null as "is_archived!",
                  published_at is not null as "is_published!", featured as is_featured, slug,
                  coalesce(responsible_id, created_by) as "responsible: StaffId"
           from properties
           where id = any($1)
           order by updated_at desc, id desc"#,
        ids
    )
    .fetch_all(db)
    .await?;
    rows.into_iter().map(row::Row::into_property).collect()
}

/// What a form that is still being filled in lacks before visitors may see the property.
///
/// # Errors
/// The database's.
pub async fn check(
    db: &TenantDb,
    form: &Fields,
    (now, lang): (OffsetDateTime, Lang),
) -> Result<Vec<Missing>, sqlx::Error> {
    let (input, mut errors) = read(&PropertyForm::from_fields(form), year(now));
    for (field, problem) in missing(&input, publish::creci(db).await?.as_deref()).0 {
        if errors.of(&field).is_none() {
            errors.add(&field, problem);
        }
    }
    Ok(shown::named(errors, lang))
}

/// Properties that visitors do not see though they are on their way there, last changed first, with what each lacks.
///
/// # Errors
/// The database's.
pub async fn unready(staff: &Staff, limit: i64, lang: Lang) -> Result<Vec<Unready>, sqlx::Error> {
    let (db, (scope, member)) = (&staff.db, staff.sees());
    let ids = sqlx::query_scalar!(
        "select id from properties p
         where deleted_at is null and published_at is null and status in ('draft', 'capturing', 'active')
           and may_see(p, $2, $3)
         order by updated_at desc, id desc
         limit $1",
        limit,
        scope,
        member
    )
    .fetch_all(db)
    .await?;
    let (properties, creci) = (find_all(db, &ids).await?, publish::creci(db).await?);
    let line = |property: Property| Unready {
        id: property.id,
        title: property.input.title.clone(),
        code: property.code.clone(),
        missing: shown::named(missing(&property.input, creci.as_deref()), lang),
    };
    Ok(properties.into_iter().map(line).collect())
}

/// What a property's page shows: the record, what it lacks on the storefront, its history.
///
/// # Errors
/// `RowNotFound` when there is none.
pub async fn page(staff: &Staff, id: PropertyId, lang: Lang) -> Result<PropertyPage, sqlx::Error> {
    let property = find_seen(staff, id).await?;
    let (creci, photos) = (publish::creci(&staff.db).await?, photos::list(&staff.db, id).await?);
    let history = history(&staff.db, "property", id.0, (HISTORY, lang)).await?;
    let missing = missing(&property.input, creci.as_deref());
    let may = May {
        write: staff.role.may(Can::WriteProperties),
        publish: staff.role.may(Can::PublishProperties),
        archive: staff.role.may(Can::ArchiveProperties),
    };
    Ok(shown::page((property, &beside(&staff.db, id).await?), (missing, photos, history), may, lang))
}

async fn beside(db: &TenantDb, id: PropertyId) -> Result<shown::Beside, sqlx::Error> {
    sqlx::query_as!(
        shown::Beside,
        r#"select p.elevator, p.pool, p.pets, p.lat, p.lng, s.name as "responsible?"
           from properties p
           left join staff s on s.id = coalesce(p.responsible_id, p.created_by)
           where p.id = $1"#,
        id.0
    )
    .fetch_one(db)
    .await
}

/// What the form of a property begins with.
///
/// # Errors
/// `RowNotFound` when there is none.
pub async fn editing(
    staff: &Staff,
    id: PropertyId,
    draft: Option<Uuid>,
    (now, lang): (OffsetDateTime, Lang),
) -> Result<PropertyEditing, sqlx::Error> {
    let path = format!("/app/properties/{id}/edit");
    let place = Place { user: staff.id(), path: &path };
    let property = find_seen(staff, id).await?;
    let draft = drafts::find(&staff.db, place, draft, now).await?;
    let typed = draft.and_then(Draft::typed);
    let team = responsible::team(staff, property.responsible).await?;
    let mut form = form_of(&property, lang);
    if team.is_empty() {
        form.responsible_id.clear();
    }
    let form = form.into_fields();
    let missing = check(&staff.db, typed.as_ref().unwrap_or(&form), (now, lang)).await?;
    Ok(PropertyEditing { id, version: property.version, code: property.code, form, typed, missing, team })
}

/// What the form of a property that is about to be registered begins with. A refused form carries the identifier that it
/// was sent with, so that sending it again makes no second property.
///
/// # Errors
/// The database's.
pub async fn blank(
    staff: &Staff,
    draft: Option<Uuid>,
    (now, lang): (OffsetDateTime, Lang),
) -> Result<PropertyBlank, sqlx::Error> {
    let place = Place { user: staff.id(), path: "/app/properties/new" };
    let typed = drafts::find(&staff.db, place, draft, now).await?.and_then(Draft::typed);
    let id = typed.as_ref().and_then(|form| form.get("id").parse().ok()).unwrap_or_else(PropertyId::generate);
    let form = typed.unwrap_or_else(|| blank_form().with("responsible_id", &staff.id().to_string()));
    let missing = check(&staff.db, &form, (now, lang)).await?;
    Ok(PropertyBlank { id, form, missing, team: responsible::team(staff, None).await? })
}

/// Registers a property, or finds the one of this identifier: a form sent twice makes one row. It is whose it is given to, else
/// theirs who registers it.
///
/// # Errors
/// [`AppError::PlanLimit`] when the plan holds no more, [`Clash::CodeTaken`], [`AppError::NotFound`] for the identifier of a
/// property that somebody else registered; as [`responsible::check`].
pub async fn create(
    tx: &mut TenantTx,
    staff: &Staff,
    id: PropertyId,
    (input, to): (&PropertyInput, Option<StaffId>),
) -> Result<PropertyId, AppError> {
    let is_there = responsible::hold(tx, to).await?;
    // The place first: whoever waits here waits for the one row that all creations pass, and then sees what they made.
    let full = match take_places(tx, 1).await {
        Err(full @ AppError::PlanLimit(_)) => Some(full),
        taken => taken.map(|()| None)?,
    };
    let known =
        sqlx::query_scalar!("select created_by from properties where id = $1", id.0).fetch_optional(&mut *tx).await?;
    if let Some(by) = known {
        if full.is_none() {
            give_place_back(tx).await?;
        }
        // Somebody else's identifier is nobody's.
        return if by == Some(staff.id().0) { Ok(id) } else { Err(AppError::NotFound) };
    }
    if let Some(full) = full {
        return Err(full);
    }
    let code = match &input.code {
        Some(code) => code.clone(),
        None => next_code(tx, code_prefix(input.kind)).await?,
    };
    let given = responsible::check(staff, (Some(staff.id()), to), is_there)?;
    row::insert(tx, id, &code, input, (staff.id(), given)).await?;
    let mut changes = diff(&json!({}), &row::as_json(&code, input));
    if let Some(given) = given {
        changes["responsible_id"] = json!([null, given]);
    }
    record(tx, staff, Event { action: "property.create", entity_type: "property", entity_id: id.0, changes }).await?;
    Ok(id)
}

/// Saves an edit that began from `version`. Returns the new version.
///
/// # Errors
/// [`Clash::Stale`] when somebody saved meanwhile, [`Clash::CodeTaken`], [`AppError::NotFound`] also for an archived one,
/// [`AppError::Forbidden`] when it would take a published one off the storefront and they may not publish,
/// [`AppError::Invalid`] when a published one would lack something; as [`responsible::check`].
pub async fn update(
    tx: &mut TenantTx,
    staff: &Staff,
    (id, version): (PropertyId, i32),
    (input, to): (&PropertyInput, Option<StaffId>),
) -> Result<i32, AppError> {
    let is_there = responsible::hold(tx, to).await?;
    let before = find_for_update(tx, staff, id).await?;
    if before.version != version {
        return Err(AppError::Conflict(Clash::Stale(before.version)));
    }
    // What was put away stays as it is until it is brought back.
    if before.is_archived {
        return Err(AppError::NotFound);
    }
    // Another status takes it off the storefront, which not everybody who edits may do.
    if before.is_published && input.status != Status::Active && !staff.role.may(Can::PublishProperties) {
        return Err(AppError::Forbidden);
    }
    let given = responsible::check(staff, (before.responsible, to), is_there)?;
    // What visitors see stays complete: to take something away, unpublish first.
    if before.is_published && input.status == Status::Active {
        missing(input, publish::creci_held(tx).await?.as_deref()).or(())?;
    }
    let code = input.code.clone().unwrap_or_else(|| before.code.clone());
    let mut changes = diff(&row::as_json(&before.code, &before.input), &row::as_json(&code, input));
    if let Some(given) = given {
        changes["responsible_id"] = json!([before.responsible, given]);
    }
    if changes.as_object().is_some_and(serde_json::Map::is_empty) {
        return Ok(version);
    }
    row::update(tx, id, &code, input, (staff.id(), given)).await?;
    record(tx, staff, Event { action: "property.update", entity_type: "property", entity_id: id.0, changes }).await?;
    Ok(version + 1)
}

/// Puts a property away: it frees its place in the plan. Archived already is fine.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn archive(tx: &mut TenantTx, staff: &Staff, id: PropertyId) -> Result<(), AppError> {
    if find_for_update(tx, staff, id).await?.is_archived {
        return Ok(());
    }
    sqlx::query!(
        "update properties
         set deleted_at = now(), deleted_by = $2, published_at = null, featured = false, version = version + 1, updated_by = $2
         where id = $1",
        id.0,
        staff.id().0
    )
    .execute(&mut *tx)
    .await?;
    let event = Event { action: "property.archive", entity_type: "property", entity_id: id.0, changes: json!({}) };
    Ok(record(tx, staff, event).await?)
}

/// Brings a property back with the status it had: it takes a place in the plan again. Not archived is fine.
///
/// # Errors
/// [`AppError::PlanLimit`], [`AppError::NotFound`].
pub async fn restore(tx: &mut TenantTx, staff: &Staff, id: PropertyId) -> Result<(), AppError> {
    if !find_for_update(tx, staff, id).await?.is_archived {
        return Ok(());
    }
    take_places(tx, 1).await?;
    sqlx::query!(
        "update properties set deleted_at = null, deleted_by = null, version = version + 1, updated_by = $2 where id = $1",
        id.0,
        staff.id().0
    )
    .execute(&mut *tx)
    .await?;
    let event = Event { action: "property.restore", entity_type: "property", entity_id: id.0, changes: json!({}) };
    Ok(record(tx, staff, event).await?)
}

/// A property that this member sees, held until the transaction ends.
async fn find_for_update(tx: &mut TenantTx, staff: &Staff, id: PropertyId) -> Result<Property, sqlx::Error> {
    let (scope, member) = staff.sees();
    let row = sqlx::query_as!(
        row::Row,
        r#"select id as "id: PropertyId", code, type as kind, usage, purposes, status, status_reason, condition, title,
                  description, internal_notes, sale_price, sale_price_public, rent, rent_period, season_price, condo, iptu,
                  iptu_period, area_private, area_total, area_built, area_land, bedrooms, suites, bathrooms, lavabos,
                  parking, floor, floors_total, year_built, furnished, cep, uf, city, neighborhood, street, number,
                  complement, visibility, version, created_at, updated_at, deleted_at is not null as "is_archived!",
                  published_at is not null as "is_published!", featured as is_featured, slug,
                  coalesce(responsible_id, created_by) as "responsible: StaffId"
           from properties p
           where id = $1 and may_see(p, $2, $3)
           for update"#,
        id.0,
        scope,
        member
    )
    .fetch_one(tx)
    .await?;
    row.into_property()
}

/// The next code of a prefix, never one that was given before: `AP0007`. Codes that people chose are stepped over.
async fn next_code(tx: &mut TenantTx, prefix: &str) -> Result<String, sqlx::Error> {
    loop {
        let number = sqlx::query_scalar!(
            "insert into property_codes (prefix, last_number) values ($1, 1)
             on conflict on constraint property_codes_pkey do update set last_number = property_codes.last_number + 1
             returning last_number",
            prefix
        )
        .fetch_one(&mut *tx)
        .await?;
        let code = format!("{prefix}{number:04}");
        let taken = sqlx::query_scalar!("select exists (select from properties where code = $1)", code)
            .fetch_one(&mut *tx)
            .await?;
        if taken != Some(true) {
            return Ok(code);
        }
    }
}
