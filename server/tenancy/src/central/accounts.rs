//! Who may act for which agency, asked on every request and remembered for at most five seconds.

use moka::future::Cache;
use std::fmt;
use std::time::Duration;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::routing::ANSWERING;
use crate::{CentralDb, OperatorId, PersonId, TenantId, UserId};

/// How long a change of role may go unseen, when the notice of it was lost.
const REMEMBERED: Duration = Duration::from_secs(5);

/// A person's account in one agency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account.
    pub user: UserId,
    /// The human being.
    pub person: PersonId,
    /// The agency.
    pub tenant: TenantId,
    /// Name for people.
    pub name: String,
    /// E-mail address, lower case.
    pub email: String,
    /// `owner`, `manager`, `broker`, `assistant`, `finance`, `partner`.
    pub role: String,
    /// Chosen language, `pt-BR` or `en`.
    pub locale: Option<String>,
    /// Whether the agency's own database does not know them as they are.
    pub is_behind: bool,
    /// Whether the person has a second factor.
    pub second_factor: bool,
    /// When the person was first told that they have to have one.
    pub asked_at: Option<OffsetDateTime>,
    /// SHA-256 of their photograph.
    pub photo: Option<Vec<u8>>,
}

/// An operator of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorAccount {
    /// The account.
    pub operator: OperatorId,
    /// The human being.
    pub person: PersonId,
    /// Name for people.
    pub name: String,
    /// E-mail address, lower case.
    pub email: String,
    /// Chosen language, `pt-BR` or `en`.
    pub locale: Option<String>,
    /// Whether the person has a second factor.
    pub second_factor: bool,
}

/// The accounts that were asked for lately.
#[derive(Clone)]
pub struct Accounts {
    central: CentralDb,
    staff: Cache<UserId, Option<Account>>,
    operators: Cache<OperatorId, Option<OperatorAccount>>,
}

impl Accounts {
    /// An empty memory in front of the central database.
    pub fn new(central: CentralDb) -> Self {
        let staff = Cache::builder().max_capacity(20_000).time_to_live(REMEMBERED).build();
        let operators = Cache::builder().max_capacity(1_000).time_to_live(REMEMBERED).build();
        Self { central, staff, operators }
    }

    /// The active account, when there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn staff(&self, user: UserId) -> Result<Option<Account>, std::sync::Arc<sqlx::Error>> {
        self.staff.try_get_with(user, find(&self.central, user)).await
    }

    /// The active operator, when there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn operator(&self, operator: OperatorId) -> Result<Option<OperatorAccount>, std::sync::Arc<sqlx::Error>> {
        self.operators.try_get_with(operator, find_operator(&self.central, operator)).await
    }

    /// Forgets an account whose role or state has changed.
    pub async fn forget(&self, id: Uuid) {
        self.staff.invalidate(&UserId::from(id)).await;
        self.operators.invalidate(&OperatorId::from(id)).await;
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Accounts")
    }
}

async fn find(db: &CentralDb, user: UserId) -> Result<Option<Account>, sqlx::Error> {
    sqlx::query_as!(
        Account,
        r#"select u.id as "user: UserId", u.person_id as "person: PersonId", u.company_id as "tenant: TenantId",
                  u.name, u.email, u.role, p.locale, u.staff_version <> u.version as "is_behind!",
                  p.totp is not null as "second_factor!", p.totp_asked_at as asked_at,
                  p.photo_sha256 as photo
           from users u
           join people p on p.id = u.person_id
           where u.id = $1 and u.active"#,
        user.as_uuid()
    )
    .fetch_optional(db.pool())
    .await
}

async fn find_operator(db: &CentralDb, operator: OperatorId) -> Result<Option<OperatorAccount>, sqlx::Error> {
    sqlx::query_as!(
        OperatorAccount,
        r#"select o.id as "operator: OperatorId", o.person_id as "person: PersonId", p.name, p.email, p.locale,
                  p.totp is not null as "second_factor!"
           from operators o
           join people p on p.id = o.person_id
           where o.id = $1 and o.active"#,
        operator.as_uuid()
    )
    .fetch_optional(db.pool())
    .await
}

/// A person's account with the agency it belongs to, for the choice after sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The account.
    pub user: UserId,
    /// The agency.
    pub tenant: TenantId,
    /// The agency's name.
    pub company: String,
    /// The role there.
    pub role: String,
}

/// The active accounts of a person in agencies that are there, if only to be told that they are closed, by the agency's name. One
/// whose subscription has ended is its owners' alone, who can take that back.
///
/// # Errors
/// The database's.
pub async fn memberships(db: &CentralDb, person: PersonId) -> Result<Vec<Membership>, sqlx::Error> {
    sqlx::query_as!(
        Membership,
        r#"select u.id as "user: UserId", u.company_id as "tenant: TenantId", c.name as company, u.role
           from users u
           join companies c on c.id = u.company_id
           where u.person_id = $1 and u.active and c.status = any($2) and (c.status <> 'cancelled' or u.role = 'owner')
           order by c.name"#,
        person.as_uuid(),
        &ANSWERING as _
    )
    .fetch_all(db.pool())
    .await
}
