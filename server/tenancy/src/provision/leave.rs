//! How an agency goes: shut out at once, dropped after a time of grace, forgotten last. Each step can be taken twice.
//!
//! | step | does | safe to repeat because |
//! |---|---|---|
//! | asked | status, sessions and operation in one transaction | the status says it |
//! | fence | no login for the role, whoever is inside is sent away, the outbox is carried | sets, and carries each line once |
//! | drop | a last look at who has paid, what still lies in the outbox, then the database, with whoever still holds on to it | gone is gone |
//! | role | its role | the same |
//! | (the last) | address, people, domains, place in one transaction | the last one |

use sqlx::{Connection as _, PgConnection};
use time::OffsetDateTime;

use super::steps::{find_database, held, run};
use super::{ProvisionError, Provisioner};
use crate::central::companies::By;
use crate::central::departures::{self, Going};
use crate::central::leases;
use crate::central::operations::{self, Operation};
use crate::central::overdue::{self, LastLook};
use crate::connect::connect;
use crate::routing::Placement;
use crate::{OperationId, TenantId, relay};

/// What an agency's last operation is called.
pub(super) const KIND: &str = "delete";

impl Provisioner {
    /// Closes an agency for good: at once for everybody, and after so many days its database is dropped. None when it is in no
    /// state to go.
    ///
    /// # Errors
    /// The central database's.
    pub async fn ask_to_go(
        &self,
        tenant: TenantId,
        (grace_days, release_slug): (i32, bool),
        by: By,
    ) -> Result<Option<OperationId>, ProvisionError> {
        Ok(departures::ask(&self.central, tenant, (grace_days, release_slug), (None, by)).await?)
    }

    /// Keeps an agency that was to go, as long as its database stands, and brings that up to date. Says whether it does.
    ///
    /// # Errors
    /// [`ProvisionError`], and then it goes on its way; [`ProvisionError::Held`] while somebody is dropping it.
    pub async fn call_off(&self, tenant: TenantId, by: By) -> Result<bool, ProvisionError> {
        let Some(id) = departures::find(&self.central, tenant).await? else { return Ok(false) };
        let claimed = leases::claim(&self.central, &crate::central::worker_name(), Some(id)).await?;
        let Some((op, hold)) = claimed else { return Err(ProvisionError::Held) };
        let called_off = self.open_again(&op, by).await;
        if !matches!(called_off, Ok(true)) {
            let going = going(&op)?;
            departures::put_off(&self.central, &op, going.drop_after).await?;
        }
        hold.lay_down().await?;
        called_off
    }

    async fn open_again(&self, op: &Operation, by: By) -> Result<bool, ProvisionError> {
        if !matches!(op.step.as_str(), "asked" | "fence") {
            return Ok(false);
        }
        let place = operations::placement(&self.central, op.tenant).await?;
        // The others may have been given another schema meanwhile, and it was passed by.
        self.migrate_patiently(op.tenant).await?;
        let mut conn = self.server(&place).await?;
        run(&mut conn, format!("alter role {} login", place.role_name)).await?;
        conn.close().await?;
        let mut tx = self.central.pool().begin().await?;
        departures::call_off_in(&mut tx, op, (by, OffsetDateTime::now_utc())).await?;
        held(leases::finish_in(&mut tx, op).await?)?;
        tx.commit().await?;
        Ok(true)
    }

    /// Takes the steps that are due; what is left waits for the end of the time of grace.
    pub(super) async fn leave(&self, op: &mut Operation) -> Result<(), ProvisionError> {
        let going = going(op)?;
        if let Some(by) = &going.called_off
            && self.open_again(op, by.clone()).await?
        {
            return Ok(());
        }
        let place = operations::placement(&self.central, op.tenant).await?;
        if op.step == "asked" {
            self.fence(&place).await?;
            // What was done in its last minute is in the log before anybody asks who did it.
            self.empty_outbox(op.tenant, &place).await?;
            self.left(op, "fence", "shut out, and whoever was inside sent away").await?;
        }
        if op.step == "fence" {
            if departures::put_off(&self.central, op, going.drop_after).await? {
                return Ok(());
            }
            if going.is_overdue && self.stays(op).await? {
                return Ok(());
            }
            self.empty_outbox(op.tenant, &place).await?;
            self.drop_database(op.tenant, &place).await?;
            self.left(op, "drop", "database dropped").await?;
        }
        if op.step == "drop" {
            self.drop_role(&place).await?;
            self.left(op, "role", "role dropped").await?;
        }
        let mut tx = self.central.pool().begin().await?;
        departures::forget_in(&mut tx, self.servers.key(), (op, &going)).await?;
        held(leases::advance_in(&mut tx, op, "forget", "forgotten").await?)?;
        held(leases::finish_in(&mut tx, op).await?)?;
        tx.commit().await?;
        Ok(())
    }

    /// Whoever has paid stays, whether or not somebody has looked since; nobody who pays from here on is taken for one who does.
    async fn stays(&self, op: &Operation) -> Result<bool, ProvisionError> {
        match overdue::look_last(&self.central, op).await? {
            LastLook::TakenUp => self.open_again(op, By::default()).await,
            LastLook::Goes => Ok(false),
            LastLook::Lost => held(false).map(|()| true),
        }
    }

    async fn left(&self, op: &mut Operation, step: &str, message: &str) -> Result<(), ProvisionError> {
        held(leases::advance(&self.central, op, step, message).await?)?;
        step.clone_into(&mut op.step);
        Ok(())
    }

    async fn fence(&self, place: &Placement) -> Result<(), ProvisionError> {
        let mut conn = self.server(place).await?;
        run(&mut conn, format!("alter role {} nologin", place.role_name)).await?;
        // In this order: nobody comes in behind those who are sent away. Each is waited for: what they commit until then is carried.
        sqlx::query("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = $1")
            .bind(&place.role_name)
            .execute(&mut conn)
            .await?;
        let inside = "select exists (select from pg_stat_activity where usename = $1)";
        let is_inside = sqlx::query_scalar(inside).bind(&place.role_name).fetch_one(&mut conn).await?;
        conn.close().await?;
        if is_inside { Err(ProvisionError::Inside) } else { Ok(()) }
    }

    /// Carries what still lies in the agency's outbox, where its database stands. Nobody of the agency's writes there any more.
    async fn empty_outbox(&self, tenant: TenantId, place: &Placement) -> Result<(), ProvisionError> {
        let mut conn = self.server(place).await?;
        let found = find_database(&mut conn, &place.db_name).await?;
        conn.close().await?;
        if !found.is_some_and(|found| found.is_ours(&mark(tenant))) {
            return Ok(());
        }
        let mut owner = connect(&self.owner_of(place).await?).await?;
        relay::empty(&self.central, self.servers.key(), (tenant, place.epoch), &mut owner).await?;
        owner.close().await?;
        Ok(())
    }

    pub(super) async fn drop_database(&self, tenant: TenantId, place: &Placement) -> Result<(), ProvisionError> {
        let mut conn = self.server(place).await?;
        let dropped = drop_ours(&mut conn, tenant, place).await;
        conn.close().await?;
        dropped
    }

    pub(super) async fn drop_role(&self, place: &Placement) -> Result<(), ProvisionError> {
        let mut conn = self.server(place).await?;
        run(&mut conn, format!("drop role if exists {}", place.role_name)).await?;
        conn.close().await?;
        Ok(())
    }
}

/// With whoever still holds on to it; somebody else's database is left alone.
async fn drop_ours(conn: &mut PgConnection, tenant: TenantId, place: &Placement) -> Result<(), ProvisionError> {
    match find_database(conn, &place.db_name).await? {
        None => Ok(()),
        Some(found) if found.is_ours(&mark(tenant)) => {
            Ok(run(conn, format!("drop database {} with (force)", place.db_name)).await?)
        }
        Some(_) => Err(ProvisionError::NotOurs),
    }
}

/// What its database's comment says.
fn mark(tenant: TenantId) -> String {
    format!("sobrado:{tenant}")
}

fn going(op: &Operation) -> Result<Going, ProvisionError> {
    serde_json::from_value(op.data.clone()).map_err(|_| ProvisionError::Record)
}

/// When an agency's database is dropped, for who is told.
pub fn drop_after(data: &serde_json::Value) -> Option<OffsetDateTime> {
    serde_json::from_value::<Going>(data.clone()).ok().map(|going| going.drop_after)
}
