//! What an agency's own database says of itself: asked by the worker, never for a page.

use tenancy::TenantDb;
use tenancy::central::stats::Measured;

/// Properties and the last thing that somebody did there.
///
/// # Errors
/// The database's.
pub async fn measure(db: &TenantDb) -> Result<Measured, sqlx::Error> {
    sqlx::query_as!(
        Measured,
        r#"select (select count(*) from properties where deleted_at is null) as "properties!",
                  (select max(at) from activity_log where user_id is not null) as last_activity_at"#
    )
    .fetch_one(db)
    .await
}
