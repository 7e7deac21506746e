//! Between the table's columns and what the rules speak of.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use tenancy::TenantTx;
use time::OffsetDateTime;

use crate::properties::types::{
    Condition, Furnished, Period, Property, PropertyId, PropertyInput, PropertyType, Purpose, Status, Usage, Visibility,
};
use crate::values::id::StaffId;
use crate::values::slug::slugify;

/// The columns of a property, choices as their text.
pub(super) struct Row {
    pub(super) id: PropertyId,
    pub(super) code: String,
    pub(super) kind: String,
    pub(super) usage: String,
    pub(super) purposes: Vec<String>,
    pub(super) status: String,
    pub(super) status_reason: Option<String>,
    pub(super) condition: Option<String>,
    pub(super) title: String,
    pub(super) description: String,
    pub(super) internal_notes: String,
    pub(super) sale_price: Option<Decimal>,
    pub(super) sale_price_public: bool,
    pub(super) rent: Option<Decimal>,
    pub(super) rent_period: String,
    pub(super) season_price: Option<Decimal>,
    pub(super) condo: Option<Decimal>,
    pub(super) iptu: Option<Decimal>,
    pub(super) iptu_period: Option<String>,
    pub(super) area_private: Option<Decimal>,
    pub(super) area_total: Option<Decimal>,
    pub(super) area_built: Option<Decimal>,
    pub(super) area_land: Option<Decimal>,
    pub(super) bedrooms: Option<i16>,
    pub(super) suites: Option<i16>,
    pub(super) bathrooms: Option<i16>,
    pub(super) lavabos: Option<i16>,
    pub(super) parking: Option<i16>,
    pub(super) floor: Option<i16>,
    pub(super) floors_total: Option<i16>,
    pub(super) year_built: Option<i16>,
    pub(super) furnished: Option<String>,
    pub(super) cep: Option<String>,
    pub(super) uf: Option<String>,
    pub(super) city: Option<String>,
    pub(super) neighborhood: Option<String>,
    pub(super) street: Option<String>,
    pub(super) number: Option<String>,
    pub(super) complement: Option<String>,
    pub(super) visibility: String,
    pub(super) version: i32,
    pub(super) created_at: OffsetDateTime,
    pub(super) updated_at: OffsetDateTime,
    pub(super) is_archived: bool,
    pub(super) is_published: bool,
    pub(super) is_featured: bool,
    pub(super) slug: String,
    pub(super) responsible: Option<StaffId>,
}

/// A stored choice.
///
/// # Errors
/// The table's checks admit no other, so another one is a defect of ours.
pub fn choice<T>(value: &str, parse: fn(&str) -> Option<T>) -> Result<T, sqlx::Error> {
    parse(value).ok_or_else(|| sqlx::Error::Decode(format!("`{value}` is no choice").into()))
}

fn optional<T>(value: Option<&str>, parse: fn(&str) -> Option<T>) -> Result<Option<T>, sqlx::Error> {
    value.map(|v| choice(v, parse)).transpose()
}

impl Row {
    pub(super) fn into_property(self) -> Result<Property, sqlx::Error> {
        let input = PropertyInput {
            code: None,
            kind: choice(&self.kind, PropertyType::parse)?,
            usage: choice(&self.usage, Usage::parse)?,
            purposes: self.purposes.iter().map(|p| choice(p, Purpose::parse)).collect::<Result<_, _>>()?,
            status: choice(&self.status, Status::parse)?,
            status_reason: self.status_reason,
            condition: optional(self.condition.as_deref(), Condition::parse)?,
            title: self.title,
            description: self.description,
            internal_notes: self.internal_notes,
            sale_price: self.sale_price,
            sale_price_public: self.sale_price_public,
            rent: self.rent,
            rent_period: choice(&self.rent_period, Period::parse)?,
            season_price: self.season_price,
            condo: self.condo,
            iptu: self.iptu,
            iptu_period: optional(self.iptu_period.as_deref(), Period::parse)?,
            area_private: self.area_private,
            area_total: self.area_total,
            area_built: self.area_built,
            area_land: self.area_land,
            bedrooms: self.bedrooms,
            suites: self.suites,
            bathrooms: self.bathrooms,
            lavabos: self.lavabos,
            parking: self.parking,
            floor: self.floor,
            floors_total: self.floors_total,
            year_built: self.year_built,
            furnished: optional(self.furnished.as_deref(), Furnished::parse)?,
            cep: self.cep,
            uf: self.uf,
            city: self.city,
            neighborhood: self.neighborhood,
            street: self.street,
            number: self.number,
            complement: self.complement,
            visibility: choice(&self.visibility, Visibility::parse)?,
        };
        Ok(Property {
            id: self.id,
            code: self.code,
            input,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            is_archived: self.is_archived,
            is_published: self.is_published,
            is_featured: self.is_featured,
            slug: self.slug,
            responsible: self.responsible,
        })
    }
}

/// What the history compares: each field once, money as the table keeps it.
pub(super) fn as_json(code: &str, input: &PropertyInput) -> Value {
    let two = |amount: Option<Decimal>| amount.map(|a| format!("{a:.2}"));
    let i = input;
    let mut all = json!({
        "code": code, "type": i.kind, "usage": i.usage, "purposes": i.purposes, "status": i.status,
        "status_reason": i.status_reason, "condition": i.condition, "title": i.title, "description": i.description,
        "internal_notes": i.internal_notes, "sale_price_public": i.sale_price_public, "rent_period": i.rent_period,
        "iptu_period": i.iptu_period, "bedrooms": i.bedrooms, "suites": i.suites, "bathrooms": i.bathrooms,
        "lavabos": i.lavabos, "parking": i.parking, "floor": i.floor, "floors_total": i.floors_total,
        "year_built": i.year_built, "furnished": i.furnished, "cep": i.cep, "uf": i.uf, "city": i.city,
        "neighborhood": i.neighborhood, "street": i.street, "number": i.number, "complement": i.complement,
        "visibility": i.visibility,
    });
    for (name, amount) in [
        ("sale_price", i.sale_price),
        ("rent", i.rent),
        ("season_price", i.season_price),
        ("condo", i.condo),
        ("iptu", i.iptu),
        ("area_private", i.area_private),
        ("area_total", i.area_total),
        ("area_built", i.area_built),
        ("area_land", i.area_land),
    ] {
        all[name] = json!(two(amount));
    }
    all
}

fn purposes(input: &PropertyInput) -> Vec<String> {
    input.purposes.iter().map(|p| p.as_str().to_owned()).collect()
}

pub(super) async fn insert(
    tx: &mut TenantTx,
    id: PropertyId,
    code: &str,
    i: &PropertyInput,
    (by, given): (StaffId, Option<StaffId>),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into properties
             (id, code, type, usage, purposes, status, status_reason, condition, title, description, internal_notes,
              sale_price, sale_price_public, rent, rent_period, season_price, condo, iptu, iptu_period, area_private,
              area_total, area_built, area_land, bedrooms, suites, bathrooms, lavabos, parking, floor, floors_total,
              year_built, furnished, cep, uf, city, neighborhood, street, number, complement, visibility,
              slug, responsible_id, created_by, updated_by)
         values
             ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
              $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37, $38, $39, $40, $42, $43, $41,
              $41)",
        id.0,
        code,
        i.kind.as_str(),
        i.usage.as_str(),
        &purposes(i),
        i.status.as_str(),
        i.status_reason.as_deref(),
        i.condition.map(Condition::as_str),
        i.title,
        i.description,
        i.internal_notes,
        i.sale_price,
        i.sale_price_public,
        i.rent,
        i.rent_period.as_str(),
        i.season_price,
        i.condo,
        i.iptu,
        i.iptu_period.map(Period::as_str),
        i.area_private,
        i.area_total,
        i.area_built,
        i.area_land,
        i.bedrooms,
        i.suites,
        i.bathrooms,
        i.lavabos,
        i.parking,
        i.floor,
        i.floors_total,
        i.year_built,
        i.furnished.map(Furnished::as_str),
        i.cep.as_deref(),
        i.uf.as_deref(),
        i.city.as_deref(),
        i.neighborhood.as_deref(),
        i.street.as_deref(),
        i.number.as_deref(),
        i.complement.as_deref(),
        i.visibility.as_str(),
        by.0,
        slugify(&i.title),
        given.unwrap_or(by).0
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn update(
    tx: &mut TenantTx,
    id: PropertyId,
    code: &str,
    i: &PropertyInput,
    (by, given): (StaffId, Option<StaffId>),
) -> Result<(), sqlx::Error> {
    // Leaving `active` takes it off the storefront: the table admits nothing else.
    sqlx::query!(
        "update properties
         set code = $2, type = $3, usage = $4, purposes = $5, status = $6, status_reason = $7, condition = $8, title = $9,
             description = $10, internal_notes = $11, sale_price = $12, sale_price_public = $13, rent = $14,
             rent_period = $15, season_price = $16, condo = $17, iptu = $18, iptu_period = $19, area_private = $20,
             area_total = $21, area_built = $22, area_land = $23, bedrooms = $24, suites = $25, bathrooms = $26,
             lavabos = $27, parking = $28, floor = $29, floors_total = $30, year_built = $31, furnished = $32, cep = $33,
             uf = $34, city = $35, neighborhood = $36, street = $37, number = $38, complement = $39, visibility = $40,
             updated_by = $41, slug = $42, responsible_id = coalesce($43, responsible_id), version = version + 1,
             published_at = case when $6 = 'active' then published_at end,
             featured = featured and $6 = 'active'
         where id = $1",
        id.0, code, i.kind.as_str(), i.usage.as_str(), &purposes(i), i.status.as_str(), i.status_reason.as_deref(),
        i.condition.map(Condition::as_str), i.title, i.description, i.internal_notes, i.sale_price, i.sale_price_public,
        i.rent, i.rent_period.as_str(), i.season_price, i.condo, i.iptu, i.iptu_period.map(Period::as_str),
        i.area_private, i.area_total, i.area_built, i.area_land, i.bedrooms, i.suites, i.bathrooms, i.lavabos, i.parking,
        i.floor, i.floors_total, i.year_built, i.furnished.map(Furnished::as_str), i.cep.as_deref(), i.uf.as_deref(),
        i.city.as_deref(), i.neighborhood.as_deref(), i.street.as_deref(), i.number.as_deref(), i.complement.as_deref(),
        i.visibility.as_str(), by.0, slugify(&i.title), given.map(|member| member.0)
    )
    .execute(tx)
    .await?;
    Ok(())
}
