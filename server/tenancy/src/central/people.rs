//! People and their one password.

use time::OffsetDateTime;
use uuid::Uuid;

use super::open_sessions::{self, Whose};
use super::sessions::Stored;
use super::{CentralTx, person_links, sign_ins};
use crate::{CentralDb, Key, OperatorId, PersonId, TenantId, UserId};

/// What a sign-in needs to know of a person.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The human being.
    pub person: PersonId,
    /// argon2id in PHC form.
    pub password_hash: String,
    /// The account with the platform, when there is one.
    pub operator: Option<OperatorId>,
    /// When the password was set: a session is good for as long as its person's has not been set anew.
    pub password_set: OffsetDateTime,
    /// Since when the person has a second factor; none: the password is enough.
    pub factor_set: Option<OffsetDateTime>,
}

/// The credentials under this e-mail address (lower case).
///
/// # Errors
/// The database's.
pub async fn find_credentials(db: &CentralDb, email: &str) -> Result<Option<Credentials>, sqlx::Error> {
    sqlx::query_as!(
        Credentials,
        r#"select p.id as "person: PersonId", p.password_hash, o.id as "operator?: OperatorId",
                  p.password_changed_at as password_set, p.totp_set_at as factor_set
           from people p
           left join operators o on o.person_id = p.id and o.active
           where p.email = $1"#,
        email
    )
    .fetch_optional(db.pool())
    .await
}

/// Stores a new hash of the same password, made with today's parameters.
///
/// # Errors
/// The database's.
pub async fn rehash(db: &CentralDb, person: PersonId, old: &str, new: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update people set password_hash = $3 where id = $1 and password_hash = $2",
        person.as_uuid(),
        old,
        new
    )
    .execute(db.pool())
    .await?;
    Ok(())
}

/// Gives a person a new password, ends all their sessions and links, and forgets how often somebody tried the old one: who was
/// locked out by strangers gets in again. Says whether there is such a person.
///
/// # Errors
/// The database's.
pub async fn set_password(db: &CentralDb, key: &Key, email: &str, hash: &str) -> Result<bool, sqlx::Error> {
    db.transact(async |tx| {
        let person =
            sqlx::query_scalar!(r#"select id as "id: PersonId" from people where email = $1 for update"#, email)
                .fetch_optional(&mut **tx)
                .await?;
        let Some(person) = person else { return Ok(false) };
        write_password(tx, key, (person, hash), OffsetDateTime::now_utc()).await?;
        let event = super::audit::Event::of_platform("person.reset", "person", person.as_uuid());
        super::audit::append(tx, event).await?;
        Ok(true)
    })
    .await
}

/// Another password, with all that ends with the old one: sessions, failures, and links that were asked for while it was good. The
/// way back to an earlier address stays: whoever has got hold of an account could close it with a password of theirs. Gives when it
/// was set, and the sessions that have ended.
pub(super) async fn write_password(
    tx: &mut CentralTx,
    key: &Key,
    (person, hash): (PersonId, &str),
    at: OffsetDateTime,
) -> Result<(OffsetDateTime, Vec<Stored>), sqlx::Error> {
    let row = sqlx::query!(
        "update people set password_hash = $2, password_changed_at = now() where id = $1
         returning email, password_changed_at",
        person.as_uuid(),
        hash
    )
    .fetch_one(&mut **tx)
    .await?;
    let ended = open_sessions::end_of(tx, Whose::Persons { person, but: None }).await?;
    person_links::void(tx, Some(person), &["password", "email"], at).await?;
    sign_ins::forgive(tx, key, &row.email).await?;
    Ok((row.password_changed_at, ended))
}

/// Remembers the language that a person chose.
///
/// # Errors
/// The database's.
pub async fn set_locale(db: &CentralDb, person: PersonId, locale: &str) -> Result<(), sqlx::Error> {
    sqlx::query!("update people set locale = $2 where id = $1", person.as_uuid(), locale).execute(db.pool()).await?;
    Ok(())
}

/// A person to be entered, or found when the e-mail address is known already.
#[derive(Debug, Clone)]
pub struct NewPerson<'a> {
    /// Name for people.
    pub name: &'a str,
    /// E-mail address, lower case.
    pub email: &'a str,
    /// argon2id in PHC form; not used when the person is known.
    pub password_hash: &'a str,
}

/// The person under this e-mail address, made when there is none. A known person keeps their password.
pub(crate) async fn ensure(tx: &mut CentralTx, new: &NewPerson<'_>) -> Result<PersonId, sqlx::Error> {
    insert(tx, new).await?;
    sqlx::query_scalar!(r#"select id as "id: PersonId" from people where email = $1"#, new.email)
        .fetch_one(&mut **tx)
        .await
}

/// A new person; none when the e-mail address is known.
pub(super) async fn insert(tx: &mut CentralTx, new: &NewPerson<'_>) -> Result<Option<PersonId>, sqlx::Error> {
    let done = sqlx::query_scalar!(
        "insert into people (id, email, name, password_hash) values ($1, $2, $3, $4)
         on conflict on constraint people_email_key do nothing
         returning id",
        Uuid::now_v7(),
        new.email,
        new.name,
        new.password_hash
    )
    .fetch_optional(&mut **tx)
    .await?;
    Ok(done.map(PersonId::from))
}

/// A person as a session and an agency name them.
pub(super) struct Named {
    pub(super) person: PersonId,
    pub(super) name: String,
    pub(super) password_set: OffsetDateTime,
}

/// Who has this e-mail address.
pub(super) async fn named(tx: &mut CentralTx, email: &str) -> Result<Option<Named>, sqlx::Error> {
    sqlx::query_as!(
        Named,
        r#"select id as "person: PersonId", name, password_changed_at as password_set from people where email = $1"#,
        email
    )
    .fetch_optional(&mut **tx)
    .await
}

/// A person, with their name and their e-mail address.
pub(crate) async fn called(tx: &mut CentralTx, person: PersonId) -> Result<(PersonId, String, String), sqlx::Error> {
    let row =
        sqlx::query!("select name, email from people where id = $1", person.as_uuid()).fetch_one(&mut **tx).await?;
    Ok((person, row.name, row.email))
}

/// The person's account in an agency, made when there is none.
pub(crate) async fn ensure_user(
    tx: &mut CentralTx,
    tenant: TenantId,
    person: PersonId,
    new: &NewPerson<'_>,
    role: &str,
) -> Result<UserId, sqlx::Error> {
    sqlx::query!(
        // Their agency's own database has yet to hear what is known of them from elsewhere.
        "insert into users (id, company_id, person_id, email, name, role, staff_version)
         select $1, $2, p.id, $4, $5, $6, case when coalesce(p.phone, p.creci) is null and p.photo_sha256 is null then 1 else 0 end
         from people p
         where p.id = $3
         on conflict on constraint users_person_key do nothing",
        Uuid::now_v7(),
        tenant.as_uuid(),
        person.as_uuid(),
        new.email,
        new.name,
        role
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query_scalar!(
        r#"select id as "id: UserId" from users where company_id = $1 and person_id = $2"#,
        tenant.as_uuid(),
        person.as_uuid()
    )
    .fetch_one(&mut **tx)
    .await
}

/// What a person says of themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Name for people.
    pub name: String,
    /// E-mail address.
    pub email: String,
    /// Telephone.
    pub phone: Option<String>,
    /// Registration with the council of brokers.
    pub creci: Option<String>,
    /// argon2id in PHC form.
    pub password_hash: String,
}

/// What a person says of themselves.
///
/// # Errors
/// `RowNotFound`.
pub async fn profile(db: &CentralDb, person: PersonId) -> Result<Profile, sqlx::Error> {
    sqlx::query_as!(
        Profile,
        "select name, email, phone, creci, password_hash from people where id = $1",
        person.as_uuid()
    )
    .fetch_one(db.pool())
    .await
}

/// Saves name, telephone and registration, for every agency of the person, with its audit line in the one that they are in.
///
/// # Errors
/// The database's.
pub async fn update_profile(
    db: &CentralDb,
    by: &super::team::By,
    person: PersonId,
    (name, phone, creci): (&str, Option<&str>, Option<&str>),
) -> Result<(), sqlx::Error> {
    db.transact(async |tx| {
        let before = sqlx::query!("select name, phone, creci from people where id = $1 for update", person.as_uuid())
            .fetch_one(&mut **tx)
            .await?;
        write_name(tx, person, name).await?;
        sqlx::query!("update people set phone = $2, creci = $3 where id = $1", person.as_uuid(), phone, creci)
            .execute(&mut **tx)
            .await?;
        let changes = serde_json::json!({
            "name": [before.name, name], "phone": [before.phone, phone], "creci": [before.creci, creci]});
        super::audit::append(tx, by.event("member.update", ("member", by.user.as_uuid()), changes)).await?;
        Ok(())
    })
    .await
}

/// Writes a person's name, for every agency of theirs. Gives the one that they had.
pub(super) async fn write_name(tx: &mut CentralTx, person: PersonId, name: &str) -> Result<String, sqlx::Error> {
    let before = sqlx::query_scalar!("select name from people where id = $1 for update", person.as_uuid())
        .fetch_one(&mut **tx)
        .await?;
    sqlx::query!("update people set name = $2 where id = $1", person.as_uuid(), name).execute(&mut **tx).await?;
    sqlx::query!("update users set name = $2 where person_id = $1 and name <> $2", person.as_uuid(), name)
        .execute(&mut **tx)
        .await?;
    Ok(before)
}

/// Puts another photograph in the place of a person's, for every agency of theirs, or none. Audited in the one that they are in.
///
/// # Errors
/// The database's.
pub async fn set_photo(
    db: &CentralDb,
    by: &super::team::By,
    person: PersonId,
    sha256: Option<&[u8]>,
) -> Result<(), sqlx::Error> {
    db.transact(async |tx| {
        let before = sqlx::query_scalar!(
            r#"select photo_sha256 is not null as "had!" from people where id = $1 for update"#,
            person.as_uuid()
        )
        .fetch_one(&mut **tx)
        .await?;
        sqlx::query!("update people set photo_sha256 = $2 where id = $1", person.as_uuid(), sha256)
            .execute(&mut **tx)
            .await?;
        let changes = serde_json::json!({"photo": [before, sha256.is_some()]});
        super::audit::append(tx, by.event("member.photo", ("member", by.user.as_uuid()), changes)).await?;
        Ok(())
    })
    .await
}

/// The other agencies whose folders may have the file of an account's photograph.
///
/// # Errors
/// The database's.
pub async fn elsewhere(db: &CentralDb, user: UserId) -> Result<Vec<TenantId>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select o.company_id as "tenant: TenantId"
           from users u
           join users o on o.person_id = u.person_id and o.id <> u.id
           where u.id = $1
           order by o.active desc, o.id"#,
        user.as_uuid()
    )
    .fetch_all(db.pool())
    .await
}
