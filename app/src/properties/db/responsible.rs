//! Who looks after a property: whom it can be given to, and by whom.

use tenancy::TenantTx;

use crate::access::Can;
use crate::caller::Staff;
use crate::error::AppError;
use crate::values::fields::Problem;
use crate::values::id::StaffId;

/// Whom a form offers, by name: who works here, and whose it is already. Nobody to whoever may not give properties away.
pub(super) async fn team(staff: &Staff, now: Option<StaffId>) -> Result<Vec<(String, String)>, sqlx::Error> {
    if !staff.role.may(Can::GiveProperties) {
        return Ok(Vec::new());
    }
    let all = sqlx::query!(
        r#"select id as "id: StaffId",
                  case when count(*) over (partition by name) > 1 then name || ' · ' || email else name end as "name!"
           from staff
           where active or id = $1
           order by plain(name), email"#,
        now.map(|member| member.0)
    )
    .fetch_all(&staff.db)
    .await?;
    Ok(all.into_iter().map(|member| (member.id.to_string(), member.name)).collect())
}

/// Holds whom a property is to be given to, until the transaction ends, and says whether they work here. Before the property is
/// held, as whoever hands a member's records over does it: so nobody leaves meanwhile and keeps what they are being given.
pub(super) async fn hold(tx: &mut TenantTx, to: Option<StaffId>) -> Result<bool, sqlx::Error> {
    let Some(to) = to else { return Ok(false) };
    let active =
        sqlx::query_scalar!("select active from staff where id = $1 for share", to.0).fetch_optional(tx).await?;
    Ok(active == Some(true))
}

/// To whom a property goes that is somebody's now; nobody: it stays whose it is.
///
/// # Errors
/// [`AppError::Forbidden`] when they may not give it away, [`AppError::Invalid`] when whoever is to have it does not work here.
pub(super) fn check(
    staff: &Staff,
    (now, to): (Option<StaffId>, Option<StaffId>),
    is_there: bool,
) -> Result<Option<StaffId>, AppError> {
    match to.filter(|_| to != now) {
        Some(_) if !staff.role.may(Can::GiveProperties) => Err(AppError::Forbidden),
        Some(_) if !is_there => Err(AppError::invalid("responsible_id", Problem::NotAChoice)),
        given => Ok(given),
    }
}
