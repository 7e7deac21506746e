//! What operators see of operations, alerts and the queue, and do about them.

mod words;

use tenancy::central::duty;
use tenancy::central::operation_log::{self, Entry};
use tenancy::central::{alerts, companies, queue, stats};
use tenancy::{DatabaseError, TenantId};
use uuid::Uuid;

use super::tenants::by;
use super::types::{AlertLine, Health, JobLine, OperationLine, OperationPage, OperationSheet};
use super::{errands, labels};
use crate::caller::Operator;
use crate::error::AppError;
use crate::state::House;
use crate::values::day::format_instant;
use crate::values::page::format_count;
use crate::words::{Lang, lang};

/// Operations on a page.
const PAGE: usize = 50;
/// Jobs that are shown of those that go on only when somebody sees to them.
const STUCK: i64 = 100;

/// The open operations, and those that are over, before one of them: everybody's, or of the agency that is named.
///
/// # Errors
/// The database's.
pub async fn operations(house: &House, before: Option<Uuid>, agency: &str) -> Result<OperationPage, AppError> {
    let limit = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    // Before the list: what happens meanwhile is told.
    let mark = operation_log::mark_of_open(&house.central).await?;
    let whose = match agency {
        "" => None,
        slug => match companies::find_by_slug(&house.central, slug).await {
            // Nobody's: of whom there is none nothing is found.
            Err(DatabaseError::RowNotFound) => Some(TenantId::from(Uuid::nil())),
            found => Some(found?.id),
        },
    };
    let (open, mut finished) = futures::try_join!(
        operation_log::page(&house.central, (whose, Some(false)), None, 200),
        operation_log::page(&house.central, (whose, Some(true)), before, limit)
    )?;
    let has_more = finished.len() > PAGE;
    finished.truncate(PAGE);
    let next = finished.last().filter(|_| has_more).map(|last| last.id);
    let lang = lang();
    let lines = |all: Vec<Entry>| all.into_iter().map(|entry| line_of(entry, lang)).collect();
    let live = format!("/platform/operations/events?seen={mark}");
    Ok(OperationPage { agency: agency.to_owned(), open: lines(open), finished: lines(finished), next, live })
}

pub(super) fn line_of(entry: Entry, lang: Lang) -> OperationLine {
    OperationLine {
        id: entry.id,
        kind: labels::operation(&entry.kind, lang),
        error: entry.last_error.filter(|_| entry.state != "done").unwrap_or_default(),
        created: format_instant(entry.created_at, lang),
        when: format_instant(entry.finished_at.unwrap_or(entry.next_run_at), lang),
        slug: if entry.is_agencys { entry.subject.clone() } else { String::new() },
        subject: entry.subject,
        // What a server was reached with is gone when that has failed: it is asked for anew.
        may_be_retried: matches!(entry.state.as_str(), "waiting" | "failed") && entry.kind != "server_add",
        state: entry.state,
        step: labels::step(&entry.step, lang),
        attempt: entry.attempt,
    }
}

/// One operation with its record.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn operation(house: &House, id: Uuid) -> Result<OperationSheet, AppError> {
    let live = errands::live(house, id).await?;
    let entry = operation_log::find(&house.central, id).await?;
    let happened = operation_log::happened(&house.central, id).await?;
    let lang = lang();
    let line = |h: operation_log::Happened| {
        let (step, grave) = (labels::step(&h.step, lang), labels::grave(&h.level, lang).to_owned());
        let said = words::said(&h.step, &h.message, lang);
        (format_instant(h.at, lang), step, grave, said)
    };
    Ok(OperationSheet { line: line_of(entry, lang), live, happened: happened.into_iter().map(line).collect() })
}

/// Makes an operation that waits, or has failed, due at once.
///
/// # Errors
/// [`AppError::NotFound`] when there is none that waits.
pub async fn retry_operation(house: &House, operator: &Operator, id: Uuid) -> Result<(), AppError> {
    found(operation_log::retry(&house.central, id, by(operator)).await?)
}

/// Open alerts, the queue, and whether somebody works.
///
/// # Errors
/// The database's.
pub async fn health(house: &House) -> Result<Health, AppError> {
    let (alerts, counts, stuck, has_worker, unheard) = futures::try_join!(
        alerts::list_open(&house.central),
        queue::count(&house.central),
        queue::list_stuck(&house.central, STUCK),
        duty::is_taken(&house.central),
        stats::unheard(&house.central)
    )?;
    let lang = lang();
    let alert = |a: alerts::Alert| AlertLine {
        id: a.id,
        kind: labels::alert(&a.kind, lang),
        slug: a.agency.unwrap_or_default(),
        detail: a.detail,
        count: a.count,
        since: format_instant(a.since, lang),
        last: format_instant(a.last_at, lang),
    };
    let job = |j: queue::Stuck| JobLine {
        id: j.id,
        slug: j.slug,
        kind: j.kind,
        state: j.state,
        attempt: j.attempt,
        error: j.last_error.unwrap_or_default(),
        created: format_instant(j.created_at, lang),
    };
    let jobs = [counts.queued, counts.running, counts.parked, counts.failed].map(|n| format_count(n, lang));
    Ok(Health {
        alerts: alerts.into_iter().map(alert).collect(),
        jobs,
        stuck: stuck.into_iter().map(job).collect(),
        has_worker,
        unheard: unheard.into_iter().map(|one| unheard_line(one, lang)).collect(),
    })
}

fn unheard_line(one: stats::Unheard, lang: Lang) -> (String, Vec<String>) {
    let since = format_instant(one.since, lang);
    (labels::unheard(&one.server, (one.silent, one.open), &since, lang), one.slugs)
}

/// Puts a job that was given up back into the queue.
///
/// # Errors
/// [`AppError::NotFound`] when there is none that was.
pub async fn retry_job(house: &House, operator: &Operator, id: Uuid) -> Result<(), AppError> {
    found(queue::retry(&house.central, id, by(operator)).await?)
}

/// Closes an alert that somebody has seen to.
///
/// # Errors
/// [`AppError::NotFound`] when it is not open.
pub async fn close_alert(house: &House, operator: &Operator, id: Uuid) -> Result<(), AppError> {
    found(alerts::close(&house.central, id, by(operator)).await?)
}

fn found(done: bool) -> Result<(), AppError> {
    if done { Ok(()) } else { Err(AppError::NotFound) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;
    use tenancy::provision::Step;

    #[test]
    fn whatever_is_kept_has_a_name_for_people() {
        for lang in [Lang::Pt, Lang::En] {
            for kind in alerts::Kind::ALL.map(alerts::Kind::as_str) {
                assert_ne!(labels::alert(kind, lang), kind, "an alert");
            }
        }
        for name in Step::ALL.map(Step::name) {
            assert_ne!(labels::step(name, Lang::Pt), name, "a step of making an agency");
        }
    }
}
