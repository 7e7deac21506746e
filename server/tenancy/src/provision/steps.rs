//! What each step does. All of it can be done twice.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{ProvisionError, Provisioner, Step, template};
use crate::central::audit::{self, Event};
use crate::central::leases;
use crate::central::operations::{self, NewTenant, Operation};
use crate::central::people::{self, NewPerson};
use crate::central::rollouts;
use crate::central::subscriptions;
use crate::central::usage::{self, Limits};
use crate::connect::connect;
use crate::doctor::doors;
use crate::key::{random_salt, scram_verifier};
use crate::migrate::Outcome;
use crate::prepare::OPEN_TO_ALL;
use crate::routing::Placement;
use crate::{TenantId, UserId};

impl Provisioner {
    /// Takes one step and records it.
    pub(super) async fn take(&self, step: Step, op: &Operation, new: &NewTenant) -> Result<(), ProvisionError> {
        let place = operations::placement(&self.central, op.tenant).await?;
        let message = match step {
            Step::Reserve => "reserved",
            Step::Role => self.make_role(op.tenant, &place).await?,
            Step::Database => self.make_database(op.tenant, &place).await?,
            Step::LockDown => self.lock_down(&place).await?,
            Step::Identity => self.stamp(op, &place).await?,
            Step::Migrate => self.bring_up_to_date(op, &place).await?,
            Step::Seed => self.seed(op, &place, new).await?,
            Step::Subscription => self.subscribe(op, new).await?,
            Step::Verify => self.verify(op, &place).await?,
            Step::Activate => return self.activate(op, &place, new).await,
        };
        held(leases::advance(&self.central, op, step.name(), message).await?)
    }

    /// Closes an operation whose last step is recorded already.
    pub(super) async fn finish(&self, op: &Operation) -> Result<(), ProvisionError> {
        let mut tx = self.central.pool().begin().await?;
        held(leases::finish_in(&mut tx, op).await?)?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn server(&self, place: &Placement) -> Result<PgConnection, ProvisionError> {
        let maker = self.hands(place).await?.maker;
        Ok(connect(&maker.application_name("sobrado/provisioner")).await?)
    }

    pub(super) async fn make_role(&self, tenant: TenantId, place: &Placement) -> Result<&'static str, ProvisionError> {
        let mut conn = self.server(place).await?;
        let role = &place.role_name;
        let exists: bool = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)")
            .bind(role)
            .fetch_one(&mut conn)
            .await?;
        if !exists {
            run(&mut conn, format!("create role {role} login connection limit 10")).await?;
        }
        let verifier = scram_verifier(&self.servers.key().role_password(tenant, place), &random_salt());
        run(&mut conn, format!("alter role {role} login connection limit 10 password '{verifier}'")).await?;
        run(&mut conn, format!("grant tenant_app, tenant_roles to {role}")).await?;
        conn.close().await?;
        Ok("login role made")
    }

    pub(super) async fn make_database(
        &self,
        tenant: TenantId,
        place: &Placement,
    ) -> Result<&'static str, ProvisionError> {
        let template = template::ensure(&self.hands(place).await?.maker, self.history).await?;
        let mut conn = self.server(place).await?;
        let (name, mark) = (&place.db_name, format!("sobrado:{tenant}"));
        match find_database(&mut conn, name).await? {
            Some(found) if found.is_ours(&mark) => {}
            Some(_) => return Err(ProvisionError::NotOurs),
            None => {
                let create = format!(
                    "create database {name} template {template} strategy wal_log owner migrator allow_connections false"
                );
                run(&mut conn, create).await?;
            }
        }
        run(&mut conn, format!("comment on database {name} is '{mark}'")).await?;
        conn.close().await?;
        Ok("database copied from the template")
    }

    async fn lock_down(&self, place: &Placement) -> Result<&'static str, ProvisionError> {
        let mut conn = self.server(place).await?;
        let (db, role) = (&place.db_name, &place.role_name);
        // A copy inherits neither the template's rights nor its settings.
        for sql in [
            format!("revoke all on database {db} from public"),
            format!("grant connect on database {db} to {role}"),
            format!("alter database {db} set statement_timeout = '5s'"),
            format!("alter database {db} set idle_in_transaction_session_timeout = '30s'"),
            format!("alter database {db} set lock_timeout = '5s'"),
            format!("alter database {db} connection limit 20"),
            format!("alter database {db} allow_connections true"),
        ] {
            run(&mut conn, sql).await?;
        }
        conn.close().await?;
        Ok("locked down, door opened for its own role")
    }

    async fn stamp(&self, op: &Operation, place: &Placement) -> Result<&'static str, ProvisionError> {
        let mut conn = connect(&self.owner_of(place).await?).await?;
        sqlx::query(
            "insert into _tenant_identity (tenant_id, operation_id) values ($1, $2)
             on conflict on constraint _tenant_identity_pkey do nothing",
        )
        .bind(op.tenant)
        .bind(op.id)
        .execute(&mut conn)
        .await?;
        let stamp: TenantId = sqlx::query_scalar("select tenant_id from _tenant_identity").fetch_one(&mut conn).await?;
        conn.close().await?;
        if stamp == op.tenant { Ok("stamped") } else { Err(ProvisionError::WrongIdentity) }
    }

    async fn bring_up_to_date(&self, op: &Operation, place: &Placement) -> Result<&'static str, ProvisionError> {
        match self.history.apply(&self.owner_of(place).await?).await? {
            Outcome::Busy => Err(ProvisionError::Busy),
            Outcome::At(version) => {
                rollouts::record_version(&self.central, op.tenant, version).await?;
                Ok("schema up to date")
            }
        }
    }

    async fn seed(&self, op: &Operation, place: &Placement, new: &NewTenant) -> Result<&'static str, ProvisionError> {
        let mut tx = self.central.pool().begin().await?;
        let person =
            NewPerson { name: &new.admin_name, email: &new.admin_email, password_hash: &new.admin_password_hash };
        let (person_id, name, email) = match new.person {
            // They have confirmed it: whoever has their address of then is somebody else.
            Some(person) => people::called(&mut tx, person).await?,
            None => (people::ensure(&mut tx, &person).await?, new.admin_name.clone(), new.admin_email.clone()),
        };
        let person = NewPerson { name: &name, email: &email, ..person };
        let user = people::ensure_user(&mut tx, op.tenant, person_id, &person, "owner").await?;
        tx.commit().await?;

        let mut conn = connect(&self.owner_of(place).await?).await?;
        let mut tx = conn.begin().await?;
        insert_staff(&mut tx, user, &name, &email).await?;
        sqlx::query("insert into store_settings (company_name, email) values ($1, $2) on conflict do nothing")
            .bind(&new.name)
            .bind(&new.email)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        conn.close().await?;
        Ok("store settings and first owner")
    }

    async fn subscribe(&self, op: &Operation, new: &NewTenant) -> Result<&'static str, ProvisionError> {
        subscriptions::subscribe(&self.central, op.tenant, &new.plan, OffsetDateTime::now_utc()).await?;
        self.push_limits(op.tenant).await?;
        Ok("plan subscribed, limits set")
    }

    /// Tells an agency's own database what it may use. What it was told by a newer word stays; done twice, it is done once.
    ///
    /// # Errors
    /// [`ProvisionError`]; the central database knows that it was not told.
    pub async fn push_limits(&self, tenant: TenantId) -> Result<(), ProvisionError> {
        let place = operations::placement(&self.central, tenant).await?;
        let limits = usage::limits(&self.central, tenant).await?;
        let mut conn = connect(&self.owner_of(&place).await?).await?;
        write_limits(&mut conn, limits).await?;
        conn.close().await?;
        usage::told(&self.central, tenant, limits.version).await?;
        Ok(())
    }

    /// Signs in as the agency does, and tries where it must not get in.
    async fn verify(&self, op: &Operation, place: &Placement) -> Result<&'static str, ProvisionError> {
        let tenants = self.hands(place).await?.tenants;
        let login = tenants
            .username(&place.role_name)
            .password(&self.servers.key().role_password(op.tenant, place))
            .application_name("sobrado/verify");
        let mut conn = connect(&login.clone().database(&place.db_name)).await?;
        let stamp: TenantId = sqlx::query_scalar("select tenant_id from _tenant_identity").fetch_one(&mut conn).await?;
        if stamp != op.tenant {
            return Err(ProvisionError::WrongIdentity);
        }
        let mut tx = conn.begin().await?;
        sqlx::query("insert into activity_log (id, action, entity_type) values ($1, 'tenant.verify', 'tenant')")
            .bind(Uuid::now_v7())
            .execute(&mut *tx)
            .await?;
        tx.rollback().await?;
        conn.close().await?;
        let mut entered = Vec::new();
        for elsewhere in self.doors(place).await? {
            match connect(&login.clone().database(&elsewhere)).await {
                Ok(_) => entered.push(elsewhere),
                Err(error) if doors::is_shut(&error) => {}
                // A server that is full or going down has said nothing about its doors.
                Err(error) => return Err(error.into()),
            }
        }
        if !entered.is_empty() {
            return Err(ProvisionError::NotIsolated { role: place.role_name.clone(), databases: entered });
        }
        Ok("signed in as the agency; other databases refused it")
    }

    /// Databases that the agency's role is to try: those that everybody finds open on a new server, the central one, and
    /// whatever else the rights let it into. `pg_hba.conf` may still refuse it there.
    async fn doors(&self, place: &Placement) -> Result<Vec<String>, ProvisionError> {
        let central = self.central.pool().connect_options();
        let central = central.get_database().unwrap_or(central.get_username()).to_owned();
        let always: Vec<String> = OPEN_TO_ALL.map(str::to_owned).into_iter().chain([central]).collect();
        let mut conn = self.server(place).await?;
        let doors = sqlx::query_scalar(
            "select datname::text from pg_database
             where datallowconn and datname <> $2
               and (datname = any($3) or has_database_privilege($1::text, oid, 'connect'))
             order by datname",
        );
        let doors = doors.bind(&place.role_name).bind(&place.db_name).bind(always).fetch_all(&mut conn).await?;
        conn.close().await?;
        Ok(doors)
    }

    async fn activate(&self, op: &Operation, place: &Placement, new: &NewTenant) -> Result<(), ProvisionError> {
        // It may have waited while the program was exchanged, and `migrate` leaves alone what is being made.
        self.bring_up_to_date(op, place).await?;
        let mut tx = self.central.pool().begin().await?;
        sqlx::query!(
            "update companies set status = 'active' where id = $1 and status = 'provisioning'",
            op.tenant.as_uuid()
        )
        .execute(&mut *tx)
        .await?;
        if let Some(domain) = &new.domain {
            sqlx::query!(
                "insert into domains (id, tenant_id, host, kind, is_primary, state, verify_token, verified_at, is_vouched)
                 select $1, $2, $3, 'custom', false, 'verified', $4, now(), true
                 where not exists (select from domains where tenant_id = $2 and host = $3)",
                Uuid::now_v7(),
                op.tenant.as_uuid(),
                domain,
                Uuid::new_v4().simple().to_string()
            )
            .execute(&mut *tx)
            .await?;
        }
        let event = Event {
            // The operation's own identifier: however often this step runs, there is one line.
            id: op.id.as_uuid(),
            tenant: Some(op.tenant),
            changes: serde_json::json!({"slug": new.slug, "plan": new.plan, "domain": new.domain}),
            ..Event::of_platform("tenant.create", "company", op.tenant.as_uuid())
        };
        audit::append(&mut tx, event).await?;
        held(leases::advance_in(&mut tx, op, Step::Activate.name(), "open").await?)?;
        held(leases::finish_in(&mut tx, op).await?)?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives a person an account in an agency: in the central database and as a member of staff in the agency's own.
    ///
    /// # Errors
    /// [`ProvisionError`]; done twice, it is done once.
    pub async fn add_user(&self, tenant: TenantId, new: &NewPerson<'_>, role: &str) -> Result<UserId, ProvisionError> {
        let place = operations::placement(&self.central, tenant).await?;
        let mut tx = self.central.pool().begin().await?;
        let person = people::ensure(&mut tx, new).await?;
        let is_known = sqlx::query_scalar!(
            r#"select exists (select from users where company_id = $1 and person_id = $2) as "known!""#,
            tenant.as_uuid(),
            person.as_uuid()
        )
        .fetch_one(&mut *tx)
        .await?;
        let user = people::ensure_user(&mut tx, tenant, person, new, role).await?;
        if !is_known {
            let event = Event {
                tenant: Some(tenant),
                changes: serde_json::json!({"name": new.name, "email": new.email, "role": role}),
                ..Event::of_platform("user.create", "user", user.as_uuid())
            };
            audit::append(&mut tx, event).await?;
        }
        tx.commit().await?;
        let mut conn = connect(&self.owner_of(&place).await?).await?;
        let mut tx = conn.begin().await?;
        insert_staff(&mut tx, user, new.name, new.email).await?;
        tx.commit().await?;
        conn.close().await?;
        Ok(user)
    }
}

/// What is written down only while the operation is still ours.
pub(super) fn held(is_ours: bool) -> Result<(), ProvisionError> {
    if is_ours { Ok(()) } else { Err(ProvisionError::Held) }
}

async fn write_limits(conn: &mut PgConnection, limits: Limits) -> Result<(), sqlx::Error> {
    let mut tx = conn.begin().await?;
    for (resource, max) in [("properties", limits.properties), ("users", Some(limits.users))] {
        sqlx::query(
            "insert into plan_limits (resource, max_value, plan_version) values ($1, $2, $3)
             on conflict on constraint plan_limits_pkey
             do update set max_value = excluded.max_value, plan_version = excluded.plan_version
             where plan_limits.plan_version <= excluded.plan_version",
        )
        .bind(resource)
        .bind(max)
        .bind(limits.version)
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await
}

async fn insert_staff(conn: &mut PgConnection, user: UserId, name: &str, email: &str) -> Result<(), sqlx::Error> {
    sqlx::query(
        "insert into staff (id, name, email) values ($1, $2, $3) on conflict on constraint staff_pkey do nothing",
    )
    .bind(user)
    .bind(name)
    .bind(email)
    .execute(conn)
    .await?;
    Ok(())
}

pub(super) struct Found {
    comment: Option<String>,
    open: bool,
    owner: String,
}

impl Found {
    /// Marked as this agency's; or unmarked, closed and our own role's, which is how a crash leaves it.
    pub(super) fn is_ours(&self, mark: &str) -> bool {
        match &self.comment {
            Some(comment) => comment == mark,
            None => self.owner == "migrator" && !self.open,
        }
    }
}

pub(super) async fn find_database(conn: &mut PgConnection, name: &str) -> Result<Option<Found>, sqlx::Error> {
    let row = sqlx::query(
        "select shobj_description(oid, 'pg_database') as comment, datallowconn as open, pg_get_userbyid(datdba)::text as owner
         from pg_database where datname = $1",
    )
    .bind(name)
    .fetch_optional(conn)
    .await?;
    row.map(|r| Ok(Found { comment: r.try_get("comment")?, open: r.try_get("open")?, owner: r.try_get("owner")? }))
        .transpose()
}

pub(super) async fn run(conn: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    conn.execute(AssertSqlSafe(sql)).await.map(drop)
}
