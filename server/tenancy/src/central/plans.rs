//! What an agency can buy. A plan is a row; what it costs and holds is said by its versions, which never change.

use rust_decimal::Decimal;
use time::OffsetDateTime;
use uuid::Uuid;

use super::CentralTx;
use super::audit::{self, Event};
use super::companies::By;
use crate::CentralDb;
use crate::billing::Prices;

/// A plan in one of its versions. Prices in reais.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Its key.
    pub id: Uuid,
    /// The version's key.
    pub version: Uuid,
    /// The version's number within its plan, from 1.
    pub number: i32,
    /// `prime`, `k`, `k2`.
    pub name: String,
    /// Its name for people.
    pub display_name: String,
    /// A month.
    pub price_monthly: Decimal,
    /// A year, paid at once.
    pub price_yearly: Decimal,
    /// Users included.
    pub max_users: i32,
    /// Properties at once; none: unlimited.
    pub max_properties: Option<i32>,
    /// Each user beyond those included, a month.
    pub additional_user_price: Decimal,
    /// Once, at the start.
    pub activation_fee: Decimal,
    /// What it includes, by key.
    pub features: serde_json::Value,
}

impl Plan {
    /// Its prices.
    pub const fn prices(&self) -> Prices {
        Prices { monthly: self.price_monthly, yearly: self.price_yearly, additional_user: self.additional_user_price }
    }

    /// Whether it includes a feature.
    pub fn has(&self, feature: &str) -> bool {
        self.features[feature].as_bool() == Some(true)
    }
}

/// Every plan as it is sold now, cheapest first.
///
/// # Errors
/// The database's.
pub async fn list(db: &CentralDb) -> Result<Vec<Plan>, sqlx::Error> {
    list_in(db.pool()).await
}

pub(crate) async fn list_in(db: impl sqlx::PgExecutor<'_>) -> Result<Vec<Plan>, sqlx::Error> {
    sqlx::query_as!(
        Plan,
        r#"select p.id, v.id as "version!", v.number as "number!", p.name, p.display_name,
                  v.price_monthly as "price_monthly!", v.price_yearly as "price_yearly!", v.max_users as "max_users!",
                  v.max_properties, v.additional_user_price as "additional_user_price!",
                  v.activation_fee as "activation_fee!", v.features as "features!"
           from subscription_plans p
           join plans_sold(now()) v on v.plan_id = p.id
           order by p.sort_order"#
    )
    .fetch_all(db)
    .await
}

/// The plan of this name as it is sold now.
///
/// # Errors
/// `RowNotFound` when there is none.
pub async fn find_by_name(db: &CentralDb, name: &str) -> Result<Plan, sqlx::Error> {
    find_in(db.pool(), name).await
}

pub(super) async fn find_in(db: impl sqlx::PgExecutor<'_>, name: &str) -> Result<Plan, sqlx::Error> {
    let all = list_in(db).await?;
    all.into_iter().find(|plan| plan.name == name).ok_or(sqlx::Error::RowNotFound)
}

/// The plan that somebody agreed to: in its version, or as it is sold now where none was written down.
pub(super) async fn agreed_in(
    db: impl sqlx::PgExecutor<'_>,
    (name, agreed): (&str, Option<Uuid>),
) -> Result<Plan, sqlx::Error> {
    match agreed {
        Some(key) => version(db, key).await,
        None => find_in(db, name).await,
    }
}

/// A version of a plan as operators see it.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// What it says.
    pub plan: Plan,
    /// From when on it is sold.
    pub valid_from: OffsetDateTime,
    /// When it was published.
    pub created_at: OffsetDateTime,
    /// Whether it is the one that is sold now.
    pub is_sold: bool,
    /// Agencies that are there and stand on it.
    pub agencies: i64,
}

/// Every version of every plan: plans cheapest first, the newest version of each first.
///
/// # Errors
/// The database's.
pub async fn history(db: &CentralDb) -> Result<Vec<Published>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select p.id, v.id as version, v.number, p.name, p.display_name, v.price_monthly, v.price_yearly, v.max_users,
                  v.max_properties, v.additional_user_price, v.activation_fee, v.features, v.valid_from, v.created_at,
                  exists (select from plans_sold(now()) s where s.id = v.id) as "is_sold!",
                  (select count(*) from tenant_subscriptions t join companies c on c.id = t.tenant_id
                   where t.version_id = v.id and c.deleted_at is null) as "agencies!"
           from subscription_plan_versions v
           join subscription_plans p on p.id = v.plan_id
           order by p.sort_order, v.number desc"#
    )
    .fetch_all(db.pool())
    .await?;
    let published = rows.into_iter().map(|row| Published {
        plan: Plan {
            id: row.id,
            version: row.version,
            number: row.number,
            name: row.name,
            display_name: row.display_name,
            price_monthly: row.price_monthly,
            price_yearly: row.price_yearly,
            max_users: row.max_users,
            max_properties: row.max_properties,
            additional_user_price: row.additional_user_price,
            activation_fee: row.activation_fee,
            features: row.features,
        },
        valid_from: row.valid_from,
        created_at: row.created_at,
        is_sold: row.is_sold,
        agencies: row.agencies,
    });
    Ok(published.collect())
}

/// One version of a plan, sold or not.
pub(crate) async fn version(db: impl sqlx::PgExecutor<'_>, version: Uuid) -> Result<Plan, sqlx::Error> {
    sqlx::query_as!(
        Plan,
        "select p.id, v.id as version, v.number, p.name, p.display_name, v.price_monthly, v.price_yearly, v.max_users,
                v.max_properties, v.additional_user_price, v.activation_fee, v.features
         from subscription_plan_versions v
         join subscription_plans p on p.id = v.plan_id
         where v.id = $1",
        version
    )
    .fetch_one(db)
    .await
}

/// What a new version of a plan says. Prices in reais.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVersion {
    /// The plan's name.
    pub plan: String,
    /// The number of the plan's last version, as far as who publishes knows; none: whatever it is.
    pub follows: Option<i32>,
    /// A month.
    pub price_monthly: Decimal,
    /// A year, paid at once.
    pub price_yearly: Decimal,
    /// Users included.
    pub max_users: i32,
    /// Properties at once; none: unlimited.
    pub max_properties: Option<i32>,
    /// Each user beyond those included, a month.
    pub additional_user_price: Decimal,
    /// Once, at the start.
    pub activation_fee: Decimal,
    /// What it includes, by key.
    pub features: serde_json::Value,
    /// From when on it is sold.
    pub valid_from: OffsetDateTime,
}

/// Why a version was not published.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Somebody has published another meanwhile: this is its number.
    #[error("version {0} came meanwhile")]
    Overtaken(i32),
    /// `RowNotFound` when there is no such plan; the database's own when a figure breaks a rule.
    #[error("the central database refused: {0}")]
    Database(#[from] sqlx::Error),
}

/// Adds a version to a plan: what is sold from then on. Who has bought an earlier one keeps it. Gives its key.
///
/// # Errors
/// [`PublishError`].
pub async fn publish_version(db: &CentralDb, new: &NewVersion, by: By) -> Result<Uuid, PublishError> {
    db.transact(async |tx| {
        // Held until the end, so that numbers follow each other.
        let plan = hold(tx, &new.plan).await?;
        let last = last_number(tx, plan).await?;
        if new.follows.is_some_and(|known| known != last) {
            return Err(PublishError::Overtaken(last));
        }
        let id = Uuid::now_v7();
        let number = sqlx::query_scalar!(
            "insert into subscription_plan_versions
                 (id, plan_id, number, price_monthly, price_yearly, max_users, max_properties, additional_user_price,
                  activation_fee, features, valid_from)
             select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10
             from subscription_plan_versions
             where plan_id = $2
             returning number",
            id,
            plan,
            new.price_monthly,
            new.price_yearly,
            new.max_users,
            new.max_properties,
            new.additional_user_price,
            new.activation_fee,
            new.features,
            new.valid_from
        )
        .fetch_one(&mut **tx)
        .await?;
        let changes = serde_json::json!({
            "plan": new.plan, "number": number, "price_monthly": new.price_monthly, "price_yearly": new.price_yearly,
            "max_users": new.max_users, "max_properties": new.max_properties,
            "additional_user_price": new.additional_user_price, "activation_fee": new.activation_fee,
            "features": new.features, "valid_from": new.valid_from.unix_timestamp(),
        });
        let event = Event { changes, ..by.event("plan.publish_version", "plan", id) };
        audit::append(tx, event).await?;
        Ok(id)
    })
    .await
}

async fn last_number(tx: &mut CentralTx, plan: Uuid) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select coalesce(max(number), 0) as "last!" from subscription_plan_versions where plan_id = $1"#,
        plan
    )
    .fetch_one(&mut **tx)
    .await
}

async fn hold(tx: &mut CentralTx, plan: &str) -> Result<Uuid, sqlx::Error> {
    // No row lock: the web part may read plans and not change them.
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('plan ' || $1::text, 0))", plan)
        .execute(&mut **tx)
        .await?;
    sqlx::query_scalar!("select id from subscription_plans where name = $1", plan).fetch_one(&mut **tx).await
}
