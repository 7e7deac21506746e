//! Who has asked for an agency. An address is held for a day; nothing is made before the mail to it was answered.

use std::net::IpAddr;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::audit::{self, Event};
use super::mails::{self, Letter, Mail};
use super::operations::{self, NewTenant, ReserveError};
use super::plans::{self, Plan};
use super::slugs::{self, Taker};
use super::{CentralTx, people};
use crate::{CentralDb, Key, OperationId, PersonId, SignUpId, TenantId, line_of};

/// How long a name in addresses is held for whoever has not answered the mail.
const HELD: Duration = Duration::hours(24);
/// What a link is derived for.
const LINK: &str = "sign-up";
/// How far back the throttle looks.
const WINDOW: Duration = Duration::hours(1);
/// Mails within the window, to one e-mail address and from one line.
const MOST: i64 = 5;

/// What somebody asks for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// The agency's name for people, 2 to 160 characters.
    pub company_name: &'a str,
    /// Its name in addresses.
    pub slug: &'a str,
    /// Where the question goes whether it is wanted; lower case.
    pub email: &'a str,
    /// `prime`, `k`, `k2`.
    pub plan: &'a str,
    /// `monthly` or `yearly`.
    pub billing_period: &'a str,
    /// Which text of the terms was accepted.
    pub terms_version: &'a str,
    /// Who asks.
    pub ip: IpAddr,
    /// Now.
    pub at: OffsetDateTime,
}

/// Why nobody is asked to answer.
#[derive(Debug, thiserror::Error)]
pub enum RefusedSignUp {
    /// An agency has this slug, or somebody else holds it.
    #[error("the slug is taken")]
    SlugTaken,
    /// There is no such plan.
    #[error("there is no such plan")]
    UnknownPlan,
    /// Too many mails; come back after so long.
    #[error("too many")]
    Wait(Duration),
    /// The central database's.
    #[error("the central database refused")]
    Database(#[from] sqlx::Error),
}

/// Writes down what somebody asks for and, in the same transaction, the mail that asks whether it is wanted. The same once
/// more has the same link; anything else has another, and the one before is good no more. Gives the mail's identifier.
///
/// # Errors
/// [`RefusedSignUp`].
pub async fn request(
    db: &CentralDb,
    key: &Key,
    wanted: &Wanted<'_>,
    letter: impl Fn(SignUpId) -> Letter + Send + Sync,
) -> Result<Uuid, RefusedSignUp> {
    db.transact(async |tx| {
        throttle(tx, wanted).await?;
        sqlx::query!(
            "delete from sign_ups where slug = $1 and confirmed_at is null and expires_at <= $2",
            wanted.slug,
            wanted.at
        )
        .execute(&mut **tx)
        .await?;
        let owners = [wanted.email.to_owned()];
        let taker = Taker { tenant: None, owners: &owners, at: wanted.at };
        if !slugs::is_free_for(tx, key, wanted.slug, taker).await? {
            return Err(RefusedSignUp::SlugTaken);
        }
        let sold = plans::find_in(&mut **tx, wanted.plan).await.map_err(|error| match error {
            sqlx::Error::RowNotFound => RefusedSignUp::UnknownPlan,
            error => error.into(),
        })?;
        let id = upsert(tx, (wanted, sold.version)).await?.ok_or(RefusedSignUp::SlugTaken)?;
        let mail = Mail { tenant: None, kind: "sign_up.request".into(), to: wanted.email.into(), letter: letter(id) };
        let mail = mails::queue(tx, key, &mail).await?;
        Ok(mail)
    })
    .await
}

/// Counts what goes to one address and what comes from one line; two at once count one after the other.
async fn throttle(tx: &mut CentralTx, wanted: &Wanted<'_>) -> Result<(), RefusedSignUp> {
    let (since, line) = (wanted.at - WINDOW, line_of(wanted.ip).to_string());
    sqlx::query!("select pg_advisory_xact_lock(hashtextextended('sign_up', 0))").execute(&mut **tx).await?;
    let row = sqlx::query!(
        r#"select count(*) filter (where s.ip_address = $1::text::inet) as "from_line!",
                  count(*) filter (where s.email = $2) as "to_address!",
                  min(mail.at) as first
           from sign_ups s
           cross join unnest(s.sent_ats) as mail (at)
           where (s.ip_address = $1::text::inet or s.email = $2) and s.sent_at > $3 and mail.at > $3"#,
        line,
        wanted.email,
        since
    )
    .fetch_one(&mut **tx)
    .await?;
    if row.from_line >= MOST || row.to_address >= MOST {
        return Err(RefusedSignUp::Wait(row.first.unwrap_or(wanted.at) + WINDOW - wanted.at));
    }
    Ok(())
}

/// None: somebody else holds the slug.
async fn upsert(tx: &mut CentralTx, (wanted, version): (&Wanted<'_>, Uuid)) -> Result<Option<SignUpId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"insert into sign_ups
               (id, company_name, slug, email, plan, billing_period, terms_version, ip_address, created_at, sent_at, sent_ats,
                expires_at, version_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8::text::inet, $9, $9, array[$9::timestamptz], $10, $12)
           on conflict (slug) where confirmed_at is null do update
           set id = case when (sign_ups.company_name, sign_ups.version_id, sign_ups.billing_period, sign_ups.terms_version)
                            = (excluded.company_name, excluded.version_id, excluded.billing_period, excluded.terms_version)
                         then sign_ups.id else excluded.id end,
               company_name = excluded.company_name, plan = excluded.plan, version_id = excluded.version_id,
               billing_period = excluded.billing_period,
               terms_version = excluded.terms_version, ip_address = excluded.ip_address,
               created_at = excluded.created_at, sent_at = excluded.sent_at, expires_at = excluded.expires_at,
               sent_ats = array_append(array(select at from unnest(sign_ups.sent_ats) as mail (at) where at > $11),
                                       excluded.sent_at)
           where sign_ups.email = excluded.email
           returning id as "id: SignUpId""#,
        SignUpId::generate().as_uuid(),
        wanted.company_name,
        wanted.slug,
        wanted.email,
        wanted.plan,
        wanted.billing_period,
        wanted.terms_version,
        line_of(wanted.ip).to_string(),
        wanted.at,
        wanted.at + HELD,
        wanted.at - WINDOW,
        version
    )
    .fetch_optional(&mut **tx)
    .await
}

/// What the mail carries: derived, so that nothing lies in the database that opens anything.
pub fn token(key: &Key, id: SignUpId) -> String {
    let tag = key.derive(LINK, &[id.as_uuid().as_bytes()]).map(|byte| format!("{byte:02x}"));
    format!("{}{}", id.as_uuid().simple(), tag.concat())
}

/// Which sign-up a mail's token is of.
pub fn read_token(key: &Key, token: &str) -> Option<SignUpId> {
    let (id, tag) = token.as_bytes().split_at_checked(32)?;
    let id = SignUpId::from(Uuid::try_parse_ascii(id).ok()?);
    let pairs = tag.chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    let tag: Vec<u8> = pairs.collect::<Option<_>>()?;
    key.verify(LINK, &[id.as_uuid().as_bytes()], &tag).then_some(id)
}

/// What was asked for, as the page shows it that asks whether it is wanted.
#[derive(Debug, Clone)]
pub struct SignUp {
    /// The agency's name.
    pub company_name: String,
    /// Its name in addresses.
    pub slug: String,
    /// Who was asked.
    pub email: String,
    /// The plan as it was sold then, which is what is bought.
    pub plan: Plan,
    /// `monthly` or `yearly`.
    pub billing_period: String,
    /// Who has answered already.
    pub confirmed_by: Option<PersonId>,
    /// Whether somebody has this e-mail address and a password.
    pub is_known: bool,
}

/// A sign-up that was confirmed, or still may be.
///
/// # Errors
/// The database's.
pub async fn find(db: &CentralDb, id: SignUpId, at: OffsetDateTime) -> Result<Option<SignUp>, sqlx::Error> {
    let row = sqlx::query!(
        r#"select s.company_name, s.slug, s.email, s.plan, s.version_id, s.billing_period,
                  s.person_id as "confirmed_by: PersonId", exists (select from people p where p.email = s.email) as "is_known!"
           from sign_ups s
           where s.id = $1 and (s.confirmed_at is not null or s.expires_at > $2)"#,
        id.as_uuid(),
        at
    );
    let Some(row) = row.fetch_optional(db.pool()).await? else { return Ok(None) };
    Ok(Some(SignUp {
        plan: plans::agreed_in(db.pool(), (&row.plan, row.version_id)).await?,
        company_name: row.company_name,
        slug: row.slug,
        email: row.email,
        billing_period: row.billing_period,
        confirmed_by: row.confirmed_by,
        is_known: row.is_known,
    }))
}

/// Who answers.
#[derive(Debug, Clone, Copy)]
pub enum Answerer<'a> {
    /// Somebody new, with the password that they chose.
    New {
        /// Name for people.
        name: &'a str,
        /// argon2id in PHC form.
        password_hash: &'a str,
    },
    /// Somebody who is signed in.
    Known(PersonId),
}

/// Why an answer is none.
#[derive(Debug, thiserror::Error)]
pub enum RefusedAnswer {
    /// There is no such sign-up, it has run out, or it is somebody else's.
    #[error("there is no such sign-up")]
    Gone,
    /// Whoever has this e-mail address has a password: they are to sign in first.
    #[error("the person is known")]
    Known,
    /// Somebody else got the slug meanwhile.
    #[error("the slug is taken")]
    SlugTaken,
    /// No server takes another agency; the sign-up stays, and can be answered again.
    #[error("no server takes another agency")]
    NoRoom,
    /// The central database's.
    #[error("the central database refused")]
    Database(#[from] sqlx::Error),
}

/// What an answer has begun.
#[derive(Debug, Clone, Copy)]
pub struct Begun {
    /// Who owns the agency to be.
    pub person: PersonId,
    /// When their password was set.
    pub password_set: OffsetDateTime,
    /// What makes it.
    pub operation: OperationId,
}

/// Takes the answer: person, place and what is to be done, in one transaction. A second time it begins nothing new.
///
/// # Errors
/// [`RefusedAnswer`].
pub async fn confirm(
    db: &CentralDb,
    key: &Key,
    id: SignUpId,
    answerer: Answerer<'_>,
    at: OffsetDateTime,
) -> Result<Begun, RefusedAnswer> {
    db.transact(async |tx| {
        let row = sqlx::query!(
            r#"select company_name, slug, email, plan, billing_period, terms_version, created_at,
                      (select v.number from subscription_plan_versions v where v.id = version_id) as plan_version,
                      person_id as "person: PersonId", operation_id as "operation: OperationId"
               from sign_ups
               where id = $1 and (confirmed_at is not null or expires_at > $2)
               for update"#,
            id.as_uuid(),
            at
        )
        .fetch_optional(&mut **tx)
        .await?
        .ok_or(RefusedAnswer::Gone)?;
        let (person, name, password_set) = owner(tx, &row.email, answerer).await?;
        if let (Some(confirmed), Some(operation)) = (row.person, row.operation) {
            return (confirmed == person)
                .then_some(Begun { person, password_set, operation })
                .ok_or(RefusedAnswer::Gone);
        }
        let new = NewTenant {
            name: row.company_name,
            slug: row.slug,
            email: row.email.clone(),
            admin_name: name,
            admin_email: row.email,
            // They are there already, and keep the password that they have.
            admin_password_hash: String::new(),
            plan: row.plan,
            domain: None,
            person: Some(person),
        };
        let name = format!("sign-up:{}", id.as_uuid());
        let (operation, tenant) =
            operations::insert_in(tx, key, &new, Some(&name)).await.map_err(|error| match error {
                ReserveError::SlugTaken => RefusedAnswer::SlugTaken,
                ReserveError::NoRoom => RefusedAnswer::NoRoom,
                ReserveError::Database(error) => RefusedAnswer::Database(error),
                // What was asked for kept to these rules when it was written down.
                ReserveError::UnknownPlan | ReserveError::DomainTaken | ReserveError::Invalid(_) => RefusedAnswer::Gone,
            })?;
        sqlx::query!(
            "update sign_ups set confirmed_at = $2, person_id = $3, operation_id = $4 where id = $1",
            id.as_uuid(),
            at,
            person.as_uuid(),
            operation.as_uuid()
        )
        .execute(&mut **tx)
        .await?;
        let accepted = serde_json::json!({
            "plan": [null, new.plan],
            "plan_version": [null, row.plan_version],
            "billing_period": [null, row.billing_period],
            "terms_version": [null, row.terms_version],
            "terms_accepted_at": [null, row.created_at.unix_timestamp()],
        });
        let event = Event::of_platform("company.sign_up", "company", tenant.as_uuid());
        audit::append(tx, Event { tenant: Some(tenant), at, changes: accepted, ..event }).await?;
        Ok(Begun { person, password_set, operation })
    })
    .await
}

/// Who will own the agency: made now, or the one who is signed in, when the mail was theirs.
async fn owner(
    tx: &mut CentralTx,
    email: &str,
    answerer: Answerer<'_>,
) -> Result<(PersonId, String, OffsetDateTime), RefusedAnswer> {
    let row = match answerer {
        Answerer::New { name, password_hash } => {
            let new = people::NewPerson { name, email, password_hash };
            people::insert(tx, &new).await?.ok_or(RefusedAnswer::Known)?;
            people::named(tx, email).await?
        }
        Answerer::Known(person) => people::named(tx, email).await?.filter(|named| named.person == person),
    };
    let named = row.ok_or(RefusedAnswer::Gone)?;
    Ok((named.person, named.name, named.password_set))
}

/// How far an agency is that a person has signed up for.
#[derive(Debug, Clone)]
pub struct Progress {
    /// What makes it.
    pub operation: OperationId,
    /// Which one it is.
    pub tenant: TenantId,
    /// Its name.
    pub company_name: String,
    /// Its name in addresses.
    pub slug: String,
    /// `queued`, `running`, `waiting`, `done`, `failed`.
    pub state: String,
}

/// The agency that a person has signed up for last.
///
/// # Errors
/// The database's.
pub async fn progress(db: &CentralDb, person: PersonId) -> Result<Option<Progress>, sqlx::Error> {
    sqlx::query_as!(
        Progress,
        r#"select o.id as "operation: OperationId", o.tenant_id as "tenant: TenantId", s.company_name, s.slug, o.state
           from sign_ups s
           join tenant_operations o on o.id = s.operation_id
           where s.person_id = $1
           order by s.confirmed_at desc
           limit 1"#,
        person.as_uuid()
    )
    .fetch_optional(db.pool())
    .await
}

/// Deletes what nobody has confirmed in time. What was confirmed stays: it says which terms were accepted.
///
/// # Errors
/// The database's.
pub async fn sweep(db: &CentralDb, now: OffsetDateTime) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!("delete from sign_ups where confirmed_at is null and expires_at <= $1", now)
        .execute(db.pool())
        .await?;
    Ok(done.rows_affected())
}
