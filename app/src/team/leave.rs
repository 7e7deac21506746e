//! A member leaves by themselves: who is given their records, and that somebody who owns the agency stays.

use tenancy::UserId;
use tenancy::central::team::{self, Member, TeamError};
use time::OffsetDateTime;
use uuid::Uuid;

use super::rules::may_inherit;
use super::types::{Choice, LeavePage};
use super::words;
use crate::access::Role;
use crate::auth::second_factor::is_proved;
use crate::auth::sign_in;
use crate::caller::Staff;
use crate::drafts::db::{self as drafts, Draft, Place};
use crate::error::AppError;
use crate::state::House;
use crate::values::fields::Problem;
use crate::words::Lang;

/// The page that one leaves on.
pub const PAGE: &str = "/app/profile/leave";

/// What it shows.
///
/// # Errors
/// The databases'.
pub async fn page(
    house: &House,
    staff: &Staff,
    draft: Option<Uuid>,
    (now, lang): (OffsetDateTime, Lang),
) -> Result<LeavePage, AppError> {
    let all = team::list(&house.central, staff.account.tenant).await?;
    let place = Place { user: staff.id(), path: PAGE };
    let typed = drafts::find(&staff.db, place, draft, now).await?.and_then(Draft::typed);
    let records = crate::team::db::count(&staff.db, staff.account.user.as_uuid()).await?;
    let choice = |m: &Member| (m.user.to_string(), format!("{} · {}", m.name, super::changes::named(&m.role, lang)));
    let is_last_owner = staff.role == Role::Owner && !all.iter().any(|m| is_there(m, staff) && is_owner(m));
    Ok(LeavePage {
        agency: staff.db.route().name.clone(),
        records: words::own_records(records, lang),
        heirs: heirs(&all, staff).map(choice).collect::<Vec<Choice>>(),
        is_last_owner,
        is_proved: is_proved(house).await?,
        typed,
    })
}

fn is_there(member: &Member, staff: &Staff) -> bool {
    member.active && member.user != staff.account.user
}

fn is_owner(member: &Member) -> bool {
    member.role == Role::Owner.as_str()
}

/// Who may be given the records, owners first: somebody always gets them who wants to know of it.
fn heirs<'a>(all: &'a [Member], staff: &'a Staff) -> impl Iterator<Item = &'a Member> {
    let fits = |m: &&Member| Role::parse(&m.role).is_some_and(|role| may_inherit(staff.role, role));
    let mut fitting: Vec<&Member> = all.iter().filter(|m| is_there(m, staff)).filter(fits).collect();
    fitting.sort_by_key(|m| !is_owner(m));
    fitting.into_iter()
}

/// Leaves the agency. Every session of this account has ended then, the one that asks among them.
///
/// # Errors
/// [`AppError::Invalid`] without an heir who is there, and when nobody who owns the agency would be
/// left.
pub async fn leave(house: &House, staff: &Staff, heir: &str) -> Result<(), AppError> {
    let all = team::list(&house.central, staff.account.tenant).await?;
    let problem = if heir.is_empty() { Problem::Required } else { Problem::NotAChoice };
    let heir = heir.parse::<Uuid>().map_err(|_| AppError::invalid("heir", problem))?;
    let heir = UserId::from(heir);
    if !heirs(&all, staff).any(|m| m.user == heir) {
        return Err(AppError::invalid("heir", Problem::NotAChoice));
    }
    let left = team::leave(&house.central, &staff.by(), heir, house.clock.now()).await;
    let ended = left.map_err(|error| match error {
        TeamError::LastOwner => AppError::invalid("heir", Problem::LastOwner),
        other => other.into(),
    })?;
    house.sessions.forget_all(&ended).await;
    super::changes::told(house, staff, staff.account.user.as_uuid()).await;
    // It has ended with the others; the browser forgets its cookie, too.
    if let Err(error) = sign_in::session().await?.flush().await {
        tracing::warn!(%error, "a cookie whose session has ended was left with the browser");
    }
    Ok(())
}
