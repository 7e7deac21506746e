//! What operators see of agencies and do with them.

use tenancy::central::companies::{self, By};
use tenancy::central::directory::{self, Act, Entry, Filter, Member};
use tenancy::central::stats::{self, Unheard};
use tenancy::central::{operation_log, plans};

use super::fleet::line_of;
use super::types::{ActLine, Asked, DomainLine, MemberLine, TenantPage, TenantRow, TenantSheet};
use super::{labels, leaving, money};
use crate::access::Role;
use crate::audit::reads;
use crate::caller::{self, Operator};
use crate::error::AppError;
use crate::state::House;
use crate::values::day::{format_day, format_instant};
use crate::values::fields::Problem;
use crate::values::page::format_count;
use crate::values::text;
use crate::words::{Lang, lang};

/// Rows on a page.
const PAGE: usize = 50;
/// Operations and lines of the log on an agency's page.
const LATEST: i64 = 20;

/// The agencies that fit, after one of them. Nothing is measured for it: figures that cost are the worker's.
///
/// # Errors
/// The database's.
pub async fn list(house: &House, asked: Asked, after: &str) -> Result<TenantPage, AppError> {
    let filter = Filter {
        text: asked.q.trim().to_lowercase(),
        status: asked.status.clone(),
        subscription: asked.subscription.clone(),
        plan: asked.plan.clone(),
        server: asked.server.clone(),
    };
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let (mut found, plans, servers, unheard) = futures::try_join!(
        directory::page(&house.central, &filter, after, limit),
        plans::list(&house.central),
        directory::servers(&house.central),
        stats::unheard(&house.central)
    )?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    let next = found.last().filter(|_| has_more).map(|last| last.slug.clone());
    let lang = lang();
    Ok(TenantPage {
        rows: found.into_iter().map(|entry| row(entry, &unheard, lang)).collect(),
        asked,
        is_later: !after.is_empty(),
        next,
        plans: plans.into_iter().map(|plan| (plan.name, plan.display_name)).collect(),
        servers: servers.into_iter().map(|server| server.name).collect(),
    })
}

fn row(entry: Entry, unheard: &[Unheard], lang: Lang) -> TenantRow {
    let instant = |at: Option<time::OffsetDateTime>| at.map(|at| format_instant(at, lang)).unwrap_or_default();
    let latest = tenancy::migrate::latest();
    let placement = entry.database.as_ref().zip(entry.epoch).map(|(name, epoch)| format!("{name} · {epoch}"));
    TenantRow {
        users: format_count(entry.users, lang),
        properties: entry.properties.map(|count| format_count(count, lang)).unwrap_or_default(),
        size: entry.database_bytes.map(|bytes| labels::size(bytes, lang)).unwrap_or_default(),
        measured: instant(entry.measured_at),
        silence: silence(&entry, unheard, lang),
        // What is not made yet is not behind.
        is_behind: entry.schema_version.is_some_and(|version| version > 0 && version < latest),
        schema: entry.schema_version.filter(|version| *version > 0).map(|v| v.to_string()).unwrap_or_default(),
        alerts: entry.alerts,
        activity: instant(entry.last_activity_at),
        created: format_day(entry.created_at, lang),
        server: entry.server.unwrap_or_default(),
        placement: placement.unwrap_or_default(),
        slug: entry.slug,
        name: entry.name,
        email: entry.email,
        plan: entry.plan.unwrap_or_default(),
        status: entry.status,
        subscription: entry.subscription.unwrap_or_default(),
        reason: entry.reason.unwrap_or_default(),
    }
}

/// Since when an agency's database does not answer, or its whole server, by name; empty: it does.
fn silence(entry: &Entry, unheard: &[Unheard], lang: Lang) -> String {
    let Some(since) = entry.unreachable_since else { return String::new() };
    let server = unheard.iter().find(|one| one.is_all_of_it() && entry.server.as_deref() == Some(&one.server));
    labels::silent(server.map(|one| one.server.as_str()), &format_instant(since, lang), lang)
}

/// One agency with everything around it. That an operator looked is in its log before anything is shown.
///
/// # Errors
/// [`AppError::NotFound`] when there is none of this name.
pub async fn load(house: &House, operator: &Operator, slug: &str) -> Result<TenantSheet, AppError> {
    let entry = directory::find(&house.central, slug).await?;
    let (db, tenant) = (&house.central, entry.id);
    reads::of_a_sheet(house, operator, tenant).await?;
    let (domains, members, operations, acts, unheard) = futures::try_join!(
        directory::domains(db, tenant),
        directory::members(db, tenant),
        operation_log::page(db, (Some(tenant), None), None, LATEST),
        directory::acts(db, tenant, LATEST),
        stats::unheard(db)
    )?;
    let lang = lang();
    let (sub, open) = (leaving::subscription(house, tenant).await?, money::open(house, tenant).await?);
    let money = money::money(house, &entry, (sub.as_ref(), &open), lang).await?;
    let ending = leaving::ending(house, &entry, (sub.as_ref(), &open), lang).await?;
    let primary = domains.iter().find(|domain| domain.is_primary && domain.state == "verified");
    let storefront = house.settings.storefront_url(&entry.slug, primary.map(|domain| domain.host.as_str()));
    let domain = |d: directory::DomainLine| DomainLine {
        host: d.host,
        state: labels::domain(&d.state, lang),
        is_primary: d.is_primary,
    };
    Ok(TenantSheet {
        row: row(entry, &unheard, lang),
        storefront,
        domains: domains.into_iter().map(domain).collect(),
        members: members.into_iter().map(|member| member_line(member, &operator.account.email, lang)).collect(),
        operations: operations.into_iter().map(|operation| line_of(operation, lang)).collect(),
        acts: acts.into_iter().map(|act| act_line(act, lang)).collect(),
        money,
        ending,
        typed: caller::entrance()?.0,
    })
}

fn member_line(member: Member, own: &str, lang: Lang) -> MemberLine {
    let role = Role::parse(&member.role);
    MemberLine {
        user: member.user.as_uuid(),
        may_be_helped: member.has_factor && !member.is_operator,
        may_be_acted_as: !member.is_operator && member.email != own,
        name: member.name,
        email: member.email,
        role: role.map(|role| crate::auth::words::role(role, lang).to_owned()).unwrap_or(member.role),
    }
}

fn act_line(act: Act, lang: Lang) -> ActLine {
    ActLine {
        at: format_instant(act.at, lang),
        act: labels::act(&act.action, lang),
        who: labels::who(act.who.as_deref(), act.behind.as_deref(), lang),
        reason: act.reason.unwrap_or_default(),
    }
}

/// Closes an agency for a while.
///
/// # Errors
/// [`AppError::Invalid`] without a reason, [`AppError::NotFound`] when there is no such active agency.
pub async fn suspend(house: &House, operator: &Operator, slug: &str, reason: &str) -> Result<(), AppError> {
    let reason = text::parse_line(reason, 200).map_err(|problem| AppError::invalid("reason", problem))?;
    if reason.is_empty() {
        return Err(AppError::invalid("reason", Problem::Required));
    }
    let company = companies::find_by_slug(&house.central, slug).await?;
    let done = companies::suspend(&house.central, company.id, &reason, by(operator)).await?;
    if done { Ok(()) } else { Err(AppError::NotFound) }
}

/// Opens a suspended agency again, and lets its work go on.
///
/// # Errors
/// [`AppError::NotFound`] when there is no such suspended agency.
pub async fn resume(house: &House, operator: &Operator, slug: &str) -> Result<(), AppError> {
    let company = companies::find_by_slug(&house.central, slug).await?;
    let state = companies::resume(&house.central, company.id, by(operator)).await?;
    state.map(drop).ok_or(AppError::NotFound)
}

/// Who it was, for the log.
pub(super) fn by(operator: &Operator) -> By {
    operator.request.by(operator.account.person.as_uuid())
}
