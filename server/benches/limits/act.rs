//! What changes something, by hand: a property in one transaction, and the hash of a sign-in alone.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use axum::extract::State;
use axum::http::StatusCode;
use rust_decimal::Decimal;
use sqlx::PgPool;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::Broken;

/// The parameters of the product (OWASP's minimum).
const HASH: (u32, u32) = (19_456, 2);

/// Places as in the product: two hashes at once, and one stored hash to compare with.
#[derive(Clone)]
pub(super) struct Hashes {
    places: Arc<Semaphore>,
    stored: Arc<str>,
}

fn argon() -> Argon2<'static> {
    let params = Params::new(HASH.0, HASH.1, 1, None).expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

impl Default for Hashes {
    fn default() -> Self {
        let stored = argon().hash_password(b"somebody has this password").expect("hashes").to_string();
        Self { places: Arc::new(Semaphore::new(2)), stored: stored.into() }
    }
}

/// One hash, and nothing of what makes it a sign-in.
pub(super) async fn sign_in(State(hashes): State<Hashes>, body: String) -> Result<StatusCode, Broken> {
    let fields: HashMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let password = fields.get("password").cloned().unwrap_or_default();
    let _place = hashes.places.acquire().await?;
    let stored = hashes.stored.clone();
    let is_right = tokio::task::spawn_blocking(move || {
        let parsed = PasswordHash::new(&stored).expect("it was made here");
        argon().verify_password(password.as_bytes(), &parsed).is_ok()
    });
    // Whether it was the right one does not matter here: it cost the same.
    let _ = is_right.await?;
    Ok(StatusCode::NO_CONTENT)
}

const PLACE: &str = "
    update usage_counters u set used = used + 1 from plan_limits l
    where u.resource = 'properties' and l.resource = u.resource and (l.max_value is null or u.used < l.max_value)
    returning used";
const CODE: &str = "
    insert into property_codes (prefix, last_number) values ('AP', 1)
    on conflict on constraint property_codes_pkey do update set last_number = property_codes.last_number + 1
    returning last_number";
const PROPERTY: &str = "
    insert into properties (id, code, type, usage, purposes, status, title, description, sale_price, bedrooms, city, uf,
                            neighborhood, slug)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
const LOGS: &str = "
    with history as (
        insert into activity_log (id, action, entity_type, entity_id, changes)
        values ($1, 'property.create', 'property', $2, $3))
    insert into outbox (id, kind, payload) values ($1, 'audit', $4)";

/// One transaction: a place of the plan, a code, the property, its history line and its audit line.
pub(super) async fn create(State(pool): State<PgPool>, body: String) -> Result<StatusCode, Broken> {
    let fields: HashMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.get(name).map(String::as_str).unwrap_or_default();
    let id: Uuid = field("id").parse()?;
    let price: Decimal = field("sale_price").replace('.', "").parse()?;
    let bedrooms: i16 = field("bedrooms").parse()?;
    let slug: String = field("title").to_lowercase().replace(' ', "-");
    let mut tx = pool.begin().await?;
    let _used: i64 = sqlx::query_scalar(PLACE).fetch_one(&mut *tx).await?;
    let number: i64 = sqlx::query_scalar(CODE).fetch_one(&mut *tx).await?;
    sqlx::query(PROPERTY)
        .bind(id)
        .bind(format!("AP{number:04}"))
        .bind(field("type"))
        .bind(field("usage"))
        .bind([field("purposes[]")].as_slice())
        .bind(field("status"))
        .bind(field("title"))
        .bind(field("description"))
        .bind(price)
        .bind(bedrooms)
        .bind(field("city"))
        .bind(field("uf"))
        .bind(field("neighborhood"))
        .bind(slug)
        .execute(&mut *tx)
        .await?;
    let changes: serde_json::Map<String, serde_json::Value> =
        fields.iter().map(|(name, value)| (name.clone(), serde_json::json!([null, value]))).collect();
    let line = serde_json::json!({"id": id, "action": "property.create", "entity_id": id, "changes": changes});
    sqlx::query(LOGS)
        .bind(Uuid::now_v7())
        .bind(id)
        .bind(serde_json::Value::Object(changes))
        .bind(line)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
